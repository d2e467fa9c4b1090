#include "hooks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api.h"
#include "codec/json_text.h"
#include "hook_map.h"
#include "http.h"
#include "log.h"
#include "utf8.h"

#define EXPANDED 8u /* times the body: what its events may take, once they are made */
#define HEADERS_TEXT (64u << 10) /* bytes: the head of a request is shorter */

const char *const hook_result_names[HOOK_RESULTS] = {[HOOK_ACCEPTED] = "accepted",
    [HOOK_KNOWN] = "duplicate",
    [HOOK_IGNORED] = "ignored",
    [HOOK_QUARANTINED] = "quarantined",
    [HOOK_LOST] = "lost",
    [HOOK_UNVERIFIED] = "unverified",
    [HOOK_MALFORMED] = "malformed",
    [HOOK_FAILED] = "failed"};

struct hook_counts *
hooks_counts(struct api *api, const char *source)
{
	struct hook_counts *c = api->hooks;

	while (c != NULL && strcmp(c->source, source) != 0)
		c = c->next;
	if (c == NULL) {
		c = mem_alloc(1, sizeof(*c));
		c->source = mem_strdup(source);
		c->next = api->hooks;
		api->hooks = c;
	}
	return c;
}

void
hooks_counts_free(struct hook_counts *list)
{
	struct hook_counts *next;

	for (; list != NULL; list = next) {
		next = list->next;
		free(list->source);
		free(list);
	}
}

/* Counts, and logs where something else happens than to the delivery before. */
static void
tell(struct api *api, const char *source, enum hook_result result, const char *why)
{
	struct hook_counts *c = hooks_counts(api, source);
	bool bad = result >= HOOK_QUARANTINED && result != HOOK_FAILED;

	c->results[result]++;
	if (bad && c->last != result)
		log_warning("hook %s: deliveries are %s: %s%s", source, hook_result_names[result],
		    result == HOOK_LOST ? "the quarantine is full; " : "", why);
	else if (!bad && result != HOOK_FAILED && c->last >= HOOK_QUARANTINED)
		log_info("hook %s: deliveries are taken again", source);
	if (result != HOOK_FAILED)
		c->last = bad ? result : HOOK_ACCEPTED;
}

static const char *
header_of(const void *context, const char *name)
{
	return request_header(context, name);
}

static const char *
query_of(const void *context, const char *name)
{
	return request_param(context, name);
}

static bool
is_json_type(const char *type)
{
	size_t len = strlen(type);

	return len == 0 || strcmp(type, "application/json") == 0 ||
	    strcmp(type, "text/json") == 0 ||
	    (len > 5 && strncmp(type, "application/", 12) == 0 &&
		strcmp(type + len - 5, "+json") == 0);
}

/* Looked at before any parser is. */
static bool
is_deep(const char *s, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\\' && quoted)
			i++;
		else if (s[i] == '"')
			quoted = !quoted;
		else if (!quoted && (s[i] == '{' || s[i] == '['))
			depth++;
		else if (!quoted && (s[i] == '}' || s[i] == ']'))
			depth--;
		if (depth > HOOK_DEPTH)
			return true;
	}
	return false;
}

/* Whether a header may be kept: what proves who the sender is may not. */
static bool
is_secret(const struct verification *v, const char *name)
{
	static const char *const parts[] = {"auth", "cookie", "token", "secret", "signature",
	    "password", "api-key", "apikey", NULL};

	if (v->header != NULL && strcasecmp(v->header, name) == 0)
		return true;
	for (size_t i = 0; parts[i] != NULL; i++) {
		if (strcasestr(name, parts[i]) != NULL)
			return true;
	}
	return false;
}

/* A header's value: UTF-8, or else what HTTP once said that it is, and Node still sends: Latin 1.
 */
static json_t *
value_text(const char *value, struct arena *a)
{
	char *text, *to;

	if (utf8_valid(value, strlen(value)))
		return json_string(value);
	text = to = arena_alloc(a, 2 * strlen(value) + 1, 1);
	for (const unsigned char *s = (const unsigned char *)value; *s != '\0'; s++) {
		if (*s >= 0x80)
			*to++ = (char)(0xc0 | *s >> 6);
		*to++ = (char)(*s < 0x80 ? *s : 0x80 | (*s & 0x3f));
	}
	return json_string(text);
}

/* The first of each name, in lower case, as JSON. */
static const char *
headers_text(const struct request *r, const struct verification *v, struct arena *a)
{
	struct buf text = BUF_INIT(HEADERS_TEXT);
	json_t *all = json_object();
	const char *kept;
	char *name;

	for (size_t i = 0; i < r->headers; i++) {
		name = arena_strdup(a, r->header[i].name);
		for (char *s = name; *s != '\0'; s++)
			*s = (char)tolower((unsigned char)*s);
		if (!is_secret(v, name) && json_object_get(all, name) == NULL)
			json_object_set_new(all, name, value_text(r->header[i].value, a));
	}
	kept = arena_strdup(a, json_text(all, &text, true) == 0 ? buf_text(&text) : "{}");
	json_decref(all);
	buf_free(&text);
	return kept;
}

/* A CloudEvent in its binary mode, with no data. */
static bool
is_bare(const struct request *r)
{
	return r->body_len == 0 && request_header(r, "ce-specversion") != NULL;
}

