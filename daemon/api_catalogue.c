#include "api.h"
#include "domain/ladder.h"

static const char *const formulas[] = {
    [FORMULA_SHARE] = "A/B",
    [FORMULA_COMPLEMENT] = "1-A/B",
    [FORMULA_ABSENCE] = "1 if A = 0, else 0",
    [FORMULA_LADDER] = "A/5",
    [FORMULA_WEIGHTED] = "0.7*A/B + 0.3*C/B",
};

static const char *const inputs[] = {
    [INPUT_TICKETS] = "tickets",
    [INPUT_OUTAGES] = "outages",
    [INPUT_EVENTS] = "events",
    [INPUT_REPORTS] = "reports",
    [INPUT_MEASUREMENT] = "measurement.recorded",
    [INPUT_ASSESSMENT] = "assessment.recorded",
};

static json_t *
ladder_json(enum indicator i)
{
	const struct ladder *l = ladder_of(i);
	json_t *list = l == NULL ? json_null() : json_array();

	for (int n = 0; l != NULL && n < LEVEL_TOP; n++)
		json_array_append_new(list,
		    json_pack("{sissss}", "level", n + 1, "text", l->level[n], "text_zh",
			l->level_zh[n]));
	return list;
}

static json_t *
dimensions_json(const struct indicator_info *info)
{
	json_t *list = json_array();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (info->dimensions >> d & 1)
			json_array_append_new(list, json_string(dimension_names[d]));
	}
	return list;
}

static json_t *
indicator_json(enum indicator i)
{
	const struct indicator_info *info = &indicator_table[i];

	return json_pack("{sisssssssssssssssosososbsoso}", "number", (int)i + 1, "id", info->id,
	    "name", info->name, "name_zh", info->name_zh, "characteristic",
	    characteristic_names[info->characteristic], "sub_characteristic", info->sub, "formula",
	    formulas[info->formula], "input", inputs[info->input], "a", json_text_or_null(info->a),
	    "b", json_text_or_null(info->b), "c",
	    json_text_or_null(
		info->formula == FORMULA_WEIGHTED ? "engineers with a degree in the field" : NULL),
	    "one_if_b_zero", info->one_if_empty, "dimensions", dimensions_json(info), "ladder",
	    ladder_json(i));
}

void
api_indicators(void *context, const struct request *r, struct answer *a)
{
	json_t *list = json_array();

	(void)context, (void)r;
	for (enum indicator i = 0; i < INDICATORS; i++)
		json_array_append_new(list, indicator_json(i));
	answer_json(a, 200, json_pack("{ssso}", "standard", "GB/T 33850-2017", "indicators", list));
}

void
api_indicator(void *context, const struct request *r, struct answer *a)
{
	int i = indicator_find(r->segment[2]);

	(void)context;
	if (i < 0)
		answer_problem(a, 404,
		    "there is no indicator '%.60s'; GET /v1/indicators lists the 32",
		    r->segment[2]);
	else
		answer_json(a, 200, indicator_json((enum indicator)i));
}
