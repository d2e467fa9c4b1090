#include "domain/indicator.h"

#include <string.h>

const char *const characteristic_names[CHARACTERISTICS] = {
    "security", "reliability", "responsiveness", "tangibility", "friendliness"};

#define T INPUT_TICKETS
#define O INPUT_OUTAGES
#define E INPUT_EVENTS
#define M INPUT_MEASUREMENT
#define L INPUT_ASSESSMENT
#define SHARE FORMULA_SHARE
#define REST FORMULA_COMPLEMENT
#define NONE FORMULA_ABSENCE
#define LADDER FORMULA_LADDER

/* id, name, name_zh, characteristic, sub-characteristic, formula, input, A, B, one_if_empty,
 * computed */
const struct indicator_info indicator_table[INDICATORS] = {
    {"supplier_access_control_rate", "Supplier access control rate", "供方访问权限的控制率",
	SECURITY, "availability", REST, M, "grants that miss what was agreed", "grants required",
	false, false},
    {"customer_access_fulfilment_rate", "Customer access fulfilment rate", "需方访问权限的满足率",
	SECURITY, "availability", REST, M, "required customer rights not granted",
	"customer rights required", false, false},
    {"information_integrity_rate", "Information integrity rate", "信息的完整状态比率", SECURITY,
	"integrity", REST, E, "tampering events", "changes applied", false, false},
    {"confidentiality_mechanism", "Confidentiality mechanism", "保密机制的运行情况", SECURITY,
	"confidentiality", LADDER, L, "level", "", false, false},
    {"leakage_free", "Free of leakage", "泄密事故发生情况", SECURITY, "confidentiality", NONE, E,
	"leaks", "", false, false},
    {"service_item_completeness", "Service item completeness", "服务项实现的完整度", RELIABILITY,
	"completeness", SHARE, M, "service items delivered", "service items agreed", false, false},
    {"major_incident_free", "Free of major incidents", "重大事故发生情况", RELIABILITY,
	"continuity", NONE, T, "major incidents", "", false, false},
    {"incident_control_rate", "Incident control rate", "事故发生情况", RELIABILITY, "continuity",
	REST, T, "incidents that are not major", "incidents agreed", false, false},
    {"on_time_recovery_rate", "On-time recovery rate", "服务按时恢复的事件比例", RELIABILITY,
	"continuity", REST, T, "incidents recovered late", "incidents", false, true},
    {"service_availability", "Service availability", "服务的可用程度", RELIABILITY, "continuity",
	REST, O, "seconds of outage in agreed time", "seconds of agreed service time", false, true},
    {"emergency_readiness", "Emergency readiness", "关键业务应急就绪度", RELIABILITY, "continuity",
	LADDER, L, "level", "", false, false},
    {"staff_stability", "Staff stability", "服务人员的稳定性", RELIABILITY, "stability", REST, M,
	"staff who left", "staff", false, false},
    {"contact_connection_rate", "Contact connection rate", "接通率", RELIABILITY, "effectiveness",
	SHARE, E, "calls answered", "calls answered and abandoned", false, false},
    {"report_on_time_rate", "Report on-time rate", "服务报告及时提交率", RELIABILITY,
	"effectiveness", SHARE, E, "conforming reports submitted on time", "reports due", false,
	false},
    {"first_contact_resolution_rate", "First-contact resolution rate", "首问解决率", RELIABILITY,
	"effectiveness", SHARE, T, "requests resolved at the first contact", "requests", false,
	true},
    {"resolution_rate", "Resolution rate", "解决率", RELIABILITY, "effectiveness", SHARE, T,
	"requests resolved", "requests", false, true},
    {"record_traceability", "Record traceability", "服务记录的可追溯性", RELIABILITY,
	"traceability", LADDER, L, "level", "", false, false},
    {"timely_response_rate", "Timely response rate", "及时响应率", RESPONSIVENESS, "timeliness",
	REST, T, "requests answered late", "requests", false, true},
    {"timely_resolution_rate", "Timely resolution rate", "及时解决率", RESPONSIVENESS, "timeliness",
	REST, T, "requests resolved late", "requests", false, true},
    {"interaction_mechanism", "Interaction mechanism", "互动沟通机制", RESPONSIVENESS,
	"interactivity", LADDER, L, "level", "", false, false},
    {"report_submission_rate", "Report submission rate", "服务报告提交率", RESPONSIVENESS,
	"interactivity", SHARE, E, "conforming reports submitted", "reports due", false, false},
    {"complaint_handling_rate", "Complaint handling rate", "投诉处理率", RESPONSIVENESS,
	"interactivity", SHARE, T, "complaints resolved effectively", "complaints", true, true},
    {"deliverable_presentation", "Deliverable presentation", "服务交付物的呈现规范性", TANGIBILITY,
	"visibility", LADDER, L, "level", "", false, false},
    {"tool_professionalism", "Tool professionalism", "工具的专业性", TANGIBILITY, "professionalism",
	LADDER, L, "level", "", false, false},
    {"process_professionalism", "Process professionalism", "服务流程的专业性", TANGIBILITY,
	"professionalism", LADDER, L, "level", "", false, false},
    {"staff_professionalism", "Staff professionalism", "人员的专业性", TANGIBILITY,
	"professionalism", FORMULA_WEIGHTED, M, "certified engineers", "engineers", false, false},
    {"compliance", "Compliance", "服务的依从性", TANGIBILITY, "compliance", LADDER, L, "level", "",
	false, false},
    {"proactive_monitoring", "Proactive monitoring", "主动进行服务监控", FRIENDLINESS,
	"proactivity", LADDER, L, "level", "", false, false},
    {"proactive_trend_analysis", "Proactive trend analysis", "主动进行服务趋势分析", FRIENDLINESS,
	"proactivity", LADDER, L, "level", "", false, false},
    {"proactive_service_introduction", "Proactive service introduction", "主动介绍服务的相关内容",
	FRIENDLINESS, "proactivity", LADDER, L, "level", "", false, false},
    {"demand_flexibility", "Demand flexibility", "需求响应灵活性", FRIENDLINESS, "flexibility",
	LADDER, L, "level", "", false, false},
    {"service_courtesy", "Service courtesy", "服务语言、行为和态度规范", FRIENDLINESS, "courtesy",
	LADDER, L, "level", "", false, false},
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
