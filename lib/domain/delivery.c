#include "domain/delivery.h"

#include <string.h>

#include "base/stamp.h"

/* Whether it, or a later one of its alert, is urgent. */
static bool
passes(const struct delivery_item *item, size_t items, size_t i)
{
	if (item[i].urgent)
		return true;
	for (size_t j = i + 1; item[i].alert != 0 && j < items; j++) {
		if (item[j].alert == item[i].alert && item[j].urgent)
			return true;
	}
	return false;
}

/* The first instant from now on at which the calendar is open. */
static int64_t
opening(const struct calendar *hours, int64_t now)
{
	int64_t t = calendar_after(hours, now, 1);

	return t == STAMP_NEVER ? t : t - 1;
}

/* When the rate lets the next one go; what lies in the future was sent before the clock was set
 * back.
 */
static int64_t
rate_after(const struct delivery_policy *p, const struct delivery_pace *pace, int64_t now)
{
	size_t back = p->rate < DELIVERY_RATE_MAX ? (size_t)p->rate : DELIVERY_RATE_MAX;
	int64_t sent;

	if (p->rate == 0)
		return now;
	sent = pace->sent[(pace->next + DELIVERY_RATE_MAX - back) % DELIVERY_RATE_MAX];
	return sent == 0 || sent > now || now >= sent + STAMP_MINUTE ? now : sent + STAMP_MINUTE;
}

static int64_t
digest_after(const struct delivery_policy *p, const struct delivery_item *first, int64_t now)
{
	if (p->digest == 0 || first->group == NULL || first->since > now ||
	    now >= first->since + p->digest)
		return now;
	return first->since + p->digest;
}

static bool
same_group(const struct delivery_item *a, const struct delivery_item *b)
{
	return a->group != NULL && b->group != NULL && strcmp(a->group, b->group) == 0;
}

/* Whether one goes with the first. */
static bool
joins(const struct delivery_policy *p, const struct delivery_pace *pace,
    const struct delivery_item *first, const struct delivery_item *i)
{
	if (!p->several)
		return false;
	return pace->late || (p->digest > 0 && same_group(first, i));
}

/* The oldest that the hours let go; `items` if there is none. */
static size_t
first_of(const struct delivery_item *item, size_t items, bool shut, bool pass)
{
	size_t first = shut && !pass ? items : 0;

	while (pass && first < items && !passes(item, items, first))
		first++;
	return first;
}

/* When digest and rate let the first one go. */
static int64_t
ready(const struct delivery_policy *p, struct delivery_pace *pace,
    const struct delivery_item *first, int64_t now)
{
	int64_t digest = digest_after(p, first, now), rate = rate_after(p, pace, now);

	pace->late = pace->late || rate > now;
	return digest > rate ? digest : rate;
}

int64_t
delivery_choose(const struct delivery_policy *p, struct delivery_pace *pace,
    const struct delivery_item *item, size_t items, int64_t now, size_t chosen[DELIVERY_TOGETHER],
    size_t *count)
{
	bool shut = p->hours != NULL && !calendar_open(p->hours, now);
	bool pass = shut && !p->urgent_waits;
	size_t first = first_of(item, items, shut, pass);
	int64_t at;

	*count = 0;
	if (items == 0)
		return STAMP_NEVER;
	if (first == items)
		return opening(p->hours, now);
	at = ready(p, pace, &item[first], now);
	if (at > now)
		return at;
	chosen[(*count)++] = first;
	for (size_t i = first + 1; i < items && *count < DELIVERY_TOGETHER; i++) {
		if (joins(p, pace, &item[first], &item[i]) && (!pass || passes(item, items, i)))
			chosen[(*count)++] = i;
	}
	pace->late = pace->late && *count == DELIVERY_TOGETHER;
	return now;
}

void
delivery_sent(struct delivery_pace *pace, int64_t now)
{
	pace->sent[pace->next] = now;
	pace->next = (pace->next + 1) % DELIVERY_RATE_MAX;
}
