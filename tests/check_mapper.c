#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "codec/zoneinfo.h"
#include "store/mapper.h"
#include "suite.h"

static struct arena arena;
static struct buf said = BUF_INIT(1 << 20); /* mistakes, or events: a line each */
static struct err err;

#define T(text)                  \
	{                        \
		text, 7, 3, true \
	}

static const struct zone *
zone_find(void *context, const char *name)
{
	return zoneinfo_load(name, context, NULL);
}

static void
sum(const void *bytes, size_t len, char hex[static 65])
{
	snprintf(hex, 65, "sum of %zu bytes %.1s", len, (const char *)bytes);
}

static void
on_wrong(void *context, const struct mapping_text *at, size_t offset, const char *what)
{
	(void)context;
	buf_putf(&said, "%zu:%zu: %s\n", at->line, at->column + offset, what);
}

static const struct mapping_pair kinds[] = {{"bug", "incident"}, {"*", "request"}};
static const struct mapping_pair levels[] = {{"1", "P1"}};
static const struct mapping_pair own[] = {{"bug", "complaint"}};
static const struct mapping_pair times[] = {{"opened", "%d/%m/%Y"}};
static const struct mapping_table mapping_tables[] = {
    {"kinds", 2, kinds}, {"levels", 1, levels}, {"times", 1, times}};
static const struct mapping_table hook_tables[] = {{"kinds", 1, own}, {"more", 0, NULL}};

static struct mapper *
make(const struct mapping *m)
{
	struct mapper_setting setting = {.table = hook_tables,
	    .tables = 2,
	    .zone = zoneinfo_load("Asia/Shanghai", &arena, NULL),
	    .zone_find = zone_find,
	    .sha256 = sum,
	    .context = &arena};

	buf_reset(&said);
	return mapper_new(m, &setting, on_wrong, NULL);
}

/* One entry with one expression, and a `when` and an `each` that may be NULL. */
static struct mapping_entry entry;
static struct mapping mapping;

static const struct mapping *
mapping_of(const char *when, const char *each, const char *id)
{
	entry = (struct mapping_entry){
	    .when = T(when), .each = T(each), .id = T(id), .type = T("'opened'")};
	mapping = (struct mapping){.file = "test.yaml",
	    .name = "test",
	    .tables = 3,
	    .table = mapping_tables,
	    .entries = 1,
	    .entry = &entry};
	return &mapping;
}

static int
on_event(void *context, const struct mapped *e, struct err *wrong)
{
	(void)context, (void)wrong;
	buf_putf(&said, "%s\n", e->id.type == MAPPED_NULL ? "NULL" : e->id.text);
	return 0;
}

static int
run(struct mapper *m, const char *body)
{
	static const struct mapper_field fields[] = {{"opened", "Day", "9/3/2026"},
	    {"closed", "End", "2026-03-09 20:30"}, {"kind", "Type", "BUG"}, {"level", "Level", "9"},
	    {"team", "Group", NULL}, {"agent", NULL, NULL}};
	const struct mapper_payload p = {body, strlen(body), "{\"x-event\":\"issue\",\"n\":\"5\"}",
	    "desk", 1000, strcmp(body, "[]") == 0 ? 0 : 6, fields};
	const char *delivery;
	int rc;

	buf_reset(&said);
	rc = mapper_begin(m, &p, &arena, &err);
	if (rc <= 0)
		return rc == 0 ? 1 : -1;
	if (mapper_delivery(m, &delivery, &err) != 0)
		return -1;
	return mapper_events(m, "{\"was\":\"open\"}", on_event, NULL, &err);
}

static void
gives(const char *expression, const char *body, const char *expected)
{
	struct mapper *m = make(mapping_of(NULL, NULL, expression));
	char line[300];

	ck_assert_msg(m != NULL, "%s: %s", expression, buf_text(&said));
	ck_assert_msg(run(m, body) == 0, "%s: %s", expression, err.msg);
	snprintf(line, sizeof(line), "%s\n", expected);
	ck_assert_str_eq(buf_text(&said), line);
	mapper_free(m);
}

