/* Long work in steps: its order, who is served meanwhile, what becomes of it in the end. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "chore.h"
#include "suite.h"

#define CHORES 3

struct work {
	struct chore chore;
	struct desk *desk;
	char name;
	int left; /* steps */
	bool once_more; /* its last step begins it again */
};

struct desk {
	struct event_base *base;
	struct chores *chores;
	struct work work[CHORES];
	char done[100]; /* the names of those that made a step, and of those that were dropped */
	int steps; /* in this turn */
};

static void
note(struct work *w, char c)
{
	size_t len = strlen(w->desk->done);

	ck_assert_uint_lt(len + 1, sizeof(w->desk->done));
	w->desk->done[len] = c;
}

static bool
make_step(void *arg)
{
	struct work *w = arg;

	note(w, w->name);
	w->desk->steps++;
	if (--w->left > 0)
		return true;
	if (w->once_more) {
		w->once_more = false;
		w->left = 2;
		chores_add(w->desk->chores, &w->chore);
	}
	return false;
}

static void
drop(void *arg)
{
	struct work *w = arg;

	note(w, '-');
	note(w, w->name);
}

static void
open_desk(struct desk *d)
{
	*d = (struct desk){.base = event_base_new()};
	d->chores = chores_new(d->base);
	for (int i = 0; i < CHORES; i++) {
		d->work[i] = (struct work){.desk = d, .name = (char)('a' + i), .left = 3};
		d->work[i].chore =
		    (struct chore){.step = make_step, .drop = drop, .arg = &d->work[i]};
	}
}

static void
close_desk(struct desk *d)
{
	chores_free(d->chores);
	event_base_free(d->base);
}

static void
turn(struct desk *d)
{
	d->steps = 0;
	event_base_loop(d->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

START_TEST(one_after_the_other)
{
	struct desk d;

	open_desk(&d);
	for (int i = 0; i < CHORES; i++)
		chores_add(d.chores, &d.work[i].chore);
	ck_assert_str_eq(d.done, "");
	event_base_dispatch(d.base);
	ck_assert_str_eq(d.done, "aaabbbccc");
	chores_add(d.chores, &d.work[0].chore);
	d.work[0].left = 1;
	event_base_dispatch(d.base);
	ck_assert_str_eq(d.done, "aaabbbccca");
	close_desk(&d);
}
END_TEST

START_TEST(begun_again_behind_the_others)
{
	struct desk d;

	open_desk(&d);
	d.work[0].once_more = true;
	chores_add(d.chores, &d.work[0].chore);
	chores_add(d.chores, &d.work[1].chore);
	event_base_dispatch(d.base);
	ck_assert_str_eq(d.done, "aaabbbaa");
	close_desk(&d);
}
END_TEST

START_TEST(others_between)
{
	struct desk d;

	open_desk(&d);
	d.work[0].left = 10 * CHORE_STEPS;
	chores_add(d.chores, &d.work[0].chore);
	for (int turns = 0; turns < 8; turns++) {
		turn(&d);
		ck_assert_int_ge(d.steps, 1);
		ck_assert_int_le(d.steps, CHORE_STEPS);
	}
	close_desk(&d);
}
END_TEST

static int64_t
spent(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* The others had a tenth of a second; a few steps that take no time are far less. */
START_TEST(several_where_others_take_long)
{
	int64_t begin = spent();
	struct desk d;

	open_desk(&d);
	d.work[0].left = 10 * CHORE_STEPS;
	chores_add(d.chores, &d.work[0].chore);
	while (spent() - begin < 100000000)
		continue;
	turn(&d);
	ck_assert_int_eq(d.steps, CHORE_STEPS);
	close_desk(&d);
}
END_TEST

START_TEST(dropped)
{
	struct desk d;

	open_desk(&d);
	d.work[1].chore.drop = NULL;
	for (int i = 0; i < CHORES; i++)
		chores_add(d.chores, &d.work[i].chore);
	close_desk(&d);
	ck_assert_str_eq(d.done, "-a-c");
	chores_free(NULL);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, one_after_the_other);
	tcase_add_test(t, begun_again_behind_the_others);
	tcase_add_test(t, others_between);
	tcase_add_test(t, several_where_others_take_long);
	tcase_add_test(t, dropped);
}

SUITE_MAIN("chore", add)
