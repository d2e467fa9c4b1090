/*
 * client: posts to a running slad over HTTP, by libcurl's easy interface, on one connection that is
 * kept.
 *
 * Addresses are http://, https:// (certificates are verified; TLS 1.2 or later) and unix:PATH. No
 * redirect is followed, and no proxy is taken from the environment.
 */
#ifndef SLAD_DAEMON_CLIENT_H
#define SLAD_DAEMON_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct client_address {
	const char *url; /* of the daemon, a path before its own included */
	const char *token; /* or NULL */
	const char *ca_file; /* or NULL: the system's authorities */
};

struct client;

enum client_result {
	CLIENT_ANSWERED,
	CLIENT_UNREACHED, /* nobody there, or the connection broke: it may be better later */
	CLIENT_IMPOSSIBLE, /* the name is not known, the certificate not trusted, ... */
};

struct client_answer {
	long status;
	int64_t retry_after; /* seconds; 0: not said */
	struct buf body; /* its beginning */
	char why[256]; /* a sentence, if there was no answer */
};

/* Whether an address can be one: -1 and a sentence if not. */
int client_check(const char *url, struct err *err);

/* Posts application/x-ndjson to `path`. NULL with a sentence. */
struct client *client_new(const struct client_address *address, const char *path, struct err *err);
void client_free(struct client *c); /* NULL is fine */

/* The answer lives until the next call. */
enum client_result client_post(
    struct client *c, const char *body, size_t len, const struct client_answer **answer);

#endif
