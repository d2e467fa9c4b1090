#include "server.h"

#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "api.h"
#include "base/stamp.h"
#include "command.h"
#include "hooks.h"
#include "http.h"
#include "ingest.h"
#include "log.h"
#include "notify.h"
#include "order.h"
#include "progress.h"
#include "routes.h"
#include "study.h"
#include "systemd.h"

#define SIGNALS 3
#define DRAIN_MESSAGES 5 /* seconds that messages under way have when the daemon stops */
#define DRAIN_LOST 1 /* and that the last answers have once the store is lost */
#define LOOK 1 /* seconds between two looks whether the keeper stands still */
#define STILL_MAX (10 * STAMP_MINUTE) /* for which that does not end the daemon */

struct server {
	struct event_base *base;
	struct api api;
	struct http *http;
	struct notify *notify;
	struct event *signals[SIGNALS];
	struct event *keeper_in, *keeper_out, *watchdog, *look;
	uint64_t beat;
	int64_t busy, watch; /* of the keeper at the last beat; ms between two beats */
	bool stalled, lost, broken; /* broken: the reader is */
	bool draining, drained, reloading, again; /* again: asked for while reloading */
};

/* It is called behind all that this turn of the loop has to do before. */
static void
jobs_offered(void *context)
{
	struct server *s = context;

	event_active(s->keeper_in, EV_TIMEOUT, 0);
}

static void
keeper_called(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;

	(void)fd, (void)what;
	keeper_wake(s->api.keeper);
}

static void
job_done(void *context, struct job *job)
{
	struct server *s = context;

	if (job->order != NULL)
		order_done(s->api.keeper, job);
	else if (job->submission.hook != NULL)
		hooks_done(&s->api, job);
	else
		ingest_done(s->api.keeper, job);
}

static void
message_out(void *context, const struct outbox *o)
{
	struct server *s = context;
	struct delivery d = {.id = o->id,
	    .alert = o->alert,
	    .message = o->message,
	    .receiver = o->receiver,
	    .body = o->body,
	    .created = o->created,
	    .attempts = o->attempts,
	    .next_at = o->next,
	    .begun = o->begun};
	struct err err;

	if (notify_submit(s->notify, &d, &err) != 0) {
		log_debug("message %s waits: %s", o->message, err.msg);
		keeper_return(s->api.keeper, o->receiver, o->id);
	}
}

static void
message_told(void *context, const struct outbox *o)
{
	struct server *s = context;

	notify_tell(s->notify, o->receiver, o->message, o->body);
}

static void
message_saved(void *context, const char *receiver)
{
	struct server *s = context;

	notify_saved(s->notify, receiver);
}

static void
message_reported(void *context, const struct notify_report *r)
{
	static const int states[] = {[NOTIFY_DELIVERED] = OUTBOX_DELIVERED,
	    [NOTIFY_RETRY] = OUTBOX_WAITING,
	    [NOTIFY_FAILED] = OUTBOX_FAILED};
	struct server *s = context;
	struct outbox report = {.id = r->id,
	    .receiver = r->receiver,
	    .state = states[r->outcome],
	    .attempts = r->attempts,
	    .next = r->next_at,
	    .status = r->status,
	    .error = r->error,
	    .begun = r->begun,
	    .ended = r->outcome == NOTIFY_RETRY ? 0 : s->api.now()};

	if (r->outcome != NOTIFY_DELIVERED)
		log_warning("delivery %" PRId64 " %s after %d attempts: %s", r->id,
		    r->outcome == NOTIFY_FAILED ? "failed for good" : "will be tried again",
		    r->attempts, r->error);
	keeper_report(s->api.keeper, &report);
	if (s->drained && notify_hold(s->notify) == 0)
		event_base_loopexit(s->base, NULL);
}

static void reload(evutil_socket_t fd, short what, void *context);

static void
configuration_taken(void *context, struct config *c, bool taken)
{
	struct server *s = context;

	if (taken) {
		http_reload(s->http, c->token, c->tokens);
		notify_receivers(s->notify, c);
		config_unref(s->api.config);
		s->api.config = c;
		log_info("the configuration was read again");
	} else {
		config_unref(c);
	}
	s->reloading = false;
	systemd_ready();
	if (s->again)
		reload(-1, 0, s);
}

static bool
same_listeners(const struct config *a, const struct config *b)
{
	if (a->listeners != b->listeners)
		return false;
	for (size_t i = 0; i < a->listeners; i++) {
		if (strcmp(a->listener[i].text, b->listener[i].text) != 0)
			return false;
	}
	return true;
}

