#include "codec/alert_text.h"

#include "message.h"
#include "suite.h"

static const struct receiver english = {.name = "r", .base_url = "https://slad.example.org"},
			     chinese = {.name = "r", .language = LANGUAGE_ZH};

static void
says(const struct receiver *to, const char *event, const char *subject, const char *lines)
{
	struct buf plain = BUF_INIT(1u << 20);
	struct alert_text t;
	struct err err;

	ck_assert_msg(alert_text(&t, event, to, &err) == 0, "%s", err.msg);
	alert_text_plain(&t, to->language, &plain);
	ck_assert_str_eq(t.subject, subject);
	if (lines != NULL)
		ck_assert_str_eq(buf_text(&plain), lines);
	buf_free(&plain);
	alert_text_free(&t);
}

START_TEST(test_score)
{
	says(&english, FIRED,
	    "[important] slow (acme / mail): Timely response rate 94% (A 6 of B 100), below 95%",
	    "Alert: 17\nState: fired, important\nRule: slow\nIndicator: Timely response rate\n"
	    "Value: 94% (A 6 of B 100)\nThreshold: below 95%\n"
	    "Scope: agreement acme, service mail\n"
	    "Window: 24h: 2026-11-20 09:00:00 UTC+08:00 to 2026-11-21 09:00:00 UTC+08:00\n"
	    "Since: 2026-11-21 08:55:00 UTC+08:00\n"
	    "Details: https://slad.example.org/v1/scores/timely_response_rate/tickets?counted=bad\n"
	    "Message: msg_1\n");
	says(&chinese, FIRED, "【重要】slow(acme / mail):及时响应率 94%(A 6 / B 100),低于 95%",
	    "告警:17\n状态:触发,重要\n规则:slow\n指标:及时响应率\n"
	    "当前值:94%(A 6 / B 100)\n阈值:低于 95%\n范围:协议 acme, 服务 mail\n"
	    "统计窗口:24h:2026-11-20 09:00:00 UTC+08:00 至 2026-11-21 09:00:00 UTC+08:00\n"
	    "开始时间:2026-11-21 08:55:00 UTC+08:00\n"
	    "详情:/v1/scores/timely_response_rate/tickets?counted=bad\n消息编号:msg_1\n");
}
END_TEST

START_TEST(test_moves)
{
	says(&english, EVENT("alert.changed", "", ""),
	    "[now important] slow (acme / -): Timely response rate 94% (A 6 of B 100), below 95%",
	    NULL);
	says(&english, RESOLVED,
	    "[resolved] slow (acme / mail): Timely response rate 94% (A 6 of B 100)", NULL);
	says(&english, EVENT("alert.escalated", "mail", ""),
	    "[escalated, important] slow (acme / mail): Timely response rate 94% (A 6 of B 100), "
	    "below 95%",
	    NULL);
	says(&chinese, EVENT("alert.escalated", "mail", ""),
	    "【升级通知·重要】slow(acme / mail):及时响应率 94%(A 6 / B 100),低于 95%", NULL);
}
END_TEST

#define DATA(kind, rest)                                                                        \
	"{\"id\":\"m\",\"type\":\"slad.alert.fired\",\"data\":{\"alert\":\"1\",\"rule\":\"r\"," \
	"\"level\":\"urgent\",\"kind\":\"" kind                                                 \
	"\",\"scope\":{},\"value\":null,\"window\":null," rest "}}"
#define ABOUT(kind, about) DATA(kind, "\"indicator\":null,\"explain\":null,\"about\":" about)

