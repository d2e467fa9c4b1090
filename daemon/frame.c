#include "frame.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "request.h"

#define DIGITS_MAX 18 /* of a Content-Length: they fit into 64 bits */
#define SIZE_DIGITS_MAX 8 /* hex digits of a chunk's size */

/* What a head says about its request. */
struct head {
	bool http11, takes_body;
	bool chunked, has_length;
	uint64_t length;
	unsigned seen; /* which of singles[] */
	size_t lines;
};

static int
refuse(struct frame *f, int status)
{
	f->status = status;
	return -1;
}

/* tchar of RFC 9110. */
static bool
is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && strchr("!#$%&'*+-.^_`|~", s[i]) == NULL)
			return false;
	return len > 0;
}

static int
check_method(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	static const struct {
		const char *name;
		bool takes_body;
	} methods[] = {
	    {"GET", false},
	    {"POST", true},
	    {"HEAD", false},
	    {"DELETE", false},
	    {"PUT", true},
	    {"PATCH", true},
	    {"OPTIONS", true},
	    {"TRACE", false},
	    {"CONNECT", false},
	};

	if (!is_token(s, len)) {
		err_set(err, "the request line does not begin with a method, such as GET");
		return refuse(f, 400);
	}
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strlen(methods[i].name) == len && memcmp(methods[i].name, s, len) == 0) {
			h->takes_body = methods[i].takes_body;
			return 0;
		}
	err_set(err, "the method '%.*s' is not known here", (int)(len < 40 ? len : 40), s);
	return refuse(f, 501);
}

static int
check_target(struct frame *f, const char *s, size_t len, struct err *err)
{
	if (len == 0 || s[0] != '/') {
		err_set(err, "the target '%.*s' is no path; one begins with a slash",
		    (int)(len < 80 ? len : 80), s);
		return refuse(f, 400);
	}
	if (len > 1 && s[1] == '/') {
		err_set(err, "the target begins with two slashes; one is right");
		return refuse(f, 400);
	}
	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '#') {
			err_set(err,
			    "the target has the byte 0x%02x; write it percent-encoded, as %%%02X",
			    (unsigned char)s[i], (unsigned char)s[i]);
			return refuse(f, 400);
		}
	return 0;
}

static int
check_version(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	h->http11 = len == 8 && memcmp(s, "HTTP/1.1", len) == 0;
	if (h->http11 || (len == 8 && memcmp(s, "HTTP/1.0", len) == 0))
		return 0;
	if (len == 8 && memcmp(s, "HTTP/", 5) == 0 && isdigit((unsigned char)s[5]) && s[6] == '.' &&
	    isdigit((unsigned char)s[7])) {
		err_set(err, "this is HTTP/1.1, not %.*s", (int)len, s);
		return refuse(f, 505);
	}
	err_set(err, "the request line does not end with HTTP/1.1");
	return refuse(f, 400);
}

static int
check_request_line(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	const char *first = memchr(s, ' ', len), *second;

	if (len == 0) {
		err_set(err, "an empty line stands where a request begins");
		return refuse(f, 400);
	}
	second = first != NULL ? memchr(first + 1, ' ', len - (size_t)(first + 1 - s)) : NULL;
	if (second == NULL) {
		err_set(err, "the request line is not 'METHOD TARGET HTTP/1.1'");
		return refuse(f, 400);
	}
	if (check_method(f, h, s, (size_t)(first - s), err) != 0 ||
	    check_version(f, h, second + 1, len - (size_t)(second + 1 - s), err) != 0)
		return -1;
	return check_target(f, first + 1, (size_t)(second - first - 1), err);
}

static int
check_host(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	size_t i = 0;

	(void)h;
	while (i < len && (isalnum((unsigned char)s[i]) || strchr("-._~:[]%", s[i]) != NULL))
		i++;
	if (i > 0 && i + strspn(s + i, " \t") == len)
		return 0;
	err_set(err, "the Host header '%.*s' is no host, such as localhost:7523",
	    (int)(len < 80 ? len : 80), s);
	return refuse(f, 400);
}

static int
check_length(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	h->has_length = true;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)s[i]) || i == DIGITS_MAX)
			goto bad;
		h->length = 10 * h->length + (uint64_t)(s[i] - '0');
	}
	if (len > 0)
		return 0;
bad:
	err_set(err, "the Content-Length '%.*s' is no number of at most %d digits",
	    (int)(len < 40 ? len : 40), s, DIGITS_MAX);
	return refuse(f, 400);
}

static int
check_coding(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	h->chunked = true;
	if (len == 7 && memcmp(s, "chunked", len) == 0)
		return 0;
	err_set(
	    err, "the Transfer-Encoding '%.*s' is not 'chunked'", (int)(len < 40 ? len : 40), s);
	return refuse(f, 400);
}

static int
check_expect(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	(void)h;
	f->waits = true;
	if (len == 12 && strncasecmp(s, "100-continue", len) == 0)
		return 0;
	err_set(err, "the expectation '%.*s' is not '100-continue'", (int)(len < 40 ? len : 40), s);
	return refuse(f, 417);
}

