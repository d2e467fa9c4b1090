/*
 * config_yaml: a YAML file, bound to structs by tables of keys.
 *
 * A thin walker over libyaml's documents. A table says which keys a mapping may have; a key has a
 * binder, which turns its node into a field of the struct that stands for the mapping. Keys are
 * bound in the order of their table, whatever their order in the file, so that a binder may look up
 * what earlier keys gave. Whatever is wrong is noted with its position, its field stays as it was,
 * and the walk goes on: what is bound is worth nothing once `mistakes` is not 0.
 *
 * A key without a value (nothing, ~ or null) counts as absent. Anchors and aliases are refused.
 *
 * This header is of the config_*.c files only.
 */
#ifndef SLAD_CODEC_CONFIG_YAML_H
#define SLAD_CODEC_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* A file is written by people: each limit is far past what they write, and bounds the work. */
#define CONF_FILE_MAX (1u << 20) /* bytes of the file */
#define CONF_NODES_MAX 100000 /* values in it; libyaml takes about 100 bytes for each */
#define CONF_DEPTH_MAX 32 /* nested lists and mappings; the deepest key lies at 7 */
#define CONF_ITEMS_MAX 10000 /* entries of one list: they are compared pairwise */
#define CONF_TEXT_MAX 2048 /* bytes of one value */
#define CONF_OTHERS_MAX (128u << 10) /* bytes of what is said of files that it names */
#define CONF_SHOWN_MAX 100 /* mistakes that are written out */

struct draft;
struct conf_mistake;

struct conf { /* a file being read */
	const char *file;
	struct arena *arena; /* of all that is bound */
	struct draft *draft; /* what is bound so far, for binders that look up */
	size_t mistakes;
	struct buf others; /* lines about the files that this one names */
	/* private */
	yaml_document_t document;
	bool loaded;
	struct arena scratch;
	struct conf_mistake *noted; /* newest first */
	size_t notes;
};

struct conf_table;
struct conf_key;

/* Called with a node that has a value; `into` is the struct of the mapping. */
typedef void conf_binder(
    struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into);

struct conf_key {
	const char *name;
	conf_binder *bind;
	size_t at; /* where in the struct its field lies */
	size_t count; /* of lists: where their number lies */
	const char *preset; /* the default, written as one scalar; "" is a mapping or list left out;
			       NULL leaves the field as it is */
	bool needed;
	const struct conf_table *table; /* of conf_map and conf_list */
	const char *const *words; /* of conf_choice, NULL-terminated */
};

struct conf_table {
	const char *what; /* "a target" */
	const struct conf_key *keys; /* the last has no name */
	const char *plain; /* an entry that is a scalar is the value of this key; or NULL */
	size_t size; /* of the struct, for lists */
	const void *blank; /* its value before it is bound; NULL: zeros */
	/* Whether two entries may not stand in one list, and how to call what they share. */
	bool (*same)(const void *a, const void *b);
	const char *twice;
	/* Called once all keys are bound; parent is the struct that the list or mapping lies in. */
	void (*check)(struct conf *c, const yaml_node_t *n, void *item, void *parent);
};

/* Reads the file; -1 if there is no document to walk, which is noted. */
int conf_read(struct conf *c);

/* The document's root; NULL if the file has none. */
const yaml_node_t *conf_root(struct conf *c);

/* Writes one line for each mistake and warning, by position; frees all but the arena. */
void conf_finish(struct conf *c, struct buf *out);

/* Notes a mistake at a node (NULL: the file's beginning). */
void conf_mistake(struct conf *c, const yaml_node_t *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void conf_warn(struct conf *c, const yaml_node_t *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Notes that a name is none of those known: with the nearest of them, else with all. */
void conf_unknown(struct conf *c, const yaml_node_t *n, const char *what, const char *name,
    const char *const *known, size_t count);

/* The known name that was meant, if a third of its letters or fewer are wrong; or NULL. */
const char *conf_nearest(const char *name, const char *const *known, size_t count);

/* "a, b, c" for a message; NULLs are passed over, and what comes after 40 names. */
const char *conf_names(struct conf *c, const char *const *names, size_t count);

/* Notes that a value is not what its key says: "is a duration such as 30m". */
void conf_wrong(struct conf *c, const struct conf_key *k, const yaml_node_t *n, const char *what);

/* The value of a mapping's key, NULL if it has none; conf_at gives the mapping then. */
const yaml_node_t *conf_member(struct conf *c, const yaml_node_t *n, const char *key);
const yaml_node_t *conf_at(struct conf *c, const yaml_node_t *n, const char *key);

/* Binds one mapping; n NULL is one that is left out. Then `check`. */
void conf_bind(
    struct conf *c, const struct conf_table *t, const yaml_node_t *n, void *item, void *parent);

/* Writes a field of the struct. */
void conf_put(void *into, size_t at, const void *value, size_t size);

/* The text of a scalar, in the arena; NULL, noted as conf_wrong does, if it is none. */
const char *conf_scalar(
    struct conf *c, const struct conf_key *k, const yaml_node_t *n, const char *what);

/* The texts of a list, or of one scalar cut at commas. A text given twice is a mistake and left
 * out. */
struct conf_word {
	const char *text;
	const yaml_node_t *at;
};
size_t conf_words(struct conf *c, const struct conf_key *k, const yaml_node_t *n, const char *what,
    struct conf_word **words);

/* Binders, and the fields they fill. */
conf_binder conf_text; /* const char *, not empty */
conf_binder conf_any_text; /* const char *, "" if so written */
conf_binder conf_texts; /* const char *const *, and its count */
conf_binder conf_whole; /* int64_t, from 0 to 10^12 */
conf_binder conf_ratio; /* struct decimal, from 0 to 1 */
conf_binder conf_weight; /* int64_t: thousandths, from 0 to 10^6 */
conf_binder conf_duration; /* int64_t: ms */
conf_binder conf_date; /* int64_t: days since 1970-01-01 */
conf_binder conf_choice; /* an enum: the index in words */
conf_binder conf_path; /* const char *, relative to the file's directory */
conf_binder conf_map; /* the struct of `table`, at `at` */
conf_binder conf_list; /* a pointer to structs of `table`, and its count */

/* An exact decimal, from 0 to `most`, with up to `digits` digits behind the point; -1 if it is
 * none. */
struct decimal;
int conf_decimal(const char *text, int64_t most, int digits, struct decimal *d);

int conf_compare(struct decimal a, struct decimal b); /* -1, 0, 1; both from 0 to 1 */

/* A path as written in the file: relative ones start at the file's directory. */
const char *conf_resolve(struct conf *c, const char *path);

#endif
