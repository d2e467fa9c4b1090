/* Whether the log has an event, against a list of all that it was given; with sizes so small that
 * runs become one again and again. */
#include <stdio.h>
#include <string.h>

#include "store/statement.h"
#include "scratch_dir.h"
#include "suite.h"

#define EVENTS 6000
#define BODY_BYTES 40 /* about */

static char path[SCRATCH_PATH];
static struct store *s;
static struct err err;
static int64_t source;
static uint64_t seed, mask;
static struct identity_sizes sizes;
static int stored; /* events e-1 to e-stored are in the log, under these numbers */

static uint64_t
pick(uint64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % n;
}

/* A store as it is opened, but for its sizes. */
static void
open_small(void)
{
	s = store_open(path, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
	s->identity.sizes = sizes;
	s->identity.mask = mask;
	ck_assert_msg(identity_load(s, NULL, NULL, &err) == 0, "%s", err.msg);
}

static void
setup(void)
{
	seed = 11;
	mask = UINT64_MAX;
	sizes = (struct identity_sizes){16, 2, 3};
	stored = 0;
	scratch_make();
	scratch_path(path, "db");
	open_small();
	ck_assert_int_eq(store_source(s, "desk \"1\"", true, &source, &err), 1);
}

static void
teardown(void)
{
	store_close(s);
	scratch_remove();
}

/* An id whose text is written with an escape. */
static const char *
id_of(int n)
{
	static char id[40];

	snprintf(id, sizeof(id), "e\"\xc3\xa9\"-%d", n);
	return id;
}

static void
append(int n)
{
	char body[200];
	int64_t seq;

	snprintf(body, sizeof(body),
	    "{\"id\":\"e\\\"\xc3\xa9\\\"-%d\",\"source\":\"desk \\\"1\\\"\"%s}", n,
	    n % 2 == 0 ? ",\"specversion\":\"1.0\",\"type\":\"request.opened\"" : "");
	ck_assert_msg(store_append(s, source, id_of(n), 1000, body, strlen(body), &seq, &err) == 0,
	    "%s", err.msg);
	ck_assert_int_eq(seq, n);
}

static void
look_for(struct store *in, int n)
{
	int64_t seq = 0;
	int found = store_identity(in, source, id_of(n), &seq, &err);

	ck_assert_msg(found >= 0, "%s", err.msg);
	ck_assert_int_eq(found, n <= stored);
	if (found)
		ck_assert_int_eq(seq, n);
}

static void
complain(void *context, const char *key, const char *what)
{
	(void)context;
	fprintf(stderr, "record %s %s\n", key, what);
}

static void
look_at_all(void)
{
	for (int n = 1; n <= stored + 50; n++)
		look_for(s, n);
	ck_assert_int_eq(store_gaps(s, complain, NULL, &err), 0);
}

/* A transaction of some events, that succeeds or not. */
static void
transaction(void)
{
	int events = (int)pick(40), again = stored;

	ck_assert_int_eq(store_begin(s, &err), 0);
	for (int i = 1; i <= events; i++) {
		look_for(s, stored + 1);
		append(stored + 1);
		stored++;
		look_for(s, 1 + (int)pick((uint64_t)stored));
	}
	switch (pick(8)) {
	case 0:
		stored = again;
		store_rollback(s);
		break;
	case 1: /* the commit itself fails, once runs were changed */
		stored = again;
		ck_assert_int_eq(identity_settle(s, &err), 0);
		store_rollback(s);
		break;
	default:
		ck_assert_msg(store_commit(s, &err) == 0, "%s", err.msg);
	}
}

START_TEST(all_that_is_there_is_found)
{
	while (stored < EVENTS) {
		transaction();
		if (pick(20) == 0) {
			store_close(s);
			open_small();
		}
		if (pick(50) == 0)
			look_at_all();
	}
	look_at_all();
	ck_assert_uint_lt(s->identity.runs.count, 30);
}
END_TEST

static void
append_some(int events)
{
	ck_assert_int_eq(store_begin(s, &err), 0);
	for (int i = 0; i < events; i++)
		append(++stored);
	ck_assert_msg(store_commit(s, &err) == 0, "%s", err.msg);
}

/* Two runs become one, and no other comes after it: what it has is not taken for new. */
START_TEST(a_run_knows_how_far_it_goes)
{
	s->identity.sizes = sizes = (struct identity_sizes){16, 1, 2};
	append_some(16);
	append_some(16);
	ck_assert_uint_eq(s->identity.runs.count, 3);
	append_some(15);
	ck_assert_uint_eq(s->identity.runs.count, 1);
	ck_assert_int_eq(identity_runs_upto(&s->identity.runs), 32);
	store_close(s);
	open_small();
	ck_assert_uint_eq(s->identity.latest.count, 15);
	look_at_all();
}
END_TEST

START_TEST(equal_hashes_cost_no_truth)
{
	static const uint64_t masks[] = {0, UINT64_C(7) << 61, UINT64_C(3) << 20};

	mask = masks[_i];
	s->identity.mask = mask;
	while (stored < 700)
		transaction();
	look_at_all();
}
END_TEST

START_TEST(an_event_is_stored_once)
{
	char body[] = "{\"id\":\"e\\\"\xc3\xa9\\\"-1\",\"source\":\"desk \\\"1\\\"\"}";
	int64_t seq;

	append(1);
	ck_assert_int_eq(store_append(s, source, id_of(1), 0, body, strlen(body), &seq, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "already"));
	ck_assert_int_eq(store_identity(s, source + 1, id_of(1), &seq, &err), 0);
}
END_TEST

START_TEST(a_reader_follows)
{
	struct store *r = store_open(path, STORE_READ, &err);

	ck_assert_ptr_nonnull(r);
	r->identity.sizes = s->identity.sizes;
	while (stored < 1500) {
		transaction();
		for (int i = 0; i < 10; i++)
			look_for(r, 1 + (int)pick((uint64_t)stored + 10));
	}
	ck_assert_int_eq(store_begin_read(r, &err), 0);
	for (int n = 1; n <= stored + 50; n++)
		look_for(r, n);
	ck_assert_int_eq(store_gaps(r, complain, NULL, &err), 0);
	store_rollback(r);
	store_close(r);
}
END_TEST

static void
make_anew(int upto)
{
	ck_assert_int_eq(store_begin(s, &err), 0);
	ck_assert_int_eq(store_identities_forget(s, &err), 0);
	for (int n = 1; n <= upto; n++)
		ck_assert_int_eq(store_identity_again(s, source, id_of(n), n, BODY_BYTES, &err), 0);
}

START_TEST(all_is_made_anew)
{
	int64_t seq;

	while (stored < 1000)
		transaction();
	make_anew(stored);
	ck_assert_int_eq(store_identity(s, source, id_of(stored), &seq, &err), 1);
	ck_assert_int_eq(store_commit(s, &err), 0);
	look_at_all();
	while (stored < 1200)
		transaction();
	look_at_all();
	store_close(s);
	open_small();
	look_at_all();
}
END_TEST

START_TEST(who_comes_to_rebuild_finds_all_too)
{
	while (stored < 500)
		transaction();
	store_close(s);
	s = store_open(path, STORE_REBUILD, &err);
	ck_assert_ptr_nonnull(s);
	look_at_all();
	make_anew(stored);
	ck_assert_int_eq(store_commit(s, &err), 0);
	look_at_all();
}
END_TEST

START_TEST(what_is_not_made_anew_to_the_end_stays)
{
	while (stored < 1000)
		transaction();
	make_anew(stored / 2);
	ck_assert_int_eq(store_identity(s, source, id_of(stored), &(int64_t){0}, &err), 0);
	store_rollback(s);
	look_at_all();
	while (stored < 1200)
		transaction();
	look_at_all();
}
END_TEST

static void
collect(void *context, const char *key, const char *what)
{
	size_t at = strlen(context);

	snprintf((char *)context + at, 1000 - at, "%s %s\n", key, what);
}

static const struct {
	const char *spoil, *said;
	int count;
} spoils[] = {
    {"DELETE FROM record WHERE seq IN (7, 8)",
	"7 was acknowledged, but is gone from the log\n"
	"8 was acknowledged, but is gone from the log\n",
	4},
    {"UPDATE record SET body = json_set(body, '$.id', 'other') WHERE seq = 7",
	"7 is not found by its source and id; run slad rebuild\n"
	"1 identities lead to other records than their own; run slad rebuild\n",
	2},
    {"UPDATE record SET body = substr(body, 1, length(body) - 1) WHERE seq = 8",
	"8 is not found by its source and id; run slad rebuild\n", 2},
    {"DELETE FROM identity_block WHERE place = (SELECT max(place) FROM identity_block)",
	" is not found by its source and id; run slad rebuild\n", 0},
    {"UPDATE identity_block SET entries = zeroblob(length(entries)) "
     "WHERE place = (SELECT max(place) FROM identity_block)",
	" is known by a source and an id, but is not in the log\n", 0},
    {"UPDATE identity_filter SET bytes = zeroblob(length(bytes))",
	" is not found by its source and id; run slad rebuild\n", 0},
};

START_TEST(what_is_spoilt_is_told)
{
	char told[1000] = "";
	int64_t n;

	while (stored < 300)
		transaction();
	ck_assert_int_eq(sqlite3_exec(s->db, spoils[_i].spoil, NULL, NULL, NULL), SQLITE_OK);
	n = store_gaps(s, collect, told, &err);
	ck_assert_msg(strstr(told, spoils[_i].said) != NULL, "%s", told);
	ck_assert_msg(spoils[_i].count == 0 ? n > 0 : n == spoils[_i].count, "%d", (int)n);
}
END_TEST

START_TEST(a_damaged_filter_hides_nothing)
{
	while (stored < 300)
		transaction();
	ck_assert_int_eq(sqlite3_exec(s->db,
			     "DELETE FROM identity_filter WHERE place % 2 = 0; "
			     "UPDATE identity_filter SET bytes = x'00'",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	store_close(s);
	open_small();
	look_at_all();
}
END_TEST

/* The example of the paper: its key, and the bytes 0 to 14. */
START_TEST(the_hash_is_siphash)
{
	struct identity_hash *h = identity_hash_new("000102030405060708090a0b0c0d0e0f", &err);
	uint64_t hash;

	ck_assert_ptr_nonnull(h);
	for (int twice = 0; twice < 2; twice++) {
		ck_assert_int_eq(identity_hash(h, INT64_C(0x0706050403020100),
				     "\x08\x09\x0a\x0b\x0c\x0d\x0e", &hash, &err),
		    0);
		ck_assert_uint_eq(hash, UINT64_C(0xa129ca6149be45e5));
	}
	identity_hash_free(h);
	ck_assert_ptr_null(identity_hash_new("000102030405060708090a0b0c0d0e0", &err));
	ck_assert_ptr_null(identity_hash_new("000102030405060708090a0b0c0d0e0g", &err));
}
END_TEST

START_TEST(each_database_has_a_key_of_its_own)
{
	char other[SCRATCH_PATH + 8], key[2][40];
	struct store *o;

	snprintf(other, sizeof(other), "%s-other", path);
	o = store_open(other, STORE_WRITE, &err);
	ck_assert_ptr_nonnull(o);
	ck_assert_int_eq(store_meta(s, "identity_key", key[0], sizeof(key[0]), &err), 1);
	ck_assert_int_eq(store_meta(o, "identity_key", key[1], sizeof(key[1]), &err), 1);
	ck_assert_uint_eq(strlen(key[0]), 2 * IDENTITY_KEY);
	ck_assert_str_ne(key[0], key[1]);
	store_close(o);
}
END_TEST

static void
add(TCase *t)
{
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, all_that_is_there_is_found);
	tcase_add_test(t, a_run_knows_how_far_it_goes);
	tcase_add_loop_test(t, equal_hashes_cost_no_truth, 0, 3);
	tcase_add_test(t, an_event_is_stored_once);
	tcase_add_test(t, a_reader_follows);
	tcase_add_test(t, all_is_made_anew);
	tcase_add_test(t, who_comes_to_rebuild_finds_all_too);
	tcase_add_test(t, what_is_not_made_anew_to_the_end_stays);
	tcase_add_loop_test(t, what_is_spoilt_is_told, 0, 6);
	tcase_add_test(t, a_damaged_filter_hides_nothing);
	tcase_add_test(t, the_hash_is_siphash);
	tcase_add_test(t, each_database_has_a_key_of_its_own);
}

SUITE_MAIN("identity", add)
