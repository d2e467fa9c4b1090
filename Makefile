# slad: the house, room by room.
#
#   make                  build/release/slad
#   make check            every test; `tests/run unit lint` for some of them
#   make crash            what is acknowledged outlives every crash: the full counts, an hour or two
#   make overload         ten times what a disk takes, and a crowd of connections: minutes
#   make install          honours DESTDIR and prefix
#   make bench            slad beside its peers; make bench-packages installs them
#   make MODE=asan check  the same with sanitizers; also MODE=tsan and MODE=cov
#   make V=1              shows the commands
#
# No configure is needed. It only writes config.mk, which may be written by hand.

VERSION = 0.1.0

# A module is x.c and x.h. An include points upward in this list, never down; lib/codec and
# lib/store do not see each other. `tests/lint/layers` holds the house to that.
BASE = err mem buf pack stamp natural hashed bloom latest
DOMAIN = zone calendar period window scope indicator ladder record agreement rule ticket \
    ticket_cycle ticket_moves clock outage tally tally_sum tally_row quota measurement assessment \
    score obligation alert improvement standing profile evaluation histogram statistic budget trend \
    window_step delivery shape silence sight pattern mapping
CODEC = alert_event alert_text alert_words backfill_event config config_access config_address \
    config_agreement config_bind config_calendar config_delivery config_hook config_judgement \
    config_mapping config_profile config_receiver config_refs config_rule config_rule_kinds \
    config_scalar config_secret config_template config_verify config_yaml csv event_binary \
    event_body event_json event_reader inflate json_cut json_text markup message \
    message_alertmanager message_dingtalk message_email message_feishu message_slack \
    message_template message_webhook message_wecom metric packed receiver report report_csv \
    report_html report_json report_md report_page report_page_more report_page_scores report_svg \
    report_text standard_webhooks table verification zoneinfo
STORE = alerts backup body checkpoint closings compare daybook deliveries dictionary downs entity \
    entries evidence gaps hook identity identity_hash identity_run improvements log mapper \
    mapper_functions mapper_prepare memo memory pasts scopes silences statement store tallies \
    tickets wal
DAEMON = ahead alert_json alert_order api api_alerts api_behind api_catalogue api_correlation \
    api_deliveries api_evaluation api_gaps api_health api_improvements api_metrics api_periods \
    api_receivers api_report api_scores api_series api_silences api_statistics api_ticket \
    api_tickets auth behind_outages behind_papers behind_tickets checkpointer chore client closing \
    closing_order cmd_backup cmd_check cmd_export cmd_import cmd_rebuild cmd_serve cmd_verify \
    cmd_version coding command delivery door downs dryrun dryrun_show engine engine_hook \
    engine_judge engine_moved engine_replay evaluate evidence files fold fold_save frame gather \
    guard guard_share handshake hook_event hook_map hooks host http import import_rows import_send \
    improvement improvement_order ingest keeper keeper_lanes keeper_thread lines listen log memory \
    notify notify_curl notify_lane notify_pause notify_queue notify_told order outbox papers pile \
    plain posting posting_row progress quarantine question report_gather report_gather_course \
    report_gather_more report_gather_time request route routes row row_csv row_map rows scores \
    scores_gather scores_sums scratch send series server silence_order snapshot statistics study \
    ticket_clocks ticket_json ticket_scores utf8 verify verify_closing watch watch_alert \
    watch_budget watch_delivery watch_events watch_excluded watch_folded watch_leveled \
    watch_papers watch_past watch_quiet watch_scores watch_tell
