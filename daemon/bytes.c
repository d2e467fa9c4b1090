#include "bytes.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#define SMALL 1024 /* pieces below this are copied, lest each drip of a byte costs a block */

void
bytes_move(struct evbuffer *from, struct evbuffer *to, size_t len)
{
	char bytes[SMALL];

	if (len >= sizeof(bytes)) {
		evbuffer_remove_buffer(from, to, len);
		return;
	}
	evbuffer_remove(from, bytes, len);
	evbuffer_add(to, bytes, len);
}

void
bytes_send(struct bufferevent *bev)
{
	struct evbuffer *output = bufferevent_get_output(bev);

	evbuffer_unfreeze(output, 1); /* a bufferevent lets nobody else take from its output */
	evbuffer_write(output, bufferevent_getfd(bev));
	evbuffer_freeze(output, 1);
	if (evbuffer_get_length(output) == 0)
		bufferevent_trigger(bev, EV_WRITE, 0);
}
