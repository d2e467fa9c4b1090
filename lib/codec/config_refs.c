#include "codec/config_draft.h"

#include <string.h>

#include "codec/zoneinfo.h"

bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static const struct zone_seen *
zone_see(struct conf *c, const char *name)
{
	struct draft *d = c->draft;
	struct zone_seen *z;

	for (z = d->zones; z != NULL; z = z->next)
		if (strcmp(z->name, name) == 0)
			return z;
	z = arena_alloc(c->arena, 1, sizeof(*z));
	z->name = name;
	z->zone = zoneinfo_load(name, c->arena, NULL);
	z->next = d->zones;
	d->zones = z;
	return z;
}

void
conf_zone(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is an IANA time zone such as Asia/Shanghai or UTC", *name;
	const struct zone *zone;

	name = conf_scalar(c, k, n, what);
	if (name == NULL)
		return;
	zone = zone_see(c, name)->zone;
	if (zone == NULL)
		conf_wrong(c, k, n, what);
	else
		conf_put(into, k->at, &zone, sizeof(zone));
}

static const char **
names_alloc(struct conf *c, size_t count)
{
	return arena_alloc(&c->scratch, count + 1, sizeof(const char *));
}

void
conf_calendar(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	size_t count = draft_calendars(c->draft, NULL);
	const struct calendar_draft **all;
	const char *name = conf_scalar(c, k, n, "is the name of a calendar"), **names;

	if (name == NULL)
		return;
	all = arena_alloc(&c->scratch, count, sizeof(*all));
	names = names_alloc(c, count);
	draft_calendars(c->draft, all);
	for (size_t i = 0; i < count; i++) {
		names[i] = all[i]->name;
		if (same_text(name, names[i])) {
			conf_put(into, k->at, &all[i]->calendar, sizeof(all[i]->calendar));
			return;
		}
	}
	conf_unknown(c, n, "calendar", name, names, count);
}

void
conf_indicator(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *id = conf_scalar(c, k, n, "is the id of an indicator"), *names[INDICATORS];
	int found;

	if (id == NULL)
		return;
	for (int i = 0; i < INDICATORS; i++)
		names[i] = indicator_table[i].id;
	found = indicator_find(id);
	if (found < 0)
		conf_unknown(c, n, "indicator", id, names, INDICATORS);
	else
		conf_put(into, k->at, &found, sizeof(found));
}

void
conf_agreement(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const struct draft *d = c->draft;
	const char *id = conf_scalar(c, k, n, "is the id of an agreement"), **names;
	size_t count = 0;

	if (id == NULL)
		return;
	names = names_alloc(c, d->versions);
	for (size_t i = 0; i < d->versions; i++) {
		if (same_text(id, d->version[i].agreement)) {
			conf_put(into, k->at, &id, sizeof(id));
			return;
		}
		if (i == 0 || !same_text(d->version[i].agreement, d->version[i - 1].agreement))
			names[count++] = d->version[i].agreement;
	}
	conf_unknown(c, n, "agreement", id, names, count);
}

static bool
receiver_known(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->receivers; i++)
		if (same_text(config->receiver[i].name, name))
			return true;
	return false;
}

void
conf_receivers(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const struct config *config = &c->draft->config;
	const char **names = names_alloc(c, config->receivers), **notify;
	struct conf_word *words;
	size_t count = conf_words(c, k, n, "lists names of receivers", &words);

	for (size_t i = 0; i < config->receivers; i++)
		names[i] = config->receiver[i].name;
	notify = arena_alloc(c->arena, count, sizeof(*notify));
	for (size_t i = 0; i < count; i++) {
		notify[i] = words[i].text;
		if (!receiver_known(config, words[i].text))
			conf_unknown(
			    c, words[i].at, "receiver", words[i].text, names, config->receivers);
	}
	conf_put(into, k->at, &notify, sizeof(notify));
	conf_put(into, k->count, &count, sizeof(count));
}
