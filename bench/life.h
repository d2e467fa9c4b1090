/* The life of made-up tickets: a pure function of a seed and the ticket's number, so that a stream
 * of any length needs no more memory than the tickets that are under way. Proportions, in one
 * place, are those of an ordinary helpdesk: requests, fewer incidents, few complaints; half of the
 * work for three of fifty customers; answers mostly in time; three of ten tickets pause; one of
 * twenty-five is reopened. Times are milliseconds since the epoch. */
#ifndef BENCH_LIFE_H
#define BENCH_LIFE_H

#include <stddef.h>
#include <stdint.h>

enum {
	LIFE_AGREEMENTS = 50,
	LIFE_SERVICES = 5,
	LIFE_PRIORITIES = 4,
	LIFE_TEAMS = 4,
	LIFE_STEPS = 12,
	LIFE_LINE = 640, /* the most bytes of a line, its newline and 0 included */
};

enum life_ids { LIFE_IDS_RANDOM, LIFE_IDS_ORDERED };

/* What a stream is like. The tickets are opened evenly over the days up to `end`, more of them by
 * day than by night. brief: a ticket is opened and resolved, nothing else. open: so many of them
 * are never resolved. */
struct life_plan {
	uint64_t seed;
	int64_t tickets;
	int64_t open;
	int64_t end;
	int64_t days;
	int brief;
	enum life_ids ids;
};

enum life_verb {
	LIFE_OPENED,
	LIFE_ASSIGNED,
	LIFE_RESPONDED,
	LIFE_PAUSED,
	LIFE_RESUMED,
	LIFE_RECOVERED,
	LIFE_RESOLVED,
	LIFE_REOPENED,
	LIFE_CLOSED,
};

struct life_step {
	int64_t time;
	enum life_verb verb;
};

/* One ticket. Steps are in the order of their times; those behind the plan's end have not happened.
 */
struct life {
	int64_t number;
	int kind; /* 0 request, 1 incident, 2 complaint */
	int agreement;
	int service;
	int priority;
	int team;
	int count;
	struct life_step steps[LIFE_STEPS];
};

/* 64 bits that look random, of any two numbers (splitmix64's finisher, which is public domain). */
uint64_t life_mix(uint64_t a, uint64_t b);

/* When ticket `number` is opened; grows with the number. */
int64_t life_opened(const struct life_plan *plan, int64_t number);

void life_make(const struct life_plan *plan, int64_t number, struct life *l);

/* The identity of a step, a UUID: 36 characters and 0. Ordered ones begin with the time. */
void life_id(const struct life_plan *plan, const struct life *l, int step, char id[37]);

/* A step as a CloudEvent on a line of its own: the number of bytes, the newline included. */
size_t life_line(
    const struct life_plan *plan, const struct life *l, int step, char line[LIFE_LINE]);

#endif
