#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/table.h"
#include "domain/alert.h"
#include "watch.h"

#define PAGE 100
#define PAGE_MAX 1000

/* Whether it is about a value in a window. */
static bool
has_value(const struct stored_alert *row)
{
	const struct rule rule = {.kind = (enum rule_kind)row->kind};

	return rule_has_value(&rule);
}

static json_t *
a_json(const struct stored_alert *row)
{
	int i = indicator_find(row->indicator);

	if (!has_value(row))
		return json_null();
	return json_parts(row->a, i < 0 ? 1 : score_unit_a((enum indicator)i));
}

static json_t *
b_json(const struct stored_alert *row)
{
	int i = indicator_find(row->indicator);

	if (!has_value(row) || (i >= 0 && indicator_table[i].formula == FORMULA_ABSENCE))
		return json_null();
	return json_parts(row->b, i < 0 ? 1 : score_unit_b((enum indicator)i));
}

static json_t *
about_json(const struct stored_alert *row)
{
	json_t *about = row->about == NULL ? NULL : json_loads(row->about, 0, NULL);

	return about == NULL ? json_null() : about;
}

static json_t *
text_or_nothing(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
alert_json(const struct stored_alert *row)
{
	json_t *scope = json_object();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (row->scope[d] != NULL)
			json_object_set_new(scope, dimension_names[d], json_string(row->scope[d]));
	}
	return json_pack("{so ss ss so so so so so ss ss sb so so so so so so so}", "id",
	    json_sprintf("%" PRId64, row->id), "rule", row->rule, "kind",
	    rule_kind_names[row->kind], "indicator", text_or_nothing(row->indicator), "scope",
	    scope, "about", about_json(row), "window", text_or_nothing(row->window), "cohort",
	    row->indicator[0] == '\0' ? json_null() : json_string(cohort_names[row->cohort]),
	    "state", alert_state_names[row->state], "level",
	    level_names[row->state == ALERT_PENDING ? row->candidate : row->level], "no_data",
	    row->no_data, "value",
	    row->total == 0 ? json_null() : json_real((double)row->good / (double)row->total), "a",
	    a_json(row), "b", b_json(row), "since", json_instant(row->since), "fired_at",
	    json_instant(row->fired), "resolved_at", json_instant(row->resolved), "reason",
	    json_text_or_null(row->reason));
}

static int
state_read(const struct request *r, int *state, struct err *err)
{
	const char *text = request_param(r, "state");

	*state = -1;
	for (int s = ALERT_PENDING; text != NULL && s < ALERT_STATES; s++) {
		if (strcmp(alert_state_names[s], text) == 0)
			*state = s;
	}
	if (text != NULL && *state < 0)
		return err_set(err, "state=%.40s: pending, firing or resolved is wanted", text);
	return 0;
}

/* A page of alerts, newest first; fills the answer where that fails. */
static int
page_read(struct api *api, const struct request *r, struct arena *arena, struct stored_alert **list,
    int64_t *limit, struct answer *a)
{
	static const char *const names[] = {"state", "limit", "cursor", NULL};
	int64_t below;
	struct err err;
	int state, n;

	if (params_check(r, names, &err) != 0 || state_read(r, &state, &err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, limit, &err) != 0 ||
	    param_number(r, "cursor", 1, INT64_MAX, INT64_MAX, &below, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return -1;
	}
	n = store_alerts_page(api->reader, below, state, (int)*limit, arena, list, &err);
	if (n < 0)
		answer_problem(a, 503, "%s", err.msg);
	return n;
}

void
api_alerts(void *context, const struct request *r, struct answer *a)
{
	struct arena arena = {0};
	struct stored_alert *list;
	int64_t limit;
	int n = page_read(context, r, &arena, &list, &limit, a);
	json_t *alerts = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(alerts, alert_json(&list[i]));
	if (n >= 0)
		answer_json(a, 200,
		    json_pack("{sOso}", "alerts", alerts, "next",
			n == limit ? json_sprintf("%" PRId64, list[n - 1].id) : json_null()));
	json_decref(alerts);
	arena_free(&arena);
}

void
api_alert(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct stored_alert row;
	struct err err;
	char canonical[24];
	int64_t id = strtoll(r->segment[2], NULL, 10);
	int found = 0;

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	if (strcmp(canonical, r->segment[2]) == 0)
		found = store_alert(api->reader, id, &arena, &row, &err);

	if (found < 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (found == 0)
		answer_problem(
		    a, 404, "there is no alert '%.40s'; GET /v1/alerts lists them", r->segment[2]);
	else
		answer_json(a, 200, alert_json(&row));
	arena_free(&arena);
}

static void
alert_row(struct table *t, const struct stored_alert *row)
{
	char since[STAMP_TEXT];
	struct buf scope = BUF_INIT(4096);

	for (int d = 0; d < DIMENSIONS; d++) {
		if (row->scope[d] != NULL)
			buf_putf(&scope, "%s%s=%s", scope.len > 0 ? " " : "", dimension_names[d],
			    row->scope[d]);
	}
	table_cellf(t, "%" PRId64, row->id);
	table_cell(t, alert_state_names[row->state]);
	table_cell(t, level_names[row->state == ALERT_PENDING ? row->candidate : row->level]);
	table_cell(t, row->rule);
	table_cell(t, buf_text(&scope));
	if (row->total > 0)
		table_cellf(t, "%.2f %%", 100 * (double)row->good / (double)row->total);
	else
		table_cell(t, "-");
	table_cell(t, row->since == STAMP_NEVER ? "-" : stamp_format(row->since, since));
	table_cell(t, rule_kind_names[row->kind]);
	table_cell(t, row->subject[0] == '\0' ? "-" : row->subject);
	table_end(t);
	buf_free(&scope);
}

void
api_alerts_text(void *context, const struct request *r, struct answer *a)
{
	static const char *const head[] = {
	    ">ID", "STATE", "LEVEL", "RULE", "SCOPE", ">VALUE", "SINCE", "KIND", "ABOUT", NULL};
	struct arena arena = {0};
	struct stored_alert *list;
	struct table t;
	int64_t limit;
	int n = page_read(context, r, &arena, &list, &limit, a);

	if (n >= 0) {
		table_init(&t, head);
		for (int i = 0; i < n; i++)
			alert_row(&t, &list[i]);
		table_text(&t, &a->body);
		table_free(&t);
		a->type = "text/plain; charset=utf-8";
	}
	arena_free(&arena);
}