static void
reload(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;
	struct config *c;

	(void)fd, (void)what;
	s->again = s->reloading;
	if (s->reloading || s->draining)
		return;
	systemd_reloading();
	c = command_config_logged(s->api.config->file);
	if (c == NULL) {
		log_error("%s has mistakes: the old configuration stays", s->api.config->file);
		systemd_ready();
		return;
	}
	if (!same_listeners(c, s->api.config) || strcmp(c->database, s->api.config->database) != 0)
		log_warning("listen and database take effect only when slad starts again");
	s->reloading = true;
	keeper_configure(s->api.keeper, c);
}

/* Requests are done; messages under way are given a moment, so that they are not sent again. */
static void
drained(void *context)
{
	struct server *s = context;
	struct timeval moment = {DRAIN_MESSAGES, 0};

	s->drained = true;
	if (notify_hold(s->notify) == 0)
		moment.tv_sec = 0;
	event_base_loopexit(s->base, &moment);
}

static void
stop(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;

	(void)fd, (void)what;
	if (s->draining)
		return;
	s->draining = true;
	log_info("stopping: requests under way are finished first");
	systemd_stopping();
	http_drain(s->http, drained, s);
}

static void
answered(void *context)
{
	struct server *s = context;

	event_base_loopexit(s->base, NULL);
}

/* Tells everybody who waits, and ends. */
static void
lose(struct server *s)
{
	const struct timeval moment = {DRAIN_LOST, 0};

	s->lost = true;
	log_error(
	    "the store cannot be trusted after this failure: slad ends, and recovers from its "
	    "log when it starts again; look at the disk (dmesg), and leave the database's "
	    "files as they are");
	keeper_shed(s->api.keeper, JOB_FAILED);
	event_base_loopexit(s->base, &moment);
	if (!s->draining)
		http_drain(s->http, answered, s);
	s->draining = true;
}

/* A reader that failed, whatever became of that in the answer, knows nothing. If the disk
 * failed, or the file looks corrupt, a new process may know better. */
static void
reader_failed(void *context, enum store_failure failure, const char *text, struct answer *a)
{
	struct server *s = context;

	answer_problem(a, 503, "the database could not be read: %s", text);
	log_error("a question was not answered: %s", text);
	s->broken = s->broken || failure == STORE_BROKEN;
	event_active(s->look, EV_TIMEOUT, 0);
}

static void
answer_check(void *context, struct answer *a)
{
	struct server *s = context;
	enum store_failure failure = store_failure(s->api.reader);

	if (failure == STORE_SOUND)
		return;
	reader_failed(s, failure, store_failure_text(s->api.reader), a);
	store_forgive(s->api.reader);
}

static void
keeper_spoke(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;

	(void)fd, (void)what;
	keeper_collect(s->api.keeper);
	if (keeper_lost(s->api.keeper) && !s->lost)
		lose(s);
}

/* Once the disk does not answer, those who wait for their turn need not; who is being stored must,
 * because it is not known what becomes of that. */
static void
look(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;
	bool stalled = keeper_still(s->api.keeper) >= KEEPER_STALL;

	(void)fd, (void)what;
	if (s->broken && !s->lost)
		lose(s);
	if (stalled && !s->stalled)
		log_error("the disk does not answer: until it does, what is sent is refused, and "
			  "questions are answered from memory as far as that goes");
	if (s->stalled && !stalled)
		log_info("the disk answers again");
	s->stalled = stalled;
	if (stalled)
		keeper_shed(s->api.keeper, JOB_STALLED);
}

/*
 * Both threads must make progress: this one by being here, the keeper by its beat. A keeper that
 * stands still without computing waits for the disk, for which a new process would have to wait as
 * well, without being able to answer anybody; so that is no reason to be killed, for a time.
 */
static void
watchdog(evutil_socket_t fd, short what, void *context)
{
	struct server *s = context;
	uint64_t beat = keeper_beat(s->api.keeper);
	int64_t busy = keeper_busy(s->api.keeper);
	bool waits = busy - s->busy < s->watch / 10 && keeper_still(s->api.keeper) < STILL_MAX;

	(void)fd, (void)what;
	if (beat != s->beat || waits)
		systemd_watchdog();
	s->beat = beat;
	s->busy = busy;
}

static int
signals_add(struct server *s)
{
	static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < SIGNALS; i++) {
		s->signals[i] =
		    evsignal_new(s->base, numbers[i], numbers[i] == SIGHUP ? reload : stop, s);
		if (s->signals[i] == NULL || event_add(s->signals[i], NULL) != 0)
			return -1;
	}
	return 0;
}

