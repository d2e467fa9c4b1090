#include "suite.h"

#include "base/stamp.h"
#include "domain/assessment.h"

static struct assessment list[] = {
    {100, 2, STAMP_NEVER, 0}, {200, 4, 500, 0}, {200, 5, 600, 0}, {700, 1, STAMP_NEVER, 0}};

static struct levels
at(int64_t end)
{
	struct levels sum = {0, 0, 0};

	levels_add(&sum, list, 4, end);
	return sum;
}

START_TEST(the_last_before_the_end_holds)
{
	ck_assert(at(100).valid == 0 && at(100).stale == 0);
	ck_assert(at(101).valid == 1 && at(101).sum == 2);
	ck_assert(at(201).valid == 1 && at(201).sum == 5);
	ck_assert(at(800).valid == 1 && at(800).sum == 1);
}
END_TEST

START_TEST(an_expired_one_is_stale_and_none_before_it_comes_back)
{
	ck_assert(at(599).valid == 1 && at(599).stale == 0);
	ck_assert(at(600).valid == 0 && at(600).stale == 1 && at(600).sum == 0);
	ck_assert(at(700).stale == 1);
}
END_TEST

START_TEST(agreements_add_up)
{
	struct levels sum = {0, 0, 0};

	levels_add(&sum, list, 1, 1000);
	levels_add(&sum, list, 4, 1000);
	levels_add(&sum, list, 3, 1000);
	ck_assert(sum.sum == 3 && sum.valid == 2 && sum.stale == 1);
}
END_TEST

START_TEST(each_one_is_told_how_it_stands)
{
	at(599);
	ck_assert(list[0].standing == STANDING_SUPERSEDED);
	ck_assert(list[1].standing == STANDING_SUPERSEDED);
	ck_assert(list[2].standing == STANDING_COUNTED && list[3].standing == STANDING_APART);
	at(600);
	ck_assert(list[2].standing == STANDING_STALE);
	at(701);
	ck_assert(list[2].standing == STANDING_SUPERSEDED);
	ck_assert(list[3].standing == STANDING_COUNTED);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, each_one_is_told_how_it_stands);
	tcase_add_test(t, the_last_before_the_end_holds);
	tcase_add_test(t, an_expired_one_is_stale_and_none_before_it_comes_back);
	tcase_add_test(t, agreements_add_up);
}

SUITE_MAIN("assessment", add)
