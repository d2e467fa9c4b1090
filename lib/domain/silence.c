#include "domain/silence.h"

#include <string.h>

const char *const silence_state_names[SILENCE_STATES] = {
    [SILENCE_WAITING] = "waiting",
    [SILENCE_ACTIVE] = "active",
    [SILENCE_ENDED] = "ended",
};

int64_t
silence_end(const struct silence *s)
{
	return s->ended < s->until ? s->ended : s->until;
}

enum silence_state
silence_state(const struct silence *s, int64_t now)
{
	if (now >= silence_end(s))
		return SILENCE_ENDED;
	return now < s->from ? SILENCE_WAITING : SILENCE_ACTIVE;
}

bool
silence_names(const struct silence *s, const char *rule, enum level level,
    const char *const scope[static DIMENSIONS])
{
	if ((s->rule != NULL && strcmp(s->rule, rule) != 0) ||
	    (s->level != LEVEL_NONE && s->level != level))
		return false;
	for (int d = 0; d < DIMENSIONS; d++) {
		if (s->scope[d] != NULL && (scope[d] == NULL || strcmp(s->scope[d], scope[d]) != 0))
			return false;
	}
	return true;
}
