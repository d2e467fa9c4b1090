#include "quarantine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "hook_map.h"
#include "log.h"
#include "order.h"
#include "utf8.h"

#define PAGE 100
#define PAGE_MAX 1000

static const char *const no_names[] = {NULL};

/* Bytes that are no text are shown as question marks. */
static json_t *
json_body(const char *body, size_t len, struct arena *a)
{
	char *text = arena_strndup(a, body, len);
	size_t step;

	for (size_t i = 0; i < len; i += step) {
		step = utf8_step(text + i, len - i);
		if (step == 0) {
			text[i] = '?';
			step = 1;
		}
	}
	return json_stringn(text, len);
}

static json_t *
row_json(const struct quarantined *q, struct arena *a)
{
	json_t *json = json_pack("{so so ss so so so sI}", "id", json_sprintf("%" PRId64, q->id),
	    "received_at", json_instant(q->received), "from", q->hook == NULL ? "events" : "hook",
	    "source", json_text_or_null(q->hook == NULL ? "" : q->hook), "delivery",
	    json_text_or_null(q->delivery == NULL ? "" : q->delivery), "reason",
	    json_body(q->reason, strlen(q->reason), a), "bytes", (json_int_t)q->bytes);
	json_t *headers;

	if (q->body != NULL) {
		headers = q->headers == NULL ? NULL : json_loads(q->headers, 0, NULL);
		json_object_set_new(json, "headers", headers == NULL ? json_null() : headers);
		json_object_set_new(json, "body", json_body(q->body, q->len, a));
	}
	return json;
}

static int
filter_read(const struct request *r, struct quarantine_filter *f, int64_t *limit, struct err *err)
{
	static const char *const names[] = {
	    "source", "from", "reason", "order", "limit", "cursor", NULL};
	const char *order = request_param(r, "order");

	f->hook = request_param(r, "source");
	f->from = request_param(r, "from");
	f->reason = request_param(r, "reason");
	if (params_check(r, names, err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, limit, err) != 0)
		return -1;
	if (f->from != NULL && strcmp(f->from, "events") != 0 && strcmp(f->from, "hook") != 0)
		return err_set(err, "'from' is events or hook; '%.60s' is none", f->from);
	f->oldest = order != NULL && strcmp(order, "oldest") == 0;
	if (order != NULL && !f->oldest && strcmp(order, "newest") != 0)
		return err_set(err, "'order' is newest or oldest; '%.60s' is none", order);
	return param_number(r, "cursor", 1, INT64_MAX, f->oldest ? 0 : INT64_MAX, &f->after, err);
}