static void
breaks(const char *expression, const char *body, const char *why)
{
	struct mapper *m = make(mapping_of(NULL, NULL, expression));

	ck_assert_msg(m != NULL, "%s: %s", expression, buf_text(&said));
	ck_assert_msg(run(m, body) == -1, "%s gives %s", expression, buf_text(&said));
	ck_assert_msg(strstr(err.msg, why) != NULL, "%s: %s", expression, err.msg);
	ck_assert_int_eq(run(m, "{\"x\":1"), 1);
	mapper_free(m);
}

static void
is_wrong(const char *expression, const char *why)
{
	struct mapper *m = make(mapping_of(NULL, NULL, expression));

	ck_assert_msg(m == NULL, "%s is taken", expression);
	ck_assert_msg(strstr(buf_text(&said), why) != NULL, "%s: %s", expression, buf_text(&said));
}

START_TEST(columns_and_functions)
{
	gives("body->>'a'", "{\"a\":\"x\"}", "x");
	gives("body->>'a'", "{\"b\":1}", "NULL");
	gives("body->>'a'", "{\"a\":\"first\",\"a\":\"second\"}", "first");
	gives("source || received", "{}", "desk1000");
	gives("header('X-Event')", "{}", "issue");
	gives("header('n')", "{}", "5");
	gives("header('none')", "{}", "NULL");
	gives("header('\"x')", "{}", "NULL");
	gives("header(NULL)", "{}", "NULL");
	gives("state->>'was'", "{}", "open");
	gives("coalesce(item, at, snapshot, delivery, 'none')", "{}", "none");
	gives("lookup('kinds', 'bug')", "{}", "complaint");
	gives("lookup('kinds', 'task')", "{}", "request");
	gives("lookup('kinds', NULL)", "{}", "request");
	gives("lookup('levels', body->>'a')", "{\"a\":1}", "P1");
	gives("lookup('levels', 2)", "{}", "NULL");
	gives("lookup('more', 2)", "{}", "NULL");
	gives("ts('2026-03-09 20:30:15', 'local')", "{}", "1773059415000");
	gives("ts('2026-03-09 13:30:15', 'local', 'Europe/Berlin')", "{}", "1773059415000");
	gives("ts(NULL, 'local')", "{}", "NULL");
	gives("unix_s(1773059415)", "{}", "1773059415000");
	gives("unix_s('1773059415.25')", "{}", "1773059415250");
	gives("unix_ms(body->>'t')", "{\"t\":1773059415250}", "1773059415250");
	gives("unix_ns(1773059415250999999)", "{}", "1773059415250");
	gives("unix_ms(NULL)", "{}", "NULL");
	gives("unpercent('a%20%C3%A9%2f%zz%4')", "{}", "a é/%zz%4");
	gives("unpercent('%00%0') || unpercent(12)", "{}", "%00%012");
	gives("unpercent(NULL)", "{}", "NULL");
	gives("ts('2026-03-09T13:30:15Z', lower('RFC3339'))", "{}", "1773063015000");
	gives("hash('abc')", "{}", "sum of 3 bytes a");
	gives("coalesce(fail(NULL), body->>'a', fail('there is no a'))", "{\"a\":\"x\"}", "x");
	gives("changed(1, '1') || changed(NULL, NULL) || changed(NULL, 0) || changed('a', 'ab')",
	    "{}", "0011");
	gives("1 -- a comment", "{}", "1");
}
END_TEST

