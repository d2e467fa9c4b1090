#include "codec/alert_words.h"

#include <stdio.h>
#include <string.h>

#include "base/stamp.h"
#include "domain/indicator.h"
#include "domain/rule.h"

static const char *const words[WORDS][LANGUAGES] = {
    [WORD_ALERT] = {"Alert", "告警"},
    [WORD_STATE] = {"State", "状态"},
    [WORD_RULE] = {"Rule", "规则"},
    [WORD_LEVEL] = {"Level", "级别"},
    [WORD_INDICATOR] = {"Indicator", "指标"},
    [WORD_VALUE] = {"Value", "当前值"},
    [WORD_THRESHOLD] = {"Threshold", "阈值"},
    [WORD_SCOPE] = {"Scope", "范围"},
    [WORD_WINDOW] = {"Window", "统计窗口"},
    [WORD_SINCE] = {"Since", "开始时间"},
    [WORD_REASON] = {"Reason", "原因"},
    [WORD_DETAILS] = {"Details", "详情"},
    [WORD_MESSAGE] = {"Message", "消息编号"},
    [WORD_BELOW] = {"below %1", "低于 %1"},
    [WORD_ABOVE] = {"above %1", "高于 %1"},
    [WORD_BUDGET] = {"error budget of %1", "%1的误差预算"},
    [WORD_EXCLUDED] = {"share of excluded tickets", "被排除工单的比例"},
    [WORD_COUNTS] = {" (A %1 of B %2)", "(A %1 / B %2)"},
    [WORD_COUNT_A] = {" (A %1)", "(A %1)"},
    [WORD_SECONDS] = {"%1 s", "%1 秒"},
    [WORD_NO_VALUE] = {"no value", "无数值"},
    [WORD_RANGE] = {"%1: %2 to %3", "%1:%2 至 %3"},
    [WORD_HEAD] = {"%1 %2: %3", "%1%2:%3"},
    [WORD_HEAD_SCOPE] = {"%1 %2 (%3): %4", "%1%2(%3):%4"},
    [WORD_SEVERAL] = {"[slad] %1 messages", "【slad】共 %1 条消息"},
};

static const char *const moves[MOVED_OTHER + 1][LANGUAGES] = {
    [MOVED_FIRED] = {"fired, %1", "触发,%1"},
    [MOVED_CHANGED] = {"now %1", "级别变为%1"},
    [MOVED_RESOLVED] = {"resolved", "已恢复"},
    [MOVED_ESCALATED] = {"escalated, %1", "升级通知,%1"},
    [MOVED_TEST] = {"test", "测试"},
    [MOVED_BACKFILL] = {"backfill", "历史补录"},
    [MOVED_OTHER] = {"slad", "slad"},
};

static const char *const prefixes[MOVED_OTHER + 1][LANGUAGES] = {
    [MOVED_FIRED] = {"[%1]", "【%1】"},
    [MOVED_CHANGED] = {"[now %1]", "【级别变为%1】"},
    [MOVED_RESOLVED] = {"[resolved]", "【已恢复】"},
    [MOVED_ESCALATED] = {"[escalated, %1]", "【升级通知·%1】"},
    [MOVED_TEST] = {"[test]", "【测试】"},
    [MOVED_BACKFILL] = {"[backfill]", "【历史补录】"},
    [MOVED_OTHER] = {"[slad]", "【slad】"},
};

struct named {
	const char *name, *zh;
};

static const struct named levels[] = {
    {"urgent", "紧急"}, {"important", "重要"}, {"general", "一般"}, {NULL, NULL}};
static const struct named clocks[] = {
    {"response", "响应"}, {"recovery", "恢复"}, {"resolution", "解决"}, {NULL, NULL}};
static const struct named reasons[] = {{"cleared", "恢复正常"}, {"excluded", "工单已排除"},
    {"rule removed", "规则已删除"}, {"rule changed", "规则已修改"}, {NULL, NULL}};

const struct alert_kind alert_kinds[] = {
    {"ticket", "ticket", {"ticket %1 of %2, %3 due %4", "工单 %1(来源 %2)的%3时限为 %4"},
	{"ticket", "source", "clock", "deadline"}},
    {"instant", "ticket", {"ticket %1 of %2", "工单 %1(来源 %2)"}, {"ticket", "source"}},
    {"instant", "outage", {"outage %1 of %2", "中断 %1(来源 %2)"}, {"outage", "source"}},
    {"instant", "event", {"%1, event %2 of %3", "%1,事件 %2(来源 %3)"},
	{"type", "event", "source"}},
    {"quiet", "source", {"no event from %1 since %2", "自 %2 起没有收到来自 %1 的事件"},
	{"source", "last"}},
    {"expiry", "indicator", {"the assessment of %1 is valid until %2", "%1的评估有效期至 %2"},
	{"indicator", "valid_until"}},
    {"report", "report", {"report %1 of %2 is due %3", "报告 %1(%2)应于 %3 前提交"},
	{"report", "period", "due"}},
    {"delivery", "receiver", {"%2 messages to %1 failed", "发往 %1 的 %2 条消息失败"},
	{"receiver", "failed"}},
    {0},
};

