/* Writes made-up helpdesk events, one JSON object a line, in the order in which they arrive:
 *
 *     generate --seed 7 --tickets 10000 --end 1795000000000
 *
 * The same arguments give the same bytes, on any machine. It streams: memory is that of the tickets
 * under way. Of a thousand events --late arrive hours after their time, and --twice are sent again.
 * --events N stops after so many. --rows puts what a program without JSON needs before each line,
 * with tabs: id, ticket, scope, minute opened, minute, verb.
 *
 * Instead of events, --facts writes a line for each ticket, with tabs: number, kind, agreement,
 * service, milliseconds opened and answered (\N: not yet); and --config the configuration for slad.
 */
#include "life.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A step that is yet to arrive, `again` if it has before. */
struct arrival {
	int64_t when;
	int64_t ticket;
	int step;
	int again;
};

struct heap {
	struct arrival *all;
	size_t count;
	size_t room;
};

struct stream {
	struct life_plan plan;
	struct heap heap;
	int64_t next; /* ticket to open */
	int64_t left; /* events to write */
	int late;
	int twice;
	int rows;
	int facts;
};

static int
before(const struct arrival *a, const struct arrival *b)
{
	if (a->when != b->when)
		return a->when < b->when;
	return a->ticket != b->ticket ? a->ticket < b->ticket : a->step < b->step;
}

static void
push(struct heap *h, struct arrival a)
{
	if (h->count == h->room) {
		h->room = h->room ? 2 * h->room : 1024;
		h->all = realloc(h->all, h->room * sizeof(*h->all));
		if (h->all == NULL)
			abort();
	}
	size_t i = h->count++;
	for (; i > 0 && before(&a, &h->all[(i - 1) / 2]); i = (i - 1) / 2)
		h->all[i] = h->all[(i - 1) / 2];
	h->all[i] = a;
}

static struct arrival
pop(struct heap *h)
{
	struct arrival top = h->all[0], last = h->all[--h->count];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child + 1 < h->count && before(&h->all[child + 1], &h->all[child]))
			child++;
		if (child >= h->count || !before(&h->all[child], &last))
			break;
		h->all[i] = h->all[child];
		i = child;
	}
	h->all[i] = last;
	return top;
}

/* Of a thousand. */
static int
happens(const struct stream *s, const struct arrival *a, uint64_t salt, int share)
{
	uint64_t key =
	    life_mix(s->plan.seed + salt, (uint64_t)a->ticket * LIFE_STEPS + (uint64_t)a->step);
	return (int)(key % 1000) < share;
}

static int64_t
delay(const struct stream *s, const struct arrival *a, double mean)
{
	uint64_t key =
	    life_mix(s->plan.seed + 9, (uint64_t)a->ticket * LIFE_STEPS + (uint64_t)a->step);
	return (int64_t)(-log(1 - (double)(key >> 11) * 0x1p-53) * mean);
}

static void
expect(struct stream *s, const struct life *l, int step)
{
	struct arrival a = {.when = l->steps[step].time, .ticket = l->number, .step = step};
	if (happens(s, &a, 2, s->late))
		a.when += delay(s, &a, 6 * 3600e3);
	push(&s->heap, a);
}

static void
write_one(const struct stream *s, const struct life *l, int step)
{
	char line[LIFE_LINE], id[37];
	size_t n = life_line(&s->plan, l, step, line);
	if (s->rows) {
		int scope =
		    ((l->agreement * LIFE_SERVICES + l->service) * LIFE_PRIORITIES + l->priority) *
			LIFE_TEAMS +
		    l->team;
		life_id(&s->plan, l, step, id);
		printf("%s\t%lld\t%d\t%lld\t%lld\t%d\t", id, (long long)l->number, scope,
		    (long long)(l->steps[0].time / 60000), (long long)(l->steps[step].time / 60000),
		    (int)l->steps[step].verb);
	}
	fwrite(line, 1, n, stdout);
}

/* Writes what arrives first, and sees to what follows from it. 0 when there is nothing left. */
static int
step_on(struct stream *s)
{
	struct life l;
	while (s->next < s->plan.tickets &&
	    (s->heap.count == 0 || life_opened(&s->plan, s->next) <= s->heap.all[0].when)) {
		life_make(&s->plan, s->next++, &l);
		expect(s, &l, 0);
	}
	if (s->heap.count == 0 || s->left == 0)
		return 0;
	struct arrival a = pop(&s->heap);
	life_make(&s->plan, a.ticket, &l);
	write_one(s, &l, a.step);
	s->left--;
	if (a.again)
		return 1;
	if (a.step + 1 < l.count)
		expect(s, &l, a.step + 1);
	if (happens(s, &a, 1, s->twice)) {
		a.when += delay(s, &a, 600e3);
		a.again = 1;
		push(&s->heap, a);
	}
	return 1;
}

