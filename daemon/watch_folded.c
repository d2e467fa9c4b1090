#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/stamp.h"
#include "domain/sight.h"
#include "fold.h"
#include "watch_inside.h"

/* One folded thing, looked at by all rules. */
struct look {
	struct watch_events *events;
	const struct folded *folded;
	struct watch watch; /* its live alerts, and which of them a rule has seen */
	const char *key; /* begins the subjects of its alerts; NULL: not needed so far */
	struct stored_past *past; /* what is counted of it */
	bool *kept; /* beside past */
	int pasts;
	struct ticket *before; /* as its stored records say; NULL: not needed so far */
};

/* What a rule has to say of it. */
struct finding {
	const struct rule *rule;
	const char *name; /* ends the subject: "response/1", "outage" */
	size_t cycle;
	const char *scope[DIMENSIONS];
	struct sight sight;
};

static const char *
look_key(struct look *l)
{
	static const char *const classes[CLASSES] = {
	    "ticket", "outage", "maintenance", "fact", "retraction"};
	const struct entity *e = l->folded->entity;
	const char *source = l->folded->source;
	size_t size = strlen(source) + strlen(e->name) + 64;
	char *key;

	if (l->key == NULL) {
		key = arena_alloc(&l->watch.arena, size, 1);
		snprintf(key, size, "%s %zu:%s%zu:%s", classes[e->class], strlen(source), source,
		    strlen(e->name), e->name);
		l->key = key;
	}
	return l->key;
}

static const char *
look_subject(struct look *l, const char *name)
{
	const char *key = look_key(l);
	size_t size = strlen(key) + strlen(name) + 2;
	char *subject = arena_alloc(&l->watch.arena, size, 1);

	snprintf(subject, size, "%s/%s", key, name);
	return subject;
}

/* What the store has of it, if it may have anything. */
static int
look_begin(struct look *l, struct err *err)
{
	struct watch_events *v = l->events;
	struct watch *w = &l->watch;
	const char *key;

	if (v->live == NULL && v->past_last == STAMP_NEVER)
		return 0;
	key = look_key(l);
	if (watch_events_live(v, key)) {
		w->live_count = store_alerts_under(v->store, key, &w->arena, &w->live, err);
		if (w->live_count < 0)
			return -1;
		w->seen = arena_alloc(&w->arena, (size_t)w->live_count, sizeof(bool));
	}
	if (v->past_last != STAMP_NEVER && v->counts) {
		l->pasts = store_pasts_under(v->store, key, &w->arena, &l->past, err);
		if (l->pasts < 0)
			return -1;
		l->kept = arena_alloc(&w->arena, (size_t)l->pasts, sizeof(bool));
	}
	return 0;
}

/* What the alert is about, as JSON, in the arena; NULL if a name is not UTF-8. */
static const char *
about_text(struct look *l, const struct finding *c)
{
	const struct folded *f = l->folded;
	const char *name = f->entity->name, *text = NULL;
	const struct cycle *cycle;
	char deadline[STAMP_TEXT];
	json_t *about;
	int64_t t;
	char *dump;

	if (f->record != NULL) {
		about = json_pack(
		    "{ssssss}", "event", name, "type", f->record->type->name, "source", f->source);
	} else if (f->ticket == NULL) {
		about = json_pack("{ssss}", "outage", name, "source", f->source);
	} else {
		about = json_pack("{ssss}", "ticket", name, "source", f->source);
		if (c->rule->kind == RULE_TICKET) {
			cycle = &f->ticket->cycle[c->cycle];
			t = ticket_clock_deadline(
			    c->rule->clock, cycle->phase, &cycle->clock[c->rule->clock]);
			json_object_set_new(
			    about, "clock", json_string(clock_kind_names[c->rule->clock]));
			json_object_set_new(about, "deadline",
			    t == STAMP_NEVER ? json_null()
					     : json_string(stamp_format(t, deadline)));
		}
	}
	dump = json_dumps(about, JSON_COMPACT);
	if (dump != NULL)
		text = arena_strdup(&l->watch.arena, dump);
	free(dump);
	json_decref(about);
	return text;
}

