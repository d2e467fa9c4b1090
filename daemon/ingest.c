#include "ingest.h"

#include <stdlib.h>
#include <string.h>

#include "codec/event_binary.h"
#include "http.h"

#define ERRORS_SHOWN 100 /* of the wrong events of one request, in its answer */

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
json_read(struct api *api, const struct request *r, const struct event_message *m, struct job *job,
    struct answer *a)
{
	enum event_form form;
	struct err err;

	if (form_find(r->content_type, &form) != 0) {
		answer_problem(a, 415,
		    "events come as application/json, application/cloudevents+json, "
		    "application/cloudevents-batch+json or application/x-ndjson, not as '%.60s'",
		    r->content_type);
		return -1;
	}
	if (m->headers > 0 && form != FORM_ONE)
		err_set(&err,
		    "the header %.60s belongs to one event, but %s holds any number; leave it out",
		    m->header[0].name, r->content_type);
	else if (events_read(r->body, r->body_len, form, &api->config->agreements, api->now(),
		     &job->arena, &job->events, &err) == 0 &&
	    (m->headers == 0 || job->events.count == 0 ||
		event_headers_agree(m, &job->events.event[0], &job->arena, &err) == 0))
		return 0;
	answer_problem(a, 400, "%s", err.msg);
	return -1;
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
binary_read(struct api *api, const struct request *r, const struct event_message *m,
    struct job *job, struct answer *a)
{
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
		m, &api->config->agreements, api->now(), &job->arena, &job->events, &err) == 0)
		return 0;
	answer_problem(a, 400, "%s", err.msg);
	return -1;
}

struct job *
ingest_read(struct api *api, const struct request *r, const char *sender, struct answer *a)
{
	struct job *job = mem_alloc(1, sizeof(*job));
	struct submission *s = &job->submission;
	struct event_message m = message_of(r, &job->arena);
	struct err err;

	s->events = &job->events;
	s->arena = &job->arena;
	if (skip_read(r, &s->skip, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if ((is_binary(r, &m) ? binary_read : json_read)(api, r, &m, job, a) == 0) {
		s->sender = arena_strdup(&job->arena, sender);
		return job;
	}
	job_free(job);
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
		buf_putf(&a->body, "{\"accepted\":%zu,\"duplicates\":%zu,\"rejected\":0}\n",
		    s->accepted, s->duplicates);
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

void
ingest_events(void *context, struct exchange *x)
{
	struct answer a = ANSWER_INIT;
	struct api *api = context;
	enum job_result room;
	struct job *job;

	room = keeper_room(api->keeper, exchange_request(x)->body_len);
	if (room != JOB_DONE) {
		answer_problem(&a, 503, "%s", keeper_refusal(api->keeper, room, &a.retry_after));
		http_answer(x, &a);
		return;
	}
	job = ingest_read(api, exchange_request(x), "events", &a);
	if (job == NULL) {
		http_answer(x, &a);
		return;
	}
	job->owner = x;
	if (keeper_offer(api->keeper, job) == 0) {
		exchange_spare(x);
		return;
	}
	ingest_answer(api->keeper, job, &a);
	http_answer(x, &a);
}

void
ingest_done(struct keeper *k, struct job *job)
{
	struct answer a = ANSWER_INIT;
	struct exchange *x = job->owner;

	ingest_answer(k, job, &a);
	http_answer(x, &a);
}
