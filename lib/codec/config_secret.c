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
	s->bytes = (const char *)key;
	s->len = (size_t)got - pad;
	return 0;
}

static int
secret_cut(struct conf *c, const yaml_node_t *n, const char *path, bool key, struct secret *s)
{
	const char *tail = s->bytes + strlen(SECRET_HEAD);

	if (s->len == 0 || s->len == SECRET_MAX)
		conf_mistake(
		    c, n, "the secret '%s' is empty or longer than %d bytes", path, SECRET_MAX - 1);
	else if (key && strncmp(s->bytes, SECRET_HEAD, strlen(SECRET_HEAD)) == 0 &&
	    key_decode(c, tail, s->len - strlen(SECRET_HEAD), s) != 0)
		conf_mistake(
		    c, n, "what follows " SECRET_HEAD " in the secret '%s' is no base64", path);
	else
		return 0;
	return -1;
}

int
conf_secret(struct conf *c, const yaml_node_t *n, const char *path, bool key, struct secret *secret)
{
	char *text = arena_alloc(c->arena, SECRET_MAX + 1, 1);
	struct stat st;
	ssize_t len = file_read(path, text, &st);

	if (len < 0) {
		conf_mistake(c, n, "the secret '%s' cannot be read: %s", path, strerror(errno));
		return -1;
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
	*secret = (struct secret){text, (size_t)len};
	return secret_cut(c, n, path, key, secret);
}
