#include "codec/config_yaml.h"

#include <stdio.h>
#include <string.h>

#define TEXT_QUOTED 72 /* bytes of a value that a sentence quotes */
#define NAMES_LISTED 40 /* names that one sentence lists */
#define NAME_COMPARED 64 /* bytes of a name up to which misspellings are found */

static bool
is_null(const yaml_node_t *n)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (n->type != YAML_SCALAR_NODE || n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (strcmp((const char *)n->data.scalar.value, nulls[i]) == 0)
			return true;
	return false;
}

/* The start of a text as it can stand in a message: printable, cut between characters. */
static const char *
quoted(struct conf *c, const char *text, size_t len)
{
	size_t n = len < TEXT_QUOTED ? len : TEXT_QUOTED;
	char *copy;

	while (n < len && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	copy = arena_alloc(&c->scratch, n + 4, 1);
	memcpy(copy, text, n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f)
			copy[i] = '?';
	if (n < len)
		memcpy(copy + n, "...", 3);
	return copy;
}

/* A node as a message calls it: 'text', or the kind of thing it is. */
static const char *
shown(struct conf *c, const yaml_node_t *n)
{
	const char *text;
	char *out;
	size_t size;

	if (n->type == YAML_SEQUENCE_NODE)
		return "a list";
	if (n->type == YAML_MAPPING_NODE)
		return "a mapping";
	if (is_null(n))
		return "an entry without a value";
	text = quoted(c, (const char *)n->data.scalar.value, n->data.scalar.length);
	size = strlen(text) + 3;
	out = arena_alloc(&c->scratch, size, 1);
	snprintf(out, size, "'%s'", text);
	return out;
}

void
conf_wrong(struct conf *c, const struct conf_key *k, const yaml_node_t *n, const char *what)
{
	conf_mistake(c, n, "'%s' %s; %s is none", k->name, what, shown(c, n));
}

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's distance of two names of up to NAME_COMPARED bytes. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_COMPARED + 1], n = strlen(b), diagonal, above;

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			above = row[j + 1];
			row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[n];
}

const char *
conf_nearest(const char *name, const char *const *known, size_t count)
{
	size_t len = strlen(name), best = len / 3 + 2, d;
	const char *found = NULL;

	if (len > NAME_COMPARED)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (known[i] == NULL || strlen(known[i]) > NAME_COMPARED)
			continue;
		d = distance(name, known[i]);
		if (d < best && d < len) {
			best = d;
			found = known[i];
		}
	}
	return found;
}

const char *
conf_names(struct conf *c, const char *const *names, size_t count)
{
	struct buf list = BUF_INIT(NAMES_LISTED * (NAME_COMPARED + 2));
	const char *text;
	size_t listed = 0;

	for (size_t i = 0; i < count && listed < NAMES_LISTED; i++) {
		if (names[i] == NULL)
			continue;
		buf_putf(&list, "%s%.*s", listed == 0 ? "" : ", ", NAME_COMPARED, names[i]);
		listed++;
	}
	if (listed == NAMES_LISTED && listed < count)
		buf_puts(&list, ", ...");
	text = arena_strdup(&c->scratch, buf_text(&list));
	buf_free(&list);
	return text;
}

void
conf_unknown(struct conf *c, const yaml_node_t *n, const char *what, const char *name,
    const char *const *known, size_t count)
{
	const char *near = conf_nearest(name, known, count), *list;

	name = quoted(c, name, strlen(name));
	if (near != NULL) {
		conf_mistake(c, n, "unknown %s '%s'; did you mean '%s'?", what, name, near);
		return;
	}
	list = conf_names(c, known, count);
	conf_mistake(c, n, "unknown %s '%s'; known: %s", what, name, *list == '\0' ? "none" : list);
}

static bool
is_key(const yaml_node_t *n, const char *name)
{
	return n->type == YAML_SCALAR_NODE && n->data.scalar.length == strlen(name) &&
	    memcmp(n->data.scalar.value, name, n->data.scalar.length) == 0;
}

const yaml_node_t *
conf_member(struct conf *c, const yaml_node_t *n, const char *key)
{
	const yaml_node_t *value;

	if (n == NULL || n->type != YAML_MAPPING_NODE)
		return NULL;
	for (const yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
	     p++) {
		if (!is_key(yaml_document_get_node(&c->document, p->key), key))
			continue;
		value = yaml_document_get_node(&c->document, p->value);
		return is_null(value) ? NULL : value;
	}
	return NULL;
}

const yaml_node_t *
conf_at(struct conf *c, const yaml_node_t *n, const char *key)
{
	const yaml_node_t *value = conf_member(c, n, key);

	return value == NULL ? n : value;
}

static size_t
table_names(const struct conf_table *t, const char *names[static NAMES_LISTED])
{
	size_t n;

	for (n = 0; n < NAMES_LISTED && t->keys[n].name != NULL; n++)
		names[n] = t->keys[n].name;
	return n;
}

static const char *
table_list(struct conf *c, const struct conf_table *t)
{
	const char *names[NAMES_LISTED];
	size_t count = table_names(t, names);

	return conf_names(c, names, count);
}

