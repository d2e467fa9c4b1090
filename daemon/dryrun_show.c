#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "codec/table.h"
#include "dryrun.h"
#include "row.h"

static const struct snapshot_agreement *
agreement_of(const struct snapshot *s, const char *id)
{
	size_t low = 0, high = s->agreements, mid;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (strcmp(s->agreement[mid].id, id) <= 0)
			low = mid;
		else
			high = mid;
	}
	return &s->agreement[low];
}

static const struct window *
window_of(const struct dryrun *d, enum side side, const struct move *m)
{
	return &agreement_of(&d->snapshot[side], m->agreement)->window[m->window];
}

static const char *
counted_text(const struct dryrun_count *c)
{
	return c->counts ? outcome_names[measure_outcome(c->measure)] : NULL;
}

static const char *
excluded_text(const struct dryrun_count *c)
{
	return c->counts && measure_outcome(c->measure) == OUTCOME_EXCLUDED
	    ? exclusion_names[measure_exclusion(c->measure)]
	    : NULL;
}

static void
count_put(struct buf *out, const struct dryrun_count *c)
{
	buf_puts(out, c->counts ? counted_text(c) : "nothing");
	if (excluded_text(c) != NULL)
		buf_putf(out, " (%s)", excluded_text(c));
}

static void
change_put(struct buf *out, const struct dryrun_change *c)
{
	const struct dryrun_count *a = &c->side[SIDE_BEFORE], *b = &c->side[SIDE_AFTER];

	buf_putf(out, "      %s", indicator_table[c->indicator].id);
	if (c->cycle > 0)
		buf_putf(out, ", cycle %u", c->cycle + 1);
	buf_puts(out, ": ");
	count_put(out, a);
	if (a->counts == b->counts && a->measure == b->measure) {
		buf_puts(out, ", at another time\n");
		return;
	}
	buf_puts(out, " -> ");
	count_put(out, b);
	buf_puts(out, "\n");
}

static void
tickets_put(struct buf *out, const struct dryrun_tickets *t)
{
	buf_putf(out, "  %s: %" PRId64, t->agreement, t->count);
	if (t->retimed > 0)
		buf_putf(out, ", of them only at another time: %" PRId64, t->retimed);
	buf_puts(out, "\n");
	for (size_t i = 0; i < t->named; i++) {
		buf_putf(out, "    %s of %s\n", t->ticket[i].subject, t->ticket[i].source);
		for (size_t c = 0; c < t->ticket[i].changes; c++)
			change_put(out, &t->ticket[i].change[c]);
	}
	if (t->count > (int64_t)t->named)
		buf_putf(out, "    and %" PRId64 " more\n", t->count - (int64_t)t->named);
}

struct showing {
	const struct dryrun *dryrun;
	struct table table;
	json_t *list;
};

static void
move_to_text(void *context, const struct move *m)
{
	struct buf before = BUF_INIT(200), after = BUF_INIT(200);
	struct showing *s = context;
	struct table *t = &s->table;

	move_text(m, &before, &after);
	table_cell(t, indicator_table[m->indicator].id);
	table_cell(t, m->agreement);
	table_cell(t, m->service == NULL ? "*" : m->service[0] == '\0' ? "-" : m->service);
	table_cell(t, window_of(s->dryrun, SIDE_AFTER, m)->name);
	table_cell(t, buf_text(&before));
	table_cell(t, buf_text(&after));
	table_end(t);
	buf_free(&before);
	buf_free(&after);
}

static void
moves_put(struct buf *out, const struct dryrun *d)
{
	static const char *const head[] = {
	    "INDICATOR", "AGREEMENT", "SERVICE", "WINDOW", "BEFORE", "AFTER", NULL};
	struct showing s = {.dryrun = d};

	table_init(&s.table, head);
	snapshot_compare(&d->snapshot[SIDE_BEFORE], &d->snapshot[SIDE_AFTER], move_to_text, &s);
	table_text(&s.table, out);
	table_free(&s.table);
}

void
dryrun_text(const struct dryrun *d, struct buf *out)
{
	char now[STAMP_TEXT];

	buf_putf(out, "as of %s\n", stamp_format(d->now, now));
	buf_putf(out, "tickets that would count otherwise: %" PRId64 "\n", d->tickets);
	for (size_t i = 0; i < d->agreements; i++)
		tickets_put(out, &d->agreement[i]);
	buf_putf(out, "scores that would move: %zu\n", d->moves);
	if (d->moves > 0)
		moves_put(out, d);
	if (!d->complete)
		buf_puts(out,
		    "there are too many agreements or services: some scores were not compared\n");
}

