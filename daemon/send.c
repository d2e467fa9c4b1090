#include "send.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

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
