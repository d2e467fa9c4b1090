#include "codec/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"

static uint64_t
folded(uint64_t members)
{
	for (enum member m = 0; m < MEMBERS; m++) {
		if (!record_members[m].folded)
			members &= ~member_bit(m);
	}
	return members;
}

void
record_pack(struct buf *facts, const struct record *r)
{
	uint64_t has = folded(r->has);

	pack_uint(facts, (uint64_t)r->seq);
	pack_uint(facts, (uint64_t)(r->type - record_types) << 1 | r->retracted);
	pack_int(facts, r->time);
	pack_int(facts, r->sequence);
	pack_text(facts, r->id);
	pack_uint(facts, has);
	pack_uint(facts, folded(r->unset));
	for (enum member m = 0; m < MEMBERS; m++) {
		if (((has >> m) & 1) == 0)
			continue;
		if (member_is_text(m))
			pack_text(facts, r->m[m].text);
		else
			pack_int(facts, r->m[m].number);
	}
}

static const char *
text_unpack(struct unpack *u, struct arena *a)
{
	size_t len;
	const char *bytes = unpack_text(u, &len);

	return arena_strndup(a, bytes, len);
}

static void
record_unpack(struct unpack *u, struct arena *a, struct record *r)
{
	uint64_t type;

	r->seq = (int64_t)unpack_uint(u);
	type = unpack_uint(u);
	r->retracted = type & 1;
	type >>= 1;
	if (type >= record_type_count) {
		u->bad = true;
		return;
	}
	r->type = &record_types[type];
	r->time = unpack_int(u);
	r->sequence = unpack_int(u);
	r->id = text_unpack(u, a);
	r->has = unpack_uint(u);
	r->unset = unpack_uint(u);
	for (enum member m = 0; m < MEMBERS; m++) {
		if (!record_has(r, m))
			continue;
		if (member_is_text(m))
			r->m[m].text = text_unpack(u, a);
		else
			r->m[m].number = unpack_int(u);
	}
}

int
records_unpack(const void *facts, size_t len, const char *source, const char *subject,
    struct arena *a, struct record **records, struct err *err)
{
	struct record *list = NULL, *grown;
	int n = 0, room = 0;
	struct unpack u;

	unpack_init(&u, facts, len);
	while (unpack_more(&u)) {
		if (n == room) {
			room = room == 0 ? 16 : 2 * room;
			grown = arena_alloc(a, (size_t)room, sizeof(*grown));
			if (n > 0)
				memcpy(grown, list, (size_t)n * sizeof(*grown));
			list = grown;
		}
		record_unpack(&u, a, &list[n]);
		list[n].source = source;
		list[n++].subject = subject;
	}
	if (u.bad)
		return err_set(
		    err, "the stored records of %s are damaged; run slad rebuild", subject);
	*records = list;
	return n;
}

void
counts_pack(struct buf *b, const struct count *counts, size_t n)
{
	int64_t before = 0;

	for (size_t i = 0; i < n; i++) {
		pack_int(b, counts[i].minute - before);
		pack_uint(b, counts[i].measure);
		pack_uint(b, counts[i].cycle);
		pack_int(b, counts[i].n);
		before = counts[i].minute;
	}
}

int
counts_unpack(
    const void *bytes, size_t len, struct arena *a, struct count **counts, struct err *err)
{
	struct count *list = arena_alloc(a, len / 4 + 1, sizeof(*list));
	int64_t minute = 0;
	struct unpack u;
	int n = 0;

	unpack_init(&u, bytes, len);
	for (; unpack_more(&u); n++) {
		minute += unpack_int(&u);
		list[n].minute = minute;
		list[n].measure = (unsigned)unpack_uint(&u);
		list[n].cycle = (unsigned)unpack_uint(&u);
		list[n].n = unpack_int(&u);
	}
	if (u.bad)
		return err_set(err, "stored counts are damaged; run slad rebuild");
	*counts = list;
	return n;
}

void
tally_add(struct tally *t, unsigned measure, int64_t n)
{
	size_t i = t->count;

	while (i > 0 && t->sum[i - 1].measure > measure)
		i--;
	if (i > 0 && t->sum[i - 1].measure == measure) {
		t->sum[i - 1].n += n;
		return;
	}
	if (t->count == t->room) {
		t->room = t->room == 0 ? 8 : 2 * t->room;
		t->sum = mem_grow(t->sum, t->room, sizeof(*t->sum));
	}
	memmove(&t->sum[i + 1], &t->sum[i], (t->count - i) * sizeof(*t->sum));
	t->sum[i] = (struct tally_sum){measure, n};
	t->count++;
}

int
tally_add_packed(struct tally *t, const void *bytes, size_t len, struct err *err)
{
	unsigned measure = 0;
	struct unpack u;

	unpack_init(&u, bytes, len);
	while (unpack_more(&u)) {
		measure += (unsigned)unpack_uint(&u);
		tally_add(t, measure, unpack_int(&u));
	}
	return u.bad ? err_set(err, "a stored tally is damaged; run slad rebuild") : 0;
}

void
tally_pack(const struct tally *t, struct buf *b)
{
	unsigned before = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (t->sum[i].n == 0)
			continue;
		pack_uint(b, t->sum[i].measure - before);
		pack_int(b, t->sum[i].n);
		before = t->sum[i].measure;
	}
}

void
tally_free(struct tally *t)
{
	free(t->sum);
	*t = (struct tally){0};
}
