#include "life.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MINUTE ((int64_t)60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const char *const kinds[] = {"request", "incident", "complaint"};
static const char *const verbs[] = {"opened", "assigned", "responded", "paused", "resumed",
    "recovered", "resolved", "reopened", "closed"};
static const char *const services[LIFE_SERVICES] = {"mail", "erp", "vpn", "print", "telephony"};
static const char *const teams[LIFE_TEAMS] = {"desk", "network", "applications", "field"};
static const char *const titles[] = {"Cannot log in after the change of my password",
    "Printer on the second floor shows a paper jam", "Access to the shared folder of accounting",
    "Connection drops every few minutes since this morning", "New notebook for a colleague",
    "Invoice run stops with an error", "Calls from outside end in silence", "Mails arrive late"};

/* Draws from a ticket's own chance: each call mixes the next number. */
struct chance {
	uint64_t key;
	uint64_t drawn;
};

uint64_t
life_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u + b + 0x632be59bd9b4e019u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static double
draw(struct chance *c)
{
	return (double)(life_mix(c->key, ++c->drawn) >> 11) * 0x1p-53;
}

/* Exponential, with this mean. */
static int64_t
wait_for(struct chance *c, int64_t mean)
{
	return (int64_t)(-log(1 - draw(c)) * (double)mean) + 1;
}

/* The n-th of `count`, each rarer than the one before: weights 1, 1/2, 1/3, ... */
static int
ranked(struct chance *c, int count)
{
	double whole = 0;
	for (int i = 1; i <= count; i++)
		whole += 1.0 / i;
	double left = draw(c) * whole;
	for (int i = 1; i < count; i++) {
		left -= 1.0 / i;
		if (left < 0)
			return i - 1;
	}
	return count - 1;
}

/* 80 of 100 tickets are opened in the ten hours from eight to six. */
static double
hour_of_day(double share)
{
	if (share < 0.1)
		return share / 0.1 * 8;
	if (share < 0.9)
		return 8 + (share - 0.1) / 0.8 * 10;
	return 18 + (share - 0.9) / 0.1 * 6;
}

int64_t
life_opened(const struct life_plan *plan, int64_t number)
{
	double at = ((double)number + 0.5) / (double)plan->tickets * (double)plan->days;
	double day = floor(at);
	double hour = hour_of_day(at - day);
	int64_t start = (plan->end / DAY - plan->days) * DAY;
	return start + (int64_t)day * DAY + (int64_t)(hour * (double)HOUR);
}

static int64_t
add(struct life *l, int64_t time, enum life_verb verb)
{
	if (l->count < LIFE_STEPS)
		l->steps[l->count++] = (struct life_step){time, verb};
	return time;
}

static int64_t
resolve(struct life *l, struct chance *c, int64_t at)
{
	if (draw(c) < 0.3) {
		at = add(l, at + wait_for(c, 40 * MINUTE), LIFE_PAUSED);
		at = add(l, at + wait_for(c, 5 * HOUR), LIFE_RESUMED);
	}
	if (l->kind == 1)
		at = add(l, at + wait_for(c, 80 * MINUTE), LIFE_RECOVERED);
	return add(l, at + wait_for(c, 150 * MINUTE), LIFE_RESOLVED);
}

static void
full_life(struct life *l, struct chance *c, int64_t at, int open)
{
	at = add(l, at + wait_for(c, 4 * MINUTE), LIFE_ASSIGNED);
	at = add(l, at + wait_for(c, 9 * MINUTE), LIFE_RESPONDED);
	if (open)
		return;
	at = resolve(l, c, at);
	if (draw(c) < 0.04) {
		at = add(l, at + wait_for(c, DAY), LIFE_REOPENED);
		at = resolve(l, c, at);
	}
	if (draw(c) < 0.6)
		add(l, at + 2 * DAY + wait_for(c, HOUR), LIFE_CLOSED);
}

