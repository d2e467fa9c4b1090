#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/alert.h"
#include "keeper_inside.h"
#include "log.h"
#include "store/store_delivery.h"

/* Messages handed out for one receiver and not yet reported; what is urgent passes only those, when
 * they wait for the receiver's hours. */
#define MESSAGES_OUT 5000
#define LANES 256 /* receivers that messages are handed out for at once */
#define MESSAGES_PAGE 100

void
keeper_signal(struct keeper *k)
{
	uint64_t one = 1;

	while (write(k->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
}

static struct lane *
lane_of(struct keeper *k, const char *receiver)
{
	struct lane *l = k->lanes;

	while (l != NULL && strcmp(l->receiver, receiver) != 0)
		l = l->next;
	if (l == NULL) {
		l = mem_alloc(1, sizeof(*l));
		l->receiver = mem_strdup(receiver);
		l->next = k->lanes;
		k->lanes = l;
	}
	return l;
}

static void
letter_put(struct keeper *k, struct letter *l)
{
	pthread_mutex_lock(&k->lock);
	*k->letters_last = l;
	k->letters_last = &l->next;
	pthread_mutex_unlock(&k->lock);
	keeper_signal(k);
}

/* A message that has left for good lets the next one to its receiver go. */
void
keeper_left(struct keeper *k, const char *receiver)
{
	struct letter *l = mem_alloc(1, sizeof(*l));

	l->saved = mem_strdup(receiver);
	lane_of(k, receiver)->out--;
	letter_put(k, l);
}

/* A message up to the lane's last is to be handed out, but not before there is room. */
static void
lane_again(struct lane *lane, int64_t id)
{
	if (lane->agains == lane->room) {
		lane->room = lane->room == 0 ? 64 : 2 * lane->room;
		lane->again = mem_grow(lane->again, lane->room, sizeof(lane->again[0]));
	}
	lane->again[lane->agains++] = id;
}

/* What the network would not have waits here. */
void
keeper_returned_take(struct keeper *k, struct note *notes)
{
	struct lane *lane;
	struct note *next;

	for (; notes != NULL; notes = next) {
		next = notes->next;
		lane = lane_of(k, notes->receiver);
		lane->out--;
		lane_again(lane, notes->report.id);
		keeper_note_free(notes);
	}
}

/* Hands out a message that its lane is past. One that is no longer there needs it no more. */
static void
again_out(struct keeper *k, struct lane *lane, int64_t id)
{
	struct letter *l = mem_alloc(1, sizeof(*l));
	struct stored_delivery d;
	struct err err;
	int found = store_delivery(k->store, id, &l->arena, &d, &err);

	if (found < 0)
		log_error("message %" PRId64 " waits for the next start: %s", id, err.msg);
	if (found <= 0 || d.row.state != OUTBOX_WAITING) {
		keeper_letter_free(l);
		return;
	}
	l->list = arena_alloc(&l->arena, 1, sizeof(*l->list));
	l->list[0] = d.row;
	l->count = 1;
	lane->out++;
	letter_put(k, l);
}

/* Hands the next messages of a receiver to the network, a bounded number at a time. */
static void
lane_out(struct keeper *k, struct lane *lane)
{
	struct letter *l;
	struct err err;
	size_t done = 0;
	int n = MESSAGES_PAGE;

	while (done < lane->agains && lane->out < MESSAGES_OUT)
		again_out(k, lane, lane->again[done++]);
	lane->agains -= done;
	if (lane->agains > 0)
		memmove(lane->again, lane->again + done, lane->agains * sizeof(lane->again[0]));
	while (n == MESSAGES_PAGE && lane->out < MESSAGES_OUT) {
		l = mem_alloc(1, sizeof(*l));
		n = store_outbox_waiting(
		    k->store, lane->receiver, lane->last, MESSAGES_PAGE, &l->arena, &l->list, &err);
		if (n < 0)
			log_error("messages cannot be read: %s", err.msg);
		if (n <= 0) {
			keeper_letter_free(l);
			return;
		}
		l->count = n;
		lane->last = l->list[n - 1].id;
		lane->out += n;
		letter_put(k, l);
	}
}

/* A message that waits again, though its lane may be past it. */
void
keeper_order_out(struct keeper *k, int64_t id)
{
	struct arena arena = {0};
	struct stored_delivery d;
	struct lane *lane;
	struct err err;
	int found = store_delivery(k->store, id, &arena, &d, &err);

	if (found < 0)
		log_error("message %" PRId64 " waits for the next start: %s", id, err.msg);
	lane = found > 0 ? lane_of(k, d.row.receiver) : NULL;
	if (lane != NULL && id <= lane->last)
		lane_again(lane, id);
	arena_free(&arena);
}

void
keeper_messages_out(struct keeper *k)
{
	const char *receivers[LANES];
	struct arena arena = {0};
	struct err err;
	int n = store_outbox_lanes(k->store, &arena, receivers, LANES, &err);

	if (n < 0)
		log_error("messages cannot be read: %s", err.msg);
	for (int i = 0; i < n; i++)
		lane_out(k, lane_of(k, receivers[i]));
	arena_free(&arena);
}

/* Tells the network what receivers know, before the first message. */
void
keeper_told_out(struct keeper *k)
{
	struct letter *l;
	struct err err;
	int64_t last = 0;
	int n;

	do {
		l = mem_alloc(1, sizeof(*l));
		l->told = true;
		n = store_outbox_told(
		    k->store, last, ALERT_FIRING, MESSAGES_PAGE, &l->arena, &l->list, &err);
		if (n < 0)
			log_error("what receivers know cannot be read: %s", err.msg);
		if (n <= 0) {
			keeper_letter_free(l);
			return;
		}
		l->count = n;
		last = l->list[n - 1].id;
		letter_put(k, l);
	} while (n == MESSAGES_PAGE);
}
