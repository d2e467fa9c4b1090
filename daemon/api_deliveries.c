#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "codec/table.h"
#include "delivery.h"

#define PAGE 100
#define PAGE_MAX 1000

static int
state_read(const char *text, int *state, struct err *err)
{
	for (*state = OUTBOX_STATES - 1; text != NULL && *state >= 0; (*state)--) {
		if (strcmp(outbox_state_names[*state], text) == 0)
			return 0;
	}
	*state = -1;
	return text == NULL
	    ? 0
	    : err_set(err, "state=%.40s: waiting, delivered or failed is wanted", text);
}

/* What a list is restricted to, and whether it is wanted as CSV. */
static int
filter_read(const struct request *r, struct delivery_filter *f, bool *csv, struct err *err)
{
	static const char *const names[] = {
	    "state", "receiver", "alert", "limit", "cursor", "format", NULL};
	const char *format = request_param(r, "format");
	int64_t limit;

	*f = (struct delivery_filter){.receiver = request_param(r, "receiver")};
	*csv = format != NULL && strcmp(format, "csv") == 0;
	if (params_check(r, names, err) != 0 ||
	    state_read(request_param(r, "state"), &f->state, err) != 0 ||
	    param_number(r, "alert", 1, INT64_MAX, -1, &f->alert, err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, &limit, err) != 0 ||
	    param_number(r, "cursor", 1, INT64_MAX, INT64_MAX, &f->below, err) != 0)
		return -1;
	f->limit = (int)limit;
	if (format != NULL && !*csv && strcmp(format, "json") != 0)
		return err_set(err, "format=%.40s: json or csv is wanted", format);
	return 0;
}

static void
answer_csv(struct answer *a, const struct stored_delivery *list, int n)
{
	static const char *const head[] = {"id", "message", "receiver", "alert", "type",
	    "created_at", "state", "attempts", "first_attempt_at", "next_attempt_at", "ended_at",
	    "status", "error", NULL};
	const json_t *value;
	struct table t;
	json_t *row;

	table_init(&t, head);
	for (int i = 0; i < n; i++) {
		row = delivery_json(&list[i]);
		for (size_t c = 0; head[c] != NULL; c++) {
			value = json_object_get(row, head[c]);
			if (json_is_integer(value))
				table_cellf(&t, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
			else
				table_cell(
				    &t, json_is_string(value) ? json_string_value(value) : "");
		}
		table_end(&t);
		json_decref(row);
	}
	table_csv(&t, &a->body);
	table_free(&t);
	a->type = "text/csv; charset=utf-8";
}

static void
answer_list(struct answer *a, const struct stored_delivery *list, int n, bool more)
{
	json_t *deliveries = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(deliveries, delivery_json(&list[i]));
	answer_json(a, 200,
	    json_pack("{so so}", "deliveries", deliveries, "next",
		more ? json_sprintf("%" PRId64, list[n - 1].row.id) : json_null()));
}

void
api_deliveries(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct stored_delivery *list;
	struct delivery_filter filter;
	struct err err;
	bool csv;
	int n;

	if (filter_read(r, &filter, &csv, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return;
	}
	n = store_deliveries(api->reader, &filter, &arena, &list, &err);
	if (n < 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (csv)
		answer_csv(a, list, n);
	else
		answer_list(a, list, n, n == filter.limit);
	arena_free(&arena);
}

void
api_delivery(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};
	struct api *api = context;
	struct arena arena = {0};
	int64_t id = strtoll(r->segment[2], NULL, 10);
	struct stored_delivery d;
	struct err err;
	char canonical[24];
	int found = 0;

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	if (params_check(r, names, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return;
	}
	if (strcmp(canonical, r->segment[2]) == 0)
		found = store_delivery(api->reader, id, &arena, &d, &err);
	if (found < 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (found == 0)
		answer_problem(a, 404,
		    "there is no delivery '%.40s'; GET /v1/deliveries lists them", r->segment[2]);
	else
		answer_json(a, 200, delivery_json(&d));
	arena_free(&arena);
}
