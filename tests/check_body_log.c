/* Bodies in the log: text of old beside what is packed, and what is damaged. */
#include <stdio.h>
#include <string.h>

#include "store/statement.h"
#include "suite.h"

#define RECORDS 6

static struct store *s;
static struct err err;
static int64_t source;
static struct {
	int64_t seq[RECORDS];
	char body[RECORDS][400];
	int count;
} seen;

static const char *
body_of(int n)
{
	static char body[400];

	snprintf(body, sizeof(body),
	    "{\"data\":{\"agent\":\"agent-%d\"},\"id\":\"e-%d\",\"source\":\"desk\","
	    "\"specversion\":\"1.0\","
	    "\"subject\":\"T%d\",\"time\":\"2026-01-01T00:00:00.000Z\",\"type\":\"request."
	    "assigned\"}",
	    n, n, n);
	return body;
}

static void
sql(const char *text)
{
	char *said = NULL;

	ck_assert_msg(sqlite3_exec(s->db, text, NULL, NULL, &said) == SQLITE_OK, "%s", said);
}

/* One in three as older slads wrote all. */
static void
setup(void)
{
	char id[20], text[600];
	int64_t seq;

	memset(&seen, 0, sizeof(seen));
	s = store_open("", STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	ck_assert_int_eq(store_source(s, "desk", true, &source, &err), 1);
	for (int n = 1; n <= RECORDS; n++) {
		snprintf(id, sizeof(id), "e-%d", n);
		ck_assert_int_eq(
		    store_append(s, source, id, n, body_of(n), strlen(body_of(n)), &seq, &err), 0);
		ck_assert_int_eq(seq, n);
		snprintf(text, sizeof(text), "UPDATE record SET body = '%s' WHERE seq = %d",
		    body_of(n), n);
		if (n % 3 == 0)
			sql(text);
	}
}

static void
teardown(void)
{
	store_close(s);
}

static int
see(void *context, int64_t seq, const char *body, size_t len, struct err *e)
{
	const char *other;
	size_t n;

	(void)context;
	/* A look at another record meanwhile changes nothing. */
	ck_assert_int_eq(store_body(s, 1 + seq % RECORDS, &other, &n, e), 1);
	ck_assert_uint_eq(strlen(body), len);
	seen.seq[seen.count] = seq;
	snprintf(seen.body[seen.count++], sizeof(seen.body[0]), "%s", body);
	return 0;
}

static int64_t
packed_ones(void)
{
	sqlite3_stmt *st;
	int64_t n;

	ck_assert_int_eq(
	    sqlite3_prepare_v2(
		s->db, "SELECT count(*) FROM record WHERE typeof(body) = 'blob'", -1, &st, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

START_TEST(both_forms_are_read)
{
	struct arena arena = {0};
	int64_t received;
	const char *body;
	size_t len;

	ck_assert_int_eq(packed_ones(), 4);
	ck_assert_int_eq(store_replay(s, 0, 100, see, NULL, &err), 0);
	ck_assert_int_eq(seen.count, RECORDS);
	for (int n = 1; n <= RECORDS; n++) {
		ck_assert_str_eq(seen.body[n - 1], body_of(n));
		ck_assert_int_eq(store_body(s, n, &body, &len, &err), 1);
		ck_assert_str_eq(body, body_of(n));
		ck_assert_uint_eq(len, strlen(body));
		ck_assert_int_eq(store_received(s, n, &arena, &received, &body, &err), 1);
		ck_assert_int_eq(received, n);
		ck_assert_str_eq(body, body_of(n));
	}
	arena_free(&arena);
}
END_TEST

/* Both are found again by what they say. */
START_TEST(both_forms_have_identities)
{
	char id[20];
	int64_t seq;

	s->identity.loaded = false;
	for (int n = 1; n <= RECORDS; n++) {
		snprintf(id, sizeof(id), "e-%d", n);
		ck_assert_int_eq(store_identity(s, source, id, &seq, &err), 1);
		ck_assert_int_eq(seq, n);
	}
	ck_assert_int_eq(store_identity(s, source, "e-7", &seq, &err), 0);
}
END_TEST

static const char *const damages[] = {"UPDATE record SET body = x'01' WHERE seq = 4",
    "UPDATE record SET body = x'' WHERE seq = 4",
    "UPDATE record SET body = substr(body, 1, length(body) - 1) WHERE seq = 4",
    "UPDATE record SET body = x'01e4ffffffffffffffffffff' WHERE seq = 4",
    ("UPDATE record SET body = substr(body, 1, 40) || x'00' || substr(body, 42) WHERE seq = 4;"
     "UPDATE record SET body = CAST(body AS BLOB) WHERE seq = 4"),
    "UPDATE record SET body = x'02aaaaaaaa' WHERE seq = 4"};

START_TEST(damage_is_said_with_its_record)
{
	const char *body;
	int64_t seq;
	size_t len;

	sql(damages[_i]);
	ck_assert_int_eq(store_replay(s, 0, 100, see, NULL, &err), -1);
	ck_assert_msg(strstr(err.msg, "record 4 of the log: its text is ") != NULL, "%s", err.msg);
	ck_assert_int_eq(seen.count, 3);
	ck_assert_int_eq(store_failure(s), STORE_SOUND);
	ck_assert_int_eq(store_body(s, 4, &body, &len, &err), 1);
	ck_assert_str_eq(body, "");
	ck_assert_uint_eq(len, 0);
	s->identity.loaded = false;
	ck_assert_int_eq(store_identity(s, source, "e-4", &seq, &err), 0);
	ck_assert_int_eq(store_identity(s, source, "e-5", &seq, &err), 1);
	ck_assert_int_eq(store_replay(s, 4, 100, see, NULL, &err), 0);
	ck_assert_int_eq(seen.count, 5);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, both_forms_are_read);
	tcase_add_test(t, both_forms_have_identities);
	tcase_add_loop_test(
	    t, damage_is_said_with_its_record, 0, sizeof(damages) / sizeof(damages[0]));
}

SUITE_MAIN("body_log", add)
