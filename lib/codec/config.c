#include "codec/config.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "codec/config_draft.h"

struct owner { /* what a configuration is a part of */
	struct draft draft;
	struct arena arena;
	atomic_uint refs;
};

static struct owner *
owner_of(struct config *c)
{
	return (struct owner *)((char *)c - offsetof(struct owner, draft.config));
}

static void
owner_free(struct owner *o)
{
	draft_free(&o->draft);
	arena_free(&o->arena);
	free(o);
}

/* Whoever reaches a hook that verifies nothing may say anything. */
static void
hooks_warn(struct conf *c, const yaml_node_t *n, const struct config *config)
{
	bool reached = false;

	for (size_t i = 0; i < config->listeners; i++)
		reached =
		    reached || (config->listener[i].host != NULL && !config->listener[i].loopback);
	for (size_t i = 0; i < config->hooks && reached; i++)
		if (config->hook[i].verify.kind == VERIFICATION_NONE &&
		    config->hook[i].source != NULL)
			conf_warn(c, conf_at(c, n, "hooks"),
			    "the hook '%s' verifies nothing, and other machines can reach it",
			    config->hook[i].source);
}

static void
config_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct draft *d = item;
	const struct listener *l = d->config.listener;
	const yaml_node_t *all = conf_member(c, n, "agreements");

	(void)parent;
	if (all != NULL && all->type == YAML_SEQUENCE_NODE &&
	    all->data.sequence.items.top == all->data.sequence.items.start)
		conf_mistake(c, all, "'agreements' is empty; slad needs one at least");
	hooks_warn(c, n, &d->config);
	for (size_t i = 0; i < d->config.listeners && d->config.tokens == 0; i++)
		if (l[i].host != NULL && !l[i].loopback)
			conf_mistake(c, conf_at(c, n, "listen"),
			    "%s can be reached from other machines, and there are no tokens: slad "
			    "refuses to start; add 'tokens', or listen on 127.0.0.1",
			    l[i].text);
}

#define AT(name) .at = offsetof(struct draft, config.name)
#define COUNT(name) .count = offsetof(struct draft, config.name)

const struct conf_table config_table = {
    .what = "the configuration",
    .check = config_check,
    .keys =
	(const struct conf_key[]){
	    {"listen", conf_listeners, AT(listener), COUNT(listeners), .preset = "127.0.0.1:7523"},
	    {"database", conf_path, AT(database), .preset = "slad.db"},
	    {"timezone", conf_zone, AT(zone), .preset = "UTC"},
	    {"calendars", conf_list, .at = offsetof(struct draft, calendar),
		.count = offsetof(struct draft, calendars), .table = &calendar_table},
	    {"agreements", conf_list, .at = offsetof(struct draft, version),
		.count = offsetof(struct draft, versions), .needed = true,
		.table = &agreement_table},
	    {"profiles", conf_list, AT(profile), COUNT(profiles), .table = &profile_table},
	    {"receivers", conf_list, AT(receiver), COUNT(receivers), .table = &receiver_table},
	    {"alerts", conf_list, AT(rule), COUNT(rules), .table = &rule_table},
	    {"hooks", conf_list, AT(hook), COUNT(hooks), .table = &hook_table},
	    {"tokens", conf_list, AT(token), COUNT(tokens), .table = &token_table},
	    {0},
	},
};

static void
take_calendars(struct conf *c)
{
	struct draft *d = c->draft;
	size_t count = draft_calendars(d, NULL);
	const struct calendar_draft **all = arena_alloc(&c->scratch, count, sizeof(*all));
	const struct calendar **calendars = arena_alloc(c->arena, count, sizeof(*calendars));

	draft_calendars(d, all);
	for (size_t i = 0; i < count; i++)
		calendars[i] = all[i]->calendar;
	d->config.calendars = count;
	d->config.calendar = calendars;
}

static void
bind_all(struct conf *c)
{
	const yaml_node_t *root = conf_root(c);

	draft_always(c);
	if (root == NULL || root->type == YAML_MAPPING_NODE)
		conf_bind(c, &config_table, root, c->draft, NULL);
	else
		conf_mistake(
		    c, root, "a configuration is a mapping of keys such as 'agreements: ...'");
	if (c->mistakes > 0)
		return;
	draft_profile(c);
	draft_agreements(c);
	take_calendars(c);
	draft_judgement(c);
	draft_watching(c);
}

struct config *
config_load(const char *file, struct buf *mistakes)
{
	struct owner *o = mem_alloc(1, sizeof(*o));
	struct conf c = {.file = file,
	    .arena = &o->arena,
	    .draft = &o->draft,
	    .others = BUF_INIT(CONF_OTHERS_MAX)};
	bool sound;

	atomic_init(&o->refs, 1);
	o->draft.config.file = arena_strdup(&o->arena, file);
	if (conf_read(&c) == 0)
		bind_all(&c);
	sound = c.mistakes == 0;
	conf_finish(&c, mistakes);
	if (sound)
		return &o->draft.config;
	owner_free(o);
	return NULL;
}

struct config *
config_of_mapping(
    const char *beside, const char *name, const struct hook *hook, struct buf *mistakes)
{
	struct owner *o = mem_alloc(1, sizeof(*o));
	struct conf c = {.file = beside,
	    .arena = &o->arena,
	    .draft = &o->draft,
	    .others = BUF_INIT(CONF_OTHERS_MAX)};
	struct hook *own = arena_alloc(&o->arena, 1, sizeof(*own));
	bool sound;

	atomic_init(&o->refs, 1);
	*own = *hook;
	conf_mapping(&c, NULL, name, own);
	o->draft.config.file = arena_strdup(&o->arena, beside);
	o->draft.config.hooks = 1;
	o->draft.config.hook = own;
	sound = c.mistakes == 0;
	conf_finish(&c, mistakes);
	if (sound)
		return &o->draft.config;
	owner_free(o);
	return NULL;
}

const char *
config_calendar_version(const struct config *c, const struct calendar *calendar)
{
	size_t i = 0;

	while (c->calendar[i] != calendar)
		i++;
	return c->calendar_version[i];
}

const struct hook *
config_hook(const struct config *c, const char *source)
{
	for (size_t i = 0; i < c->hooks; i++) {
		if (strcmp(c->hook[i].source, source) == 0)
			return &c->hook[i];
	}
	return NULL;
}

struct config *
config_ref(struct config *c)
{
	atomic_fetch_add_explicit(&owner_of(c)->refs, 1, memory_order_relaxed);
	return c;
}

void
config_unref(struct config *c)
{
	if (c != NULL &&
	    atomic_fetch_sub_explicit(&owner_of(c)->refs, 1, memory_order_acq_rel) == 1)
		owner_free(owner_of(c));
}
