#include "codec/config_draft.h"

#include <string.h>
#include <strings.h>

static void
bind_url(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a URL such as https://host/path or http://host/path", *url,
		   *host = "";

	url = conf_scalar(c, k, n, what);
	if (url == NULL)
		return;
	if (strncasecmp(url, "https://", 8) == 0)
		host = url + 8;
	else if (strncasecmp(url, "http://", 7) == 0)
		host = url + 7;
	if (strcspn(host, "/?#:@") == 0 || strpbrk(url, " \"<>\\^`{|}") != NULL)
		conf_wrong(c, k, n, what);
	else
		conf_put(into, k->at, &url, sizeof(url));
}

static void
bind_secret(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct receiver *r = into;
	const char *path = NULL;
	struct secret secret;

	conf_path(c, &(struct conf_key){.name = k->name}, n, &path);
	if (path == NULL || conf_secret(c, n, path, true, &secret) != 0)
		return;
	r->secret = secret.bytes;
	r->secret_len = secret.len;
}

static void
receiver_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct receiver *r = item;
	size_t len = r->base_url == NULL ? 0 : strlen(r->base_url);

	(void)parent;
	while (len > 0 && r->base_url[len - 1] == '/')
		len--;
	if (r->base_url != NULL)
		r->base_url = arena_strndup(c->arena, r->base_url, len);
	r->policy.several = r->kind != RECEIVER_WEBHOOK;
	if (!r->policy.several && conf_member(c, n, "digest") != NULL)
		conf_mistake(c, conf_at(c, n, "digest"),
		    "'digest' is not for '%s', which takes one event in a message",
		    receiver_kind_names[r->kind]);
}

static bool
receiver_same(const void *a, const void *b)
{
	const struct receiver *x = a, *y = b;

	return same_text(x->name, y->name);
}

const char *const receiver_kind_names[] = {"webhook", NULL};
const char *const language_names[] = {"en", "zh", NULL};

#define AT(name) .at = offsetof(struct receiver, name)

static const struct conf_table webhook_table = {
    .what = "'webhook'",
    .keys =
	(const struct conf_key[]){
	    {"url", bind_url, .at = offsetof(struct receiver, url), .needed = true},
	    {.name = "secret_file", .bind = bind_secret},
	    {0},
	},
};

const struct conf_table receiver_table = {
    .what = "a receiver",
    .size = sizeof(struct receiver),
    .same = receiver_same,
    .twice = "a receiver of this name",
    .check = receiver_check,
    .keys =
	(const struct conf_key[]){
	    {"name", conf_text, .at = offsetof(struct receiver, name), .needed = true},
	    {"webhook", conf_map, .needed = true, .table = &webhook_table},
	    {"language", conf_choice, AT(language), .preset = "en", .words = language_names},
	    {"base_url", bind_url, AT(base_url)},
	    {"digest", conf_digest, AT(policy.digest)},
	    {"rate", conf_rate, AT(policy.rate)},
	    {"hours", conf_map, AT(policy), .table = &hours_table},
	    {0},
	},
};
