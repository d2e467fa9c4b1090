/* The conformance of a store: what any engine behind store.h must do. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/store_alert.h"
#include "scratch_dir.h"
#include "scratch_entities.h"
#include "suite.h"

static char path[SCRATCH_PATH];
static struct store *s;
static struct arena arena;
static struct err err;

static void
setup(void)
{
	scratch_make();
	scratch_path(path, "db");
	s = store_open(path, STORE_WRITE, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
}

static void
teardown(void)
{
	store_close(s);
	arena_free(&arena);
	scratch_remove();
}

static int64_t
append(const char *source, const char *id, int a)
{
	int64_t source_id, seq = 0;
	char body[200];

	snprintf(body, sizeof(body), "{\"a\":%d,\"id\":\"%s\",\"source\":\"%s\"}", a, id, source);
	ck_assert_int_eq(store_source(s, source, true, &source_id, &err), 1);
	ck_assert_int_eq(store_append(s, source_id, id, 1000, body, strlen(body), &seq, &err), 0);
	return seq;
}

START_TEST(the_log_keeps_and_finds)
{
	const char *body;
	int64_t source, seq;
	size_t len;

	ck_assert_int_eq(append("desk", "e-1", 1), 1);
	ck_assert_int_eq(append("desk", "e-2", 2), 2);
	ck_assert_int_eq(store_source(s, "desk", false, &source, &err), 1);
	ck_assert_int_eq(store_source(s, "other", false, &source, &err), 0);
	ck_assert_int_eq(store_identity(s, source, "e-2", &seq, &err), 1);
	ck_assert_int_eq(seq, 2);
	ck_assert_int_eq(store_identity(s, source, "e-3", &seq, &err), 0);
	ck_assert_int_eq(store_body(s, 2, &body, &len, &err), 1);
	ck_assert_str_eq(body, "{\"a\":2,\"id\":\"e-2\",\"source\":\"desk\"}");
	ck_assert_int_eq(store_last(s, &seq, &err), 0);
	ck_assert_int_eq(seq, 2);
}
END_TEST

static off_t
log_size(void)
{
	char log[SCRATCH_PATH + 4];
	struct stat st;

	snprintf(log, sizeof(log), "%s-wal", path);
	ck_assert_int_eq(stat(log, &st), 0);
	return st.st_size;
}

/* The same again would be written nowhere. */
START_TEST(each_probe_writes)
{
	off_t before;

	ck_assert_int_eq(store_probe(s, &err), 0);
	for (int i = 0; i < 2; i++) {
		before = log_size();
		ck_assert_int_eq(store_probe(s, &err), 0);
		ck_assert_int_ge(log_size() - before, 256 << 10);
	}
}
END_TEST

START_TEST(an_identity_is_stored_once)
{
	int64_t source, seq;

	append("desk", "e-1", 0);
	ck_assert_int_eq(store_source(s, "desk", true, &source, &err), 1);
	ck_assert_int_eq(store_append(s, source, "e-1", 0, "{}", 2, &seq, &err), -1);
}
END_TEST

START_TEST(a_rollback_leaves_no_trace)
{
	struct scope scope = {{"acme", "mail", "", ""}};
	struct stored_scope *list;
	int64_t seq, id;

	ck_assert_int_eq(store_begin(s, &err), 0);
	append("desk", "e-1", 0);
	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	store_rollback(s);
	ck_assert_int_eq(store_source(s, "desk", false, &id, &err), 0);
	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	ck_assert_int_eq(store_scopes(s, &arena, &list, &err), 1);
	ck_assert_int_eq(store_forget(s, &err), 0);
	ck_assert_int_eq(store_scope(s, &scope, &id, &err), 0);
	ck_assert_int_eq(store_scopes(s, &arena, &list, &err), 1);
	ck_assert_int_eq(store_last(s, &seq, &err), 0);
	ck_assert_int_eq(seq, 0);
	store_rollback(s);
}
END_TEST

