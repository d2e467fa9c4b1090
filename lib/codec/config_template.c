#include "codec/config_draft.h"

#include <regex.h>
#include <string.h>
#include <strings.h>

#include "codec/message.h"

#define HEADERS_MAX 16

static void
check_places(struct conf *c, const yaml_node_t *n, const char *text)
{
	const char *name, *at = text;
	size_t count = 0;

	while (message_places[count] != NULL)
		count++;
	while (text != NULL && (name = message_place(&at, &c->scratch)) != NULL) {
		bool known = false;

		for (size_t i = 0; i < count; i++)
			known = known || strcmp(message_places[i], name) == 0;
		if (!known)
			conf_unknown(c, n, "place", name, message_places, count);
	}
}

static void
check_template(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct receiver *r = item;
	bool body = conf_member(c, n, "body") != NULL;

	(void)parent;
	conf_need_url(c, n);
	check_places(
	    c, conf_at(c, n, conf_member(c, n, "url") != NULL ? "url" : "url_file"), r->url);
	check_places(c, conf_at(c, n, "body"), r->body);
	if (r->method == SEND_GET && body)
		conf_mistake(c, conf_member(c, n, "body"), "a GET has no 'body'");
	if (r->method != SEND_GET && !body)
		conf_mistake(c, n, "a %s needs 'body'", send_method_names[r->method]);
}

static void
bind_success(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct receiver *r = into;
	regex_t pattern;
	int rc;

	conf_text(c, k, n, into);
	if (r->success == NULL)
		return;
	rc = regcomp(&pattern, r->success, REG_EXTENDED | REG_NOSUB);
	if (rc == REG_ESPACE)
		mem_none("regcomp");
	if (rc != 0)
		conf_wrong(c, k, n, "is a text or an extended regular expression");
	else
		regfree(&pattern);
}

static bool
is_token(const char *name)
{
	return *name != '\0' &&
	    strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!#$&'*+^`|~") ==
	    strlen(name);
}

static void
header_bind(struct conf *c, const struct conf_key *k, const yaml_node_t *name,
    const yaml_node_t *value, struct header_line *into)
{
	static const char *const ours[] = {
	    "content-length", "content-type", "host", "transfer-encoding", "connection"};
	const struct conf_key key = {.name = k->name};

	into->name = conf_scalar(c, &key, name, "has names of headers");
	if (into->name != NULL && !is_token(into->name))
		conf_mistake(c, name, "'%s' is no name of a header", into->name);
	for (size_t i = 0; into->name != NULL && i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcasecmp(into->name, ours[i]) == 0)
			conf_mistake(c, name, "slad sets the header '%s' itself", into->name);
	if (k->count != 0)
		conf_line_file(c, &key, value, &into->value);
	else
		conf_any_text(c, &key, value, &into->value);
}

/* A mapping of names to values or, for a key with `count`, to files of them: behind those that
 * stand there already. */
static void
bind_headers(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct receiver *r = into;
	struct header_line *list;
	size_t count;

	if (n->type != YAML_MAPPING_NODE) {
		conf_wrong(c, k, n, "is a mapping of names of headers");
		return;
	}
	count = (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
	if (r->headers + count > HEADERS_MAX) {
		conf_mistake(c, n, "there are more than %d headers", HEADERS_MAX);
		return;
	}
	list = arena_alloc(c->arena, r->headers + count, sizeof(*list));
	if (r->headers > 0)
		memcpy(list, r->header, r->headers * sizeof(*list));
	for (size_t i = 0; i < count; i++)
		header_bind(c, k,
		    yaml_document_get_node(&c->document, n->data.mapping.pairs.start[i].key),
		    yaml_document_get_node(&c->document, n->data.mapping.pairs.start[i].value),
		    &list[r->headers + i]);
	r->header = list;
	r->headers += count;
}

const struct conf_table template_table = {
    .what = "'template'",
    .check = check_template,
    .keys =
	(const struct conf_key[]){
	    {"url", conf_place_url, .at = offsetof(struct receiver, url)},
	    {"url_file", conf_place_url_file, .at = offsetof(struct receiver, url)},
	    {"method", conf_choice, .at = offsetof(struct receiver, method), .preset = "POST",
		.words = send_method_names},
	    {"content_type", conf_text, .at = offsetof(struct receiver, content_type),
		.preset = "application/json"},
	    {.name = "headers", .bind = bind_headers},
	    {.name = "header_files", .bind = bind_headers, .count = 1},
	    {"body", conf_text, .at = offsetof(struct receiver, body)},
	    {"success", bind_success, .at = offsetof(struct receiver, success)},
	    {0},
	},
};
