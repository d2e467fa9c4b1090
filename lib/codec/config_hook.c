#include "codec/config_draft.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/record.h"

#define NAMES_MAX 256 /* of mappings that are offered for one that is not there */
#define TABLES_MAX 64 /* likewise, of tables and words */
#define SOURCE_MAX 128 /* bytes: it is a part of a path, and of every event */

static bool
is_there(const char *file)
{
	return access(file, F_OK) == 0;
}

static const char *
up(char *path)
{
	char *end = strrchr(path, '/');

	if (end != NULL)
		*end = '\0';
	return end == NULL ? "" : end + 1;
}

/* The directory of the mappings that came with slad: beside the one that it runs from, or, before
 * it is installed, in the tree that it was built in. */
static const char *
shipped(char dir[static PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", dir, PATH_MAX - 64);

	dir[len < 0 ? 0 : len] = '\0';
	up(dir);
	up(dir);
	if (strcmp(strrchr(dir, '/') == NULL ? "" : strrchr(dir, '/'), "/build") != 0)
		return strcat(dir, "/share/slad/mappings");
	up(dir);
	return strcat(dir, "/conf/mappings");
}

/* The names of the mappings that lie in a directory, beside those that are listed already. */
static size_t
names_list(struct conf *c, const char *dir, const char **names, size_t count)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t len;

	while (d != NULL && count < NAMES_MAX && (e = readdir(d)) != NULL) {
		len = strlen(e->d_name);
		if (len > 5 && strcmp(e->d_name + len - 5, ".yaml") == 0)
			names[count++] = arena_strndup(&c->scratch, e->d_name, len - 5);
	}
	if (d != NULL)
		closedir(d);
	return count;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
mapping_unknown(struct conf *c, const yaml_node_t *n, const char *name)
{
	const char *names[NAMES_MAX], *near;
	char dir[PATH_MAX];
	size_t count = names_list(c, conf_resolve(c, "mappings"), names, 0);

	count = names_list(c, shipped(dir), names, count);
	qsort(names, count, sizeof(*names), by_name);
	near = conf_nearest(name, names, count);
	if (near != NULL)
		conf_mistake(c, n, "there is no mapping '%.100s'; did you mean '%s'?", name, near);
	else if (count > 0)
		conf_mistake(c, n, "there is no mapping '%.100s'; there are %s", name,
		    conf_names(c, names, count));
	else
		conf_mistake(c, n,
		    "there is no mapping '%.100s': no mappings/%.100s.yaml beside this file, and "
		    "none of this name came with slad",
		    name, name);
}

/* The file of a mapping that is named: the administrator's own, beside the configuration, go before
 * those that came with slad. NULL: there is none. */
static const char *
mapping_file(struct conf *c, const char *name)
{
	size_t len = strlen(name);
	char path[PATH_MAX + 256], dir[PATH_MAX];
	const char *own;

	if (strchr(name, '/') != NULL || (len > 5 && strcmp(name + len - 5, ".yaml") == 0))
		return conf_resolve(c, name);
	snprintf(path, sizeof(path), "mappings/%.200s.yaml", name);
	own = conf_resolve(c, path);
	if (is_there(own))
		return own;
	snprintf(path, sizeof(path), "%s/%.200s.yaml", shipped(dir), name);
	return is_there(path) ? arena_strdup(c->arena, path) : NULL;
}

void
conf_mapping(struct conf *c, const yaml_node_t *n, const char *name, struct hook *h)
{
	const char *file = mapping_file(c, name);

	if (file == NULL) {
		mapping_unknown(c, n, name);
		h->verify.kind = VERIFICATION_NONE; /* so that nothing is said of its secrets */
		return;
	}
	h->mapping = draft_mapping(c, file, &h->verify);
	if (h->mapping == NULL)
		conf_mistake(c, n, "the mapping '%.100s' cannot be used: see below", name);
}

static void
bind_mapping(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *name = conf_scalar(c, k, n, "is the name of a mapping, or its file");

	if (name != NULL)
		conf_mapping(c, n, name, into);
}

static void
bind_source(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *name = conf_scalar(c, k, n, "is a name such as desk");

	if (name != NULL &&
	    (*name == '\0' || strlen(name) > SOURCE_MAX || strchr(name, '/') != NULL))
		conf_wrong(c, k, n, "is a name of 1 to 128 bytes without '/', such as desk");
	else if (name != NULL)
		conf_put(into, k->at, &name, sizeof(name));
}

/* Whether what a table of agreements gives are agreements. */
static void
agreements_check(struct conf *c, const yaml_node_t *tables)
{
	const yaml_node_t *table = conf_member(c, tables, "agreements");
	const char *id;

	if (table == NULL || table->type != YAML_MAPPING_NODE)
		return;
	for (const yaml_node_pair_t *p = table->data.mapping.pairs.start;
	     p < table->data.mapping.pairs.top; p++)
		conf_agreement(c, &(struct conf_key){.name = "agreements"},
		    yaml_document_get_node(&c->document, p->value), &id);
}

static bool
says(const struct mapping_text *t, const char *text)
{
	return t->text != NULL && strstr(t->text, text) != NULL;
}

static bool
members_say(const struct mapping_member *m, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (says(&m[i].value, text))
			return true;
	}
	return false;
}

