/*
 * replay: the engine and the interface's handlers under a virtual clock.
 *
 *   replay -c slad.yaml
 *
 * Reads commands, one JSON object a line, each with "now", its instant in ms:
 *
 *   {"post":[EVENT…],"on_error":"fail"}    {"get":"/v1/scores?…"}
 *   {"order":"/v1/periods/2026-10/close?…","body":{…}}; "method":"DELETE" for another than POST
 *   {"ticket":{"source":…,"subject":…}}    {"evidence":"/v1/scores?…"}
 *   {"verify":true}    {"outbox":true}     {"step":true}
 *   {"restart":true} (or by another FILE)  {"reload":FILE}
 *   {"next":true}: when it would step by itself; {"pass":true}: it does, until now, or until a
 *   message is written: {"now":MS,"told":BOOL}
 *   {"report":RECEIVER,"state":"failed","status":404}: of all that waits for it; or "delivered"
 * Each prints {"status":N,"body":…}.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "api.h"
#include "codec/json_text.h"
#include "command.h"
#include "evidence.h"
#include "ingest.h"
#include "order.h"
#include "route.h"
#include "routes.h"
#include "verify.h"

static int64_t virtual_now;

static int64_t
now_is(void)
{
	return virtual_now;
}

struct bench {
	struct api api;
	struct store *store;
	struct engine *engine;
	char path[256];
	int64_t passed; /* the clock at the last command */
};

static void
die(const char *what)
{
	fprintf(stderr, "replay: %s\n", what);
	exit(2);
}

static const char *
text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void
start(struct bench *b)
{
	struct err err;

	b->store = store_open(b->path, STORE_WRITE, &err);
	if (b->store == NULL)
		die(err.msg);
	b->api.reader = store_open(b->path, STORE_READ, &err);
	b->engine = engine_new(b->store, b->api.config, virtual_now, NULL, NULL, &err);
	if (b->api.reader == NULL || b->engine == NULL)
		die(err.msg);
}

static void
end(struct bench *b)
{
	engine_free(b->engine);
	store_close(b->api.reader);
	store_close(b->store);
}

static void
step(struct bench *b, struct submission *s, struct order *o)
{
	struct engine_work work = {
	    .submissions = s != NULL, .submission = &s, .orders = o != NULL, .order = &o};
	struct err err;

	if (engine_step(b->engine, &work, virtual_now, &err) != 0)
		die(err.msg);
}

static void
print(struct answer *a)
{
	json_t *body = json_loadb(a->body.data, a->body.len, JSON_DECODE_ANY, NULL);
	json_t *line = json_pack("{siso}", "status", a->status, "body",
	    body != NULL ? body : json_stringn(buf_text(&a->body), a->body.len));
	struct buf out = BUF_INIT(ANSWER_MAX);

	if (json_text(line, &out, false) != 0)
		die("an answer could not be written");
	puts(buf_text(&out));
	fflush(stdout);
	json_decref(line);
	buf_free(&out);
	buf_free(&a->body);
}

static void
print_done(void)
{
	puts("{\"status\":200,\"body\":{}}");
	fflush(stdout);
}

static void
ask(struct bench *b, const char *target)
{
	struct answer a = ANSWER_INIT;
	struct arena arena = {0};
	const struct route *route;
	const char *allow;
	struct request r = {0};
	struct err err;

	step(b, NULL, NULL);
	if (request_parse(&r, METHOD_GET, target, &arena, &err) != 0)
		answer_problem(&a, 400, "%s", err.msg);
	else if ((route = route_find(routes, routes_count, &r, &allow)) == NULL)
		answer_problem(&a, 404, "no such path");
	else
		route->handler(&b->api, &r, &a);
	print(&a);
	arena_free(&arena);
}

static void
get(struct bench *b, const json_t *command)
{
	ask(b, text_of(command, "get"));
}

static void
post(struct bench *b, const json_t *command)
{
	const char *on_error = text_of(command, "on_error");
	struct answer a = ANSWER_INIT;
	struct arena arena = {0};
	char target[64], *body = json_dumps(json_object_get(command, "post"), 0);
	struct request r = {0};
	struct err err;
	struct job *job;

	snprintf(
	    target, sizeof(target), "/v1/events?on_error=%s", on_error == NULL ? "fail" : on_error);
	if (request_parse(&r, METHOD_POST, target, &arena, &err) != 0)
		die(err.msg);
	r.content_type = "application/json";
	r.body = body;
	r.body_len = strlen(body);
	job = ingest_read(&b->api, &r, "replay", &a);
	step(b, job == NULL ? NULL : &job->submission, NULL);
	if (job != NULL)
		ingest_answer(NULL, job, &a);
	print(&a);
	free(body);
	arena_free(&arena);
}

