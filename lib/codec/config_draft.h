/*
 * config_draft: a configuration while it is being read.
 *
 * What the domain keeps to itself once it is built (a calendar's plan), or keeps in another shape
 * (the versions of agreements), stands here as the file gives it. A draft whose file has a mistake
 * is thrown away: pointers in it may be NULL.
 *
 * This header is of the config*.c files only.
 */
#ifndef SLAD_CODEC_CONFIG_DRAFT_H
#define SLAD_CODEC_CONFIG_DRAFT_H

#include "codec/config.h"
#include "codec/config_yaml.h"

struct day_draft { /* spans of one day, ascending and apart */
	size_t count;
	struct span *spans;
};

struct calendar_draft {
	const char *name;
	const struct zone *zone;
	size_t rows, closings, openings;
	const struct week_row *row;
	const struct date_row *closed, *open;
	struct day_draft week[7];
	struct calendar_plan plan;
	struct calendar *calendar; /* owned; NULL if something is wrong */
};

struct zone_seen {
	const char *name;
	const struct zone *zone; /* NULL: there is none of that name */
	struct zone_seen *next;
};

struct draft { /* lives as long as its configuration: its calendars are those in use */
	struct config config;
	struct calendar_draft always; /* built in */
	size_t calendars, versions;
	struct calendar_draft *calendar; /* those of the file */
	struct terms *version; /* in the order of the file */
	struct zone_seen *zones;
};

/* The keys of each mapping, in config_calendar.c, config_agreement.c, ... */
extern const struct conf_table calendar_table;
extern const struct conf_table agreement_table;
extern const struct conf_table profile_table;
extern const struct conf_table rule_table;
extern const struct conf_table receiver_table;
extern const struct conf_table hours_table; /* a delivery_policy's hours */
extern const struct conf_table template_table; /* of a receiver */
extern const struct conf_table token_table;
extern const struct conf_table hook_table;
extern const struct conf_table verify_table, mapping_verify_table; /* a struct verification */
extern const struct conf_table config_table; /* the root */

/* Of rules: what those about a score have, in config_rule.c; the rest in config_rule_kinds.c. */
extern const struct conf_table rule_where_table, rule_below_table;
conf_binder conf_window; /* const char *: the name of a window */
conf_binder conf_by; /* dimensions, of a struct rule */
void rule_score_check(struct conf *c, const yaml_node_t *n, struct rule *r);
void rule_scope_check(struct conf *c, const yaml_node_t *n, const struct rule *r);

/* Binders of names that stand for something, and what they fill. */
conf_binder conf_zone; /* const struct zone * */
conf_binder conf_calendar; /* const struct calendar * */
conf_binder conf_indicator; /* an enum indicator */
conf_binder conf_agreement; /* const char *: the id of an agreement */
conf_binder conf_receivers; /* const char *const *, and its count: names of receivers */
conf_binder conf_digest; /* int64_t: ms; of a delivery_policy, as the next */
conf_binder conf_rate; /* int64_t: messages a minute */
conf_binder conf_url; /* const char *: http:// or https:// */
conf_binder conf_url_file; /* the same, from a file */
conf_binder conf_base_url; /* a receiver's, without the '/' at its end */
conf_binder conf_place_url; /* one with {{places}} */
conf_binder conf_place_url_file;
conf_binder conf_smtp_url; /* smtp:// or smtps:// */
conf_binder conf_address; /* const char *: an e-mail address */
conf_binder conf_addresses; /* a receiver's `to` */
conf_binder conf_key_file; /* a receiver's secret, and its length */
conf_binder conf_line_file; /* const char *: the one line of a file that is secret */
conf_binder conf_listeners; /* const struct listener *, and its count */

/* Reads a secret's file into the arena: its text, without blanks around it; if it is to be a key,
 * whsec_ and base64 are decoded. -1 if that is not possible, which is noted. */
int conf_secret(
    struct conf *c, const yaml_node_t *n, const char *path, bool key, struct secret *secret);

conf_binder conf_verify; /* struct verification, by the key's table */
conf_binder conf_tables; /* const struct mapping_table *, and its count */

/* Reads a mapping's file; NULL if it has a mistake. Its own verification, without secrets, is put
 * into `verify`. */
const struct mapping *draft_mapping(struct conf *c, const char *file, struct verification *verify);

/* Finds and reads the mapping of that name, for a hook; mistakes are noted at the node. */
void conf_mapping(struct conf *c, const yaml_node_t *n, const char *name, struct hook *h);

/* Whether the mapping has one of 'url' and 'url_file'. */
void conf_need_url(struct conf *c, const yaml_node_t *n);

/* Builds the calendar `always`, before anything is bound. */
void draft_always(struct conf *c);

/* The drafts of calendars that have a name to be used: the built-in one only if it is not
 * redefined. Gives their number; out may be NULL. */
size_t draft_calendars(const struct draft *d, const struct calendar_draft **out);

/* Adds the profile `default` if the file has none of that name. */
void draft_profile(struct conf *c);

/* Fills config.agreements, and the times of their versions; only while nothing is wrong. */
void draft_agreements(struct conf *c);

/* Fills config.judgement and config.calendar_version; after the agreements. */
void draft_judgement(struct conf *c);

/* Fills config.watching. */
void draft_watching(struct conf *c);

/* Frees what is not in the arena. */
void draft_free(struct draft *d);

/* Whether two names are one; NULL is none. */
bool same_text(const char *a, const char *b);

#endif
