#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int
fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	return -1;
}

int
wire_open(struct wire *w, int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int one = 1;
	*w = (struct wire){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	if (w->fd < 0)
		return fail("socket");
	if (connect(w->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		return fail("connect");
	setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fcntl(w->fd, F_SETFL, O_NONBLOCK) == 0 ? 0 : fail("fcntl");
}

void
wire_ask(struct wire *w, const char *path, const char *type, const char *body, size_t size)
{
	int n = type == NULL ? snprintf(w->request, sizeof(w->request),
				   "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path)
			     : snprintf(w->request, sizeof(w->request),
				   "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
				   "%s\r\nContent-Length: %zu\r\n\r\n",
				   path, type, size);
	w->request_size = (size_t)n;
	w->body = body;
	w->body_size = size;
	w->sent = 0;
	w->head_size = w->got = w->kept_size = 0;
	w->status = 0;
}

int
wire_sent(const struct wire *w)
{
	return w->sent == w->request_size + w->body_size;
}

int
wire_write(struct wire *w)
{
	while (!wire_sent(w)) {
		size_t head = w->sent < w->request_size ? w->sent : w->request_size;
		size_t body = w->sent - head;
		struct iovec parts[2] = {{w->request + head, w->request_size - head},
		    {(void *)(uintptr_t)(w->body + body), w->body_size - body}};
		ssize_t n = writev(w->fd, parts, w->body_size > 0 ? 2 : 1);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return fail("write");
		w->sent += (size_t)n;
	}
	return 0;
}

/* The value of a header in a head that ends with 0. */
static const char *
header(const char *head, const char *name)
{
	size_t size = strlen(name);
	for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, size) == 0 && line[2 + size] == ':')
			return line + 3 + size;
	return NULL;
}

static int
read_head(struct wire *w)
{
	const char *length, *again;
	if (sscanf(w->head, "HTTP/1.%*c %d", &w->status) != 1 ||
	    (length = header(w->head, "Content-Length")) == NULL) {
		fprintf(stderr, "load: not understood: %.200s\n", w->head);
		return -1;
	}
	again = header(w->head, "Retry-After");
	w->expected = (size_t)strtoull(length, NULL, 10);
	w->retry_after = again == NULL ? -1 : strtoll(again, NULL, 10);
	return 0;
}

static void
take_body(struct wire *w, const char *bytes, size_t size)
{
	size_t keep = sizeof(w->kept) - 1 - w->kept_size;
	if (keep > size)
		keep = size;
	memcpy(w->kept + w->kept_size, bytes, keep);
	w->kept_size += keep;
	w->kept[w->kept_size] = '\0';
	w->got += size;
}

/* Takes bytes of the head, and of the body what comes behind it. */
static int
take(struct wire *w, const char *bytes, size_t size)
{
	if (w->status != 0) {
		take_body(w, bytes, size);
		return 0;
	}
	size_t old = w->head_size;
	size_t n = size < sizeof(w->head) - 1 - old ? size : sizeof(w->head) - 1 - old;
	memcpy(w->head + old, bytes, n);
	w->head_size += n;
	w->head[w->head_size] = '\0';
	char *end = strstr(w->head, "\r\n\r\n");
	if (end == NULL) {
		if (w->head_size < sizeof(w->head) - 1)
			return 0;
		fputs("load: the head of an answer is too large\n", stderr);
		return -1;
	}
	size_t used = (size_t)(end + 4 - w->head) - old;
	end[2] = '\0';
	if (read_head(w) != 0)
		return -1;
	take_body(w, bytes + used, size - used);
	return 0;
}

int
wire_read(struct wire *w)
{
	char bytes[65536];
	for (;;) {
		ssize_t n = read(w->fd, bytes, sizeof(bytes));
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return fail("read");
		if (n == 0) {
			fprintf(stderr, "load: the connection was closed after: %.200s\n", w->head);
			return -1;
		}
		if (take(w, bytes, (size_t)n) != 0)
			return -1;
		if (w->status != 0 && w->got >= w->expected)
			return w->got == w->expected ? 1 : -1;
	}
}