START_TEST(fields)
{
	gives("field('kind')", "{}", "BUG");
	gives("field('team')", "{}", "NULL");
	gives("field('agent')", "{}", "NULL");
	gives("field('kind', 'kinds')", "{}", "complaint");
	gives("field('level', 'kinds')", "{}", "request");
	gives("field('team', 'kinds')", "{}", "request"); /* an empty cell is "*", too */
	gives("field('team', 'levels')", "{}", "NULL");
	gives("field('agent', 'kinds')", "{}", "NULL"); /* but no column is none */
	gives("field_ts('opened')", "{}", "1772985600000");
	gives("field_ts('closed')", "{}", "1773059400000");
	gives("coalesce(field_ts('team'), field_ts('agent'))", "{}", "NULL");
	breaks("field('none')", "{}", "no field 'none'; name it in the table 'columns'");
	breaks("field('kind')", "[]", "a delivery has no fields");
	breaks("field('level', 'levels')", "{}",
	    "column 'Level': the table 'levels' does not say what '9' means");
	breaks("field_ts('kind')", "{}", "column 'Type': 'BUG' is no time of the shape iso");
	gives("ts('9/3/2026 1 PM', '%d/%m/%Y %I %p', 'UTC')", "{}", "1773061200000");
}
END_TEST

/* 4,000 letters that become 32,000,000. */
static const char *
big(void)
{
	char *text = arena_alloc(&arena, 4003, 1);

	memset(text, '"', 4002);
	memset(text + 1, ' ', 4000);
	return text;
}

START_TEST(what_cannot_be_computed)
{
	breaks("ts('soon', 'rfc3339')", "{}", "test.yaml:7: events[0]: 'soon' is no time");
	breaks("ts('1', body->>'s')", "{\"s\":\"soon\"}", "there is no shape 'soon'");
	breaks("ts('1', 'so' || 'on')", "{}", "there is no shape 'soon'");
	breaks("ts('2026-03-09 20:30:15', 'local', 'Mars/Base')", "{}", "no time zone 'Mars/Base'");
	breaks("unix_s('x')", "{}", "'x' is no time since 1970");
	breaks("unix_s(-1)", "{}", "is no time since 1970");
	breaks("unix_s(1e300)", "{}", "is no time since 1970");
	breaks("unix_s(9223372036854775807)", "{}", "is no time since 1970");
	breaks("lookup(body->>'a', 1)", "{\"a\":\"none\"}", "there is no table 'none'");
	breaks("json_extract(body, 'a')", "{}", "JSON path error");
	breaks("replace(hex(body), '2', body)", big(), "too big");
	breaks("coalesce(body->>'a', fail('there is no a'))", "{}", "there is no a");
	ck_assert_str_eq(err.msg, "there is no a");
}
END_TEST

START_TEST(mistakes_have_a_place)
{
	is_wrong("body->>'a' ||", "7:3: ");
	is_wrong("boddy->>'a'", "7:3: no such column: boddy");
	is_wrong("1 + nonesuch(2)", "7:7: no such function: nonesuch");
	is_wrong("1, 2", "7:3: row value misused");
	is_wrong("1) AS a, (2", "7:3: one expression is wanted");
	is_wrong("1); SELECT (1", "7:3: ");
	is_wrong("?8", "7:3: parameters such as ?");
	is_wrong(":x", "7:3: parameters such as ?");
	is_wrong("\"text\"", "no such column: text");
	is_wrong("lookup('kind', 1)", "7:11: there is no table 'kind'");
	is_wrong("ts(body->>'t', 'soon')", "7:19: there is no shape of time 'soon'");
	is_wrong(
	    "coalesce(1, ts (max(1, ',', 2),'soon'  , 'UTC'))", "7:35: there is no shape of time");
	is_wrong("header()", "wrong number of arguments");
}
END_TEST

START_TEST(nothing_is_reached_but_the_payload)
{
	static const char *const bad[] = {"(SELECT name FROM sqlite_schema)",
	    "(SELECT name FROM sqlite_master LIMIT 1)", "(SELECT file FROM pragma_database_list)",
	    "load_extension('x')", "random()", "randomblob(4)", "sqlite_version()",
	    "(SELECT sql FROM temp.sqlite_temp_schema)",
	    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT i FROM n)",
	    "readfile('/etc/passwd')", "writefile('/tmp/x', 'y')", "fts5(1)", "edit('x')",
	    "(SELECT 1 FROM dbstat)", "(SELECT value FROM generate_series(1, 3))"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_wrong(bad[i], "");
	is_wrong("(SELECT name FROM sqlite_schema)", "no more than compute from the payload");
	is_wrong("random()", "not authorized to use function: random");
}
END_TEST

