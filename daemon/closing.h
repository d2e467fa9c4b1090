/*
 * closing: the numbers of a period as they stood: gathered live, stored as a revision, loaded
 * again, and compared.
 */
#ifndef SLAD_DAEMON_CLOSING_H
#define SLAD_DAEMON_CLOSING_H

#include <jansson.h>

#include "codec/config.h"
#include "domain/window.h"
#include "order.h"
#include "store/store_closing.h"

/* An agreement's scores in a window, the whole and by service (but where there are more services
 * than one answer takes), in an arena; and what each was made of, to be read once, or NULL. */
struct closed_state {
	size_t scores;
	struct closed_score *score;
	struct evidence_reader *evidence;
};

/* As of now, from the folded state of a store, within a transaction. Whatever it returns, and where
 * a state is loaded with its evidence, closing_end() is to be called before that ends. */
int closing_gather(const struct act *act, const char *agreement, const struct window *w,
    struct arena *a, struct closed_state *state, struct err *err);

/* Its scores alone, or with what they were made of. */
int closing_load_scores(
    struct store *s, int64_t closing, struct arena *a, struct closed_state *state, struct err *err);
int closing_load(
    struct store *s, int64_t closing, struct arena *a, struct closed_state *state, struct err *err);
void closing_end(struct closed_state *state);

/* Stores a state that was gathered; its evidence is read to the end. */
int closing_save(
    const struct act *act, int64_t closing, const struct closed_state *state, struct err *err);

#define CLOSING_MOVED 1000 /* of what moved, in one answer */

/* A page of what moved: after so many, at most so many. */
struct moved_page {
	int64_t after, limit;
};

/* Puts into `o` what differs: `moved`, a page of tickets and the like, with what they counted
 * before and after; `moved_count`, how many there are in all, and `next`; and `scores_moved`, the
 * scores whose numbers do. 0, or -1 with a sentence. */
int closing_moves_put(json_t *o, const struct closed_state *before,
    const struct closed_state *after, const struct moved_page *page, struct err *err);

/* A page of what differs in the evidence, and how much does in all; all scores that do. New
 * references; NULL with a sentence. */
json_t *closing_moved(struct evidence_reader *before, struct evidence_reader *after,
    const struct moved_page *page, int64_t *count, struct err *err);
json_t *closing_scores_moved(const struct closed_state *before, const struct closed_state *after);

/* A revision's head: agreement, window, from, to, revision, closed_at, by, note, configuration. */
json_t *closing_json(const struct stored_closing *c);

/* The scores of a state as a list of JSON; of one service (NULL: any, and the whole). */
json_t *closing_scores_json(const struct closed_state *state);

/* The order to close a period. */
int closing_close(struct order *o, const struct act *act, struct err *err);

/* Whether an agreement is configured; -1 and a sentence if it is not. */
int closing_agreement(const struct config *c, const char *agreement, struct err *err);

/* A window that can be closed, of a name: a calendar window of the agreement's zone, or of the
 * daemon's where the agreement is no longer configured. */
int closing_window(const struct config *c, const char *agreement, const char *name, int64_t now,
    struct window *w, struct err *err);

#endif
