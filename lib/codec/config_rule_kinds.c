#include "codec/config_draft.h"

#include <stdlib.h>
#include <string.h>

#include "domain/indicator.h"

#define FACTOR_MAX 1000
#define PACE_DIGITS 3

#define AT(name) .at = offsetof(struct rule, name)
#define COUNT(name) .count = offsetof(struct rule, name)

static void
bind_factor(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a number from 0 to 1000 with up to 3 digits behind the point, such "
			   "as 0.1 or 6",
		   *text = conf_scalar(c, k, n, what);
	struct decimal d;

	if (text == NULL)
		return;
	if (conf_decimal(text, FACTOR_MAX, PACE_DIGITS, &d) != 0)
		conf_wrong(c, k, n, what);
	else
		conf_put(into, k->at, &d, sizeof(d));
}

static void
bind_percent(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a part of the target such as 75%",
		   *text = conf_scalar(c, k, n, what);
	char *end;
	long percent;
	int64_t used;

	if (text == NULL)
		return;
	percent = strtol(text, &end, 10);
	if (end == text || strcmp(end, "%") != 0 || percent < 1 || percent > 100) {
		conf_wrong(c, k, n, what);
		return;
	}
	used = percent * USED_ONE / 100;
	conf_put(into, k->at, &used, sizeof(used));
}

static void
bind_level(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is one of urgent, important, general",
		   *text = conf_scalar(c, k, n, what);

	if (text == NULL)
		return;
	for (int l = LEVEL_URGENT; l < LEVELS; l++) {
		if (strcmp(level_names[l], text) == 0) {
			conf_put(into, k->at, &l, sizeof(l));
			return;
		}
	}
	conf_wrong(c, k, n, what);
}

static void
bind_clock(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	static const char *const names[] = {"response", "recovery", "resolution", NULL};
	const struct conf_key choice = {.name = k->name, .at = k->at, .words = names};

	conf_choice(c, &choice, n, into);
}

/* Levels that a person reads from mild to grave must not come in another order. */
static void
levels_check(struct conf *c, const yaml_node_t *n, bool has[static LEVELS],
    bool (*graver)(const struct rule *r, int level, int milder), const struct rule *r)
{
	int milder = LEVEL_NONE;

	for (int l = LEVEL_GENERAL; l >= LEVEL_URGENT; l--) {
		if (!has[l])
			continue;
		if (milder != LEVEL_NONE && !graver(r, l, milder))
			conf_mistake(c, conf_at(c, n, level_names[l]),
			    "'%s' would hold no later than '%s'; it is the graver one",
			    level_names[milder], level_names[l]);
		milder = l;
	}
	if (milder == LEVEL_NONE)
		conf_mistake(c, n, "one of general, important, urgent is needed");
}

static bool
above_graver(const struct rule *r, int level, int milder)
{
	return conf_compare(r->above[level], r->above[milder]) > 0;
}

static bool
used_graver(const struct rule *r, int level, int milder)
{
	return r->used[level] > r->used[milder];
}

static bool
before_graver(const struct rule *r, int level, int milder)
{
	return r->before[level] < r->before[milder];
}

static void
above_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct rule *r = item;
	bool has[LEVELS] = {false};

	(void)parent;
	for (int l = LEVEL_URGENT; l < LEVELS; l++)
		has[l] = r->above[l].scale > 0;
	levels_check(c, n, has, above_graver, r);
}

static void
used_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct rule *r = item;
	bool has[LEVELS] = {false};

	(void)parent;
	for (int l = LEVEL_URGENT; l < LEVELS; l++)
		has[l] = r->used[l] != RULE_NONE;
	levels_check(c, n, has, used_graver, r);
}

static void
before_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct rule *r = item;
	bool has[LEVELS] = {false};

	(void)parent;
	for (int l = LEVEL_URGENT; l < LEVELS; l++)
		has[l] = r->before[l] != RULE_NONE;
	levels_check(c, n, has, before_graver, r);
}

