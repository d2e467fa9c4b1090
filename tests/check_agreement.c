#include <string.h>

#include "base/stamp.h"
#include "domain/agreement.h"
#include "suite.h"

static const struct target targets[] = {
    {-1, NULL, NULL, NULL, 1, 1, 1},
    {KIND_REQUEST, NULL, NULL, NULL, 2, 2, 2},
    {-1, "P1", NULL, NULL, 3, 3, 3},
    {-1, NULL, "mail", NULL, 4, 4, 4},
    {KIND_REQUEST, "P2", NULL, NULL, 5, 5, 5},
    {KIND_REQUEST, NULL, "erp", NULL, 6, 6, 6},
    {-1, "P2", "erp", NULL, 7, 7, 7},
    {KIND_REQUEST, "P2", "erp", NULL, 8, 8, 8},
};

START_TEST(the_most_specific_target_wins)
{
	static const struct {
		enum kind kind;
		const char *priority, *service;
		int64_t respond;
	} cases[] = {
	    {KIND_INCIDENT, "", "", 1},
	    {KIND_REQUEST, "P3", "web", 2},
	    {KIND_INCIDENT, "P1", "web", 3},
	    {KIND_REQUEST, "P1", "web", 3},
	    {KIND_REQUEST, "P1", "mail", 4},
	    {KIND_REQUEST, "P2", "mail", 5},
	    {KIND_REQUEST, "P1", "erp", 6},
	    {KIND_INCIDENT, "P2", "erp", 7},
	    {KIND_REQUEST, "P2", "erp", 8},
	};
	const struct terms v = {.targets = 8, .target = targets};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_int_eq(
		    terms_target(&v, cases[i].kind, cases[i].priority, cases[i].service)->respond,
		    cases[i].respond);
}
END_TEST

START_TEST(no_target_matches)
{
	const struct terms v = {.targets = 1, .target = &targets[2]};

	ck_assert_ptr_null(terms_target(&v, KIND_REQUEST, "P2", ""));
}
END_TEST

START_TEST(the_version_in_force)
{
	const struct terms versions[] = {
	    {.from = 100, .until = 200}, {.from = 200, .until = STAMP_NEVER}};
	const struct agreement a = {"acme", 2, versions};

	ck_assert_ptr_null(agreement_at(&a, 99));
	ck_assert_ptr_eq(agreement_at(&a, 100), &versions[0]);
	ck_assert_ptr_eq(agreement_at(&a, 199), &versions[0]);
	ck_assert_ptr_eq(agreement_at(&a, 200), &versions[1]);
}
END_TEST

START_TEST(agreements_are_found)
{
	const struct agreement items[] = {{.id = "a"}, {.id = "b"}, {.id = "c"}};
	const struct agreements all = {3, items};

	for (int i = 0; i < 3; i++)
		ck_assert_ptr_eq(agreement_find(&all, items[i].id), &items[i]);
	ck_assert_ptr_null(agreement_find(&all, "bb"));
	ck_assert_ptr_null(agreement_find(&all, ""));
}
END_TEST

START_TEST(types_are_one_table)
{
	for (size_t i = 0; i < record_type_count; i++) {
		const struct record_type *t = &record_types[i];

		ck_assert_ptr_eq(record_type_find(t->name), t);
		ck_assert_uint_eq(t->mandatory & ~t->members, 0);
	}
	ck_assert_uint_eq(record_type_count, 3 * 13 + 14);
	ck_assert_ptr_null(record_type_find("request.opene"));
}
END_TEST

START_TEST(records_have_one_order)
{
	const struct record_type *opened = record_type_find("request.opened");
	const struct record_type *updated = record_type_find("incident.updated");
	const struct record sorted[] = {
	    {.time = 1, .type = updated, .id = "z", .sequence = 9},
	    {.time = 2, .type = updated, .id = "y", .sequence = -1},
	    {.time = 2, .type = opened, .id = "x"},
	    {.time = 2, .type = updated, .id = "a"},
	    {.time = 2, .type = updated, .id = "b"},
	    {.time = 2, .type = opened, .id = "a", .sequence = 1},
	};

	for (int i = 0; i < 6; i++) {
		for (int j = 0; j < 6; j++) {
			int order = record_compare(&sorted[i], &sorted[j]);

			ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, the_most_specific_target_wins);
	tcase_add_test(t, no_target_matches);
	tcase_add_test(t, the_version_in_force);
	tcase_add_test(t, agreements_are_found);
	tcase_add_test(t, types_are_one_table);
	tcase_add_test(t, records_have_one_order);
}

SUITE_MAIN("agreement", add)
