#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/stamp.h"
#include "domain/delivery.h"
#include "suite.h"

#define S STAMP_SECOND
#define H STAMP_HOUR
#define MANY 700

/* Every day from 08:00 to 18:00 UTC; instants are ms after a midnight. */
#define MIDNIGHT (INT64_C(20000) * STAMP_DAY)
#define AT(ms) (MIDNIGHT + (ms))

static struct calendar *office;
static struct delivery_policy policy;
static struct delivery_pace pace;
static struct delivery_item list[MANY];
static size_t items;

static void
setup(void)
{
	static const int64_t from[] = {INT64_MIN}, offset[] = {0};
	static const struct zone utc = {.name = "UTC", .count = 1, .at = from, .offset = offset};
	static const struct span day = {8 * 60, 18 * 60};
	struct calendar_plan plan = {.name = "office", .zone = &utc};

	for (int d = 0; d < 7; d++)
		plan.week[d] = (struct day_plan){1, &day};
	office = calendar_new(&plan, NULL);
	ck_assert_ptr_nonnull(office);
}

static void
teardown(void)
{
	calendar_free(office);
}

/* "1u web" is an urgent message of alert 1 and group web, "2 mail" another. */
static void
wait_for(int64_t since, const char *text)
{
	const char *blank = strchr(text, ' ');

	list[items++] = (struct delivery_item){.alert = atoi(text),
	    .group = blank == NULL ? NULL : blank + 1,
	    .since = since,
	    .urgent = strchr(text, 'u') != NULL};
}

/* The places that go at an instant, such as "0 2"; they leave the list. Else "". */
static const char *
go(int64_t now)
{
	static char text[MANY];
	size_t chosen[DELIVERY_TOGETHER], count, left = 0, n = 0;
	int64_t at = delivery_choose(&policy, &pace, list, items, now, chosen, &count);

	text[0] = '\0';
	ck_assert_int_eq(count > 0, items > 0 && at == now);
	if (count > 0)
		delivery_sent(&pace, now);
	for (size_t i = 0; i < items; i++) {
		if (n < count && chosen[n] == i)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%zu",
			    n++ > 0 ? " " : "", i);
		else
			list[left++] = list[i];
	}
	ck_assert_uint_eq(n, count);
	items = left;
	return text;
}

/* Nothing goes before an instant, of which the answer speaks. */
static void
not_before(int64_t now, int64_t at)
{
	size_t chosen[DELIVERY_TOGETHER], count;
	struct delivery_pace before = pace;

	ck_assert_int_eq(delivery_choose(&policy, &pace, list, items, now, chosen, &count), at);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_gt(at, now);
	if (at != STAMP_NEVER) {
		delivery_choose(&policy, &before, list, items, at - 1, chosen, &count);
		ck_assert_uint_eq(count, 0);
		delivery_choose(&policy, &before, list, items, at, chosen, &count);
		ck_assert_uint_gt(count, 0);
	}
}

START_TEST(without_a_policy_each_at_once)
{
	not_before(AT(0), STAMP_NEVER);
	wait_for(AT(0), "1 web");
	wait_for(AT(0), "2u web");
	policy.several = true;
	ck_assert_str_eq(go(AT(0)), "0");
	ck_assert_str_eq(go(AT(0)), "0");
	ck_assert_str_eq(go(AT(0)), "");
}
END_TEST

START_TEST(a_digest_waits_for_more_of_its_group)
{
	policy = (struct delivery_policy){.digest = 30 * S, .several = true};
	wait_for(AT(0), "1 web");
	not_before(AT(1 * S), AT(30 * S));
	wait_for(AT(10 * S), "2 mail");
	wait_for(AT(20 * S), "1 web");
	not_before(AT(20 * S), AT(30 * S));
	ck_assert_str_eq(go(AT(30 * S)), "0 2");
	not_before(AT(30 * S), AT(40 * S));
	ck_assert_str_eq(go(AT(40 * S)), "0");
	ck_assert_uint_eq(items, 0);
}
END_TEST

START_TEST(what_has_no_group_goes_alone)
{
	policy = (struct delivery_policy){.digest = 30 * S, .several = true};
	wait_for(AT(0), "0u");
	wait_for(AT(0), "0u");
	ck_assert_str_eq(go(AT(0)), "0");
	ck_assert_str_eq(go(AT(0)), "0");
}
END_TEST

START_TEST(a_digest_has_an_end)
{
	policy = (struct delivery_policy){.digest = S, .several = true};
	for (int i = 0; i < DELIVERY_TOGETHER + 5; i++)
		wait_for(AT(i), "1 web");
	go(AT(H));
	ck_assert_uint_eq(items, 5);
	ck_assert_int_eq(list[0].since, AT(DELIVERY_TOGETHER));
}
END_TEST

