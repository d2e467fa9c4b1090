#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
fail(const struct listener *l, int fd, struct err *err)
{
	err_set(err, "cannot listen on %s: %s", l->text, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
set_options(int fd, int family)
{
	const int on = 1;

	/* Accepted connections inherit TCP_NODELAY: an answer is written in one piece. */
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
	    (family != AF_INET6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0);
}

static int
open_tcp(const struct listener *l, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *ai;
	char port[8];
	int fd, rc;

	snprintf(port, sizeof(port), "%u", l->port);
	rc = getaddrinfo(l->host, port, &hints, &ai);
	if (rc != 0)
		return err_set(err, "cannot listen on %s: %s", l->text, gai_strerror(rc));
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || !set_options(fd, ai->ai_family) ||
	    bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0)
		fd = fail(l, fd, err);
	freeaddrinfo(ai);
	return fd;
}

/* Makes room for a Unix socket, if what stands there is one that nobody listens on. */
static int
remove_stale(const struct listener *l, const struct sockaddr_un *sun, struct err *err)
{
	struct stat st;
	int fd, rc, reason;

	if (lstat(l->path, &st) != 0)
		return errno == ENOENT ? 0 : fail(l, -1, err);
	if (!S_ISSOCK(st.st_mode))
		return err_set(
		    err, "cannot listen on %s: a file that is no socket stands there", l->text);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(l, fd, err);
	rc = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
	reason = errno;
	close(fd);
	if (rc == 0 || reason != ECONNREFUSED)
		return err_set(err, "cannot listen on %s: another process listens there", l->text);
	return unlink(l->path) == 0 ? 0 : fail(l, -1, err);
}

static int
open_unix(const struct listener *l, struct err *err)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(l->path) >= sizeof(sun.sun_path))
		return err_set(err, "cannot listen on %s: the path is longer than %zu bytes",
		    l->text, sizeof(sun.sun_path) - 1);
	strcpy(sun.sun_path, l->path);
	if (remove_stale(l, &sun, err) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Linux makes the file with the socket's own mode, less the umask: never wider than 0660,
	 * not even for a moment. */
	if (fd < 0 || fchmod(fd, 0660) != 0 ||
	    bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) != 0 ||
	    chmod(l->path, 0660) != 0 || listen(fd, SOMAXCONN) != 0)
		return fail(l, fd, err);
	return fd;
}

int
listen_open(const struct listener *l, struct err *err)
{
	return l->path != NULL ? open_unix(l, err) : open_tcp(l, err);
}

uint16_t
listen_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage storage;
	} address = {0};
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) != 0)
		return 0;
	if (address.any.sa_family == AF_INET)
		return ntohs(address.in.sin_port);
	return address.any.sa_family == AF_INET6 ? ntohs(address.in6.sin6_port) : 0;
}
