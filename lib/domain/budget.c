#include "domain/budget.h"

/* n * by / over, rounded down or up; by and over up to 10^9. */
static __int128
share(int64_t n, int64_t by, int64_t over, bool up)
{
	return (__int128)(n / over) * by + (n % over * by + (up ? over - 1 : 0)) / over;
}

struct budget
budget_of(int64_t good, int64_t b, struct decimal at_least)
{
	int64_t bad = b - good, scale = at_least.scale, spare = scale - at_least.units;
	int64_t borne = (int64_t)share(b, spare, scale, false);
	__int128 all;

	if (bad <= borne)
		return (struct budget){borne - bad, 0};
	if (spare == 0)
		return (struct budget){0, BUDGET_NONE};
	all = share(bad, scale, spare, true);
	if (all - b > INT64_MAX)
		return (struct budget){0, BUDGET_NONE};
	return (struct budget){0, (int64_t)(all - b)};
}

struct decimal
budget_pace(struct decimal objective, struct decimal times)
{
	int64_t scale = objective.scale * times.scale;

	return (struct decimal){scale - times.units * (objective.scale - objective.units), scale};
}

bool
budget_better(int64_t good, int64_t b, int64_t other_good, int64_t other_b)
{
	return (__int128)good * other_b > (__int128)other_good * b;
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