DAEMON += $(if $(filter yes,$(SYSTEMD)),systemd,systemd_none)
TESTS = check_agreement check_ahead check_alert check_alert_closed check_alert_event \
    check_alert_text check_assessment check_auth check_backup check_bloom check_body \
    check_body_log check_budget check_buf check_calendar check_calendar_count check_checkpointer \
    check_chore check_clock check_coding check_config check_config_corpus check_config_judgement \
    check_config_secret check_csv check_daybook check_delivery check_engine check_engine_daybook \
    check_engine_facts check_engine_start check_engine_statistics check_evaluation \
    check_event_binary check_event_json check_event_json_facts check_evidence check_frame \
    check_guard check_guard_share check_hashed check_histogram check_host check_http \
    check_identity check_improvement check_inflate check_ingest check_json_cut check_json_text \
    check_ladder check_latest check_lines check_listen check_log check_mapper check_measurement \
    check_message check_message_alertmanager check_message_email check_message_robots \
    check_message_template check_natural check_notify check_notify_faults check_notify_policy \
    check_notify_told check_obligation check_outage check_outbox check_packed check_pattern \
    check_period check_pile check_posting check_posting_row check_queries check_quota \
    check_report check_request check_send check_shape check_silence check_snapshot check_stamp \
    check_standard_webhooks check_statistic check_store check_store_alerts check_store_desk \
    check_store_migration check_store_tallies check_study check_systemd check_table check_tally \
    check_tally_row check_ticket check_trend check_verification check_wal check_window \
    check_window_step check_zone check_zoneinfo replay tool_calendar tool_report

# bench/ has programs of its own: each from what stands behind it.
BENCH = generate load peers/bare
bench-generate = generate life
bench-load = load wire
bench-peers/bare = peers/bare peers/bare_set

PACKAGES = sqlite3 libevent_core libevent_extra jansson libcurl yaml-0.1 glib-2.0 libcrypto zlib libzstd

prefix = /usr/local
exec_prefix = $(prefix)
bindir = $(exec_prefix)/bin
sysconfdir = /etc
datarootdir = $(prefix)/share
mandir = $(datarootdir)/man
mappingdir = $(datarootdir)/slad/mappings
unitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
SYSTEMD = auto
MODE ?= release
ifeq ($(origin CC),default)
CC = gcc
endif
-include config.mk

AR ?= ar
AWK ?= awk
INSTALL ?= install
PKG_CONFIG ?= pkg-config

flags-release = -O2 -g -D_FORTIFY_SOURCE=2
flags-asan = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
flags-tsan = -O1 -g -fsanitize=thread
flags-cov = -O0 -g --coverage -fprofile-update=atomic
ifndef flags-$(MODE)
$(error MODE=$(MODE) is unknown: release, asan, tsan or cov)
endif
# Under -fsanitize gcc guesses wrongly at these two; the release is compiled with them.
doubtful-asan = -Wno-maybe-uninitialized -Wno-format-truncation
doubtful-tsan = $(doubtful-asan)

ifeq ($(SYSTEMD),auto)
override SYSTEMD := $(shell $(PKG_CONFIG) --exists libsystemd && echo yes || echo no)
endif
PACKAGES += $(if $(filter yes,$(SYSTEMD)),libsystemd)

# build/release is gcc's; another compiler's objects lie beside it, in build/clang-release.
compiler := $(filter-out gcc cc,$(notdir $(firstword $(CC))))
B := build/$(addsuffix -,$(compiler))$(MODE)

includes := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null) \
    $(shell $(PKG_CONFIG) --cflags check 2>/dev/null)
libraries := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null) -lm
check := $(shell $(PKG_CONFIG) --libs check 2>/dev/null)

warnings = -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
    -Wwrite-strings -Wvla
# clang 14 counts wrongly with -fstack-clash-protection: a comparison in lib/domain/tally.c comes out false.
hardening = -fPIE -fstack-protector-strong $(if $(findstring clang,$(CC)),,-fstack-clash-protection)
cppflags = -D_GNU_SOURCE -DSLAD_VERSION='"$(VERSION)"' -DSLAD_CONFIG='"$(sysconfdir)/slad/slad.yaml"' \
    -Ilib -Ibuild/gen $(patsubst -I%,-isystem %,$(includes)) $(CPPFLAGS)
cflags = -std=gnu11 -pthread $(warnings) $(if $(compiler),,$(doubtful-$(MODE))) $(hardening) $(flags-$(MODE)) $(CFLAGS)
ldflags = -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(flags-$(MODE)) $(LDFLAGS)
compile = $(CC) $(cppflags) $(cflags)

