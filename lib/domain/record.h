/*
 * record: one accepted event, as the business sees it.
 *
 * The event types of slad, their members and which of them are mandatory stand in one table, read
 * by the decoder, the fold, the tests and the manual. Identity is (source, id). What a record is
 * about is its class and (source, subject): tickets, outages and maintenance are separate name
 * spaces. A fact stands alone: it is about itself. A retraction is about the event it names, which
 * it takes all effect from, for good.
 */
#ifndef SLAD_DOMAIN_RECORD_H
#define SLAD_DOMAIN_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/indicator.h"

enum class { CLASS_TICKET, CLASS_OUTAGE, CLASS_MAINTENANCE, CLASS_FACT, CLASS_RETRACTION };
#define CLASSES 5

enum kind { KIND_REQUEST, KIND_INCIDENT, KIND_COMPLAINT };
#define KINDS 3

/* In the order that settles equal times. */
enum verb {
	VERB_OPENED,
	VERB_UPDATED,
	VERB_ASSIGNED,
	VERB_CONTACTED,
	VERB_RESPONDED,
	VERB_PAUSED,
	VERB_RESUMED,
	VERB_RECOVERED,
	VERB_RESOLVED,
	VERB_REOPENED,
	VERB_CLOSED,
	VERB_EXCLUDED,
	VERB_INCLUDED,
	VERB_OUTAGE_STARTED,
	VERB_OUTAGE_ENDED,
	VERB_MAINTENANCE_PLANNED,
	VERB_MAINTENANCE_CANCELLED,
	VERB_CALL_ANSWERED,
	VERB_CALL_ABANDONED,
	VERB_REPORT_SUBMITTED,
	VERB_SURVEY_ANSWERED,
	VERB_SECURITY_TAMPERED,
	VERB_SECURITY_LEAKED,
	VERB_CHANGE_APPLIED,
	VERB_MEASUREMENT_RECORDED,
	VERB_ASSESSMENT_RECORDED,
	VERB_EVENT_RETRACTED,
};

/* The members of `data` that mean something; others are kept in the log and ignored. */
enum member {
	MEMBER_AGREEMENT,
	MEMBER_SERVICE,
	MEMBER_PRIORITY,
	MEMBER_TEAM,
	MEMBER_AGENT,
	MEMBER_CHANNEL,
	MEMBER_TITLE,
	MEMBER_KIND, /* enum kind */
	MEMBER_OUTAGE, /* bool */
	MEMBER_MAJOR, /* bool */
	MEMBER_STARTED_AT, /* instant */
	MEMBER_RESPOND_BY, /* instant */
	MEMBER_RECOVER_BY, /* instant */
	MEMBER_RESOLVE_BY, /* instant */
	MEMBER_BY, /* enum contact_by */
	MEMBER_CAUSE, /* of a pause: any text */
	MEMBER_FIRST_CONTACT, /* bool */
	MEMBER_EFFECTIVE, /* bool */
	MEMBER_EXCLUSION, /* `cause` of an exclusion: enum exclusion */
	MEMBER_DUPLICATE_OF,
	MEMBER_FROM, /* instant */
	MEMBER_TO, /* instant */
	MEMBER_COUNT, /* whole */
	MEMBER_REPORT,
	MEMBER_PERIOD, /* the canonical name of a calendar period */
	MEMBER_CONFORMING, /* bool */
	MEMBER_SCORE, /* thousandths */
	MEMBER_SCALE, /* thousandths */
	MEMBER_SURVEYED, /* `level` of a survey: enum survey_level */
	MEMBER_TICKET,
	MEMBER_MEASURED, /* `indicator` of a measurement: enum indicator */
	MEMBER_A, /* whole */
	MEMBER_B, /* whole */
	MEMBER_C, /* whole */
	MEMBER_ASSESSED, /* `indicator` of an assessment: enum indicator */
	MEMBER_LEVEL, /* whole: the rung reached */
	MEMBER_EVIDENCE,
	MEMBER_ASSESSOR,
	MEMBER_VALID_UNTIL, /* instant */
	MEMBER_ID, /* of the event that is retracted */
};
#define MEMBERS 40

static inline uint64_t
member_bit(enum member m)
{
	return UINT64_C(1) << m;
}

enum contact_by { BY_CUSTOMER, BY_AGENT };
enum survey_level { SURVEY_TICKET, SURVEY_PROJECT, SURVEY_CUSTOMER };

/* Why a ticket counts nowhere. The last is slad's own: no version of its agreement was in force. */
enum exclusion {
	EXCLUSION_DUPLICATE,
	EXCLUSION_SPAM,
	EXCLUSION_TEST,
	EXCLUSION_CANCELLED,
	EXCLUSION_INVALID,
	EXCLUSION_NO_AGREEMENT,
};
#define EXCLUSIONS 6

enum member_type {
	TYPE_TEXT,
	TYPE_PERIOD, /* a text */
	TYPE_BOOL,
	TYPE_INSTANT,
	TYPE_WORD, /* value = index of the word */
	TYPE_INDICATOR, /* of one input */
	TYPE_WHOLE,
	TYPE_DECIMAL, /* at most three decimals; value in thousandths */
};

struct member_info {
	const char *name; /* as in `data` */
	enum member_type type;
	const char *const *words; /* TYPE_WORD: the allowed words, NULL-terminated */
	bool folded; /* the fold reads it; others live in the log only */
	enum input input; /* TYPE_INDICATOR */
	int64_t low, high; /* TYPE_WHOLE, TYPE_DECIMAL: what is allowed */
};

struct record_type {
	const char *name; /* "request.opened" */
	enum class class;
	enum kind kind; /* of tickets */
	enum verb verb;
	uint64_t members; /* allowed: member_bit() */
	uint64_t mandatory; /* of these, those that must be there */
};

struct record {
	int64_t seq; /* place in the log, from 1; 0 before it is stored */
	int64_t time; /* UTC ms */
	int64_t sequence;
	const struct record_type *type;
	const char *source, *id, *subject;
	uint64_t has; /* member_bit(): members that are there with a value */
	uint64_t unset; /* members given as null */
	bool retracted; /* it has no effect */
	union {
		const char *text;
		int64_t number; /* all but texts and periods */
	} m[MEMBERS];
};

extern const struct member_info record_members[MEMBERS];
extern const struct record_type record_types[];
extern const size_t record_type_count;

/* NULL-terminated, in the order of their enums. */
extern const char *const kind_names[];
extern const char *const exclusion_names[]; /* with no_agreement; events may give the others */
extern const char *const contact_by_names[];
extern const char *const survey_level_names[];

const struct record_type *record_type_find(const char *name); /* NULL if unknown */

static inline bool
record_has(const struct record *r, enum member m)
{
	return (r->has >> m) & 1;
}

/* Members whose value is a text. */
static inline bool
member_is_text(enum member m)
{
	return record_members[m].type == TYPE_TEXT || record_members[m].type == TYPE_PERIOD;
}

/* (time, sequence, verb, id): a total order of one source's records, free of arrival. */
int record_compare(const struct record *a, const struct record *b);

#endif
