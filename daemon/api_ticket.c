#include "fold.h"
#include "ticket_show.h"

#define SOURCES_MAX 100 /* that one subject may be known from, in an answer */

static void
answer_ambiguous(struct answer *a, const char *subject, const char **sources, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_string(sources[i]));
	answer_json(a, 409,
	    json_pack("{sssisssoso}", "type", "about:blank", "status", 409, "title", "Conflict",
		"detail",
		json_sprintf(
		    "%s is known from several sources; add ?source= with one of them", subject),
		"sources", list));
}

/* The entity of a source; 1, 0 or -1. */
static int
ticket_of(struct shown *s, const char *subject, const char *source, struct err *err)
{
	struct store *reader = s->api->reader;
	int64_t id;
	int found = store_source(reader, source, false, &id, err);

	s->source = source;
	if (found <= 0)
		return found;
	return store_entity(reader, CLASS_TICKET, id, subject, &s->arena, &s->entity, err);
}

/* The one entity that the path and ?source= name; answers itself where there is none. */
static int
ticket_find(struct shown *s, const struct request *r, struct answer *a, struct err *err)
{
	const char *sources[SOURCES_MAX], *subject = r->segment[2];
	const char *wanted = request_param(r, "source");
	int64_t ids[SOURCES_MAX];
	int n = 1, found = 0;

	if (wanted == NULL)
		n = store_entities_named(
		    s->api->reader, subject, &s->arena, ids, sources, SOURCES_MAX, err);
	if (n == 1)
		found = ticket_of(s, subject, wanted != NULL ? wanted : sources[0], err);
	if (n < 0 || found < 0)
		answer_problem(a, 503, "%s", err->msg);
	else if (n > 1)
		answer_ambiguous(a, subject, sources, n);
	else if (found == 0)
		answer_problem(a, 404, "there is no ticket '%.100s'%s%.100s", subject,
		    wanted == NULL ? "" : " from ", wanted == NULL ? "" : wanted);
	return found > 0 ? 0 : -1;
}

void
api_ticket(void *context, const struct request *r, struct answer *a)
{
	struct shown s = {.api = context};
	static const char *const names[] = {"source", NULL};
	struct err err = {""};
	json_t *shown = NULL;

	s.now = s.api->now();
	if (params_check(r, names, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (store_begin_read(s.api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (ticket_find(&s, r, a, &err) == 0) {
		if (fold_ticket(&s.entity, s.source, &s.api->config->agreements, s.now, &s.arena,
			&s.ticket, &err) == 0)
			shown = ticket_json(&s, &err);
		if (shown == NULL)
			answer_problem(a, 503, "%s", err.msg);
		else
			answer_json(a, 200, shown);
	}
	store_rollback(s.api->reader);
	arena_free(&s.arena);
}
