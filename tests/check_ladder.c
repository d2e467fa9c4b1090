#include "suite.h"

#include <string.h>

#include "domain/ladder.h"

START_TEST(every_assessed_indicator_has_one)
{
	const struct ladder *l;
	int ladders = 0;

	for (enum indicator i = 0; i < INDICATORS; i++) {
		l = ladder_of(i);
		ck_assert_msg((l != NULL) == (indicator_table[i].input == INPUT_ASSESSMENT), "%s",
		    indicator_table[i].id);
		ladders += l != NULL;
	}
	ck_assert_int_eq(ladders, 13);
}
END_TEST

START_TEST(levels_differ)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		for (int n = 0; ladder_of(i) != NULL && n < LEVEL_TOP; n++) {
			ck_assert_ptr_nonnull(ladder_of(i)->level[n]);
			ck_assert_ptr_nonnull(ladder_of(i)->level_zh[n]);
			ck_assert(n == 0 ||
			    strcmp(ladder_of(i)->level[n], ladder_of(i)->level[n - 1]) != 0);
		}
	}
}
END_TEST

/* The two whose middle ranks are not those of the rest. */
START_TEST(written_down_or_done)
{
	ck_assert_ptr_nonnull(strstr(ladder_of(PROACTIVE_MONITORING)->level[1], "no rules, but"));
	ck_assert_ptr_nonnull(strstr(ladder_of(SERVICE_COURTESY)->level[1], "hardly"));
	ck_assert_ptr_nonnull(strstr(ladder_of(SERVICE_COURTESY)->level[2], "no rules, but"));
	ck_assert_ptr_nonnull(strstr(ladder_of(DEMAND_FLEXIBILITY)->level[1], "a mechanism, but"));
	ck_assert_ptr_nonnull(strstr(ladder_of(DEMAND_FLEXIBILITY)->level[2], "no mechanism, but"));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, every_assessed_indicator_has_one);
	tcase_add_test(t, levels_differ);
	tcase_add_test(t, written_down_or_done);
}

SUITE_MAIN("ladder", add)
