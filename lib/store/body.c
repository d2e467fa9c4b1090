#include "store/body.h"

#include <stdlib.h>
#include <string.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"
#include "store/dictionary.h"

#define LEVEL 1 /* of zstd; higher ones cost more and, by a dictionary, save no more */

static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd}; /* of each frame of zstd */
#define NAME (sizeof(magic) - 1) /* where the dictionary's name is put, over the magic number */

void
bodies_free(struct bodies *b)
{
	ZSTD_freeCCtx(b->pack);
	ZSTD_freeCDict(b->pack_by);
	ZSTD_freeDCtx(b->unpack);
	ZSTD_freeDDict(b->unpack_by);
	free(b->packed.bytes);
	free(b->text.bytes);
	*b = (struct bodies){.pack = NULL};
}

static char *
room_for(struct body_room *room, size_t bytes)
{
	if (room->size < bytes) {
		room->size = 2 * bytes;
		room->bytes = mem_grow(room->bytes, room->size, 1);
	}
	return room->bytes;
}

/* Makes what packs, with all that bodies have in common set. */
static void
pack_begin(struct bodies *b)
{
	struct blob d = dictionary_first();

	b->pack = ZSTD_createCCtx();
	b->pack_by = ZSTD_createCDict(d.bytes, d.len, LEVEL);
	if (b->pack == NULL || b->pack_by == NULL ||
	    ZSTD_isError(ZSTD_CCtx_refCDict(b->pack, b->pack_by)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(b->pack, ZSTD_c_dictIDFlag, 0)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(b->pack, ZSTD_c_checksumFlag, 1)))
		mem_none("zstd");
}

struct blob
body_pack(struct bodies *b, const char *text, size_t len)
{
	size_t bound = ZSTD_compressBound(len), n;
	unsigned char *room;

	if (len > BODY_MAX)
		return (struct blob){NULL, 0};
	if (b->pack == NULL)
		pack_begin(b);
	room = (unsigned char *)room_for(&b->packed, bound);
	n = ZSTD_compress2(b->pack, room, bound, text, len);
	if (ZSTD_isError(n) || n - NAME >= len)
		return (struct blob){NULL, 0};
	room[NAME] = DICTIONARY_FIRST;
	return (struct blob){room + NAME, n - NAME};
}

static void
unpack_begin(struct bodies *b)
{
	struct blob d = dictionary_first();

	b->unpack = ZSTD_createDCtx();
	b->unpack_by = ZSTD_createDDict(d.bytes, d.len);
	if (b->unpack == NULL || b->unpack_by == NULL ||
	    ZSTD_isError(ZSTD_DCtx_refDDict(b->unpack, b->unpack_by)))
		mem_none("zstd");
}

/* With its magic number in front. */
static const char *
frame_of(struct bodies *b, struct blob packed)
{
	char *frame = room_for(&b->packed, NAME + packed.len);

	memcpy(frame + NAME, packed.bytes, packed.len);
	memcpy(frame, magic, sizeof(magic));
	return frame;
}

static int
damaged(struct err *err)
{
	return err_set(err, "its text is damaged");
}

int
body_unpack(struct bodies *b, struct blob packed, struct body_room *room, const char **text,
    size_t *len, struct err *err)
{
	const unsigned char *name = packed.bytes;
	size_t bytes = NAME + packed.len, n;
	unsigned long long all;
	const char *frame;
	char *out;

	if (packed.len == 0)
		return damaged(err);
	if (*name != DICTIONARY_FIRST)
		return err_set(
		    err, "its text is packed in a way %d that this slad does not know", *name);
	if (b->unpack == NULL)
		unpack_begin(b);
	frame = frame_of(b, packed);
	all = ZSTD_getFrameContentSize(frame, bytes);
	if (all > BODY_MAX) /* as those are that say it is unknown, or wrong */
		return damaged(err);
	out = room_for(room, (size_t)all + 1);
	n = ZSTD_decompressDCtx(b->unpack, out, (size_t)all, frame, bytes);
	if (ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation)
		mem_none("zstd");
	if (ZSTD_isError(n) || n != all)
		return damaged(err);
	out[n] = '\0';
	*text = out;
	*len = n;
	return 0;
}

/* How long the text of a packed body says that it is; 0 if it is damaged. */
static size_t
length_of(struct blob packed)
{
	unsigned char head[NAME + 32]; /* a frame's head has 18 bytes at most */
	size_t n = packed.len < 32 ? packed.len : 32;
	unsigned long long all;

	if (n == 0)
		return 0;
	memcpy(head + NAME, packed.bytes, n);
	memcpy(head, magic, sizeof(magic));
	all = ZSTD_getFrameContentSize(head, NAME + n);
	return all > BODY_MAX ? 0 : (size_t)all;
}

struct raw_body
body_raw(sqlite3_stmt *st, int column)
{
	struct raw_body body = {.packed = sqlite3_column_type(st, column) == SQLITE_BLOB};

	body.bytes.bytes = body.packed ? sqlite3_column_blob(st, column)
				       : (const void *)sqlite3_column_text(st, column);
	body.bytes.len = (size_t)sqlite3_column_bytes(st, column);
	body.len = body.packed ? length_of(body.bytes) : body.bytes.len;
	return body;
}

int
body_column(struct bodies *b, sqlite3_stmt *st, int column, struct body_room *room,
    const char **text, size_t *len, struct err *err)
{
	struct raw_body body = body_raw(st, column);

	if (body.packed)
		return body_unpack(b, body.bytes, room, text, len, err);
	*text = body.bytes.bytes;
	*len = body.len;
	return *text == NULL ? damaged(err) : 0;
}

struct bodies *
store_bodies_new(void)
{
	return mem_alloc(1, sizeof(struct bodies));
}

void
store_bodies_free(struct bodies *b)
{
	if (b != NULL)
		bodies_free(b);
	free(b);
}

int
store_body_text(struct bodies *b, struct raw_body *body, const char **text, struct err *err)
{
	if (body->packed)
		return body_unpack(b, body->bytes, &b->text, text, &body->len, err);
	*text = body->bytes.bytes;
	return *text == NULL ? damaged(err) : 0;
}

const char *
store_zstd_version(void)
{
	return ZSTD_versionString();
}
