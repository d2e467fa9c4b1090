#include "domain/trend.h"

#include <math.h>

const char *const direction_names[] = {NULL, "rising", "falling", "flat", "unclear"};

static double
mean(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return sum / (double)n;
}

static bool
is_constant(const double *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (v[i] != v[0])
			return false;
	}
	return true;
}

/* Sums of products of the distances from two middles. */
static double
products(const double *v, double v_middle, const double *w, double w_middle, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (v[i] - v_middle) * (w[i] - w_middle);
	return sum;
}

static enum direction
direction_of(const struct trend *t, bool constant)
{
	if (t->n < TREND_POINTS)
		return DIRECTION_NONE;
	if (constant)
		return DIRECTION_FLAT;
	if (fabs(t->slope) <= 2 * t->error)
		return DIRECTION_UNCLEAR;
	return t->slope > 0 ? DIRECTION_RISING : DIRECTION_FALLING;
}

struct trend
trend_of(const double *x, const double *y, size_t n)
{
	struct trend t = {.n = n};
	bool constant = is_constant(y, n);
	double mx, my, sxx, rest, sse = 0;

	if (n < 2)
		return t;
	mx = mean(x, n);
	my = constant ? y[0] : mean(y, n);
	sxx = products(x, mx, x, mx, n);
	t.slope = products(x, mx, y, my, n) / sxx;
	t.from = my + t.slope * (x[0] - mx);
	t.to = my + t.slope * (x[n - 1] - mx);
	for (size_t i = 0; i < n; i++) {
		rest = y[i] - my - t.slope * (x[i] - mx);
		sse += rest * rest;
	}
	if (n >= TREND_POINTS)
		t.error = sqrt(sse / (double)(n - 2) / sxx);
	t.direction = direction_of(&t, constant);
	return t;
}

/* The rank of v[i], from 1. */
static double
rank_of(const double *v, size_t n, size_t i)
{
	size_t less = 0, same = 0;

	for (size_t k = 0; k < n; k++) {
		less += v[k] < v[i];
		same += v[k] == v[i];
	}
	return (double)less + ((double)same + 1) / 2;
}

static double
within_one(double r)
{
	return r > 1 ? 1 : r < -1 ? -1 : r;
}

struct correlation
correlation_of(const double *x, const double *y, size_t n)
{
	struct correlation c = {.n = n, .few = n < TREND_POINTS};
	double mx, my, middle = ((double)n + 1) / 2, rx, ry, sxx = 0, sxy = 0, syy = 0;

	c.constant = !c.few && (is_constant(x, n) || is_constant(y, n));
	if (c.few || c.constant)
		return c;
	mx = mean(x, n);
	my = mean(y, n);
	c.pearson = within_one(products(x, mx, y, my, n) / sqrt(products(x, mx, x, mx, n)) /
	    sqrt(products(y, my, y, my, n)));
	for (size_t i = 0; i < n; i++) {
		rx = rank_of(x, n, i) - middle;
		ry = rank_of(y, n, i) - middle;
		sxx += rx * rx;
		sxy += rx * ry;
		syy += ry * ry;
	}
	c.spearman = within_one(sxy / sqrt(sxx * syy));
	return c;
}
