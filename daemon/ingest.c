#include "ingest.h"

#include <stdlib.h>
#include <string.h>

#include "codec/event_binary.h"
#include "http.h"

#define ERRORS_SHOWN 100 /* of the wrong events of one request, in its answer */
#define STEP (16u << 10) /* bytes of a body that are read at once: some 50 events */

/* A request on its way to a job. */
struct reading {
	struct api *api;
	struct exchange *exchange;
	struct job *job;
	struct config *config; /* as it was when the body was there, */
	int64_t now; /* and that instant */
	struct event_message message;
	enum event_form form;
	struct events_reading *events; /* NULL before the first step */
};

static const struct {
	const char *type;
	enum event_form form;
} forms[] = {
    {"application/json", FORM_EITHER},
    {"application/cloudevents+json", FORM_ONE},
    {"application/cloudevents-batch+json", FORM_BATCH},
    {"application/x-ndjson", FORM_LINES},
};

static int
form_find(const char *type, enum event_form *form)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(forms[i].type, type) == 0) {
			*form = forms[i].form;
			return 0;
		}
	}
	return -1;
}

/* What CloudEvents sees of a request. */
static struct event_message
message_of(const struct request *r, struct arena *a)
{
	struct event_header *list = arena_alloc(a, r->headers, sizeof(*list));
	struct event_message m = {.header = list,
	    .type = request_header(r, "Content-Type"),
	    .body = r->body,
	    .len = r->body_len};

	for (size_t i = 0; i < r->headers; i++)
		if (event_header_is(r->header[i].name))
			list[m.headers++] =
			    (struct event_header){r->header[i].name, r->header[i].value};
	return m;
}

static int
by_index(const void *x, const void *y)
{
	const struct fault *a = x, *b = y;

	return (a->index > b->index) - (a->index < b->index);
}

static json_t *
errors_json(struct events *events)
{
	json_t *list = json_array();
	const struct fault *f;

	if (events->faults > 0)
		qsort(events->fault, events->faults, sizeof(events->fault[0]), by_index);
	for (size_t i = 0; i < events->faults && i < ERRORS_SHOWN; i++) {
		f = &events->fault[i];
		json_array_append_new(list,
		    json_pack("{sIss?ssss}", "index", (json_int_t)f->index, "id", f->id, "detail",
			f->detail, "pointer", f->pointer));
	}
	return list;
}

static void
answer_refused(struct events *events, struct answer *a)
{
	char detail[160];

	snprintf(detail, sizeof(detail),
	    "%zu event%s wrong, so none was stored; mend what is wrong, or send with "
	    "?on_error=skip to store the others",
	    events->faults, events->faults == 1 ? " is" : "s are");
	answer_json(a, 400,
	    json_pack("{sssisssssoso}", "type", "about:blank", "status", 400, "title",
		"Bad Request", "detail", detail, "rejected",
		json_integer((json_int_t)events->faults), "errors", errors_json(events)));
}

static void
job_free(struct job *job)
{
	arena_free(&job->arena);
	free(job);
}

static int
skip_read(const struct request *r, bool *skip, struct err *err)
{
	static const char *const names[] = {"on_error", NULL};
	const char *text = request_param(r, "on_error");

	if (params_check(r, names, err) != 0)
		return -1;
	*skip = text != NULL && strcmp(text, "skip") == 0;
	if (text != NULL && !*skip && strcmp(text, "fail") != 0)
		return err_set(err, "on_error=%.40s: fail or skip is wanted", text);
	return 0;
}

static int
json_form(struct reading *d, const struct request *r, struct answer *a)
{
	if (form_find(r->content_type, &d->form) != 0) {
		answer_problem(a, 415,
		    "events come as application/json, application/cloudevents+json, "
		    "application/cloudevents-batch+json or application/x-ndjson, not as '%.60s'",
		    r->content_type);
		return -1;
	}
	if (d->message.headers == 0 || d->form == FORM_ONE)
		return 0;
	answer_problem(a, 400,
	    "the header %.60s belongs to one event, but %s holds any number; leave it out",
	    d->message.header[0].name, r->content_type);
	return -1;
}

/* After the last event, or the first mistake. */
static int
json_end(struct reading *d, int rc, struct err *err, struct answer *a)
{
	const struct event_message *m = &d->message;
	struct job *job = d->job;

	if (rc == 0 && m->headers > 0 && job->events.count > 0)
		rc = event_headers_agree(m, &job->events.event[0], &job->arena, err);
	if (rc != 0)
		answer_problem(a, 400, "%s", err->msg);
	return rc;
}

static int
json_read(struct reading *d, struct answer *a)
{
	struct job *job = d->job;
	struct err err;
	int rc = events_read(d->message.body, d->message.len, d->form, &d->config->agreements,
	    d->now, &job->arena, &job->events, &err);

	return json_end(d, rc, &err, a);
}

/* 1: there is more to read. */
static int
json_step(struct reading *d, struct answer *a)
{
	struct job *job = d->job;
	struct err err;
	int rc;

	if (d->events == NULL)
		d->events = events_begin(d->message.body, d->message.len, d->form,
		    &d->config->agreements, d->now, &job->arena, &job->events);
	rc = events_go_on(d->events, STEP, &err);
	return rc == 1 ? 1 : json_end(d, rc, &err, a);
}

/* Headers of CloudEvents stand for an event whose data is the body, but if that is one by itself.
 */
