#include "hook_map.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "codec/zoneinfo.h"
#include "hook_event.h"

#define EVENTS_TEXT (16u << 20) /* bytes of the events of one delivery */

struct zone_found {
	struct zone_found *next;
	const struct zone *zone;
};

struct prepared {
	const struct hook *hook;
	struct mapper *mapper; /* NULL: it has mistakes */
};

struct hooks {
	const struct config *config;
	struct arena arena;
	struct zone_found *zones; /* that expressions named */
	struct prepared *list;
};

static void
sha256_hex(const void *bytes, size_t len, char hex[static 65])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];

	if (EVP_Digest(bytes, len, sum, NULL, EVP_sha256(), NULL) != 1)
		mem_none("OpenSSL");
	for (int i = 0; i < 32; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	hex[64] = '\0';
}

static const struct zone *
zone_find(void *context, const char *name)
{
	struct hooks *h = context;
	struct zone_found *z;
	const struct zone *zone;

	for (z = h->zones; z != NULL; z = z->next) {
		if (strcmp(z->zone->name, name) == 0)
			return z->zone;
	}
	zone = zoneinfo_load(name, &h->arena, NULL);
	if (zone == NULL)
		return NULL;
	z = arena_alloc(&h->arena, 1, sizeof(*z));
	*z = (struct zone_found){h->zones, zone};
	h->zones = z;
	return zone;
}

struct wrong { /* what is told of a mapping */
	struct buf *mistakes; /* NULL: nobody listens */
	const char *file;
	size_t count;
};

static void
on_wrong(void *context, const struct mapping_text *at, size_t offset, const char *what)
{
	struct buf line = BUF_INIT(8192);
	struct wrong *w = context;

	w->count++;
	buf_putf(&line, "%s:%zu:%zu: %s\n", w->file, at->line,
	    at->column + (at->exact ? offset : 0), what);
	/* What several entries share is wrong once. */
	if (w->mistakes != NULL && strstr(buf_text(w->mistakes), buf_text(&line)) == NULL)
		buf_put(w->mistakes, buf_text(&line), line.len);
	buf_free(&line);
}

static struct mapper *
mapper_make(struct hooks *h, const struct hook *hook, struct wrong *w)
{
	const struct mapper_setting setting = {.table = hook->table,
	    .tables = hook->tables,
	    .zone = hook->zone,
	    .zone_find = zone_find,
	    .sha256 = sha256_hex,
	    .context = h};

	w->file = hook->mapping->file;
	return mapper_new(hook->mapping, &setting, on_wrong, w);
}

/* Two hooks of one mapping have its mistakes once. */
static bool
is_repeated(const struct config *c, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (strcmp(c->hook[j].mapping->file, c->hook[i].mapping->file) == 0)
			return true;
	}
	return false;
}

size_t
hooks_check(const struct config *c, struct buf *mistakes)
{
	struct hooks h = {.config = c};
	size_t count = 0;

	for (size_t i = 0; i < c->hooks; i++) {
		struct buf text = BUF_INIT(mistakes->max);
		struct wrong w = {.mistakes = &text};

		mapper_free(mapper_make(&h, &c->hook[i], &w));
		if (!is_repeated(c, i))
			buf_put(mistakes, buf_text(&text), text.len);
		buf_free(&text);
		count += w.count;
	}
	arena_free(&h.arena);
	return count;
}

struct hooks *
hooks_new(const struct config *c)
{
	struct hooks *h = mem_alloc(1, sizeof(*h));
	struct wrong w = {0};

	h->config = c;
	h->list = mem_alloc(c->hooks, sizeof(*h->list));
	for (size_t i = 0; i < c->hooks; i++)
		h->list[i] = (struct prepared){&c->hook[i], mapper_make(h, &c->hook[i], &w)};
	return h;
}

void
hooks_free(struct hooks *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->config->hooks; i++)
		mapper_free(h->list[i].mapper);
	free(h->list);
	arena_free(&h->arena);
	free(h);
}

static int
event_add(void *context, const struct mapped *mapped, struct err *err)
{
	struct hook_making *making = context;

	(void)err;
	hook_event_add(making, mapped);
	return 0;
}

/* Why the reader would not have an event: 0, or a reason. */
static void
events_take(struct hook_delivery *d, const struct hook_making *making,
    const struct agreements *agreements, int64_t now, struct arena *a, struct events *events)
{
	struct buf text = BUF_INIT(EVENTS_TEXT);
	struct err err;

	if (hook_event_text(making, &text) != 0)
		d->reason = "its events are larger than 16 MiB, or no text";
	else if (events_read(
		     buf_text(&text), text.len, FORM_BATCH, agreements, now, a, events, &err) != 0)
		d->reason = arena_strdup(a, err.msg);
	buf_free(&text);
}

