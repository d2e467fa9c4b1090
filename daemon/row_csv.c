#include <inttypes.h>

#include "row.h"

const char *const *const row_csv_head[] = {
    (const char *const[]){"indicator", "characteristic", "name", "agreement", "service", "priority",
	"team", "from", "to", "cohort", "a", "b", "pending", "excluded", "value", "decided", "low",
	"high", "objective", "met", "reason", "c", NULL},
    (const char *const[]){"指标", "特性", "名称", "协议", "服务", "优先级", "团队", "起", "止",
	"口径", "A", "B", "未决", "排除", "值", "已决值", "下限", "上限", "目标", "达标", "原因",
	"C", NULL},
};

static void
fraction_put(struct buf *b, struct fraction f)
{
	if (f.den > 0)
		buf_putf(b, "%.17g", fraction_value(f));
}

static void
csv_fractions(struct table *t, const struct score *s)
{
	const struct fraction all[] = {s->value, s->decided, s->low, s->high};
	struct buf b = BUF_INIT(64);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		buf_reset(&b);
		fraction_put(&b, all[i]);
		table_cell(t, buf_text(&b));
	}
	buf_free(&b);
}

void
row_csv_amount(struct table *t, bool has, int64_t n, int64_t unit)
{
	if (has)
		table_cellf(t, "%.15g", (double)n / (double)unit);
	else
		table_cell(t, "");
}

static void
csv_numbers(struct table *t, const struct row *row)
{
	const struct score *s = row->score;
	int64_t excluded = 0;

	for (int x = 0; x < EXCLUSIONS; x++)
		excluded += s->excluded[x];
	row_csv_amount(t, row_has_a(row), s->a, score_unit_a(row->indicator));
	row_csv_amount(t, row_has_b(row), s->b, score_unit_b(row->indicator));
	table_cellf(t, "%" PRId64, s->pending);
	table_cellf(t, "%" PRId64, excluded);
}

void
row_csv(struct table *t, const struct row *row, bool zh)
{
	const struct indicator_info *info = &indicator_table[row->indicator];
	const struct window *w = &row->query->window;
	char from[STAMP_TEXT], to[STAMP_TEXT];
	enum met met = row_met(row);

	table_cell(t, info->id);
	table_cell(t, (zh ? characteristic_names_zh : characteristic_names)[info->characteristic]);
	table_cell(t, zh ? info->name_zh : info->name);
	for (int d = 0; d < DIMENSIONS; d++)
		table_cell(t, row->scope[d] == NULL ? "" : row->scope[d]);
	table_cell(t, window_edge(w, w->from, from));
	table_cell(t, window_edge(w, w->to, to));
	table_cell(t, cohort_names[row->query->cohort]);
	csv_numbers(t, row);
	csv_fractions(t, row->score);
	if (row->objective == NULL)
		table_cell(t, "");
	else
		table_cellf(t, "%.9g", objective_value(row->objective));
	table_cell(t, met == MET_YES ? "true" : met == MET_NO ? "false" : "");
	table_cell(t, row->score->reason == NULL ? "" : row->score->reason);
	row_csv_amount(t, row_has_c(row), row->score->c, 1);
	table_end(t);
}