/* An alert has two scopes alike, as far as it tells several of one subject apart: those of an
 * outage that takes several services down. */
static bool
same_down(const struct look *l, const struct stored_alert *row, const struct finding *c)
{
	if (l->folded->entity->class != CLASS_OUTAGE)
		return true;
	return row->scope[DIM_AGREEMENT] != NULL && row->scope[DIM_SERVICE] != NULL &&
	    strcmp(row->scope[DIM_AGREEMENT], c->scope[DIM_AGREEMENT]) == 0 &&
	    strcmp(row->scope[DIM_SERVICE], c->scope[DIM_SERVICE]) == 0;
}

static struct stored_alert *
finding_live(struct look *l, const struct finding *c)
{
	struct watch *w = &l->watch;
	const char *subject = w->live_count == 0 ? NULL : look_subject(l, c->name);

	for (int i = 0; i < w->live_count; i++) {
		if (strcmp(w->live[i].rule, c->rule->name) == 0 &&
		    strcmp(w->live[i].subject, subject) == 0 && same_down(l, &w->live[i], c)) {
			w->seen[i] = true;
			return &w->live[i];
		}
	}
	return NULL;
}

static struct alert_reading
finding_reading(const struct sight *s)
{
	return (struct alert_reading){.data = true,
	    .leveled = true,
	    .held = s->held,
	    .began = s->since,
	    .good = s->held == LEVEL_NONE};
}

/* A ticket's alert is about it as it is now. Says whether that is another scope. */
static bool
scope_take(const struct look *l, const struct finding *c, struct stored_alert *row)
{
	bool same = true;

	for (int d = 0; d < DIMENSIONS && l->folded->ticket != NULL; d++)
		same = same && strcmp(row->scope[d], c->scope[d]) == 0;
	if (!same)
		memcpy(row->scope, c->scope, sizeof(row->scope));
	return !same;
}

/* A live alert takes what holds now, however old that is. */
static int
finding_give(struct look *l, const struct finding *c, struct stored_alert *row, struct err *err)
{
	const struct alert_reading reading = finding_reading(&c->sight);
	const char *about = about_text(l, c);
	bool moved = scope_take(l, c, row);

	if (!moved && (enum level)row->level == c->sight.held && row->candidate == LEVEL_NONE &&
	    row->good == 0 && about != NULL && row->about != NULL && strcmp(about, row->about) == 0)
		return 0;
	row->about = about;
	return watch_give(&l->watch, c->rule, row, &reading, "cleared", err);
}

static int
finding_fire(struct look *l, const struct finding *c, struct err *err)
{
	const struct alert_reading reading = finding_reading(&c->sight);
	struct stored_alert row = watch_fresh(c->rule);

	row.subject = look_subject(l, c->name);
	row.about = about_text(l, c);
	memcpy(row.scope, c->scope, sizeof(row.scope));
	watch_events_live_add(l->events, look_key(l));
	return watch_give(&l->watch, c->rule, &row, &reading, "cleared", err);
}

/* Whether the stored records said so too: then it was counted, or told, when they came. 1, 0, -1 */
static int
finding_known(struct look *l, const struct finding *c, struct err *err)
{
	const struct folded *f = l->folded;
	struct entity e = *f->entity;
	struct down *downs;
	int n;

	e.facts = f->facts_before;
	if (e.facts.len == 0 || e.class == CLASS_FACT)
		return e.facts.len > 0;
	if (e.class == CLASS_OUTAGE) {
		n = fold_outage(&e, f->source, &l->watch.arena, &downs, err);
		for (int i = 0; i < n; i++) {
			if (strcmp(downs[i].agreement, c->scope[DIM_AGREEMENT]) == 0 &&
			    strcmp(downs[i].service, c->scope[DIM_SERVICE]) == 0)
				return 1;
		}
		return n < 0 ? -1 : 0;
	}
	if (l->before == NULL) {
		l->before = arena_alloc(&l->watch.arena, 1, sizeof(*l->before));
		if (fold_ticket(&e, f->source, &l->events->config->agreements, f->now,
			&l->watch.arena, l->before, err) != 0)
			return -1;
	}
	return c->cycle < ticket_sights(c->rule, l->before) &&
	    ticket_sight(c->rule, l->before, c->cycle).first != STAMP_NEVER;
}

