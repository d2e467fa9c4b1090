/* HTTP/1.1 as a client of benchmarks needs it: one request, one answer with a Content-Length, on a
 * connection that stays open. Nothing here blocks. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum { WIRE_HEAD = 4096, WIRE_KEPT = 1024 };

/* A request on its way out and its answer on the way in. The body that is sent is borrowed until
 * the answer is there. Of the answer's body the first bytes are kept, as text. */
struct wire {
	int fd;
	char request[512];
	size_t request_size;
	const char *body;
	size_t body_size;
	size_t sent;

	char head[WIRE_HEAD];
	size_t head_size;
	int status;
	int64_t retry_after; /* seconds, -1: none said */
	size_t expected; /* bytes of the body */
	size_t got;
	char kept[WIRE_KEPT];
	size_t kept_size;
};

/* Connects to 127.0.0.1; -1 and a message on standard error. */
int wire_open(struct wire *w, int port);

/* Forgets the last answer and takes the next request: a GET where type is NULL. */
void wire_ask(struct wire *w, const char *path, const char *type, const char *body, size_t size);

/* Writes what the socket takes: 0, or -1 and a message. Done when wire_sent. */
int wire_write(struct wire *w);
int wire_sent(const struct wire *w);

/* Reads what is there: 1 when the answer is whole, 0 when not yet, -1 and a message. */
int wire_read(struct wire *w);

#endif
