#include "codec/report_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[WORDS][2] = {
    [WORD_TITLE] = {"Service report", "服务报告"},
    [WORD_AGREEMENT] = {"Agreement", "服务协议"},
    [WORD_PERIOD] = {"Period", "报告期"},
    [WORD_AS_OF] = {"As of", "数据截至"},
    [WORD_TO] = {"to", "至"},
    [WORD_COUNTED] = {"Counted", "统计口径"},
    [WORD_COUNTED_OPENED] = {"tickets opened in the period", "报告期内受理的工单"},
    [WORD_COUNTED_SETTLED] = {"tickets settled in the period", "报告期内判定的工单"},
    [WORD_STATUS] = {"Status", "状态"},
    [WORD_RUNNING] = {"the period is running; figures will still change",
	"报告期未结束，数据仍会变化"},
    [WORD_ENDED] = {"the period is over, and not closed; later events may still change figures",
	"报告期已结束，尚未关账；迟到的事件仍可能改变数据"},
    [WORD_REVISION] = {"closed, revision", "已关账，修订版"},
    [WORD_CLOSED_AT] = {"closed at", "关账时间"},
    [WORD_MOVED] = {"These have moved since, and are shown as they are now:",
	"以下指标在关账后有变动，此处为当前值："},
    [WORD_SUMMARY] = {"Summary", "概要"},
    [WORD_OBJECTIVES_MET] = {"Objectives met", "达标目标"},
    [WORD_OBJECTIVES_NONE] = {"No objectives are agreed for the indicators.",
	"协议未约定指标目标。"},
    [WORD_OBJECTIVES_NO_DATA] = {"Objectives without data:", "尚无数据的目标："},
    [WORD_MISSED_ARE] = {"Missed:", "未达标："},
    [WORD_ALL_MET] = {"Every objective that has data was met.", "所有有数据的目标均已达标。"},
    [WORD_GRADE] = {"Grade", "等级"},
    [WORD_SCORE] = {"Score", "得分"},
    [WORD_COVERAGE] = {"Coverage", "覆盖率"},
    [WORD_ALERTS_FIRED] = {"Alerts", "告警"},
    [WORD_EVALUATION] = {"Evaluation", "质量评价"},
    [WORD_PROFILE] = {"Profile", "评价方案"},
    [WORD_CHARACTERISTIC] = {"Characteristic", "质量特性"},
    [WORD_WEIGHT] = {"Weight", "权重"},
    [WORD_BANDS] = {"Grades", "等级划分"},
    [WORD_FROM] = {"from", "不低于"},
    [WORD_UNGRADED] = {"none", "无"},
    [WORD_MIN_COVERAGE] = {"A grade needs a coverage of at least", "评定等级所需的最低覆盖率："},
    [WORD_VETO] = {"No better than", "等级上限"},
    [WORD_INDICATORS] = {"Indicators", "指标"},
    [WORD_INDICATOR] = {"Indicator", "指标"},
    [WORD_VALUE] = {"Value", "值"},
    [WORD_OBJECTIVE] = {"Objective", "目标"},
    [WORD_RESULT] = {"Result", "结果"},
    [WORD_MET] = {"met", "达标"},
    [WORD_MISSED] = {"missed", "未达标"},
    [WORD_PREVIOUS] = {"Before", "上期"},
    [WORD_PENDING] = {"pending", "未决"},
    [WORD_EXCLUDED] = {"Excluded", "排除"},
    [WORD_POINTS] = {"points", "个百分点"},
    [WORD_TRENDS] = {"Course of the period", "期内走势"},
    [WORD_TREND] = {"Trend", "趋势"},
    [WORD_STEP] = {"Step", "时段"},
    [WORD_NO_DATA] = {"no data", "无数据"},
    [WORD_BELOW_OBJECTIVE] = {"Dashed: the objective. Hollow: below it. A gap: no data.",
	"虚线为目标；空心点为低于目标；断开处无数据。"},
    [WORD_TIMES] = {"Times", "时间"},
    [WORD_TIME] = {"Time", "时间"},
    [WORD_COUNT] = {"Count", "数量"},
    [WORD_MEAN] = {"Mean", "平均"},
    [WORD_FAILURES] = {"Failures", "故障次数"},
    [WORD_BETWEEN] = {"Mean time between failures", "平均无故障时间"},
    [WORD_RESTORE] = {"Mean time to restore", "平均恢复时间"},
    [WORD_SATISFACTION] = {"Satisfaction", "满意度"},
    [WORD_LEVEL] = {"Level", "级别"},
    [WORD_ANSWERED] = {"Answers", "回复数"},
    [WORD_TICKETS] = {"Tickets", "工单"},
    [WORD_KIND] = {"Kind", "类别"},
    [WORD_BACKLOG_BEFORE] = {"Open before", "期初未结"},
    [WORD_OPENED] = {"Opened", "受理"},
    [WORD_RESOLVED] = {"Resolved", "解决"},
    [WORD_BACKLOG_AFTER] = {"Open after", "期末未结"},
    [WORD_REOPENED] = {"Reopened", "重开"},
    [WORD_SERVICES] = {"Services that need attention", "需要关注的服务"},
    [WORD_SERVICE] = {"Service", "服务"},
    [WORD_LATE_RESPONSES] = {"Late responses", "响应超时"},
    [WORD_LATE_RECOVERIES] = {"Late recoveries", "恢复超时"},
    [WORD_LATE_RESOLUTIONS] = {"Late resolutions", "解决超时"},
    [WORD_SERVICES_NONE] = {"No service missed an objective or was late.",
	"没有服务未达标或超时。"},
    [WORD_NO_SERVICE] = {"(without a service)", "（未注明服务）"},
    [WORD_OF] = {"of", "/"},
    [WORD_ALERTS] = {"Alerts of the period", "期内告警"},
    [WORD_ALERTS_NONE] = {"No alert fired in the period.", "报告期内没有告警。"},
    [WORD_ALERTS_MORE] = {"The newest are shown; alerts that fired:",
	"仅列出最近的告警；告警总数："},
    [WORD_RULE] = {"Rule", "规则"},
    [WORD_SCOPE] = {"Scope", "范围"},
    [WORD_AGREEMENTS_ALL] = {"all agreements", "所有协议"},
    [WORD_FIRED] = {"Fired", "触发"},
    [WORD_ENDED_AT] = {"Resolved", "解除"},
    [WORD_STATE] = {"State", "状态"},
    [WORD_IMPROVEMENTS] = {"Improvements", "改进"},
    [WORD_IMPROVEMENTS_NONE] = {"No improvement touches the period.", "报告期内没有改进事项。"},
    [WORD_MEASURE] = {"Improvement", "改进事项"},
    [WORD_AIM] = {"Aim", "目标值"},
    [WORD_BASELINE] = {"Baseline", "基线值"},
    [WORD_PRESENT] = {"Present", "当前值"},
    [WORD_DUE] = {"Due", "期限"},
    [WORD_NOTES] = {"How to read this report", "阅读说明"},
    [WORD_NOTE_STANDARD] =
	{"The indicators are those of GB/T 33850-2017. A and B are what its "
	 "formulas count; every value can be traced back to the events behind it.",
	    "指标依据 GB/T 33850-2017。A、B 为标准公式中的计数；每个值都可追溯到对应的事件。"},
    [WORD_NOTE_PENDING] = {"Pending: not decided when the report was made; as long as it lasts, it "
			   "counts in B. Before: the value of the period before.",
	"未决：报告生成时尚未判定，暂计入 B。上期：上一报告期的值。"},
    [WORD_NOTE_TIMES] = {"Working time passes in the agreed hours, without pauses; elapsed time "
			 "is all time. P95: 95 of 100 took no longer.",
	"工作时间按约定的服务时间计算，扣除暂停；自然时间为全部时间。P95：100 个中有 95 "
	"个不超过该值。"},
};

