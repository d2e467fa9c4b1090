#include <stdio.h>

#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>

#include "codec/inflate.h"
#include "codec/zoneinfo.h"
#include "command.h"
#include "notify_curl.h"

int
cmd_version(int argc, char **argv)
{
	char glib[32];

	if (argc > 1) {
		fprintf(stderr, "usage: slad %s\n", argv[0]);
		return EXIT_USAGE;
	}
	printf("slad %s\n", SLAD_VERSION);
	printf("SQLite %s\n", store_version());
	printf("libevent %s\n", event_get_version());
	printf("jansson %s\n", jansson_version_str());
	printf("%s\n", notify_curl_version());
	printf("libyaml %s\n", config_yaml_version());
	printf("GLib %s\n", zoneinfo_version(glib));
	printf("%s\n", OpenSSL_version(OPENSSL_VERSION));
	printf("zlib %s\n", inflate_version());
	printf("zstd %s\n", store_zstd_version());
	return EXIT_DONE;
}
