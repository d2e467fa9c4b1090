#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/stamp.h"
#include "watch_inside.h"

struct subject {
	UT_hash_handle hh;
	char key[];
};

struct watch_events *
watch_events_new(struct store *s)
{
	struct watch_events *v = mem_alloc(1, sizeof(*v));

	v->store = s;
	v->past_last = STAMP_NEVER;
	return v;
}

void
watch_events_forget(struct watch_events *v)
{
	struct subject *s, *next;

	HASH_ITER (hh, v->live, s, next) {
		HASH_DEL(v->live, s);
		free(s);
	}
	v->loaded = v->told = false;
	v->past_last = STAMP_NEVER;
}

void
watch_events_free(struct watch_events *v)
{
	if (v == NULL)
		return;
	watch_events_forget(v);
	free(v);
}

static void
key_add(struct watch_events *v, const char *key, size_t len)
{
	struct subject *s;

	HASH_FIND(hh, v->live, key, len, s);
	if (s != NULL)
		return;
	s = mem_alloc(1, sizeof(*s) + len);
	memcpy(s->key, key, len);
	HASH_ADD_KEYPTR(hh, v->live, s->key, len, s);
}

void
watch_events_live_add(struct watch_events *v, const char *key)
{
	key_add(v, key, strlen(key));
}

bool
watch_events_live(const struct watch_events *v, const char *key)
{
	struct subject *s;

	HASH_FIND(hh, v->live, key, strlen(key), s);
	return s != NULL;
}

/* The key that begins a subject: names may have any character, so their lengths part them. */
static size_t
key_len(const char *subject)
{
	const char *at = strchr(subject, ' ');
	char *end;
	size_t len;

	for (int part = 0; part < 2 && at != NULL; part++) {
		len = (size_t)strtoul(at, &end, 10);
		at = end + 1 + len;
	}
	return at == NULL ? 0 : (size_t)(at - subject);
}

static void
subject_take(void *context, const char *subject)
{
	key_add(context, subject, key_len(subject));
}

int
watch_events_begin(
    struct watch_events *v, const struct config *c, int64_t now, bool counts, struct err *err)
{
	v->config = c;
	v->now = now;
	v->counts = counts;
	if (v->loaded)
		return 0;
	if (store_alert_subjects(v->store, subject_take, v, err) != 0 ||
	    store_past_last(v->store, &v->past_last, err) != 0)
		return -1;
	v->loaded = true;
	return 0;
}

int
watch_events_end(struct watch_events *v, bool *told, struct err *err)
{
	if (v->now >= watch_events_next(v) && watch_past_tell(v, err) != 0)
		return -1;
	*told = *told || v->told;
	v->told = false;
	return 0;
}

int
watch_waiting(struct watch *w, const struct rule *rule, struct err *err)
{
	struct alert_reading reading = {.data = true, .leveled = true};
	struct stored_alert *row;
	bool ended;

	for (int i = 0; i < w->live_count; i++) {
		row = &w->live[i];
		if (w->seen[i] || !watch_is_of(rule, row))
			continue;
		w->seen[i] = true;
		ended = row->state == ALERT_FIRING && row->good != 0;
		if (ended && row->fired + rule->keep > w->now) {
			if (row->fired + rule->keep < w->result.next)
				w->result.next = row->fired + rule->keep;
			continue;
		}
		if (!ended && row->candidate == LEVEL_NONE)
			continue;
		reading.held = (enum level)row->candidate;
		reading.good = ended;
		if (watch_give(w, rule, row, &reading, "cleared", err) != 0)
			return -1;
	}
	return 0;
}