const char *
report_word(enum word w, bool zh)
{
	return words[w][zh];
}

static const struct {
	const char *key, *en, *zh;
} names[] = {
    {"request", "Requests", "服务请求"},
    {"incident", "Incidents", "事件"},
    {"complaint", "Complaints", "投诉"},
    {"all", "All", "合计"},
    {"response", "Response", "响应"},
    {"recovery", "Recovery", "恢复"},
    {"resolution", "Resolution", "解决"},
    {"working", "working time", "工作时间"},
    {"elapsed", "elapsed time", "自然时间"},
    {"ticket", "Ticket", "工单"},
    {"project", "Project", "项目"},
    {"customer", "Customer", "客户"},
    {"duplicate", "duplicate", "重复"},
    {"spam", "spam", "垃圾信息"},
    {"test", "test", "测试"},
    {"cancelled", "cancelled", "撤销"},
    {"invalid", "invalid", "无效"},
    {"no_agreement", "without an agreement", "无协议"},
    {"no_data", "no data", "无数据"},
    {"not_in_scope", "not in this scope", "不适用"},
    {"b_zero_standard", "nothing to count: 100 % by the standard", "无需计数，按标准记 100 %"},
    {"coverage", "too little coverage for a grade", "覆盖率不足，不评等级"},
    {"no_band", "below the lowest grade", "低于最低等级"},
    {"rising", "rising", "上升"},
    {"falling", "falling", "下降"},
    {"flat", "flat", "持平"},
    {"unclear", "unclear", "不明显"},
    {"urgent", "urgent", "紧急"},
    {"important", "important", "重要"},
    {"general", "general", "一般"},
    {"pending", "pending", "待定"},
    {"firing", "firing", "告警中"},
    {"resolved", "resolved", "已解除"},
    {"cleared", "cleared", "已恢复"},
    {"identified", "identified", "已识别"},
    {"acting", "acting", "实施中"},
    {"verifying", "verifying", "验证中"},
    {"closed", "closed", "已关闭"},
};

