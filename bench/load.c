/* Sends events over HTTP as fast as they are answered, or asks one question again and again, and
 * says how long the answers took. One thread, N connections, each with one request under way.
 *
 *     load --port P [--connections N] [--batch K] [--seconds S] [--skip L] [--events E] FILE
 *     load --port P [--connections N] [--requests R] [--seconds S] --get PATH
 *
 * FILE has an event on each line. With --batch 1 each goes alone, as application/json, else K of
 * them as NDJSON. It ends with the file, or after E events behind the first L, or after S seconds,
 * when nothing new is begun. Each answer is looked at: a 200 must count every event of its request,
 * a 503 is sent again after its Retry-After, anything else ends the run with status 1.
 *
 * Prints one JSON object: requests, events (new ones and duplicates apart), refused (503s), lines
 * used of the file, seconds from the first request to the last answer, and p50, p99 and max of the
 * answers' microseconds, counted from the first attempt. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

struct connection {
	struct wire wire;
	int64_t began; /* microseconds: the first attempt */
	int64_t again; /* when to send once more, 0: not */
	int64_t lines;
	int idle;
};

struct load {
	int64_t port;
	int64_t count;
	int64_t batch;
	double seconds;
	int64_t skip;
	int64_t events;
	int64_t requests;
	const char *get;

	const char *next; /* of the file */
	const char *end;
	int64_t started;
	int64_t until;
	int64_t last; /* answer */
	int64_t begun;
	int64_t accepted;
	int64_t duplicates;
	int64_t refused;
	int64_t used;
	uint32_t *took; /* microseconds of each answer */
	size_t answers;
	size_t room;
	int busy;
	int epoll;
	struct connection *all;
};

static int64_t
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The next lines of the file, at most `most`: how many, and their bytes. */
static int64_t
take_lines(struct load *l, int64_t most, const char **bytes, size_t *size)
{
	int64_t lines = 0;
	*bytes = l->next;
	while (lines < most && l->next < l->end) {
		const char *newline = memchr(l->next, '\n', (size_t)(l->end - l->next));
		l->next = newline == NULL ? l->end : newline + 1;
		lines++;
	}
	*size = (size_t)(l->next - *bytes);
	return lines;
}

static void
watch(struct load *l, struct connection *c, int how)
{
	struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = c}};
	if (!wire_sent(&c->wire))
		e.events |= EPOLLOUT;
	if (epoll_ctl(l->epoll, how, c->wire.fd, &e) != 0)
		abort();
}

static int
send_on(struct load *l, struct connection *c)
{
	if (wire_write(&c->wire) != 0)
		return -1;
	if (!wire_sent(&c->wire))
		watch(l, c, EPOLL_CTL_MOD);
	return 0;
}

/* Begins the connection's next request, if there is one to begin. */
static int
begin(struct load *l, struct connection *c)
{
	const char *bytes = NULL;
	size_t size = 0;
	int64_t t = now();
	c->idle = 1;
	if (t >= l->until || (l->requests > 0 && l->begun >= l->requests))
		return 0;
	if (l->get != NULL) {
		wire_ask(&c->wire, l->get, NULL, NULL, 0);
	} else {
		c->lines = take_lines(l, l->batch, &bytes, &size);
		if (c->lines == 0)
			return 0;
		l->used += c->lines;
		wire_ask(&c->wire, "/v1/events",
		    l->batch == 1 ? "application/json" : "application/x-ndjson", bytes, size);
	}
	c->idle = 0;
	c->began = t;
	l->begun++;
	l->busy++;
	return send_on(l, c);
}

/* The number behind a name in a flat JSON object. */
static int64_t
member(const char *json, const char *name)
{
	const char *found = strstr(json, name);
	return found == NULL ? -1 : strtoll(found + strlen(name), NULL, 10);
}

static int
check_answer(struct load *l, struct connection *c)
{
	const char *body = c->wire.kept;
	if (c->wire.status == 200 && l->get != NULL && body[0] == '{')
		return 0;
	int64_t accepted = member(body, "\"accepted\":"),
		duplicates = member(body, "\"duplicates\":");
	if (c->wire.status != 200 || l->get != NULL || accepted < 0 || duplicates < 0 ||
	    accepted + duplicates != c->lines || member(body, "\"rejected\":") != 0) {
		fprintf(stderr, "load: to %lld events: %d %.500s\n", (long long)c->lines,
		    c->wire.status, body);
		return -1;
	}
	l->accepted += accepted;
	l->duplicates += duplicates;
	return 0;
}

static void
note(struct load *l, int64_t took)
{
	if (l->answers == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 65536;
		l->took = realloc(l->took, l->room * sizeof(*l->took));
		if (l->took == NULL)
			abort();
	}
	l->took[l->answers++] = (uint32_t)(took < UINT32_MAX ? took : UINT32_MAX);
}

static int
answered(struct load *l, struct connection *c)
{
	int64_t t = now();
	if (c->wire.status == 503 && c->wire.retry_after >= 0) {
		l->refused++;
		c->again = t + c->wire.retry_after * 1000000;
		return 0;
	}
	if (check_answer(l, c) != 0)
		return -1;
	note(l, t - c->began);
	l->last = t;
	l->busy--;
	return begin(l, c);
}

