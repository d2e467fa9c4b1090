#include "codec/config_draft.h"

#include <string.h>

static const struct grade default_grades[] = {
    {"A", {95, 100}},
    {"B", {85, 100}},
    {"C", {7, 10}},
    {"D", {0, 1}},
};

static bool
weight_same(const void *a, const void *b)
{
	const struct weight *x = a, *y = b;

	return x->indicator == y->indicator;
}

static bool
grade_same(const void *a, const void *b)
{
	const struct grade *x = a, *y = b;

	return same_text(x->name, y->name);
}

static bool
veto_same(const void *a, const void *b)
{
	const struct veto *x = a, *y = b;

	return x->indicator == y->indicator;
}

static bool
profile_same(const void *a, const void *b)
{
	const struct profile *x = a, *y = b;

	return same_text(x->name, y->name);
}

static void
check_grades(struct conf *c, const yaml_node_t *n, const struct profile *p)
{
	const struct grade *g = p->grade;

	for (size_t i = 1; i < p->grades; i++)
		if (g[i].name != NULL && g[i - 1].name != NULL &&
		    conf_compare(g[i].at_least, g[i - 1].at_least) >= 0)
			conf_mistake(c, n,
			    "grade '%s' asks for as much as '%s' before it, or more; give the "
			    "best grade first",
			    g[i].name, g[i - 1].name);
}

static void
grades_settle(struct profile *p)
{
	if (p->grades > 0)
		return;
	p->grade = default_grades;
	p->grades = sizeof(default_grades) / sizeof(default_grades[0]);
}

static void
check_at_most(struct conf *c, const yaml_node_t *n, const struct veto *v, const struct profile *p)
{
	const char **names = arena_alloc(&c->scratch, p->grades, sizeof(*names));
	bool known = false;

	for (size_t g = 0; g < p->grades; g++) {
		names[g] = p->grade[g].name;
		known = known || same_text(v->at_most, names[g]);
	}
	if (!known)
		conf_unknown(c, n, "grade", v->at_most, names, p->grades);
	else if (same_text(v->at_most, names[0]))
		conf_warn(c, n, "'%s' is the best grade, so this veto changes nothing", names[0]);
}

static void
veto_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct veto *v = item;

	if (v->below.scale > 0 && v->below.units == 0)
		conf_mistake(c, conf_at(c, n, "below"),
		    "'below' is more than 0, and at most 1: no value lies below 0");
	grades_settle(parent);
	if (v->at_most != NULL)
		check_at_most(c, conf_at(c, n, "at_most"), v, parent);
}

static bool
weighs_none(const struct profile *p)
{
	for (int i = 0; i < CHARACTERISTICS; i++) {
		if (p->characteristic[i] > 0)
			return false;
	}
	return true;
}

static bool
selects_any(const struct profile *p)
{
	for (enum indicator i = 0; i < INDICATORS; i++) {
		if (profile_selects(p, i))
			return true;
	}
	return false;
}

static void
profile_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct profile *p = item;

	(void)parent;
	grades_settle(p);
	check_grades(c, conf_at(c, n, "grades"), p);
	if (!weighs_none(p) && !selects_any(p))
		conf_mistake(c, conf_at(c, n, "indicators"),
		    "no indicator of a characteristic that counts weighs more than 0; give one a "
		    "weight");
}

static void
characteristic_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	(void)parent;
	if (weighs_none(item))
		conf_mistake(c, n, "no characteristic weighs more than 0; give one a weight");
}

void
draft_profile(struct conf *c)
{
	struct config *config = &c->draft->config;
	struct profile *p;
	const struct profile *found =
	    profile_find(config->profile, config->profiles, PROFILE_DEFAULT);

	if (found != NULL) {
		config->usual = (size_t)(found - config->profile);
		return;
	}
	p = arena_alloc(c->arena, config->profiles + 1, sizeof(*p));
	if (config->profiles > 0)
		memcpy(p, config->profile, config->profiles * sizeof(*p));
	conf_bind(c, &profile_table, NULL, &p[config->profiles], NULL);
	config->profile = p;
	config->profiles++;
}

#define AT(name) .at = offsetof(struct profile, name)
#define COUNT(name) .count = offsetof(struct profile, name)
#define CHARACTERISTIC(name, which)                                         \
	{                                                                   \
		name, conf_weight, AT(characteristic[which]), .preset = "1" \
	}

static const struct conf_table characteristic_table = {
    .what = "'characteristics'",
    .check = characteristic_check,
    .keys =
	(const struct conf_key[]){
	    CHARACTERISTIC("security", SECURITY),
	    CHARACTERISTIC("reliability", RELIABILITY),
	    CHARACTERISTIC("responsiveness", RESPONSIVENESS),
	    CHARACTERISTIC("tangibility", TANGIBILITY),
	    CHARACTERISTIC("friendliness", FRIENDLINESS),
	    {0},
	},
};

static const struct conf_table weight_table = {
    .what = "an indicator of a profile",
    .size = sizeof(struct weight),
    .same = weight_same,
    .twice = "a weight for this indicator",
    .keys =
	(const struct conf_key[]){
	    {"id", conf_indicator, .at = offsetof(struct weight, indicator), .needed = true},
	    {"weight", conf_weight, .at = offsetof(struct weight, weight), .preset = "1"},
	    {0},
	},
};

static const struct conf_table grade_table = {
    .what = "a grade",
    .size = sizeof(struct grade),
    .same = grade_same,
    .twice = "a grade of this name",
    .keys =
	(const struct conf_key[]){
	    {"grade", conf_text, .at = offsetof(struct grade, name), .needed = true},
	    {"at_least", conf_ratio, .at = offsetof(struct grade, at_least), .needed = true},
	    {0},
	},
};

static const struct conf_table veto_table = {
    .what = "a veto",
    .size = sizeof(struct veto),
    .same = veto_same,
    .twice = "a veto by this indicator",
    .check = veto_check,
    .keys =
	(const struct conf_key[]){
	    {"indicator", conf_indicator, .at = offsetof(struct veto, indicator), .needed = true},
	    {"below", conf_ratio, .at = offsetof(struct veto, below), .needed = true},
	    {"at_most", conf_text, .at = offsetof(struct veto, at_most), .needed = true},
	    {0},
	},
};

const struct conf_table profile_table = {
    .what = "a profile",
    .size = sizeof(struct profile),
    .blank = &(const struct profile){.characteristic = {WEIGHT_ONE, WEIGHT_ONE, WEIGHT_ONE,
					 WEIGHT_ONE, WEIGHT_ONE}},
    .same = profile_same,
    .twice = "a profile of this name",
    .check = profile_check,
    .keys =
	(const struct conf_key[]){
	    {"name", conf_text, AT(name), .preset = PROFILE_DEFAULT},
	    {"min_coverage", conf_ratio, AT(min_coverage), .preset = "0.8"},
	    {"characteristics", conf_map, .preset = "", .table = &characteristic_table},
	    {"indicators", conf_list, AT(indicator), COUNT(indicators), .table = &weight_table},
	    {"grades", conf_list, AT(grade), COUNT(grades), .table = &grade_table},
	    {"vetoes", conf_list, AT(veto), COUNT(vetoes), .table = &veto_table},
	    {0},
	},
};