void
life_make(const struct life_plan *plan, int64_t number, struct life *l)
{
	struct chance c = {life_mix(plan->seed, (uint64_t)number), 0};
	double kind = draw(&c);
	*l = (struct life){.number = number, .kind = kind < 0.7 ? 0 : kind < 0.95 ? 1 : 2};
	l->agreement = ranked(&c, LIFE_AGREEMENTS);
	l->service = ranked(&c, LIFE_SERVICES);
	l->priority = LIFE_PRIORITIES - 1 - ranked(&c, LIFE_PRIORITIES);
	l->team = ranked(&c, LIFE_TEAMS);
	int64_t at = add(l, life_opened(plan, number), LIFE_OPENED);
	int open = (number + 1) * plan->open / plan->tickets != number * plan->open / plan->tickets;
	if (!plan->brief)
		full_life(l, &c, at, open);
	else if (!open)
		add(l, at + wait_for(&c, 20 * MINUTE), LIFE_RESOLVED);
	while (l->count > 1 && l->steps[l->count - 1].time > plan->end)
		l->count--;
}

void
life_id(const struct life_plan *plan, const struct life *l, int step, char id[37])
{
	uint64_t key =
	    life_mix(plan->seed ^ 0x5bd1e995u, (uint64_t)l->number * LIFE_STEPS + (uint64_t)step);
	uint64_t high = key, low = life_mix(key, 1);
	unsigned version = 4;
	if (plan->ids == LIFE_IDS_ORDERED) {
		high = (uint64_t)l->steps[step].time << 16 | (key & 0xffff);
		version = 7;
	}
	snprintf(id, 37, "%08x-%04x-%x%03x-%x%03x-%012llx", (unsigned)(high >> 32),
	    (unsigned)(high >> 16 & 0xffff), version, (unsigned)(high & 0xfff),
	    8 | (unsigned)(low >> 62), (unsigned)(low >> 48 & 0xfff),
	    (unsigned long long)(low & 0xffffffffffffu));
}

static void
stamp(int64_t ms, char text[32])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	gmtime_r(&seconds, &tm);
	size_t n = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, 32 - n, ".%03dZ", (int)(ms % 1000));
}

/* The members of data. */
static void
data(const struct life *l, int step, uint64_t chance, char *text, size_t size)
{
	switch (l->steps[step].verb) {
	case LIFE_OPENED:
		snprintf(text, size,
		    "\"agreement\":\"customer-%02d\",\"service\":\"%s\",\"priority\":\"P%d\","
		    "\"team\":\"%s\","
		    "\"title\":\"%s\"",
		    l->agreement + 1, services[l->service], l->priority + 1, teams[l->team],
		    titles[chance % (sizeof(titles) / sizeof(*titles))]);
		break;
	case LIFE_PAUSED:
	case LIFE_RESUMED:
		snprintf(text, size, "\"cause\":\"customer\",\"agent\":\"agent-%03u\"",
		    (unsigned)(chance % 400));
		break;
	default:
		snprintf(text, size, "\"agent\":\"agent-%03u\",\"note\":\"%s\"",
		    (unsigned)(chance % 400),
		    titles[chance / 400 % (sizeof(titles) / sizeof(*titles))]);
	}
}

size_t
life_line(const struct life_plan *plan, const struct life *l, int step, char line[LIFE_LINE])
{
	char id[37], time[32], members[256];
	life_id(plan, l, step, id);
	stamp(l->steps[step].time, time);
	data(l, step, life_mix(plan->seed, (uint64_t)l->number ^ (uint64_t)step << 48), members,
	    sizeof(members));
	int n = snprintf(line, LIFE_LINE,
	    "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"https://desk.example\","
	    "\"type\":\"%s.%s\",\"subject\":\"T-%llu-%lld\",\"time\":\"%s\",\"data\":{%s}}\n",
	    id, kinds[l->kind], verbs[l->steps[step].verb],
	    (unsigned long long)(plan->seed % 100000), (long long)l->number + 1, time, members);
	return (size_t)n;
}