static bool
is_binary(const struct request *r, const struct event_message *m)
{
	static const char whole[] = "application/cloudevents";

	return m->headers > 0 && strncmp(r->content_type, whole, strlen(whole)) != 0 &&
	    strcmp(r->content_type, "application/x-ndjson") != 0;
}

static int
binary_read(struct reading *d, const struct request *r, struct answer *a)
{
	struct job *job = d->job;
	struct err err;

	if (strcmp(r->content_type, "application/json") != 0 &&
	    (r->content_type[0] != '\0' || r->body_len > 0)) {
		answer_problem(a, 415,
		    "beside ce- headers the body is the event's data, and comes as "
		    "application/json, not as '%.60s'; a whole event comes as "
		    "application/cloudevents+json",
		    r->content_type);
		return -1;
	}
	if (event_binary_read(
		&d->message, &d->config->agreements, d->now, &job->arena, &job->events, &err) == 0)
		return 0;
	answer_problem(a, 400, "%s", err.msg);
	return -1;
}

/* Makes the job, and looks at all but a body of JSON: 1 if there is one, 0 if all is read, -1. */
static int
reading_begin(struct reading *d, struct api *api, const struct request *r, const char *sender,
    struct answer *a)
{
	struct job *job = mem_alloc(1, sizeof(*job));
	struct submission *s = &job->submission;
	struct err err;

	*d = (struct reading){.api = api, .job = job, .config = api->config, .now = api->now()};
	s->events = &job->events;
	s->arena = &job->arena;
	if (skip_read(r, &s->skip, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return -1;
	}
	s->sender = arena_strdup(&job->arena, sender);
	d->message = message_of(r, &job->arena);
	if (is_binary(r, &d->message))
		return binary_read(d, r, a);
	return json_form(d, r, a) == 0 ? 1 : -1;
}

struct job *
ingest_read(struct api *api, const struct request *r, const char *sender, struct answer *a)
{
	struct reading d;
	int rc = reading_begin(&d, api, r, sender, a);

	if (rc == 1)
		rc = json_read(&d, a);
	if (rc == 0)
		return d.job;
	job_free(d.job);
	return NULL;
}

static void
answer_done(struct job *job, struct answer *a)
{
	const struct submission *s = &job->submission;
	json_t *body;

	if (job->events.faults > 0 && !s->skip) {
		answer_refused(&job->events, a);
		return;
	}
	if (job->events.faults == 0) { /* nearly always; spares building JSON to write it */
		buf_puts(&a->body, "{\"accepted\":");
		buf_puti(&a->body, (int64_t)s->accepted);
		buf_puts(&a->body, ",\"duplicates\":");
		buf_puti(&a->body, (int64_t)s->duplicates);
		buf_puts(&a->body, ",\"rejected\":0}\n");
		return;
	}
	body = json_pack("{sIsIsI}", "accepted", (json_int_t)s->accepted, "duplicates",
	    (json_int_t)s->duplicates, "rejected", (json_int_t)job->events.faults);
	json_object_set_new(body, "errors", errors_json(&job->events));
	answer_json(a, 200, body);
}

void
ingest_answer(struct keeper *k, struct job *job, struct answer *a)
{
	if (job->result == JOB_DONE)
		answer_done(job, a);
	else
		answer_problem(a, 503, "%s", keeper_refusal(k, job->result, &a->retry_after));
	job_free(job);
}

/* All is read, or a mistake is in the answer. */
static void
reading_end(struct reading *d, int rc, struct answer *a)
{
	struct keeper *k = d->api->keeper;
	struct exchange *x = d->exchange;
	struct job *job = d->job;

	if (rc == 0) {
		job->owner = x;
		if (keeper_offer(k, job) == 0) {
			exchange_spare(x);
			return;
		}
		ingest_answer(k, job, a);
	} else {
		job_free(job);
	}
	http_answer(x, a);
}

static bool
reading_step(void *arg)
{
	struct answer a = ANSWER_INIT;
	struct reading *d = arg;
	int rc = json_step(d, &a);

	if (rc == 1)
		return true;
	config_unref(d->config);
	reading_end(d, rc, &a);
	return false;
}

static void
reading_drop(void *arg)
{
	struct reading *d = arg;

	config_unref(d->config);
	job_free(d->job);
}

void
ingest_events(void *context, struct exchange *x)
{
	const struct request *r = exchange_request(x);
	struct answer a = ANSWER_INIT;
	struct api *api = context;
	enum job_result room;
	struct reading d, *later;
	int rc;

	room = keeper_room(api->keeper, r->body_len);
	if (room != JOB_DONE) {
		answer_problem(&a, 503, "%s", keeper_refusal(api->keeper, room, &a.retry_after));
		http_answer(x, &a);
		return;
	}
	rc = reading_begin(&d, api, r, "events", &a);
	d.exchange = x;
	if (rc == 1 && r->body_len > STEP) {
		later = arena_alloc(&d.job->arena, 1, sizeof(*later));
		*later = d;
		config_ref(d.config);
		exchange_chore(x, reading_step, reading_drop, later);
		return;
	}
	reading_end(&d, rc == 1 ? json_read(&d, &a) : rc, &a);
}

void
ingest_done(struct keeper *k, struct job *job)
{
	struct answer a = ANSWER_INIT;
	struct exchange *x = job->owner;

	ingest_answer(k, job, &a);
	http_answer(x, &a);
}