const char *
report_name(const char *key, bool zh)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].key, key) == 0)
			return zh ? names[i].zh : names[i].en;
	}
	return key;
}

/* A and B of the indicators, in their order; in English the catalogue has them. */
static const char *const counted_zh[INDICATORS][2] = {
    {"未按约定控制的授权", "应控制的授权"},
    {"未满足的需方权限", "需方要求的权限"},
    {"被篡改次数", "变更次数"},
    {"等级", ""},
    {"泄密事故", ""},
    {"已实现的服务项", "约定的服务项"},
    {"重大事故", ""},
    {"非重大事件", "约定的事件数"},
    {"恢复超时的事件", "事件"},
    {"服务时间内的中断时长", "约定的服务时长"},
    {"等级", ""},
    {"离职人员", "服务人员"},
    {"接通的来电", "接通与放弃的来电"},
    {"按时提交的合格报告", "应提交的报告"},
    {"首问解决的请求", "服务请求"},
    {"已解决的请求", "服务请求"},
    {"等级", ""},
    {"响应超时的请求", "服务请求"},
    {"解决超时的请求", "服务请求"},
    {"等级", ""},
    {"已提交的合格报告", "应提交的报告"},
    {"有效解决的投诉", "投诉"},
    {"等级", ""},
    {"等级", ""},
    {"等级", ""},
    {"持证工程师", "工程师"},
    {"等级", ""},
    {"等级", ""},
    {"等级", ""},
    {"等级", ""},
    {"等级", ""},
    {"等级", ""},
};

const char *
report_counted(enum indicator i, bool b, bool zh)
{
	if (zh)
		return counted_zh[i][b];
	return b ? indicator_table[i].b : indicator_table[i].a;
}

const char *
report_textf(struct arena *a, const char *fmt, ...)
{
	char *text;
	va_list ap, again;
	int len;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = arena_alloc(a, (size_t)len + 1, 1);
	vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	return text;
}

/* Whether a rounded number stands on the same side of a limit as the exact one. */
static bool
same_side(double rounded, double exact, double limit)
{
	return (rounded >= limit) == (exact >= limit) && (rounded <= limit) == (exact <= limit);
}

#define DIGITS_MOST 9

const char *
report_percent(struct arena *a, double share, struct figure limit)
{
	double percent = 100 * share, rounded;
	char text[64];

	for (int digits = 2;; digits++) {
		snprintf(text, sizeof(text), "%.*f", digits, percent);
		rounded = strtod(text, NULL);
		if (digits == DIGITS_MOST ||
		    (same_side(rounded, percent, 0) && same_side(rounded, percent, 100) &&
			(!limit.has || (rounded / 100 >= limit.value) == (share >= limit.value))))
			return report_textf(a, "%s" NBSP "%%", text);
	}
}

const char *
report_objective(struct arena *a, double share)
{
	return report_textf(a, "%.9g" NBSP "%%", 100 * share);
}

const char *
report_amount(struct arena *a, double n)
{
	char text[64], spaced[96];
	size_t len, out = 0;

	if (n != (double)(int64_t)n)
		return report_textf(a, "%.2f", n);
	len = (size_t)snprintf(text, sizeof(text), "%.0f", n);
	for (size_t i = 0; i < len; i++) {
		spaced[out++] = text[i];
		if (text[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0)
			spaced[out++] = ',';
	}
	return arena_strndup(a, spaced, out);
}

const char *
report_duration(struct arena *a, double seconds, bool zh)
{
	int64_t s = (int64_t)(seconds + 0.5), hours = s / 3600, minutes = s / 60 % 60;
	const char *h = zh ? "小时" : "h", *min = zh ? "分" : "min", *sec = zh ? "秒" : "s";

	if (hours > 0 && minutes > 0)
		return report_textf(a, "%s" NBSP "%s %" PRId64 NBSP "%s",
		    report_amount(a, (double)hours), h, minutes, min);
	if (hours > 0)
		return report_textf(a, "%s" NBSP "%s", report_amount(a, (double)hours), h);
	if (minutes > 0 && s % 60 > 0)
		return report_textf(
		    a, "%" PRId64 NBSP "%s %" PRId64 NBSP "%s", minutes, min, s % 60, sec);
	if (minutes > 0)
		return report_textf(a, "%" PRId64 NBSP "%s", minutes, min);
	if (s < 10 && seconds > 0)
		return report_textf(a, "%.2g" NBSP "%s", seconds, sec);
	return report_textf(a, "%" PRId64 NBSP "%s", s, sec);
}

const char *
report_instant(struct arena *a, const struct zone *zone, int64_t t)
{
	char text[STAMP_TEXT];

	if (t == STAMP_NEVER)
		return "–";
	stamp_format_at(t, zone == NULL ? 0 : zone_offset(zone, t), text);
	text[10] = ' ';
	return arena_strndup(a, text, 16);
}
