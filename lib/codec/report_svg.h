/*
 * report_svg: charts of shares (0 to 1) as SVG elements inside a page; XML, nothing loaded.
 *
 * Line and dashes, filled and hollow, words beside the bars: they can be read without colour.
 */
#ifndef SLAD_CODEC_REPORT_SVG_H
#define SLAD_CODEC_REPORT_SVG_H

#include "codec/report.h"

/* Values over the steps of a window, with the objective as a dashed line. The axis begins at 0, or
 * at a round number below all values where these are close together. */
void svg_line(struct buf *out, const char *title, const struct report_score *s);

struct svg_bar {
	const char *label, *text; /* text: the value in words, at the end of the bar */
	struct figure share; /* without one: no bar */
	struct figure mark; /* a tick across the bar: the objective */
	bool missed; /* hatched */
};

/* Horizontal bars on one axis from 0 to 100 %. */
void svg_bars(struct buf *out, const char *title, const struct svg_bar *bar, size_t count);

#endif