static const struct conf_table above_table = {
    .what = "'above'",
    .check = above_check,
    .keys =
	(const struct conf_key[]){
	    {"general", bind_factor, AT(above[LEVEL_GENERAL])},
	    {"important", bind_factor, AT(above[LEVEL_IMPORTANT])},
	    {"urgent", bind_factor, AT(above[LEVEL_URGENT])},
	    {0},
	},
};

static const struct conf_table used_table = {
    .what = "'used'",
    .check = used_check,
    .keys =
	(const struct conf_key[]){
	    {"general", bind_percent, AT(used[LEVEL_GENERAL])},
	    {"important", bind_percent, AT(used[LEVEL_IMPORTANT])},
	    {"urgent", bind_percent, AT(used[LEVEL_URGENT])},
	    {0},
	},
};

static const struct conf_table before_table = {
    .what = "'before'",
    .check = before_check,
    .keys =
	(const struct conf_key[]){
	    {"general", conf_duration, AT(before[LEVEL_GENERAL])},
	    {"important", conf_duration, AT(before[LEVEL_IMPORTANT])},
	    {"urgent", conf_duration, AT(before[LEVEL_URGENT])},
	    {0},
	},
};

static void
ticket_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	bool used = conf_member(c, n, "used") != NULL, before = conf_member(c, n, "before") != NULL;

	(void)item;
	(void)parent;
	if (used == before)
		conf_mistake(c, n, "'ticket' needs one of 'used' and 'before'");
}

static const struct conf_table budget_table = {
    .what = "'budget'",
    .keys =
	(const struct conf_key[]){
	    {"indicator", conf_indicator, AT(indicator), .needed = true},
	    {"objective", conf_ratio, AT(objective)},
	    {"long", conf_window, AT(long_window), .preset = "24h"},
	    {"short", conf_window, AT(short_window), .preset = "1h"},
	    {0},
	},
};

static const struct conf_table excluded_table = {
    .what = "'excluded'",
    .keys =
	(const struct conf_key[]){
	    {"window", conf_window, AT(window), .preset = "this-month"},
	    {0},
	},
};

static const struct conf_table ticket_table = {
    .what = "'ticket'",
    .check = ticket_check,
    .keys =
	(const struct conf_key[]){
	    {"clock", bind_clock, AT(clock), .needed = true},
	    {"used", conf_map, .table = &used_table},
	    {"before", conf_map, .table = &before_table},
	    {0},
	},
};

static const struct conf_table quiet_table = {
    .what = "'quiet'",
    .keys =
	(const struct conf_key[]){
	    {"source", conf_text, AT(source), .needed = true},
	    {"after", conf_duration, AT(after), .needed = true},
	    {"calendar", conf_calendar, AT(calendar), .preset = "always"},
	    {0},
	},
};

static const struct conf_table paper_table = {
    .what = "what is about to be due",
    .keys =
	(const struct conf_key[]){
	    {"before", conf_map, .needed = true, .table = &before_table},
	    {0},
	},
};

static const struct conf_table escalate_table = {
    .what = "'escalate'",
    .keys =
	(const struct conf_key[]){
	    {"after", conf_duration, AT(escalate_after), .needed = true},
	    {"notify", conf_receivers, AT(escalate), COUNT(escalations), .needed = true},
	    {0},
	},
};

/* `delivery: true`: that it stands there is all. */
static void
bind_nothing(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is true, or left out", *text = conf_scalar(c, k, n, what);

	(void)into;
	if (text != NULL && strcmp(text, "true") != 0)
		conf_wrong(c, k, n, what);
}

/* The keys that make a rule one of a kind. */
static const struct {
	const char *key;
	enum rule_kind kind;
} kinds[] = {
    {"indicator", RULE_SCORE},
    {"budget", RULE_BUDGET},
    {"excluded", RULE_EXCLUDED},
    {"ticket", RULE_TICKET},
    {"instant", RULE_INSTANT},
    {"quiet", RULE_QUIET},
    {"expiry", RULE_EXPIRY},
    {"report", RULE_REPORT},
    {"delivery", RULE_DELIVERY},
};
#define KIND_KEYS (sizeof(kinds) / sizeof(kinds[0]))

