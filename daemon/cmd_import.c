#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stamp.h"
#include "command.h"
#include "import.h"

#define URL "http://127.0.0.1:7523"
#define PATIENCE 300 /* seconds: a restart that judges all tickets again takes some minutes */
#define PATIENCE_MAX 86400
#define TOKEN_MAX 4096 /* bytes of a token's file */

static int
usage(void)
{
	fputs("usage: slad import [-u URL] [-t TOKEN_FILE] [--ca FILE] [--skip] [--wait SECONDS] "
	      "FILE...\n"
	      "       URL is http://HOST:PORT (" URL "), https://..., or unix:/PATH; "
	      "FILE - is standard input\n",
	    stderr);
	return EXIT_USAGE;
}

/* What a file has between its blanks. */
static int
token_read(const char *path, char text[static TOKEN_MAX], struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t from, len;
	ssize_t got;

	if (fd < 0)
		return err_set(err, "the token %s cannot be read: %m", path);
	got = read(fd, text, TOKEN_MAX - 1);
	close(fd);
	if (got < 0)
		return err_set(err, "the token %s cannot be read: %m", path);
	text[got] = '\0';
	from = strspn(text, " \t\r\n");
	len = strcspn(text + from, " \t\r\n");
	if (len == 0 || text[from + len + strspn(text + from + len, " \t\r\n")] != '\0')
		return err_set(err, "%s does not hold one token", path);
	memmove(text, text + from, len);
	text[len] = '\0';
	return 0;
}

static int
seconds_read(const char *text, int64_t *ms)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 0 || n > PATIENCE_MAX)
		return -1;
	*ms = n * STAMP_SECOND;
	return 0;
}

struct given {
	struct import_options o;
	const char *token_file;
};

static int
options_read(int argc, char **argv, struct given *g)
{
	static const struct option known[] = {{"skip", no_argument, NULL, 's'},
	    {"wait", required_argument, NULL, 'w'}, {"ca", required_argument, NULL, 'c'},
	    {NULL, 0, NULL, 0}};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, "u:t:", known, NULL)) != -1) {
		if (letter == 'u')
			g->o.address.url = optarg;
		else if (letter == 't')
			g->token_file = optarg;
		else if (letter == 'c')
			g->o.address.ca_file = optarg;
		else if (letter == 's')
			g->o.skip = true;
		else if (letter != 'w' || seconds_read(optarg, &g->o.patience) != 0)
			return -1;
	}
	g->o.files = argv + optind;
	g->o.count = (size_t)(argc - optind);
	return g->o.count > 0 ? 0 : -1;
}

int
cmd_import(int argc, char **argv)
{
	struct given g = {.o = {.address = {.url = URL}, .patience = PATIENCE * STAMP_SECOND}};
	char token[TOKEN_MAX];
	struct import_sums sums;
	struct err err;
	int code;

	if (options_read(argc, argv, &g) != 0)
		return usage();
	if (client_check(g.o.address.url, &err) != 0) {
		fprintf(stderr, "slad: %s\n", err.msg);
		return EXIT_USAGE;
	}
	if (g.token_file != NULL) {
		if (token_read(g.token_file, token, &err) != 0) {
			fprintf(stderr, "slad: %s\n", err.msg);
			return EXIT_CONFIGURATION;
		}
		g.o.address.token = token;
	}
	command_catch();
	code = import_run(&g.o, &sums);
	printf("accepted %" PRId64 ", duplicates %" PRId64 ", rejected %" PRId64 ", seconds %.1f\n",
	    sums.accepted, sums.duplicates, sums.rejected, sums.seconds);
	return code;
}
