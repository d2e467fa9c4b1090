/*
 * limits: every size and time that a stranger at the HTTP interface could press against.
 */
#ifndef SLAD_DAEMON_LIMITS_H
#define SLAD_DAEMON_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct http_limits {
	size_t head, body; /* bytes of one request: 431 and 413 */
	size_t held; /* bytes of all requests that are being read or answered: 503 */
	size_t heads; /* and more of those that are no larger than a head */
	size_t unread; /* bytes of all answers that clients have not read: the longest unread go */
	unsigned connections; /* the longest idle goes, else 503; some more get to hear it */
	/* milliseconds: */
	int64_t idle; /* between requests, on a connection that is kept */
	int64_t request; /* from a request's first byte to its last: 408 */
	int64_t answer; /* from an answer's first byte to its last */
	int64_t linger; /* of reading on after a refusal, so that it is not lost to a reset */
	int64_t drain; /* for what is left of requests when the daemon stops */
};

#define HTTP_LIMITS                                                                    \
	{                                                                              \
		.head = 16u << 10, /* cookies of strange proxies included */           \
		    .body = 16u << 20, /* an import sends some MiB at a time */        \
		    .held = 64u << 20, /* four of the largest; a helpdesk sends KiB */ \
		    .heads = 8u << 20, .unread = 128u << 20, /* two of the largest */  \
		    .connections = 12288, /* the unit's LimitNOFILE, less some */      \
		    .idle = 75000, /* longer than the 60 s of usual proxies */         \
		    .request = 30000, .answer = 300000, /* 64 MiB at 2 Mbit/s */       \
		    .linger = 10000, .drain = 5000, /* systemd waits for 90 s */       \
	}

#endif
