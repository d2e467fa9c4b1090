#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/table.h"
#include "domain/improvement.h"
#include "improvement.h"

#define PAGE 100
#define PAGE_MAX 1000

/* What a list is restricted to. */
struct wanted {
	int state;
	const char *agreement, *indicator;
	int64_t limit, below;
	bool csv;
};

static int
wanted_read(const struct request *r, struct wanted *w, struct err *err)
{
	static const char *const names[] = {
	    "state", "agreement", "indicator", "limit", "cursor", "format", NULL};
	const char *state = request_param(r, "state"), *format = request_param(r, "format");

	*w = (struct wanted){.state = -1,
	    .agreement = request_param(r, "agreement"),
	    .indicator = request_param(r, "indicator"),
	    .csv = format != NULL && strcmp(format, "csv") == 0};
	for (int s = 0; state != NULL && s < IMPROVEMENT_STATES; s++) {
		if (strcmp(improvement_state_names[s], state) == 0)
			w->state = s;
	}
	if (params_check(r, names, err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, &w->limit, err) != 0 ||
	    param_number(r, "cursor", 1, INT64_MAX, INT64_MAX, &w->below, err) != 0)
		return -1;
	if (state != NULL && w->state < 0)
		return err_set(
		    err, "state=%.40s: identified, acting, verifying or closed is wanted", state);
	if (format != NULL && !w->csv && strcmp(format, "json") != 0)
		return err_set(err, "format=%.40s: json or csv is wanted", format);
	return 0;
}

static const char *
number_text(const json_t *value, char text[static 40])
{
	snprintf(text, 40, "%.17g", json_number_value(value));
	return json_is_number(value) ? text : "";
}

static void
answer_csv(struct answer *a, const json_t *list)
{
	static const char *const head[] = {"id", "state", "indicator", "agreement", "service",
	    "priority", "team", "title", "aim", "due", "baseline_window", "baseline", "present",
	    "reached", NULL};
	const json_t *o, *baseline, *reached;
	const char *text;
	struct table t;
	char number[40];
	size_t n;

	table_init(&t, head);
	json_array_foreach((json_t *)list, n, o)
	{
		baseline = json_object_get(o, "baseline");
		reached = json_object_get(o, "reached");
		for (size_t c = 0; c < 3; c++)
			table_cell(&t, json_string_value(json_object_get(o, head[c])));
		for (int d = 0; d < DIMENSIONS; d++) {
			text = json_string_value(
			    json_object_get(json_object_get(o, "scope"), dimension_names[d]));
			table_cell(&t, text == NULL ? "" : text);
		}
		table_cell(&t, json_string_value(json_object_get(o, "title")));
		table_cell(&t, number_text(json_object_get(o, "aim"), number));
		text = json_string_value(json_object_get(o, "due"));
		table_cell(&t, text == NULL ? "" : text);
		table_cell(&t, json_string_value(json_object_get(baseline, "window")));
		table_cell(&t, number_text(json_object_get(baseline, "value"), number));
		table_cell(&t,
		    number_text(json_object_get(json_object_get(o, "present"), "value"), number));
		table_cell(&t,
		    json_is_true(reached)        ? "true"
			: json_is_false(reached) ? "false"
						 : "");
		table_end(&t);
	}
	table_csv(&t, &a->body);
	table_free(&t);
	a->type = "text/csv; charset=utf-8";
}

static void
answer_list(struct answer *a, const struct wanted *w, json_t *list, bool more, int64_t last)
{
	if (w->csv)
		answer_csv(a, list);
	else
		answer_json(a, 200,
		    json_pack("{sO so}", "improvements", list, "next",
			more ? json_sprintf("%" PRId64, last) : json_null()));
}

static int
list_read(const struct improvement_view *v, const struct wanted *w, json_t *list, int64_t *last,
    struct err *err)
{
	struct stored_improvement *rows;
	int n = store_improvements(v->store, w->below, w->state, w->agreement, w->indicator,
	    (int)w->limit, v->arena, &rows, err);
	json_t *json;

	for (int i = 0; i < n; i++) {
		json = improvement_json(v, &rows[i], err);
		if (json == NULL)
			return -1;
		json_array_append_new(list, json);
		*last = rows[i].id;
	}
	return n;
}

void
api_improvements(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct improvement_asked *asked = NULL;
	struct improvement_view v = {api->reader, api->config, 0, &arena, &asked};
	json_t *list = json_array();
	struct wanted w;
	int64_t last = 0;
	struct err err;
	int n = -1;

	if (wanted_read(r, &w, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
	} else {
		if (store_begin_read(api->reader, &err) == 0 && api_as_of(api, &v.now, &err) == 0)
			n = list_read(&v, &w, list, &last, &err);
		if (n < 0)
			answer_problem(a, 503, "%s", err.msg);
		else
			answer_list(a, &w, list, n == w.limit, last);
	}
	store_rollback(api->reader);
	json_decref(list);
	arena_free(&arena);
}

void
api_improvement(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};
	struct api *api = context;
	struct arena arena = {0};
	struct improvement_view v = {api->reader, api->config, 0, &arena, NULL};
	int64_t id = strtoll(r->segment[2], NULL, 10);
	struct stored_improvement i;
	char canonical[24];
	json_t *json = NULL;
	struct err err;
	int found = -1;

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	if (params_check(r, names, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return;
	}
	if (store_begin_read(api->reader, &err) == 0 && api_as_of(api, &v.now, &err) == 0)
		found = strcmp(canonical, r->segment[2]) != 0
		    ? 0
		    : store_improvement(api->reader, id, &arena, &i, &err);
	if (found > 0)
		json = improvement_json(&v, &i, &err);
	if (found == 0)
		answer_problem(a, 404,
		    "there is no improvement '%.40s'; GET /v1/improvements lists them",
		    r->segment[2]);
	else if (json == NULL)
		answer_problem(a, 503, "%s", err.msg);
	else
		answer_json(a, 200, json);
	store_rollback(api->reader);
	arena_free(&arena);
}