static void
write_facts(const struct life_plan *plan)
{
	struct life l;
	for (int64_t i = 0; i < plan->tickets; i++) {
		life_make(plan, i, &l);
		printf("%lld\t%d\t%d\t%d\t%lld\t", (long long)i, l.kind, l.agreement + 1, l.service,
		    (long long)l.steps[0].time);
		int step = 1;
		while (step < l.count && l.steps[step].verb != LIFE_RESPONDED &&
		    l.steps[step].verb != LIFE_RESOLVED)
			step++;
		if (step < l.count)
			printf("%lld\n", (long long)l.steps[step].time);
		else
			puts("\\N");
	}
}

static void
write_config(void)
{
	static const char *const of[LIFE_SERVICES] = {"mail", "erp", "vpn", "print", "telephony"};
	puts("listen: 127.0.0.1:0\ndatabase: slad.db\ntimezone: UTC\n\ncalendars:\n"
	     "  - name: office\n    week:\n"
	     "      - {days: mon-fri, open: [\"09:00-12:00\", \"13:30-18:00\"]}\n"
	     "  - name: daytime\n    week:\n      - {days: mon-sun, open: [\"07:00-22:00\"]}\n\n"
	     "agreements:");
	for (int i = 0; i < LIFE_AGREEMENTS; i++) {
		static const char *const calendars[] = {"office", "always", "daytime"};
		printf(
		    "  - id: customer-%02d\n    from: 2020-01-01\n    calendar: %s\n    targets:\n",
		    i + 1, calendars[i % 3]);
		puts("      - {kind: request, respond: 30m, resolve: 8h}\n"
		     "      - {kind: request, priority: P1, respond: 15m, resolve: 4h}\n"
		     "      - {kind: incident, respond: 30m, recover: 4h, resolve: 16h}\n"
		     "      - {kind: incident, priority: P1, calendar: always, respond: 15m, "
		     "recover: 2h,"
		     " resolve: 8h}\n"
		     "      - {kind: complaint, respond: 4h, resolve: 24h}");
		printf("    services:");
		for (int k = 0; k < LIFE_SERVICES; k++)
			printf("%s%s", k > 0 ? ", " : " [", of[k]);
		puts("]\n    objectives:\n"
		     "      - {indicator: timely_response_rate, at_least: 0.95}\n"
		     "      - {indicator: timely_resolution_rate, at_least: 0.9}");
	}
}

static int64_t
number(const char *text)
{
	char *end;
	long long n = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || n < 0) {
		fprintf(stderr, "generate: '%s' is no number\n", text);
		exit(2);
	}
	return n;
}

static void
read_options(struct stream *s, int argc, char **argv)
{
	static const struct option known[] = {{"seed", 1, NULL, 's'}, {"tickets", 1, NULL, 't'},
	    {"events", 1, NULL, 'n'}, {"end", 1, NULL, 'e'}, {"days", 1, NULL, 'd'},
	    {"open", 1, NULL, 'o'}, {"late", 1, NULL, 'l'}, {"twice", 1, NULL, 'w'},
	    {"brief", 0, NULL, 'b'}, {"ordered", 0, NULL, 'u'}, {"rows", 0, NULL, 'r'},
	    {"facts", 0, NULL, 'f'}, {"config", 0, NULL, 'c'}, {0}};
	int64_t *numbers[128] = {['t'] = &s->plan.tickets,
	    ['n'] = &s->left,
	    ['e'] = &s->plan.end,
	    ['d'] = &s->plan.days,
	    ['o'] = &s->plan.open};
	int *switches[128] = {['b'] = &s->plan.brief, ['r'] = &s->rows, ['f'] = &s->facts};
	int c;
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == '?')
			exit(2);
		if (c == 'c') {
			write_config();
			exit(0);
		}
		if (c == 's')
			s->plan.seed = (uint64_t)number(optarg);
		else if (c == 'l')
			s->late = (int)number(optarg);
		else if (c == 'w')
			s->twice = (int)number(optarg);
		else if (c == 'u')
			s->plan.ids = LIFE_IDS_ORDERED;
		else if (numbers[c] != NULL)
			*numbers[c] = number(optarg);
		else
			*switches[c] = 1;
	}
}

int
main(int argc, char **argv)
{
	struct stream s = {.plan = {.seed = 1, .tickets = 10000, .end = 1795000000000, .days = 365},
	    .left = INT64_MAX,
	    .late = 30,
	    .twice = 20};
	read_options(&s, argc, argv);
	if (s.plan.tickets < 1 || s.plan.days < 1) {
		fputs("generate: at least one ticket and one day are wanted\n", stderr);
		return 2;
	}
	static char buffer[1 << 20];
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	if (s.facts)
		write_facts(&s.plan);
	while (!s.facts && step_on(&s))
		;
	free(s.heap.all);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("generate");
		return 1;
	}
	return 0;
}