/* Counts what is of the past, once. */
static int
finding_count(struct look *l, const struct finding *c, struct err *err)
{
	struct stored_past past = {.rule = c->rule->name, .at = c->sight.first};
	struct watch_events *v = l->events;
	int known;

	if (!v->counts || past.at == STAMP_NEVER || past.at >= v->now - c->rule->fresh)
		return 0;
	past.subject = look_subject(l, c->name);
	for (int i = 0; i < l->pasts; i++) {
		if (strcmp(l->past[i].rule, past.rule) != 0 ||
		    strcmp(l->past[i].subject, past.subject) != 0)
			continue;
		l->kept[i] = true;
		return l->past[i].at == past.at ? 0 : store_past_set(v->store, &past, v->now, err);
	}
	known = finding_known(l, c, err);
	if (known != 0)
		return known < 0 ? -1 : 0;
	v->past_last = v->now;
	return store_past_set(v->store, &past, v->now, err);
}

/* Not of the past: it began within the rule's `fresh`, or time alone brought it while slad, which
 * was to look at it then, did not run. */
static bool
finding_fresh(const struct look *l, const struct finding *c)
{
	int64_t since = c->sight.since, due = l->folded->due_before;

	return since >= l->events->now - c->rule->fresh || (due != 0 && since >= due);
}

static int
finding_judge(struct look *l, const struct finding *c, struct err *err)
{
	struct stored_alert *row = finding_live(l, c);

	if (row != NULL)
		return finding_give(l, c, row, err);
	if (c->sight.held != LEVEL_NONE && finding_fresh(l, c))
		return finding_fire(l, c, err);
	return finding_count(l, c, err);
}

static int
ticket_look(struct look *l, const struct rule *rule, struct err *err)
{
	const struct ticket *t = l->folded->ticket;
	size_t n = ticket_sights(rule, t);
	struct finding c = {.rule = rule, .name = instant_names[rule->instant]};
	char name[48];

	memcpy(c.scope, t->scope.dim, sizeof(c.scope));
	for (; c.cycle < n; c.cycle++) {
		if (rule->kind == RULE_TICKET) {
			snprintf(name, sizeof(name), "%s/%zu", clock_kind_names[rule->clock],
			    c.cycle + 1);
			c.name = name;
		}
		c.sight = ticket_sight(rule, t, c.cycle);
		if (finding_judge(l, &c, err) != 0)
			return -1;
	}
	return 0;
}

/* The downs of one agreement and service, as one. */
static int
down_look(struct look *l, const struct rule *rule, size_t first, struct err *err)
{
	const struct down *d = l->folded->down;
	struct finding c = {.rule = rule,
	    .name = instant_names[rule->instant],
	    .scope = {d[first].agreement, d[first].service, NULL, NULL},
	    .sight = {LEVEL_NONE, STAMP_NEVER, d[first].span.from, STAMP_NEVER}};

	if (!rule_looks_at(rule, c.scope))
		return 0;
	for (size_t i = first; i < l->folded->downs; i++) {
		if (strcmp(d[i].agreement, d[first].agreement) == 0 &&
		    strcmp(d[i].service, d[first].service) == 0 && d[i].span.to == STAMP_NEVER) {
			c.sight.held = rule->level;
			c.sight.since = d[i].span.from;
		}
	}
	return finding_judge(l, &c, err);
}