static bool
entry_says(const struct mapping_entry *e, const char *text)
{
	const struct mapping_text *texts[] = {
	    &e->when, &e->each, &e->id, &e->time, &e->kind, &e->subject, &e->sequence};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (says(texts[i], text))
			return true;
	}
	return members_say(e->member, e->members, text) ||
	    (says(&e->type, text) && strcmp(e->type.text, text) != 0);
}

/* Whether an expression of the mapping has the word in quotes, and before it the other text; a type
 * that is one word is none. */
static bool
mapping_says(const struct mapping *m, const char *before, const char *word)
{
	char text[100];

	snprintf(text, sizeof(text), "%s'%.70s'", before, word);
	if (says(&m->delivery, text) || says(&m->snapshot, text) || says(&m->version, text) ||
	    members_say(m->state, m->states, text))
		return true;
	for (size_t i = 0; i < m->entries; i++) {
		if (entry_says(&m->entry[i], text))
			return true;
	}
	return false;
}

static const struct mapping_table *
table_find(const struct mapping_table *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].name != NULL && strcmp(list[i].name, name) == 0)
			return &list[i];
	}
	return NULL;
}

static bool
is_word(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) == 0)
			return true;
	}
	return false;
}

/* The words that a mapping's own table gives, each once. */
static size_t
words_of(const struct mapping_table *t, const char *words[static TABLES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; t != NULL && i < t->pairs && count < TABLES_MAX; i++) {
		if (t->pair[i].value != NULL && !is_word(words, count, t->pair[i].value))
			words[count++] = t->pair[i].value;
	}
	return count;
}

/* Of tables whose values a mapping compares with words of its own: a word that it does not know. */
static void
words_check(
    struct conf *c, const yaml_node_t *n, const struct mapping *m, const struct mapping_table *t)
{
	static const char *const tables[] = {
	    "kinds", "states", "authors", "outages", "blind", "customers"};
	const char *words[TABLES_MAX] = {"request", "incident", "complaint"}, *value;
	size_t count = 3;

	if (!is_word(tables, sizeof(tables) / sizeof(tables[0]), t->name))
		return;
	if (strcmp(t->name, "kinds") != 0)
		count = words_of(table_find(m->table, m->tables, t->name), words);
	for (size_t i = 0; i < t->pairs; i++) {
		value = t->pair[i].value;
		if (value == NULL || is_word(words, count, value) || strcmp(value, "no") == 0 ||
		    (t->name[0] != 'k' && mapping_says(m, "", value)))
			continue;
		conf_warn(c, conf_at(c, conf_at(c, n, t->name), t->pair[i].key),
		    "the mapping knows no '%.60s' in the table '%s', which has %s", value, t->name,
		    conf_names(c, words, count));
	}
}

