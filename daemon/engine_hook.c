#include <string.h>

#include "engine_inside.h"
#include "order.h"

#define QUARANTINE_COUNT 10000 /* kept there: enough to see what is wrong */
#define QUARANTINE_BYTES (64 * 1048576) /* so that a mad sender does not fill the disk */

/* 1, or 0 if there is no room. */
static int
keep(struct engine *e, const struct quarantined *q, struct err *err)
{
	int64_t bytes = (int64_t)q->len;

	if (e->quarantine_count >= QUARANTINE_COUNT ||
	    e->quarantine_bytes + bytes > QUARANTINE_BYTES)
		return 0;
	if (store_quarantine(e->store, q, err) != 0)
		return -1;
	e->quarantine_count++;
	e->quarantine_bytes += bytes;
	return 1;
}

int
engine_quarantine(struct engine *e, const struct submission *s, int64_t now, struct err *err)
{
	const struct fault *f;

	for (size_t i = 0; i < s->events->faults; i++) {
		f = &s->events->fault[i];
		if (keep(e,
			&(struct quarantined){.received = now,
			    .sender = s->sender,
			    .reason = f->detail,
			    .body = f->body,
			    .len = strlen(f->body)},
			err) < 0)
			return -1;
	}
	return 0;
}

/* Which entry of the table of agreements would mend it. */
static void
missed_put(struct buf *b, const char *missed)
{
	if (*missed == '\0')
		buf_puts(b,
		    "; the payload says nothing that the table 'agreements' could have, and "
		    "there is no '*' in it");
	else
		buf_putf(b, "; the table 'agreements' has nothing for '%.200s'", missed);
}

/* What is wrong with the events that a mapping made, as one sentence. */
static const char *
reason_of(const struct events *events, const char *missed, struct arena *a)
{
	const struct fault *f = &events->fault[0];
	struct buf b = BUF_INIT(4096);
	const char *text;

	buf_putf(&b, "the event '%.200s' that the mapping gives is wrong: %s",
	    f->id == NULL ? "" : f->id, f->detail);
	if (missed != NULL && strcmp(f->pointer, "/data/agreement") == 0)
		missed_put(&b, missed);
	if (events->faults > 1)
		buf_putf(&b, " (and %zu more)", events->faults - 1);
	text = arena_strdup(a, buf_text(&b));
	buf_free(&b);
	return text;
}

static int
delivery_keep(struct engine *e, const struct submission *s, int64_t now, struct err *err)
{
	struct hook_delivery *d = s->hook;
	int kept = keep(e,
	    &(struct quarantined){.received = now,
		.sender = s->sender,
		.hook = d->source,
		.delivery = d->id,
		.reason = d->reason,
		.headers = d->headers,
		.body = d->body,
		.len = d->len},
	    err);

	d->lost = kept == 0;
	return kept < 0 ? -1 : 0;
}

int
engine_hook(struct engine *e, struct submission *s, int64_t now, struct err *err)
{
	struct hook_delivery *d = s->hook;

	s->accepted = s->duplicates = 0;
	if (hooks_map(e->hooks, e->store, d, now, s->arena, s->events, err) != 0)
		return -1;
	if (d->malformed)
		return 0;
	s->skip = !d->snapshot && !d->again;
	if (d->reason == NULL && engine_take(e, s, now, err) != 0)
		return -1;
	if (d->reason == NULL && s->events->faults > 0)
		d->reason = reason_of(s->events, d->missed, s->arena);
	if (d->reason != NULL)
		return d->again ? 0 : delivery_keep(e, s, now, err);
	return d->snapshot ? store_hook_state_set(e->store, d->source, &d->kept, err) : 0;
}

static int
submit(void *context, struct submission *s, int64_t now, struct err *err)
{
	struct engine *e = context;
	int rc = s->hook != NULL ? engine_hook(e, s, now, err) : engine_take(e, s, now, err);

	return rc == 0 ? fold_save(&e->batch, err) : -1;
}

/* In the order in which they came; each sees what all events before it come to, as of now. */
int
engine_orders(struct engine *e, const struct engine_work *w, int64_t now, struct err *err)
{
	bool released = false, moved = false;
	const struct act act = {.store = e->store,
	    .config = e->config,
	    .now = now,
	    .moved = &moved,
	    .beat = w->beat,
	    .context = w->context,
	    .submit = submit,
	    .engine = e,
	    .released = &released};

	for (size_t i = 0; i < w->orders; i++) {
		if (w->order[i]->carry_out(w->order[i], &act, err) != 0)
			return -1;
	}
	if (moved) {
		e->told = true;
		e->watch_next = now;
	}
	if (released)
		return store_quarantine_size(
		    e->store, &e->quarantine_count, &e->quarantine_bytes, err);
	return 0;
}
