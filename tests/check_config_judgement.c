#include "config_file.h"

#define BASE                                                                             \
	"calendars:\n"                                                                   \
	"  - {name: c, timezone: Asia/Tokyo, week: [{days: mon-fri, open: 09:00-18:00}," \
	" {days: sat, open: 09:00-10:00}], closed: [2026-05-01, 2026-05-02]}\n"          \
	"agreements:\n"                                                                  \
	"  - {id: a, from: 2026-01-01, calendar: c, targets: [{kind: request, "          \
	"respond: 1h}, {respond: 2h}]}\n"                                                \
	"  - {id: a, from: 2027-01-01}\n"

static const struct {
	const char *from, *to; /* of BASE */
	bool same;
} changes[] = {
    {"calendars:", "# a comment\ntimezone: UTC\ncalendars:", true},
    {"calendars:", "database: /elsewhere\ncalendars:", true},
    {"id: a, from: 2026", "id: a, name: A, from: 2026", true},
    {"calendar: c", "calendar: c, objectives: [{indicator: leakage_free, at_least: 1}]", true},
    {"calendar: c", "calendar: c, reopen_window: 168h", true},
    {"calendar: c", "calendar: c, pause_on: [agreed, customer]", true},
    {"{kind: request, respond: 1h}, {respond: 2h}", "{respond: 2h}, {kind: request, respond: 60m}",
	true},
    {"2026-05-01, 2026-05-02", "2026-05-02, 2026-05-01", true},
    {"mon-fri", "[fri, mon-thu]", true},
    {"09:00-18:00", "['13:00-18:00', '09:00-12:00']", false},
    {"{days: sat, open: 09:00-10:00}", "{days: sat, open: ['09:00-10:00']}", true},
    {"agreements:",
	"  - {name: unused, open: [{date: 2026-01-01, open: 09:00-10:00}]}\nagreements:", true},
    {"agreements:", "  - {name: always, week: [{days: mon-sun, open: 00:00-24:00}]}\nagreements:",
	true},
    {"Asia/Tokyo", "Asia/Seoul", false},
    {"name: c, ", "name: c, open: [{date: 2026-05-03, open: 09:00-10:00}], ", false},
    {"2026-05-02", "2026-05-03", false},
    {"mon-fri", "mon-thu", false},
    {"respond: 1h", "respond: 1h1s", false},
    {"kind: request", "kind: incident", false},
    {"kind: request", "priority: request", false},
    {"calendar: c", "calendar: always", false},
    {"calendar: c", "calendar: c, pause_on: []", false},
    {"calendar: c", "calendar: c, reopen_window: 8d", false},
    {"calendar: c", "calendar: c, services: [mail]", false},
    {"from: 2027-01-01", "from: 2027-01-02", false},
    {"from: 2027-01-01", "from: 2027-01-01, timezone: Europe/Paris", false},
    {"calendars:", "timezone: Europe/Paris\ncalendars:", false},
    {"id: a, from: 2027", "id: b, from: 2027", false},
};

static void
judge(const char *text, char judgement[static 65])
{
	struct config *c = load(text);

	memcpy(judgement, c->judgement, 65);
	config_unref(c);
	ck_assert_uint_eq(strspn(judgement, "0123456789abcdef"), 64);
	ck_assert_uint_eq(strlen(judgement), 64);
}

START_TEST(test_judgement)
{
	char before[65], after[65], text[2048];
	const char *at = strstr(BASE, changes[_i].from);

	ck_assert_ptr_nonnull(at);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - BASE), BASE, changes[_i].to,
	    at + strlen(changes[_i].from));
	judge(BASE, before);
	judge(text, after);
	ck_assert_msg((strcmp(before, after) == 0) == changes[_i].same, "%s -> %s",
	    changes[_i].from, changes[_i].to);
}
END_TEST

/* A calendar's version is of what it judges by, and of nothing else. */
START_TEST(test_calendar_version)
{
	static const struct {
		const char *calendar;
		bool same;
	} texts[] = {
	    {"{name: c, timezone: UTC, week: [{days: mon, open: 09:00-18:00}], closed: "
	     "[2026-05-01]}",
		true},
	    {"{name: c, week: [{days: mon, open: ['09:00-18:00']}], closed: 2026-05-01}", true},
	    {"{name: d, timezone: UTC, week: [{days: mon, open: 09:00-18:00}], closed: "
	     "[2026-05-01]}",
		false},
	    {"{name: c, week: [{days: mon, open: 09:00-18:01}], closed: 2026-05-01}", false},
	    {"{name: c, week: [{days: mon, open: 09:00-18:00}], closed: 2026-05-02}", false},
	};
	char text[512], first[16] = "";
	const char *version;
	struct config *c;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text),
		    "timezone: UTC\ncalendars: [%s]\nagreements: [{id: a, from: 2026-01-01}]\n",
		    texts[i].calendar);
		c = load(text);
		version = config_calendar_version(c, c->calendar[0]);
		ck_assert_uint_eq(strspn(version, "0123456789abcdef"), 12);
		ck_assert_uint_eq(strlen(version), 12);
		if (i == 0)
			strcpy(first, version);
		ck_assert_msg((strcmp(first, version) == 0) == texts[i].same, "%s", text);
		ck_assert_str_ne(version, config_calendar_version(c, c->calendar[1]));
		config_unref(c);
	}
}
END_TEST

/* What is watched is of the rules about tickets and events alone, and no matter of judging. */
START_TEST(test_watching)
{
	static const struct {
		const char *rules;
		bool same;
	} texts[] = {
	    {"[{name: a, ticket: {clock: response, used: {urgent: 75%}}}, {name: b, instant: "
	     "outage}]",
		true},
	    {"[{name: b, instant: outage, level: urgent}, {name: a, fresh: 60m, ticket: {clock: "
	     "response, used: {urgent: 75%}}, notify: []}, {name: c, delivery: true}]",
		true},
	    {"[{name: a, ticket: {clock: response, used: {urgent: 75%}}}]", false},
	    {"[{name: a, ticket: {clock: response, used: {urgent: 76%}}}, {name: b, instant: "
	     "outage}]",
		false},
	    {"[{name: a, ticket: {clock: response, used: {urgent: 75%}}}, {name: b, instant: "
	     "outage, where: {team: ''}}]",
		false},
	    {"[{name: a, ticket: {clock: resolution, used: {urgent: 75%}}}, {name: b, instant: "
	     "outage}]",
		false},
	    {"[{name: a, ticket: {clock: response, before: {urgent: 1h}}}, {name: b, instant: "
	     "outage}]",
		false},
	    {"[]", false},
	};
	char text[512], first[65] = "", judgement[65] = "";
	struct config *c;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text),
		    "timezone: UTC\nagreements: [{id: a, from: 2026-01-01}]\nalerts: %s\n",
		    texts[i].rules);
		c = load(text);
		if (i == 0) {
			strcpy(first, c->watching);
			strcpy(judgement, c->judgement);
		}
		ck_assert_uint_eq(strlen(c->watching), 64);
		ck_assert_msg(
		    (strcmp(first, c->watching) == 0) == texts[i].same, "%s", texts[i].rules);
		ck_assert_str_eq(judgement, c->judgement);
		config_unref(c);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config_judgement");
	TCase *cases = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, test_judgement, 0, (int)(sizeof(changes) / sizeof(changes[0])));
	tcase_add_test(cases, test_calendar_version);
	tcase_add_test(cases, test_watching);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
