/* Bodies of many events, through a running server and keeper: who else is served meanwhile. */
#include <inttypes.h>
#include <stdio.h>

#include "api.h"
#include "ingest.h"
#include "routes.h"
#include "scratch_dir.h"
#include "world.h"

#define MANY 6000 /* events: a body of two hundred steps or so */
#define CONFIG "agreements:\n  - {id: %s, from: 2020-01-01}\n"

struct desk {
	struct world w;
	struct api api;
	struct event *out;
	char file[SCRATCH_PATH], database[SCRATCH_PATH];
};

static struct config *
configuration(struct desk *d, const char *agreement)
{
	struct buf mistakes = BUF_INIT(10000);
	FILE *f = fopen(d->file, "we");
	struct config *c;

	ck_assert_ptr_nonnull(f);
	fprintf(f, CONFIG, agreement);
	fclose(f);
	c = config_load(d->file, &mistakes);
	ck_assert_msg(c != NULL, "%s", buf_text(&mistakes));
	buf_free(&mistakes);
	return c;
}

static void
offered(void *context)
{
	struct desk *d = context;

	keeper_wake(d->api.keeper);
}

static void
done(void *context, struct job *job)
{
	struct desk *d = context;

	ingest_done(d->api.keeper, job);
}

static void
spoke(evutil_socket_t fd, short what, void *context)
{
	struct desk *d = context;

	(void)fd, (void)what;
	keeper_collect(d->api.keeper);
}

static void
desk_open(struct desk *d)
{
	const struct keeper_calls calls = {.offered = offered, .done = done, .context = d};
	struct store *store;
	struct err err;

	*d = (struct desk){.w = world_default()};
	scratch_make();
	scratch_path(d->file, "slad.yaml");
	scratch_path(d->database, "slad.db");
	d->api.config = configuration(d, "acme");
	d->api.now = keeper_now;
	store = store_open(d->database, STORE_WRITE, &err);
	ck_assert_msg(store != NULL, "%s", err.msg);
	d->api.reader = store_open(d->database, STORE_READ, &err);
	d->api.keeper = keeper_new(store, d->api.config, &calls, NULL, NULL, &err);
	ck_assert_msg(d->api.reader != NULL && d->api.keeper != NULL, "%s", err.msg);
	d->w.base = event_base_new();
	d->w.http = http_new(d->w.base, &d->w.limits, routes, routes_count, &d->api);
	ck_assert_int_eq(http_listen(d->w.http, &loopback, 1, &err), 0);
	http_reload(d->w.http, NULL, 0);
	d->out = event_new(d->w.base, keeper_fd(d->api.keeper), EV_READ | EV_PERSIST, spoke, d);
	event_add(d->out, NULL);
}

static void
desk_close(struct desk *d)
{
	store_close(d->api.reader);
	keeper_free(d->api.keeper);
	event_free(d->out);
	world_close(&d->w);
	config_unref(d->api.config);
	unlink(d->file);
	unlink(d->database);
	ck_assert_int_eq(rmdir(scratch_dir), 0);
}

enum body { LINES, ARRAY, BROKEN_ARRAY };

