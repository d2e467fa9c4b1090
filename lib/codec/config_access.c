#include "codec/config_draft.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#define HOST_MAX 253 /* bytes of a host's name in DNS */

static const char listener_is[] =
    "is an address such as 127.0.0.1:7523, [::1]:7523 or unix:/run/slad/slad.sock";

static const struct {
	const char *name;
	unsigned scope;
} scopes[] = {{"ingest", SCOPE_INGEST}, {"read", SCOPE_READ}, {"operate", SCOPE_OPERATE}};

#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

static bool
is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six) ||
		    (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
	return strcasecmp(host, "localhost") == 0;
}

static bool
is_host(const char *host, bool bracketed)
{
	struct in6_addr six;
	size_t len = strlen(host);

	if (bracketed)
		return inet_pton(AF_INET6, host, &six) == 1;
	if (len == 0 || len > HOST_MAX || host[0] == '-' || host[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)host[i]) && host[i] != '-' && host[i] != '.')
			return false;
	return true;
}

static int
port_parse(const char *text, uint16_t *port)
{
	size_t digits = strspn(text, "0123456789");
	long n;

	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return -1;
	n = strtol(text, NULL, 10);
	if (n > UINT16_MAX)
		return -1;
	*port = (uint16_t)n;
	return 0;
}

/* HOST:PORT, [ADDRESS]:PORT */
static int
tcp_parse(struct conf *c, const char *text, struct listener *l)
{
	const char *colon = strrchr(text, ':');
	bool bracketed = text[0] == '[';
	char *host;

	if (colon == NULL || port_parse(colon + 1, &l->port) != 0)
		return -1;
	if (bracketed && (colon - text < 2 || colon[-1] != ']'))
		return -1;
	host =
	    arena_strndup(c->arena, text + bracketed, (size_t)(colon - text) - (bracketed ? 2 : 0));
	if (!is_host(host, bracketed))
		return -1;
	l->host = host;
	l->loopback = is_loopback(host);
	return 0;
}

static void
unix_parse(struct conf *c, const yaml_node_t *n, const char *path, struct listener *l)
{
	const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	l->path = conf_resolve(c, path);
	l->loopback = true;
	if (strlen(l->path) > most)
		conf_mistake(c, n, "the path of a Unix socket has %zu bytes at most; '%s' has %zu",
		    most, l->path, strlen(l->path));
}

void
conf_listeners(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct conf_word *words;
	size_t count = conf_words(c, k, n, listener_is, &words);
	struct listener *l = arena_alloc(c->arena, count, sizeof(*l));

	for (size_t i = 0; i < count; i++) {
		l[i].text = words[i].text;
		if (strncmp(words[i].text, "unix:", 5) == 0 && words[i].text[5] != '\0')
			unix_parse(c, words[i].at, words[i].text + 5, &l[i]);
		else if (tcp_parse(c, words[i].text, &l[i]) != 0)
			conf_wrong(c, k, words[i].at, listener_is);
	}
	if (count == 0 && n->type == YAML_SEQUENCE_NODE)
		conf_mistake(c, n, "'%s' is empty; an entry %s", k->name, listener_is);
	conf_put(into, k->at, &l, sizeof(l));
	conf_put(into, k->count, &count, sizeof(count));
}

static int
hex_digit(char ch)
{
	if (isdigit((unsigned char)ch))
		return ch - '0';
	return isxdigit((unsigned char)ch) ? tolower((unsigned char)ch) - 'a' + 10 : -1;
}

static void
bind_sha256(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is the SHA-256 of the token as 64 hexadecimal digits", *text;
	unsigned char sum[32];

	text = conf_scalar(c, k, n, what);
	if (text == NULL)
		return;
	if (strlen(text) != 64 || strspn(text, "0123456789abcdefABCDEF") != 64) {
		conf_wrong(c, k, n, what);
		return;
	}
	for (size_t i = 0; i < sizeof(sum); i++)
		sum[i] = (unsigned char)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
	conf_put(into, k->at, sum, sizeof(sum));
}

static void
bind_scopes(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *names[SCOPES];
	struct conf_word *words;
	size_t count =
		   conf_words(c, k, n, "lists what a token may do: ingest, read, operate", &words),
	       j;
	unsigned bits = 0;

	for (size_t i = 0; i < SCOPES; i++)
		names[i] = scopes[i].name;
	for (size_t i = 0; i < count; i++) {
		for (j = 0; j < SCOPES && strcmp(names[j], words[i].text) != 0;)
			j++;
		if (j == SCOPES)
			conf_unknown(c, words[i].at, "scope", words[i].text, names, SCOPES);
		else
			bits |= scopes[j].scope;
	}
	if (count == 0 && n->type == YAML_SEQUENCE_NODE)
		conf_mistake(c, n, "'%s' is empty; a token may ingest, read or operate", k->name);
	conf_put(into, k->at, &bits, sizeof(bits));
}

static bool
token_same(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	return same_text(x->name, y->name) || memcmp(x->sha256, y->sha256, sizeof(x->sha256)) == 0;
}

#define AT(name) .at = offsetof(struct token, name)
#define COUNT(name) .count = offsetof(struct token, name)

const struct conf_table token_table = {
    .what = "a token",
    .size = sizeof(struct token),
    .same = token_same,
    .twice = "a token of this name or sum",
    .keys =
	(const struct conf_key[]){
	    {"name", conf_text, AT(name), .needed = true},
	    {"sha256", bind_sha256, AT(sha256), .needed = true},
	    {"scopes", bind_scopes, AT(scopes), .needed = true},
	    {0},
	},
};
