#include "base/stamp.h"
#include "domain/silence.h"
#include "suite.h"

START_TEST(in_force_from_until)
{
	const struct silence s = {.from = 10, .until = 20, .ended = STAMP_NEVER};
	struct silence lifted = s;

	ck_assert_int_eq(silence_state(&s, 9), SILENCE_WAITING);
	ck_assert_int_eq(silence_state(&s, 10), SILENCE_ACTIVE);
	ck_assert_int_eq(silence_state(&s, 19), SILENCE_ACTIVE);
	ck_assert_int_eq(silence_state(&s, 20), SILENCE_ENDED);
	lifted.ended = 15;
	ck_assert_int_eq(silence_end(&lifted), 15);
	ck_assert_int_eq(silence_state(&lifted, 14), SILENCE_ACTIVE);
	ck_assert_int_eq(silence_state(&lifted, 15), SILENCE_ENDED);
	lifted.ended = 5;
	ck_assert_int_eq(silence_state(&lifted, 7), SILENCE_ENDED);
	lifted.ended = 25;
	ck_assert_int_eq(silence_end(&lifted), 20);
}
END_TEST

START_TEST(what_it_names)
{
	static const char *const scope[DIMENSIONS] = {"acme", "mail", NULL, ""};
	static const struct {
		struct silence s;
		bool names;
	} cases[] = {
	    {{0}, true},
	    {{.rule = "slow"}, true},
	    {{.rule = "slower"}, false},
	    {{.level = LEVEL_URGENT}, true},
	    {{.level = LEVEL_GENERAL}, false},
	    {{.scope = {"acme", NULL, NULL, NULL}}, true},
	    {{.scope = {"acme", "web", NULL, NULL}}, false},
	    {{.scope = {NULL, "mail", NULL, ""}}, true},
	    {{.scope = {NULL, NULL, "P1", NULL}}, false},
	    {{.scope = {NULL, NULL, "", NULL}}, false},
	    {{.rule = "slow", .level = LEVEL_URGENT, .scope = {"acme", "mail", NULL, ""}}, true},
	    {{.rule = "slow", .level = LEVEL_IMPORTANT, .scope = {"acme", "mail", NULL, ""}},
		false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(
		    silence_names(&cases[i].s, "slow", LEVEL_URGENT, scope) == cases[i].names,
		    "case %zu", i);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, in_force_from_until);
	tcase_add_test(t, what_it_names);
}

SUITE_MAIN("silence", add)
