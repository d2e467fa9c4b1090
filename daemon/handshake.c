#include "handshake.h"

#include <ctype.h>
#include <string.h>

#define ORIGIN_MAX 253 /* bytes of a DNS name */

/* A DNS name, with a wildcard and a port if the sender has them. */
static int
is_origin(const char *s)
{
	size_t i = 0;

	while (s[i] != '\0' && (isalnum((unsigned char)s[i]) || strchr(".-_*:", s[i]) != NULL))
		i++;
	return i > 0 && i <= ORIGIN_MAX && s[i] == '\0';
}

void
handshake_answer(void *context, const struct request *r, struct answer *a)
{
	const char *origin = request_header(r, "WebHook-Request-Origin");

	(void)context;
	a->allow = "POST, OPTIONS";
	a->type = "text/plain; charset=utf-8";
	if (origin == NULL)
		return;
	if (!is_origin(origin)) {
		answer_problem(a, 400,
		    "the WebHook-Request-Origin '%.80s' is no DNS name, such as "
		    "events.example.com",
		    origin);
		return;
	}
	answer_header(a, "WebHook-Allowed-Origin", origin);
	answer_header(a, "WebHook-Allowed-Rate", "*");
}
