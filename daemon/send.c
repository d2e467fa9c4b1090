#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

void
send_now(struct bufferevent *bev)
{
	struct evbuffer *output = bufferevent_get_output(bev);

	bufferevent_incref(bev);
	evbuffer_unfreeze(output, 1); /* a bufferevent lets nobody else take from its output */
	evbuffer_write(output, bufferevent_getfd(bev));
	evbuffer_freeze(output, 1);
	if (evbuffer_get_length(output) == 0)
		bufferevent_trigger(bev, EV_WRITE, 0);
	bufferevent_decref(bev);
}

static void
free_body(const void *data, size_t len, void *arg)
{
	(void)len;
	(void)arg;
	free((void *)(uintptr_t)data);
}

static void
add_headers(struct evkeyvalq *to, const struct answer *a)
{
	char text[24];

	evhttp_add_header(to, "Content-Type", a->type);
	evhttp_add_header(to, "Cache-Control", "no-store");
	evhttp_add_header(to, "X-Content-Type-Options", "nosniff");
	if (a->allow != NULL)
		evhttp_add_header(to, "Allow", a->allow);
	for (size_t i = 0; i < a->headers; i++)
		evhttp_add_header(to, a->header[i].name, a->header[i].value);
	if (a->status == 401 && evhttp_find_header(to, "WWW-Authenticate") == NULL)
		evhttp_add_header(to, "WWW-Authenticate", "Bearer");
	if (a->retry_after > 0 || a->status == 503) {
		snprintf(text, sizeof(text), "%d", a->retry_after > 0 ? a->retry_after : 1);
		evhttp_add_header(to, "Retry-After", text);
	}
}

size_t
send_reply(struct evhttp_request *req, struct answer *a, bool last)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	char text[24];
	size_t len = 0;

	add_headers(headers, a);
	if (last)
		evhttp_add_header(headers, "Connection", "close");
	if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD) {
		snprintf(text, sizeof(text), "%zu", a->body.len);
		evhttp_add_header(headers, "Content-Length", text);
	} else if (a->body.len > 0) {
		len = a->body.len;
		evbuffer_add_reference(evhttp_request_get_output_buffer(req), a->body.data,
		    a->body.len, free_body, NULL);
		a->body = (struct buf){.max = a->body.max};
	}
	buf_free(&a->body);
	evhttp_send_reply(req, a->status, answer_title(a->status), NULL);
	return len;
}