/* What the payload says of its subject, beside what was known: 0 if there is nothing to do. */
static int
snapshot_take(struct mapper *m, const struct mapping *mapping, struct store *s,
    struct hook_delivery *d, struct arena *a, const char **state, struct err *err)
{
	struct err wrong;
	bool stands;
	int there;

	*state = NULL;
	if (mapping->states == 0)
		return 1;
	there = mapper_snapshot(m, &d->kept, &wrong);
	if (there < 0)
		d->reason = arena_strdup(a, wrong.msg);
	if (there <= 0)
		return 0;
	if (store_hook_state(s, d->source, &d->kept, a, state, &stands, err) < 0)
		return -1;
	d->snapshot = !stands;
	if (stands)
		mapper_known(m);
	return 1;
}

/* SQL would end a text there, and two names could become one. */
static bool
has_nul(const char *body, size_t len)
{
	for (size_t i = 0; i + 6 <= len; i++) {
		if (body[i] != '\\')
			continue;
		if (memcmp(body + i, "\\u0000", 6) == 0)
			return true;
		i++;
	}
	return false;
}

/* Makes the events of a payload: 1, 0 if it gives none, maybe with a reason; -1 if the store
 * failed.
 */
static int
delivery_events(struct prepared *p, struct store *s, struct hook_delivery *d, struct arena *a,
    struct hook_making *making, struct err *err)
{
	const struct mapper_payload payload = {
	    d->body, d->len, d->headers, d->source, d->received, d->fields, d->field};
	const char *state;
	struct err wrong;
	int there = mapper_begin(p->mapper, &payload, a, &wrong);

	if (there == 0) {
		d->malformed = true;
		return 0;
	}
	if (has_nul(d->body, d->len)) {
		d->reason = "a text of it holds the character NUL (\\u0000)";
		return 0;
	}
	if (there < 0 || mapper_delivery(p->mapper, &d->id, &wrong) != 0) {
		d->reason = arena_strdup(a, wrong.msg);
		return 0;
	}
	there = snapshot_take(p->mapper, p->hook->mapping, s, d, a, &state, err);
	if (there <= 0)
		return there;
	*making = (struct hook_making){
	    .hook = p->hook, .delivery = d, .arena = a, .hash = sha256_hex, .events = json_array()};
	if (mapper_events(p->mapper, state, event_add, making, &wrong) == 0)
		return 1;
	d->reason = arena_strdup(a, wrong.msg);
	json_decref(making->events);
	return 0;
}

static int
delivery_map(struct prepared *p, struct store *s, struct hook_delivery *d,
    const struct agreements *agreements, int64_t now, struct arena *a, struct events *events,
    struct err *err)
{
	struct hook_making making;
	int there = delivery_events(p, s, d, a, &making, err);

	if (there <= 0)
		return there;
	events_take(d, &making, agreements, now, a, events);
	json_decref(making.events);
	return 0;
}

int
hooks_map(struct hooks *h, struct store *s, struct hook_delivery *d, int64_t now, struct arena *a,
    struct events *events, struct err *err)
{
	struct prepared *p = NULL;
	int rc;

	events->count = events->faults = 0;
	d->malformed = d->snapshot = false;
	d->reason = d->missed = NULL;
	for (size_t i = 0; i < h->config->hooks; i++) {
		if (strcmp(h->list[i].hook->source, d->source) == 0)
			p = &h->list[i];
	}
	if (p == NULL)
		d->reason = "no hook of this source is configured any more";
	else if (p->mapper == NULL)
		d->reason = "its mapping has mistakes: see slad check";
	if (d->reason != NULL)
		return 0;
	rc = delivery_map(p, s, d, &h->config->agreements, now, a, events, err);
	d->missed = mapper_missed(p->mapper);
	return rc;
}

json_t *
hooks_row(
    struct hooks *h, struct store *s, struct hook_delivery *d, struct arena *a, struct err *err)
{
	struct hook_making making = {0};

	d->malformed = d->snapshot = false;
	d->reason = NULL;
	if (delivery_events(&h->list[0], s, d, a, &making, err) < 0 ||
	    (d->snapshot && d->reason == NULL &&
		store_hook_state_set(s, d->source, &d->kept, err) != 0)) {
		d->reason = arena_strdup(a, err->msg);
		json_decref(making.events);
		return NULL;
	}
	if (d->malformed)
		d->reason = "it is no JSON";
	if (d->reason != NULL)
		return NULL;
	return making.events == NULL ? json_array() : making.events;
}
