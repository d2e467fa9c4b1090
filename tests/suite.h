/*
 * suite: the main() of a test program with one suite and one case.
 */
#ifndef SLAD_TESTS_SUITE_H
#define SLAD_TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

#define SUITE_MAIN(name, add)                                     \
	int main(void)                                            \
	{                                                         \
		Suite *suite = suite_create(name);                \
		TCase *tcase = tcase_create(name);                \
		SRunner *runner = srunner_create(suite);          \
		int failed;                                       \
                                                                  \
		add(tcase);                                       \
		suite_add_tcase(suite, tcase);                    \
		srunner_run_all(runner, CK_NORMAL);               \
		failed = srunner_ntests_failed(runner);           \
		srunner_free(runner);                             \
		return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE; \
	}

#endif
