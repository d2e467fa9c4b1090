/*
 * store_alert: alerts, and the outbox of what they have to tell.
 */
#ifndef SLAD_STORE_STORE_ALERT_H
#define SLAD_STORE_STORE_ALERT_H

#include "store/store.h"

/* An alert as it is stored; the meaning of state, level and candidate is domain/alert's. */
struct stored_alert {
	int64_t id;
	const char *rule, *indicator;
	const char *scope[DIMENSIONS]; /* NULL: not part of its scope */
	int state, level, candidate;
	int64_t candidate_since, since, fired, resolved;
	bool no_data;
	int64_t good, total, a, b;
	const char *reason; /* why it resolved, or NULL */
	const char *window; /* of its rule, when it began; never changed */
	int cohort;
	int kind; /* enum rule_kind */
	const char *subject; /* what tells its alerts apart beside the scope; "" */
	const char *about; /* what it is about, as JSON, or NULL */
	int told; /* the level that receivers heard last; 0: nothing */
	int64_t acked; /* STAMP_NEVER */
	const char *acked_by; /* NULL */
	int64_t escalated; /* STAMP_NEVER */
	int64_t leveled; /* it came to its level, or receivers heard of that later */
	int64_t silence; /* what keeps it from receivers while it fires; 0: nothing */
};

/* A line of its history: "fired", "changed", "acknowledged", "noted", "escalated", "closed",
 * "resolved", … Texts may be NULL. */
struct alert_line {
	int64_t at;
	const char *what, *by, *note, *cause, *measure, *verification;
};

int store_alert_save(struct store *s, struct stored_alert *a, struct err *err); /* sets id if 0 */
int store_alert_delete(struct store *s, int64_t id, struct err *err); /* and its history */
int store_alert(
    struct store *s, int64_t id, struct arena *a, struct stored_alert *alert, struct err *err);

/* What a page of alerts is restricted to. */
struct alerts_wanted {
	int64_t below; /* an id */
	int state, level; /* -1, 0: any; of a pending one the level of its candidate */
	const char *rule, *agreement, *service; /* NULL: any */
	int64_t from, to; /* when it fired; INT64_MIN and INT64_MAX: whether it did or not */
	int limit;
};

/* Those that are pending, firing or closed by a person; or a
 * page of all, newest first. In the arena; they return how many, or -1. */
int store_alerts_live(
    struct store *s, struct arena *a, struct stored_alert **list, struct err *err);

/* Those of them whose subject is `prefix`, '/' and more, in the arena; how many, or -1. And each
 * subject that one of a single ticket or event has. */
int store_alerts_under(struct store *s, const char *prefix, struct arena *a,
    struct stored_alert **list, struct err *err);
int store_alert_subjects(struct store *s, void (*each)(void *context, const char *subject),
    void *context, struct err *err);

int store_alerts_page(struct store *s, const struct alerts_wanted *w, struct arena *a,
    struct stored_alert **list, struct err *err);

int store_alert_history_add(
    struct store *s, int64_t alert, const struct alert_line *line, struct err *err);

/* Oldest first, in the arena; returns how many, or -1. */
int store_alert_history(
    struct store *s, int64_t alert, struct arena *a, struct alert_line **list, struct err *err);

/* Those that fired in [from, to), of an agreement's scope or of all agreements', the newest first,
 * in the arena; returns how many, at most `limit`, or -1. */
int store_alerts_fired(struct store *s, const char *agreement, int64_t from, int64_t to, int limit,
    struct arena *a, struct stored_alert **list, struct err *err);

int store_alert_counts(struct store *s,
    void (*each)(void *context, int state, int level, int kind, int64_t count), void *context,
    struct err *err);

/* What rules would have fired for, had slad known of it in time. */
struct stored_past {
	const char *subject; /* as of an alert */
	const char *rule;
	int64_t at;
};

int store_past_set(
    struct store *s, const struct stored_past *past, int64_t learned, struct err *err);
int store_past_delete(struct store *s, const struct stored_past *past, struct err *err);

/* Those whose subject is `prefix`, '/' and more, in the arena; how many, or -1. */
int store_pasts_under(struct store *s, const char *prefix, struct arena *a,
    struct stored_past **list, struct err *err);

/* When the last one was learned of; STAMP_NEVER: there is none. */
int store_past_last(struct store *s, int64_t *learned, struct err *err);

int store_past_rules(struct store *s,
    void (*each)(void *context, const char *rule, int64_t count, int64_t earliest, int64_t latest),
    void *context, struct err *err);
int store_past_clear(struct store *s, struct err *err);

enum outbox_state { OUTBOX_WAITING, OUTBOX_DELIVERED, OUTBOX_FAILED };
#define OUTBOX_STATES 3

struct outbox {
	int64_t id;
	const char *message, *receiver, *body;
	int64_t alert, created;
	int state, attempts;
	int64_t next;
	int status;
	const char *error;
	int64_t begun; /* the first attempt; 0: none yet */
	int64_t ended; /* delivered or failed; 0 while it waits */
};

int store_outbox_add(struct store *s, const char *message, const char *receiver, int64_t alert,
    int64_t created, const char *body, struct err *err);

/* Whether a message of this name was ever written: 1, 0, or -1. */
int store_outbox_has(struct store *s, const char *message, struct err *err);

/* The receivers that were told of an alert, in the arena; returns how many, or -1. */
int store_outbox_receivers(struct store *s, int64_t alert, struct arena *a, const char **receivers,
    int limit, struct err *err);

int store_outbox_report(struct store *s, const struct outbox *report, struct err *err);

/* The messages to a receiver that were created after `since` and failed for good: how many, and
 * when the last of them was created. */
int store_outbox_failed(struct store *s, const char *receiver, int64_t since, int64_t *count,
    int64_t *last, struct err *err);

/* When the oldest message that waits for a receiver was created: 1, or 0 if none waits. */
int store_outbox_oldest(struct store *s, const char *receiver, int64_t *created, struct err *err);

/* The receivers that messages wait for, in the arena; returns how many, at most `limit`, or -1. */
int store_outbox_lanes(
    struct store *s, struct arena *a, const char **receivers, int limit, struct err *err);

/* Those that wait for a receiver, after an id, oldest first, in the arena; returns how many, or -1.
 */
int store_outbox_waiting(struct store *s, const char *receiver, int64_t after, int limit,
    struct arena *a, struct outbox **list, struct err *err);
/* What receivers know of the alerts that still concern them: those in a state, and those that have
 * a message waiting. A page after an id, in the arena: id, receiver, body of the last message that
 * was delivered, and as `message` the name of the first. Returns how many, or -1. */
int store_outbox_told(struct store *s, int64_t after, int alert_state, int limit, struct arena *a,
    struct outbox **list, struct err *err);

#endif