objects = $(addprefix $(B)/$(1)/,$(addsuffix .o,$(2)))
base = $(call objects,lib/base,$(BASE))
domain = $(call objects,lib/domain,$(DOMAIN))
codec = $(call objects,lib/codec,$(CODEC))
store = $(call objects,lib/store,$(STORE)) $(B)/gen/sql.o
daemon = $(call objects,daemon,$(DAEMON)) $(B)/gen/openapi.o
tests = $(call objects,tests,$(TESTS))
bench = $(call objects,bench,$(foreach p,$(BENCH),$(bench-$(p))))
bench-programs = $(addprefix $(B)/bench/,$(BENCH))

# What a program of each layer is linked with, callers before the called.
codec-and-below = $(B)/codec.a $(B)/domain.a $(B)/base.a
store-and-below = $(B)/store.a $(codec-and-below)
daemon-and-below = $(B)/daemon.a $(store-and-below)

ifdef V
say =
else
say = @printf '  %-5s %s\n' $(1) $@;
endif

all: $(B)/slad
tests: $(addprefix $(B)/tests/,$(TESTS) recorder.so faulty.so slow_disk.so) $(bench-programs)
objects: $(base) $(domain) $(codec) $(store) $(daemon) $(bench)

$(B)/slad: $(B)/daemon/main.o $(daemon-and-below)
	$(call say,LINK) $(CC) -o $@ $^ $(ldflags) $(libraries)

$(B)/base.a: $(base)
$(B)/domain.a: $(domain)
$(B)/codec.a: $(codec)
$(B)/store.a: $(store)
$(B)/daemon.a: $(daemon)
$(B)/%.a: Makefile
	$(call say,AR) rm -f $@ && $(AR) rc $@ $(filter %.o,$^)

$(B)/%.o: %.c $(B)/flags
	$(call say,CC) mkdir -p $(@D) && $(compile) $(if $(filter lib/%,$<),,-Idaemon) -MMD -MP -c -o $@ $<
$(B)/gen/%.o: build/gen/%.c $(B)/flags
	$(call say,CC) mkdir -p $(@D) && $(compile) -Idaemon -MMD -MP -c -o $@ $<
$(store) $(daemon) $(B)/daemon/main.o $(tests): | build/gen/sql.h

# The tests of a module (check_x, check_x_..., tool_x) see its layer and those above; any other
# program of tests/ sees everything but main().
about = $(strip $(foreach m,$(1),$(filter check_$(m) check_$(m)_% tool_$(m),$*)))
seen = $(if $(call about,$(DAEMON)),$(daemon-and-below),$(if \
    $(call about,$(BASE) $(DOMAIN) $(CODEC)),$(codec-and-below),$(if \
    $(call about,$(STORE)),$(store-and-below),$(daemon-and-below))))
.SECONDEXPANSION:
$(addprefix $(B)/tests/,$(TESTS)): $(B)/tests/%: $(B)/tests/%.o $$(seen)
	$(call say,LINK) $(CC) -o $@ $^ $(ldflags) $(libraries) $(check)

$(bench-programs): $(B)/bench/%: $$(call objects,bench,$$(bench-$$*))
	$(call say,LINK) $(CC) -o $@ $^ $(ldflags) $(libraries)

# Watchers of a daemon that is crashed, loaded before it; see tests/crash/shim.h.
$(B)/tests/%.so: tests/crash/shim.c tests/crash/%.c tests/crash/shim.h $(B)/flags
	$(call say,LINK) mkdir -p $(@D) && $(CC) $(cppflags) -std=gnu11 -pthread $(warnings) -O2 -g -fPIC -U_FORTIFY_SOURCE \
	    -shared -o $@ $(filter %.c,$^) $(LDFLAGS) -ldl

# A slow disk, loaded before a daemon that is given too much to do.
$(B)/tests/slow_disk.so: tests/crash/slow_disk.c $(B)/flags
	$(call say,LINK) mkdir -p $(@D) && $(CC) $(cppflags) -std=gnu11 $(warnings) -O2 -g -fPIC -shared \
	    -o $@ $< $(LDFLAGS) -ldl

