#include "domain/agreement.h"

#include <string.h>

const struct agreement *
agreement_find(const struct agreements *all, const char *id)
{
	size_t low = 0, high = all->count, mid;
	int order;

	while (low < high) {
		mid = low + (high - low) / 2;
		order = strcmp(all->items[mid].id, id);
		if (order == 0)
			return &all->items[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct terms *
agreement_at(const struct agreement *a, int64_t t)
{
	for (size_t i = a->versions; i > 0; i--) {
		if (a->version[i - 1].from <= t)
			return &a->version[i - 1];
	}
	return NULL;
}

static bool
key_matches(const char *key, const char *value)
{
	return key == NULL || strcmp(key, value) == 0;
}

/* More keys first, then service before priority before kind; -1 if it does not match. */
static int
target_rank(const struct target *t, enum kind kind, const char *priority, const char *service)
{
	int by_kind = t->kind >= 0, by_priority = t->priority != NULL,
	    by_service = t->service != NULL;

	if ((by_kind && t->kind != (int)kind) || !key_matches(t->priority, priority) ||
	    !key_matches(t->service, service))
		return -1;
	return 8 * (by_kind + by_priority + by_service) + 4 * by_service + 2 * by_priority +
	    by_kind;
}

const struct target *
terms_target(const struct terms *v, enum kind kind, const char *priority, const char *service)
{
	const struct target *best = NULL;
	int rank, best_rank = -1;

	for (size_t i = 0; i < v->targets; i++) {
		rank = target_rank(&v->target[i], kind, priority, service);
		if (rank > best_rank) {
			best = &v->target[i];
			best_rank = rank;
		}
	}
	return best;
}

const struct service *
terms_service(const struct terms *v, const char *id)
{
	for (size_t i = 0; i < v->services; i++) {
		if (strcmp(v->service[i].id, id) == 0)
			return &v->service[i];
	}
	return NULL;
}

const struct objective *
terms_objective(const struct terms *v, int indicator)
{
	for (size_t i = 0; i < v->objectives; i++) {
		if (v->objective[i].indicator == indicator)
			return &v->objective[i];
	}
	return NULL;
}

bool
terms_pauses(const struct terms *v, const char *cause)
{
	for (size_t i = 0; i < v->pauses; i++) {
		if (strcmp(v->pause_on[i], cause) == 0)
			return true;
	}
	return false;
}
