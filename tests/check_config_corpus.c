/*
 * Files that are wrong, and what is said of each: tests/config/NAME.yaml beside NAME.txt, which
 * has the lines as config_load writes them. Run from the top of the tree.
 */
#include <glob.h>
#include <time.h>

#include "codec/config_draft.h"
#include "config_file.h"

#define CORPUS "tests/config/"
#define PACKAGED "conf/slad.yaml"

static struct buf
read_file(const char *path)
{
	struct buf text = BUF_INIT(8u << 20);
	char block[4096];
	size_t n;
	FILE *f = fopen(path, "re");

	ck_assert_msg(f != NULL, "%s cannot be read", path);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_put(&text, block, n);
	fclose(f);
	return text;
}

/* Loads bytes as a file; whether they make a configuration. */
static bool
load_bytes(const char *bytes, size_t len)
{
	struct config *c;

	write_file(ONE, bytes, len);
	buf_reset(&notes);
	c = config_load(in_scratch(ONE), &notes);
	config_unref(c);
	return c != NULL;
}

/* The number of notes that are mistakes; each begins with the file, or one of a mapping, and a
 * position. */
static size_t
count_mistakes(const char *file)
{
	size_t mistakes = 0, line, column;
	const char *s = buf_text(&notes);
	size_t name;
	int at;

	while (*s != '\0') {
		name = strcspn(s, ":");
		ck_assert_msg(strncmp(s, file, strlen(file)) == 0 ||
			strncmp(s, CORPUS "mappings/", strlen(CORPUS "mappings/")) == 0,
		    "%s: %s", file, s);
		at = -1;
		sscanf(s + name, ":%zu:%zu: %n", &line, &column, &at);
		ck_assert_msg(at > 0 && line > 0 && column > 0, "%s: %s", file, s);
		mistakes += strncmp(s + name + at, "warning: ", 9) != 0;
		s = strchr(s, '\n');
		ck_assert_ptr_nonnull(s);
		s++;
	}
	return mistakes;
}

/* The notes with the corpus' directory cut from each line. */
static struct buf
without_folder(void)
{
	struct buf out = BUF_INIT(NOTES_MAX);
	const char *s = buf_text(&notes), *end;

	for (; *s != '\0'; s = end + 1) {
		ck_assert_int_eq(strncmp(s, CORPUS, strlen(CORPUS)), 0);
		end = strchr(s, '\n');
		buf_put(&out, s + strlen(CORPUS), (size_t)(end - s) - strlen(CORPUS) + 1);
	}
	return out;
}

static void
check_case(const char *path)
{
	struct buf said, expected;
	struct config *c;
	char beside[256];

	buf_reset(&notes);
	c = config_load(path, &notes);
	snprintf(beside, sizeof(beside), "%.*s.txt", (int)(strlen(path) - strlen(".yaml")), path);
	expected = read_file(beside);
	said = without_folder();
	if (strcmp(buf_text(&said), buf_text(&expected)) != 0)
		ck_abort_msg(
		    "%s\n--- expected\n%s--- said\n%s", path, buf_text(&expected), buf_text(&said));
	ck_assert_int_eq(c == NULL, count_mistakes(path) > 0);
	config_unref(c);
	buf_free(&said);
	buf_free(&expected);
}

START_TEST(test_corpus)
{
	glob_t found;

	ck_assert_int_eq(glob(CORPUS "*.yaml", 0, NULL, &found), 0);
	ck_assert_uint_gt(found.gl_pathc, 40);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_case(found.gl_pathv[i]);
	globfree(&found);
}
END_TEST

START_TEST(test_shipped_files_have_no_notes)
{
	struct config *c;
	glob_t found;

	ck_assert_int_eq(glob(PACKAGED, 0, NULL, &found), 0);
	ck_assert_int_eq(glob("conf/examples/*.yaml", GLOB_APPEND, NULL, &found), 0);
	ck_assert_uint_ge(found.gl_pathc, 3);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		c = config_load(found.gl_pathv[i], &notes);
		ck_assert_str_eq(buf_text(&notes), "");
		ck_assert_ptr_nonnull(c);
		config_unref(c);
	}
	globfree(&found);
}
END_TEST

START_TEST(test_every_beginning_of_a_file_is_answered)
{
	struct buf whole = read_file(PACKAGED);
	size_t good = 0;

	for (size_t len = 0; len <= whole.len; len++) {
		if (load_bytes(whole.data, len))
			good++;
		else
			ck_assert_uint_gt(strlen(buf_text(&notes)), 0);
	}
	ck_assert_uint_gt(good, 1);
	buf_free(&whole);
}
END_TEST

/* One to eight bytes of a good file become others, of those that mean something to YAML. */
static void
mutate(struct buf *text)
{
	static const char bytes[] = "\0\n\t :,-[]{}\"'&*#?|>%@`~!09a\x7f\x80\xc3\xff";

	for (int n = 1 + rand() % 8; n > 0; n--)
		text->data[(size_t)rand() % text->len] = bytes[(size_t)rand() % sizeof(bytes)];
}