/* Sends again what was refused and has waited; gives the milliseconds until the next, -1: none. */
static int
send_again(struct load *l)
{
	int64_t t = now(), least = -1;
	for (int i = 0; i < l->count; i++) {
		struct connection *c = &l->all[i];
		if (c->again == 0)
			continue;
		if (c->again <= t) {
			c->again = 0;
			c->wire.sent = c->wire.head_size = c->wire.got = c->wire.kept_size = 0;
			c->wire.status = 0;
			if (send_on(l, c) != 0)
				exit(1);
		} else if (least < 0 || c->again - t < least) {
			least = c->again - t;
		}
	}
	return least < 0 ? -1 : (int)(least / 1000) + 1;
}

static int
handle(struct load *l, const struct epoll_event *e)
{
	struct connection *c = e->data.ptr;
	if (e->events & EPOLLOUT) {
		if (wire_write(&c->wire) != 0)
			return -1;
		if (wire_sent(&c->wire))
			watch(l, c, EPOLL_CTL_MOD);
	}
	if (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		int got = wire_read(&c->wire);
		if (got < 0)
			return -1;
		return got == 0 ? 0 : answered(l, c);
	}
	return 0;
}

static int
run(struct load *l)
{
	struct epoll_event events[64];
	l->started = l->last = now();
	l->until = l->seconds > 0 ? l->started + (int64_t)(l->seconds * 1e6) : INT64_MAX;
	for (int i = 0; i < l->count; i++)
		if (begin(l, &l->all[i]) != 0)
			return -1;
	while (l->busy > 0) {
		int n = epoll_wait(l->epoll, events, 64, l->refused > 0 ? send_again(l) : -1);
		for (int i = 0; i < n; i++)
			if (handle(l, &events[i]) != 0)
				return -1;
	}
	return 0;
}

static int
smaller(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static uint32_t
quantile(const struct load *l, double q)
{
	size_t at = (size_t)(q * (double)l->answers);
	return l->answers == 0 ? 0 : l->took[at < l->answers ? at : l->answers - 1];
}

static void
report(struct load *l)
{
	if (l->answers > 0)
		qsort(l->took, l->answers, sizeof(*l->took), smaller);
	printf("{\"requests\":%zu,\"accepted\":%lld,\"duplicates\":%lld,\"refused\":%lld,\"used\":%"
	       "lld,"
	       "\"seconds\":%.6f,\"p50\":%u,\"p99\":%u,\"max\":%u}\n",
	    l->answers, (long long)l->accepted, (long long)l->duplicates, (long long)l->refused,
	    (long long)l->used, (double)(l->last - l->started) / 1e6, quantile(l, 0.5),
	    quantile(l, 0.99), quantile(l, 1));
}

static void
open_file(struct load *l, const char *path)
{
	struct stat st;
	const char *bytes;
	size_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		perror(path);
		exit(2);
	}
	l->next =
	    st.st_size == 0 ? "" : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (l->next == MAP_FAILED) {
		perror(path);
		exit(2);
	}
	l->end = l->next + st.st_size;
	take_lines(l, l->skip, &bytes, &size);
	if (l->events > 0) {
		const char *first = l->next;
		take_lines(l, l->events, &bytes, &size);
		l->end = l->next;
		l->next = first;
	}
}

static int64_t
number(const char *text)
{
	char *end;
	long long n = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || n < 0) {
		fprintf(stderr, "load: '%s' is no number\n", text);
		exit(2);
	}
	return n;
}

static void
read_options(struct load *l, int argc, char **argv)
{
	static const struct option known[] = {{"port", 1, NULL, 'p'}, {"connections", 1, NULL, 'c'},
	    {"batch", 1, NULL, 'b'}, {"seconds", 1, NULL, 's'}, {"skip", 1, NULL, 'k'},
	    {"events", 1, NULL, 'e'}, {"requests", 1, NULL, 'r'}, {"get", 1, NULL, 'g'}, {0}};
	int64_t *numbers[128] = {['p'] = &l->port,
	    ['c'] = &l->count,
	    ['b'] = &l->batch,
	    ['k'] = &l->skip,
	    ['e'] = &l->events,
	    ['r'] = &l->requests};
	int c;
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == '?')
			exit(2);
		if (c == 's')
			l->seconds = atof(optarg);
		else if (c == 'g')
			l->get = optarg;
		else
			*numbers[c] = number(optarg);
	}
	if (l->port <= 0 || l->count <= 0 || l->batch <= 0 || optind + (l->get == NULL) != argc) {
		fputs("usage: load --port P [--connections N] [--batch K] [--seconds S] [--skip "
		      "LINES] FILE\n"
		      "       load --port P [--connections N] [--requests R] [--seconds S] --get "
		      "PATH\n",
		    stderr);
		exit(2);
	}
	if (l->get == NULL)
		open_file(l, argv[optind]);
}

int
main(int argc, char **argv)
{
	struct load l = {.count = 1, .batch = 1};
	read_options(&l, argc, argv);
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	l.all = calloc((size_t)l.count, sizeof(*l.all));
	if (l.epoll < 0 || l.all == NULL) {
		perror("load");
		return 1;
	}
	for (int i = 0; i < l.count; i++) {
		if (wire_open(&l.all[i].wire, (int)l.port) != 0)
			return 1;
		watch(&l, &l.all[i], EPOLL_CTL_ADD);
	}
	int failed = run(&l);
	report(&l);
	free(l.took);
	free(l.all);
	return failed ? 1 : 0;
}
