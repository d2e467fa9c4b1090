#include "codec/config_draft.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 4096 /* bytes of a secret's file; a key has 24 to 64 */
#define SECRET_HEAD "whsec_"
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

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

/* What a file has between its blanks, with a NUL; NULL, noted, if that is nothing or too much. */
static char *
secret_text(struct conf *c, const yaml_node_t *n, const char *path, size_t *len)
{
	char *text = arena_alloc(c->arena, SECRET_MAX + 1, 1);
	struct stat st;
	ssize_t got = file_read(path, text, &st);

	if (got < 0) {
		conf_mistake(c, n, "the secret '%s' cannot be read: %s", path, strerror(errno));
		return NULL;
	}
	if ((st.st_mode & S_IROTH) != 0)
		conf_warn(
		    c, n, "everyone may read the secret '%s'; chmod o-r would end that", path);
	*len = (size_t)got;
	while (*len > 0 && is_blank(text[*len - 1]))
		text[--*len] = '\0';
	while (*len > 0 && is_blank(*text)) {
		text++;
		--*len;
	}
	if (*len == 0 || *len == SECRET_MAX) {
		conf_mistake(
		    c, n, "the secret '%s' is empty or longer than %d bytes", path, SECRET_MAX - 1);
		return NULL;
	}
	return text;
}

static char *
secret_read(
    struct conf *c, const struct conf_key *k, const yaml_node_t *n, size_t *len, const char **path)
{
	*path = NULL;
	conf_path(c, &(struct conf_key){.name = k->name}, n, path);
	return *path == NULL ? NULL : secret_text(c, n, *path, len);
}

/* Decodes what follows whsec_; -1 if it is no base64. */
static int
key_decode(struct conf *c, const char *text, size_t len, struct secret *s)
{
	size_t letters = strspn(text, BASE64), pad = len - letters;
	unsigned char *key = arena_alloc(c->arena, len, 1);
	int got;

	if (len == 0 || len % 4 != 0 || pad > 2 || strspn(text + letters, "=") != pad)
		return -1;
	got = EVP_DecodeBlock(key, (const unsigned char *)text, (int)len);
	if (got < 0)
		return -1;
	*s = (struct secret){(const char *)key, (size_t)got - pad};
	return 0;
}

int
conf_secret(struct conf *c, const yaml_node_t *n, const char *path, bool key, struct secret *secret)
{
	size_t len, head = strlen(SECRET_HEAD);
	char *text = secret_text(c, n, path, &len);

	if (text == NULL)
		return -1;
	*secret = (struct secret){text, len};
	if (!key || strncmp(text, SECRET_HEAD, head) != 0 ||
	    key_decode(c, text + head, len - head, secret) == 0)
		return 0;
	conf_mistake(c, n, "what follows " SECRET_HEAD " in the secret '%s' is no base64", path);
	return -1;
}

void
conf_key_file(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
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

void
conf_line_file(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *path;
	size_t len;
	char *text = secret_read(c, k, n, &len, &path);

	if (text == NULL)
		return;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
			conf_mistake(c, n,
			    "the secret '%s' has a line break or control character; it is one line",
			    path);
			return;
		}
	}
	conf_put(into, k->at, &text, sizeof(text));
}