static void
order(struct bench *b, const json_t *command)
{
	bool deletes = json_object_get(command, "method") != NULL;
	struct answer a = ANSWER_INIT;
	struct arena arena = {0};
	const struct route *route;
	char *body = json_dumps(json_object_get(command, "body"), 0);
	const char *allow;
	struct request r = {0};
	struct err err;
	struct job *job;

	if (request_parse(&r, deletes ? METHOD_DELETE : METHOD_POST, text_of(command, "order"),
		&arena, &err) != 0)
		die(err.msg);
	route = route_find(routes, routes_count, &r, &allow);
	if (route == NULL || route->carry_out == NULL)
		die("no such order");
	r.content_type = "application/json";
	r.body = body;
	r.body_len = body == NULL ? 0 : strlen(body);
	job = order_read(&r, route, &a);
	step(b, NULL, job == NULL ? NULL : job->order);
	if (job != NULL)
		order_answer(NULL, job, &a);
	print(&a);
	free(body);
	arena_free(&arena);
}

static void
percent(struct buf *to, const char *s)
{
	for (; *s != '\0'; s++)
		buf_putf(to, "%%%02X", (unsigned)(unsigned char)*s);
}

static void
ticket(struct bench *b, const json_t *command)
{
	const json_t *which = json_object_get(command, "ticket");
	struct buf target = BUF_INIT(8192);

	buf_puts(&target, "/v1/tickets/");
	percent(&target, text_of(which, "subject"));
	buf_puts(&target, "?source=");
	percent(&target, text_of(which, "source"));
	ask(b, buf_text(&target));
	buf_free(&target);
}

static void
difference(void *context, const char *what, const char *key, const char *sentence)
{
	json_array_append_new(context, json_sprintf("%s %s %s", what, key, sentence));
}

static void
check(struct bench *b, const json_t *command __attribute__((unused)))
{
	struct answer a = ANSWER_INIT;
	json_t *list = json_array();
	struct err err;
	int64_t n;

	step(b, NULL, NULL);
	if (verify_store(b->api.reader, b->api.config, now_is, difference, list, &n, &err) != 0)
		die(err.msg);
	answer_json(&a, 200, json_pack("{so}", "differences", list));
	print(&a);
}

static void
lane(struct bench *b, const char *receiver, struct arena *arena, json_t *list)
{
	struct outbox *rows;
	struct err err;
	int n = store_outbox_waiting(b->store, receiver, 0, 10000, arena, &rows, &err);

	for (int i = 0; i < n; i++)
		json_array_append_new(list,
		    json_pack("{ss ss so sI}", "message", rows[i].message, "receiver",
			rows[i].receiver, "body", json_loads(rows[i].body, 0, NULL), "created",
			(json_int_t)rows[i].created));
}

static void
outbox(struct bench *b, const json_t *command __attribute__((unused)))
{
	struct answer a = ANSWER_INIT;
	struct arena arena = {0};
	json_t *list = json_array();
	const char *receivers[100];
	struct err err;
	int n = store_outbox_lanes(b->store, &arena, receivers, 100, &err);

	for (int i = 0; i < n; i++)
		lane(b, receivers[i], &arena, list);
	answer_json(&a, 200, json_pack("{so}", "outbox", list));
	print(&a);
	arena_free(&arena);
}

static void
pass(struct bench *b, const json_t *command __attribute__((unused)))
{
	struct answer a = ANSWER_INIT;
	int64_t until = virtual_now, next;
	bool told = false;
	struct err err;
	int idle = 0;

	while (!told) {
		if (engine_next(b->engine, b->passed, &next, &err) != 0)
			die(err.msg);
		if (next > until)
			break;
		if ((idle = next > b->passed ? 0 : idle + 1) > 100)
			die("the engine has something to do at once, again and again");
		virtual_now = b->passed = next;
		step(b, NULL, NULL);
		told = engine_told(b->engine);
	}
	if (!told)
		virtual_now = b->passed = until;
	answer_json(
	    &a, 200, json_pack("{sI sb}", "now", (json_int_t)virtual_now, "told", (int)told));
	print(&a);
}

/* Another configuration; NULL: the same. */
static void
config_take(struct bench *b, const char *file)
{
	struct config *c = file == NULL ? config_ref(b->api.config) : command_config(file);

	if (c == NULL)
		die("that is no configuration");
	config_unref(b->api.config);
	b->api.config = c;
}

static void
reload(struct bench *b, const json_t *command)
{
	struct err err;

	config_take(b, text_of(command, "reload"));
	if (engine_configure(b->engine, b->api.config, virtual_now, NULL, NULL, &err) != 0)
		die(err.msg);
	step(b, NULL, NULL);
	print_done();
}

static void
restart(struct bench *b, const json_t *command)
{
	end(b);
	config_take(b, text_of(command, "restart"));
	start(b);
	print_done();
}

static void
step_once(struct bench *b, const json_t *command __attribute__((unused)))
{
	step(b, NULL, NULL);
	print_done();
}

