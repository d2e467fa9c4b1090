/* What the service manager is told, over a socket such as its own. Built without libsystemd,
 * nothing is. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "scratch_dir.h"
#include "systemd.h"

static char path[SCRATCH_PATH];
static int manager;

static void
listen_as_manager(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	scratch_make();
	scratch_path(path, "s");
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&sun, sizeof(sun)), 0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static const char *
heard(void)
{
	static char text[512];
	ssize_t n = recv(manager, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

START_TEST(notices)
{
	int64_t usec = 0;
	struct timespec now;

	listen_as_manager();
	systemd_ready();
	if (strcmp(heard(), "READY=1") != 0) {
		/* Built without. */
		ck_assert_str_eq(heard(), "");
		goto out;
	}
	systemd_stopping();
	ck_assert_str_eq(heard(), "STOPPING=1");
	systemd_watchdog();
	ck_assert_str_eq(heard(), "WATCHDOG=1");
	systemd_status("%d events\nREADY=1", 3);
	ck_assert_str_eq(heard(), "STATUS=3 events READY=1");
	systemd_reloading();
	ck_assert_int_eq(sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &usec), 1);
	clock_gettime(CLOCK_MONOTONIC, &now);
	ck_assert_int_ge(now.tv_sec * 1000000 + now.tv_nsec / 1000, usec);
	ck_assert_int_gt(usec, (now.tv_sec - 60) * 1000000);
	setenv("WATCHDOG_USEC", "30000000", 1);
	ck_assert_int_eq(systemd_watchdog_interval(), 15000);
	unsetenv("WATCHDOG_USEC");
	ck_assert_int_eq(systemd_watchdog_interval(), 0);
out:
	close(manager);
	unlink(path);
	scratch_remove();
}
END_TEST

START_TEST(outside)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	systemd_ready();
	systemd_status("x");
	ck_assert_int_eq(systemd_watchdog_interval(), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("systemd");
	TCase *tc = tcase_create("systemd");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, notices);
	tcase_add_test(tc, outside);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
