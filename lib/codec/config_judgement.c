/*
 * What judges tickets, as text: a line for each thing, sorted, so that neither the order in the
 * file nor its spelling matters; then its SHA-256. Fields are parted by tabs, which no value of a
 * configuration can have. Names for people, objectives and the daemon's zone judge nothing.
 */
#include "codec/config_draft.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (256u << 20) /* far past what a file of CONF_FILE_MAX can say */
#define HASH 32
#define HASH_TEXT (2 * HASH + 1)
#define VERSION_TEXT 12 /* of a calendar: so many digits of its hash */

static void
hash_end(EVP_MD_CTX *ctx, char text[static HASH_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[HASH];
	int ok = EVP_DigestFinal_ex(ctx, bytes, NULL);

	assert(ok == 1);
	EVP_MD_CTX_free(ctx);
	for (size_t i = 0; i < HASH; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * HASH] = '\0';
}

static EVP_MD_CTX *
hash_begin(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

	assert(ok);
	return ctx;
}

static void
zone_hash(const struct zone *z, char text[static HASH_TEXT])
{
	EVP_MD_CTX *ctx = hash_begin();
	char line[64];
	int len;

	for (size_t i = 0; i < z->count; i++) {
		len = snprintf(
		    line, sizeof(line), "%" PRId64 "\t%" PRId64 "\n", z->at[i], z->offset[i]);
		EVP_DigestUpdate(ctx, line, (size_t)len);
	}
	hash_end(ctx, text);
}

static void
put_spans(struct buf *b, const struct day_plan *day)
{
	for (size_t i = 0; i < day->count; i++)
		buf_putf(b, "\t%d-%d", day->spans[i].open, day->spans[i].shut);
	buf_puts(b, "\n");
}

static void
put_calendar(struct buf *b, const struct calendar_draft *d)
{
	char hash[HASH_TEXT];

	zone_hash(d->zone, hash);
	buf_putf(b, "calendar\t%s\t%s\t%s\n", d->name, d->zone->name, hash);
	for (int i = 0; i < 7; i++) {
		buf_putf(b, "week\t%s\t%d", d->name, i);
		put_spans(b, &d->plan.week[i]);
	}
	for (size_t i = 0; i < d->plan.dates; i++) {
		buf_putf(b, "date\t%s\t%" PRId64, d->name, d->plan.date[i].day);
		put_spans(b, &d->plan.date[i].plan);
	}
}

static bool
terms_use(const struct terms *v, const struct calendar *c)
{
	if (v->calendar == c)
		return true;
	for (size_t i = 0; i < v->targets; i++)
		if (v->target[i].calendar == c)
			return true;
	for (size_t i = 0; i < v->services; i++)
		if (v->service[i].calendar == c)
			return true;
	return false;
}

static void
put_calendars(struct buf *b, const struct draft *d, const struct calendar_draft **all)
{
	size_t count = draft_calendars(d, all), j;

	for (size_t i = 0; i < count; i++) {
		for (j = 0; j < d->versions && !terms_use(&d->version[j], all[i]->calendar);)
			j++;
		if (j < d->versions)
			put_calendar(b, all[i]);
	}
}

/* Begins a line about one version. */
static void
put_head(struct buf *b, const char *what, const struct terms *v)
{
	buf_putf(b, "%s\t%s\t%" PRId64, what, v->agreement, v->from_day);
}

/* A key of a target: "" stands for every value, which no given key can be. */
static const char *
key_text(const char *key)
{
	return key == NULL ? "" : key;
}

static void
put_terms(struct buf *b, const struct terms *v)
{
	put_head(b, "version", v);
	buf_putf(b, "\t%" PRId64 "\t%s\t%s\t%" PRId64 "\t%" PRId64 "\n", v->from, v->zone->name,
	    calendar_name(v->calendar), v->reopen_window, v->incidents_per_month);
	for (size_t i = 0; i < v->pauses; i++) {
		put_head(b, "pause", v);
		buf_putf(b, "\t%s\n", v->pause_on[i]);
	}
	for (const struct target *t = v->target; t < v->target + v->targets; t++) {
		put_head(b, "target", v);
		buf_putf(b, "\t%d\t%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\n", t->kind,
		    key_text(t->priority), key_text(t->service), calendar_name(t->calendar),
		    t->respond, t->recover, t->resolve);
	}
	for (size_t i = 0; i < v->services; i++) {
		put_head(b, "service", v);
		buf_putf(b, "\t%s\t%s\n", v->service[i].id, calendar_name(v->service[i].calendar));
	}
	for (size_t i = 0; i < v->reports; i++) {
		put_head(b, "report", v);
		buf_putf(b, "\t%s\t%d\t%" PRId64 "\n", v->report[i].id, (int)v->report[i].every,
		    v->report[i].due);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
hash_lines(struct conf *c, struct buf *text, char hash[static HASH_TEXT])
{
	EVP_MD_CTX *ctx = hash_begin();
	const char **lines;
	size_t count = 0;
	char *rest;

	for (size_t i = 0; i < text->len; i++)
		count += text->data[i] == '\n';
	lines = arena_alloc(&c->scratch, count, sizeof(*lines));
	count = 0;
	for (char *s = strtok_r(text->data, "\n", &rest); s != NULL;
	     s = strtok_r(NULL, "\n", &rest))
		lines[count++] = s;
	qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0; i < count; i++)
		EVP_DigestUpdate(ctx, lines[i], strlen(lines[i]) + 1);
	hash_end(ctx, hash);
}

static void
calendars_version(struct conf *c, const struct calendar_draft **all)
{
	size_t count = draft_calendars(c->draft, all);
	const char **versions = arena_alloc(c->arena, count, sizeof(*versions));
	char hash[HASH_TEXT];
	struct buf text;

	for (size_t i = 0; i < count; i++) {
		text = (struct buf)BUF_INIT(TEXT_MAX);
		put_calendar(&text, all[i]);
		assert(buf_ok(&text));
		hash_lines(c, &text, hash);
		versions[i] = arena_strndup(c->arena, hash, VERSION_TEXT);
		buf_free(&text);
	}
	c->draft->config.calendar_version = versions;
}

void
draft_judgement(struct conf *c)
{
	const struct draft *d = c->draft;
	const struct calendar_draft **all =
	    arena_alloc(&c->scratch, d->calendars + 1, sizeof(*all));
	struct buf text = BUF_INIT(TEXT_MAX);

	put_calendars(&text, d, all);
	for (size_t i = 0; i < d->versions; i++)
		put_terms(&text, &d->version[i]);
	assert(buf_ok(&text));
	hash_lines(c, &text, c->draft->config.judgement);
	buf_free(&text);
	calendars_version(c, all);
}

static void
put_rule(struct buf *b, const struct rule *r)
{
	buf_putf(b, "rule\t%s\t%d\t%d\t%d\t%d\t%" PRId64 "\t%" PRId64, r->name, (int)r->kind,
	    (int)r->clock, (int)r->instant, (int)r->level, r->fresh, r->hold);
	for (int l = LEVEL_URGENT; l < LEVELS; l++)
		buf_putf(b, "\t%" PRId64 "\t%" PRId64, r->used[l], r->before[l]);
	for (int d = 0; d < DIMENSIONS; d++)
		buf_putf(b, "\t%s%s", r->where[d] == NULL ? "" : "=", key_text(r->where[d]));
	buf_puts(b, "\n");
}

void
draft_watching(struct conf *c)
{
	const struct config *config = &c->draft->config;
	struct buf text = BUF_INIT(TEXT_MAX);

	buf_puts(&text, "rules\n");
	for (size_t i = 0; i < config->rules; i++) {
		if (config->rule[i].kind == RULE_TICKET || config->rule[i].kind == RULE_INSTANT)
			put_rule(&text, &config->rule[i]);
	}
	assert(buf_ok(&text));
	hash_lines(c, &text, c->draft->config.watching);
	buf_free(&text);
}