START_TEST(the_rate_of_a_minute)
{
	policy = (struct delivery_policy){.rate = 2};
	for (int i = 0; i < 5; i++)
		wait_for(AT(0), "1 web");
	ck_assert_str_eq(go(AT(0)), "0");
	ck_assert_str_eq(go(AT(10 * S)), "0");
	not_before(AT(11 * S), AT(60 * S));
	ck_assert_str_eq(go(AT(60 * S)), "0");
	not_before(AT(60 * S), AT(70 * S));
	ck_assert_str_eq(go(AT(70 * S)), "0");
	ck_assert_str_eq(go(AT(300 * S)), "0");
}
END_TEST

START_TEST(what_is_over_the_rate_goes_in_one)
{
	policy = (struct delivery_policy){.rate = 2, .several = true};
	wait_for(AT(0), "1 web");
	wait_for(AT(0), "2 mail");
	ck_assert_str_eq(go(AT(0)), "0");
	ck_assert_str_eq(go(AT(0)), "0");
	wait_for(AT(S), "1 web");
	not_before(AT(S), AT(60 * S));
	wait_for(AT(2 * S), "2 mail");
	wait_for(AT(3 * S), "0");
	ck_assert_str_eq(go(AT(60 * S)), "0 1 2");
	wait_for(AT(61 * S), "1 web");
	wait_for(AT(61 * S), "2 mail");
	ck_assert_str_eq(go(AT(61 * S)), "0");
}
END_TEST

START_TEST(what_is_over_the_rate_may_need_several)
{
	policy = (struct delivery_policy){.rate = 2, .several = true};
	for (int i = 0; i < 2 * DELIVERY_TOGETHER + 7; i++)
		wait_for(AT(0), "1");
	go(AT(0));
	go(AT(0));
	not_before(AT(0), AT(60 * S));
	go(AT(60 * S));
	ck_assert_uint_eq(items, DELIVERY_TOGETHER + 5);
	go(AT(60 * S));
	ck_assert_uint_eq(items, 5);
	not_before(AT(60 * S), AT(120 * S));
	ck_assert_str_eq(go(AT(120 * S)), "0 1 2 3 4");
}
END_TEST

START_TEST(the_highest_rate)
{
	policy = (struct delivery_policy){.rate = DELIVERY_RATE_MAX};
	for (int i = 0; i <= DELIVERY_RATE_MAX; i++)
		wait_for(AT(0), "1");
	for (int i = 0; i < DELIVERY_RATE_MAX; i++)
		ck_assert_str_eq(go(AT(i)), "0");
	not_before(AT(S), AT(60 * S));
}
END_TEST

START_TEST(outside_hours_all_but_the_urgent_waits)
{
	policy = (struct delivery_policy){.hours = office};
	wait_for(AT(2 * H), "1 web");
	not_before(AT(2 * H), AT(8 * H));
	wait_for(AT(3 * H), "2u mail");
	wait_for(AT(3 * H), "3 desk");
	ck_assert_str_eq(go(AT(3 * H)), "1");
	not_before(AT(3 * H), AT(8 * H));
	ck_assert_str_eq(go(AT(8 * H)), "0");
	ck_assert_str_eq(go(AT(8 * H)), "0");
	wait_for(AT(18 * H - 1), "1 web");
	ck_assert_str_eq(go(AT(18 * H - 1)), "0");
	wait_for(AT(18 * H - 1), "1 web");
	not_before(AT(18 * H), AT(32 * H));
}
END_TEST

START_TEST(the_urgent_may_wait_too)
{
	policy = (struct delivery_policy){.hours = office, .urgent_waits = true};
	wait_for(AT(2 * H), "1u web");
	not_before(AT(2 * H), AT(8 * H));
	ck_assert_str_eq(go(AT(8 * H)), "0");
}
END_TEST

START_TEST(an_alert_keeps_its_order_when_it_passes)
{
	policy = (struct delivery_policy){.hours = office};
	wait_for(AT(H), "1 web");
	wait_for(AT(H), "2 web");
	wait_for(AT(2 * H), "1u web"); /* it became urgent */
	wait_for(AT(3 * H), "1 web"); /* and is no longer */
	ck_assert_str_eq(go(AT(3 * H)), "0");
	ck_assert_str_eq(go(AT(3 * H)), "1");
	not_before(AT(3 * H), AT(8 * H));
	ck_assert_int_eq(list[0].alert, 2);
	ck_assert_int_eq(list[1].alert, 1);
}
END_TEST

START_TEST(tests_do_not_drag_others_along)
{
	policy = (struct delivery_policy){.hours = office};
	wait_for(AT(H), "0");
	wait_for(AT(H), "0u");
	ck_assert_str_eq(go(AT(H)), "1");
	not_before(AT(H), AT(8 * H));
}
END_TEST

START_TEST(a_digest_in_the_night_leaves_out_what_waits_for_the_morning)
{
	policy =
	    (struct delivery_policy){.digest = 30 * S, .hours = office, .several = true, .rate = 1};
	wait_for(AT(H), "1 web");
	wait_for(AT(H), "2u web");
	wait_for(AT(H), "3u mail");
	not_before(AT(H), AT(H) + 30 * S);
	ck_assert_str_eq(go(AT(H) + 30 * S), "1");
	not_before(AT(H) + 31 * S, AT(H) + 90 * S);
	ck_assert_str_eq(go(AT(H) + 90 * S), "1");
	not_before(AT(H) + 91 * S, AT(8 * H));
	wait_for(AT(2 * H), "4 web");
	ck_assert_str_eq(go(AT(8 * H)), "0 1");
}
END_TEST

