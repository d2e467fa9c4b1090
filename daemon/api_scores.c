#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/table.h"
#include "row.h"

static void
row_to_json(void *context, const struct row *row)
{
	listing_add(context, row_json(row));
}

static void
answer_as_json(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a)
{
	struct listing list;

	listing_begin(&list, a,
	    json_pack("{so so}", "window", window_json(&q->query.window, q->query.cohort), "as_of",
		json_instant(q->as_of)),
	    "scores");
	rows_each(api->config, &q->query, scores, row_to_json, &list);
	listing_end(&list);
}

/* A table being filled, in a language. */
struct sheet {
	struct table table;
	bool zh;
};

static void
row_to_csv(void *context, const struct row *row)
{
	struct sheet *sheet = context;

	row_csv(&sheet->table, row, sheet->zh);
}

static void
answer_as_csv(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a)
{
	struct sheet sheet = {.zh = q->zh};

	table_init(&sheet.table, row_csv_head[q->zh]);
	rows_each(api->config, &q->query, scores, row_to_csv, &sheet);
	table_csv(&sheet.table, &a->body);
	table_free(&sheet.table);
	a->type = "text/csv; charset=utf-8";
}

static void
percent_cell(struct table *t, struct fraction f)
{
	if (f.den == 0)
		table_cell(t, "-");
	else
		table_cellf(t, "%.2f %%", 100 * fraction_value(f));
}

static void
amount_cell(struct table *t, bool has, int64_t n, int64_t unit)
{
	if (!has)
		table_cell(t, "-");
	else
		table_cellf(t, "%.*f", n % unit == 0 ? 0 : 2, (double)n / (double)unit);
}

static const char *
met_text(enum met met, bool zh)
{
	if (met == MET_YES)
		return zh ? "达标" : "met";
	if (met == MET_NO)
		return zh ? "未达标" : "MISSED";
	return "-";
}

static void
row_to_text(void *context, const struct row *row)
{
	const struct indicator_info *info = &indicator_table[row->indicator];
	const struct score *s = row->score;
	struct sheet *sheet = context;
	struct table *t = &sheet->table;

	table_cell(t, sheet->zh ? info->name_zh : info->name);
	for (size_t b = 0; b < row->query->bys; b++)
		table_cell(t,
		    row->scope[row->query->by[b]][0] == '\0' ? "-" : row->scope[row->query->by[b]]);
	percent_cell(t, s->value);
	amount_cell(t, row_has_a(row), s->a, score_unit_a(row->indicator));
	amount_cell(t, row_has_b(row), s->b, score_unit_b(row->indicator));
	table_cellf(t, "%" PRId64, s->pending);
	if (row->objective == NULL)
		table_cell(t, "-");
	else
		percent_cell(t,
		    (struct fraction){
			row->objective->at_least.units, row->objective->at_least.scale});
	table_cell(t, met_text(row_met(row), sheet->zh));
	table_cell(t, s->reason == NULL ? "" : s->reason);
	table_end(t);
}

static void
answer_as_text(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a)
{
	const char *head[DIMENSIONS + 9] = {q->zh ? "指标" : "INDICATOR"};
	const struct window *w = &q->query.window;
	char from[STAMP_TEXT], to[STAMP_TEXT];
	static const char *const rest[] = {
	    ">VALUE", ">A", ">B", ">PENDING", ">OBJECTIVE", "", "", NULL};
	static const char *const rest_zh[] = {">值", ">A", ">B", ">未决", ">目标", "", "", NULL};
	struct sheet sheet = {.zh = q->zh};
	size_t n = 1;

	for (size_t b = 0; b < q->query.bys; b++)
		head[n++] = (q->zh ? dimension_names_zh : dimension_names)[q->query.by[b]];
	memcpy(&head[n], q->zh ? rest_zh : rest, sizeof(rest));
	buf_putf(&a->body, "%s  %s to %s  cohort %s\n\n", w->name, window_edge(w, w->from, from),
	    window_edge(w, w->to, to), cohort_names[q->query.cohort]);
	table_init(&sheet.table, head);
	rows_each(api->config, &q->query, scores, row_to_text, &sheet);
	table_text(&sheet.table, &a->body);
	table_free(&sheet.table);
	a->type = "text/plain; charset=utf-8";
}

#define QUESTION                                                                                   \
	"window", "from", "to", "cohort", "indicator", "agreement", "service", "priority", "team", \
	    "by"

typedef void answer_as(
    struct api *api, const struct question *q, const struct scores *scores, struct answer *a);

static void
answer_scores(struct api *api, const struct request *r, struct answer *a, const char *const *names,
    answer_as *as)
{
	struct arena arena = {0};
	struct scores scores;
	struct question q;
	struct err err;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (question_read(api, r, names, &arena, &q, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (scores_ask(api->reader, api->config, &q.query, &arena, &scores, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (scores.crowded)
		answer_problem(a, 400,
		    "there are more than %d groups; ask by fewer dimensions, or of one agreement "
		    "or "
		    "service",
		    SCORES_GROUPS);
	else
		(as != NULL ? as : q.csv ? answer_as_csv : answer_as_json)(api, &q, &scores, a);
	store_rollback(api->reader);
	arena_free(&arena);
}

void
api_scores(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {
	    QUESTION, "format", "profile", "revision", "lang", NULL};

	if (request_param(r, "revision") != NULL)
		api_closed_scores(context, r, a);
	else
		answer_scores(context, r, a, names, NULL);
}

void
api_scores_text(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {QUESTION, "lang", NULL};

	answer_scores(context, r, a, names, answer_as_text);
}
