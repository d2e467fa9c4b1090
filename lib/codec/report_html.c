#include <string.h>

#include "codec/markup.h"
#include "codec/report_inside.h"
#include "codec/report_page.h"
#include "codec/report_text.h"

/* HTML that is XML as well. It asks for nothing: no script, no font, no picture, no address. */

#define ROWS_WHOLE 10 /* a table with no more is not parted by a page */

static const char style[] =
    "@page{size:A4;margin:15mm 15mm 17mm;@bottom-right{content:counter(page) \" / \" "
    "counter(pages);font:8pt sans-serif;color:#555}}\n"
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%}\n"
    "body{margin:0;background:#fff;color:#1d252c;font:10.5pt/1.45 system-ui,-apple-system,"
    "\"Segoe UI\",\"Noto Sans\",\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\","
    "\"Source Han Sans SC\",\"WenQuanYi Micro Hei\",sans-serif}\n"
    "main{max-width:190mm;margin:0 auto;padding:10mm 5mm}\n"
    "header{border-bottom:2px solid #1f3a5f;padding-bottom:3mm;margin-bottom:4mm}\n"
    "header p{margin:0;color:#4a5763;letter-spacing:.04em}\n"
    "h1{margin:0;font-size:21pt;line-height:1.25;font-weight:600;color:#1f3a5f;"
    "overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    "h2{margin:8mm 0 2.5mm;font-size:13pt;font-weight:600;color:#1f3a5f;break-after:avoid}\n"
    "p{margin:0 0 2.5mm;overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    "dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.6mm 5mm;margin:0 0 4mm;"
    "break-inside:avoid}\n"
    "dt{color:#4a5763}dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    "dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(22mm,1fr));gap:2mm;"
    "margin:0 0 4mm;break-inside:avoid}\n"
    "dl.figures div{border:1px solid #c9d2da;border-radius:1.5mm;padding:2mm;"
    "display:flex;flex-direction:column-reverse;justify-content:flex-end}\n"
    "dl.figures dd{font-size:12pt;font-weight:600;line-height:1.4;white-space:nowrap}\n"
    "dl.figures dt{font-size:8.5pt;line-height:1.3}\n"
    "table{width:100%;border-collapse:collapse;font-size:9pt;margin:0 0 4mm;"
    "font-variant-numeric:tabular-nums}\n"
    ".whole{break-inside:avoid}\n"
    ".c7 th:first-child{width:36%}\n"
    "thead{display:table-header-group}\n"
    "tr{break-inside:avoid}\n"
    "th{text-align:left;font-weight:600;color:#4a5763;border-bottom:1.5px solid #1f3a5f;"
    "padding:1mm 0 1mm 3mm;vertical-align:bottom}\n"
    "td{border-bottom:1px solid #dfe5ea;padding:1mm 0 1mm 3mm;vertical-align:top;"
    "overflow-wrap:anywhere;unicode-bidi:isolate}\n"
    "th:first-child,td:first-child{padding-left:0}\n"
    ".n{text-align:right;white-space:nowrap}\n"
    "tr.group{break-after:avoid}\n"
    "tr.group th{padding-top:3mm;color:#1f3a5f;border-bottom:1px solid #8fa3b5}\n"
    "small{display:block;font-size:7.5pt;line-height:1.3;color:#5a6670;font-weight:400;"
    "white-space:normal}\n"
    ".good{color:#14532d}.bad{color:#8c1d18;font-weight:600}.faint{color:#5a6670}\n"
    "td.good,td.bad,td.short{white-space:nowrap}\n"
    "figure{margin:0 0 4mm;break-inside:avoid}\n"
    "svg{display:block;width:100%;height:auto;font-family:inherit}\n"
    "svg .grid{stroke:#dfe5ea;stroke-width:1}\n"
    "svg .tick{font-size:9.5px;fill:#5a6670}\n"
    "svg .label{font-size:11.5px;fill:#1d252c}svg .strong{font-weight:600;fill:#8c1d18}\n"
    "svg .track{fill:#f0f3f6}svg .bar{fill:#4f7cac;stroke:#33597f;stroke-width:1}\n"
    "svg .missed{fill:#fff;stroke:#8c1d18;stroke-width:1.5}\n"
    "svg .mark{stroke:#1d252c;stroke-width:2}\n"
    "svg .goal{stroke:#1d252c;stroke-width:1.2;stroke-dasharray:5 3}\n"
    "svg .line{fill:none;stroke:#2f5f92;stroke-width:1.8;stroke-linejoin:round}\n"
    "svg .dot{fill:#2f5f92}svg .below{fill:#fff;stroke:#8c1d18;stroke-width:1.6}\n"
    ".trends{display:grid;grid-template-columns:1fr 1fr;gap:2mm 6mm}\n"
    ".trends figcaption{font-size:9pt;font-weight:600;margin-bottom:1mm}\n"
    "@media (max-width:600px){.trends{grid-template-columns:1fr}main{padding:4mm}}\n"
    "@media print{main{max-width:none;padding:0}body{font-size:9.5pt}"
    "table{font-size:8.5pt}}\n";