START_TEST(test_damaged_files_are_answered)
{
	struct buf whole = read_file(CORPUS "good-everything.yaml");
	struct buf copy = BUF_INIT(NOTES_MAX);
	unsigned seed = (unsigned)time(NULL);
	const char *given = getenv("CHECK_CONFIG_SEED");
	bool good;

	if (given != NULL)
		seed = (unsigned)strtoul(given, NULL, 10);
	printf("CHECK_CONFIG_SEED=%u\n", seed);
	fflush(stdout);
	srand(seed);
	for (int i = 0; i < 3000; i++) {
		buf_reset(&copy);
		buf_put(&copy, whole.data, whole.len);
		mutate(&copy);
		good = load_bytes(copy.data, copy.len);
		ck_assert_int_eq(good, count_mistakes(in_scratch(ONE)) == 0);
	}
	buf_free(&whole);
	buf_free(&copy);
}
END_TEST

static void
said(const char *bytes, size_t len, const char *what)
{
	ck_assert(!load_bytes(bytes, len));
	ck_assert_msg(
	    strstr(buf_text(&notes), what) != NULL, "'%s' is not in: %s", what, buf_text(&notes));
	ck_assert_msg(notes.len < 4096, "%zu bytes are said", notes.len);
}

/* A file of `head`, then `part` so often, then `tail`. */
static void
said_of_many(const char *head, const char *part, size_t times, const char *tail, const char *what)
{
	struct buf text = BUF_INIT(8u << 20);

	buf_puts(&text, head);
	for (size_t i = 0; i < times; i++)
		buf_puts(&text, part);
	buf_puts(&text, tail);
	ck_assert(buf_ok(&text));
	said(text.data, text.len, what);
	buf_free(&text);
}

START_TEST(test_limits)
{
	said_of_many("", "# nothing\n", 200000, "", ":1:1: is larger than 1048576 bytes");
	said_of_many("agreements: [", "a,", 200000, "]", "is one value too many; 100000 are");
	said_of_many("", "[", 500000, "", ":1:33: is nested deeper than 32");
	said_of_many("", "- ", 500000, "", "is nested deeper than 32");
	said_of_many("", "{a: ", 200000, "", "is nested deeper than 32");
	said_of_many(
	    "alerts: [", "x,", 10001, "]", "'alerts' has 10001 entries; 10000 are allowed");
	said_of_many(
	    "listen: [", "x,", 10001, "]", "'listen' has 10001 entries; 10000 are allowed");
}
END_TEST

START_TEST(test_tab)
{
	const char *text = "agreements:\n\t- {id: a, from: 2026-01-01}\n";

	said(text, strlen(text), ":2:1: is no YAML: found character that cannot start any token");
	said(text, strlen(text), "indent with blanks, not tabs");
}
END_TEST

START_TEST(test_file_that_cannot_be_read)
{
	ck_assert_ptr_null(config_load("/no/such/slad.yaml", &notes));
	ck_assert_str_eq(buf_text(&notes),
	    "/no/such/slad.yaml:1:1: cannot be read: No such file or directory\n");
	buf_reset(&notes);
	ck_assert_ptr_null(config_load("/", &notes));
	ck_assert_str_eq(buf_text(&notes), "/:1:1: cannot be read: Is a directory\n");
}
END_TEST

START_TEST(test_small_buffer_for_notes)
{
	struct buf small = BUF_INIT(10);

	write_file(ONE, "agreements: 1", 13);
	ck_assert_ptr_null(config_load(in_scratch(ONE), &small));
	ck_assert(!buf_ok(&small));
	buf_free(&small);
}
END_TEST

static void
documented(const struct conf_table *t, const char *packaged, const char *manual)
{
	char line[64];

	for (const struct conf_key *k = t->keys; k->name != NULL; k++) {
		snprintf(line, sizeof(line), " %s:", k->name);
		ck_assert_msg(strstr(packaged, line) != NULL || strstr(packaged, line + 1) != NULL,
		    "%s has no key '%s' of %s", PACKAGED, k->name, t->what);
		snprintf(line, sizeof(line), "\n.It Ic %s", k->name);
		ck_assert_msg(strstr(manual, line) != NULL, "slad.yaml.5 has no '%s' of %s",
		    k->name, t->what);
		if (k->table != NULL)
			documented(k->table, packaged, manual);
	}
}

START_TEST(test_every_key_is_documented)
{
	struct buf packaged = read_file(PACKAGED), manual = read_file("man/slad.yaml.5");

	documented(&config_table, buf_text(&packaged), buf_text(&manual));
	buf_free(&packaged);
	buf_free(&manual);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config_corpus");
	TCase *cases = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(cases, 120);
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, test_corpus);
	tcase_add_test(cases, test_shipped_files_have_no_notes);
	tcase_add_test(cases, test_every_beginning_of_a_file_is_answered);
	tcase_add_test(cases, test_damaged_files_are_answered);
	tcase_add_test(cases, test_limits);
	tcase_add_test(cases, test_tab);
	tcase_add_test(cases, test_file_that_cannot_be_read);
	tcase_add_test(cases, test_small_buffer_for_notes);
	tcase_add_test(cases, test_every_key_is_documented);
	suite_add_tcase(suite, cases);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
