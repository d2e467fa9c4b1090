#include "codec/config_draft.h"

#include "base/stamp.h"
#include "domain/window.h"

/* Any instant will do to see whether a name is a window. */
#define SOME_DAY (INT64_C(20000) * STAMP_DAY)

void
conf_window(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *name = conf_scalar(c, k, n, "is a window such as 24h or this-month");
	struct window window;
	struct err err;

	if (name == NULL || c->draft->config.zone == NULL)
		return;
	if (window_named(name, c->draft->config.zone, SOME_DAY, &window, &err) != 0)
		conf_mistake(c, n, "'%s': %s", k->name, err.msg);
	else
		conf_put(into, k->at, &name, sizeof(name));
}

void
conf_by(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct rule *r = into;
	struct conf_word *words;
	size_t count =
	    conf_words(c, k, n, "lists dimensions: agreement, service, priority, team", &words);
	int found;

	for (size_t i = 0; i < count; i++) {
		found = dimension_find(words[i].text);
		if (found < 0)
			conf_unknown(c, words[i].at, "dimension", words[i].text, dimension_names,
			    DIMENSIONS);
		else
			r->by[r->bys++] = (enum dimension)found;
	}
}

/* A dimension that the indicator does not have would always give "not in scope". */
void
rule_scope_check(struct conf *c, const yaml_node_t *n, const struct rule *r)
{
	const struct indicator_info *info = &indicator_table[r->indicator];
	const yaml_node_t *where = conf_at(c, n, "where");

	for (int d = 0; d < DIMENSIONS; d++)
		if (r->where[d] != NULL && (info->dimensions >> d & 1) == 0)
			conf_mistake(c, conf_at(c, where, dimension_names[d]),
			    "%s has no %s; leave it out of 'where'", info->id, dimension_names[d]);
	for (size_t i = 0; i < r->bys; i++)
		if ((info->dimensions >> r->by[i] & 1) == 0)
			conf_mistake(c, conf_at(c, n, "by"), "%s has no %s; leave it out of 'by'",
			    info->id, dimension_names[r->by[i]]);
}

static void
check_thresholds(struct conf *c, const yaml_node_t *n, struct rule *r)
{
	const yaml_node_t *below = conf_at(c, n, "below");
	int highest = LEVEL_NONE;

	for (int l = LEVEL_URGENT; l <= LEVEL_GENERAL; l++) {
		r->has_below[l] = r->below[l].scale > 0;
		if (!r->has_below[l])
			continue;
		if (highest != LEVEL_NONE && conf_compare(r->below[l], r->below[highest]) < 0)
			conf_mistake(c, conf_at(c, below, level_names[l]),
			    "'%s' lies below '%s'; it must be urgent <= important <= general",
			    level_names[l], level_names[highest]);
		highest = l;
	}
	if (highest == LEVEL_NONE)
		return;
	if (r->clear.scale == 0)
		r->clear = r->below[highest];
	else if (conf_compare(r->clear, r->below[highest]) < 0)
		conf_mistake(c, conf_at(c, n, "clear"),
		    "'clear' lies below '%s' of 'below'; it is as high, or higher",
		    level_names[highest]);
}

static void
below_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	(void)item;
	(void)parent;
	for (int l = LEVEL_URGENT; l <= LEVEL_GENERAL; l++)
		if (conf_member(c, n, level_names[l]) != NULL)
			return;
	conf_mistake(c, n, "'below' needs one of general, important, urgent");
}

void
rule_score_check(struct conf *c, const yaml_node_t *n, struct rule *r)
{
	rule_scope_check(c, n, r);
	check_thresholds(c, n, r);
	if (r->min > 1 && !rule_has_least(r))
		conf_mistake(c, conf_at(c, n, "min"),
		    "%s has a value whatever its B is; leave 'min' out",
		    indicator_table[r->indicator].id);
}

#define AT(name) .at = offsetof(struct rule, name)

const struct conf_table rule_where_table = {
    .what = "'where'",
    .keys =
	(const struct conf_key[]){
	    {"agreement", conf_agreement, AT(where[DIM_AGREEMENT])},
	    {"service", conf_any_text, AT(where[DIM_SERVICE])},
	    {"priority", conf_any_text, AT(where[DIM_PRIORITY])},
	    {"team", conf_any_text, AT(where[DIM_TEAM])},
	    {0},
	},
};

const struct conf_table rule_below_table = {
    .what = "'below'",
    .check = below_check,
    .keys =
	(const struct conf_key[]){
	    {"general", conf_ratio, AT(below[LEVEL_GENERAL])},
	    {"important", conf_ratio, AT(below[LEVEL_IMPORTANT])},
	    {"urgent", conf_ratio, AT(below[LEVEL_URGENT])},
	    {0},
	},
};
