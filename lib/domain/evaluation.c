#include "domain/evaluation.h"

#include <assert.h>
#include <string.h>

#include "base/natural.h"

/*
 * Everything is multiplied by the sums of weights of all characteristics, and what is made of
 * values also by all denominators of those with data. The widest number is twice a quotient (42
 * bits) times a weight of a characteristic (30), five sums of weights (34 each), 32 denominators
 * (63 each) and the sum over 32 of them (5): 2263 bits.
 */
static_assert(
    42 + 30 + 5 * 34 + 63 * INDICATORS + 5 < 64 * NATURAL_LIMBS, "naturals are too narrow");

struct ratio {
	struct natural num, den;
};

struct weighing {
	const struct profile *profile;
	const struct score *score;
	int64_t sum[CHARACTERISTICS]; /* of the weights of the selected ones */
};

static bool
has_data(const struct weighing *k, enum indicator i)
{
	return k->score[i].value.den > 0;
}

/* E(i), times the sums of weights of all characteristics; 0 of what is not selected. */
static struct natural
effective(const struct weighing *k, enum indicator i)
{
	enum characteristic mine = indicator_table[i].characteristic;
	struct natural n = natural_of((uint64_t)profile_weight(k->profile, i));

	natural_times(&n, (uint64_t)k->profile->characteristic[mine]);
	for (enum characteristic c = 0; c < CHARACTERISTICS; c++) {
		if (c != mine && k->sum[c] > 0)
			natural_times(&n, (uint64_t)k->sum[c]);
	}
	return n;
}

/* Adds E(i) * X(i) to the numerator and E(i) to the denominator, times all denominators. */
static void
value_add(struct ratio *r, const struct weighing *k, enum indicator i)
{
	struct natural num = effective(k, i), den;
	struct fraction x = k->score[i].value;

	assert(x.num >= 0 && x.num <= x.den);
	for (enum indicator j = 0; j < INDICATORS; j++) {
		if (j != i && has_data(k, j))
			natural_times(&num, (uint64_t)k->score[j].value.den);
	}
	den = num;
	natural_times(&num, (uint64_t)x.num);
	natural_times(&den, (uint64_t)x.den);
	natural_plus(&r->num, &num);
	natural_plus(&r->den, &den);
}

static void
coverage_add(struct ratio *r, const struct weighing *k, enum indicator i)
{
	struct natural n = effective(k, i);

	natural_plus(&r->den, &n);
	if (has_data(k, i))
		natural_plus(&r->num, &n);
}

static void
ratio_add(struct ratio *sum, const struct ratio *part)
{
	natural_plus(&sum->num, &part->num);
	natural_plus(&sum->den, &part->den);
}

/* num * n >= den * d. */
static bool
reaches(const struct ratio *r, uint64_t n, uint64_t d)
{
	struct natural num = r->num, den = r->den;

	natural_times(&num, n);
	natural_times(&den, d);
	return natural_compare(&num, &den) >= 0;
}

/* The quotient, which is from 0 to 1, half up: the largest q of which q - 1/2 is reached. */
static int64_t
rounded(const struct ratio *r)
{
	int64_t low = 0, high = EVALUATION_ONE, middle;

	if (r->den.used == 0)
		return EVALUATION_NONE;
	while (low < high) {
		middle = (low + high + 1) / 2;
		if (reaches(r, 2 * EVALUATION_ONE, (uint64_t)(2 * middle - 1)))
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static void
weigh(struct weighing *k, struct evaluation *e)
{
	const struct profile *p = k->profile;

	for (enum indicator i = 0; i < INDICATORS; i++) {
		e->indicator[i].selected = profile_selects(p, i);
		e->indicator[i].weight = profile_weight(p, i);
		if (e->indicator[i].selected)
			k->sum[indicator_table[i].characteristic] += e->indicator[i].weight;
	}
}

static void
share(const struct weighing *k, struct evaluation *e, const struct natural *all)
{
	struct ratio r;

	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (!e->indicator[i].selected)
			continue;
		r = (struct ratio){effective(k, i), *all};
		e->indicator[i].share = rounded(&r);
	}
}

static void
characteristic_sum(const struct weighing *k, struct evaluation *e, enum characteristic c,
    struct ratio *score, struct ratio *coverage)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (indicator_table[i].characteristic != c)
			continue;
		coverage_add(coverage, k, i);
		if (has_data(k, i))
			value_add(score, k, i);
	}
	e->characteristic[c].score = rounded(score);
	e->characteristic[c].coverage = rounded(coverage);
}

static int
grade_named(const struct profile *p, const char *name)
{
	for (size_t g = 0; g < p->grades; g++) {
		if (strcmp(p->grade[g].name, name) == 0)
			return (int)g;
	}
	return EVALUATION_NONE;
}

static void
veto(struct evaluation *e, const struct profile *p, const struct score *score)
{
	struct fraction x;
	int most;

	for (size_t v = 0; v < p->vetoes; v++) {
		x = score[p->veto[v].indicator].value;
		if (x.den == 0 || fraction_reaches(x, p->veto[v].below))
			continue;
		e->indicator[p->veto[v].indicator].vetoed = true;
		most = grade_named(p, p->veto[v].at_most);
		if (e->grade != EVALUATION_NONE && e->grade < most)
			e->grade = most;
	}
}

static int
band(const struct profile *p, int64_t score)
{
	struct decimal d;

	for (size_t g = 0; g < p->grades; g++) {
		d = p->grade[g].at_least;
		if (score >= d.units * (EVALUATION_ONE / d.scale))
			return (int)g;
	}
	return EVALUATION_NONE;
}

static void
grade(struct evaluation *e, const struct profile *p, const struct ratio *coverage)
{
	struct decimal least = p->min_coverage;

	if (e->score == EVALUATION_NONE)
		e->reason = "no_data";
	else if (!reaches(coverage, (uint64_t)least.scale, (uint64_t)least.units))
		e->reason = "coverage";
	else if ((e->reached = band(p, e->score)) == EVALUATION_NONE)
		e->reason = "no_band";
	e->grade = e->reached;
}

struct evaluation
evaluation_of(const struct profile *p, const struct score score[INDICATORS])
{
	struct weighing k = {.profile = p, .score = score};
	struct evaluation e = {.reached = EVALUATION_NONE, .grade = EVALUATION_NONE};
	struct ratio scores = {0}, coverages = {0};

	weigh(&k, &e);
	for (enum characteristic c = 0; c < CHARACTERISTICS; c++) {
		struct ratio part = {0}, covered = {0};

		characteristic_sum(&k, &e, c, &part, &covered);
		ratio_add(&scores, &part);
		ratio_add(&coverages, &covered);
	}
	share(&k, &e, &coverages.den);
	e.score = rounded(&scores);
	e.coverage = coverages.den.used == 0 ? 0 : rounded(&coverages);
	grade(&e, p, &coverages);
	veto(&e, p, score);
	return e;
}