const struct alert_about alert_abouts[] = {
    {"ticket", {"Ticket", "工单"}, ABOUT_TEXT},
    {"event", {"Event", "事件"}, ABOUT_TEXT},
    {"type", {"Type", "事件类型"}, ABOUT_TEXT},
    {"outage", {"Outage", "中断"}, ABOUT_TEXT},
    {"source", {"Source", "来源"}, ABOUT_TEXT},
    {"clock", {"Clock", "时钟"}, ABOUT_CLOCK},
    {"deadline", {"Deadline", "时限"}, ABOUT_INSTANT},
    {"last", {"Last event", "最近事件"}, ABOUT_INSTANT},
    {"indicator", {"Assessment of", "评估指标"}, ABOUT_INDICATOR},
    {"valid_until", {"Valid until", "有效期至"}, ABOUT_INSTANT},
    {"report", {"Report", "报告"}, ABOUT_TEXT},
    {"period", {"Period", "期间"}, ABOUT_TEXT},
    {"due", {"Due", "应交时间"}, ABOUT_INSTANT},
    {"receiver", {"Receiver", "接收方"}, ABOUT_TEXT},
    {"failed", {"Failed", "失败"}, ABOUT_TEXT},
    {0},
};

const char *
alert_word(enum language l, enum word w)
{
	return words[w][l];
}

const char *
alert_moved(enum language l, enum moved m)
{
	return moves[m][l];
}

const char *
alert_prefix(enum language l, enum moved m)
{
	return prefixes[m][l];
}

void
alert_say(struct buf *out, const char *phrase, const char *const *args)
{
	for (const char *s = phrase; *s != '\0'; s++) {
		if (*s == '%' && s[1] >= '1' && s[1] <= '9')
			buf_puts(out, args[*++s - '1']);
		else
			buf_put(out, s, 1);
	}
}

static const char *
translated(const struct named *table, enum language l, const char *name)
{
	for (const struct named *n = table; l == LANGUAGE_ZH && n->name != NULL; n++)
		if (strcmp(n->name, name) == 0)
			return n->zh;
	return name;
}

const char *
alert_level(enum language l, const char *level)
{
	return translated(levels, l, level);
}

const char *
alert_clock(enum language l, const char *clock)
{
	return translated(clocks, l, clock);
}

const char *
alert_reason(enum language l, const char *reason, struct arena *a)
{
	static const char by[] = "closed by ";
	size_t size = strlen(reason) + 32;
	char *text;

	if (l != LANGUAGE_ZH || strncmp(reason, by, strlen(by)) != 0)
		return translated(reasons, l, reason);
	text = arena_alloc(a, size, 1);
	snprintf(text, size, "由 %s 关闭", reason + strlen(by));
	return text;
}

const char *
alert_indicator(enum language l, const char *id)
{
	int i = indicator_find(id);

	if (i < 0)
		return id;
	return l == LANGUAGE_ZH ? indicator_table[i].name_zh : indicator_table[i].name;
}

static void
percent_write(char *text, size_t size, double ratio, int digits)
{
	char *end;

	snprintf(text, size - 1, "%.*f", digits, ratio * 100);
	end = text + strlen(text);
	if (digits > 0) {
		while (end[-1] == '0')
			end--;
		if (end[-1] == '.')
			end--;
	}
	memcpy(end, "%", 2);
}

const char *
alert_percent(double ratio, const double *other, struct arena *a)
{
	char text[64], against[64] = "";
	int digits = 2;

	do {
		percent_write(text, sizeof(text), ratio, digits);
		if (other != NULL && *other != ratio)
			percent_write(against, sizeof(against), *other, digits);
	} while (strcmp(text, against) == 0 && ++digits <= 9);
	return arena_strdup(a, text);
}

/* ms that an RFC 3339 text's wall is ahead of UTC. */
static int64_t
offset_of(const char *text)
{
	size_t len = strlen(text);
	int hours, minutes;
	const char *sign = text + len - 6;

	if (len < 20 || (*sign != '+' && *sign != '-') ||
	    sscanf(sign + 1, "%2d:%2d", &hours, &minutes) != 2)
		return 0;
	return (*sign == '-' ? -1 : 1) * (hours * STAMP_HOUR + minutes * STAMP_MINUTE);
}

const char *
alert_instant(const char *text, const char *wall, struct arena *a)
{
	char stamp[STAMP_TEXT], out[STAMP_TEXT + 8];
	int64_t t, offset;

	if (stamp_parse(text, &t, NULL) != 0)
		return text;
	offset = offset_of(wall != NULL ? wall : text);
	stamp_format_at(stamp_floor(t, STAMP_SECOND), offset, stamp);
	stamp[10] = ' ';
	snprintf(out, sizeof(out), "%.19s UTC%s", stamp, offset == 0 ? "" : stamp + 19);
	return arena_strdup(a, out);
}

/* The length of a character that must not stand in a line: a control character, a line or
 * paragraph separator, or one that turns the direction of text. 0: it may stand there. */
static size_t
bad_character(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] < 0x20 || u[0] == 0x7f)
		return 1;
	if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0)
		return 2;
	if (u[0] != 0xe2)
		return 0;
	if (u[1] == 0x80 && (u[2] == 0x8e || u[2] == 0x8f || (u[2] >= 0xa8 && u[2] <= 0xae)))
		return 3;
	return u[1] == 0x81 && u[2] >= 0xa6 && u[2] <= 0xa9 ? 3 : 0;
}

const char *
alert_clean(const char *text, size_t max, struct arena *a)
{
	size_t len = strlen(text), n = 0, bad, cut;
	char *out = arena_alloc(a, len + sizeof("…"), 1);

	while (*text != '\0') {
		bad = bad_character(text);
		out[n++] = bad > 0 ? ' ' : *text;
		text += bad > 0 ? bad : 1;
	}
	if (n > max) {
		cut = max;
		while (cut > 0 && ((unsigned char)out[cut] & 0xc0) == 0x80)
			cut--;
		memcpy(out + cut, "…", sizeof("…"));
	}
	return out;
}