START_TEST(readers_see_commits_and_write_nothing)
{
	struct store *r = store_open(path, STORE_READ, &err);
	int64_t seq;

	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(store_begin(s, &err), 0);
	append("desk", "e-1", 0);
	ck_assert_int_eq(store_last(r, &seq, &err), 0);
	ck_assert_int_eq(seq, 0);
	ck_assert_int_eq(store_commit(s, &err), 0);
	ck_assert_int_eq(store_last(r, &seq, &err), 0);
	ck_assert_int_eq(seq, 1);
	ck_assert_int_eq(store_meta_set(r, "x", "y", &err), -1);
	store_close(r);
}
END_TEST

/* By another program. */
static void
tamper(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* A reader prepares its questions when it asks them: one that it cannot ask says why. */
START_TEST(what_cannot_be_asked_is_said)
{
	struct store *r = store_open(path, STORE_READ, &err);
	int64_t due;

	tamper("DROP TABLE entity");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(store_next_due(r, &due, &err), -1);
		ck_assert_ptr_nonnull(strstr(err.msg, "no such table: entity"));
		ck_assert_int_eq(store_tickets_in(r, ENTITY_OPEN, &due, &err), -1);
		ck_assert_ptr_nonnull(strstr(err.msg, "no such table: entity"));
		ck_assert_int_eq(store_failure(r), STORE_REFUSED);
		ck_assert_int_eq(store_last(r, &due, &err), 0);
	}
	store_close(r);
}
END_TEST

/* 40 MiB in small transactions, or 160 in large ones: how large the write-ahead log gets. */
static off_t
wal_of(int transactions, int entities)
{
	off_t most = 0, size;

	for (int i = 0; i < transactions; i++) {
		entities_commit(s, i, entities);
		size = log_size();
		most = size > most ? size : most;
	}
	return most;
}

START_TEST(the_write_ahead_log_is_copied_back)
{
	off_t most = wal_of(350, 2);

	ck_assert_msg(most > 32000000 && most < 34000000, "%ld bytes", (long)most);
}
END_TEST

START_TEST(large_transactions_are_copied_back_together)
{
	off_t most = wal_of(9, 300);

	ck_assert_msg(most > 50000000 && most < 75000000, "%ld bytes", (long)most);
}
END_TEST

static void
entity_save(struct entity *e, const char *name, int64_t due)
{
	*e = (struct entity){.source = 1,
	    .name = name,
	    .state = ENTITY_OPEN,
	    .scope = 3,
	    .due = due,
	    .facts = {"facts", 5},
	    .counts = {"c", 1}};
	ck_assert_int_eq(store_entity_save(s, e, &err), 0);
}

START_TEST(entities_are_saved_and_fall_due)
{
	struct entity e, back;
	int64_t ids[4], due;

	entity_save(&e, "T-1", 500);
	entity_save(&e, "T-2", 400);
	entity_save(&e, "T-3", 0);
	ck_assert_int_eq(store_entity(s, 0, 1, "T-2", &arena, &back, &err), 1);
	ck_assert(back.due == 400 && back.scope == 3 && back.facts.len == 5);
	ck_assert_int_eq(store_entity(s, 1, 1, "T-2", &arena, &back, &err), 0);
	ck_assert_int_eq(store_due(s, 399, ids, 4, &err), 0);
	ck_assert_int_eq(store_due(s, 500, ids, 4, &err), 2);
	ck_assert(ids[0] == 2 && ids[1] == 1);
	ck_assert_int_eq(store_next_due(s, &due, &err), 0);
	ck_assert_int_eq(due, 400);
	ck_assert_int_eq(store_entity_get(s, 2, &arena, &back, &err), 1);
	back.state = ENTITY_INCOMPLETE;
	back.due = 0;
	ck_assert_int_eq(store_entity_save(s, &back, &err), 0);
	ck_assert_int_eq(store_next_due(s, &due, &err), 0);
	ck_assert_int_eq(due, 500);
	ck_assert_int_eq(store_tickets_in(s, ENTITY_OPEN, &due, &err), 0);
	ck_assert_int_eq(due, 2);
	ck_assert_int_eq(store_tickets_in(s, ENTITY_INCOMPLETE, &due, &err), 0);
	ck_assert_int_eq(due, 1);
}
END_TEST

