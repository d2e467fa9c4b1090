#include "delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "codec/json_text.h"
#include "log.h"
#include "notify.h"
#include "order.h"

#define TEST_MAX 16384 /* bytes of a test's event: who asks, and why */

static const char *const no_names[] = {NULL};
static const char *const words[] = {"by", "note", NULL};

const struct receiver *
receiver_find(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->receivers; i++) {
		if (strcmp(c->receiver[i].name, name) == 0)
			return &c->receiver[i];
	}
	return NULL;
}

static json_t *
json_id_or_null(int64_t id)
{
	return id == 0 ? json_null() : json_sprintf("%" PRId64, id);
}

static json_t *
json_instant_or_null(int64_t t)
{
	return json_instant(t == 0 ? STAMP_NEVER : t);
}

json_t *
delivery_json(const struct stored_delivery *d)
{
	const struct outbox *row = &d->row;
	bool waits = row->state == OUTBOX_WAITING;
	json_t *json = json_pack("{so ss ss so ss so ss si so so so so so}", "id",
	    json_id_or_null(row->id), "message", row->message, "receiver", row->receiver, "alert",
	    json_id_or_null(row->alert), "type", d->type, "created_at", json_instant(row->created),
	    "state", outbox_state_names[row->state], "attempts", row->attempts, "first_attempt_at",
	    json_instant_or_null(row->begun), "next_attempt_at",
	    json_instant(waits ? row->next : STAMP_NEVER), "ended_at",
	    json_instant_or_null(row->ended), "status",
	    row->status == 0 ? json_null() : json_integer(row->status), "error",
	    json_text_or_null(row->error));

	if (row->body != NULL)
		json_object_set_new(json, "body", json_loads(row->body, 0, NULL));
	return json;
}

/* Whether the request says no more than an order may. */
static bool
is_plain(struct order *o, struct err *err)
{
	if (params_check(&o->request, no_names, err) == 0 && order_members(o, words, err) == 0)
		return true;
	answer_problem(&o->answer, 400, "%s", err->msg);
	return false;
}

/* 1 and the delivery that the path names; 0 and an answer that there is none; -1. */
static int
row_find(struct order *o, const struct act *act, struct stored_delivery *d, struct err *err)
{
	const char *text = o->request.segment[2];
	int64_t id = strtoll(text, NULL, 10);
	char canonical[24];
	int found = 0;

	snprintf(canonical, sizeof(canonical), "%" PRId64, id);
	if (strcmp(canonical, text) == 0)
		found = store_delivery(act->store, id, o->arena, d, err);
	if (found == 0)
		answer_problem(&o->answer, 404,
		    "there is no delivery '%.40s'; GET /v1/deliveries lists them", text);
	return found;
}

/* Alertmanager holds what it heard last of an alert: an older message would bring back what is
 * over. 1, 0 or -1. */
static int
is_overtaken(const struct act *act, const struct stored_delivery *d, struct err *err)
{
	const struct receiver *r = receiver_find(act->config, d->row.receiver);

	if (r->kind != RECEIVER_ALERTMANAGER || d->row.alert == 0)
		return 0;
	return store_delivery_overtaken(act->store, &d->row, err);
}

int
delivery_retry(struct order *o, const struct act *act, struct err *err)
{
	struct stored_delivery d;
	int found, overtaken;

	if (!is_plain(o, err))
		return 0;
	found = row_find(o, act, &d, err);
	if (found <= 0)
		return found;
	if (d.row.state != OUTBOX_FAILED) {
		answer_problem(&o->answer, 409,
		    "delivery %" PRId64 " is %s: only one that failed can be tried again", d.row.id,
		    outbox_state_names[d.row.state]);
		return 0;
	}
	if (receiver_find(act->config, d.row.receiver) == NULL) {
		answer_problem(&o->answer, 409,
		    "no receiver '%.64s' is configured: it would fail again", d.row.receiver);
		return 0;
	}
	overtaken = is_overtaken(act, &d, err);
	if (overtaken < 0)
		return -1;
	if (overtaken > 0) {
		answer_problem(&o->answer, 409,
		    "delivery %" PRId64 " is overtaken: Alertmanager was told, or will be, how "
		    "alert %" PRId64 " went on",
		    d.row.id, d.row.alert);
		return 0;
	}
	if (store_delivery_again(act->store, d.row.id, act->now, err) != 0 ||
	    store_delivery(act->store, d.row.id, o->arena, &d, err) < 0)
		return -1;
	o->message = d.row.id;
	log_info("delivery %" PRId64 " to '%s' is to be tried again, says %s%s%s", d.row.id,
	    d.row.receiver, o->by, o->note[0] != '\0' ? ": " : "", o->note);
	d.row.body = NULL;
	answer_json(&o->answer, 202, delivery_json(&d));
	return 0;
}

/* The event of a test; -1 if what it says has no room. */
static int
test_text(const struct order *o, const struct act *act, const char *message, const char *receiver,
    struct buf *out)
{
	json_t *event = json_pack("{ss ss ss ss so ss ss s{ss ss so}}", "specversion", "1.0", "id",
	    message, "source", "/slad", "type", NOTIFY_TEST, "time", json_instant(act->now),
	    "subject", receiver, "datacontenttype", "application/json", "data", "receiver",
	    receiver, "by", o->by, "note", json_text_or_null(o->note));
	int rc = event == NULL ? -1 : json_text(event, out, false);

	json_decref(event);
	return rc;
}

static int
test_add(struct order *o, const struct act *act, const char *receiver, int64_t *id, struct err *err)
{
	struct buf body = BUF_INIT(TEST_MAX);
	char message[64];
	int rc = -1;

	if (store_delivery_last(act->store, id, err) != 0)
		return -1;
	snprintf(message, sizeof(message), "slad_test_%" PRId64 "_%" PRId64, *id, act->now);
	if (test_text(o, act, message, receiver, &body) != 0)
		err_set(err, "the test for '%.64s' has no room left", receiver);
	else if (store_outbox_add(
		     act->store, message, receiver, 0, act->now, buf_text(&body), err) == 0)
		rc = store_delivery_last(act->store, id, err);
	buf_free(&body);
	return rc;
}

int
delivery_test(struct order *o, const struct act *act, struct err *err)
{
	const char *receiver = o->request.segment[2];
	struct stored_delivery d;
	int64_t id = 0;

	if (!is_plain(o, err))
		return 0;
	if (receiver_find(act->config, receiver) == NULL) {
		answer_problem(&o->answer, 404,
		    "no receiver '%.64s' is configured; GET /v1/receivers lists them", receiver);
		return 0;
	}
	if (test_add(o, act, receiver, &id, err) != 0 ||
	    store_delivery(act->store, id, o->arena, &d, err) < 0)
		return -1;
	log_info("delivery %" PRId64 " to '%s' is a test, says %s%s%s", id, receiver, o->by,
	    o->note[0] != '\0' ? ": " : "", o->note);
	answer_json(&o->answer, 202, delivery_json(&d));
	return 0;
}