static const struct {
	const char *event, *english, *chinese;
} kinds[] = {
    {DATA("budget",
	 "\"indicator\":\"timely_response_rate\",\"value\":0.8,\"a\":8,\"b\":10,\"threshold\":0."
	 "85"),
	"[urgent] r: error budget of Timely response rate 80% (A 8 of B 10), below 85%",
	"【紧急】r:及时响应率的误差预算 80%(A 8 / B 10),低于 85%"},
    {DATA("excluded", "\"indicator\":null,\"value\":0.25,\"a\":1,\"b\":4,\"threshold\":0.1"),
	"[urgent] r: share of excluded tickets 25% (A 1 of B 4), above 10%",
	"【紧急】r:被排除工单的比例 25%(A 1 / B 4),高于 10%"},
    {DATA("excluded", "\"indicator\":null,\"value\":0.75,\"a\":1,\"b\":4,\"threshold\":0.9"),
	"[urgent] r: share of excluded tickets 25% (A 1 of B 4), above 10%",
	"【紧急】r:被排除工单的比例 25%(A 1 / B 4),高于 10%"},
    {ABOUT("ticket",
	 "{\"ticket\":\"T-1\",\"source\":\"desk\",\"clock\":\"response\","
	 "\"deadline\":\"2026-11-21T09:30:00+08:00\"}"),
	"[urgent] r: ticket T-1 of desk, response due 2026-11-21 09:30:00 UTC+08:00",
	"【紧急】r:工单 T-1(来源 desk)的响应时限为 2026-11-21 09:30:00 UTC+08:00"},
    {ABOUT("instant", "{\"ticket\":\"T-1\",\"source\":\"desk\"}"), "[urgent] r: ticket T-1 of desk",
	"【紧急】r:工单 T-1(来源 desk)"},
    {ABOUT("instant", "{\"event\":\"e1\",\"type\":\"security.leaked\",\"source\":\"desk\"}"),
	"[urgent] r: security.leaked, event e1 of desk",
	"【紧急】r:security.leaked,事件 e1(来源 desk)"},
    {ABOUT("instant", "{\"outage\":\"O1\",\"source\":\"desk\"}"), "[urgent] r: outage O1 of desk",
	"【紧急】r:中断 O1(来源 desk)"},
    {ABOUT("quiet", "{\"source\":\"desk\",\"last\":\"2026-11-21T01:00:00.500Z\"}"),
	"[urgent] r: no event from desk since 2026-11-21 01:00:00 UTC",
	"【紧急】r:自 2026-11-21 01:00:00 UTC 起没有收到来自 desk 的事件"},
    {ABOUT(
	 "expiry", "{\"indicator\":\"service_courtesy\",\"valid_until\":\"2026-12-01T00:00:00Z\"}"),
	"[urgent] r: the assessment of Service courtesy is valid until 2026-12-01 00:00:00 UTC",
	"【紧急】r:服务语言、行为和态度规范的评估有效期至 2026-12-01 00:00:00 UTC"},
    {ABOUT("report",
	 "{\"report\":\"monthly\",\"period\":\"2026-10\",\"due\":\"2026-11-05T00:00:00Z\"}"),
	"[urgent] r: report monthly of 2026-10 is due 2026-11-05 00:00:00 UTC",
	"【紧急】r:报告 monthly(2026-10)应于 2026-11-05 00:00:00 UTC 前提交"},
    {ABOUT("delivery", "{\"receiver\":\"ops\",\"failed\":3}"),
	"[urgent] r: 3 messages to ops failed", "【紧急】r:发往 ops 的 3 条消息失败"},
};

START_TEST(test_kinds)
{
	says(&english, kinds[_i].event, kinds[_i].english, NULL);
	says(&chinese, kinds[_i].event, kinds[_i].chinese, NULL);
}
END_TEST

START_TEST(test_lines_of_a_ticket)
{
	says(&english, kinds[3].event, kinds[3].english,
	    "Alert: 1\nState: fired, urgent\nRule: r\nTicket: T-1\nSource: desk\nClock: response\n"
	    "Deadline: 2026-11-21 09:30:00 UTC+08:00\n"
	    "Details: https://slad.example.org/v1/alerts/1\nMessage: m\n");
}
END_TEST

START_TEST(test_others)
{
	says(&english,
	    "{\"id\":\"m\",\"type\":\"slad.receiver.test\",\"data\":{\"receiver\":\"ops\"}}",
	    "[test] slad: this is a test message", "receiver: ops\nMessage: m\n");
	says(&chinese,
	    "{\"id\":\"m\",\"type\":\"slad.backfill\",\"data\":{\"count\":3,"
	    "\"earliest\":\"2026-11-21T01:00:00.000Z\"}}",
	    "【历史补录】slad:历史事件的告警未逐条发送",
	    "count:3\nearliest:2026-11-21 01:00:00 UTC\n消息编号:m\n");
	says(&english, "{}", "[slad] slad: ", "");
	says(&english, "{\"type\":7,\"data\":[]}", "[slad] slad: ", "");
	says(&english, "{\"type\":\"slad.alert.fired\",\"data\":null}", "[] slad:  no value",
	    "State: fired, \n");
}
END_TEST

START_TEST(test_broken)
{
	struct alert_text t;
	struct err err;

	ck_assert_int_eq(alert_text(&t, "[]", &english, &err), -1);
	ck_assert_str_eq(err.msg, "the stored message is no JSON object");
	ck_assert_int_eq(alert_text(&t, "{", &english, &err), -1);
}
END_TEST

