#include "codec/config_draft.h"

#include <string.h>
#include <strings.h>

#define IS_HTTP "is a URL such as https://host/path or http://host/path"
#define IS_SMTP "is a URL such as smtp://host:587 or smtps://host"
#define IS_ADDRESS "is an e-mail address such as ops@example.org"
#define NO_URL " \"<>\\^`{|}"
#define NO_PLACE_URL " \"<>\\^`|"

static const char *const http[2] = {"https://", "http://"};
static const char *const smtp[2] = {"smtp://", "smtps://"};

/* A URL of one of two schemes, with a host, and none of the bad bytes. */
static bool
is_url(const char *url, const char *const schemes[2], const char *bad)
{
	for (int i = 0; i < 2; i++) {
		size_t len = strlen(schemes[i]);

		if (strncasecmp(url, schemes[i], len) == 0)
			return strcspn(url + len, "/?#:@") > 0 && strpbrk(url, bad) == NULL;
	}
	return false;
}

static void
bind_http(
    struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into, const char *bad)
{
	const char *url = conf_scalar(c, k, n, IS_HTTP);

	if (url == NULL)
		return;
	if (!is_url(url, http, bad))
		conf_wrong(c, k, n, IS_HTTP);
	else
		conf_put(into, k->at, &url, sizeof(url));
}

void
conf_url(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	bind_http(c, k, n, into, NO_URL);
}

/* Without the '/' at its end: paths are put behind it. */
void
conf_base_url(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct receiver *r = into;
	size_t len;

	conf_url(c, k, n, into);
	len = r->base_url == NULL ? 0 : strlen(r->base_url);
	while (len > 0 && r->base_url[len - 1] == '/')
		len--;
	if (len > 0)
		r->base_url = arena_strndup(c->arena, r->base_url, len);
}

void
conf_smtp_url(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *url = conf_scalar(c, k, n, IS_SMTP);

	if (url == NULL)
		return;
	if (!is_url(url, smtp, NO_URL))
		conf_wrong(c, k, n, IS_SMTP);
	else
		conf_put(into, k->at, &url, sizeof(url));
}

/* A URL that is a secret: its text is shown nowhere. */
static void
url_file(
    struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into, const char *bad)
{
	struct conf_key key = {.name = k->name};
	const char *url = NULL;

	conf_line_file(c, &key, n, &url);
	if (url != NULL && !is_url(url, http, bad))
		conf_mistake(
		    c, n, "what the file of '%s' has is no URL such as https://host/path", k->name);
	else if (url != NULL)
		conf_put(into, k->at, &url, sizeof(url));
}

void
conf_url_file(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	url_file(c, k, n, into, NO_URL);
}

void
conf_place_url(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	bind_http(c, k, n, into, NO_PLACE_URL);
}

void
conf_place_url_file(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	url_file(c, k, n, into, NO_PLACE_URL);
}

void
conf_need_url(struct conf *c, const yaml_node_t *n)
{
	const yaml_node_t *file = conf_member(c, n, "url_file");
	bool url = conf_member(c, n, "url") != NULL;

	if (file != NULL && url)
		conf_mistake(c, file, "'url' and 'url_file' are both given; one will do");
	if (file == NULL && !url)
		conf_mistake(c, n, "'url' or 'url_file' is missing");
}

static bool
is_address(const char *text)
{
	const char *at = strchr(text, '@');

	if (at == NULL || at == text || at[1] == '\0' || strchr(at + 1, '@') != NULL)
		return false;
	for (const char *s = text; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f ||
		    strchr("<>,;:\"()[]\\", *s) != NULL)
			return false;
	return true;
}

void
conf_address(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *text = conf_scalar(c, k, n, IS_ADDRESS);

	if (text == NULL)
		return;
	if (!is_address(text))
		conf_wrong(c, k, n, IS_ADDRESS);
	else
		conf_put(into, k->at, &text, sizeof(text));
}

void
conf_addresses(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct receiver *r = into;
	struct conf_word *words;
	size_t count = conf_words(c, k, n, "lists e-mail addresses", &words);
	const char **to = arena_alloc(c->arena, count, sizeof(*to));

	for (size_t i = 0; i < count; i++) {
		to[i] = words[i].text;
		if (!is_address(to[i]))
			conf_mistake(c, words[i].at, "'%s' lists e-mail addresses; '%s' is none",
			    k->name, to[i]);
	}
	if (count == 0)
		conf_mistake(c, n, "'%s' is empty; give it an address", k->name);
	r->to = to;
	r->tos = count;
}
