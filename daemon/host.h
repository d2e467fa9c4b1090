/*
 * host: whether a Host header names this machine in a way that nobody else can have arranged.
 *
 * A daemon without tokens trusts its own machine, and a browser runs there. A page of evil.example
 * can have that name lead to 127.0.0.1 once it is loaded, and then reads what is answered as if it
 * were its own (DNS rebinding). Its requests name evil.example all the same. So without tokens only
 * those names are answered that no server of names is asked for: addresses and localhost.
 */
#ifndef SLAD_DAEMON_HOST_H
#define SLAD_DAEMON_HOST_H

#include <stdbool.h>

/* An IPv4 address, an IPv6 address in brackets, localhost or a name below it (RFC 6761), each with
 * or without a port. NULL, which HTTP/1.0 may send and no browser does, is fine. */
bool host_is_plain(const char *host);

#endif