START_TEST(the_outbox_goes_in_order)
{
	struct outbox *list, report = {.state = OUTBOX_DELIVERED, .attempts = 1, .error = ""};
	const char *receivers[4];
	char message[16];

	for (int i = 0; i < 3; i++) {
		snprintf(message, sizeof(message), "m-%d", i);
		ck_assert_int_eq(
		    store_outbox_add(s, message, i == 1 ? "b" : "a", 9, 50, "{}", &err), 0);
	}
	ck_assert_int_eq(store_outbox_add(s, "m-1", "c", 9, 50, "{}", &err), -1);
	ck_assert_int_eq(store_outbox_lanes(s, &arena, receivers, 4, &err), 2);
	ck_assert_str_eq(receivers[0], "a");
	ck_assert_int_eq(store_outbox_waiting(s, "a", 0, 10, &arena, &list, &err), 2);
	ck_assert_str_eq(list[0].message, "m-0");
	ck_assert_int_eq(list[0].created, 50);
	report.id = list[0].id;
	ck_assert_int_eq(store_outbox_report(s, &report, &err), 0);
	ck_assert_int_eq(store_outbox_waiting(s, "a", 0, 10, &arena, &list, &err), 1);
	ck_assert_int_eq(store_outbox_waiting(s, "a", list[0].id, 10, &arena, &list, &err), 0);
	ck_assert_int_eq(store_outbox_receivers(s, 9, &arena, receivers, 4, &err), 2);
}
END_TEST

static void
differs(void *context, const char *key, const char *what)
{
	snprintf(context, 200, "%s %s", key, what);
}

START_TEST(differences_are_named)
{
	struct store *other = store_open(NULL, STORE_SCRATCH, &err);
	struct entity e = {.name = "T-1", .facts = {"a", 1}, .counts = {"", 0}};
	int64_t id;
	char text[200];

	ck_assert_ptr_nonnull(other);
	store_source(s, "desk", true, &id, &err);
	store_source(other, "desk", true, &id, &err);
	e.source = id;
	ck_assert_int_eq(store_entity_save(s, &e, &err), 0);
	ck_assert_int_eq(store_compare(s, other, DUMP_ENTITIES, differs, text, &err), 1);
	ck_assert_str_eq(text, "ticket desk T-1 is stored, but does not follow from the log");
	ck_assert_int_eq(store_compare(other, s, DUMP_ENTITIES, differs, text, &err), 1);
	ck_assert_str_eq(text, "ticket desk T-1 follows from the log, but is not stored");
	e.id = 0;
	ck_assert_int_eq(store_entity_save(other, &e, &err), 0);
	ck_assert_int_eq(store_compare(s, other, DUMP_ENTITIES, differs, text, &err), 0);
	e.facts = (struct blob){"b", 1};
	ck_assert_int_eq(store_entity_save(other, &e, &err), 0);
	ck_assert_int_eq(store_compare(s, other, DUMP_ENTITIES, differs, text, &err), 1);
	ck_assert_ptr_nonnull(strstr(text, "with other values"));
	store_close(other);
}
END_TEST

static void
recounts(void *context, const struct recounted *r)
{
	struct buf *told = context;

	buf_putf(told, "%s of %s in %s: %.*s -> %.*s\n", r->name, r->source, r->agreement,
	    (int)r->counts[0].len, (const char *)r->counts[0].bytes, (int)r->counts[1].len,
	    (const char *)r->counts[1].bytes);
}

