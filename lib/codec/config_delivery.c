#include "base/stamp.h"
#include "codec/config_draft.h"

static const char *const urgent_names[] = {"pass", "wait", NULL};

static void
bind_urgent(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct delivery_policy *p = into;
	int urgent = 0;

	conf_choice(c, &(struct conf_key){.name = k->name, .words = urgent_names}, n, &urgent);
	p->urgent_waits = urgent == 1;
}

static void
hours_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	const struct delivery_policy *p = item;

	(void)parent;
	if (p->hours != NULL && calendar_never(p->hours))
		conf_mistake(c, conf_at(c, n, "calendar"),
		    "the calendar '%.100s' is never open: nothing would ever be delivered",
		    calendar_name(p->hours));
}

const struct conf_table hours_table = {
    .what = "'hours'",
    .check = hours_check,
    .keys =
	(const struct conf_key[]){
	    {"calendar", conf_calendar, .at = offsetof(struct delivery_policy, hours),
		.needed = true},
	    {.name = "urgent", .bind = bind_urgent, .preset = "pass"},
	    {0},
	},
};

void
policy_check(
    struct conf *c, const yaml_node_t *n, const struct delivery_policy *p, const char *kind)
{
	bool digest = conf_member(c, n, "digest") != NULL, rate = conf_member(c, n, "rate") != NULL;

	if (digest && !p->several)
		conf_mistake(c, conf_at(c, n, "digest"),
		    "'digest' is not for '%s', which takes one event in a message", kind);
	else if (digest && (p->digest < STAMP_SECOND || p->digest > DELIVERY_DIGEST_MAX))
		conf_mistake(c, conf_at(c, n, "digest"), "'digest' is from 1s to 1h");
	if (rate && (p->rate < 1 || p->rate > DELIVERY_RATE_MAX))
		conf_mistake(c, conf_at(c, n, "rate"), "'rate' is from 1 to %d messages a minute",
		    DELIVERY_RATE_MAX);
}
