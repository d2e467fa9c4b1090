#include "row.h"

#include <string.h>

#include "api.h"
#include "base/stamp.h"

double
fraction_value(struct fraction f)
{
	return (double)f.num / (double)f.den;
}

double
fraction_difference(struct fraction f, struct fraction less)
{
	__int128 parts = (__int128)f.num * less.den - (__int128)less.num * f.den;

	return (double)parts / (double)((__int128)f.den * less.den);
}

json_t *
fraction_json(struct fraction f)
{
	return f.den == 0 ? json_null() : json_real(fraction_value(f));
}

double
objective_value(const struct objective *o)
{
	return (double)o->at_least.units / (double)o->at_least.scale;
}

bool
row_has_a(const struct row *row)
{
	return row->score->reason == NULL || strcmp(row->score->reason, "not_in_scope") != 0;
}

bool
row_has_b(const struct row *row)
{
	return row_has_a(row) && indicator_table[row->indicator].formula != FORMULA_ABSENCE;
}

bool
row_has_c(const struct row *row)
{
	return row_has_a(row) && indicator_table[row->indicator].formula == FORMULA_WEIGHTED;
}

enum met
row_met(const struct row *row)
{
	if (row->objective == NULL || row->score->value.den == 0)
		return MET_UNKNOWN;
	return fraction_reaches(row->score->value, row->objective->at_least) ? MET_YES : MET_NO;
}

static json_t *
excluded_json(const struct score *s)
{
	json_t *o = json_object();

	for (int x = 0; x < EXCLUSIONS; x++) {
		if (s->excluded[x] != 0)
			json_object_set_new(o, exclusion_names[x], json_integer(s->excluded[x]));
	}
	return o;
}

static json_t *
amount_json(bool has, int64_t n, int64_t unit)
{
	return has ? json_parts(n, unit) : json_null();
}

json_t *
row_a_json(const struct row *row)
{
	return amount_json(row_has_a(row), row->score->a, score_unit_a(row->indicator));
}

json_t *
row_b_json(const struct row *row)
{
	return amount_json(row_has_b(row), row->score->b, score_unit_b(row->indicator));
}

json_t *
row_scope_json(const struct row *row)
{
	json_t *scope = json_object();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (row->scope[d] != NULL)
			json_object_set_new(scope, dimension_names[d], json_string(row->scope[d]));
	}
	return scope;
}

void
row_head_put(json_t *o, const struct row *row)
{
	const struct indicator_info *info = &indicator_table[row->indicator];

	json_object_set_new(o, "indicator", json_string(info->id));
	json_object_set_new(
	    o, "characteristic", json_string(characteristic_names[info->characteristic]));
	json_object_set_new(o, "name", json_string(info->name));
	json_object_set_new(o, "name_zh", json_string(info->name_zh));
	json_object_set_new(o, "scope", row_scope_json(row));
}

void
row_amounts_put(json_t *o, const struct row *row)
{
	const struct score *s = row->score;

	json_object_set_new(o, "a", row_a_json(row));
	json_object_set_new(o, "b", row_b_json(row));
	if (indicator_table[row->indicator].formula == FORMULA_WEIGHTED)
		json_object_set_new(o, "c", amount_json(row_has_c(row), s->c, 1));
}

void
row_numbers_put(json_t *o, const struct row *row)
{
	const struct score *s = row->score;
	enum met met = row_met(row);

	row_amounts_put(o, row);
	json_object_set_new(o, "pending", json_integer(s->pending));
	json_object_set_new(o, "excluded", excluded_json(s));
	json_object_set_new(o, "value", fraction_json(s->value));
	json_object_set_new(o, "decided", fraction_json(s->decided));
	json_object_set_new(o, "low", fraction_json(s->low));
	json_object_set_new(o, "high", fraction_json(s->high));
	json_object_set_new(o, "objective",
	    row->objective == NULL ? json_null() : json_real(objective_value(row->objective)));
	json_object_set_new(
	    o, "met", met == MET_UNKNOWN ? json_null() : json_boolean(met == MET_YES));
	json_object_set_new(o, "reason", json_text_or_null(s->reason));
	json_object_set_new(o, "clamped", json_boolean(s->clamped));
	if (s->late_maintenance > 0)
		json_object_set_new(o, "late_maintenance", json_integer(s->late_maintenance));
}

json_t *
row_json(const struct row *row)
{
	json_t *o = json_object();

	row_head_put(o, row);
	row_numbers_put(o, row);
	return o;
}

const struct terms *
row_terms(const struct config *c, const struct scores_query *q, const char *agreement)
{
	int64_t at = q->window.to - 1 < q->now ? q->window.to - 1 : q->now;
	const struct agreement *a;

	if (agreement == NULL)
		return NULL;
	a = agreement_find(&c->agreements, agreement);
	return a == NULL ? NULL : agreement_at(a, at);
}

const struct objective *
row_objective(
    const struct config *c, const struct scores_query *q, const char *agreement, enum indicator i)
{
	const struct terms *terms = row_terms(c, q, agreement);

	return terms == NULL ? NULL : terms_objective(terms, (int)i);
}

struct row
row_of(const struct config *c, const struct scores_query *q, const struct scores_group *group,
    enum indicator i)
{
	struct row row = {.query = q, .indicator = i, .score = &group->score[i]};

	for (int d = 0; d < DIMENSIONS; d++)
		row.scope[d] = scores_only(q, (enum dimension)d);
	for (size_t b = 0; b < q->bys; b++)
		row.scope[q->by[b]] = group->by[b];
	row.objective = row_objective(c, q, row.scope[DIM_AGREEMENT], i);
	return row;
}

void
rows_each(const struct config *c, const struct scores_query *q, const struct scores *scores,
    void (*each)(void *context, const struct row *row), void *context)
{
	struct row row;

	for (size_t g = 0; g < scores->count; g++) {
		for (enum indicator i = 0; i < INDICATORS; i++) {
			if (!q->wanted[i])
				continue;
			row = row_of(c, q, &scores->group[g], i);
			each(context, &row);
		}
	}
}

const char *
window_edge(const struct window *w, int64_t t, char text[static STAMP_TEXT])
{
	return stamp_format_at(t, zone_offset(w->zone, t), text);
}

json_t *
window_json(const struct window *w, enum cohort cohort)
{
	char from[STAMP_TEXT], to[STAMP_TEXT];

	return json_pack("{ss ss ss ss}", "name", w->name, "from", window_edge(w, w->from, from),
	    "to", window_edge(w, w->to, to), "cohort", cohort_names[cohort]);
}
