#include "domain/score.h"

#include <string.h>

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

bool
fraction_reaches(struct fraction f, struct decimal at_least)
{
	return (__int128)f.num * at_least.scale >= (__int128)at_least.units * f.den;
}
