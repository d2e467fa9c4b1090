/* Questions that take long are answered in a thread of their own, while the network's goes on. */
#include <semaphore.h>

#include "scratch_dir.h"
#include "study.h"
#include "suite.h"
#include "world.h"

static sem_t begun, may_end;
static struct world w;
static struct api api;
static struct config *config;
static enum store_failure told;
static struct buf b = BUF_INIT(1u << 20);
static struct err err;

static int64_t
now(void)
{
	return 1234;
}

/* It ends when the test lets it. */
static void
get_slow(void *context, const struct request *r, struct answer *a)
{
	struct api *mine = context;
	struct stored_scope *list;
	struct arena arena = {0};
	int n;

	sem_post(&begun);
	sem_wait(&may_end);
	n = store_scopes(mine->reader, &arena, &list, &err);
	buf_putf(&a->body, "[%d,%d,\"%s\"]", (int)mine->now(), n, request_param(r, "q"));
	arena_free(&arena);
}

static const struct route table[] = {
    {METHOD_GET, "/slow", 0, get_slow, study_take, NULL},
    {METHOD_GET, "/later", 0, NULL, post_later, NULL},
    {METHOD_GET, "/indicators", 0, api_indicators, NULL, NULL},
};

static void
reader_failed(void *context, enum store_failure failure, const char *text, struct answer *a)
{
	(void)context;
	told = failure;
	answer_problem(a, 503, "%s", text);
}

static void
setup(void)
{
	struct buf mistakes = BUF_INIT(10000);
	char path[SCRATCH_PATH];
	struct store *s;
	FILE *f;

	sem_init(&begun, 0, 0);
	sem_init(&may_end, 0, 0);
	scratch_make();
	scratch_path(path, "slad.yaml");
	f = fopen(path, "w");
	fputs("database: db\nagreements: [{id: acme, from: 2026-01-01}]\n", f);
	fclose(f);
	config = config_load(path, &mistakes);
	ck_assert_msg(config != NULL, "%s", buf_text(&mistakes));
	buf_free(&mistakes);
	s = store_open(config->database, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	store_close(s);
	w = world_default();
	api = (struct api){.config = config, .now = now};
	w.base = event_base_new();
	w.http = http_new(w.base, &w.limits, table, sizeof(table) / sizeof(table[0]), &api);
	ck_assert_int_eq(http_listen(w.http, &loopback, 1, &err), 0);
	http_reload(w.http, NULL, 0);
	api.study = study_new(w.base, &api, reader_failed, NULL, &err);
	ck_assert_ptr_nonnull(api.study);
}

static void
teardown(void)
{
	study_free(api.study);
	world_close(&w);
	config_unref(config);
	buf_free(&b);
	scratch_remove();
}

START_TEST(others_are_answered_meanwhile)
{
	int fd = client_of(&w), other = client_of(&w);
	struct buf c = BUF_INIT(1u << 20);

	client_say(&w, fd, GET("/slow?q=1"));
	client_say(&w, other, GET("/indicators"));
	client_await(&w, other, &c, 1);
	ck_assert_int_eq(status_of(&c), 200);
	sem_wait(&begun);
	ck_assert_uint_eq(http_counts(w.http).exchanges, 1);
	sem_post(&may_end);
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 200);
	ck_assert_ptr_nonnull(strstr(b.data, "[1234,0,\"1\"]"));
	close(fd);
	close(other);
	buf_free(&c);
}
END_TEST

START_TEST(one_is_answered_after_the_other)
{
	int fd[3];
	char target[80];

	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 3; i++) {
			fd[i] = client_of(&w);
			snprintf(target, sizeof(target), GET("/slow?q=%d"), i);
			client_say(&w, fd[i], target);
			while (http_counts(w.http).exchanges <= (unsigned)i)
				turn(&w);
		}
		for (int i = 0; i < 3; i++) {
			sem_wait(&begun);
			ck_assert_int_ne(sem_trywait(&begun), 0);
			sem_post(&may_end);
			buf_reset(&b);
			client_await(&w, fd[i], &b, 1);
			snprintf(target, sizeof(target), "[1234,0,\"%d\"]", i);
			ck_assert_ptr_nonnull(strstr(b.data, target));
			close(fd[i]);
		}
	}
}
END_TEST

START_TEST(a_database_that_is_not_there_is_said)
{
	int fd = client_of(&w);

	ck_assert_int_eq(unlink(config->database), 0);
	client_say(&w, fd, GET("/slow?q=1"));
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 503);
	close(fd);
}
END_TEST

START_TEST(a_reader_that_fails_is_told)
{
	int fd = client_of(&w);
	FILE *f;

	client_say(&w, fd, GET("/slow?q=1"));
	for (int i = 0; i < 10; i++)
		turn(&w);
	sem_wait(&begun);
	f = fopen(config->database, "r+");
	for (int i = 0; i < 1 << 20; i++)
		fputc('x', f);
	fclose(f);
	sem_post(&may_end);
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 503);
	ck_assert_int_eq(told, STORE_BROKEN);
	close(fd);
}
END_TEST

START_TEST(the_end_waits_for_the_one_under_way)
{
	int fd = client_of(&w), other = client_of(&w);

	client_say(&w, fd, GET("/slow?q=1"));
	client_say(&w, other, GET("/slow?q=2"));
	while (http_counts(w.http).exchanges < 2)
		turn(&w);
	sem_wait(&begun);
	sem_post(&may_end);
	sem_post(&may_end);
	close(fd);
	close(other);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, others_are_answered_meanwhile);
	tcase_add_test(t, one_is_answered_after_the_other);
	tcase_add_test(t, a_database_that_is_not_there_is_said);
	tcase_add_test(t, a_reader_that_fails_is_told);
	tcase_add_test(t, the_end_waits_for_the_one_under_way);
}

SUITE_MAIN("study", add)