static const struct {
	const char *name;
	int (*check)(struct frame *f, struct head *h, const char *s, size_t len, struct err *err);
} singles[] = {
    {"Host", check_host},
    {"Content-Length", check_length},
    {"Transfer-Encoding", check_coding},
    {"Expect", check_expect},
    {"Authorization", NULL},
    {"Content-Type", NULL},
    {"Content-Encoding", NULL},
};

#define SEEN_HOST 1u /* singles[0] */

/* A header that may stand once, and whose value has a form. */
static int
check_single(
    struct frame *f, struct head *h, size_t which, const char *value, size_t len, struct err *err)
{
	if ((h->seen & 1u << which) != 0) {
		err_set(err, "the head has two %s headers; one is right", singles[which].name);
		return refuse(f, 400);
	}
	h->seen |= 1u << which;
	if (singles[which].check == NULL)
		return 0;
	return singles[which].check(f, h, value, len, err);
}

static int
check_header(struct frame *f, struct head *h, const char *s, size_t len, struct err *err)
{
	const char *colon = memchr(s, ':', len), *value;
	size_t name = colon != NULL ? (size_t)(colon - s) : 0;

	if (s[0] == ' ' || s[0] == '\t') {
		err_set(err, "a header is folded onto a second line; write it on one");
		return refuse(f, 400);
	}
	if (colon != NULL && name > 0 && (colon[-1] == ' ' || colon[-1] == '\t')) {
		err_set(err, "the header '%.*s' has a space before its colon",
		    (int)(name < 80 ? name : 80), s);
		return refuse(f, 400);
	}
	if (!is_token(s, name)) {
		err_set(err, "the header line '%.*s' is not 'Name: value'",
		    (int)(len < 80 ? len : 80), s);
		return refuse(f, 400);
	}
	if (++h->lines > REQUEST_HEADERS) {
		err_set(err, "the head has more than %d headers", REQUEST_HEADERS);
		return refuse(f, 431);
	}
	value = colon + 1 + strspn(colon + 1, " ");
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
		if (strlen(singles[i].name) == name && strncasecmp(singles[i].name, s, name) == 0)
			return check_single(f, h, i, value, len - (size_t)(value - s), err);
	return 0;
}

/* What no single line says. */
static int
check_whole(struct frame *f, const struct head *h, struct err *err)
{
	int status = 400;

	if (h->http11 && (h->seen & SEEN_HOST) == 0)
		err_set(err, "the head has no Host header; HTTP/1.1 asks for one");
	else if (h->chunked && h->has_length)
		err_set(err,
		    "the head has a Content-Length and a Transfer-Encoding; "
		    "one of them is right");
	else if (h->chunked && !h->http11)
		err_set(err, "HTTP/1.0 has no Transfer-Encoding; send a Content-Length");
	else if (!h->takes_body && (h->chunked || h->length > 0))
		err_set(err, "a request of this method has no body");
	else if (h->length > f->body_max) {
		err_set(err, "the body has %" PRIu64 " bytes; at most %" PRIu64 " are taken",
		    h->length, f->body_max);
		status = 413;
	} else
		return 0;
	return refuse(f, status);
}

/* The whole head stands in f->head, each line with its CR LF, and has no NUL. */
static int
check_head(struct frame *f, struct err *err)
{
	const char *s = buf_text(&f->head);
	struct head h = {0};
	size_t len = strcspn(s, "\r");

	if (check_request_line(f, &h, s, len, err) != 0)
		return -1;
	for (s += len + 2; (len = strcspn(s, "\r")) > 0; s += len + 2)
		if (check_header(f, &h, s, len, err) != 0)
			return -1;
	if (check_whole(f, &h, err) != 0)
		return -1;
	f->left = h.length;
	f->waits = f->waits && h.http11 && (h.chunked || h.length > 0);
	f->state = h.chunked ? FRAME_SIZE : h.length > 0 ? FRAME_BODY : FRAME_END;
	return 0;
}

/* One byte of the head, that is not plain, or behind a CR. */
static int
check_byte(struct frame *f, char c, struct err *err)
{
	unsigned char byte = (unsigned char)c;

	if ((c == '\n') != (f->before == '\r')) {
		err_set(err, "a line of the head does not end with CR LF");
		return refuse(f, 400);
	}
	if ((byte < ' ' && c != '\t' && c != '\r' && c != '\n') || byte == 0x7f) {
		err_set(err, "the head has the control character 0x%02x", byte);
		return refuse(f, 400);
	}
	f->before = c;
	if (c == '\n')
		f->line = 0;
	return 0;
}

/* How many bytes are no reason to look at them one by one: anywhere in a line but behind a CR. */
static size_t
plain_run(const char *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && bytes[n] != 0x7f && ((unsigned char)bytes[n] >= ' ' || bytes[n] == '\t'))
		n++;
	return n;
}

