#include "request.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "utf8.h"

static const struct {
	int status;
	const char *title;
} titles[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decodes s into the arena; `what` names it in the sentence. */
static int
decode(
    const char *s, size_t len, const char *what, const char **out, struct arena *a, struct err *err)
{
	char *text = arena_alloc(a, len + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++, n++) {
		text[n] = s[i];
		if (s[i] != '%')
			continue;
		if (len - i < 3 || nibble(s[i + 1]) < 0 || nibble(s[i + 2]) < 0)
			return err_set(err,
			    "%s '%.*s' has a %% without two hex digits; a percent sign is %%25",
			    what, (int)(len < 80 ? len : 80), s);
		text[n] = (char)(nibble(s[i + 1]) << 4 | nibble(s[i + 2]));
		if (text[n] == '\0')
			return err_set(err, "%s has a NUL (%%00); no text has one", what);
		i += 2;
	}
	if (!utf8_valid(text, n))
		return err_set(err, "%s '%.*s' is no UTF-8 once it is decoded", what,
		    (int)(len < 80 ? len : 80), s);
	*out = text;
	return 0;
}

static int
parse_path(struct request *r, struct arena *a, struct err *err)
{
	const char *s = r->path;
	size_t len;

	if (*s != '/')
		return err_set(err, "the target '%.80s' is no path; one begins with a slash", s);
	if (strcmp(s, "/") == 0)
		return 0;
	for (; *s == '/'; s += len) {
		s++;
		len = strcspn(s, "/");
		if (r->segments == REQUEST_SEGMENTS)
			return err_set(err, "the path has more than %d parts", REQUEST_SEGMENTS);
		if (decode(s, len, "the path's part", &r->segment[r->segments], a, err) != 0)
			return -1;
		r->segments++;
	}
	return 0;
}

/* In a query a plus sign is a space, as forms and most clients send it. */
static const char *
plus_to_space(const char *s, size_t len, struct arena *a)
{
	char *copy = arena_strndup(a, s, len);

	for (size_t i = 0; i < len; i++) {
		if (copy[i] == '+')
			copy[i] = ' ';
	}
	return copy;
}

/* One "name=value" of len bytes. */
static int
parse_param(struct request *r, const char *s, size_t len, struct arena *a, struct err *err)
{
	const char *equals = memchr(s, '=', len);
	size_t name = equals != NULL ? (size_t)(equals - s) : len;
	struct param *p = &r->param[r->params];

	if (r->params == REQUEST_PARAMS)
		return err_set(err, "the query has more than %d parameters", REQUEST_PARAMS);
	s = plus_to_space(s, len, a);
	if (decode(s, name, "the parameter", &p->name, a, err) != 0)
		return -1;
	p->value = "";
	if (equals != NULL &&
	    decode(s + name + 1, len - name - 1, "the value", &p->value, a, err) != 0)
		return err_prefix(err, "the parameter '%s'", p->name);
	r->params++;
	return 0;
}

static int
parse_query(struct request *r, const char *s, struct arena *a, struct err *err)
{
	size_t len, most = 1;

	if (strlen(s) > REQUEST_QUERY_MAX)
		return err_set(
		    err, "the query is longer than %d bytes; ask for less", REQUEST_QUERY_MAX);
	for (const char *c = s; *c != '\0' && most < REQUEST_PARAMS; c++)
		most += *c == '&';
	r->param = arena_alloc(a, most, sizeof(*r->param));
	for (;; s += len + 1) {
		len = strcspn(s, "&");
		if (len > 0 && parse_param(r, s, len, a, err) != 0)
			return -1;
		if (s[len] == '\0')
			return 0;
	}
}

int
request_parse(
    struct request *r, enum method method, const char *target, struct arena *a, struct err *err)
{
	struct request parsed = {.method = method, .content_type = "", .body = ""};
	size_t path = strcspn(target, "?");

	parsed.path = arena_strndup(a, target, path);
	if (parse_path(&parsed, a, err) != 0)
		return -1;
	if (target[path] == '?' && parse_query(&parsed, target + path + 1, a, err) != 0)
		return -1;
	*r = parsed;
	return 0;
}

const char *
request_param(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->params; i++)
		if (strcmp(r->param[i].name, name) == 0)
			return r->param[i].value;
	return NULL;
}

const char *
request_header(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->headers; i++)
		if (strcasecmp(r->header[i].name, name) == 0)
			return r->header[i].value;
	return NULL;
}

const char *
request_media_type(const char *value, struct arena *a)
{
	char *type;

	if (value == NULL)
		return "";
	type = arena_strndup(a, value, strcspn(value, "; \t"));
	for (char *s = type; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
	return type;
}

bool
request_is_foreign(const struct request *r)
{
	const char *site = request_header(r, "Sec-Fetch-Site");

	return r->method != METHOD_GET && site != NULL && strcmp(site, "same-origin") != 0 &&
	    strcmp(site, "none") != 0;
}

void
answer_header(struct answer *a, const char *name, const char *value)
{
	assert(a->headers < ANSWER_HEADERS);
	a->header[a->headers++] = (struct param){.name = name, .value = value};
}

const char *
answer_title(int status)
{
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return status < 400 ? "OK" : status < 500 ? "Bad Request" : "Internal Server Error";
}

/* The detail is a sentence with pieces of what strangers sent: its bytes must become JSON. */
static json_t *
detail(const char *fmt, va_list ap)
{
	char text[2 * ERR_MAX];
	struct buf clean = BUF_INIT(3 * sizeof(text));
	size_t len, n;
	json_t *json;

	vsnprintf(text, sizeof(text), fmt, ap);
	len = strlen(text);
	for (const char *s = text; len > 0; s += n, len -= n) {
		n = utf8_step(s, len);
		if (n > 0) {
			buf_put(&clean, s, n);
			continue;
		}
		buf_puts(&clean, "\xef\xbf\xbd");
		n = 1;
	}
	json = json_string(buf_text(&clean));
	buf_free(&clean);
	return json;
}

void
answer_problem(struct answer *a, int status, const char *fmt, ...)
{
	json_t *problem;
	char *text;
	va_list ap;

	va_start(ap, fmt);
	problem = json_pack("{s:s, s:i, s:o}", "title", answer_title(status), "status", status,
	    "detail", detail(fmt, ap));
	va_end(ap);
	text = json_dumps(problem, JSON_COMPACT);
	a->status = status;
	a->type = "application/problem+json";
	buf_reset(&a->body);
	buf_puts(&a->body, text != NULL ? text : "{}");
	free(text);
	json_decref(problem);
}
