#include "codec/config_draft.h"

#include <stdio.h>
#include <string.h>

#include "domain/record.h"

#define TABLES_MAX 64 /* that are offered for one that is not there */

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

void
hook_tables_check(struct conf *c, const yaml_node_t *n, const struct hook *h)
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