/* Keys that mean something to some kinds only. */
static const struct {
	const char *key;
	unsigned kinds;
	const char *with;
} goings[] = {
    {"window", 1u << RULE_SCORE, "'indicator'"},
    {"cohort", 1u << RULE_SCORE, "'indicator'"},
    {"below", 1u << RULE_SCORE, "'indicator'"},
    {"clear", 1u << RULE_SCORE, "'indicator'"},
    {"by", 1u << RULE_SCORE | 1u << RULE_BUDGET | 1u << RULE_EXCLUDED,
	"'indicator', 'budget' and 'excluded'"},
    {"min", 1u << RULE_SCORE | 1u << RULE_BUDGET | 1u << RULE_EXCLUDED,
	"'indicator', 'budget' and 'excluded'"},
    {"above", 1u << RULE_BUDGET | 1u << RULE_EXCLUDED, "'budget' and 'excluded'"},
    {"level", 1u << RULE_INSTANT | 1u << RULE_QUIET | 1u << RULE_DELIVERY,
	"'instant', 'quiet' and 'delivery'"},
    {"fresh", 1u << RULE_TICKET | 1u << RULE_INSTANT, "'ticket' and 'instant'"},
};

static void
keys_check(struct conf *c, const yaml_node_t *n, const struct rule *r)
{
	const yaml_node_t *at;

	for (size_t i = 0; i < sizeof(goings) / sizeof(goings[0]); i++) {
		at = conf_member(c, n, goings[i].key);
		if (at != NULL && (goings[i].kinds >> r->kind & 1) == 0)
			conf_mistake(
			    c, at, "'%s' goes with %s only", goings[i].key, goings[i].with);
	}
}

static bool
is_good_or_bad(enum indicator i)
{
	const struct indicator_info *info = &indicator_table[i];

	return (info->input == INPUT_TICKETS || info->input == INPUT_EVENTS) &&
	    (info->formula == FORMULA_SHARE || info->formula == FORMULA_COMPLEMENT) &&
	    i != INFORMATION_INTEGRITY_RATE && i != INCIDENT_CONTROL_RATE;
}

static void
needs_check(struct conf *c, const yaml_node_t *n, const struct rule *r)
{
	if (r->kind == RULE_SCORE && conf_member(c, n, "below") == NULL)
		conf_mistake(c, n, "'below' is missing: the value under which it fires");
	if ((r->kind == RULE_BUDGET || r->kind == RULE_EXCLUDED) &&
	    conf_member(c, n, "above") == NULL)
		conf_mistake(c, n, "'above' is missing: what is too much");
	for (int l = LEVEL_URGENT; l < LEVELS && r->kind == RULE_EXCLUDED; l++) {
		if (r->above[l].scale > 0 && r->above[l].units > r->above[l].scale)
			conf_mistake(c, conf_at(c, conf_at(c, n, "above"), level_names[l]),
			    "a share above 1 is never reached; 0.1 is a tenth");
	}
	if (r->kind == RULE_BUDGET && !is_good_or_bad(r->indicator))
		conf_mistake(c, conf_at(c, conf_at(c, n, "budget"), "indicator"),
		    "%s is not counted in tickets or calls that are good or bad; a budget is of "
		    "one that is",
		    indicator_table[r->indicator].id);
}

