#include "notify_render.h"

int
notify_render(const struct receiver *r, const char *const *bodies, size_t count, struct buf *out,
    struct err *err)
{
	if (count != 1)
		return err_set(err, "receiver '%.64s' takes one event in a message", r->name);
	buf_puts(out, bodies[0]);
	return buf_ok(out) ? 0 : err_set(err, "the message has no room left");
}
