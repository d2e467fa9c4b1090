/*
 * notify_curl: HTTP POSTs of webhooks, by libcurl's multi interface on a libevent loop.
 *
 * Knows nothing of queues or retries. Only http and https, no redirect is followed, no proxy and
 * no credential is taken from the environment, and what a receiver answers is read up to a limit
 * and thrown away: only its status counts.
 */
#ifndef SLAD_DAEMON_NOTIFY_CURL_H
#define SLAD_DAEMON_NOTIFY_CURL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct event_base;
struct notify_curl;
struct notify_post; /* one that is under way */

struct notify_curl_limits {
	long connect; /* ms: name and connection */
	long total; /* ms: all of it */
	size_t answer; /* bytes of an answer's headers, and again of its body */
};

/* Strings are copied, but for the body. */
struct notify_request {
	const char *url, *id, *signature; /* signature NULL: unsigned */
	int64_t timestamp; /* seconds since 1970 */
	const char *body; /* must live until the answer, or the cancelling */
};

struct notify_answer {
	int status; /* 0: none came */
	int64_t retry_after; /* seconds from now; 0: not said */
	const char *error; /* why none came; lives as long as the call */
};

/* Called once from the loop, never from within notify_curl_post(). The post is gone then. */
typedef void notify_answered(void *context, const struct notify_answer *answer);

struct notify_curl *notify_curl_new(
    struct event_base *base, const struct notify_curl_limits *limits, struct err *err);

/* Cancel what is under way first. NULL is fine. */
void notify_curl_free(struct notify_curl *c);

/* NULL, with a sentence, if libcurl cannot even begin. */
struct notify_post *notify_curl_post(struct notify_curl *c, const struct notify_request *request,
    notify_answered *answered, void *context, struct err *err);

void notify_curl_cancel(struct notify_post *post); /* it will not be answered; NULL is fine */

/* "libcurl/7.88.1 OpenSSL/3.0.15 ...", of the library that is loaded. */
const char *notify_curl_version(void);

#endif
