/* Listening: Unix sockets that were left, or live; ports in use; IPv6. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "scratch_dir.h"
#include "world.h"

static int
connect_unix(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	close(fd);
	return -1;
}

START_TEST(unix_socket)
{
	char path[SCRATCH_PATH];
	struct world w = world_default(), other = world_default();
	struct buf b = BUF_INIT(1u << 20);
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct listener l = {.text = "unix:…", .path = path, .loopback = true};
	struct stat st;
	struct err err;
	int fd;

	scratch_make();
	scratch_path(path, "s");
	/* One that a process has left behind. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	close(fd);
	world_open(&w, &l);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
	ck_assert_uint_eq(http_port(w.http, 0), 0);
	fd = connect_unix(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	client_say(&w, fd, GET("/"));
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 200);
	close(fd);
	/* One that is alive is left alone. */
	other.base = event_base_new();
	other.http = http_new(other.base, &other.limits, world_table, 1, &other);
	ck_assert_int_eq(http_listen(other.http, &l, 1, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "another process"));
	world_close(&other);
	ck_assert_int_eq(stat(path, &st), 0);
	world_close(&w);
	ck_assert_int_eq(stat(path, &st), -1);
	/* So is a file. */
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	other.base = event_base_new();
	other.http = http_new(other.base, &other.limits, world_table, 1, &other);
	ck_assert_int_eq(http_listen(other.http, &l, 1, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "no socket"));
	world_close(&other);
	ck_assert_int_eq(unlink(path), 0);
	scratch_remove();
	buf_free(&b);
}
END_TEST

START_TEST(port_in_use)
{
	struct world w = world_default(), other = world_default();
	struct listener l[2];
	struct err err;

	world_open(&w, &loopback);
	l[0] = loopback;
	l[1] = loopback;
	l[1].port = http_port(w.http, 0);
	l[1].text = "127.0.0.1:x";
	other.base = event_base_new();
	other.http = http_new(other.base, &other.limits, world_table, 1, &other);
	ck_assert_int_eq(http_listen(other.http, l, 2, &err), -1);
	ck_assert_str_eq(err.msg, "cannot listen on 127.0.0.1:x: Address already in use");
	world_close(&other);
	world_close(&w);
}
END_TEST

START_TEST(ipv6)
{
	static const struct listener six = {.text = "[::1]:0", .host = "::1", .loopback = true};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct world w = world_default();
	struct buf b = BUF_INIT(1u << 20);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&in6, sizeof(in6)) != 0) {
		close(fd);
		return; /* this machine has none */
	}
	close(fd);
	world_open(&w, &six);
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	in6.sin6_port = htons(http_port(w.http, 0));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&in6, sizeof(in6)), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	client_say(&w, fd, GET("/"));
	client_await(&w, fd, &b, 1);
	ck_assert_int_eq(status_of(&b), 200);
	close(fd);
	buf_free(&b);
	world_close(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {unix_socket, port_in_use, ipv6};

	return world_run("listen", tests, sizeof(tests) / sizeof(tests[0]));
}
