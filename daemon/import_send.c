#include "import_inside.h"

#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/stamp.h"
#include "command.h"

#define BACK_OFF 200 /* ms before the second attempt; the double each time */
#define BACK_OFF_MAX (10 * STAMP_SECOND)
#define RETRY_AFTER_MAX 60 /* seconds, whatever a server asks for */
#define SLICE 100 /* ms between two looks at what might end a wait */

struct attempt {
	int64_t since; /* ms, of a clock that only runs on */
	int64_t wait;
};

static int64_t
clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Statuses that say "later", of the daemon or of what stands in front of it. */
static bool
status_busy(long status)
{
	return status == 408 || status == 429 || (status >= 502 && status <= 504);
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

static int64_t
number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* The wrong events of an answer by the lines that they were. */
static void
errors_say(struct import *m, const struct batch *b, const json_t *body)
{
	json_t *list = json_object_get(body, "errors"), *error;
	const char *pointer, *id;
	char what[800];
	int64_t index;
	size_t i;

	json_array_foreach(list, i, error)
	{
		index = number_of(error, "index");
		pointer = text_of(error, "pointer");
		id = text_of(error, "id");
		if (index < 0 || (size_t)index >= b->count)
			continue;
		snprintf(what, sizeof(what), "%s%s%s%s%s%.100s%s", pointer,
		    *pointer == '\0' ? "" : ": ", text_of(error, "detail"), *id == '\0' ? "" : " (",
		    *id == '\0' ? "" : "event ", id, *id == '\0' ? "" : ")");
		import_wrong(m, b->place[index], what);
	}
}

/* Some are wrong, so none of the batch was stored. */
static void
refused(struct import *m, const struct batch *b, const json_t *body)
{
	struct place first = b->place[0], last = b->place[b->count - 1];
	int64_t rejected = number_of(body, "rejected");

	errors_say(m, b, body);
	m->sums.rejected += rejected;
	if (rejected == 0)
		import_say(m, "slad: the daemon refused a batch: %s", text_of(body, "detail"));
	import_say(m,
	    "slad: %lld wrong, so nothing was stored of %s:%lld to %s:%lld, and no more is sent; "
	    "mend the lines and run this again, or add --skip to store the others",
	    (long long)rejected, import_file(m, first), (long long)first.line, import_file(m, last),
	    (long long)last.line);
	import_stop(m, EXIT_NO);
}

static void
stored(struct import *m, const struct batch *b, const json_t *body)
{
	int64_t accepted = number_of(body, "accepted"), duplicates = number_of(body, "duplicates"),
		rejected = number_of(body, "rejected");

	if (accepted + duplicates + rejected != (int64_t)b->count) {
		import_say(m,
		    "slad: %zu events were sent, and the answer does not account for them; is "
		    "%s a slad?",
		    b->count, m->options->address.url);
		import_stop(m, EXIT_CONFIGURATION);
		return;
	}
	m->sums.accepted += accepted;
	m->sums.duplicates += duplicates;
	m->sums.rejected += rejected;
	if (rejected > 0 && m->code == EXIT_DONE)
		m->code = EXIT_NO;
	errors_say(m, b, body);
	if (m->trouble[0] != '\0')
		import_say(m, "slad: it takes events again");
	m->trouble[0] = '\0';
	m->counted += (int64_t)b->count;
	if (b->end > m->done)
		m->done = b->end;
	progress_count(&m->progress, m->done, m->counted);
}

/* Anything but 200, 400 and "later". */
static void
strange(struct import *m, long status, const json_t *body)
{
	const char *hint = status == 401 || status == 403 ? "; see -t"
	    : status == 413 ? "; something in front of slad takes less than a million bytes"
	    : status < 400 || status == 404 || status == 405 ? "; is that a slad?"
							     : "";
	const char *detail = text_of(body, "detail");

	import_say(m, "slad: %s answered %ld%s%.400s%s", m->options->address.url, status,
	    *detail == '\0' ? "" : ": ", detail, hint);
	import_stop(m, status >= 500 ? EXIT_STORAGE : EXIT_CONFIGURATION);
}

static void
judge(struct import *m, const struct batch *b, const struct client_answer *a)
{
	json_t *body = json_loadb(buf_text(&a->body), a->body.len, 0, NULL);

	pthread_mutex_lock(&m->lock);
	if (a->status == 200)
		stored(m, b, body);
	else if (a->status == 400)
		refused(m, b, body);
	else
		strange(m, a->status, body);
	pthread_mutex_unlock(&m->lock);
	json_decref(body);
}

/* Says why the daemon takes nothing at present, unless that was said already. */
static void
trouble_say(struct import *m, const struct client_answer *a, bool last)
{
	json_t *body = json_loadb(buf_text(&a->body), a->body.len, 0, NULL);
	long long seconds = m->options->patience / STAMP_SECOND;
	char text[sizeof(m->trouble)];

	if (a->status == 0)
		snprintf(text, sizeof(text), "%s", a->why);
	else
		snprintf(text, sizeof(text), "it answered %ld: %s", a->status,
		    *text_of(body, "detail") == '\0' ? "busy" : text_of(body, "detail"));
	json_decref(body);
	if (last)
		import_say(m, "slad: %s: %s; given up after %lld s", m->options->address.url, text,
		    seconds);
	else if (strcmp(text, m->trouble) != 0)
		import_say(m, "slad: %s: %s; trying again, for up to %lld s",
		    m->options->address.url, text, seconds);
	memcpy(m->trouble, text, sizeof(text));
}

/* Sleeps until an instant; false if nothing may be sent any more by then. */
static bool
sleep_until(struct import *m, int64_t until)
{
	const struct timespec slice = {.tv_nsec = SLICE * 1000000};
	bool stop = false;

	while (!stop && clock_ms() < until) {
		nanosleep(&slice, NULL);
		pthread_mutex_lock(&m->lock);
		progress_count(&m->progress, m->done, m->counted);
		stop = m->stopped || command_caught();
		pthread_mutex_unlock(&m->lock);
	}
	return !stop;
}

/* Waits before another attempt; false if there will be none. */
static bool
wait_again(struct import *m, struct attempt *t, const struct client_answer *a)
{
	int64_t now = clock_ms(), wait = t->wait, end;

	if (t->since == 0)
		t->since = now;
	end = t->since + m->options->patience;
	if (a->retry_after > 0)
		wait = least(a->retry_after, RETRY_AFTER_MAX) * STAMP_SECOND;
	t->wait = least(2 * t->wait, BACK_OFF_MAX);
	pthread_mutex_lock(&m->lock);
	if (!m->stopped)
		trouble_say(m, a, now >= end);
	if (now >= end)
		import_stop(m, EXIT_STORAGE);
	pthread_mutex_unlock(&m->lock);
	return now < end && sleep_until(m, least(now + wait, end));
}

static void
impossible(struct import *m, const struct client_answer *a)
{
	pthread_mutex_lock(&m->lock);
	if (!m->stopped)
		import_say(m, "slad: %s: %s", m->options->address.url, a->why);
	import_stop(m, EXIT_CONFIGURATION);
	pthread_mutex_unlock(&m->lock);
}

static void
batch_send(struct import *m, struct client *c, const struct batch *b)
{
	struct attempt t = {.wait = BACK_OFF};
	const struct client_answer *a;

	for (;;) {
		switch (client_post(c, buf_text(&b->body), b->body.len, &a)) {
		case CLIENT_IMPOSSIBLE:
			impossible(m, a);
			return;
		case CLIENT_ANSWERED:
			if (!status_busy(a->status)) {
				judge(m, b, a);
				return;
			}
			break;
		case CLIENT_UNREACHED:
			break;
		}
		if (!wait_again(m, &t, a))
			return;
	}
}

/* The next batch; NULL: there is none any more. */
static struct batch *
batch_take(struct import *m)
{
	struct batch *b;

	pthread_mutex_lock(&m->lock);
	while (m->ready == NULL && !m->closed && !m->stopped)
		pthread_cond_wait(&m->changed, &m->lock);
	b = m->stopped || command_caught() ? NULL : m->ready;
	if (b != NULL)
		m->ready = NULL;
	pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
	return b;
}

static void
batch_back(struct import *m, struct batch *b)
{
	pthread_mutex_lock(&m->lock);
	m->spare[m->spares++] = b;
	pthread_cond_broadcast(&m->changed);
	pthread_mutex_unlock(&m->lock);
}

void *
import_send(void *sender)
{
	const struct sender *s = sender;
	struct batch *b;

	while ((b = batch_take(s->import)) != NULL) {
		batch_send(s->import, s->client, b);
		batch_back(s->import, b);
	}
	return NULL;
}
