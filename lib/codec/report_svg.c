#include "codec/report_svg.h"

#include <math.h>
#include <string.h>

#include "codec/markup.h"

/* Units of the drawing, about a pixel each. */
#define LINE_WIDTH 330.0
#define LINE_HEIGHT 150.0
#define LINE_LEFT 46.0
#define LINE_RIGHT 18.0
#define LINE_TOP 12.0
#define LINE_BOTTOM 22.0
#define DOTS_MOST 40 /* with more points, only those below the objective are dots */

#define BAR_WIDTH 680.0
#define BAR_LEFT 226.0
#define BAR_RIGHT 100.0
#define BAR_PITCH 22.0
#define BAR_THICK 12.0
#define BAR_FOOT 20.0

struct axis {
	double low, step;
	size_t count; /* of points */
};

/* The greatest of a few round numbers from which all values are above, and its distance of
 * lines. */
static struct axis
axis_of(const struct report_score *s)
{
	static const struct {
		double low, step;
	} rounds[] = {{0.99, 0.0025}, {0.98, 0.005}, {0.95, 0.01}, {0.9, 0.025}, {0.8, 0.05},
	    {0.6, 0.1}, {0.5, 0.1}, {0, 0.25}};
	double least = s->objective.has ? s->objective.value : 1;
	size_t i = 0;

	for (size_t p = 0; p < s->points; p++) {
		if (s->point[p].value.has)
			least = fmin(least, s->point[p].value.value);
	}
	while (rounds[i].low > 0 && rounds[i].low >= least)
		i++;
	return (struct axis){rounds[i].low, rounds[i].step, s->points};
}

static double
at_x(const struct axis *axis, size_t i)
{
	double width = LINE_WIDTH - LINE_LEFT - LINE_RIGHT;

	return axis->count < 2 ? LINE_LEFT + width / 2
			       : LINE_LEFT + width * (double)i / (double)(axis->count - 1);
}

static double
at_y(const struct axis *axis, double value)
{
	double height = LINE_HEIGHT - LINE_TOP - LINE_BOTTOM;

	return LINE_TOP + height * (1 - (value - axis->low) / (1 - axis->low));
}

static void
grid(struct buf *out, const struct axis *axis)
{
	double y;

	for (int i = 0; axis->low + i * axis->step <= 1 + 1e-9; i++) {
		y = at_y(axis, axis->low + i * axis->step);
		markup_putf(out,
		    "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
		    LINE_LEFT, y, LINE_WIDTH - LINE_RIGHT, y);
		markup_putf(out,
		    "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.4g "
		    "%%</text>\n",
		    LINE_LEFT - 6, y + 3.5, 100 * (axis->low + i * axis->step));
	}
}

/* "2026-11-21T14:00+08:00" is 14:00, "2026-11-21" is 11-21, "2026-W47" is W47. */
static const char *
step_label(const char *name, char label[static 8])
{
	size_t len = strlen(name);

	if (len > 16 && name[10] == 'T') {
		memcpy(label, name + 11, 5);
		label[5] = '\0';
		return label;
	}
	return len == 10 || (len == 8 && name[5] == 'W') ? name + 5 : name;
}

static void
steps(struct buf *out, const struct axis *axis, const struct report_score *s)
{
	size_t every = 1;
	char label[8];

	while (axis->count / every > 7)
		every++;
	for (size_t i = 0; i < axis->count; i += every)
		markup_putf(out,
		    "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
		    at_x(axis, i), LINE_HEIGHT - 7, step_label(s->point[i].window, label));
}

static void
polyline(struct buf *out, const struct axis *axis, const struct report_score *s)
{
	bool drawing = false;

	buf_puts(out, "<path class=\"line\" d=\"");
	for (size_t i = 0; i < s->points; i++) {
		if (s->point[i].value.has)
			buf_putf(out, "%s%.1f %.1f", drawing ? "L" : "M", at_x(axis, i),
			    at_y(axis, s->point[i].value.value));
		drawing = s->point[i].value.has;
	}
	buf_puts(out, "\"/>\n");
}

static bool
is_alone(const struct report_score *s, size_t i)
{
	return (i == 0 || !s->point[i - 1].value.has) &&
	    (i + 1 == s->points || !s->point[i + 1].value.has);
}

static void
dots(struct buf *out, const struct axis *axis, const struct report_score *s)
{
	const struct report_point *p;
	bool below;

	for (size_t i = 0; i < s->points; i++) {
		p = &s->point[i];
		if (!p->value.has)
			continue;
		below = s->objective.has && p->value.value < s->objective.value;
		if (below || s->points <= DOTS_MOST || is_alone(s, i))
			markup_putf(out,
			    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
			    below ? "below" : "dot", at_x(axis, i), at_y(axis, p->value.value),
			    below ? 3.2 : 2.2);
	}
	buf_puts(out, "\n");
}

void
svg_line(struct buf *out, const char *title, const struct report_score *s)
{
	struct axis axis = axis_of(s);

	markup_putf(out,
	    "<svg class=\"trend\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n",
	    LINE_WIDTH, LINE_HEIGHT, title);
	grid(out, &axis);
	if (s->objective.has)
		markup_putf(out,
		    "<line class=\"goal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
		    LINE_LEFT, at_y(&axis, s->objective.value), LINE_WIDTH - LINE_RIGHT,
		    at_y(&axis, s->objective.value));
	steps(out, &axis, s);
	polyline(out, &axis, s);
	dots(out, &axis, s);
	buf_puts(out, "</svg>\n");
}

static double
bar_x(double share)
{
	return BAR_LEFT + (BAR_WIDTH - BAR_LEFT - BAR_RIGHT) * share;
}

static void
bar_put(struct buf *out, const struct svg_bar *bar, double y)
{
	double low = y + (BAR_PITCH - BAR_THICK) / 2;

	markup_putf(out,
	    "<text class=\"label\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
	    BAR_LEFT - 8, y + BAR_PITCH / 2 + 4, bar->label);
	markup_putf(out,
	    "<rect class=\"track\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
	    BAR_LEFT, low, bar_x(1) - BAR_LEFT, BAR_THICK);
	if (bar->share.has)
		markup_putf(out,
		    "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
		    bar->missed ? "bar missed" : "bar", BAR_LEFT, low,
		    bar_x(bar->share.value) - BAR_LEFT, BAR_THICK);
	if (bar->mark.has)
		markup_putf(out,
		    "<line class=\"mark\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
		    bar_x(bar->mark.value), low - 3, bar_x(bar->mark.value), low + BAR_THICK + 3);
	markup_putf(out, "<text class=\"label%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
	    bar->missed ? " strong" : "", bar_x(1) + 10, y + BAR_PITCH / 2 + 4, bar->text);
}

void
svg_bars(struct buf *out, const char *title, const struct svg_bar *bar, size_t count)
{
	double foot = 4 + BAR_PITCH * (double)count;

	markup_putf(out,
	    "<svg class=\"bars\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n",
	    BAR_WIDTH, foot + BAR_FOOT, title);
	for (int i = 0; i <= 4; i++) {
		markup_putf(out,
		    "<line class=\"grid\" x1=\"%.1f\" y1=\"2\" x2=\"%.1f\" y2=\"%.1f\"/>",
		    bar_x(i / 4.0), bar_x(i / 4.0), foot);
		markup_putf(out,
		    "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%d "
		    "%%</text>\n",
		    bar_x(i / 4.0), foot + 14, 25 * i);
	}
	for (size_t i = 0; i < count; i++)
		bar_put(out, &bar[i], 2 + BAR_PITCH * (double)i);
	buf_puts(out, "</svg>\n");
}
