/* The names that a daemon without tokens answers to. */
#include "suite.h"

#include "host.h"

START_TEST(plain)
{
	static const char *const names[] = {"127.0.0.1", "127.0.0.1:7523", "10.1.2.3:80", "[::1]",
	    "[::1]:7523", "[fe80::1]", "localhost", "localhost:7523", "LocalHost", "localhost.",
	    "slad.localhost:1", "localhost:"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(host_is_plain(names[i]), "%s", names[i]);
	ck_assert(host_is_plain(NULL));
}
END_TEST

START_TEST(names_of_others)
{
	static const char *const names[] = {"evil.example", "evil.example:7523",
	    "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example", "1", "127.1",
	    "0x7f.1", "2130706433", "[::1", "::1", "[127.0.0.1]", "[::1]x", "[]", "", ":80",
	    "localhost:80x", "127.0.0.1:80:80", "."};
	char host[400];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(!host_is_plain(names[i]), "%s", names[i]);
	memset(host, 'a', sizeof(host));
	strcpy(host + 380, ".localhost");
	ck_assert(!host_is_plain(host));
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, plain);
	tcase_add_test(t, names_of_others);
}

SUITE_MAIN("host", add)
