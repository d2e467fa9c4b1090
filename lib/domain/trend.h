/*
 * trend: the straight line through the values of a series, and how two series go together.
 *
 * Ordinary least squares of y over x: with means mx and my, Sxx = sum (x-mx)^2 and
 * Sxy = sum (x-mx)(y-my), the slope is Sxy/Sxx, the line goes through (mx, my), and the slope's
 * standard error is sqrt(SSE/(n-2)/Sxx), SSE being the sum of the squared distances from the line
 * (Draper and Smith, Applied Regression Analysis, 3rd ed., chapter 1).
 *
 * Correlation: Pearson's r = Sxy/sqrt(Sxx*Syy) (K. Pearson, Proceedings of the Royal Society 58,
 * 1895); Spearman's rho is Pearson's r of the ranks, where equal values share the mean of their
 * ranks (C. Spearman, American Journal of Psychology 15, 1904).
 */
#ifndef SLAD_DOMAIN_TREND_H
#define SLAD_DOMAIN_TREND_H

#include <stdbool.h>
#include <stddef.h>

enum direction {
	DIRECTION_NONE, /* too few points: below TREND_POINTS */
	DIRECTION_RISING, /* the slope is more than twice its standard error */
	DIRECTION_FALLING,
	DIRECTION_FLAT, /* all values are the same */
	DIRECTION_UNCLEAR, /* what there is of a slope may be chance */
};

#define TREND_POINTS 3 /* below, a line has no error, and a correlation no meaning */

struct trend {
	size_t n;
	/* n >= 2: y per one of x, and the line at the first and at the last x */
	double slope, from, to;
	double error; /* n >= TREND_POINTS: the slope's standard error */
	enum direction direction;
};

extern const char *const direction_names[]; /* by enum direction; NULL for none */

/* x ascending, no two the same. */
struct trend trend_of(const double *x, const double *y, size_t n);

struct correlation {
	size_t n;
	bool few; /* n < TREND_POINTS: there is none */
	bool constant; /* all x or all y are the same: there is none */
	double pearson, spearman; /* -1 to 1 */
};

/* Takes n^2 steps. */
struct correlation correlation_of(const double *x, const double *y, size_t n);

#endif
