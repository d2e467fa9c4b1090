#include <string.h>

#include "base/stamp.h"
#include "papers.h"
#include "watch_inside.h"

#define OVERDUE (31 * STAMP_DAY) /* no alert begins for what is overdue for longer */

/* The gravest level that a thing which is due at an instant has reached, but none before `from`. */
static enum level
level_before(struct watch *w, const struct rule *rule, int64_t due, int64_t from)
{
	enum level held = LEVEL_NONE;
	int64_t at;

	for (enum level l = LEVEL_GENERAL; l >= LEVEL_URGENT; l--) {
		if (rule->before[l] == RULE_NONE)
			continue;
		at = due - rule->before[l] < from ? from : due - rule->before[l];
		watch_at(w, at);
		if (at <= w->now)
			held = l;
	}
	return held;
}

static bool
is_watched(const struct rule *rule, const struct agreement *a)
{
	const char *only = rule->where[DIM_AGREEMENT];

	return only == NULL || strcmp(only, a->id) == 0;
}

static int
assessment_watch(struct watch *w, const struct rule *rule, const struct entry *e, struct err *err)
{
	struct stored_alert fresh = watch_fresh(rule);
	struct buf subject = BUF_INIT(1024);
	char until[STAMP_TEXT];

	stamp_format(e->b, until);
	buf_putf(&subject, "%s %s", e->topic, until);
	fresh.scope[DIM_AGREEMENT] = e->agreement;
	fresh.subject = arena_strdup(&w->arena, buf_text(&subject));
	buf_free(&subject);
	return watch_leveled(w, rule, &fresh,
	    json_pack("{ss ss}", "indicator", e->topic, "valid_until", until), true,
	    level_before(w, rule, e->b, e->time), err);
}

/* Of each indicator the last assessment is in force, or was until it expired. */
static int
assessments_watch(
    struct watch *w, const struct rule *rule, const struct agreement *a, struct err *err)
{
	const struct entry *last = NULL;
	struct entry *e;
	int n = store_entries(w->store, ENTRY_ASSESSMENT, a->id, &w->arena, &e, err);

	for (int i = 0; i < n; i++) {
		if (e[i].time < w->now)
			last = &e[i];
		else
			watch_at(w, e[i].time + 1);
		if (i + 1 < n && strcmp(e[i].topic, e[i + 1].topic) == 0)
			continue;
		if (last != NULL && last->b != STAMP_NEVER &&
		    assessment_watch(w, rule, last, err) != 0)
			return -1;
		last = NULL;
	}
	return n < 0 ? -1 : 0;
}

int
watch_expiry(struct watch *w, const struct rule *rule, struct err *err)
{
	const struct agreements *all = &w->config->agreements;
	const struct alert_reading none = {.data = true, .leveled = true};

	for (size_t i = 0; i < all->count; i++) {
		if (is_watched(rule, &all->items[i]) &&
		    assessments_watch(w, rule, &all->items[i], err) != 0)
			return -1;
	}
	return watch_unseen(w, rule, &none, "cleared", err);
}

/* A walk over the reports of an agreement. */
struct walk {
	struct watch *watch;
	const struct rule *rule;
	const struct agreement *agreement;
	struct err *err;
	int rc;
};

/* One that is overdue for long is looked at only for the alert that it has. */
static void
obligation_watch(void *context, const struct obligation *o)
{
	struct walk *walk = context;
	struct watch *w = walk->watch;
	struct stored_alert fresh = watch_fresh(walk->rule);
	struct buf subject = BUF_INIT(1024);
	char period[PERIOD_NAME], due[STAMP_TEXT];
	enum level held = LEVEL_NONE;

	period_name(o->period, period);
	buf_putf(&subject, "%s %s", o->report->id, period);
	fresh.scope[DIM_AGREEMENT] = walk->agreement->id;
	fresh.subject = arena_strdup(&w->arena, buf_text(&subject));
	buf_free(&subject);
	if (walk->rc != 0 || (o->due < w->now - OVERDUE && watch_live(w, &fresh) == NULL))
		return;
	if (o->filing == NULL)
		held = level_before(w, walk->rule, o->due, o->due - o->report->due);
	walk->rc = watch_leveled(w, walk->rule, &fresh,
	    json_pack("{ss ss ss}", "report", o->report->id, "period", period, "due",
		stamp_format(o->due, due)),
	    true, held, walk->err);
}

/* From when on what is due matters: the rule's alerts began at most so long after that. */
static int64_t
due_from(const struct watch *w, const struct rule *rule)
{
	int64_t from = w->now;

	for (int i = 0; i < w->live_count; i++) {
		if (watch_is_of(rule, &w->live[i]) && w->live[i].since < from)
			from = w->live[i].since;
	}
	return from - OVERDUE;
}

static bool
has_reports(const struct agreement *a)
{
	for (size_t v = 0; v < a->versions; v++) {
		if (a->version[v].reports > 0)
			return true;
	}
	return false;
}

int
watch_report(struct watch *w, const struct rule *rule, struct err *err)
{
	const struct agreements *all = &w->config->agreements;
	struct walk walk = {.watch = w, .rule = rule, .err = err};
	int64_t from = due_from(w, rule), to = w->now + 2 * STAMP_MINUTE, ahead = 0;

	for (int l = LEVEL_URGENT; l < LEVELS; l++)
		ahead = rule->before[l] > ahead ? rule->before[l] : ahead;
	for (size_t i = 0; i < all->count && walk.rc == 0; i++) {
		walk.agreement = &all->items[i];
		if (is_watched(rule, walk.agreement) && has_reports(walk.agreement) &&
		    papers_due(w->store, walk.agreement, from, to + ahead, &w->arena,
			obligation_watch, &walk, err) != 0)
			return -1;
	}
	return walk.rc;
}