void
api_quarantine(void *context, const struct request *r, struct answer *a)
{
	json_t *all = json_array();
	struct api *api = context;
	struct arena arena = {0};
	struct quarantined *list;
	struct quarantine_filter filter;
	int64_t limit;
	struct err err;
	int n;

	if (filter_read(r, &filter, &limit, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		json_decref(all);
		return;
	}
	n = store_quarantine_list(api->reader, &filter, (int)limit, &arena, &list, &err);
	for (int i = 0; i < n; i++)
		json_array_append_new(all, row_json(&list[i], &arena));
	if (n < 0)
		answer_problem(a, 503, "%s", err.msg);
	else
		answer_json(a, 200,
		    json_pack("{sO so}", "quarantine", all, "next",
			n == limit ? json_sprintf("%" PRId64, list[n - 1].id) : json_null()));
	json_decref(all);
	arena_free(&arena);
}

/* 1 and the row that a path names; 0: there is none; -1. */
static int
row_find(struct store *s, const char *text, struct arena *a, struct quarantined *q, struct err *err)
{
	int64_t id = strtoll(text, NULL, 10);
	char canonical[24];

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	if (strcmp(canonical, text) != 0)
		return 0;
	return store_quarantine_get(s, id, a, q, err);
}

static void
answer_nothing(const char *text, struct answer *a)
{
	answer_problem(
	    a, 404, "nothing in the quarantine is '%.40s'; GET /v1/quarantine lists it", text);
}

void
api_quarantined(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct quarantined q;
	struct err err;
	int found;

	if (params_check(r, no_names, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return;
	}
	found = row_find(api->reader, r->segment[2], &arena, &q, &err);
	if (found < 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (found == 0)
		answer_nothing(r->segment[2], a);
	else
		answer_json(a, 200, row_json(&q, &arena));
	arena_free(&arena);
}

/* 1 and the row of an order; 0 and its answer; -1. */
static int
order_row(struct order *o, const struct act *act, struct quarantined *q, struct err *err)
{
	static const char *const words[] = {"by", "note", NULL};
	bool has_body = o->request.method != METHOD_DELETE;
	int found;

	if (params_check(&o->request, has_body ? no_names : words, err) != 0 ||
	    order_members(o, words, err) != 0) {
		answer_problem(&o->answer, 400, "%s", err->msg);
		return 0;
	}
	found = row_find(act->store, o->request.segment[2], o->arena, q, err);
	if (found == 0)
		answer_nothing(o->request.segment[2], &o->answer);
	return found;
}

static int
row_drop(const struct act *act, const struct quarantined *q, struct err *err)
{
	*act->released = true;
	return store_quarantine_drop(act->store, q->id, err);
}

/* What of a row is to be taken, as if it came now; NULL, or why that cannot be. */
static const char *
submission_make(struct order *o, const struct act *act, const struct quarantined *q,
    struct submission *s, struct err *err)
{
	struct hook_delivery *d;

	s->arena = o->arena;
	s->events = arena_alloc(o->arena, 1, sizeof(*s->events));
	s->sender = q->sender;
	if (q->hook == NULL)
		return events_read(q->body, q->len, FORM_ONE, &act->config->agreements, act->now,
			   o->arena, s->events, err) == 0
		    ? NULL
		    : err->msg;
	d = arena_alloc(o->arena, 1, sizeof(*d));
	*d = (struct hook_delivery){.source = q->hook,
	    .body = q->body,
	    .len = q->len,
	    .headers = q->headers == NULL ? "{}" : q->headers,
	    .received = q->received,
	    .again = true};
	s->hook = d;
	return NULL;
}

static const char *
refusal(const struct submission *s)
{
	if (s->hook != NULL)
		return s->hook->reason;
	return s->events->faults > 0 ? s->events->fault[0].detail : NULL;
}

int
quarantine_replay(struct order *o, const struct act *act, struct err *err)
{
	struct submission s = {0};
	struct quarantined q;
	const char *why;
	int found = order_row(o, act, &q, err);

	if (found <= 0)
		return found;
	why = submission_make(o, act, &q, &s, err);
	if (why == NULL && act->submit(act->engine, &s, act->now, err) != 0)
		return -1;
	if (why == NULL)
		why = refusal(&s);
	if (why != NULL) {
		answer_problem(&o->answer, 409, "it is still wrong, and stays: %s", why);
		return 0;
	}
	if (row_drop(act, &q, err) != 0)
		return -1;
	log_info("%" PRId64 " left the quarantine with %zu new events, says %s%s%s", q.id,
	    s.accepted, o->by, o->note[0] != '\0' ? ": " : "", o->note);
	answer_json(&o->answer, 200,
	    json_pack("{sI sI}", "accepted", (json_int_t)s.accepted, "duplicates",
		(json_int_t)s.duplicates));
	return 0;
}

int
quarantine_drop(struct order *o, const struct act *act, struct err *err)
{
	struct quarantined q;
	int found = order_row(o, act, &q, err);

	if (found <= 0)
		return found;
	if (row_drop(act, &q, err) != 0)
		return -1;
	log_info("%" PRId64 " of the quarantine was thrown away, says %s%s%s", q.id, o->by,
	    o->note[0] != '\0' ? ": " : "", o->note);
	answer_json(&o->answer, 200,
	    row_json(&(struct quarantined){.id = q.id,
			 .received = q.received,
			 .hook = q.hook,
			 .delivery = q.delivery,
			 .reason = q.reason,
			 .bytes = q.bytes},
		o->arena));
	return 0;
}