/* POSTs many events; in NDJSON one of them is wrong, if that is asked for. */
static void
post_many(struct desk *d, int fd, enum body form, int wrong, const char *query)
{
	struct buf body = BUF_INIT(4u << 20), head = BUF_INIT(1000);

	buf_puts(&body, form == LINES ? "" : "[");
	for (int i = 0; i < MANY; i++)
		buf_putf(&body,
		    "%s{\"specversion\":\"1.0\",\"id\":\"e-%d\",\"source\":\"urn:test\",\"type\":"
		    "\"%s\","
		    "\"subject\":\"T-%d\",\"time\":\"2026-01-02T03:04:05Z\",\"data\":{"
		    "\"agreement\":"
		    "\"acme\",\"title\":\"%0*d\"}}",
		    i == 0              ? ""
			: form == LINES ? "\n"
					: ",",
		    i, i == wrong ? "request.none" : "request.opened", i, 400, i);
	buf_puts(&body, form == LINES ? "" : form == ARRAY ? "]" : ",}]");
	buf_putf(&head,
	    "POST /v1/events%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    query, form == LINES ? "application/x-ndjson" : "application/json", body.len);
	client_say(&d->w, fd, buf_text(&head));
	client_send(&d->w, fd, body.data, body.len);
	buf_free(&body);
	buf_free(&head);
}

/* The same, until the server has begun to read it. */
static void
begin_many(struct desk *d, int fd, enum body form, int wrong, const char *query)
{
	struct buf b = BUF_INIT(1000);

	post_many(d, fd, form, wrong, query);
	while (http_counts(d->w.http).exchanges == 0 && b.len == 0) {
		turn(&d->w);
		client_read(fd, &b);
	}
	ck_assert_msg(b.len == 0, "it was read in one go: %s", buf_text(&b));
	buf_free(&b);
}

static int64_t
accepted(struct desk *d)
{
	return keeper_counts(d->api.keeper).accepted;
}

/* Another client asks and is answered, often, while a body is read. */
START_TEST(questions_between)
{
	struct desk d;
	struct buf b = BUF_INIT(1u << 20), mine = BUF_INIT(1u << 20);
	int fd, other, asked = 0;

	desk_open(&d);
	fd = client_of(&d.w);
	other = client_of(&d.w);
	begin_many(&d, fd, (enum body)_i, -1, "");
	for (; answers(&b, false) == 0; client_read(fd, &b)) {
		buf_reset(&mine);
		client_say(&d.w, other, GET("/v1/indicators/resolution_rate"));
		ck_assert(!client_await(&d.w, other, &mine, 1));
		ck_assert_int_eq(status_of(&mine), 200);
		asked++;
	}
	ck_assert_int_ge(asked, 10);
	ck_assert_int_eq(status_of(&b), _i == BROKEN_ARRAY ? 400 : 200);
	ck_assert_int_eq(accepted(&d), _i == BROKEN_ARRAY ? 0 : MANY);
	close(fd);
	close(other);
	buf_free(&b);
	buf_free(&mine);
	desk_close(&d);
}
END_TEST

/* One event in so many is wrong. */
START_TEST(a_mistake)
{
	static const char none[] = "{\"type\":\"about:blank\",\"status\":400,",
			  some[] = "{\"accepted\":5999,\"duplicates\":0,\"rejected\":1,";
	struct buf b = BUF_INIT(1u << 20);
	struct desk d;
	int fd;

	desk_open(&d);
	fd = client_of(&d.w);
	post_many(&d, fd, LINES, 1234, _i == 0 ? "" : "?on_error=skip");
	ck_assert(!client_await(&d.w, fd, &b, 1));
	ck_assert_int_eq(status_of(&b), _i == 0 ? 400 : 200);
	ck_assert_ptr_nonnull(strstr(b.data, _i == 0 ? none : some));
	ck_assert_ptr_nonnull(strstr(b.data, "\"errors\":[{\"index\":1234,\"id\":\"e-1234\""));
	close(fd);
	buf_free(&b);
	desk_close(&d);
}
END_TEST

/* One large body after the other; what is small does not wait for them. */
START_TEST(a_small_one_between)
{
	static const char event[] =
	    "{\"specversion\":\"1.0\",\"id\":\"s\",\"source\":\"urn:test\",\"type\":"
	    "\"request.opened\",\"subject\":\"S\",\"time\":\"2026-01-02T03:04:05Z\",\"data\":"
	    "{\"agreement\":\"acme\"}}";
	struct buf b = BUF_INIT(1u << 20), mine = BUF_INIT(1u << 20);
	struct desk d;
	char head[200];
	int fd[2], other;

	desk_open(&d);
	fd[0] = client_of(&d.w);
	fd[1] = client_of(&d.w);
	other = client_of(&d.w);
	snprintf(head, sizeof(head),
	    "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    strlen(event));
	begin_many(&d, fd[0], BROKEN_ARRAY, -1, "");
	post_many(&d, fd[1], BROKEN_ARRAY, -1, "");
	client_say(&d.w, other, head);
	client_say(&d.w, other, event);
	ck_assert(!client_await(&d.w, other, &mine, 1));
	ck_assert_int_eq(status_of(&mine), 200);
	client_read(fd[1], &b);
	ck_assert_uint_eq(b.len, 0);
	for (int i = 0; i < 2; i++) {
		buf_reset(&b);
		ck_assert(!client_await(&d.w, fd[i], &b, 1));
		ck_assert_int_eq(status_of(&b), 400);
		close(fd[i]);
	}
	close(other);
	buf_free(&b);
	buf_free(&mine);
	desk_close(&d);
}
END_TEST

/* What is half read is judged by the configuration that was there when that began. */
START_TEST(another_configuration)
{
	struct buf b = BUF_INIT(1u << 20);
	struct config *old;
	struct desk d;
	int fd;

	desk_open(&d);
	fd = client_of(&d.w);
	begin_many(&d, fd, LINES, -1, "");
	for (int i = 0; i < 20; i++) /* it is copied before it is read */
		turn(&d.w);
	ck_assert_uint_eq(http_counts(d.w.http).exchanges, 1);
	old = d.api.config;
	d.api.config = configuration(&d, "other");
	config_unref(old);
	ck_assert(!client_await(&d.w, fd, &b, 1));
	ck_assert_int_eq(status_of(&b), 200);
	ck_assert_int_eq(accepted(&d), MANY);
	close(fd);
	buf_free(&b);
	desk_close(&d);
}
END_TEST

/* A client that does not wait for its answer has its events stored as before. */
START_TEST(vanished)
{
	static const struct linger abort_it = {.l_onoff = 1};
	struct desk d;
	int fd;

	desk_open(&d);
	fd = client_of(&d.w);
	begin_many(&d, fd, LINES, -1, "");
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	close(fd);
	while (http_counts(d.w.http).exchanges > 0 || http_counts(d.w.http).connections > 0)
		turn(&d.w);
	ck_assert_int_eq(accepted(&d), MANY);
	ck_assert_uint_eq(http_counts(d.w.http).guards.held, 0);
	desk_close(&d);
}
END_TEST

static void
on_drained(void *arg)
{
	struct desk *d = arg;

	d->w.drained = true;
}

/* A daemon that stops reads to the end what it has begun to. */
START_TEST(drained)
{
	struct buf b = BUF_INIT(1u << 20);
	struct desk d;
	int fd;

	desk_open(&d);
	fd = client_of(&d.w);
	begin_many(&d, fd, LINES, -1, "");
	http_drain(d.w.http, on_drained, &d);
	client_await_end(&d.w, fd, &b);
	ck_assert_int_eq(status_of(&b), 200);
	while (!d.w.drained)
		turn(&d.w);
	ck_assert_int_eq(accepted(&d), MANY);
	close(fd);
	buf_free(&b);
	desk_close(&d);
}
END_TEST

/* And one that cannot wait lets go of it. */
START_TEST(dropped)
{
	struct desk d;
	int fd;

	desk_open(&d);
	fd = client_of(&d.w);
	begin_many(&d, fd, LINES, -1, "");
	for (int i = 0; i < 6 * _i; i++)
		turn(&d.w);
	ck_assert_uint_eq(http_counts(d.w.http).exchanges, 1);
	ck_assert_int_eq(keeper_counts(d.api.keeper).waiting, 0);
	close(fd);
	desk_close(&d);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ingest");
	TCase *tc = tcase_create("ingest");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, questions_between, LINES, BROKEN_ARRAY + 1);
	tcase_add_loop_test(tc, a_mistake, 0, 2);
	tcase_add_test(tc, a_small_one_between);
	tcase_add_test(tc, another_configuration);
	tcase_add_test(tc, vanished);
	tcase_add_test(tc, drained);
	tcase_add_loop_test(tc, dropped, 0, 6);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