/* Whether the mapping finds the agreement by a table that has nothing in it. */
static bool
lacks_agreement(const struct hook *h)
{
	const struct mapping *m = h->mapping;
	const struct mapping_table *tables[] = {table_find(h->table, h->tables, "agreements"),
	    table_find(m->table, m->tables, "agreements")};

	if (h->agreement != NULL)
		return false;
	for (int i = 0; i < 2; i++) {
		if (tables[i] != NULL && tables[i]->pairs > 0)
			return false;
	}
	if (members_say(m->state, m->states, "'agreements'"))
		return true;
	for (size_t i = 0; i < m->entries; i++) {
		if (members_say(m->entry[i].member, m->entry[i].members, "'agreements'"))
			return true;
	}
	return false;
}

/* Notes what a hook's tables have that its mapping does not ask for, and an agreement that it
 * cannot find. */
static void
tables_check(struct conf *c, const yaml_node_t *n, const struct hook *h)
{
	const yaml_node_t *tables = conf_member(c, n, "tables");
	const struct mapping *m = h->mapping;
	const char *names[TABLES_MAX], *name;
	size_t count = 0;

	while (count < m->tables && count < TABLES_MAX) {
		names[count] = m->table[count].name;
		count++;
	}
	for (size_t i = 0; i < h->tables; i++) {
		name = h->table[i].name;
		if (name == NULL)
			continue;
		if (table_find(m->table, m->tables, name) != NULL ||
		    mapping_says(m, "lookup(", name))
			words_check(c, tables, m, &h->table[i]);
		else if (conf_nearest(name, names, count) != NULL)
			conf_unknown(c, conf_at(c, tables, name), "table", name, names, count);
		else
			conf_warn(c, conf_at(c, tables, name), "the mapping asks for no table '%s'",
			    name);
	}
	if (lacks_agreement(h))
		conf_mistake(c, n,
		    "a hook needs 'agreement', or 'tables: {agreements: {...}}' by which its "
		    "mapping finds it");
}

static void
hook_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct hook *h = item;
	const struct verification *v = &h->verify;

	(void)parent;
	if (h->zone == NULL)
		h->zone = c->draft->config.zone;
	agreements_check(c, conf_member(c, n, "tables"));
	if (h->mapping == NULL)
		return;
	if (v->kind == VERIFICATION_UNSET)
		conf_mistake(c, n,
		    "a hook needs 'verify': a token, a signature or basic, or none where nobody "
		    "else can reach it");
	else if (v->kind != VERIFICATION_NONE && v->secrets == 0)
		conf_mistake(c, n,
		    "this system sends a %s in %s: name the file of the secret, 'verify: {%s: "
		    "...}', or say 'verify: none'",
		    v->kind == VERIFICATION_TOKEN ? "token" : "signature",
		    v->query != NULL ? "the query" : v->header,
		    v->kind == VERIFICATION_TOKEN ? "token_file" : "secret_files");
	tables_check(c, n, h);
}

static bool
hook_same(const void *a, const void *b)
{
	const struct hook *x = a, *y = b;

	return same_text(x->source, y->source);
}

#define AT(name) .at = offsetof(struct hook, name)

const struct conf_table hook_table = {
    .what = "a hook",
    .size = sizeof(struct hook),
    .same = hook_same,
    .twice = "a hook of this source",
    .check = hook_check,
    .keys =
	(const struct conf_key[]){
	    {"source", bind_source, AT(source), .needed = true},
	    {.name = "mapping", .bind = bind_mapping, .needed = true},
	    {"agreement", conf_agreement, AT(agreement)},
	    {"tables", conf_tables, AT(table), .count = offsetof(struct hook, tables)},
	    {"timezone", conf_zone, AT(zone)},
	    {"verify", conf_verify, AT(verify), .table = &verify_table},
	    {0},
	},
};
