#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alert_json.h"
#include "api.h"
#include "base/stamp.h"
#include "codec/table.h"
#include "domain/alert.h"

#define PAGE 100
#define PAGE_MAX 1000

/* A word of a list, or `otherwise` where the parameter is absent. */
static int
word_read(const struct request *r, const char *name, const char *const *words, int first, int count,
    int otherwise, int *value, struct err *err)
{
	struct buf known = BUF_INIT(200);
	const char *text = request_param(r, name);
	int rc = 0;

	*value = otherwise;
	for (int i = first; text != NULL && i < count; i++) {
		if (strcmp(words[i], text) == 0)
			*value = i;
		buf_putf(&known, "%s%s",
		    i == first           ? ""
			: i + 1 == count ? " or "
					 : ", ",
		    words[i]);
	}
	if (text != NULL && *value == otherwise)
		rc = err_set(err, "%s=%.40s: %s is wanted", name, text, buf_text(&known));
	buf_free(&known);
	return rc;
}

static int
instant_read(const struct request *r, const char *name, int64_t otherwise, struct arena *arena,
    int64_t *t, struct err *err)
{
	const char *text = request_param(r, name);

	*t = otherwise;
	if (text == NULL)
		return 0;
	if (stamp_parse(offset_mended(text, arena), t, err) != 0)
		return err_prefix(err, "%s=%.60s", name, text);
	return 0;
}

static int
wanted_read(const struct request *r, struct arena *arena, struct alerts_wanted *w, bool *csv,
    struct err *err)
{
	static const char *const names[] = {"format", "state", "rule", "level", "agreement",
	    "service", "from", "to", "limit", "cursor", NULL};
	const char *format = request_param(r, "format");
	int64_t limit;

	*w = (struct alerts_wanted){.rule = request_param(r, "rule"),
	    .agreement = request_param(r, "agreement"),
	    .service = request_param(r, "service")};
	if (params_check(r, csv == NULL ? names + 1 : names, err) != 0 ||
	    word_read(r, "state", alert_state_names, ALERT_PENDING, ALERT_STATES, -1, &w->state,
		err) != 0 ||
	    word_read(r, "level", level_names, LEVEL_URGENT, LEVELS, LEVEL_NONE, &w->level, err) !=
		0 ||
	    instant_read(r, "from", INT64_MIN, arena, &w->from, err) != 0 ||
	    instant_read(r, "to", INT64_MAX, arena, &w->to, err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, &limit, err) != 0 ||
	    param_number(r, "cursor", 1, INT64_MAX, INT64_MAX, &w->below, err) != 0)
		return -1;
	w->limit = (int)limit;
	if (csv == NULL)
		return 0;
	*csv = format != NULL && strcmp(format, "csv") == 0;
	if (format != NULL && !*csv && strcmp(format, "json") != 0)
		return err_set(err, "format=%.40s: json or csv is wanted", format);
	return 0;
}

/* A page of alerts, newest first; fills the answer where that fails. csv: whether that is the
 * format; NULL: there is no choice. */
static int
page_read(struct api *api, const struct request *r, struct arena *arena, struct stored_alert **list,
    struct alerts_wanted *w, bool *csv, struct answer *a)
{
	struct err err;
	int n;

	if (wanted_read(r, arena, w, csv, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return -1;
	}
	n = store_alerts_page(api->reader, w, arena, list, &err);
	if (n < 0)
		answer_problem(a, 503, "%s", err.msg);
	return n;
}

static void
answer_list(struct answer *a, const struct stored_alert *list, int n, int limit)
{
	json_t *alerts = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(alerts, alert_json(&list[i]));
	answer_json(a, 200,
	    json_pack("{soso}", "alerts", alerts, "next",
		n == limit ? json_sprintf("%" PRId64, list[n - 1].id) : json_null()));
}

static void
answer_csv(struct answer *a, const struct stored_alert *list, int n)
{
	struct table t;

	table_init(&t, alert_csv_head);
	for (int i = 0; i < n; i++)
		alert_csv(&t, &list[i]);
	table_csv(&t, &a->body);
	table_free(&t);
	a->type = "text/csv; charset=utf-8";
}

void
api_alerts(void *context, const struct request *r, struct answer *a)
{
	struct arena arena = {0};
	struct alerts_wanted w;
	struct stored_alert *list;
	bool csv;
	int n = page_read(context, r, &arena, &list, &w, &csv, a);

	if (n >= 0 && csv)
		answer_csv(a, list, n);
	else if (n >= 0)
		answer_list(a, list, n, w.limit);
	arena_free(&arena);
}

void
api_alert(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	json_t *shown;
	struct err err;
	int found = alert_show(api->reader, r->segment[2], &arena, &shown, &err);

	if (found < 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (found == 0)
		answer_problem(
		    a, 404, "there is no alert '%.40s'; GET /v1/alerts lists them", r->segment[2]);
	else
		answer_json(a, 200, shown);
	arena_free(&arena);
}

static void
alert_row(struct table *t, const struct stored_alert *row)
{
	bool valued = row->kind <= RULE_EXCLUDED && row->total > 0;
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
	if (valued)
		table_cellf(t, "%.2f %%", 100 * (double)row->good / (double)row->total);
	else
		table_cell(t, "-");
	table_cell(t, row->since == STAMP_NEVER ? "-" : stamp_format(row->since, since));
	table_cell(t, row->acked_by == NULL ? "-" : row->acked_by);
	if (row->silence == 0)
		table_cell(t, "-");
	else
		table_cellf(t, "silence %" PRId64, row->silence);
	table_cell(t, rule_kind_names[row->kind]);
	table_cell(t, row->subject[0] == '\0' ? "-" : row->subject);
	table_end(t);
	buf_free(&scope);
}

void
api_alerts_text(void *context, const struct request *r, struct answer *a)
{
	static const char *const head[] = {">ID", "STATE", "LEVEL", "RULE", "SCOPE", ">VALUE",
	    "SINCE", "ACKNOWLEDGED", "SILENCED", "KIND", "ABOUT", NULL};
	struct arena arena = {0};
	struct stored_alert *list;
	struct alerts_wanted w;
	struct table t;
	int n = page_read(context, r, &arena, &list, &w, NULL, a);

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