START_TEST(a_clock_that_was_set_back_holds_up_nothing)
{
	policy = (struct delivery_policy){.digest = 30 * S, .rate = 1, .several = true};
	wait_for(AT(10 * H), "1 web");
	ck_assert_str_eq(go(AT(10 * H) + 30 * S), "0");
	wait_for(AT(10 * H), "1 web");
	ck_assert_str_eq(go(AT(2 * H)), "0");
}
END_TEST

/* What is random is told: CHECK_DELIVERY_SEED repeats it. */
static void
draw_policy(void)
{
	memset(&pace, 0, sizeof(pace));
	items = 0;
	policy = (struct delivery_policy){.digest = rand() % 3 * 20 * S,
	    .rate = rand() % 4,
	    .hours = rand() % 2 ? office : NULL,
	    .urgent_waits = rand() % 2,
	    .several = rand() % 2};
}

static void
draw_message(int64_t now)
{
	static const char *const groups[] = {
	    "1 a", "2u a", "3 b", "2 a", "4u b", "1u a", "5 b", "0"};

	wait_for(now, groups[rand() % 8]);
}

static bool
stands(const size_t *chosen, size_t count, size_t place)
{
	for (size_t i = 0; i < count; i++) {
		if (chosen[i] == place)
			return true;
	}
	return false;
}

/* What goes leaves no earlier one of its alert behind, and goes in its hours. */
static void
is_right(int64_t now, const size_t *chosen, size_t count)
{
	bool shut = policy.hours != NULL && !calendar_open(office, now), pass;

	ck_assert(policy.several || count == 1);
	for (size_t c = 0; c < count; c++) {
		pass = list[chosen[c]].urgent;
		for (size_t j = 0; j < items; j++) {
			if (j == chosen[c] || list[j].alert != list[chosen[c]].alert ||
			    list[j].alert == 0)
				continue;
			if (j < chosen[c])
				ck_assert(stands(chosen, count, j));
			pass = pass || (j > chosen[c] && list[j].urgent);
		}
		ck_assert(!shut || (pass && !policy.urgent_waits));
	}
}

static void
leave(const size_t *chosen, size_t count)
{
	size_t left = 0;

	for (size_t i = 0; i < items; i++) {
		if (!stands(chosen, count, i))
			list[left++] = list[i];
	}
	items = left;
}

/* One life: messages come and go, until none is left. */
static void
live(int64_t now, int coming)
{
	size_t chosen[DELIVERY_TOGETHER], count, posts = 0;
	int64_t at, sent[MANY];

	for (int steps = 0; coming > 0 || items > 0; steps++) {
		ck_assert_int_lt(steps, 10000);
		if (coming > 0 && rand() % 3 > 0) {
			draw_message(now);
			coming--;
			now += rand() % 5 ? 1 : rand() % (30 * S) + 1;
			continue;
		}
		at = delivery_choose(&policy, &pace, list, items, now, chosen, &count);
		ck_assert_int_ge(at, now);
		if (count == 0) {
			now = coming > 0 && (at == STAMP_NEVER || rand() % 2) ? now + S : at;
			continue;
		}
		delivery_sent(&pace, now);
		sent[posts++] = now;
		if (policy.rate > 0 && posts > (size_t)policy.rate)
			ck_assert_int_ge(now - sent[posts - 1 - (size_t)policy.rate], STAMP_MINUTE);
		is_right(now, chosen, count);
		leave(chosen, count);
	}
}

START_TEST(what_always_holds)
{
	const char *given = getenv("CHECK_DELIVERY_SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);

	printf("CHECK_DELIVERY_SEED=%u\n", seed);
	fflush(stdout);
	srand(seed);
	for (int round = 0; round < 2000; round++) {
		draw_policy();
		live(AT(rand() % (24 * H)), 60);
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, without_a_policy_each_at_once);
	tcase_add_test(t, a_digest_waits_for_more_of_its_group);
	tcase_add_test(t, what_has_no_group_goes_alone);
	tcase_add_test(t, a_digest_has_an_end);
	tcase_add_test(t, the_rate_of_a_minute);
	tcase_add_test(t, what_is_over_the_rate_goes_in_one);
	tcase_add_test(t, what_is_over_the_rate_may_need_several);
	tcase_add_test(t, the_highest_rate);
	tcase_add_test(t, outside_hours_all_but_the_urgent_waits);
	tcase_add_test(t, the_urgent_may_wait_too);
	tcase_add_test(t, an_alert_keeps_its_order_when_it_passes);
	tcase_add_test(t, tests_do_not_drag_others_along);
	tcase_add_test(t, a_digest_in_the_night_leaves_out_what_waits_for_the_morning);
	tcase_add_test(t, a_clock_that_was_set_back_holds_up_nothing);
	tcase_add_test(t, what_always_holds);
}

SUITE_MAIN("delivery", add)
