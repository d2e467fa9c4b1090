#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/message.h"
#include "codec/standard_webhooks.h"

/* A webhook gets one event in each message, as it is stored. */
static int
render(struct message *m, const struct message_task *task, struct err *err)
{
	char signature[STANDARD_WEBHOOKS_SIGNATURE], seconds[32];
	struct standard_webhook w = {
	    .id = task->id,
	    .timestamp = task->now / 1000,
	    .body = task->event[0],
	    .body_len = strlen(task->event[0]),
	};

	snprintf(seconds, sizeof(seconds), "%" PRId64, w.timestamp);
	message_head(m, "POST", "application/cloudevents+json");
	message_header(m, "webhook-id", w.id);
	message_header(m, "webhook-timestamp", seconds);
	if (m->receiver->secret != NULL) {
		if (standard_webhooks_sign(
			&w, m->receiver->secret, m->receiver->secret_len, signature, err) != 0)
			return -1;
		message_header(m, "webhook-signature", signature);
	}
	m->body = arena_strndup(&m->arena, w.body, w.body_len);
	m->body_len = w.body_len;
	return 0;
}

const struct message_format message_webhook = {.render = render};
