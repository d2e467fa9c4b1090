#include "domain/outage.h"

#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"

static bool
same_service(const struct down *d, const struct record *r)
{
	return strcmp(d->agreement, r->m[MEMBER_AGREEMENT].text) == 0 &&
	    strcmp(d->service, r->m[MEMBER_SERVICE].text) == 0;
}

/* The down that goes on for the record's agreement and service, or NULL. */
static struct down *
going_on(struct down *downs, size_t n, const struct record *r)
{
	for (size_t i = 0; i < n; i++) {
		if (downs[i].span.to == STAMP_NEVER && same_service(&downs[i], r))
			return &downs[i];
	}
	return NULL;
}

size_t
outage_fold(const struct record **records, size_t count, struct arena *a, struct down **downs)
{
	const struct record *r;
	struct down *open;
	size_t n = 0;

	*downs = arena_alloc(a, count, sizeof(**downs));
	records_sort(records, count);
	for (size_t i = 0; i < count; i++) {
		r = records[i];
		open = going_on(*downs, n, r);
		if (r->type->verb == VERB_OUTAGE_ENDED && open != NULL)
			open->span.to = r->time;
		else if (r->type->verb == VERB_OUTAGE_STARTED && open == NULL)
			(*downs)[n++] = (struct down){.agreement = r->m[MEMBER_AGREEMENT].text,
			    .service = r->m[MEMBER_SERVICE].text,
			    .span = {r->time, STAMP_NEVER}};
	}
	return n;
}

size_t
maintenance_fold(const struct record **records, size_t count, struct arena *a, struct down **downs)
{
	const struct record *r, *announced = NULL;

	*downs = arena_alloc(a, 1, sizeof(**downs));
	records_sort(records, count);
	for (size_t i = 0; i < count; i++) {
		r = records[i];
		if (r->type->verb == VERB_MAINTENANCE_CANCELLED)
			announced = NULL;
		else if (announced == NULL)
			announced = r;
	}
	if (announced == NULL)
		return 0;
	**downs = (struct down){.agreement = announced->m[MEMBER_AGREEMENT].text,
	    .service = announced->m[MEMBER_SERVICE].text,
	    .span = {announced->m[MEMBER_FROM].number, announced->m[MEMBER_TO].number},
	    .late = announced->time >= announced->m[MEMBER_FROM].number};
	return 1;
}

/* The end of an excluded ticket's say: a cancelled one that was late keeps it until it was
 * cancelled, any other never had one. */
static int64_t
say_until(const struct ticket *t, const struct cycle *c)
{
	if (!t->excluded)
		return STAMP_NEVER;
	if (t->exclusion == EXCLUSION_CANCELLED && c->clock[CLOCK_RECOVERY].breach != STAMP_NEVER)
		return t->excluded_at;
	return INT64_MIN;
}

size_t
cycle_downs(const struct ticket *t, const struct cycle *c, struct arena *a, struct down **downs)
{
	int64_t until = say_until(t, c);
	size_t n = until == INT64_MIN || c->terms == NULL ? 0 : c->downs;

	*downs = arena_alloc(a, n, sizeof(**downs));
	for (size_t i = 0; i < n; i++) {
		(*downs)[i] = (struct down){.agreement = t->scope.dim[DIM_AGREEMENT],
		    .service = t->scope.dim[DIM_SERVICE],
		    .span = c->down[i]};
		if ((*downs)[i].span.to > until)
			(*downs)[i].span.to = until;
	}
	return n;
}

size_t
ticket_downs(const struct ticket *t, struct arena *a, struct down **downs)
{
	struct down *some;
	size_t n = 0, more;

	for (size_t i = 0; i < t->cycles; i++)
		n += t->cycle[i].downs;
	*downs = arena_alloc(a, n, sizeof(**downs));
	n = 0;
	for (size_t i = 0; i < t->cycles; i++) {
		more = cycle_downs(t, &t->cycle[i], a, &some);
		for (size_t j = 0; j < more; j++)
			(*downs)[n++] = some[j];
	}
	return n;
}

static int
by_from(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

size_t
intervals_unite(struct interval *v, size_t count)
{
	size_t n = 0;

	if (count > 0)
		qsort(v, count, sizeof(v[0]), by_from);
	for (size_t i = 0; i < count; i++) {
		if (v[i].from >= v[i].to)
			continue;
		if (n > 0 && v[i].from <= v[n - 1].to)
			v[n - 1].to = v[i].to > v[n - 1].to ? v[i].to : v[n - 1].to;
		else
			v[n++] = v[i];
	}
	return n;
}

static struct interval
cut(struct interval v, struct interval by)
{
	return (struct interval){v.from > by.from ? v.from : by.from, v.to < by.to ? v.to : by.to};
}

/* The place of the first that ends after an instant, of united intervals. */
static size_t
place_after(const struct interval *v, size_t count, int64_t t)
{
	size_t low = 0, high = count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (v[mid].to > t)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Open ms of a span that lie outside the maintenance. */
static int64_t
agreed_time(const struct calendar *c, struct interval span, const struct interval *maintenance,
    size_t count)
{
	struct interval m;
	int64_t sum;

	if (span.from >= span.to)
		return 0;
	sum = calendar_elapsed(c, span.from, span.to);
	for (size_t i = place_after(maintenance, count, span.from);
	     i < count && maintenance[i].from < span.to; i++) {
		m = cut(maintenance[i], span);
		sum -= calendar_elapsed(c, m.from, m.to);
	}
	return sum;
}

static bool
listed(const struct agreement *a, const char *service)
{
	for (size_t i = 0; i < a->versions; i++) {
		if (terms_service(&a->version[i], service) != NULL)
			return true;
	}
	return false;
}

/* The agreed ms of [span) under each version that measures the service, less the maintenance. */
static int64_t
measured_time(const struct agreement *a, const char *service, struct interval span,
    const struct interval *maintenance, size_t count)
{
	bool only_listed = listed(a, service);
	const struct service *s;
	const struct terms *v;
	int64_t sum = 0;

	for (size_t i = 0; i < a->versions; i++) {
		v = &a->version[i];
		s = terms_service(v, service);
		if (s != NULL || !only_listed)
			sum += agreed_time(s != NULL ? s->calendar : v->calendar,
			    cut((struct interval){v->from, v->until}, span), maintenance, count);
	}
	return sum;
}

int64_t
availability_taken(const struct agreement *a, const char *service, struct interval span,
    const struct interval *maintenance, size_t maintenance_count, int64_t from, int64_t to,
    int64_t now)
{
	const struct interval past = {from, to < now ? to : now};

	return measured_time(a, service, cut(span, past), maintenance, maintenance_count);
}

void
availability_add(struct availability *sum, const struct agreement *a, const char *service,
    const struct interval *outages, size_t outage_count, const struct interval *maintenance,
    size_t maintenance_count, int64_t from, int64_t to, int64_t now)
{
	const struct interval window = {from, to}, ahead = {from > now ? from : now, to};
	int64_t down;

	sum->agreed +=
	    availability_taken(a, service, window, maintenance, maintenance_count, from, to, now);
	sum->ahead += measured_time(a, service, ahead, maintenance, maintenance_count);
	for (size_t i = 0; i < outage_count; i++) {
		down = availability_taken(
		    a, service, outages[i], maintenance, maintenance_count, from, to, now);
		sum->down += down;
		sum->failures += down > 0;
	}
}
