#include "coding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>

#include "base/err.h"
#include "base/mem.h"
#include "codec/inflate.h"

#define COPIED (256u << 10) /* bytes in a step, if they are only copied */
#define INFLATED (64u << 10) /* read or made in a step, if they are not */
#define PIECE (16u << 10)

struct coding {
	struct evbuffer *body;
	struct inflate *z; /* NULL: identity */
	char piece[PIECE];
};

/* A coding's name alone, in any case. */
static bool
is(const char *coding, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(coding, name, len) == 0 &&
	    coding[len + strspn(coding + len, " \t")] == '\0';
}

bool
coding_is_identity(const char *name)
{
	return is(name, "identity") || is(name, "");
}

struct coding *
coding_new(const char *name, struct evbuffer *body, struct answer *a)
{
	struct coding *c;

	if (!coding_is_identity(name) && !is(name, "gzip") && !is(name, "x-gzip")) {
		answer_header(a, "Accept-Encoding", "gzip");
		answer_problem(
		    a, 415, "the body is encoded as '%.40s'; send it as gzip or as it is", name);
		return NULL;
	}
	c = mem_alloc(1, sizeof(*c));
	c->body = body;
	c->z = coding_is_identity(name) ? NULL : inflate_new();
	return c;
}

void
coding_free(struct coding *c)
{
	if (c == NULL)
		return;
	inflate_free(c->z);
	free(c);
}

/* Some of what lies in one piece in the body's front; gives how many bytes were read or made. */
static int
read_some(struct coding *c, struct evbuffer_iovec front, size_t *worked, struct buf *plain,
    struct err *err)
{
	const void *bytes = front.iov_base;
	size_t len = front.iov_len < PIECE ? front.iov_len : PIECE, left = len, made = len;

	if (c->z == NULL) {
		buf_put(plain, bytes, len);
		left = 0;
	} else {
		if (inflate_some(c->z, &bytes, &left, c->piece, PIECE, &made, err) != 0)
			return -1;
		buf_put(plain, c->piece, made);
	}
	evbuffer_drain(c->body, len - left);
	*worked += made > len - left ? made : len - left;
	if (buf_ok(plain))
		return 0;
	return err_set(err, "it is larger than %zu bytes once it is inflated", plain->max);
}

static int
step(struct coding *c, struct buf *plain, struct err *err)
{
	size_t worked = 0, most = c->z == NULL ? COPIED : INFLATED;
	struct evbuffer_iovec front;

	while (worked < most) {
		if (evbuffer_peek(c->body, -1, NULL, &front, 1) <= 0)
			return c->z == NULL ? 0 : inflate_end(c->z, err);
		if (read_some(c, front, &worked, plain, err) != 0)
			return -1;
	}
	return 1;
}

int
coding_step(struct coding *c, size_t most, size_t room, struct buf *plain, struct answer *a)
{
	struct err err;
	int rc;

	if (c->z == NULL)
		room = most; /* what is copied is let go */
	plain->max = room < most - plain->len ? plain->len + room : most;
	rc = step(c, plain, &err);
	if (rc >= 0)
		return rc;
	if (buf_ok(plain))
		answer_problem(a, 400, "the body: %s", err.msg);
	else if (plain->max < most)
		answer_problem(
		    a, 503, "too many bytes of requests are on their way; try again soon");
	else
		answer_problem(a, 413, "the body: %s, which is the most that is taken", err.msg);
	return -1;
}
