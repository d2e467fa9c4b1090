/* Evidence in order: put there by a sheaf, and read from closings. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "store/store_closing.h"
#include "suite.h"

#define MANY 200000 /* several times what a sheaf sorts in memory */

static struct store *s;
static struct err err;

static void
setup(void)
{
	s = store_open(NULL, STORE_SCRATCH, &err);
	ck_assert_msg(s != NULL, "%s", err.msg);
}

static void
teardown(void)
{
	store_close(s);
}

static struct stored_evidence
thing(const char *indicator, const char *name, int64_t cycle)
{
	return (struct stored_evidence){.indicator = indicator,
	    .kind = "ticket",
	    .source = "desk",
	    .name = name,
	    .cycle = cycle,
	    .part = -1234567890123,
	    .service = "mail",
	    .counted = "excluded",
	    .cause = "cancelled",
	    .a = 1,
	    .b = INT64_MAX,
	    .c = INT64_MIN};
}

static void
put(struct sheaf *sheaf, const char *indicator, const char *name, int64_t cycle)
{
	struct stored_evidence e = thing(indicator, name, cycle);

	ck_assert_msg(sheaf_add(sheaf, &e, &err) == 0, "%s", err.msg);
}

START_TEST(a_sheaf_gives_back_what_it_got_in_order)
{
	static const char *const names[] = {"", "T-1", "T-10", "T-2", "t", "\xc3\xa9"};
	struct sheaf *sheaf = sheaf_open(NULL, NULL, &err);
	struct evidence_reader *r;
	struct stored_evidence e;

	put(sheaf, "b", "", 1);
	put(sheaf, "a", "T-2", 10);
	put(sheaf, "a", "T-2", 9);
	for (size_t i = 6; i-- > 0;)
		put(sheaf, "a", names[i], 1);
	r = sheaf_read(sheaf, &err);
	for (size_t i = 0; i < 6; i++) {
		for (int64_t cycle = 1; cycle > 0; cycle = i != 3 || cycle == 10 ? 0
			 : cycle == 9                                            ? 10
										 : 9) {
			ck_assert_int_eq(evidence_next(r, &e, &err), 1);
			ck_assert_str_eq(e.indicator, "a");
			ck_assert_str_eq(e.name, names[i]);
			ck_assert_int_eq(e.cycle, cycle);
		}
	}
	ck_assert_int_eq(evidence_next(r, &e, &err), 1);
	ck_assert_str_eq(e.indicator, "b");
	ck_assert_str_eq(e.kind, "ticket");
	ck_assert_str_eq(e.source, "desk");
	ck_assert_str_eq(e.service, "mail");
	ck_assert_str_eq(e.counted, "excluded");
	ck_assert_str_eq(e.cause, "cancelled");
	ck_assert_int_eq(e.part, -1234567890123);
	ck_assert(e.a == 1 && e.b == INT64_MAX && e.c == INT64_MIN);
	ck_assert_int_eq(evidence_next(r, &e, &err), 0);
	evidence_end(r);
}
END_TEST

static void
count(void *context, int64_t done)
{
	(void)done;
	++*(int *)context;
}

/* It spills, and shows that it lives. */
START_TEST(a_sheaf_may_be_larger_than_memory_is_given_to_it)
{
	int beats = 0;
	struct sheaf *sheaf = sheaf_open(count, &beats, &err);
	struct evidence_reader *r;
	struct stored_evidence e;
	char name[20];

	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(
		    name, sizeof(name), "T-%08x", i * 2654435761u); /* each once, in no order */
		put(sheaf, "a", name, 1);
	}
	r = sheaf_read(sheaf, &err);
	name[0] = '\0';
	for (int i = 0; i < MANY; i++) {
		ck_assert_int_eq(evidence_next(r, &e, &err), 1);
		ck_assert_str_lt(name, e.name);
		snprintf(name, sizeof(name), "%s", e.name);
	}
	ck_assert_int_eq(evidence_next(r, &e, &err), 0);
	ck_assert_int_gt(beats, 0);
	evidence_end(r);
}
END_TEST

/* Where temporary files have no room, that is said, and no store has failed. */
START_TEST(a_sheaf_without_room_says_so)
{
	struct sheaf *full = sheaf_open(NULL, NULL, &err), *sheaf = sheaf_open(NULL, NULL, &err);
	const struct rlimit little = {1u << 20, RLIM_INFINITY};
	struct stored_evidence e = thing("a", "T", 1);
	struct evidence_reader *r;
	int rc = 0;

	for (; e.cycle < MANY; e.cycle++)
		ck_assert_int_eq(sheaf_add(full, &e, &err), 0);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
	for (e.cycle = 0; rc == 0 && e.cycle < MANY; e.cycle++)
		rc = sheaf_add(sheaf, &e, &err);
	ck_assert_int_eq(rc, -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "temporary database"));
	sheaf_free(sheaf);
	/* Also where that shows only as it is sorted. */
	r = sheaf_read(full, &err);
	ck_assert_int_eq(evidence_next(r, &e, &err), -1);
	evidence_end(r);
	ck_assert_int_eq(store_failure(s), STORE_SOUND);
}
END_TEST

START_TEST(two_closings_are_read_side_by_side)
{
	struct stored_evidence e = thing("a", "T-1", 1), f = thing("a", "T-0", 1);
	struct evidence_reader *one, *two, *three;

	ck_assert_int_eq(store_evidence_add(s, 1, &e, &err), 0);
	ck_assert_int_eq(store_evidence_add(s, 2, &e, &err), 0);
	ck_assert_int_eq(store_evidence_add(s, 2, &f, &err), 0);
	one = store_evidence(s, 1, &err);
	two = store_evidence(s, 2, &err);
	three = store_evidence(s, 3, &err);
	ck_assert_int_eq(evidence_next(two, &f, &err), 1);
	ck_assert_int_eq(evidence_next(one, &e, &err), 1);
	ck_assert_str_eq(e.name, "T-1");
	ck_assert_str_eq(f.name, "T-0");
	ck_assert_int_eq(evidence_next(one, &e, &err), 0);
	ck_assert_int_eq(evidence_next(three, &e, &err), 0);
	ck_assert_int_eq(evidence_next(two, &f, &err), 1);
	ck_assert_str_eq(f.name, "T-1");
	evidence_end(one);
	evidence_end(two);
	evidence_end(three);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_sheaf_gives_back_what_it_got_in_order);
	tcase_add_test(t, a_sheaf_may_be_larger_than_memory_is_given_to_it);
	tcase_add_test(t, a_sheaf_without_room_says_so);
	tcase_add_test(t, two_closings_are_read_side_by_side);
}

SUITE_MAIN("evidence", add)