static void
open_page(struct page *p, const char *title, const char *subtitle)
{
	const char *what = report_word(WORD_TITLE, p->zh);

	markup_putf(p->out,
	    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n",
	    p->zh ? "zh-CN" : "en");
	buf_puts(p->out,
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'\"/>\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
	markup_putf(p->out, "<title>%s – %s – %s</title>\n<style>\n", what, title, subtitle);
	buf_puts(p->out, style);
	buf_puts(p->out, "</style>\n</head>\n<body>\n<main>\n");
	markup_putf(
	    p->out, "<header>\n<p>%s · %s</p>\n<h1>%s</h1>\n</header>\n", what, subtitle, title);
}

static void
close_page(struct page *p)
{
	buf_puts(p->out, "</main>\n</body>\n</html>\n");
}

static void
heading(struct page *p, const char *text)
{
	markup_putf(p->out, "<h2>%s</h2>\n", text);
}

static const char *const tones[] = {[TONE_PLAIN] = "",
    [TONE_GOOD] = "good",
    [TONE_BAD] = "bad",
    [TONE_FAINT] = "faint",
    [TONE_SHORT] = "short",
    [TONE_GROUP] = ""};

static void
paragraph(struct page *p, const char *text, enum tone tone)
{
	markup_putf(p->out, tone == TONE_PLAIN ? "<p>" : "<p class=\"%s\">", tones[tone]);
	markup_putf(p->out, "%s</p>\n", text);
}

static void
pairs(struct page *p, const char *class, const struct page_table *t)
{
	bool boxed = strcmp(class, "figures") == 0;

	markup_putf(p->out, "<dl class=\"%s\">\n", class);
	for (size_t i = 0; i + 1 < t->cells; i += 2) {
		buf_puts(p->out, boxed ? "<div>" : "");
		markup_putf(p->out, "<dt>%s</dt><dd>%s</dd>", t->cell[i].text, t->cell[i + 1].text);
		buf_puts(p->out, boxed ? "</div>\n" : "\n");
	}
	buf_puts(p->out, "</dl>\n");
}

static void
facts(struct page *p, const struct page_table *t)
{
	if (t->cells > 0)
		pairs(p, "facts", t);
}

static void
figures(struct page *p, const struct page_table *t)
{
	if (t->cells > 0)
		pairs(p, "figures", t);
}

static void
head_cell(struct page *p, const char *text)
{
	if (text[0] == '>')
		markup_putf(p->out, "<th scope=\"col\" class=\"n\">%s</th>", text + 1);
	else
		markup_putf(p->out, "<th scope=\"col\">%s</th>", text);
}

static void
body_cell(struct page *p, const struct page_cell *cell, bool number)
{
	bool toned = tones[cell->tone][0] != '\0';

	buf_puts(p->out, "<td");
	if (toned || number)
		markup_putf(p->out, " class=\"%s%s%s\"", number ? "n" : "",
		    toned && number ? " " : "", tones[cell->tone]);
	markup_putf(p->out, ">%s", cell->text);
	if (cell->note != NULL)
		markup_putf(p->out, "<small>%s</small>", cell->note);
	buf_puts(p->out, "</td>");
}

static void
table(struct page *p, const struct page_table *t)
{
	markup_putf(p->out, "<table class=\"c%d%s\">\n<thead><tr>", (int)t->columns,
	    t->cells <= ROWS_WHOLE * t->columns ? " whole" : "");
	for (size_t c = 0; c < t->columns; c++)
		head_cell(p, t->head[c]);
	buf_puts(p->out, "</tr></thead>\n<tbody>\n");
	for (size_t row = 0; row + t->columns <= t->cells; row += t->columns) {
		if (t->cell[row].tone == TONE_GROUP) {
			markup_putf(p->out,
			    "<tr class=\"group\"><th scope=\"rowgroup\" "
			    "colspan=\"%d\">%s</th></tr>\n",
			    (int)t->columns, t->cell[row].text);
			continue;
		}
		buf_puts(p->out, "<tr>");
		for (size_t c = 0; c < t->columns; c++)
			body_cell(p, &t->cell[row + c], t->head[c][0] == '>');
		buf_puts(p->out, "</tr>\n");
	}
	buf_puts(p->out, "</tbody>\n</table>\n");
}

static void
bars(struct page *p, const char *title, const struct svg_bar *bar, size_t count)
{
	buf_puts(p->out, "<figure>\n");
	svg_bars(p->out, title, bar, count);
	buf_puts(p->out, "</figure>\n");
}

static void
trends(struct page *p, const struct report_score *const *score, size_t count)
{
	const char *name;

	buf_puts(p->out, "<div class=\"trends\">\n");
	for (size_t i = 0; i < count; i++) {
		name = page_indicator(p, score[i]->indicator);
		markup_putf(p->out, "<figure><figcaption>%s", name);
		if (score[i]->direction != NULL)
			markup_putf(p->out, "<small>%s: %s</small>", report_word(WORD_TREND, p->zh),
			    report_name(score[i]->direction, p->zh));
		buf_puts(p->out, "</figcaption>\n");
		svg_line(p->out, name, score[i]);
		buf_puts(p->out, "</figure>\n");
	}
	buf_puts(p->out, "</div>\n");
	paragraph(p, report_word(WORD_BELOW_OBJECTIVE, p->zh), TONE_FAINT);
}

static const struct page_form form = {
    open_page, close_page, heading, paragraph, facts, figures, table, bars, trends};

void
report_html(const struct service_report *r, bool zh, struct buf *out)
{
	page_write(&form, r, zh, out);
}