/* 0, or the status of the refusal and a sentence. */
static int
look(struct api *api, const struct hook *h, const struct request *r, struct err *err)
{
	const struct verified what = {r->body, r->body_len, header_of, query_of, r};

	if (verification_check(&h->verify, &what, api->now(), err) != 0)
		return 401;
	if (!is_json_type(r->content_type)) {
		err_set(err,
		    "a hook takes JSON, application/json, not '%.60s': the settings of the "
		    "webhook may offer that",
		    r->content_type);
		return 415;
	}
	if (r->body_len > MAPPER_BODY) {
		err_set(err, "the body has %zu bytes; a hook takes %u", r->body_len, MAPPER_BODY);
		return 413;
	}
	if (is_bare(r))
		return 0;
	if (r->body_len == 0 || !utf8_valid(r->body, r->body_len) ||
	    memchr(r->body, '\0', r->body_len) != NULL) {
		err_set(err, "the body is no JSON: it is %s",
		    r->body_len == 0 ? "empty" : "no UTF-8 text");
		return 400;
	}
	if (is_deep(r->body, r->body_len)) {
		err_set(err, "the body is nested deeper than %d levels", HOOK_DEPTH);
		return 400;
	}
	return 0;
}

/* A challenge for a 401: HTTP wants one, and a token in Authorization is the one that it has by
 * default. NULL: that. */
static const char *
challenge(const struct verification *v)
{
	switch (v->kind) {
	case VERIFICATION_BASIC:
		return "Basic realm=\"slad\", charset=\"UTF-8\"";
	case VERIFICATION_SIGNATURE:
		return "Signature realm=\"slad\"";
	case VERIFICATION_TOKEN:
		if (v->query != NULL || strcasecmp(v->header, "Authorization") != 0)
			return "Token realm=\"slad\"";
		break;
	case VERIFICATION_NONE:
	case VERIFICATION_UNSET:
		break;
	}
	return NULL;
}

/* A job for the keeper, or NULL and an answer. */
static struct job *
hook_read(struct api *api, const struct request *r, struct answer *a)
{
	const char *source = r->segment[1];
	const struct hook *h = config_hook(api->config, source);
	struct hook_delivery *d;
	struct job *job;
	struct err err;
	int status;

	if (h == NULL) {
		if (api->hooks_unknown++ == 0)
			log_warning("a delivery came for a hook '%.128s', which is not configured; "
				    "others are only counted",
			    source);
		answer_problem(a, 404, "no hook '%.128s' is configured", source);
		return NULL;
	}
	status = look(api, h, r, &err);
	if (status != 0) {
		tell(api, source, status == 401 ? HOOK_UNVERIFIED : HOOK_MALFORMED, err.msg);
		answer_problem(a, status, "%s", err.msg);
		if (status == 401 && challenge(&h->verify) != NULL)
			answer_header(a, "WWW-Authenticate", challenge(&h->verify));
		return NULL;
	}
	job = mem_alloc(1, sizeof(*job));
	d = arena_alloc(&job->arena, 1, sizeof(*d));
	d->source = arena_strdup(&job->arena, source);
	d->body = is_bare(r) ? "null" : arena_strndup(&job->arena, r->body, r->body_len);
	d->len = strlen(d->body);
	d->headers = headers_text(r, &h->verify, &job->arena);
	d->received = api->now();
	d->status = h->mapping->answer == MAPPING_NO_CONTENT ? 204 : 202;
	job->submission = (struct submission){
	    .events = &job->events, .arena = &job->arena, .sender = "hooks", .hook = d};
	return job;
}

static void
job_free(struct job *job)
{
	arena_free(&job->arena);
	free(job);
}

/* Where a body ceases to be JSON, for who wrote its template. */
static void
malformed(const struct hook_delivery *d, struct err *err)
{
	json_error_t at;
	json_t *json = json_loadb(d->body, d->len, JSON_DECODE_ANY, &at);

	if (json == NULL)
		err_set(err, "the body is no JSON: line %d, column %d: %s", at.line, at.column,
		    at.text);
	else
		err_set(err, "the body is no JSON");
	json_decref(json);
}

static void
answer_done(struct api *api, const struct submission *s, struct answer *a)
{
	const struct hook_delivery *d = s->hook;
	struct err err;

	if (d->malformed) {
		malformed(d, &err);
		tell(api, d->source, HOOK_MALFORMED, err.msg);
		answer_problem(a, 400, "%s", err.msg);
		return;
	}
	a->status = d->status;
	tell(api, d->source,
	    d->lost                 ? HOOK_LOST
		: d->reason != NULL ? HOOK_QUARANTINED
		: s->accepted > 0   ? HOOK_ACCEPTED
		: s->duplicates > 0 ? HOOK_KNOWN
				    : HOOK_IGNORED,
	    d->reason);
}

static void
answer_unstored(struct api *api, const struct job *job, struct answer *a)
{
	const char *why = keeper_refusal(api->keeper, job->result, &a->retry_after);

	tell(api, job->submission.hook->source, HOOK_FAILED, why);
	answer_problem(a, 503, "%s", why);
}

/* Frees the job. */
static void
hook_answer(struct api *api, struct job *job, struct answer *a)
{
	if (job->result == JOB_DONE)
		answer_done(api, &job->submission, a);
	else
		answer_unstored(api, job, a);
	job_free(job);
}

void
hooks_take(void *context, struct exchange *x)
{
	struct answer a = ANSWER_INIT;
	struct api *api = context;
	struct job *job = hook_read(api, exchange_request(x), &a);

	if (job != NULL) {
		job->owner = x;
		job->beside = EXPANDED * job->submission.hook->len;
		if (keeper_offer(api->keeper, job) == 0) {
			exchange_spare(x);
			return;
		}
		hook_answer(api, job, &a);
	}
	http_answer(x, &a);
}

void
hooks_done(struct api *api, struct job *job)
{
	struct answer a = ANSWER_INIT;
	struct exchange *x = job->owner;

	hook_answer(api, job, &a);
	http_answer(x, &a);
}
