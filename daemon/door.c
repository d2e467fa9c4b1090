#include "door.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "base/mem.h"
#include "listen.h"
#include "log.h"

#define PULSE 1 /* seconds until a door that ran out of files tries again */

struct door {
	struct evconnlistener *listener;
	struct evhttp_bound_socket *bound;
	char *path; /* to be removed in the end; NULL for TCP */
};

struct doors {
	struct event_base *base;
	struct evhttp *http;
	struct event *pulse;
	bool local, throttled;
	size_t count;
	struct door door[];
};

/* evhttp has made itself this callback's argument, and keeps no pointer of ours: what is stopped
 * here goes on with the next pulse. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	(void)arg;
	log_error("cannot accept connections for a second: %s", strerror(errno));
	evconnlistener_disable(listener);
}

static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	struct doors *d = arg;

	(void)fd;
	(void)what;
	doors_throttle(d, d->throttled);
}

static int
door_open(struct doors *d, const struct listener *l, struct err *err)
{
	struct door *door = &d->door[d->count];
	int fd = listen_open(l, err);

	if (fd < 0)
		return -1;
	door->listener = evconnlistener_new(
	    d->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (door->listener == NULL)
		mem_none("libevent");
	evconnlistener_set_error_cb(door->listener, on_accept_error);
	door->bound = evhttp_bind_listener(d->http, door->listener);
	if (door->bound == NULL)
		mem_none("libevent");
	door->path = l->path != NULL ? mem_strdup(l->path) : NULL;
	d->count++;
	return 0;
}

struct doors *
doors_open(struct event_base *base, struct evhttp *http, const struct listener *listener,
    size_t count, struct err *err)
{
	struct doors *d = mem_alloc(1, sizeof(*d) + count * sizeof(d->door[0]));
	struct timeval pulse = {.tv_sec = PULSE};

	d->base = base;
	d->http = http;
	d->local = true;
	d->pulse = event_new(base, -1, EV_PERSIST, on_pulse, d);
	if (d->pulse == NULL)
		mem_none("libevent");
	for (size_t i = 0; i < count; i++) {
		if (door_open(d, &listener[i], err) != 0) {
			doors_close(d);
			return NULL;
		}
		d->local = d->local && listener[i].loopback;
	}
	event_add(d->pulse, &pulse);
	return d;
}

void
doors_close(struct doors *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->count; i++) {
		evhttp_del_accept_socket(d->http, d->door[i].bound);
		if (d->door[i].path != NULL)
			unlink(d->door[i].path);
		free(d->door[i].path);
	}
	event_free(d->pulse);
	free(d);
}

void
doors_throttle(struct doors *d, bool stop)
{
	if (d == NULL)
		return;
	d->throttled = stop;
	for (size_t i = 0; i < d->count; i++) {
		if (stop)
			evconnlistener_disable(d->door[i].listener);
		else
			evconnlistener_enable(d->door[i].listener);
	}
}

bool
doors_local(const struct doors *d)
{
	return d->local;
}

uint16_t
doors_port(const struct doors *d, size_t i)
{
	return listen_port(evconnlistener_get_fd(d->door[i].listener));
}