START_TEST(test_hostile)
{
	says(&english, EVENT("alert.fired", HOSTILE_JSON, ""),
	    "[important] slow (acme / " HOSTILE_LINE
	    "): Timely response rate 94% (A 6 of B 100), below 95%",
	    NULL);
	/* NUL cuts; C1, separators and marks of direction become blanks. */
	says(&english, EVENT("alert.fired", "a\\u0085b\\u2028c\\u202ed\\u2066e\\u200ff\\u007f", ""),
	    "[important] slow (acme / a b c d e f ): Timely response rate 94% (A 6 of B 100), "
	    "below 95%",
	    NULL);
}
END_TEST

/* Whole characters, and still all that comes after it. */
START_TEST(test_long)
{
	struct arena a = {0};
	char long_name[2000], event[4000];
	struct alert_text t;

	for (size_t i = 0; i + 3 < sizeof(long_name); i += 3)
		memcpy(long_name + i, "务", 4);
	snprintf(event, sizeof(event), EVENT("alert.fired", "%s", ""), long_name);
	ck_assert_int_eq(alert_text(&t, event, &english, NULL), 0);
	ck_assert_uint_le(strlen(t.subject), ALERT_SUBJECT_MAX + strlen("…"));
	ck_assert_str_eq(t.line[t.lines - 1].value, "msg_1");
	for (size_t i = 0; i < t.lines; i++) {
		json_t *text = json_string(t.line[i].value);

		ck_assert_ptr_nonnull(text);
		json_decref(text);
	}
	alert_text_free(&t);
	ck_assert_str_eq(alert_clean("务务", 5, &a), "务…");
	ck_assert_str_eq(alert_clean("务务", 6, &a), "务务");
	arena_free(&a);
}
END_TEST

START_TEST(test_several)
{
	const char *events[40] = {FIRED, RESOLVED};
	struct alert_text t;

	ck_assert_int_eq(alert_text_several(&t, events, 2, &english, NULL), 0);
	ck_assert_str_eq(t.subject, "[slad] 2 messages");
	ck_assert_uint_eq(t.lines, 2);
	ck_assert_ptr_null(t.line[0].label);
	ck_assert_str_eq(t.line[1].value,
	    "[resolved] slow (acme / mail): Timely response rate 94% (A 6 of B 100)");
	alert_text_free(&t);
	for (size_t i = 0; i < 40; i++)
		events[i] = FIRED;
	ck_assert_int_eq(alert_text_several(&t, events, 40, &chinese, NULL), 0);
	ck_assert_str_eq(t.subject, "【slad】共 40 条消息");
	ck_assert_uint_eq(t.lines, ALERT_LINES);
	ck_assert_str_eq(t.line[ALERT_LINES - 1].value, "…");
	alert_text_free(&t);
	events[1] = "no";
	ck_assert_int_eq(alert_text_several(&t, events, 2, &chinese, NULL), -1);
}
END_TEST

START_TEST(test_percent)
{
	const double threshold = 0.95;
	struct arena a = {0};

	ck_assert_str_eq(alert_percent(0.94, &threshold, &a), "94%");
	ck_assert_str_eq(alert_percent(0.94999, &threshold, &a), "94.999%");
	ck_assert_str_eq(alert_percent(0.95, &threshold, &a), "95%");
	ck_assert_str_eq(alert_percent(2.0 / 3, NULL, &a), "66.67%");
	ck_assert_str_eq(alert_percent(0, NULL, &a), "0%");
	ck_assert_str_eq(alert_percent(1, NULL, &a), "100%");
	ck_assert_str_eq(alert_percent(0.999999999999, &(double){1}, &a), "100%");
	arena_free(&a);
}
END_TEST

START_TEST(test_reasons)
{
	struct arena a = {0};

	ck_assert_str_eq(alert_reason(LANGUAGE_ZH, "cleared", &a), "恢复正常");
	ck_assert_str_eq(alert_reason(LANGUAGE_ZH, "closed by Li", &a), "由 Li 关闭");
	ck_assert_str_eq(alert_reason(LANGUAGE_EN, "closed by Li", &a), "closed by Li");
	ck_assert_str_eq(alert_reason(LANGUAGE_ZH, "another", &a), "another");
	arena_free(&a);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_score);
	tcase_add_test(t, test_moves);
	tcase_add_loop_test(t, test_kinds, 0, sizeof(kinds) / sizeof(kinds[0]));
	tcase_add_test(t, test_lines_of_a_ticket);
	tcase_add_test(t, test_others);
	tcase_add_test(t, test_broken);
	tcase_add_test(t, test_hostile);
	tcase_add_test(t, test_long);
	tcase_add_test(t, test_several);
	tcase_add_test(t, test_percent);
	tcase_add_test(t, test_reasons);
}

SUITE_MAIN("alert_text", add)
