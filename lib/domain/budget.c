#include "domain/budget.h"

struct budget
budget_of(int64_t good, int64_t b, struct decimal at_least)
{
	struct budget made = {0, 0};
	__int128 borne =
	    (__int128)b * (at_least.scale - at_least.units) / at_least.scale - (b - good);
	__int128 lacking = (__int128)b * at_least.units - (__int128)good * at_least.scale;
	__int128 each = at_least.scale - at_least.units;

	if (borne > 0)
		made.affords = (int64_t)borne;
	if (lacking <= 0)
		return made;
	if (each == 0 || (lacking + each - 1) / each > INT64_MAX)
		made.needs = BUDGET_NONE;
	else
		made.needs = (int64_t)((lacking + each - 1) / each);
	return made;
}

bool
budget_applies(enum indicator i)
{
	enum formula formula = indicator_table[i].formula;
	enum input input = indicator_table[i].input;

	return (formula == FORMULA_SHARE || formula == FORMULA_COMPLEMENT) &&
	    (input == INPUT_TICKETS || input == INPUT_EVENTS || input == INPUT_REPORTS) &&
	    i != INCIDENT_CONTROL_RATE && i != INFORMATION_INTEGRITY_RATE;
}
