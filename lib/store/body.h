/*
 * body: the text of an event as it lies in the log; for the store's own files alone.
 *
 * Where that is smaller, it is a blob: a byte that names the dictionary, and a frame of zstd (RFC
 * 8878) without its magic number, which has the text's length and its checksum. Else it is text, as
 * all bodies of older slads are. Every body is packed by itself, so that each can be read alone.
 *
 * Dictionary 1 is built in (dictionary.h).
 */
#ifndef SLAD_STORE_BODY_H
#define SLAD_STORE_BODY_H

#include <stdbool.h>

#include <sqlite3.h>

#include "base/err.h"
#include "store/store.h"

#define BODY_MAX (1u << 20) /* bytes of a text that is packed; an event has at most 64 KiB */

/* What texts are unpacked into. Zero-initialise; free `bytes`. */
struct body_room {
	char *bytes;
	size_t size;
};

/* What packs and unpacks, of one connection: zero-initialise; made when it is first needed. */
struct bodies {
	struct ZSTD_CCtx_s *pack;
	struct ZSTD_CDict_s *pack_by;
	struct ZSTD_DCtx_s *unpack;
	struct ZSTD_DDict_s *unpack_by;
	struct body_room packed, text;
};

void bodies_free(struct bodies *b);

/* Packs a text; no bytes if it stays as it is. They live until the next call. */
struct blob body_pack(struct bodies *b, const char *text, size_t len);

/* The text of a blob, NUL-terminated, in the room; -1 and a sentence if it is damaged. */
int body_unpack(struct bodies *b, struct blob packed, struct body_room *room, const char **text,
    size_t *len, struct err *err);

/* A column as it lies there. */
struct raw_body body_raw(sqlite3_stmt *st, int column);

/* The text of a column, of either form. It lives until the next step, or the next use of the room.
 */
int body_column(struct bodies *b, sqlite3_stmt *st, int column, struct body_room *room,
    const char **text, size_t *len, struct err *err);

#endif