static int
feed_head(struct frame *f, const char *bytes, size_t len, size_t *used, struct err *err)
{
	size_t n = 0, room = f->head.max - f->head.len, run;
	bool whole = false;
	int bad = 0;

	while (n < len && !whole && bad == 0) {
		if (n == room) {
			err_set(err, "the head is larger than %zu bytes", f->head.max);
			bad = refuse(f, 431);
			break;
		}
		run = f->before == '\r' ? 0 : plain_run(bytes + n, (len < room ? len : room) - n);
		if (run > 0) {
			n += run;
			f->line += run;
			f->before = bytes[n - 1];
			continue;
		}
		/* An empty line: CR LF right after CR LF, or as the first of all. */
		whole = bytes[n] == '\n' && f->line == 0;
		bad = check_byte(f, bytes[n++], err);
	}
	buf_put(&f->head, bytes, n);
	*used += n;
	if (bad != 0)
		return -1;
	return whole ? check_head(f, err) : 0;
}

/* Bytes of content, which may be any. */
static void
feed_content(struct frame *f, size_t len, size_t *used)
{
	size_t n = len < f->left ? len : (size_t)f->left;

	*used += n;
	f->left -= n;
	if (f->left == 0)
		f->state = f->state == FRAME_BODY ? FRAME_END : FRAME_CHUNK_CR;
}

/* A byte of a chunk's size, or the CR behind it. */
static int
feed_size(struct frame *f, char c, struct err *err)
{
	static const char hex[] = "0123456789abcdef";
	const char *digit = c != '\0' ? strchr(hex, tolower((unsigned char)c)) : NULL;

	if (c == '\r' && f->digits > 0) {
		f->state = FRAME_SIZE_LF;
		return 0;
	}
	if (digit == NULL || f->digits == SIZE_DIGITS_MAX) {
		err_set(err, "a chunk's size is not one to %d hex digits alone on their line",
		    SIZE_DIGITS_MAX);
		return refuse(f, 400);
	}
	f->left = f->left << 4 | (uint64_t)(digit - hex);
	f->digits++;
	return 0;
}

/* The chunk's size is known. */
static int
begin_chunk(struct frame *f, struct err *err)
{
	f->digits = 0;
	f->body += f->left;
	f->state = f->left > 0 ? FRAME_CHUNK : FRAME_LAST_CR;
	if (f->body <= f->body_max)
		return 0;
	err_set(err, "the body has more than %" PRIu64 " bytes, which is the most that is taken",
	    f->body_max);
	return refuse(f, 413);
}

/* The bytes of CR LF around chunks. */
static int
feed_line_end(struct frame *f, char c, struct err *err)
{
	bool cr = f->state == FRAME_CHUNK_CR || f->state == FRAME_LAST_CR;

	if (c != (cr ? '\r' : '\n')) {
		err_set(err,
		    f->state == FRAME_LAST_CR
			? "the last chunk is followed by trailers; they are not taken"
			: "a chunk or its size does not end with CR LF");
		return refuse(f, 400);
	}
	switch (f->state) {
	case FRAME_SIZE_LF:
		return begin_chunk(f, err);
	case FRAME_CHUNK_LF:
		f->state = FRAME_SIZE;
		return 0;
	case FRAME_LAST_LF:
		f->state = FRAME_END;
		return 0;
	default:
		f->state++; /* the LF of a CR is the next state */
		return 0;
	}
}

/* Reads at least one byte. */
static int
feed(struct frame *f, const char *bytes, size_t len, size_t *used, struct err *err)
{
	switch (f->state) {
	case FRAME_HEAD:
		return feed_head(f, bytes, len, used, err);
	case FRAME_BODY:
	case FRAME_CHUNK:
		feed_content(f, len, used);
		return 0;
	case FRAME_SIZE:
		(*used)++;
		return feed_size(f, *bytes, err);
	default:
		(*used)++;
		return feed_line_end(f, *bytes, err);
	}
}

void
frame_init(struct frame *f, size_t head_max, uint64_t body_max)
{
	*f = (struct frame){.head = BUF_INIT(head_max), .body_max = body_max};
}

void
frame_free(struct frame *f)
{
	buf_free(&f->head);
}

void
frame_reset(struct frame *f)
{
	struct buf head = f->head;

	buf_reset(&head);
	*f = (struct frame){.head = head, .body_max = f->body_max};
}

enum frame_step
frame_feed(struct frame *f, const char *bytes, size_t len, size_t *used, struct err *err)
{
	*used = 0;
	while (*used < len && f->state != FRAME_END && f->status == 0)
		feed(f, bytes + *used, len - *used, used, err);
	if (f->status != 0)
		return FRAME_BAD;
	return f->state == FRAME_END ? FRAME_DONE : FRAME_MORE;
}

bool
frame_is_head(const struct frame *f)
{
	return strncmp(buf_text(&f->head), "HEAD ", 5) == 0;
}
