/*
 * config: slad.yaml, read, checked and bound.
 *
 * Every mistake is reported, not only the first: `FILE:LINE:COLUMN: what, and what would be right`.
 * The YAML itself is libyaml's work; this file's keys, types, defaults and limits are one table.
 * A configuration is immutable. Threads share it by reference counts.
 */
#ifndef SLAD_CODEC_CONFIG_H
#define SLAD_CODEC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "codec/verification.h"
#include "codec/receiver.h"
#include "domain/agreement.h"
#include "domain/delivery.h"
#include "domain/mapping.h"
#include "domain/profile.h"
#include "domain/rule.h"

enum token_scope { SCOPE_INGEST = 1, SCOPE_READ = 2, SCOPE_OPERATE = 4 };

struct token {
	const char *name;
	unsigned char sha256[32];
	unsigned scopes; /* of enum token_scope */
};

struct listener {
	const char *text; /* as written, for messages */
	const char *host; /* "127.0.0.1", "::1"; NULL for a Unix socket */
	uint16_t port; /* 0: any that is free */
	const char *path; /* of a Unix socket, else NULL */
	bool loopback; /* reachable from this machine only */
};

/* A system that posts to /hooks/SOURCE. */
struct hook {
	const char *source; /* of the events, too */
	const char *agreement; /* of all its events; NULL: the mapping says */
	const struct zone *zone; /* of local times */
	const struct mapping *mapping;
	size_t tables; /* those that go before the mapping's */
	const struct mapping_table *table;
	struct verification verify;
};

struct config {
	const char *file;
	const char *database; /* absolute, or relative to the working directory */
	const struct zone *zone;
	/* Where no profile is named: `default`, else the file's first, else the built-in one. */
	size_t usual;
	size_t listeners, calendars, profiles, rules, receivers, hooks, tokens;
	const struct listener *listener;
	const struct calendar *const *calendar;
	const char *const *calendar_version; /* beside each: see config_calendar_version() */
	struct agreements agreements;
	const struct profile *profile; /* one of them is `default` */
	const struct rule *rule;
	const struct receiver *receiver;
	const struct hook *hook;
	const struct token *token;
	/* SHA-256, as hex, of all that judges tickets: the calendars in use with their zones'
	 * transitions, and every version of every agreement, but its name and objectives. The same
	 * text, the same numbers. Order and spelling in the file do not matter. */
	char judgement[65];
	/* The same of the rules that look at single tickets and events: what their alerts, and the
	 * instants at which these come, follow from. */
	char watching[65];
};

/*
 * Reads a file, and the secrets it names. Writes one line for each mistake to `mistakes`, and one
 * for each warning, which says so, ordered by position: the first hundred, and how many more there
 * are. Returns NULL if there was a mistake, else a configuration with one reference. A file that
 * cannot be read is a mistake at 1:1.
 */
struct config *config_load(const char *file, struct buf *mistakes);

/* A configuration of nothing but one hook, which has its mapping by name: that of `beside`, a
 * configuration's file, that came with slad, or a file of its own. The rest of the hook is as
 * given, and outlives it. NULL after lines as above. */
struct config *config_of_mapping(
    const char *beside, const char *name, const struct hook *hook, struct buf *mistakes);

struct config *config_ref(struct config *c);
void config_unref(struct config *c); /* NULL is fine */

/* The first 12 hex digits of the SHA-256 over what a calendar of the configuration judges by: its
 * name, zone, spans and dates. */
const char *config_calendar_version(const struct config *c, const struct calendar *calendar);

/* The hook of that source, or NULL. */
const struct hook *config_hook(const struct config *c, const char *source);

/* The libyaml that is loaded. */
const char *config_yaml_version(void);

#endif
