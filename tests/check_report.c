#include <string.h>

#include "codec/markup.h"
#include "codec/report_svg.h"
#include "codec/report_text.h"
#include "report_sample.h"
#include "suite.h"

static const struct figure none;

START_TEST(markup_is_text)
{
	struct buf b = BUF_INIT(1000);

	markup_put(&b, "<a href=\"x\">'&'\n\tü京");
	ck_assert_str_eq(buf_text(&b), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;  ü京");
	buf_reset(&b);
	markup_put(&b, "\x01\x7f|\xe2\x80\xae|\xff\xc0\xaf|\xed\xa0\x80|\xef\xbf\xbe|\xe4\xba");
	ck_assert_str_eq(buf_text(&b),
	    "\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|"
	    "\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd");
	buf_reset(&b);
	markup_putf(&b, "<b x=\"%s\" y=\"%.1f\">%d %%</b>", "\"<", 2.25, 7);
	ck_assert_str_eq(buf_text(&b), "<b x=\"&quot;&lt;\" y=\"2.2\">7 %</b>");
	buf_free(&b);
}
END_TEST

START_TEST(percents_do_not_flatter)
{
	struct arena a = {0};
	const struct figure limit = {true, 0.95}, odd = {true, 0.55}; /* 100 * 0.55 > 55 */

	ck_assert_str_eq(report_percent(&a, 0.975, none), "97.50" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 1, none), "100.00" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0, none), "0.00" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0.99999, none), "99.999" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0.00001, none), "0.001" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0.95, limit), "95.00" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0.94999, limit), "94.999" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0.94999, none), "95.00" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0.949, limit), "94.90" NBSP "%");
	ck_assert_str_eq(report_percent(&a, 0.55, odd), "55.00" NBSP "%");
	ck_assert_str_eq(report_objective(&a, 0.95), "95" NBSP "%");
	ck_assert_str_eq(report_objective(&a, 0.9995), "99.95" NBSP "%");
	arena_free(&a);
}
END_TEST

START_TEST(numbers_are_read_by_people)
{
	struct arena a = {0};

	ck_assert_str_eq(report_amount(&a, 0), "0");
	ck_assert_str_eq(report_amount(&a, 999), "999");
	ck_assert_str_eq(report_amount(&a, 1000), "1,000");
	ck_assert_str_eq(report_amount(&a, 1234567), "1,234,567");
	ck_assert_str_eq(report_amount(&a, 4.5), "4.50");
	ck_assert_str_eq(report_duration(&a, 0, false), "0" NBSP "s");
	ck_assert_str_eq(report_duration(&a, 0.25, false), "0.25" NBSP "s");
	ck_assert_str_eq(report_duration(&a, 59.6, false), "1" NBSP "min");
	ck_assert_str_eq(report_duration(&a, 754.25, false), "12" NBSP "min 34" NBSP "s");
	ck_assert_str_eq(report_duration(&a, 3600, true), "1" NBSP "小时");
	ck_assert_str_eq(report_duration(&a, 93784, false), "26" NBSP "h 3" NBSP "min");
	ck_assert_str_eq(report_instant(&a, NULL, 0), "1970-01-01 00:00");
	ck_assert_str_eq(report_instant(&a, &sample_zone, 0), "1970-01-01 08:00");
	arena_free(&a);
}
END_TEST

START_TEST(every_word_is_there_twice)
{
	for (int w = 0; w < WORDS; w++) {
		ck_assert_ptr_nonnull(report_word((enum word)w, false));
		ck_assert_ptr_nonnull(report_word((enum word)w, true));
	}
	for (int i = 0; i < INDICATORS; i++) {
		const char *b = indicator_table[i].b;

		ck_assert_str_ne(report_counted((enum indicator)i, false, true), "");
		ck_assert_int_eq(
		    b[0] == '\0', report_counted((enum indicator)i, true, true)[0] == '\0');
	}
	ck_assert_str_eq(report_name("no such key", true), "no such key");
}
END_TEST

START_TEST(lines_have_gaps)
{
	struct buf b = BUF_INIT(1 << 16);
	const char *path, *end;
	int moves = 0;

	svg_line(&b, "t", &sample_scores[2]);
	path = strstr(buf_text(&b), "<path");
	ck_assert_ptr_nonnull(path);
	end = strchr(path, '>');
	for (const char *c = strchr(path, '"'); c < end; c++)
		moves += *c == 'M';
	ck_assert_int_eq(moves, 3);
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "class=\"goal\""));
	ck_assert_ptr_nonnull(strstr(buf_text(&b), "class=\"below\""));
	ck_assert_ptr_nonnull(strstr(buf_text(&b), ">11-06<"));
	ck_assert_ptr_null(strstr(buf_text(&b), "nan"));
	buf_free(&b);
}
END_TEST

/* Charts of one point, of none, and of values at both ends stay on the paper. */
START_TEST(charts_stay_inside)
{
	const struct report_point one[] = {{"2026-W47", {true, 0}}};
	const struct report_score single = {.points = 1, .point = one}, empty = {0};
	const struct svg_bar bar = {"x", "y", {true, 1}, {true, 1}, true};
	struct buf b = BUF_INIT(1 << 16);

	svg_line(&b, "t", &single);
	svg_line(&b, "t", &empty);
	svg_bars(&b, "t", &bar, 1);
	svg_bars(&b, "t", NULL, 0);
	ck_assert(buf_ok(&b));
	ck_assert_ptr_null(strstr(buf_text(&b), "nan"));
	ck_assert_ptr_null(strstr(buf_text(&b), "inf"));
	ck_assert_ptr_null(strstr(buf_text(&b), "=\"-"));
	ck_assert_ptr_nonnull(strstr(buf_text(&b), ">W47<"));
	buf_free(&b);
}
END_TEST

START_TEST(formats_write_or_fill)
{
	static const struct service_report *const all[] = {
	    &sample_full, &sample_empty, &sample_hollow};

	for (size_t i = 0; i < 2 * REPORT_FORMATS * SAMPLE_COUNT(all); i++) {
		const struct report_format *f = &report_formats[i / 2 % REPORT_FORMATS];
		const struct service_report *r = all[i / 2 / REPORT_FORMATS];
		struct buf b = BUF_INIT(1 << 20), small = BUF_INIT(100);

		f->write(r, i % 2 == 1, &b);
		ck_assert(buf_ok(&b));
		ck_assert_uint_gt(b.len, 100);
		ck_assert_ptr_null(strstr(buf_text(&b), "(null)"));
		f->write(r, i % 2 == 1, &small);
		ck_assert(!buf_ok(&small));
		buf_free(&b);
		buf_free(&small);
	}
	ck_assert_ptr_null(report_format_find("pdf"));
	ck_assert_str_eq(report_format_find("md")->type, "text/markdown; charset=utf-8");
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, markup_is_text);
	tcase_add_test(t, percents_do_not_flatter);
	tcase_add_test(t, numbers_are_read_by_people);
	tcase_add_test(t, every_word_is_there_twice);
	tcase_add_test(t, lines_have_gaps);
	tcase_add_test(t, charts_stay_inside);
	tcase_add_test(t, formats_write_or_fill);
}

SUITE_MAIN("report", add)
