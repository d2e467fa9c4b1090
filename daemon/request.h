/*
 * request: what was asked and what is answered, free of any HTTP library.
 *
 * The handlers of the interface (api_*) see only these two, so that they answer the same to a
 * socket and to a test. Everything in a request is owned by the server and lives until the answer.
 */
#ifndef SLAD_DAEMON_REQUEST_H
#define SLAD_DAEMON_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum method { METHOD_GET, METHOD_POST, METHOD_DELETE, METHOD_OPTIONS, METHOD_OTHER };

/* Limits that a stranger could press against, with the reason for each. */
#define REQUEST_QUERY_MAX 4096 /* a score's question is far below 1 KiB */
#define REQUEST_PARAMS 64 /* parameters in one query */
#define REQUEST_SEGMENTS 8 /* path parts; the deepest route has five */
#define REQUEST_HEADERS 64 /* header lines; browsers behind proxies send some twenty */
#define ANSWER_HEADERS 4 /* of an answer's own */
#define ANSWER_MAX (64u << 20) /* bytes of one answer: lists are paged well below it */

struct param {
	const char *name, *value;
};

struct request {
	enum method method;
	const char *path; /* as sent, without the query */
	size_t segments;
	const char *segment[REQUEST_SEGMENTS]; /* "v1", "scores": percent-decoded */
	size_t params;
	struct param *param; /* in the order sent; percent-decoded UTF-8 */
	size_t headers;
	struct param *header; /* names in any case; values are bytes without controls */
	const char *content_type; /* without parameters, lower case; "" if none */
	const char *body; /* without its content coding */
	size_t body_len;
	const char *who; /* the name of the token that was shown; NULL: none had to be */
};

struct answer {
	int status;
	const char *type; /* a string constant */
	struct buf body;
	int retry_after; /* seconds; 0 for none */
	const char *allow; /* for 405: a string constant */
	size_t headers; /* beside those that every answer has */
	struct param header[ANSWER_HEADERS]; /* they live as long as the request */
};

#define ANSWER_INIT                                                                     \
	{                                                                               \
		.status = 200, .type = "application/json", .body = BUF_INIT(ANSWER_MAX) \
	}

/* Fills method, path, segments and parameters from a method and a target such as
 * "/v1/scores?window=today"; the rest is empty ("", 0). Strings live in the arena. -1 with a
 * sentence if the target is none, has a bad escape (%zz), an escaped NUL, or is no UTF-8 once it
 * is decoded. In the query a plus sign is a space, and %2B a plus sign. "/" has no segment, "/v1/"
 * has two, of which the last is empty. A parameter without "=" has the value "".
 */
struct arena;
struct err;
int request_parse(
    struct request *r, enum method method, const char *target, struct arena *a, struct err *err);

/* The first value of a parameter, or NULL. */
const char *request_param(const struct request *r, const char *name);

/* The first header of that name, in any case, or NULL. */
const char *request_header(const struct request *r, const char *name);

/* "Application/JSON; charset=utf-8" as "application/json"; NULL as "". */
const char *request_media_type(const char *value, struct arena *a);

/* Whether it was sent for the page of another site, and may change something: a browser says of
 * every request whose page it is for. */
bool request_is_foreign(const struct request *r);

/* Adds a header to an answer; there is room for ANSWER_HEADERS. */
void answer_header(struct answer *a, const char *name, const char *value);

/* "Not Found" for 404: the words of RFC 9110. */
const char *answer_title(int status);

/* An application/problem+json answer (RFC 9457); the title follows from the status.
 * Replaces what the answer held. Bytes in the sentence that are no UTF-8 become U+FFFD. */
void answer_problem(struct answer *a, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
