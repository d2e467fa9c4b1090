/*
 * indicator: the 32 of GB/T 33850-2017 (IT service: quality evaluation index system), one table.
 */
#ifndef SLAD_DOMAIN_INDICATOR_H
#define SLAD_DOMAIN_INDICATOR_H

#include <stdbool.h>

#include "domain/scope.h"

enum characteristic { SECURITY, RELIABILITY, RESPONSIVENESS, TANGIBILITY, FRIENDLINESS };
#define CHARACTERISTICS 5

/* How X comes from A and B. */
enum formula {
	FORMULA_SHARE, /* A/B */
	FORMULA_COMPLEMENT, /* 1-A/B */
	FORMULA_ABSENCE, /* A = 0: 1, else 0 */
	FORMULA_LADDER, /* level/5 */
	FORMULA_WEIGHTED, /* 0.7 A/B + 0.3 C/B */
};

/* Where A and B come from. */
enum input {
	INPUT_TICKETS,
	INPUT_OUTAGES,
	INPUT_EVENTS, /* calls, security, changes */
	INPUT_REPORTS,
	INPUT_MEASUREMENT,
	INPUT_ASSESSMENT,
};

/* In the order of the standard's tables. */
enum indicator {
	SUPPLIER_ACCESS_CONTROL_RATE,
	CUSTOMER_ACCESS_FULFILMENT_RATE,
	INFORMATION_INTEGRITY_RATE,
	CONFIDENTIALITY_MECHANISM,
	LEAKAGE_FREE,
	SERVICE_ITEM_COMPLETENESS,
	MAJOR_INCIDENT_FREE,
	INCIDENT_CONTROL_RATE,
	ON_TIME_RECOVERY_RATE,
	SERVICE_AVAILABILITY,
	EMERGENCY_READINESS,
	STAFF_STABILITY,
	CONTACT_CONNECTION_RATE,
	REPORT_ON_TIME_RATE,
	FIRST_CONTACT_RESOLUTION_RATE,
	RESOLUTION_RATE,
	RECORD_TRACEABILITY,
	TIMELY_RESPONSE_RATE,
	TIMELY_RESOLUTION_RATE,
	INTERACTION_MECHANISM,
	REPORT_SUBMISSION_RATE,
	COMPLAINT_HANDLING_RATE,
	DELIVERABLE_PRESENTATION,
	TOOL_PROFESSIONALISM,
	PROCESS_PROFESSIONALISM,
	STAFF_PROFESSIONALISM,
	COMPLIANCE,
	PROACTIVE_MONITORING,
	PROACTIVE_TREND_ANALYSIS,
	PROACTIVE_SERVICE_INTRODUCTION,
	DEMAND_FLEXIBILITY,
	SERVICE_COURTESY,
};
#define INDICATORS 32

struct indicator_info {
	const char *id, *name, *name_zh;
	enum characteristic characteristic;
	const char *sub; /* sub-characteristic */
	enum formula formula;
	enum input input;
	const char *a, *b; /* what is counted, in a few words; b "" where there is none */
	unsigned dimensions; /* that touch it: 1 << enum dimension */
	bool one_if_empty; /* B = 0 gives 1 by the standard, not "no data" */
};

extern const struct indicator_info indicator_table[INDICATORS];
extern const char *const characteristic_names[CHARACTERISTICS];
extern const char *const characteristic_names_zh[CHARACTERISTICS];

int indicator_find(const char *id); /* enum indicator, or -1 */

#endif
