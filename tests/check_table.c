#include "codec/metric.h"
#include "codec/table.h"
#include "suite.h"

static const char *const head[] = {"NAME", ">VALUE", "NOTE", NULL};

static void
fill(struct table *t)
{
	table_init(t, head);
	table_cell(t, "及时");
	table_cellf(t, "%d", 7);
	table_end(t);
	table_cell(t, "slow");
	table_cell(t, "12,5");
	table_cell(t, "=cmd(\"x\")");
	table_end(t);
}

START_TEST(text_is_aligned)
{
	struct buf b = BUF_INIT(1000);
	struct table t;

	fill(&t);
	table_text(&t, &b);
	ck_assert_str_eq(buf_text(&b),
	    "NAME  VALUE  NOTE\n"
	    "及时      7\n"
	    "slow   12,5  =cmd(\"x\")\n");
	table_free(&t);
	buf_free(&b);
}
END_TEST

START_TEST(csv_is_quoted)
{
	struct buf b = BUF_INIT(1000);
	struct table t;

	fill(&t);
	table_csv(&t, &b);
	ck_assert_str_eq(buf_text(&b),
	    "NAME,VALUE,NOTE\r\n"
	    "及时,7,\r\n"
	    "slow,\"12,5\",\"'=cmd(\"\"x\"\")\"\r\n");
	table_free(&t);
	buf_free(&b);
}
END_TEST

START_TEST(metrics_escape_labels)
{
	struct buf b = BUF_INIT(1000);

	metric_head(&b, "slad_x_total", METRIC_COUNTER, "What it counts.");
	metric_value(&b, "slad_x_total", 3, "service", "a\"b\\c\nd", "team", "", NULL);
	metric_value(&b, "slad_x_total", 0.5, NULL);
	ck_assert_str_eq(buf_text(&b),
	    "# HELP slad_x_total What it counts.\n"
	    "# TYPE slad_x_total counter\n"
	    "slad_x_total{service=\"a\\\"b\\\\c\\nd\",team=\"\"} 3\n"
	    "slad_x_total 0.5\n");
	buf_free(&b);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, text_is_aligned);
	tcase_add_test(t, csv_is_quoted);
	tcase_add_test(t, metrics_escape_labels);
}

SUITE_MAIN("table", add)
