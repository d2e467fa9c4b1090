#include "host.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX 253 /* bytes of a name, RFC 1035 */

static bool
is_localhost(const char *name)
{
	static const char localhost[] = "localhost";
	size_t len = strlen(name), tail = sizeof(localhost) - 1;

	if (len > 0 && name[len - 1] == '.')
		len--;
	return len >= tail && strncasecmp(name + len - tail, localhost, tail) == 0 &&
	    (len == tail || name[len - tail - 1] == '.');
}

/* The part before a port, and whether what follows is one. */
static bool
split(const char *host, char name[NAME_MAX + 1])
{
	size_t open = host[0] == '[', len = strcspn(host + open, open ? "]" : ":");
	const char *port = host + open + len + (open && host[open + len] == ']');

	if (len == 0 || len > NAME_MAX || (open && host[open + len] != ']'))
		return false;
	memcpy(name, host + open, len);
	name[len] = '\0';
	return *port == '\0' ||
	    (*port == ':' && strspn(port + 1, "0123456789") == strlen(port + 1));
}

bool
host_is_plain(const char *host)
{
	char name[NAME_MAX + 1];
	struct in6_addr address;

	if (host == NULL)
		return true;
	if (!split(host, name))
		return false;
	if (host[0] == '[')
		return inet_pton(AF_INET6, name, &address) == 1;
	return inet_pton(AF_INET, name, &address) == 1 || is_localhost(name);
}
