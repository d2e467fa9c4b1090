#include "study.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "http.h"

/* A question, and its answer. */
struct task {
	STAILQ_ENTRY(task) entry;
	struct exchange *exchange;
	struct api api; /* for the handler */
	struct answer answer;
	enum store_failure failure;
	const char *text;
};

STAILQ_HEAD(tasks, task);

struct study {
	char *database;
	void (*failed)(
	    void *context, enum store_failure failure, const char *text, struct answer *a);
	void *context;
	int fd;
	struct event *event;
	pthread_t thread;
	bool started; /* and not joined yet */
	pthread_mutex_t lock; /* for what follows */
	struct tasks waiting, done;
	bool working, stop; /* working: the thread will look for what waits once more */
};

static void
task_free(struct task *t)
{
	buf_free(&t->answer.body);
	config_unref(t->api.config);
	free(t);
}

static void
task_answer(struct study *s, struct task *t, struct store **reader)
{
	struct err err;

	if (*reader == NULL)
		*reader = store_open(s->database, STORE_READ, &err);
	if (*reader == NULL) {
		answer_problem(&t->answer, 503, "%s", err.msg);
		return;
	}
	t->api.reader = *reader;
	exchange_route(t->exchange)->handler(&t->api, exchange_request(t->exchange), &t->answer);
	t->failure = store_failure(*reader);
	t->text = store_failure_text(*reader);
	store_forgive(*reader);
}

static void
tell(const struct study *s)
{
	const uint64_t one = 1;

	while (write(s->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
}

static void *
work(void *arg)
{
	struct study *s = arg;
	struct store *reader = NULL;
	struct task *t;

	pthread_mutex_lock(&s->lock);
	while (!s->stop && (t = STAILQ_FIRST(&s->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->waiting, entry);
		pthread_mutex_unlock(&s->lock);
		task_answer(s, t, &reader);
		pthread_mutex_lock(&s->lock);
		STAILQ_INSERT_TAIL(&s->done, t, entry);
		tell(s);
	}
	s->working = false;
	pthread_mutex_unlock(&s->lock);
	store_close(reader);
	return NULL;
}

/* Joins the thread that has nothing to do any more. */
static void
join(struct study *s)
{
	if (s->started)
		pthread_join(s->thread, NULL);
	s->started = false;
}

static int
start(struct study *s)
{
	join(s);
	s->started = pthread_create(&s->thread, NULL, work, s) == 0;
	return s->started ? 0 : -1;
}

void
study_take(void *context, struct exchange *x)
{
	struct api *api = context;
	struct study *s = api->study;
	struct task *t = mem_alloc(1, sizeof(*t));
	bool working;

	t->exchange = x;
	t->api = (struct api){.config = config_ref(api->config), .now = api->now};
	t->answer = (struct answer)ANSWER_INIT;
	pthread_mutex_lock(&s->lock);
	working = s->working;
	s->working = true;
	STAILQ_INSERT_TAIL(&s->waiting, t, entry);
	pthread_mutex_unlock(&s->lock);
	if (working || start(s) == 0)
		return;
	s->working = false;
	STAILQ_REMOVE_HEAD(&s->waiting, entry); /* it was alone */
	answer_problem(&t->answer, 503, "no thread can be started for this question");
	http_answer(x, &t->answer);
	task_free(t);
}

static void
collect(evutil_socket_t fd, short what, void *arg)
{
	struct study *s = arg;
	struct tasks done = STAILQ_HEAD_INITIALIZER(done);
	struct task *t;
	uint64_t count;

	(void)what;
	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		continue;
	pthread_mutex_lock(&s->lock);
	STAILQ_CONCAT(&done, &s->done);
	pthread_mutex_unlock(&s->lock);
	while ((t = STAILQ_FIRST(&done)) != NULL) {
		STAILQ_REMOVE_HEAD(&done, entry);
		if (t->failure != STORE_SOUND)
			s->failed(s->context, t->failure, t->text, &t->answer);
		http_answer(t->exchange, &t->answer);
		task_free(t);
	}
}

struct study *
study_new(struct event_base *base, struct api *api,
    void (*failed)(void *context, enum store_failure failure, const char *text, struct answer *a),
    void *context, struct err *err)
{
	struct study *s = mem_alloc(1, sizeof(*s));

	s->database = mem_strdup(api->config->database);
	s->failed = failed;
	s->context = context;
	pthread_mutex_init(&s->lock, NULL);
	STAILQ_INIT(&s->waiting);
	STAILQ_INIT(&s->done);
	s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->fd >= 0)
		s->event = event_new(base, s->fd, EV_READ | EV_PERSIST, collect, s);
	if (s->event != NULL && event_add(s->event, NULL) == 0)
		return s;
	err_set(err, "long questions cannot be waited for");
	study_free(s);
	return NULL;
}

void
study_free(struct study *s)
{
	struct task *t;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_mutex_unlock(&s->lock);
	join(s);
	STAILQ_CONCAT(&s->waiting, &s->done);
	while ((t = STAILQ_FIRST(&s->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->waiting, entry);
		task_free(t);
	}
	if (s->event != NULL)
		event_free(s->event);
	if (s->fd >= 0)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s->database);
	free(s);
}
