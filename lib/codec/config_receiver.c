#include "codec/config_draft.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 4096 /* bytes of a secret's file; a key has 24 to 64 */
#define SECRET_HEAD "whsec_"
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

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

/* Reads the file's bytes; -1 with errno. */
static ssize_t
file_read(const char *path, char text[static SECRET_MAX], struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), error;
	ssize_t got = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0)
		got = read(fd, text, SECRET_MAX);
	error = errno;
	close(fd);
	errno = error;
	return got;
}

static bool
is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}

/* Decodes what follows whsec_; -1 if it is no base64. */
static int
key_decode(struct conf *c, const char *text, size_t len, struct receiver *r)
{
	size_t letters = strspn(text, BASE64), pad = len - letters;
	unsigned char *key = arena_alloc(c->arena, len, 1);
	int got;

	if (len == 0 || len % 4 != 0 || pad > 2 || strspn(text + letters, "=") != pad)
		return -1;
	got = EVP_DecodeBlock(key, (const unsigned char *)text, (int)len);
	if (got < 0)
		return -1;
	r->secret = (const char *)key;
	r->secret_len = (size_t)got - pad;
	return 0;
}

static void
bind_secret(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	char *text = arena_alloc(c->arena, SECRET_MAX + 1, 1);
	struct receiver *r = into;
	const char *path = NULL;
	struct stat st;
	ssize_t len;

	conf_path(c, &(struct conf_key){.name = k->name}, n, &path);
	if (path == NULL)
		return;
	len = file_read(path, text, &st);
	if (len < 0) {
		conf_mistake(c, n, "the secret '%s' cannot be read: %s", path, strerror(errno));
		return;
	}
	if ((st.st_mode & S_IROTH) != 0)
		conf_warn(
		    c, n, "everyone may read the secret '%s'; chmod o-r would end that", path);
	while (len > 0 && is_blank(text[len - 1]))
		text[--len] = '\0';
	while (len > 0 && is_blank(*text)) {
		text++;
		len--;
	}
	r->secret = text;
	r->secret_len = (size_t)len;
	if (len == 0 || len == SECRET_MAX)
		conf_mistake(
		    c, n, "the secret '%s' is empty or longer than %d bytes", path, SECRET_MAX - 1);
	else if (strncmp(text, SECRET_HEAD, strlen(SECRET_HEAD)) == 0 &&
	    key_decode(c, text + strlen(SECRET_HEAD), (size_t)len - strlen(SECRET_HEAD), r) != 0)
		conf_mistake(
		    c, n, "what follows " SECRET_HEAD " in the secret '%s' is no base64", path);
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