/* All that waits for a receiver was delivered, or failed for good. */
static void
report(struct bench *b, const json_t *command)
{
	const char *state = text_of(command, "state");
	struct engine_work work = {0};
	struct answer a = ANSWER_INIT;
	struct arena arena = {0};
	struct outbox *rows;
	struct err err;
	int n = store_outbox_waiting(
	    b->store, text_of(command, "report"), 0, 10000, &arena, &rows, &err);

	for (int i = 0; i < n; i++) {
		rows[i].state = strcmp(state, "failed") == 0 ? OUTBOX_FAILED : OUTBOX_DELIVERED;
		rows[i].attempts = 1;
		rows[i].begun = rows[i].ended = virtual_now;
		rows[i].status = (int)json_integer_value(json_object_get(command, "status"));
		rows[i].error = "";
	}
	work.report = rows;
	work.reports = n > 0 ? (size_t)n : 0;
	if (n < 0 || engine_step(b->engine, &work, virtual_now, &err) != 0)
		die(err.msg);
	answer_json(&a, 200, json_pack("{si}", "messages", n));
	print(&a);
	arena_free(&arena);
}

static void
next(struct bench *b, const json_t *command __attribute__((unused)))
{
	struct answer a = ANSWER_INIT;
	struct err err;
	int64_t at;

	if (engine_next(b->engine, virtual_now, &at, &err) != 0)
		die(err.msg);
	answer_json(&a, 200, json_pack("{sI}", "next", (json_int_t)at));
	print(&a);
}

static int
item(void *context, const struct evidence *e)
{
	json_t *scope = json_object();

	for (int d = 0; d < DIMENSIONS; d++)
		json_object_set_new(scope, dimension_names[d], json_string(e->scope.dim[d]));
	return json_array_append_new(context,
	    json_pack("{ss ss ss ss si ss ss sI so ss ss sI sI sI sI}", "indicator",
		indicator_table[e->indicator].id, "kind", evidence_kind_names[e->kind], "source",
		e->source, "name", e->name, "cycle", (int)e->cycle, "topic", e->topic, "period",
		e->period, "from", (json_int_t)e->from, "scope", scope, "counted",
		outcome_names[e->outcome], "cause", e->cause, "n", (json_int_t)e->n, "a",
		(json_int_t)e->a, "b", (json_int_t)e->b, "c", (json_int_t)e->c));
}

/* What stands behind the scores that a question asks for, as of the last step. */
static void
evidence(struct bench *b, const json_t *command)
{
	static const char *const names[] = {"window", "from", "to", "cohort", "indicator",
	    "agreement", "service", "priority", "team", NULL};
	struct answer a = ANSWER_INIT;
	json_t *list = json_array();
	struct arena arena = {0};
	struct question q;
	struct request r = {0};
	struct err err;

	if (request_parse(&r, METHOD_GET, text_of(command, "evidence"), &arena, &err) != 0 ||
	    question_read(&b->api, &r, names, &arena, &q, &err) != 0 ||
	    evidence_walk(b->api.reader, b->api.config, &q.query, item, list, &err) != 0)
		die(err.msg);
	answer_json(&a, 200, json_pack("{so}", "evidence", list));
	print(&a);
	arena_free(&arena);
}

static const struct {
	const char *name;
	void (*carry_out)(struct bench *b, const json_t *command);
} commands[] = {
    {"post", post},
    {"get", get},
    {"order", order},
    {"ticket", ticket},
    {"evidence", evidence},
    {"verify", check},
    {"outbox", outbox},
    {"restart", restart},
    {"reload", reload},
    {"next", next},
    {"step", step_once},
    {"pass", pass},
    {"report", report},
};

static void
run(struct bench *b, const json_t *command)
{
	virtual_now = json_integer_value(json_object_get(command, "now"));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (json_object_get(command, commands[i].name) == NULL)
			continue;
		commands[i].carry_out(b, command);
		b->passed = virtual_now;
		return;
	}
	die("no such command");
}

int
main(int argc, char **argv)
{
	struct bench b = {.api = {.now = now_is}};
	const char *folder = getenv("TMPDIR");
	char *line = NULL, side[sizeof(b.path) + 8];
	const char *file = command_file(argc, argv);
	json_t *command;
	size_t size = 0;

	b.api.config = file == NULL ? NULL : command_config(file);
	snprintf(
	    b.path, sizeof(b.path) - 8, "%s/slad-replay-XXXXXX", folder != NULL ? folder : "/tmp");
	if (b.api.config == NULL || mkdtemp(b.path) == NULL)
		return 2;
	strcat(b.path, "/db");
	if (getline(&line, &size, stdin) > 0) {
		command = json_loads(line, 0, NULL);
		virtual_now = b.passed = json_integer_value(json_object_get(command, "now"));
		start(&b);
		do {
			run(&b, command);
			json_decref(command);
		} while (getline(&line, &size, stdin) > 0 &&
		    (command = json_loads(line, 0, NULL)) != NULL);
		end(&b);
	}
	free(line);
	config_unref(b.api.config);
	for (int i = 0; i < 3; i++) {
		snprintf(side, sizeof(side), "%s%s", b.path,
		    i == 0       ? ""
			: i == 1 ? "-wal"
				 : "-shm");
		unlink(side);
	}
	*strrchr(b.path, '/') = '\0';
	rmdir(b.path);
	return 0;
}