/* What a rule is about has no service where reports and assessments have none. */
static void
where_check(struct conf *c, const yaml_node_t *n, const struct rule *r)
{
	const yaml_node_t *where = conf_at(c, n, "where");
	bool paper = r->kind == RULE_EXPIRY || r->kind == RULE_REPORT;

	if (r->kind == RULE_BUDGET)
		rule_scope_check(c, n, r);
	for (int d = DIM_AGREEMENT + 1; d < DIMENSIONS && paper; d++) {
		if (r->where[d] != NULL)
			conf_mistake(c, conf_at(c, where, dimension_names[d]),
			    "'%s' is of an agreement and has no %s; leave it out of 'where'",
			    rule_kind_names[r->kind], dimension_names[d]);
	}
	if (r->kind == RULE_QUIET && r->after == 0)
		conf_mistake(c, conf_at(c, conf_at(c, n, "quiet"), "after"),
		    "'after' is more than 0s; every source is quiet for a while");
}

static void
kind_check(struct conf *c, const yaml_node_t *n, struct rule *r)
{
	size_t found = 0, of = 0;

	for (size_t i = 0; i < KIND_KEYS; i++) {
		if (conf_member(c, n, kinds[i].key) == NULL)
			continue;
		if (found++ > 0)
			conf_mistake(c, conf_member(c, n, kinds[i].key),
			    "'%s' and '%s' are two rules; give each its own entry", kinds[of].key,
			    kinds[i].key);
		else
			of = i;
	}
	if (found == 0) {
		conf_mistake(c, n,
		    "an alert needs one of indicator, budget, excluded, ticket, instant, quiet, "
		    "expiry, report, delivery");
		return;
	}
	r->kind = kinds[of].kind;
	if (r->kind == RULE_BUDGET)
		r->window = r->long_window;
	keys_check(c, n, r);
	needs_check(c, n, r);
	where_check(c, n, r);
}

static bool
rule_same(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	return same_text(x->name, y->name);
}

static void
rule_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct rule *r = item;

	(void)parent;
	kind_check(c, n, r);
	if (r->min < 1)
		conf_mistake(
		    c, conf_at(c, n, "min"), "'min' is 1 or more; with a B of 0 there is no value");
	if (r->kind == RULE_SCORE)
		rule_score_check(c, n, r);
}

const struct conf_table rule_table = {
    .what = "an alert",
    .size = sizeof(struct rule),
    .blank = &(const struct rule){.min = 1,
	.used = {RULE_NONE, RULE_NONE, RULE_NONE, RULE_NONE},
	.before = {RULE_NONE, RULE_NONE, RULE_NONE, RULE_NONE}},
    .same = rule_same,
    .twice = "an alert of this name",
    .check = rule_check,
    .keys =
	(const struct conf_key[]){
	    {"name", conf_text, AT(name), .needed = true},
	    {"indicator", conf_indicator, AT(indicator)},
	    {"where", conf_map, .table = &rule_where_table},
	    {.name = "by", .bind = conf_by},
	    {"window", conf_window, AT(window), .preset = "24h"},
	    {"cohort", conf_choice, AT(cohort), .preset = "settled", .words = cohort_names},
	    {"below", conf_map, .table = &rule_below_table},
	    {"clear", conf_ratio, AT(clear)},
	    {"budget", conf_map, .table = &budget_table},
	    {"excluded", conf_map, .table = &excluded_table},
	    {"above", conf_map, .table = &above_table},
	    {"ticket", conf_map, .table = &ticket_table},
	    {"instant", conf_choice, AT(instant), .words = instant_names},
	    {"quiet", conf_map, .table = &quiet_table},
	    {"expiry", conf_map, .table = &paper_table},
	    {"report", conf_map, .table = &paper_table},
	    {.name = "delivery", .bind = bind_nothing},
	    {"level", bind_level, AT(level), .preset = "urgent"},
	    {"fresh", conf_duration, AT(fresh), .preset = "1h"},
	    {"for", conf_duration, AT(hold), .preset = "0s"},
	    {"keep", conf_duration, AT(keep), .preset = "0s"},
	    {"min", conf_whole, AT(min), .preset = "1"},
	    {"notify", conf_receivers, AT(notify), COUNT(receivers)},
	    {"escalate", conf_map, .table = &escalate_table},
	    {0},
	},
};