/* Whatever of an entity changes, saved again and again, is what is loaded. */
START_TEST(entities_are_saved_as_they_are)
{
	struct entity e, back;
	int64_t ids[2], count;

	entity_save(&e, "T-1", 500);
	for (int i = 0; i < 64; i++) {
		e.state = i & 1 ? ENTITY_OPEN : ENTITY_RESOLVED;
		e.due = i & 2 ? 0 : 400 + (i & 4);
		e.scope = i & 8 ? 0 : 7;
		e.facts = (struct blob){"facts and more", (size_t)(i % 14)};
		e.counts = (struct blob){"counts", (size_t)(i % 6)};
		ck_assert_int_eq(store_entity_save(s, &e, &err), 0);
		ck_assert_int_eq(store_entity(s, 0, 1, "T-1", &arena, &back, &err), 1);
		ck_assert(back.id == e.id && back.state == e.state && back.due == e.due);
		ck_assert(back.scope == e.scope && back.facts.len == e.facts.len &&
		    back.counts.len == e.counts.len);
		ck_assert_int_eq(store_due(s, 1000, ids, 2, &err), e.due != 0);
		ck_assert_int_eq(store_tickets_in(s, ENTITY_OPEN, &count, &err), 0);
		ck_assert_int_eq(count, e.state == ENTITY_OPEN);
		ck_assert_int_eq(store_open_after(s, 0, ids, 2, &err), e.state == ENTITY_OPEN);
	}
}
END_TEST

/* A ticket of the store `in`. */
static void
counting(struct store *in, const char *name, const char *source, const char *agreement,
    const char *counts)
{
	struct scope scope = {{agreement, "", "", ""}};
	struct entity e = {.name = name, .facts = {name, 1}, .counts = {counts, strlen(counts)}};

	ck_assert_int_eq(store_source(in, source, true, &e.source, &err), 1);
	ck_assert_int_eq(store_scope(in, &scope, &e.scope, &err), 0);
	ck_assert_int_eq(store_entity_save(in, &e, &err), 0);
}

START_TEST(tickets_that_count_otherwise_are_found)
{
	struct store *other = store_open(NULL, STORE_SCRATCH, &err);
	struct buf told = BUF_INIT(1000);

	counting(s, "T-2", "desk", "acme", "old");
	counting(s, "T-1", "desk", "acme", "same");
	counting(s, "T-1", "phone", "acme", "");
	counting(s, "T-4", "desk", "acme", "here");
	counting(other, "T-1", "phone", "acme", "new");
	counting(other, "T-1", "desk", "acme", "same");
	counting(other, "T-2", "desk", "acme", "new");
	counting(other, "T-3", "desk", "beta", "there");
	ck_assert_int_eq(store_recounted(s, other, recounts, &told, &err), 4);
	ck_assert_str_eq(buf_text(&told),
	    "T-1 of phone in acme:  -> new\n"
	    "T-2 of desk in acme: old -> new\n"
	    "T-3 of desk in beta:  -> there\n"
	    "T-4 of desk in acme: here -> \n");
	buf_free(&told);
	store_close(other);
}
END_TEST

START_TEST(a_newer_file_is_refused)
{
	char other[SCRATCH_PATH];

	store_close(s);
	tamper("PRAGMA user_version = 99");
	ck_assert_ptr_null(store_open(path, STORE_WRITE, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "use a newer slad"));
	scratch_path(other, "new");
	ck_assert_ptr_null(store_open(other, STORE_READ, &err));
	s = store_open(other, STORE_WRITE, &err);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_log_keeps_and_finds);
	tcase_add_test(t, each_probe_writes);
	tcase_add_test(t, an_identity_is_stored_once);
	tcase_add_test(t, a_rollback_leaves_no_trace);
	tcase_add_test(t, readers_see_commits_and_write_nothing);
	tcase_add_test(t, what_cannot_be_asked_is_said);
	tcase_add_test(t, the_write_ahead_log_is_copied_back);
	tcase_add_test(t, large_transactions_are_copied_back_together);
	tcase_add_test(t, entities_are_saved_and_fall_due);
	tcase_add_test(t, entities_are_saved_as_they_are);
	tcase_add_test(t, the_outbox_goes_in_order);
	tcase_add_test(t, differences_are_named);
	tcase_add_test(t, tickets_that_count_otherwise_are_found);
	tcase_add_test(t, a_newer_file_is_refused);
}

SUITE_MAIN("store", add)