build/gen/sql.h build/gen/sql.c: sql/embed.awk $(wildcard sql/*.sql)
	$(call say,AWK) mkdir -p $(@D) && LC_ALL=C $(AWK) -v part=$(@F) -f sql/embed.awk $(sort $(filter %.sql,$^)) >$@

build/gen/openapi.c: daemon/openapi.awk daemon/openapi.json
	$(call say,AWK) mkdir -p $(@D) && LC_ALL=C $(AWK) -f $^ >$@

# Another command line means other objects: this file changes when the flags do.
$(B)/flags: .FORCE
	@mkdir -p $(@D)
	@$(PKG_CONFIG) --exists --print-errors $(PACKAGES) || { \
	    echo "slad needs these libraries; on Debian: sh tests/packages" >&2; exit 1; }
	@echo '$(subst ','\'',$(compile) $(ldflags) $(libraries))' | cmp -s - $@ || \
	    echo '$(subst ','\'',$(compile) $(ldflags) $(libraries))' >$@

overload: all $(B)/tests/slow_disk.so
	@MODE=$(MODE) BUILD=$(B) SLAD=$(B)/slad SLAD_CRASH=full tests/crash/overload.py
	@MODE=$(MODE) BUILD=$(B) SLAD=$(B)/slad SLAD_CRASH=full tests/crash/crowd.py
check:
	@MODE=$(MODE) CC="$(CC)" tests/run
crash:
	@MODE=$(MODE) CC="$(CC)" SLAD_CRASH=full TEST_LIMIT=$${TEST_LIMIT-14400} tests/run -v crash
lint:
	@MODE=$(MODE) CC="$(CC)" tests/run lint
cov:
	@find build/cov -name '*.gcda' -delete 2>/dev/null || :
	@MODE=cov CC=gcc tests/run; status=$$?; tests/cov build/cov; exit $$status

# Figures beside peers, see bench/run: SIZE=middle or full for more, FIGURES="S1 S5" for some.
bench: $(B)/slad $(bench-programs)
	@bench/run --build $(B) --size $(or $(SIZE),small) $(FIGURES)
bench-packages:
	@bench/packages

pages = $(wildcard man/*.[1-8])
d = $(DESTDIR)

install: all
	$(INSTALL) -d $(d)$(bindir) $(d)$(sysconfdir)/slad $(d)$(unitdir) $(d)$(sysusersdir)
	$(INSTALL) -m 755 $(B)/slad $(d)$(bindir)/slad
	test -e $(d)$(sysconfdir)/slad/slad.yaml || \
	    $(INSTALL) -m 644 conf/slad.yaml $(d)$(sysconfdir)/slad/slad.yaml
	sed -e 's,/usr/bin/slad,$(bindir)/slad,g; s,/etc/slad,$(sysconfdir)/slad,g' \
	    -e 's,/usr/share/slad,$(datarootdir)/slad,g' \
	    systemd/slad.service >$(B)/slad.service
	$(INSTALL) -m 644 $(B)/slad.service $(d)$(unitdir)/slad.service
	$(INSTALL) -d $(d)$(mappingdir)
	$(INSTALL) -m 644 conf/mappings/*.yaml $(d)$(mappingdir)/
	$(INSTALL) -m 644 systemd/slad.sysusers $(d)$(sysusersdir)/slad.conf
	$(INSTALL) -D -m 644 conf/nginx/slad.conf $(d)$(datarootdir)/slad/nginx/slad.conf
	$(foreach page,$(pages),$(INSTALL) -D -m 644 $(page) \
	    $(d)$(mandir)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)) &&) :

uninstall:
	rm -rf $(d)$(mappingdir)
	rm -f $(d)$(bindir)/slad $(d)$(unitdir)/slad.service $(d)$(sysusersdir)/slad.conf \
	    $(d)$(datarootdir)/slad/nginx/slad.conf \
	    $(foreach page,$(pages),$(d)$(mandir)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))

clean:
	rm -rf build

-include $(patsubst %.o,%.d,$(base) $(domain) $(codec) $(store) $(daemon) $(tests) $(bench) $(B)/daemon/main.o)

.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.FORCE:
.PHONY: all tests objects check crash overload lint cov bench bench-packages install uninstall clean
