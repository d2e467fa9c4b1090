#include "codec/config_draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

static const char *const every_names[] = {
    [EVERY_WEEK] = "week",
    [EVERY_MONTH] = "month",
    [EVERY_QUARTER] = "quarter",
    [EVERY_YEAR] = "year",
    NULL,
};

static bool
same_or_absent(const char *a, const char *b)
{
	return (a == NULL && b == NULL) || same_text(a, b);
}

static bool
target_same(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	return x->kind == y->kind && same_or_absent(x->priority, y->priority) &&
	    same_or_absent(x->service, y->service);
}

static void
target_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct terms *v = parent;
	struct target *t = item;

	if (t->calendar == NULL)
		t->calendar = v->calendar;
	if (conf_member(c, n, "respond") == NULL && conf_member(c, n, "recover") == NULL &&
	    conf_member(c, n, "resolve") == NULL)
		conf_warn(c, n, "this target promises nothing: what it matches is never late");
	if (t->recover != TARGET_NONE && t->kind != -1 && t->kind != KIND_INCIDENT)
		conf_warn(c, conf_at(c, n, "recover"),
		    "'recover' of a %s has no effect: only incidents have a recovery clock",
		    kind_names[t->kind]);
}

static bool
service_same(const void *a, const void *b)
{
	const struct service *x = a, *y = b;

	return same_text(x->id, y->id);
}

static void
service_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct terms *v = parent;
	struct service *s = item;

	(void)c;
	(void)n;
	if (s->calendar == NULL)
		s->calendar = v->calendar;
}

static bool
report_same(const void *a, const void *b)
{
	const struct report *x = a, *y = b;

	return same_text(x->id, y->id);
}

static bool
objective_same(const void *a, const void *b)
{
	const struct objective *x = a, *y = b;

	return x->indicator == y->indicator;
}

static bool
terms_same(const void *a, const void *b)
{
	const struct terms *x = a, *y = b;

	return same_text(x->agreement, y->agreement) && x->from_day == y->from_day;
}

static void
terms_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct terms *v = item;

	(void)n;
	(void)parent;
	if (v->name == NULL)
		v->name = v->agreement;
	if (v->zone == NULL)
		v->zone = c->draft->config.zone;
}

static int
by_id_and_from(const void *a, const void *b)
{
	const struct terms *x = a, *y = b;
	int order = strcmp(x->agreement, y->agreement);

	return order != 0 ? order : (x->from > y->from) - (x->from < y->from);
}

static void
terms_sort(struct draft *d)
{
	struct terms *v = d->version;

	for (size_t i = 0; i < d->versions; i++)
		v[i].from = zone_reach(v[i].zone, v[i].from_day * STAMP_DAY);
	qsort(v, d->versions, sizeof(*v), by_id_and_from);
	for (size_t i = 0; i < d->versions; i++)
		v[i].until = i + 1 < d->versions && same_text(v[i].agreement, v[i + 1].agreement)
		    ? v[i + 1].from
		    : STAMP_NEVER;
}

void
draft_agreements(struct conf *c)
{
	struct draft *d = c->draft;
	struct agreement *all = arena_alloc(c->arena, d->versions, sizeof(*all)), *a = NULL;
	size_t count = 0;

	terms_sort(d);
	for (size_t i = 0; i < d->versions; i++) {
		if (a == NULL || strcmp(a->id, d->version[i].agreement) != 0) {
			a = &all[count++];
			a->id = d->version[i].agreement;
			a->version = &d->version[i];
		}
		a->versions++;
	}
	d->config.agreements = (struct agreements){count, all};
}

#define AT(name) .at = offsetof(struct target, name)
#define COUNT(name) .count = offsetof(struct target, name)

static const struct conf_table target_table = {
    .what = "a target",
    .size = sizeof(struct target),
    .blank =
	&(const struct target){
	    .kind = -1, .respond = TARGET_NONE, .recover = TARGET_NONE, .resolve = TARGET_NONE},
    .same = target_same,
    .twice = "a target with the same kind, priority and service",
    .check = target_check,
    .keys =
	(const struct conf_key[]){
	    {"kind", conf_choice, AT(kind), .words = kind_names},
	    {"priority", conf_text, AT(priority)},
	    {"service", conf_text, AT(service)},
	    {"calendar", conf_calendar, AT(calendar)},
	    {"respond", conf_duration, AT(respond)},
	    {"recover", conf_duration, AT(recover)},
	    {"resolve", conf_duration, AT(resolve)},
	    {0},
	},
};

static const struct conf_table service_table = {
    .what = "a service",
    .plain = "id",
    .size = sizeof(struct service),
    .same = service_same,
    .twice = "a service of this id",
    .check = service_check,
    .keys =
	(const struct conf_key[]){
	    {"id", conf_text, .at = offsetof(struct service, id), .needed = true},
	    {"calendar", conf_calendar, .at = offsetof(struct service, calendar)},
	    {0},
	},
};

static const struct conf_table report_table = {
    .what = "a report",
    .size = sizeof(struct report),
    .same = report_same,
    .twice = "a report of this id",
    .keys =
	(const struct conf_key[]){
	    {"id", conf_text, .at = offsetof(struct report, id), .needed = true},
	    {"every", conf_choice, .at = offsetof(struct report, every), .needed = true,
		.words = every_names},
	    {"due", conf_duration, .at = offsetof(struct report, due), .needed = true},
	    {0},
	},
};

static const struct conf_table objective_table = {
    .what = "an objective",
    .size = sizeof(struct objective),
    .same = objective_same,
    .twice = "an objective for this indicator",
    .keys =
	(const struct conf_key[]){
	    {"indicator", conf_indicator, .at = offsetof(struct objective, indicator),
		.needed = true},
	    {"at_least", conf_ratio, .at = offsetof(struct objective, at_least), .needed = true},
	    {0},
	},
};

#undef AT
#undef COUNT
#define AT(name) .at = offsetof(struct terms, name)
#define COUNT(name) .count = offsetof(struct terms, name)

const struct conf_table agreement_table = {
    .what = "an agreement",
    .size = sizeof(struct terms),
    .same = terms_same,
    .twice = "a version of this agreement with the same 'from'",
    .check = terms_check,
    .keys =
	(const struct conf_key[]){
	    {"id", conf_text, AT(agreement), .needed = true},
	    {"name", conf_text, AT(name)},
	    {"from", conf_date, AT(from_day), .needed = true},
	    {"timezone", conf_zone, AT(zone)},
	    {"calendar", conf_calendar, AT(calendar), .preset = "always"},
	    {"reopen_window", conf_duration, AT(reopen_window), .preset = "7d"},
	    {"pause_on", conf_texts, AT(pause_on), COUNT(pauses), .preset = "customer, agreed"},
	    {"incidents_per_month", conf_whole, AT(incidents_per_month), .preset = "0"},
	    {"targets", conf_list, AT(target), COUNT(targets), .table = &target_table},
	    {"services", conf_list, AT(service), COUNT(services), .table = &service_table},
	    {"reports", conf_list, AT(report), COUNT(reports), .table = &report_table},
	    {"objectives", conf_list, AT(objective), COUNT(objectives), .table = &objective_table},
	    {0},
	},
};
