#include "verify_closing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/score.h"
#include "watch.h"

/* A revision being looked at. */
struct look {
	char key[400];
	void (*each)(void *context, const char *key, const char *sentence);
	void *context;
	int64_t told;
};

/* What the evidence of an indicator comes to. */
struct weighed {
	int64_t outcome[OUTCOMES]; /* how often, in all */
	int64_t a, b, c; /* of what is counted: bad outages; good measurements and assessments */
	int64_t assessed;
};

static void
tell(struct look *l, const char *indicator, const char *sentence)
{
	char key[512];

	snprintf(key, sizeof(key), "%s %s", l->key, indicator);
	l->each(l->context, key, sentence);
	l->told++;
}

static enum outcome
outcome_of(const char *name)
{
	int o = 0;

	while (strcmp(outcome_names[o], name) != 0 && o + 1 < OUTCOMES)
		o++;
	return (enum outcome)o;
}

/* Weighs all evidence of a state, by indicator. */
static int
weigh(struct evidence_reader *r, struct weighed all[INDICATORS], struct err *err)
{
	struct stored_evidence e;
	struct weighed *w;
	enum outcome o;
	int i, more;

	while ((more = evidence_next(r, &e, err)) > 0) {
		i = indicator_find(e.indicator);
		if (i < 0)
			continue;
		w = &all[i];
		o = outcome_of(e.counted);
		w->outcome[o] += strcmp(e.kind, "event") == 0 ? e.a : 1;
		if (o == OUTCOME_GOOD || o == OUTCOME_BAD) {
			w->a += e.a;
			w->b += e.b;
			w->c += e.c;
			w->assessed++;
		}
	}
	return more;
}

/* What A and B the evidence gives; B is -1 where it is promised, not counted. */
static void
sums_of(enum indicator i, const struct weighed *w, int64_t *a, int64_t *b)
{
	int64_t good = w->outcome[OUTCOME_GOOD], bad = w->outcome[OUTCOME_BAD];
	bool complement = indicator_table[i].formula == FORMULA_COMPLEMENT;

	*a = complement || indicator_table[i].formula == FORMULA_ABSENCE ? bad : good;
	*b = good + bad + w->outcome[OUTCOME_PENDING];
	if (i == INFORMATION_INTEGRITY_RATE)
		*b = good;
	if (i == SERVICE_AVAILABILITY || indicator_table[i].input == INPUT_MEASUREMENT ||
	    indicator_table[i].input == INPUT_ASSESSMENT)
		*a = w->a;
	if (indicator_table[i].input == INPUT_MEASUREMENT)
		*b = w->b;
	if (indicator_table[i].input == INPUT_ASSESSMENT)
		*b = LEVEL_TOP * w->assessed;
	if (i == SERVICE_AVAILABILITY || i == INCIDENT_CONTROL_RATE ||
	    indicator_table[i].formula == FORMULA_ABSENCE)
		*b = -1;
}

static bool
is_number(const json_t *value, int64_t n, int64_t unit)
{
	return json_number_value(value) == (double)n / (double)unit;
}

static void
adds_up(struct look *l, const struct weighed all[INDICATORS], const struct closed_score *s)
{
	enum indicator i = (enum indicator)indicator_find(s->indicator);
	struct weighed w = all[i];
	json_t *score = json_loads(s->score, 0, NULL);
	int64_t a, b, pending = w.outcome[OUTCOME_PENDING];

	sums_of(i, &w, &a, &b);
	if (!is_number(json_object_get(score, "a"), a, score_unit_a(i)) ||
	    (b >= 0 && !is_number(json_object_get(score, "b"), b, 1)) ||
	    (indicator_table[i].formula == FORMULA_WEIGHTED &&
		!is_number(json_object_get(score, "c"), w.c, 1)) ||
	    !is_number(json_object_get(score, "pending"), pending, 1))
		tell(l, s->indicator, "is not what its evidence adds up to");
	json_decref(score);
}

static void
tell_moved(struct look *l, json_t *list, const char *sentence)
{
	const json_t *o;
	size_t n;

	json_array_foreach(list, n, o)
	    tell(l, json_string_value(json_object_get(o, "indicator")), sentence);
	json_decref(list);
}

/* Whether its scores, as a whole, are what its evidence comes to. */
static int
all_add_up(struct look *l, struct closed_state *state, struct err *err)
{
	struct weighed all[INDICATORS] = {{{0}, 0, 0, 0, 0}};

	if (weigh(state->evidence, all, err) != 0)
		return -1;
	for (size_t i = 0; i < state->scores; i++) {
		if (state->score[i].service == NULL)
			adds_up(l, all, &state->score[i]);
	}
	return 0;
}

/* The revision against what the log comes to at its record. */
static int
follows(struct look *l, struct store *fresh, const struct config *c,
    const struct stored_closing *closing, const struct closed_state *state, struct arena *a,
    struct err *err)
{
	const struct moved_page page = {0, CLOSING_MOVED};
	struct window w = {.from = closing->from,
	    .to = closing->to,
	    .zone = watch_zone(c, closing->agreement, closing->closed)};
	const struct act act = {.store = fresh, .config = c, .now = closing->closed};
	struct closed_state again;
	json_t *moved = NULL;
	int64_t count;

	snprintf(w.name, sizeof(w.name), "%s", closing->window);
	if (closing_gather(&act, closing->agreement, &w, a, &again, err) == 0)
		moved = closing_moved(again.evidence, state->evidence, &page, &count, err);
	if (moved != NULL) {
		tell_moved(
		    l, closing_scores_moved(&again, state), "is not the score that the log gives");
		tell_moved(l, moved, "does not count what the log gives");
	}
	closing_end(&again);
	return moved == NULL ? -1 : 0;
}

int
verify_closing(struct store *stored, struct store *fresh, const struct config *c,
    const struct stored_closing *closing,
    void (*each)(void *context, const char *key, const char *sentence), void *context,
    int64_t *differences, struct err *err)
{
	struct look l = {.each = each, .context = context};
	struct arena arena = {0};
	struct closed_state state = {0};
	int rc = closing_load(stored, closing->id, &arena, &state, err);

	snprintf(l.key, sizeof(l.key), "%s %s, revision %" PRId64, closing->agreement,
	    closing->window, closing->revision);
	if (rc == 0)
		rc = all_add_up(&l, &state, err);
	closing_end(&state);
	if (rc == 0 && strcmp(closing->judgement, c->judgement) == 0) {
		state.evidence = store_evidence(stored, closing->id, err);
		rc = state.evidence == NULL ? -1
					    : follows(&l, fresh, c, closing, &state, &arena, err);
	}
	closing_end(&state);
	*differences += l.told;
	arena_free(&arena);
	return rc;
}
