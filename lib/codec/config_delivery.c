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

/* A number between two limits, in words where it is not. */
static void
bind_between(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into,
    conf_binder *bind, int64_t low, int64_t high, const char *words)
{
	int64_t value = -1;

	bind(c, &(struct conf_key){.name = k->name}, n, &value);
	if (value >= low && value <= high)
		conf_put(into, k->at, &value, sizeof(value));
	else if (value >= 0)
		conf_mistake(c, n, "'%s' is from %s", k->name, words);
}

void
conf_digest(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	bind_between(c, k, n, into, conf_duration, STAMP_SECOND, DELIVERY_DIGEST_MAX, "1s to 1h");
}

void
conf_rate(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	bind_between(c, k, n, into, conf_whole, 1, DELIVERY_RATE_MAX, "1 to 600 messages a minute");
}