static void
check_key(struct conf *c, const struct conf_table *t, const yaml_node_t *key, size_t line[])
{
	const char *names[NAMES_LISTED], *text;
	size_t count = table_names(t, names);

	if (key->type != YAML_SCALAR_NODE) {
		conf_mistake(c, key, "a key of %s is a word; %s is none", t->what, shown(c, key));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_key(key, names[i]))
			continue;
		if (line[i] != 0)
			conf_mistake(c, key, "'%s' is given twice; line %zu has it already",
			    names[i], line[i]);
		else
			line[i] = key->start_mark.line + 1;
		return;
	}
	text = quoted(c, (const char *)key->data.scalar.value, key->data.scalar.length);
	conf_unknown(c, key, "key", text, names, count);
}

/* Whether every key is known, and there once. */
static void
check_keys(struct conf *c, const struct conf_table *t, const yaml_node_t *n)
{
	size_t line[NAMES_LISTED] = {0};

	for (const yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
	     p++)
		check_key(c, t, yaml_document_get_node(&c->document, p->key), line);
}

static void
bind_preset(struct conf *c, const struct conf_key *k, void *into)
{
	char text[64];
	yaml_node_t n = {.type = YAML_SCALAR_NODE};

	snprintf(text, sizeof(text), "%s", k->preset);
	n.data.scalar.value = (yaml_char_t *)text;
	n.data.scalar.length = strlen(text);
	n.data.scalar.style = YAML_PLAIN_SCALAR_STYLE;
	k->bind(c, k, &n, into);
}

/* Whether n is an entry written as its one plain key. */
static bool
is_plain(const struct conf_table *t, const yaml_node_t *n, const struct conf_key *k)
{
	return n != NULL && n->type == YAML_SCALAR_NODE && t->plain != NULL &&
	    strcmp(t->plain, k->name) == 0;
}

void
conf_bind(
    struct conf *c, const struct conf_table *t, const yaml_node_t *n, void *item, void *parent)
{
	const yaml_node_t *value;

	if (n != NULL && n->type == YAML_MAPPING_NODE)
		check_keys(c, t, n);
	for (const struct conf_key *k = t->keys; k->name != NULL; k++) {
		value = conf_member(c, n, k->name);
		if (is_plain(t, n, k))
			value = n;
		if (value != NULL)
			k->bind(c, k, value, item);
		else if (k->needed)
			conf_mistake(c, n, "%s needs '%s'", t->what, k->name);
		else if (k->preset != NULL)
			bind_preset(c, k, item);
	}
	if (t->check != NULL)
		t->check(c, n, item, parent);
}

void
conf_put(void *into, size_t at, const void *value, size_t size)
{
	memcpy((char *)into + at, value, size);
}

void
conf_map(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	char *item = (char *)into + k->at;

	if (n->type == YAML_MAPPING_NODE)
		conf_bind(c, k->table, n, item, into);
	else if (is_null(n))
		conf_bind(c, k->table, NULL, item, into);
	else
		conf_mistake(c, n, "'%s' is a mapping with the keys %s; %s is none", k->name,
		    table_list(c, k->table), shown(c, n));
}

struct list { /* a list of mappings being bound */
	const struct conf_key *key;
	const yaml_node_t *node;
	char *items;
	bool *bad; /* those with mistakes */
};

static const yaml_node_t *
list_node(struct conf *c, const struct list *l, size_t i)
{
	return yaml_document_get_node(&c->document, l->node->data.sequence.items.start[i]);
}

static void
list_twice(struct conf *c, const struct list *l, size_t i)
{
	const struct conf_table *t = l->key->table;
	const yaml_node_t *n = list_node(c, l, i);

	for (size_t j = 0; t->same != NULL && !l->bad[i] && j < i; j++) {
		if (l->bad[j] || !t->same(l->items + i * t->size, l->items + j * t->size))
			continue;
		conf_mistake(c, n, "%s stands at line %zu already", t->twice,
		    list_node(c, l, j)->start_mark.line + 1);
		return;
	}
}

static void
list_item(struct conf *c, const struct list *l, size_t i, void *parent)
{
	const struct conf_table *t = l->key->table;
	const yaml_node_t *n = list_node(c, l, i);
	char *item = l->items + i * t->size;
	size_t before = c->mistakes;

	if (t->blank != NULL)
		memcpy(item, t->blank, t->size);
	if (n->type != YAML_MAPPING_NODE &&
	    (t->plain == NULL || n->type != YAML_SCALAR_NODE || is_null(n)))
		conf_mistake(c, n, "%s is a mapping with the keys %s; %s is none", t->what,
		    table_list(c, t), shown(c, n));
	else
		conf_bind(c, t, n, item, parent);
	l->bad[i] = c->mistakes > before;
	list_twice(c, l, i);
}

void
conf_list(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct list l = {.key = k, .node = n};
	size_t count;

	if (is_null(n))
		return;
	if (n->type != YAML_SEQUENCE_NODE) {
		conf_wrong(c, k, n, "is a list");
		return;
	}
	count = (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	if (count > CONF_ITEMS_MAX) {
		conf_mistake(
		    c, n, "'%s' has %zu entries; %d are allowed", k->name, count, CONF_ITEMS_MAX);
		return;
	}
	l.items = arena_alloc(c->arena, count, k->table->size);
	l.bad = arena_alloc(&c->scratch, count, sizeof(*l.bad));
	for (size_t i = 0; i < count; i++)
		list_item(c, &l, i, into);
	conf_put(into, k->at, &l.items, sizeof(l.items));
	conf_put(into, k->count, &count, sizeof(count));
}
