#include "domain/score.h"

#include <string.h>

#include "base/stamp.h"
#include "domain/quota.h"

void
sums_add(struct sums *sums, unsigned measure, int64_t n)
{
	switch (measure_outcome(measure)) {
	case OUTCOME_GOOD:
		sums->good += n;
		break;
	case OUTCOME_BAD:
		sums->bad += n;
		break;
	case OUTCOME_PENDING:
		sums->pending += n;
		break;
	case OUTCOME_EXCLUDED:
		sums->excluded[measure_exclusion(measure)] += n;
		break;
	}
}

struct score
score_without(const char *reason)
{
	return (struct score){.reason = reason};
}

struct score
score_of_sums(enum indicator i, const struct sums *sums)
{
	const struct indicator_info *info = &indicator_table[i];
	bool complement = info->formula == FORMULA_COMPLEMENT;
	int64_t decided = sums->good + sums->bad, b = decided + sums->pending;
	struct score s = {.a = complement ? sums->bad : sums->good,
	    .b = b,
	    .pending = sums->pending,
	    .decided = {sums->good, decided},
	    .low = {sums->good, b},
	    .high = {sums->good + sums->pending, b}};

	memcpy(s.excluded, sums->excluded, sizeof(s.excluded));
	s.value = complement ? s.high : s.low;
	if (b == 0 && info->one_if_empty) {
		s.value = s.low = s.high = (struct fraction){1, 1};
		s.reason = "b_zero_standard";
	} else if (b == 0) {
		s.reason = "no_data";
	}
	return s;
}

struct score
score_of_availability(const struct availability *sum)
{
	int64_t up = sum->agreed - sum->down, whole = sum->agreed + sum->ahead;

	if (sum->agreed == 0)
		return score_without("no_data");
	return (struct score){.a = sum->down,
	    .b = sum->agreed,
	    .value = {up, sum->agreed},
	    .decided = {up, sum->agreed},
	    .low = {up, whole},
	    .high = {up + sum->ahead, whole}};
}

struct score
score_of_absence(const struct sums *sums, bool in_force)
{
	struct fraction value = {sums->bad == 0, 1};
	struct score s = {.a = sums->bad};

	memcpy(s.excluded, sums->excluded, sizeof(s.excluded));
	if (in_force)
		s.value = s.decided = s.low = s.high = value;
	else
		s.reason = "no_data";
	return s;
}

/* A value that nothing can change any more but more of the same, cut to [0, 1]. */
static void
settle(struct score *s, int64_t num, int64_t den)
{
	s->clamped = num < 0 || num > den;
	s->value = (struct fraction){num < 0 ? 0 : num > den ? den : num, den};
	s->decided = s->low = s->high = s->value;
}

struct score
score_of_incidents(const struct sums *sums, int64_t agreed)
{
	struct score s = {.a = sums->bad, .b = agreed};

	memcpy(s.excluded, sums->excluded, sizeof(s.excluded));
	if (agreed > 0)
		settle(&s, agreed - sums->bad * QUOTA_ONE, agreed);
	else
		settle(&s, sums->bad == 0, 1);
	return s;
}

struct score
score_of_amounts(enum indicator i, const struct amounts *sum)
{
	struct score s = {.a = sum->a, .b = sum->b, .c = sum->c};

	if (sum->b == 0)
		s.reason = "no_data";
	else if (indicator_table[i].formula == FORMULA_WEIGHTED)
		settle(&s, 7 * sum->a + 3 * sum->c, 10 * sum->b);
	else if (indicator_table[i].formula == FORMULA_COMPLEMENT)
		settle(&s, sum->b - sum->a, sum->b);
	else
		settle(&s, sum->a, sum->b);
	return s;
}

struct score
score_of_levels(const struct levels *sum)
{
	struct score s = {.a = sum->sum, .b = LEVEL_TOP * sum->valid};

	if (sum->valid > 0)
		settle(&s, s.a, s.b);
	else
		s.reason = sum->stale > 0 ? "stale" : "no_data";
	return s;
}

int64_t
score_unit_a(enum indicator i)
{
	return i == SERVICE_AVAILABILITY ? STAMP_SECOND : 1;
}

int64_t
score_unit_b(enum indicator i)
{
	return i == INCIDENT_CONTROL_RATE ? QUOTA_ONE : score_unit_a(i);
}

bool
fraction_reaches(struct fraction f, struct decimal at_least)
{
	return (__int128)f.num * at_least.scale >= (__int128)at_least.units * f.den;
}
