/*
 * store_closing: closed periods: their scores, and the evidence of what these were made of.
 */
#ifndef SLAD_STORE_STORE_CLOSING_H
#define SLAD_STORE_STORE_CLOSING_H

#include "store/store.h"

struct stored_closing {
	int64_t id;
	const char *agreement, *window;
	int64_t from, to;
	int64_t revision; /* from 1 */
	int64_t closed; /* the instant as of which the scores are */
	int64_t seq; /* the last record of the log by then */
	const char *judgement, *by, *note;
};

struct closed_score {
	const char *service; /* NULL: of the whole agreement */
	const char *indicator;
	const char *score; /* as JSON */
};

/* One thing that counted in an indicator. */
struct stored_evidence {
	const char *indicator;
	const char *kind, *source, *name; /* what it is: a ticket, an outage, a report, … */
	int64_t cycle, part;
	const char *service;
	const char *counted, *cause; /* good, bad, pending, excluded; the cause of that last one */
	int64_t a, b, c;
};

int store_closing_add(struct store *s, struct stored_closing *c, struct err *err); /* sets id */

/* The revision of an agreement's window, or its last one (0). */
int store_closing(struct store *s, const char *agreement, const char *window, int64_t revision,
    struct arena *a, struct stored_closing *c, struct err *err);

/* A page, newest first, below an id, of an agreement or of all (NULL), in the arena; returns how
 * many, or -1. */
int store_closings(struct store *s, int64_t below, const char *agreement, int limit,
    struct arena *a, struct stored_closing **list, struct err *err);

/* The next one after an id, in the order in which they were closed: 1, 0, or -1. */
int store_closing_next(
    struct store *s, int64_t after, struct arena *a, struct stored_closing *c, struct err *err);

int store_closed_score_add(
    struct store *s, int64_t closing, const struct closed_score *score, struct err *err);
int store_evidence_add(
    struct store *s, int64_t closing, const struct stored_evidence *e, struct err *err);

/* In the order in which they were added, in the arena; returns how many, or -1. */
int store_closed_scores(
    struct store *s, int64_t closing, struct arena *a, struct closed_score **list, struct err *err);

/*
 * Evidence is never in memory as a whole: a month of a large agreement has millions. It is read one
 * by one, sorted bytewise by indicator, kind, source, name, cycle, part, service, wherever it lies:
 * stored with a closing, or in a sheaf.
 */
struct evidence_reader;

/* That of a closing; several may be open at once, none while the store's transaction ends. NULL
 * with a sentence if it fails. */
struct evidence_reader *store_evidence(struct store *s, int64_t closing, struct err *err);

/* 1 and the next one, whose texts live until the next call; 0 at the end; -1. */
int evidence_next(struct evidence_reader *r, struct stored_evidence *e, struct err *err);
void evidence_end(struct evidence_reader *r); /* NULL is fine */

/*
 * A sheaf: evidence in the order in which it is found, put into the other. It takes some MiB of
 * memory; what is more lies in temporary files, which have no name and end with it. No store has to
 * do with it, and none fails with it. `beat`, which may be NULL, is called now and then while it
 * works.
 */
struct sheaf;

struct sheaf *sheaf_open(void (*beat)(void *context, int64_t done), void *context, struct err *err);
int sheaf_add(struct sheaf *s, const struct stored_evidence *e, struct err *err);
void sheaf_free(struct sheaf *s); /* NULL is fine */

/* All that is in it; takes it over, also where it fails. */
struct evidence_reader *sheaf_read(struct sheaf *s, struct err *err);

#endif