START_TEST(one_payload_gives_several_events)
{
	struct mapper *m = make(mapping_of(
	    "item->>'up' IS NOT 1", "json_each(body, '$.alerts')", "at || (item->>'id')"));

	ck_assert_msg(m != NULL, "%s", buf_text(&said));
	ck_assert_int_eq(run(m, "{\"alerts\":[{\"id\":\"a\"},\"text\"]}"), -1);
	ck_assert_int_eq(run(m, "{\"alerts\":[{\"id\":\"a\"},{\"id\":\"b\",\"up\":true}]}"), 0);
	ck_assert_str_eq(buf_text(&said), "0a\n");
	ck_assert_int_eq(run(m, "{\"alerts\":[]}"), 0);
	ck_assert_int_eq(run(m, "[]"), 0);
	ck_assert_str_eq(buf_text(&said), "");
	mapper_free(m);
	ck_assert_ptr_null(make(mapping_of(NULL, "sqlite_schema", "1")));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "'each' is json_each(...)"));
	ck_assert_ptr_null(make(mapping_of(NULL, "json_each(body), sqlite_schema", "1")));
}
END_TEST

START_TEST(too_many_events)
{
	struct mapper *m = make(mapping_of(NULL, "json_each(body)", "at"));
	struct buf body = BUF_INIT(1 << 20);

	buf_puts(&body, "[0");
	for (int i = 1; i < MAPPER_EVENTS; i++)
		buf_puts(&body, ",0");
	buf_puts(&body, "]");
	ck_assert_int_eq(run(m, buf_text(&body)), 0);
	body.len--;
	buf_puts(&body, ",0]");
	ck_assert_int_eq(run(m, buf_text(&body)), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "more than 1000 events"));
	buf_free(&body);
	mapper_free(m);
}
END_TEST

/* An expression that would run for hours is cut, and the next payload is none the worse. */
START_TEST(the_deadline)
{
	struct mapper *m = make(mapping_of(
	    "(SELECT count(*) FROM json_each(body) a, json_each(body) b, json_each(body) c, "
	    "json_each(body) d, json_each(body) e) > 0",
	    NULL, "'counted'"));
	struct buf body = BUF_INIT(1 << 20);

	ck_assert_msg(m != NULL, "%s", buf_text(&said));
	buf_puts(&body, "[0");
	for (int i = 1; i < 2000; i++)
		buf_puts(&body, ",0");
	buf_puts(&body, "]");
	ck_assert_int_eq(run(m, buf_text(&body)), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "takes too long: it may have 250 ms"));
	ck_assert_int_eq(run(m, "[1]"), 0);
	ck_assert_str_eq(buf_text(&said), "counted\n");
	buf_free(&body);
	mapper_free(m);
}
END_TEST

START_TEST(hostile_payloads)
{
	struct mapper *m = make(mapping_of(NULL, NULL, "body->>'a'"));
	static const char *const none[] = {"", "{", "{\"a\":}", "{'a':1}", "{\"a\":01}", "nul",
	    "{\"a\":1}x", "\"", "{\"a\":\"\x01\"}", "[1,]", "{a:1}", "NaN"};
	static const char *const fine[] = {"{\"a\":1e999}", "{\"a\":\"\\u0000\"}",
	    "{\"a\":123456789012345678901234567890}", "{\"a\":\"\\ud800\"}", "7", "null", "\"a\"",
	    "{\"a\":[[[[[[]]]]]]}"};
	char deep[8001];

	ck_assert_ptr_nonnull(m);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_msg(run(m, none[i]) == 1, "%s is JSON", none[i]);
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		ck_assert_msg(run(m, fine[i]) == 0, "%s: %s", fine[i], err.msg);
	memset(deep, '[', 4000);
	memset(deep + 4000, ']', 4000);
	deep[8000] = '\0';
	ck_assert_int_eq(run(m, deep), 1);
	mapper_free(m);
}
END_TEST

