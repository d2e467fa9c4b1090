#include "order.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "http.h"
#include "keeper.h"

#define BODY_MAX (256u << 10) /* bytes: some notes, each byte escaped */
#define PARSED 80u /* bytes that one of a body may take in jansson's hands */

int
order_text(const struct order *o, const char *name, size_t most, const char **text, struct err *err)
{
	const json_t *value = json_object_get(o->body, name);

	*text = NULL;
	if (value == NULL || json_is_null(value))
		return 0;
	if (!json_is_string(value) || json_string_length(value) > most ||
	    strlen(json_string_value(value)) != json_string_length(value))
		return err_set(err, "%s: a text of at most %zu bytes is wanted", name, most);
	*text = arena_strdup(o->arena, json_string_value(value));
	return 0;
}

int
order_members(const struct order *o, const char *const *names, struct err *err)
{
	struct buf known = BUF_INIT(400);
	const char *name;
	json_t *value;
	int rc = 0;

	for (size_t i = 0; names[i] != NULL; i++)
		buf_putf(&known, "%s%s", i > 0 ? ", " : "", names[i]);
	json_object_foreach(o->body, name, value)
	{
		size_t i = 0;

		while (names[i] != NULL && strcmp(names[i], name) != 0)
			i++;
		if (names[i] == NULL && rc == 0)
			rc = err_set(err, "'%.60s' is no member of this body; there are %s", name,
			    buf_text(&known));
	}
	buf_free(&known);
	return rc;
}

static void
job_free(struct job *job)
{
	json_decref(job->order->body);
	buf_free(&job->order->answer.body);
	arena_free(&job->arena);
	free(job);
}

/* What of a request outlives its exchange. */
static void
request_copy(struct request *to, const struct request *from, struct arena *a)
{
	memset(to, 0, sizeof(*to));
	to->method = from->method;
	to->path = arena_strdup(a, from->path);
	to->content_type = "";
	to->segments = from->segments;
	for (size_t i = 0; i < from->segments; i++)
		to->segment[i] = arena_strdup(a, from->segment[i]);
	to->params = from->params;
	to->param = arena_alloc(a, from->params, sizeof(*to->param));
	for (size_t i = 0; i < from->params; i++)
		to->param[i] = (struct param){
		    arena_strdup(a, from->param[i].name), arena_strdup(a, from->param[i].value)};
}

/* A DELETE has no body: its words are parameters. */
static json_t *
words_of_params(const struct request *r)
{
	static const char *const words[] = {"by", "note"};
	json_t *body = json_object();

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (request_param(r, words[i]) != NULL)
			json_object_set_new(
			    body, words[i], json_string(request_param(r, words[i])));
	}
	return body;
}

/* A browser says where a page's request comes from; what a page of another site may send without
 * being asked first is no JSON. */
static bool
is_of_a_page(const struct request *r)
{
	return request_header(r, "Origin") != NULL &&
	    strcmp(r->content_type, "application/json") != 0;
}

static int
body_read(struct order *o, const struct request *r, struct answer *a)
{
	json_error_t wrong;

	if (r->method == METHOD_DELETE) {
		o->body = words_of_params(r);
		return 0;
	}
	if (is_of_a_page(r)) {
		answer_problem(a, 403,
		    "from a web page an order is taken as application/json only: any site could "
		    "send this one");
		return -1;
	}
	if (r->body_len == 0) {
		o->body = json_object();
		return 0;
	}
	if (r->body_len > BODY_MAX) {
		answer_problem(
		    a, 413, "the body has %zu bytes; an order takes %u", r->body_len, BODY_MAX);
		return -1;
	}
	if (strcmp(r->content_type, "application/json") != 0) {
		answer_problem(a, 415, "the body is taken as application/json, not as '%.60s'",
		    r->content_type);
		return -1;
	}
	o->body = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, &wrong);
	if (o->body == NULL)
		answer_problem(
		    a, 400, "the body is no JSON: %s at byte %d", wrong.text, wrong.position);
	else if (!json_is_object(o->body))
		answer_problem(a, 400, "the body: a JSON object is wanted");
	return json_is_object(o->body) ? 0 : -1;
}

static bool
is_line(const char *s)
{
	while ((unsigned char)*s >= ' ' && *s != '\x7f')
		s++;
	return *s == '\0';
}

/* Who asks, and why. */
static int
words_read(struct order *o, const struct request *r, struct err *err)
{
	const char *by, *note;

	if (order_text(o, "by", ORDER_NAME, &by, err) != 0 ||
	    order_text(o, "note", ORDER_NOTE, &note, err) != 0)
		return -1;
	if (by == NULL || by[0] == '\0')
		by = r->who != NULL ? arena_strdup(o->arena, r->who) : "operator";
	if (!is_line(by))
		return err_set(err, "by: a name on one line is wanted, without control characters");
	o->by = by;
	o->note = note == NULL ? "" : note;
	return 0;
}

struct job *
order_read(const struct request *r, const struct route *route, struct answer *a)
{
	struct job *job = mem_alloc(1, sizeof(*job));
	struct order *o = arena_alloc(&job->arena, 1, sizeof(*o));
	struct err err;

	job->order = o;
	o->carry_out = route->carry_out;
	o->arena = &job->arena;
	o->answer = (struct answer)ANSWER_INIT;
	request_copy(&o->request, r, o->arena);
	if (body_read(o, r, a) == 0) {
		if (words_read(o, r, &err) == 0)
			return job;
		answer_problem(a, 400, "%s", err.msg);
	}
	job_free(job);
	return NULL;
}

void
order_answer(struct keeper *k, struct job *job, struct answer *a)
{
	struct answer *done = &job->order->answer;

	if (job->result == JOB_DONE) {
		*a = *done;
		*done = (struct answer)ANSWER_INIT;
	} else {
		answer_problem(a, 503, "%s", keeper_refusal(k, job->result, &a->retry_after));
	}
	job_free(job);
}

void
order_take(void *context, struct exchange *x)
{
	struct answer a = ANSWER_INIT;
	struct api *api = context;
	struct job *job = order_read(exchange_request(x), exchange_route(x), &a);

	if (job != NULL) {
		job->owner = x;
		job->beside = PARSED * exchange_request(x)->body_len;
		if (keeper_offer(api->keeper, job) == 0) {
			exchange_spare(x);
			return;
		}
		order_answer(api->keeper, job, &a);
	}
	http_answer(x, &a);
}

void
order_done(struct keeper *k, struct job *job)
{
	struct answer a = ANSWER_INIT;
	struct exchange *x = job->owner;

	order_answer(k, job, &a);
	http_answer(x, &a);
}
