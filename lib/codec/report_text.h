/*
 * report_text: the words of a report in English and Chinese, and its numbers as people read them.
 */
#ifndef SLAD_CODEC_REPORT_TEXT_H
#define SLAD_CODEC_REPORT_TEXT_H

#include "base/mem.h"
#include "codec/report.h"

enum word {
	WORD_TITLE,
	WORD_AGREEMENT,
	WORD_PERIOD,
	WORD_AS_OF,
	WORD_TO,
	WORD_COUNTED,
	WORD_COUNTED_OPENED,
	WORD_COUNTED_SETTLED,
	WORD_STATUS,
	WORD_RUNNING,
	WORD_ENDED,
	WORD_REVISION,
	WORD_CLOSED_AT,
	WORD_MOVED,
	WORD_SUMMARY,
	WORD_OBJECTIVES_MET,
	WORD_OBJECTIVES_NONE,
	WORD_OBJECTIVES_NO_DATA,
	WORD_MISSED_ARE,
	WORD_ALL_MET,
	WORD_GRADE,
	WORD_SCORE,
	WORD_COVERAGE,
	WORD_ALERTS_FIRED,
	WORD_EVALUATION,
	WORD_PROFILE,
	WORD_CHARACTERISTIC,
	WORD_WEIGHT,
	WORD_BANDS,
	WORD_FROM,
	WORD_UNGRADED,
	WORD_MIN_COVERAGE,
	WORD_VETO,
	WORD_INDICATORS,
	WORD_INDICATOR,
	WORD_VALUE,
	WORD_OBJECTIVE,
	WORD_RESULT,
	WORD_MET,
	WORD_MISSED,
	WORD_PREVIOUS,
	WORD_PENDING,
	WORD_EXCLUDED,
	WORD_POINTS,
	WORD_TRENDS,
	WORD_TREND,
	WORD_STEP,
	WORD_NO_DATA,
	WORD_BELOW_OBJECTIVE,
	WORD_TIMES,
	WORD_TIME,
	WORD_COUNT,
	WORD_MEAN,
	WORD_FAILURES,
	WORD_BETWEEN,
	WORD_RESTORE,
	WORD_SATISFACTION,
	WORD_LEVEL,
	WORD_ANSWERED,
	WORD_TICKETS,
	WORD_KIND,
	WORD_BACKLOG_BEFORE,
	WORD_OPENED,
	WORD_RESOLVED,
	WORD_BACKLOG_AFTER,
	WORD_REOPENED,
	WORD_SERVICES,
	WORD_SERVICE,
	WORD_LATE_RESPONSES,
	WORD_LATE_RECOVERIES,
	WORD_LATE_RESOLUTIONS,
	WORD_SERVICES_NONE,
	WORD_NO_SERVICE,
	WORD_OF,
	WORD_ALERTS,
	WORD_ALERTS_NONE,
	WORD_ALERTS_MORE,
	WORD_RULE,
	WORD_SCOPE,
	WORD_AGREEMENTS_ALL,
	WORD_FIRED,
	WORD_ENDED_AT,
	WORD_STATE,
	WORD_IMPROVEMENTS,
	WORD_IMPROVEMENTS_NONE,
	WORD_MEASURE,
	WORD_AIM,
	WORD_BASELINE,
	WORD_PRESENT,
	WORD_DUE,
	WORD_NOTES,
	WORD_NOTE_STANDARD,
	WORD_NOTE_PENDING,
	WORD_NOTE_TIMES,
	WORDS
};

const char *report_word(enum word w, bool zh);

/* A name of the interface ("request", "no_data", "p95") in words; itself if it has none. */
const char *report_name(const char *key, bool zh);

/* What an indicator's A and B are. */
const char *report_counted(enum indicator i, bool b, bool zh);

/* Texts in the arena; between a number and its unit is a no-break space. */
#define NBSP "\xc2\xa0"

/* "97.50 %": with more digits than two where these would hide that it is not quite 0 or 100, or
 * which side of `limit` it is on. */
const char *report_percent(struct arena *a, double share, struct figure limit);
const char *report_objective(struct arena *a, double share); /* "95 %", "99.95 %" */
const char *report_amount(struct arena *a, double n); /* "12,345", "0.50" */
const char *report_duration(struct arena *a, double seconds, bool zh); /* "27 h 30 min" */
const char *report_instant(struct arena *a, const struct zone *zone, int64_t t);
const char *report_textf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