static struct mapper *
snapshots(void)
{
	static const struct mapping_member state[] = {
	    {"state", T("body->>'state'")}, {"n", T("body->'n'")}};

	mapping_of("changed(state->>'was', snapshot->>'state')", NULL, "snapshot->>'state'");
	mapping.snapshot = (struct mapping_text)T("body->>'id'");
	mapping.version = (struct mapping_text)T("body->>'v'");
	mapping.states = 2;
	mapping.state = state;
	mapping.delivery = (struct mapping_text)T("header('x-event')");
	return make(&mapping);
}

START_TEST(snapshots_and_deliveries)
{
	const char body[] = "{\"id\":5,\"v\":7,\"state\":\"closed\",\"n\":{\"a\":1}}";
	const struct mapper_payload p = {
	    body, strlen(body), "{\"x-event\":\"issue\"}", "desk", 1000, 0, NULL};
	struct mapper *m = snapshots();
	struct mapper_snapshot s;
	const char *delivery;

	ck_assert_msg(m != NULL, "%s", buf_text(&said));
	ck_assert_int_eq(mapper_begin(m, &p, &arena, &err), 1);
	ck_assert_int_eq(mapper_delivery(m, &delivery, &err), 0);
	ck_assert_str_eq(delivery, "issue");
	ck_assert_int_eq(mapper_snapshot(m, &s, &err), 1);
	ck_assert_str_eq(s.subject, "5");
	ck_assert_int_eq(s.version.whole, 7);
	ck_assert_str_eq(s.state, "{\"state\":\"closed\",\"n\":{\"a\":1}}");
	ck_assert_str_eq(s.print, "sum of 30 bytes ");
	ck_assert_int_eq(mapper_events(m, "{\"was\":\"closed\"}", on_event, NULL, &err), 0);
	ck_assert_str_eq(buf_text(&said), "");
	ck_assert_int_eq(mapper_events(m, NULL, on_event, NULL, &err), 0);
	ck_assert_str_eq(buf_text(&said), "closed\n");
	mapper_free(m);
}
END_TEST

START_TEST(what_is_known_gives_what_is_late)
{
	const char body[] = "{\"id\":5,\"v\":7,\"state\":\"closed\"}";
	const struct mapper_payload p = {body, strlen(body), "{}", "desk", 1000, 0, NULL};

	for (int late = 0; late <= 1; late++) {
		struct mapper *m = snapshots();
		struct mapper_snapshot s;

		ck_assert_msg(m != NULL, "%s", buf_text(&said));
		entry.late = late;
		for (int known = 1; known >= 0; known--) {
			buf_reset(&said);
			ck_assert_int_eq(mapper_begin(m, &p, &arena, &err), 1);
			ck_assert_int_eq(mapper_snapshot(m, &s, &err), 1);
			if (known)
				mapper_known(m);
			ck_assert_int_eq(mapper_events(m, NULL, on_event, NULL, &err), 0);
			ck_assert_str_eq(buf_text(&said), known && !late ? "" : "closed\n");
		}
		mapper_free(m);
	}
}
END_TEST

static void
tear_down(void)
{
	buf_free(&said);
	arena_free(&arena);
}

static void
add(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, NULL, tear_down);
	tcase_add_test(tcase, columns_and_functions);
	tcase_add_test(tcase, fields);
	tcase_add_test(tcase, what_cannot_be_computed);
	tcase_add_test(tcase, mistakes_have_a_place);
	tcase_add_test(tcase, nothing_is_reached_but_the_payload);
	tcase_add_test(tcase, one_payload_gives_several_events);
	tcase_add_test(tcase, too_many_events);
	tcase_add_test(tcase, the_deadline);
	tcase_add_test(tcase, hostile_payloads);
	tcase_add_test(tcase, snapshots_and_deliveries);
	tcase_add_test(tcase, what_is_known_gives_what_is_late);
}

SUITE_MAIN("mapper", add)
