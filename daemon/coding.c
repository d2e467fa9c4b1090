#include "coding.h"

#include <string.h>
#include <strings.h>

#include <event2/buffer.h>

#include "base/err.h"
#include "codec/inflate.h"

/* A coding's name alone, in any case. */
static bool
is(const char *coding, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(coding, name, len) == 0 &&
	    coding[len + strspn(coding + len, " \t")] == '\0';
}

bool
coding_is_identity(const char *coding)
{
	return is(coding, "identity") || is(coding, "");
}

static int
take(struct evbuffer *body, struct buf *plain, struct err *err)
{
	struct inflate *z = inflate_new();
	struct evbuffer_iovec piece;
	int rc = 0;

	while (rc == 0 && evbuffer_peek(body, -1, NULL, &piece, 1) > 0) {
		rc = inflate_feed(z, piece.iov_base, piece.iov_len, plain, err);
		evbuffer_drain(body, piece.iov_len);
	}
	if (rc == 0)
		rc = inflate_end(z, err);
	inflate_free(z);
	return rc;
}

int
coding_take(struct evbuffer *body, const char *coding, size_t most, size_t room, struct buf *plain,
    struct answer *a)
{
	struct err err;

	if (!is(coding, "gzip") && !is(coding, "x-gzip")) {
		answer_header(a, "Accept-Encoding", "gzip");
		answer_problem(
		    a, 415, "the body is encoded as '%.40s'; send it as gzip or as it is", coding);
		return -1;
	}
	*plain = (struct buf)BUF_INIT(room < most ? room : most);
	if (take(body, plain, &err) == 0)
		return 0;
	if (buf_ok(plain))
		answer_problem(a, 400, "the body: %s", err.msg);
	else if (room < most)
		answer_problem(
		    a, 503, "too many bytes of requests are on their way; try again soon");
	else
		answer_problem(a, 413, "the body: %s, which is the most that is taken", err.msg);
	buf_free(plain);
	return -1;
}
