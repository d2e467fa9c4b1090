/*
 * A message rendered for a receiver from an event, for the tests of the kinds.
 */
#ifndef SLAD_TESTS_MESSAGE_H
#define SLAD_TESTS_MESSAGE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/stamp.h"
#include "codec/message.h"

#define NOW INT64_C(1795222800000) /* 2026-11-21T01:00:00Z */
#define HOSTILE "q\"uo\\te\r\nBcc: x@y\n<!channel> <b>&amp; *{{rule}}*"
#define HOSTILE_JSON "q\\\"uo\\\\te\\r\\nBcc: x@y\\n<!channel> <b>&amp; *{{rule}}*"
#define HOSTILE_LINE "q\"uo\\te  Bcc: x@y <!channel> <b>&amp; *{{rule}}*"

#define EVENT(type, service, rest)                                                                \
	"{\"specversion\":\"1.0\",\"id\":\"msg_1\",\"source\":\"/slad\",\"type\":\"slad." type    \
	"\",\"time\":\"2026-11-21T00:59:00.000Z\",\"subject\":\"17\",\"data\":{\"alert\":\"17\"," \
	"\"rule\":\"slow\",\"indicator\":\"timely_response_rate\",\"scope\":{\"agreement\":"      \
	"\"acme\","                                                                               \
	"\"service\":\"" service "\"},\"level\":\"important\",\"value\":0.94,\"a\":6,\"b\":100,"  \
	"\"threshold\":0.95,\"window\":{\"name\":\"24h\",\"from\":\"2026-11-20T09:00:00+08:00\"," \
	"\"to\":\"2026-11-21T09:00:00+08:00\"},\"since\":\"2026-11-21T00:55:00.000Z\","           \
	"\"explain\":\"/v1/scores/timely_response_rate/tickets?counted=bad\"" rest "}}"
#define FIRED EVENT("alert.fired", "mail", "")
#define RESOLVED EVENT("alert.resolved", "mail", ",\"reason\":\"cleared\"")

static struct message message;

/* Renders one event, by a task whose other members are given. */
static inline void
render(const struct receiver *to, const char *event, struct message_task task)
{
	struct err err = {.msg = ""};

	task.events = 1;
	task.event = &event;
	task.now = NOW;
	if (task.id == NULL)
		task.id = "msg_1";
	message_free(&message);
	ck_assert_msg(message_render(&message, to, &task, &err) == 0, "%s", err.msg);
	ck_assert(message.body == NULL || strlen(message.body) == message.body_len);
}

static inline json_t *
body_json(void)
{
	json_t *json = json_loads(message.body, 0, NULL);

	ck_assert_msg(json != NULL, "%s", message.body);
	return json;
}

static inline const char *
header(const char *name)
{
	for (size_t i = 0; i < message.headers; i++)
		if (strncmp(message.header[i], name, strlen(name)) == 0 &&
		    strncmp(message.header[i] + strlen(name), ": ", 2) == 0)
			return message.header[i] + strlen(name) + 2;
	return NULL;
}

static inline void
judged(int status, const char *body, enum sent wanted, const char *says)
{
	struct message_answer answer = {.status = status, .body = body, .error = ""};
	struct err why = {.msg = ""};
	enum sent sent = message_judge(&message, &answer, &why);

	ck_assert_msg(sent == wanted, "%d %s: %d, %s", status, body, sent, why.msg);
	ck_assert_msg(strstr(why.msg, says) != NULL, "%s", why.msg);
	ck_assert((why.msg[0] == '\0') == (wanted == SENT_DELIVERED));
}

#endif