static json_t *
ticket_json(const struct dryrun_ticket *t)
{
	json_t *changes = json_array();
	const struct dryrun_change *c;

	for (size_t i = 0; i < t->changes; i++) {
		c = &t->change[i];
		json_array_append_new(changes,
		    json_pack("{si ss so so so so}", "cycle", (int)c->cycle + 1, "indicator",
			indicator_table[c->indicator].id, "before",
			json_text_or_null(counted_text(&c->side[SIDE_BEFORE])), "after",
			json_text_or_null(counted_text(&c->side[SIDE_AFTER])), "excluded_before",
			json_text_or_null(excluded_text(&c->side[SIDE_BEFORE])), "excluded_after",
			json_text_or_null(excluded_text(&c->side[SIDE_AFTER]))));
	}
	return json_pack(
	    "{ss ss so}", "subject", t->subject, "source", t->source, "changes", changes);
}

static json_t *
tickets_json(const struct dryrun *d)
{
	json_t *list = json_array(), *named;
	const struct dryrun_tickets *t;

	for (size_t i = 0; i < d->agreements; i++) {
		t = &d->agreement[i];
		named = json_array();
		for (size_t n = 0; n < t->named; n++)
			json_array_append_new(named, ticket_json(&t->ticket[n]));
		json_array_append_new(list,
		    json_pack("{ss sI sI so}", "agreement", t->agreement, "count",
			(json_int_t)t->count, "retimed", (json_int_t)t->retimed, "named", named));
	}
	return list;
}

/* A score as /v1/scores shows it, but for what the move says itself. */
static json_t *
side_json(const struct dryrun *d, enum side side, const struct move *m, const struct score *score)
{
	const struct config *c = d->snapshot[side].config;
	struct scores_query q = {.window = *window_of(d, side, m), .now = d->now};
	struct row row = {.query = &q, .indicator = m->indicator, .score = score};
	json_t *o;

	if (score == NULL)
		return json_null();
	row.objective = row_objective(c, &q, m->agreement, m->indicator);
	o = json_object();
	row_numbers_put(o, &row);
	return o;
}

static void
move_to_json(void *context, const struct move *m)
{
	struct showing *s = context;
	json_t *scope = json_pack("{ss}", "agreement", m->agreement);

	if (m->service != NULL)
		json_object_set_new(scope, "service", json_string(m->service));
	json_array_append_new(s->list,
	    json_pack("{ss so ss so so}", "indicator", indicator_table[m->indicator].id, "scope",
		scope, "window", snapshot_windows[m->window], "before",
		side_json(s->dryrun, SIDE_BEFORE, m, m->before), "after",
		side_json(s->dryrun, SIDE_AFTER, m, m->after)));
}

/* Each agreement's windows, whose edges another zone moves. */
static json_t *
windows_json(const struct dryrun *d)
{
	const struct snapshot *before = &d->snapshot[SIDE_BEFORE];
	const struct snapshot *after = &d->snapshot[SIDE_AFTER];
	json_t *list = json_array();

	for (size_t i = 0; i < before->agreements; i++) {
		for (int w = 0; w < SNAPSHOT_WINDOWS; w++)
			json_array_append_new(list,
			    json_pack("{ss ss so so}", "agreement", before->agreement[i].id,
				"window", snapshot_windows[w], "before",
				window_json(&before->agreement[i].window[w], COHORT_OPENED),
				"after",
				window_json(&after->agreement[i].window[w], COHORT_OPENED)));
	}
	return list;
}

json_t *
dryrun_json(const struct dryrun *d)
{
	struct showing s = {.dryrun = d, .list = json_array()};

	snapshot_compare(&d->snapshot[SIDE_BEFORE], &d->snapshot[SIDE_AFTER], move_to_json, &s);
	return json_pack("{so sb sb sI so so so}", "as_of", json_instant(d->now), "differs",
	    dryrun_differs(d), "complete", d->complete, "count", (json_int_t)d->tickets, "tickets",
	    tickets_json(d), "windows", windows_json(d), "scores", s.list);
}
