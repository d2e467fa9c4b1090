#include "codec/packed.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"

#define RECORD_BYTES 28 /* of a packed record; most have more */
#define UUID_BYTES 16

/* The lowest of some members, taken out of them. */
static enum member
member_next(uint64_t *members)
{
	enum member m = (enum member)__builtin_ctzll(*members);

	*members &= *members - 1;
	return m;
}

static uint64_t
folded(uint64_t members)
{
	uint64_t rest = members;
	enum member m;

	while (rest != 0) {
		m = member_next(&rest);
		if (!record_members[m].folded)
			members &= ~member_bit(m);
	}
	return members;
}

/* What most ids look like: 32 small hexadecimal digits, and hyphens between them. */
static const char uuid_shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
#define UUID_TEXT (sizeof(uuid_shape) - 1)

/* Where in the text the two digits of each byte begin. */
static const unsigned char uuid_at[UUID_BYTES] = {
    0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
uuid_read(const char *id, unsigned char bytes[static UUID_BYTES])
{
	int value;

	if (strnlen(id, UUID_TEXT + 1) != UUID_TEXT || id[8] != '-' || id[13] != '-' ||
	    id[18] != '-' || id[23] != '-')
		return false;
	for (size_t i = 0; i < UUID_BYTES; i++) {
		value = digit(id[uuid_at[i]]) * 16 | digit(id[uuid_at[i] + 1]);
		if (value < 0)
			return false;
		bytes[i] = (unsigned char)value;
	}
	return true;
}

static const char *
uuid_unpack(struct unpack *u, struct arena *a)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = unpack_bytes(u, UUID_BYTES);
	char *id = arena_strndup(a, uuid_shape, UUID_TEXT);

	for (size_t i = 0; bytes != NULL && i < UUID_BYTES; i++) {
		id[uuid_at[i]] = digits[bytes[i] >> 4];
		id[uuid_at[i] + 1] = digits[bytes[i] & 15];
	}
	return id;
}

void
record_pack(struct buf *facts, const struct record *r)
{
	uint64_t has = folded(r->has), rest = has;
	unsigned char uuid[UUID_BYTES];
	bool is_uuid = uuid_read(r->id, uuid);
	enum member m;

	pack_uint(facts, (uint64_t)r->seq);
	pack_uint(
	    facts, (uint64_t)(r->type - record_types) << 2 | (unsigned)is_uuid << 1 | r->retracted);
	pack_int(facts, r->time);
	pack_int(facts, r->sequence);
	if (is_uuid)
		buf_put(facts, uuid, sizeof(uuid));
	else
		pack_text(facts, r->id);
	pack_uint(facts, has);
	pack_uint(facts, folded(r->unset));
	while (rest != 0) {
		m = member_next(&rest);
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
	uint64_t type, rest;
	enum member m;
	bool is_uuid;

	r->seq = (int64_t)unpack_uint(u);
	type = unpack_uint(u);
	r->retracted = type & 1;
	is_uuid = type & 2;
	type >>= 2;
	if (type >= record_type_count) {
		u->bad = true;
		return;
	}
	r->type = &record_types[type];
	r->time = unpack_int(u);
	r->sequence = unpack_int(u);
	r->id = is_uuid ? uuid_unpack(u, a) : text_unpack(u, a);
	r->has = unpack_uint(u);
	r->unset = unpack_uint(u);
	if (r->has >> MEMBERS != 0) {
		u->bad = true;
		return;
	}
	rest = r->has;
	while (rest != 0) {
		m = member_next(&rest);
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
	size_t n = 0, room = 0;
	struct unpack u;

	unpack_init(&u, facts, len);
	while (unpack_more(&u)) {
		if (n == room) {
			room = room == 0 ? len / RECORD_BYTES + 1 : 2 * room;
			grown = arena_alloc(a, room, sizeof(*grown));
			if (n > 0)
				memcpy(grown, list, n * sizeof(*grown));
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
	return (int)n;
}

/* How many of the counts, from the first on, share its minute and cycle. */
static size_t
run_of(const struct count *counts, size_t n)
{
	size_t run = 1;

	while (run < n && counts[run].minute == counts[0].minute &&
	    counts[run].cycle == counts[0].cycle)
		run++;
	return run;
}

void
counts_pack(struct buf *b, const struct count *counts, size_t n)
{
	int64_t minute = 0;
	unsigned measure;
	size_t run;

	for (size_t i = 0; i < n; i += run) {
		run = run_of(&counts[i], n - i);
		pack_int(b, counts[i].minute - minute);
		pack_uint(b, counts[i].cycle);
		pack_uint(b, run);
		minute = counts[i].minute;
		measure = 0;
		for (size_t k = i; k < i + run; k++) {
			pack_uint(b, counts[k].measure - measure);
			pack_int(b, counts[k].n);
			measure = counts[k].measure;
		}
	}
}

int
counts_unpack(
    const void *bytes, size_t len, struct arena *a, struct count **counts, struct err *err)
{
	struct count *list = arena_alloc(a, len / 2 + 1, sizeof(*list)), head = {0};
	struct unpack u;
	uint64_t run;
	int n = 0;

	unpack_init(&u, bytes, len);
	while (unpack_more(&u)) {
		head.minute += unpack_int(&u);
		head.cycle = (unsigned)unpack_uint(&u);
		head.measure = 0;
		for (run = unpack_uint(&u); run > 0 && unpack_more(&u); run--) {
			head.measure += (unsigned)unpack_uint(&u);
			head.n = unpack_int(&u);
			list[n++] = head;
		}
		u.bad = u.bad || run > 0;
	}
	if (u.bad)
		return err_set(err, "stored counts are damaged; run slad rebuild");
	*counts = list;
	return n;
}
