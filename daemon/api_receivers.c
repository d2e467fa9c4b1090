#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "delivery.h"

/* The configured receivers, and what became of their messages. */
struct receivers {
	const struct config *config;
	json_t *list; /* in the order of the configuration */
};

static void
count_add(void *context, const struct delivery_count *c)
{
	struct receivers *all = context;
	const struct receiver *r = receiver_find(all->config, c->receiver);
	json_t *json;

	if (r == NULL)
		return;
	json = json_array_get(all->list, (size_t)(r - all->config->receiver));
	if (c->state == OUTBOX_DELIVERED)
		json_object_set_new(json, "last_success_at", json_instant(c->ended));
	json_object_set_new(json, outbox_state_names[c->state], json_integer(c->count));
}

static json_t *
hours_json(const struct delivery_policy *p)
{
	if (p->hours == NULL)
		return json_null();
	return json_pack("{ss ss}", "calendar", calendar_name(p->hours), "urgent",
	    p->urgent_waits ? "wait" : "pass");
}

static json_t *
receiver_json(const struct receiver *r)
{
	const struct delivery_policy *p = &r->policy;

	return json_pack("{ss ss ss so so so so so si si si}", "name", r->name, "kind",
	    receiver_kind_names[r->kind], "language", language_names[r->language], "base_url",
	    r->base_url == NULL ? json_null() : json_string(r->base_url), "digest_seconds",
	    p->digest == 0 ? json_null() : json_integer(p->digest / STAMP_SECOND), "rate",
	    p->rate == 0 ? json_null() : json_integer(p->rate), "hours", hours_json(p),
	    "last_success_at", json_null(), "waiting", 0, "delivered", 0, "failed", 0);
}

void
api_receivers(void *context, const struct request *r, struct answer *a)
{
	static const char *const names[] = {NULL};
	struct api *api = context;
	struct receivers all = {api->config, json_array()};
	struct err err;

	if (params_check(r, names, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		json_decref(all.list);
		return;
	}
	for (size_t i = 0; i < api->config->receivers; i++)
		json_array_append_new(all.list, receiver_json(&api->config->receiver[i]));
	if (store_delivery_counts(api->reader, count_add, &all, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else
		answer_json(a, 200, json_pack("{sO}", "receivers", all.list));
	json_decref(all.list);
}
