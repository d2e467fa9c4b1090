#include "domain/indicator.h"

#include <string.h>

const char *const characteristic_names[CHARACTERISTICS] = {
    "security", "reliability", "responsiveness", "tangibility", "friendliness"};
const char *const characteristic_names_zh[CHARACTERISTICS] = {
    "安全性", "可靠性", "响应性", "有形性", "友好性"};

#define T INPUT_TICKETS
#define O INPUT_OUTAGES
#define E INPUT_EVENTS
#define R INPUT_REPORTS
#define M INPUT_MEASUREMENT
#define L INPUT_ASSESSMENT
#define SHARE FORMULA_SHARE
#define REST FORMULA_COMPLEMENT
#define NONE FORMULA_ABSENCE
#define LADDER FORMULA_LADDER

#define BY_AGREEMENT (1u << DIM_AGREEMENT)
#define BY_SERVICE (BY_AGREEMENT | 1u << DIM_SERVICE)
#define BY_ALL (BY_SERVICE | 1u << DIM_PRIORITY | 1u << DIM_TEAM)

/* id, name, name_zh, characteristic, sub-characteristic, formula, input, A, B, dimensions,
 * one_if_empty */
const struct indicator_info indicator_table[INDICATORS] = {
    {"supplier_access_control_rate", "Supplier access control rate", "供方访问权限的控制率",
	SECURITY, "availability", REST, M, "grants that miss what was agreed", "grants required",
	BY_AGREEMENT, false},
    {"customer_access_fulfilment_rate", "Customer access fulfilment rate", "需方访问权限的满足率",
	SECURITY, "availability", REST, M, "required customer rights not granted",
	"customer rights required", BY_AGREEMENT, false},
    {"information_integrity_rate", "Information integrity rate", "信息的完整状态比率", SECURITY,
	"integrity", REST, E, "tampering events", "changes applied", BY_SERVICE, false},
    {"confidentiality_mechanism", "Confidentiality mechanism", "保密机制的运行情况", SECURITY,
	"confidentiality", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"leakage_free", "Free of leakage", "泄密事故发生情况", SECURITY, "confidentiality", NONE, E,
	"leaks", "", BY_SERVICE, false},
    {"service_item_completeness", "Service item completeness", "服务项实现的完整度", RELIABILITY,
	"completeness", SHARE, M, "service items delivered", "service items agreed", BY_AGREEMENT,
	false},
    {"major_incident_free", "Free of major incidents", "重大事故发生情况", RELIABILITY,
	"continuity", NONE, T, "major incidents", "", BY_ALL, false},
    {"incident_control_rate", "Incident control rate", "事故发生情况", RELIABILITY, "continuity",
	REST, T, "incidents that are not major", "incidents agreed", BY_AGREEMENT, false},
    {"on_time_recovery_rate", "On-time recovery rate", "服务按时恢复的事件比例", RELIABILITY,
	"continuity", REST, T, "incidents recovered late", "incidents", BY_ALL, false},
    {"service_availability", "Service availability", "服务的可用程度", RELIABILITY, "continuity",
	REST, O, "seconds of outage in agreed time", "seconds of agreed service time", BY_SERVICE,
	false},
    {"emergency_readiness", "Emergency readiness", "关键业务应急就绪度", RELIABILITY, "continuity",
	LADDER, L, "level", "", BY_AGREEMENT, false},
    {"staff_stability", "Staff stability", "服务人员的稳定性", RELIABILITY, "stability", REST, M,
	"staff who left", "staff", BY_AGREEMENT, false},
    {"contact_connection_rate", "Contact connection rate", "接通率", RELIABILITY, "effectiveness",
	SHARE, E, "calls answered", "calls answered and abandoned", BY_SERVICE, false},
    {"report_on_time_rate", "Report on-time rate", "服务报告及时提交率", RELIABILITY,
	"effectiveness", SHARE, R, "conforming reports submitted on time", "reports due",
	BY_AGREEMENT, false},
    {"first_contact_resolution_rate", "First-contact resolution rate", "首问解决率", RELIABILITY,
	"effectiveness", SHARE, T, "requests resolved at the first contact", "requests", BY_ALL,
	false},
    {"resolution_rate", "Resolution rate", "解决率", RELIABILITY, "effectiveness", SHARE, T,
	"requests resolved", "requests", BY_ALL, false},
    {"record_traceability", "Record traceability", "服务记录的可追溯性", RELIABILITY,
	"traceability", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"timely_response_rate", "Timely response rate", "及时响应率", RESPONSIVENESS, "timeliness",
	REST, T, "requests answered late", "requests", BY_ALL, false},
    {"timely_resolution_rate", "Timely resolution rate", "及时解决率", RESPONSIVENESS, "timeliness",
	REST, T, "requests resolved late", "requests", BY_ALL, false},
    {"interaction_mechanism", "Interaction mechanism", "互动沟通机制", RESPONSIVENESS,
	"interactivity", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"report_submission_rate", "Report submission rate", "服务报告提交率", RESPONSIVENESS,
	"interactivity", SHARE, R, "conforming reports submitted", "reports due", BY_AGREEMENT,
	false},
    {"complaint_handling_rate", "Complaint handling rate", "投诉处理率", RESPONSIVENESS,
	"interactivity", SHARE, T, "complaints resolved effectively", "complaints", BY_ALL, true},
    {"deliverable_presentation", "Deliverable presentation", "服务交付物的呈现规范性", TANGIBILITY,
	"visibility", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"tool_professionalism", "Tool professionalism", "工具的专业性", TANGIBILITY, "professionalism",
	LADDER, L, "level", "", BY_AGREEMENT, false},
    {"process_professionalism", "Process professionalism", "服务流程的专业性", TANGIBILITY,
	"professionalism", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"staff_professionalism", "Staff professionalism", "人员的专业性", TANGIBILITY,
	"professionalism", FORMULA_WEIGHTED, M, "certified engineers", "engineers", BY_AGREEMENT,
	false},
    {"compliance", "Compliance", "服务的依从性", TANGIBILITY, "compliance", LADDER, L, "level", "",
	BY_AGREEMENT, false},
    {"proactive_monitoring", "Proactive monitoring", "主动进行服务监控", FRIENDLINESS,
	"proactivity", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"proactive_trend_analysis", "Proactive trend analysis", "主动进行服务趋势分析", FRIENDLINESS,
	"proactivity", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"proactive_service_introduction", "Proactive service introduction", "主动介绍服务的相关内容",
	FRIENDLINESS, "proactivity", LADDER, L, "level", "", BY_AGREEMENT, false},
    {"demand_flexibility", "Demand flexibility", "需求响应灵活性", FRIENDLINESS, "flexibility",
	LADDER, L, "level", "", BY_AGREEMENT, false},
    {"service_courtesy", "Service courtesy", "服务语言、行为和态度规范", FRIENDLINESS, "courtesy",
	LADDER, L, "level", "", BY_AGREEMENT, false},
};

int
indicator_find(const char *id)
{
	for (int i = 0; i < INDICATORS; i++) {
		if (strcmp(indicator_table[i].id, id) == 0)
			return i;
	}
	return -1;
}
