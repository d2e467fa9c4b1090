/*
 * notify_curl: sends messages over HTTP and SMTP, by libcurl's multi interface on a libevent loop.
 *
 * Knows nothing of queues or retries. A message goes by http and https, or by smtp and smtps, as
 * its kind has it, and by nothing else. No redirect is followed, no proxy and no credential is
 * taken from the environment, certificates are verified, and TLS is 1.2 or later. What a receiver
 * answers is read up to a limit; the status and the answer's beginning are handed on.
 */
#ifndef SLAD_DAEMON_NOTIFY_CURL_H
#define SLAD_DAEMON_NOTIFY_CURL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "codec/message.h"

struct event_base;
struct notify_curl;
struct notify_post; /* one that is under way */

struct notify_curl_limits {
	long connect; /* ms: name and connection */
	long total; /* ms: all of it */
	size_t answer; /* bytes of an answer's headers, and again of its body */
};

#define NOTIFY_ANSWER 4096 /* bytes of an answer's body that are kept */

struct notify_answer {
	int64_t retry_after; /* seconds from now; 0: not said */
	struct message_answer said; /* its texts live as long as the call */
};

/* Called once from the loop, never from within notify_curl_post(). The post is gone then. */
typedef void notify_answered(void *context, const struct notify_answer *answer);

struct notify_curl *notify_curl_new(
    struct event_base *base, const struct notify_curl_limits *limits, struct err *err);

/* Cancel what is under way first. NULL is fine. */
void notify_curl_free(struct notify_curl *c);

/* NULL, with a sentence, if libcurl cannot even begin. The message must live until the answer, or
 * the cancelling. */
struct notify_post *notify_curl_post(struct notify_curl *c, const struct message *message,
    notify_answered *answered, void *context, struct err *err);

void notify_curl_cancel(struct notify_post *post); /* it will not be answered; NULL is fine */

/* "libcurl/7.88.1 OpenSSL/3.0.15 ...", of the library that is loaded. */
const char *notify_curl_version(void);

#endif