static int
outage_look(struct look *l, const struct rule *rule, struct err *err)
{
	const struct down *d = l->folded->down;
	size_t j;

	for (size_t i = 0; i < l->folded->downs; i++) {
		for (j = 0; j < i; j++) {
			if (strcmp(d[i].agreement, d[j].agreement) == 0 &&
			    strcmp(d[i].service, d[j].service) == 0)
				break;
		}
		if (j == i && down_look(l, rule, i, err) != 0)
			return -1;
	}
	return 0;
}

static int
fact_look(struct look *l, const struct rule *rule, struct err *err)
{
	const struct record *r = l->folded->record;
	struct finding c = {.rule = rule, .name = instant_names[rule->instant]};

	if (r == NULL ||
	    r->type->verb !=
		(rule->instant == INSTANT_LEAKED ? VERB_SECURITY_LEAKED : VERB_SECURITY_TAMPERED))
		return 0;
	c.scope[DIM_AGREEMENT] = r->m[MEMBER_AGREEMENT].text;
	c.scope[DIM_SERVICE] = record_has(r, MEMBER_SERVICE) ? r->m[MEMBER_SERVICE].text : "";
	c.sight = (struct sight){rule->level, r->time, r->time, STAMP_NEVER};
	return rule_looks_at(rule, c.scope) ? finding_judge(l, &c, err) : 0;
}

static int
rule_look(struct look *l, const struct rule *rule, struct err *err)
{
	bool of_fact = rule->instant == INSTANT_LEAKED || rule->instant == INSTANT_TAMPERED;

	if (rule->kind != RULE_TICKET && rule->kind != RULE_INSTANT)
		return 0;
	if (l->folded->ticket != NULL)
		return ticket_look(l, rule, err);
	if (rule->kind != RULE_INSTANT)
		return 0;
	if (l->folded->entity->class == CLASS_OUTAGE)
		return rule->instant == INSTANT_OUTAGE ? outage_look(l, rule, err) : 0;
	return of_fact ? fact_look(l, rule, err) : 0;
}

/* The rule that an alert is of; NULL: it is of none any more, and a look at all rules ends it. */
static const struct rule *
rule_of(const struct look *l, const struct stored_alert *row)
{
	const struct config *c = l->events->config;

	for (size_t i = 0; i < c->rules; i++) {
		if (watch_is_of(&c->rule[i], row))
			return &c->rule[i];
	}
	return NULL;
}

/* An alert that its rule says nothing of any more. */
static int
rest_end(struct look *l, struct stored_alert *row, struct err *err)
{
	const struct alert_reading nothing = {.data = true, .leveled = true, .good = 1};
	const struct ticket *t = l->folded->ticket;
	const struct rule *rule = rule_of(l, row);

	if (rule == NULL)
		return 0;
	if (t != NULL && t->opened && t->excluded)
		return watch_end(&l->watch, rule, row, "excluded", err);
	if (t != NULL && t->opened && ticket_sights(rule, t) == 0)
		return watch_give(&l->watch, rule, row, &nothing, "cleared", err);
	return watch_end(&l->watch, rule, row, "retracted", err);
}

static int
rests_end(struct look *l, struct err *err)
{
	for (int i = 0; i < l->watch.live_count; i++) {
		if (!l->watch.seen[i] && rest_end(l, &l->watch.live[i], err) != 0)
			return -1;
	}
	for (int i = 0; i < l->pasts; i++) {
		if (!l->kept[i] && store_past_delete(l->events->store, &l->past[i], err) != 0)
			return -1;
	}
	return 0;
}

int
watch_folded(void *context, const struct folded *f, struct err *err)
{
	struct watch_events *v = context;
	struct look l = {.events = v, .folded = f};
	int rc;

	l.watch = (struct watch){.store = v->store, .config = v->config, .now = v->now};
	l.watch.result.next = STAMP_NEVER;
	rc = look_begin(&l, err);
	for (size_t i = 0; i < v->config->rules && rc == 0; i++)
		rc = rule_look(&l, &v->config->rule[i], err);
	if (rc == 0)
		rc = rests_end(&l, err);
	v->told = v->told || l.watch.result.told;
	arena_free(&l.watch.arena);
	return rc;
}