static int
events_add(struct server *s, struct err *err)
{
	int64_t ms = systemd_watchdog_interval();
	struct timeval tv = {ms / 1000, ms % 1000 * 1000}, moment = {LOOK, 0};

	s->watch = ms;
	s->keeper_out =
	    event_new(s->base, keeper_fd(s->api.keeper), EV_READ | EV_PERSIST, keeper_spoke, s);
	s->keeper_in = event_new(s->base, -1, 0, keeper_called, s);
	s->watchdog = event_new(s->base, -1, EV_PERSIST, watchdog, s);
	s->look = event_new(s->base, -1, EV_PERSIST, look, s);
	if (s->keeper_out == NULL || s->keeper_in == NULL || s->watchdog == NULL ||
	    s->look == NULL || event_add(s->keeper_out, NULL) != 0 ||
	    event_add(s->look, &moment) != 0 || (ms > 0 && event_add(s->watchdog, &tv) != 0) ||
	    signals_add(s) != 0)
		return err_set(err, "the event loop cannot be set up");
	return 0;
}

/* The store, the keeper that owns it from then on, and the reader. */
static int
store_start(struct server *s, struct config *c, struct err *err)
{
	const struct keeper_calls calls = {.offered = jobs_offered,
	    .done = job_done,
	    .message = message_out,
	    .told = message_told,
	    .saved = message_saved,
	    .configured = configuration_taken,
	    .context = s};
	struct progress p;
	struct store *store;

	if (command_lock(c->database, err) != 0)
		return -1;
	store = command_store(c->database, err);
	if (store == NULL)
		return -1;
	s->api.reader = store_open(c->database, STORE_READ, err);
	progress_begin(&p, "folding anew", 0);
	if (s->api.reader != NULL)
		s->api.keeper = keeper_new(store, c, &calls, command_goes_on, &p, err);
	progress_clear(&p);
	if (s->api.keeper == NULL)
		store_close(store);
	return s->api.keeper == NULL ? -1 : 0;
}

static int
edge_start(struct server *s, struct config *c, struct err *err)
{
	const struct http_limits limits = HTTP_LIMITS;

	s->http = s->api.http = http_new(s->base, &limits, routes, routes_count, &s->api);
	if (http_listen(s->http, c->listener, c->listeners, err) != 0)
		return -1;
	http_check(s->http, answer_check, s);
	s->api.study = study_new(s->base, &s->api, reader_failed, s, err);
	if (s->api.study == NULL)
		return -1;
	http_reload(s->http, c->token, c->tokens);
	for (size_t i = 0; i < c->listeners; i++) {
		if (c->listener[i].path != NULL)
			log_info("listening on %s", c->listener[i].text);
		else
			log_info("listening on http://%s%s%s:%u",
			    strchr(c->listener[i].host, ':') ? "[" : "", c->listener[i].host,
			    strchr(c->listener[i].host, ':') ? "]" : "", http_port(s->http, i));
	}
	return 0;
}

/* A base that changes its set of files in batches: twice the requests of small bodies. */
static struct event_base *
base_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL) {
		event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
		base = event_base_new_with_config(config);
		event_config_free(config);
	}
	return base;
}

struct server *
server_new(struct config *c, int *code, struct err *err)
{
	struct server *s = mem_alloc(1, sizeof(*s));

	*code = EXIT_NO;
	s->api.config = c;
	s->api.now = keeper_now;
	s->api.started = keeper_now();
	s->base = base_new();
	if (s->base == NULL)
		err_set(err, "libevent has no way to wait for events here");
	else
		s->notify = notify_new(s->base, NULL, message_reported, s, err);
	s->api.notify = s->notify;
	if (s->notify != NULL) {
		notify_receivers(s->notify, c);
		if (store_start(s, c, err) != 0)
			*code = EXIT_STORAGE;
		else if (events_add(s, err) == 0 && edge_start(s, c, err) == 0)
			return s;
	}
	server_free(s);
	return NULL;
}

int
server_run(struct server *s)
{
	malloc_trim(0); /* what reading the configuration and opening the store took */
	systemd_ready();
	systemd_status(
	    "%zu agreements, %zu rules", s->api.config->agreements.count, s->api.config->rules);
	if (event_base_dispatch(s->base) >= 0)
		return s->lost || keeper_lost(s->api.keeper) ? -1 : 0;
	log_error("libevent cannot wait for events any more: slad ends");
	return -1;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	study_free(s->api.study);
	store_close(s->api.reader); /* first: the writer, closed last, empties the WAL */
	keeper_free(s->api.keeper);
	notify_free(s->notify);
	http_free(s->http);
	for (int i = 0; i < SIGNALS; i++) {
		if (s->signals[i] != NULL)
			event_free(s->signals[i]);
	}
	if (s->keeper_in != NULL)
		event_free(s->keeper_in);
	if (s->keeper_out != NULL)
		event_free(s->keeper_out);
	if (s->watchdog != NULL)
		event_free(s->watchdog);
	if (s->look != NULL)
		event_free(s->look);
	config_unref(s->api.config);
	hooks_counts_free(s->api.hooks);
	if (s->base != NULL)
		event_base_free(s->base);
	free(s);
}
