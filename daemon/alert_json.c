#include "alert_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "domain/alert.h"

static bool
has_value(const struct stored_alert *row)
{
	return rule_has_value(&(struct rule){.kind = (enum rule_kind)row->kind});
}

static double
value_of(const struct stored_alert *row)
{
	return (double)row->good / (double)row->total;
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
scope_json(const struct stored_alert *row)
{
	json_t *scope = json_object();

	for (int d = 0; d < DIMENSIONS; d++) {
		if (row->scope[d] != NULL)
			json_object_set_new(scope, dimension_names[d], json_string(row->scope[d]));
	}
	return scope;
}

static const char *
level_shown(const struct stored_alert *row)
{
	return level_names[row->state == ALERT_PENDING ? row->candidate : row->level];
}

static json_t *
id_or_null(int64_t id)
{
	return id == 0 ? json_null() : json_sprintf("%" PRId64, id);
}

/* What people and time made of it. */
static json_t *
desk_json(const struct stored_alert *row)
{
	return json_pack("{so so so so so so so}", "fired_at", json_instant(row->fired),
	    "resolved_at", json_instant(row->resolved), "reason", json_text_or_null(row->reason),
	    "acknowledged_by", json_text_or_null(row->acked_by), "acknowledged_at",
	    json_instant(row->acked), "escalated_at", json_instant(row->escalated), "silenced_by",
	    id_or_null(row->silence));
}

json_t *
alert_json(const struct stored_alert *row)
{
	json_t *about = row->about == NULL ? NULL : json_loads(row->about, 0, NULL),
	       *desk = desk_json(row), *o;
	bool valued = has_value(row);

	o = json_pack("{so ss ss so so so so so ss ss sb so so so so}", "id", id_or_null(row->id),
	    "rule", row->rule, "kind", rule_kind_names[row->kind], "indicator",
	    json_text_or_null(row->indicator), "scope", scope_json(row), "about",
	    about == NULL ? json_null() : about, "window", json_text_or_null(row->window), "cohort",
	    row->kind == RULE_SCORE ? json_string(cohort_names[row->cohort]) : json_null(), "state",
	    alert_state_names[row->state], "level", level_shown(row), "no_data", row->no_data,
	    "value", valued && row->total > 0 ? json_real(value_of(row)) : json_null(), "a",
	    a_json(row), "b", b_json(row), "since", json_instant(row->since));
	if (o != NULL)
		json_object_update(o, desk);
	json_decref(desk);
	return o;
}

int
alert_named(struct store *s, const char *segment, struct arena *a, struct stored_alert *row,
    struct err *err)
{
	int64_t id = strtoll(segment, NULL, 10);
	char canonical[24];

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	return strcmp(canonical, segment) == 0 ? store_alert(s, id, a, row, err) : 0;
}

static json_t *
line_json(const struct alert_line *l)
{
	return json_pack("{so ss so so so so so}", "at", json_instant(l->at), "what", l->what, "by",
	    json_text_or_null(l->by), "note", json_text_or_null(l->note), "cause",
	    json_text_or_null(l->cause), "measure", json_text_or_null(l->measure), "verification",
	    json_text_or_null(l->verification));
}

int
alert_show(struct store *s, const char *segment, struct arena *a, json_t **shown, struct err *err)
{
	struct stored_alert row;
	struct alert_line *line;
	int found = alert_named(s, segment, a, &row, err), n;
	json_t *history;

	if (found <= 0)
		return found;
	n = store_alert_history(s, row.id, a, &line, err);
	if (n < 0)
		return -1;
	history = json_array();
	for (int i = 0; i < n; i++)
		json_array_append_new(history, line_json(&line[i]));
	*shown = alert_json(&row);
	json_object_set_new(*shown, "history", history);
	return 1;
}

const char *const alert_csv_head[] = {"id", "rule", "kind", "indicator", "agreement", "service",
    "priority", "team", "state", "level", "value", "a", "b", "since", "fired_at", "resolved_at",
    "reason", "acknowledged_by", "acknowledged_at", "escalated_at", "silenced_by", "about", NULL};

/* The members of its JSON that a row of text has, as they stand there; null is empty. */
static void
cell(struct table *t, const json_t *value)
{
	if (json_is_string(value))
		table_cell(t, json_string_value(value));
	else if (json_is_integer(value))
		table_cellf(t, "%" PRId64, (int64_t)json_integer_value(value));
	else if (json_is_real(value))
		table_cellf(t, "%.17g", json_real_value(value));
	else
		table_cell(t, "");
}

void
alert_csv(struct table *t, const struct stored_alert *row)
{
	json_t *o = alert_json(row), *scope = json_object_get(o, "scope");

	for (size_t i = 0; alert_csv_head[i] != NULL; i++) {
		if (strcmp(alert_csv_head[i], "about") == 0)
			table_cell(t, row->about == NULL ? "" : row->about);
		else if (json_object_get(o, alert_csv_head[i]) != NULL)
			cell(t, json_object_get(o, alert_csv_head[i]));
		else
			cell(t, json_object_get(scope, alert_csv_head[i]));
	}
	table_end(t);
	json_decref(o);
}
