#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "behind.h"
#include "row.h"

static int
counted_read(const struct request *r, struct behind *b, struct err *err)
{
	const char *text = request_param(r, "counted");

	b->outcome =
	    indicator_table[b->indicator].input >= INPUT_MEASUREMENT ? OUTCOME_GOOD : OUTCOME_BAD;
	for (int o = 0; text != NULL; o++) {
		if (outcome_names[o] == NULL)
			return err_set(
			    err, "counted=%.40s: good, bad, pending or excluded is wanted", text);
		if (strcmp(outcome_names[o], text) == 0) {
			b->outcome = (enum outcome)o;
			break;
		}
	}
	return 0;
}

static int
cursor_read(const struct request *r, struct behind *b, struct err *err)
{
	const char *text = request_param(r, "cursor");
	char end;

	b->place = INT64_MIN;
	if (text != NULL &&
	    sscanf(text, "%" SCNd64 "-%" SCNd64 "%c", &b->place, &b->entity, &end) != 2)
		return err_set(err, "cursor=%.60s: the `next` of the page before is wanted", text);
	return 0;
}

static int
behind_read(struct behind *b, const struct request *r, struct err *err)
{
	static const char *const names[] = {"window", "from", "to", "cohort", "agreement",
	    "service", "priority", "team", "counted", "limit", "cursor", NULL};

	if (question_read(b->api, r, names, &b->arena, &b->q, err) != 0 ||
	    counted_read(r, b, err) != 0 || cursor_read(r, b, err) != 0 ||
	    param_number(r, "limit", 1, BEHIND_PAGE_MAX, BEHIND_PAGE, &b->limit, err) != 0)
		return -1;
	return 0;
}

static json_t *
page_json(struct behind *b)
{
	return json_pack("{so ss ss so so so}", "window",
	    window_json(&b->q.query.window, b->q.query.cohort), "indicator",
	    indicator_table[b->indicator].id, "counted", outcome_names[b->outcome], "as_of",
	    json_instant(b->q.as_of), "tickets", json_incref(b->list), "next",
	    b->more ? json_sprintf("%" PRId64 "-%" PRId64, b->place, b->entity) : json_null());
}

/* A score that is not in scope has nothing behind it. */
static int
behind_ask(struct behind *b)
{
	for (int i = 0; i < INDICATORS; i++)
		b->q.query.wanted[i] = i == (int)b->indicator;
	if (!scores_in_scope(&b->q.query, b->indicator))
		return 0;
	switch (indicator_table[b->indicator].input) {
	case INPUT_TICKETS:
	case INPUT_EVENTS:
		return behind_tickets(b);
	case INPUT_OUTAGES:
		return behind_outages(b);
	case INPUT_REPORTS:
	case INPUT_MEASUREMENT:
	case INPUT_ASSESSMENT:
		break;
	}
	return behind_papers(b);
}

void
api_score_tickets(void *context, const struct request *r, struct answer *a)
{
	int indicator = indicator_find(r->segment[2]);
	struct err err;
	struct behind b = {.api = context, .err = &err};

	if (indicator < 0) {
		answer_problem(a, 404,
		    "there is no indicator '%.60s'; GET /v1/indicators lists the 32",
		    r->segment[2]);
		return;
	}
	b.indicator = (enum indicator)indicator;
	b.list = json_array();
	if (store_begin_read(b.api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (behind_read(&b, r, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (behind_ask(&b) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else
		answer_json(a, 200, page_json(&b));
	store_rollback(b.api->reader);
	json_decref(b.list);
	arena_free(&b.arena);
}
