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

#define PAIRS_MAX 1000 /* options that set one entry of a table each */

static int
usage(void)
{
	fputs("usage: slad import [-u URL] [-t TOKEN_FILE] [--ca FILE] [--skip] [--wait SECONDS] "
	      "FILE...\n"
	      "       slad import --mapping NAME --source SOURCE [--agreement ID] "
	      "[--timezone ZONE]\n"
	      "           [--times SHAPE] [--column FIELD=COLUMN]... [--none TEXT]...\n"
	      "           [--table TABLE.KEY=VALUE]... [--print] ... FILE...\n"
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
	struct row_setting rows;
	const char *token_file;
	char token[TOKEN_MAX];
	struct arena arena;
	size_t tables;
	struct mapping_table table[PAIRS_MAX];
	struct mapping_pair *pair[PAIRS_MAX]; /* of each table */
};

/* Sets an entry of a table; the last one counts. */
static int
pair_set(struct given *g, const char *table, const char *key, const char *value)
{
	struct mapping_table *t;
	size_t i = 0;

	while (i < g->tables && strcmp(g->table[i].name, table) != 0)
		i++;
	if (i == PAIRS_MAX)
		return -1;
	t = &g->table[i];
	if (i == g->tables) {
		t->name = table;
		t->pair = g->pair[i] = arena_alloc(&g->arena, PAIRS_MAX, sizeof(*t->pair));
		g->tables++;
	}
	for (i = 0; i < t->pairs && strcmp(t->pair[i].key, key) != 0; i++)
		continue;
	if (i == PAIRS_MAX)
		return -1;
	g->pair[t - g->table][i] = (struct mapping_pair){key, value};
	t->pairs += i == t->pairs;
	return 0;
}

/* FIELD=COLUMN: a column may have a '=' itself; an empty one is none. */
static int
column_take(struct given *g, const char *text)
{
	const char *sign = strchr(text, '=');

	if (sign == NULL || sign == text)
		return -1;
	return pair_set(
	    g, "columns", arena_strndup(&g->arena, text, (size_t)(sign - text)), sign + 1);
}

/* TABLE.KEY=VALUE: a key may have both signs itself. */
static int
table_take(struct given *g, const char *text)
{
	const char *point = strchr(text, '.'), *sign = strrchr(text, '=');

	if (point == NULL || sign == NULL || sign < point || point == text)
		return -1;
	return pair_set(g, arena_strndup(&g->arena, text, (size_t)(point - text)),
	    arena_strndup(&g->arena, point + 1, (size_t)(sign - point - 1)), sign + 1);
}

/* The options of a mapping: -1 if it is wrong. */
static int
mapping_option(struct given *g, int letter, const char *value)
{
	switch (letter) {
	case 'm':
		g->rows.mapping = value;
		return 0;
	case 'S':
		g->rows.source = value;
		return *value == '\0' ? -1 : 0;
	case 'a':
		g->rows.agreement = value;
		return 0;
	case 'z':
		g->rows.zone = value;
		return 0;
	case 'k':
		return column_take(g, value);
	case 'i':
		return pair_set(g, "times", "*", value);
	case 'n':
		return pair_set(g, "none", value, "");
	case 'b':
		return table_take(g, value);
	case 'p':
		g->o.print = true;
		return 0;
	default:
		return -1;
	}
}

static int
option_take(struct given *g, int letter, const char *value)
{
	switch (letter) {
	case 'u':
		g->o.address.url = value;
		return 0;
	case 't':
		g->token_file = value;
		return 0;
	case 'c':
		g->o.address.ca_file = value;
		return 0;
	case 's':
		g->o.skip = true;
		return 0;
	case 'w':
		return seconds_read(value, &g->o.patience);
	default:
		return mapping_option(g, letter, value);
	}
}

/* What belongs to a mapping is not given without one. */
static int
mapping_check(struct given *g)
{
	if (g->rows.mapping == NULL)
		return g->rows.source == NULL && g->rows.agreement == NULL &&
			g->rows.zone == NULL && g->tables == 0 && !g->o.print
		    ? 0
		    : -1;
	if (g->rows.source == NULL) {
		fputs("slad: --mapping wants --source NAME: the source that the tickets are of, as "
		      "in the hook by which they go on\n",
		    stderr);
		return -1;
	}
	g->rows.tables = g->tables;
	g->rows.table = g->table;
	g->o.mapping = &g->rows;
	return 0;
}

static int
options_read(int argc, char **argv, struct given *g)
{
	static const struct option known[] = {{"skip", no_argument, NULL, 's'},
	    {"wait", required_argument, NULL, 'w'}, {"ca", required_argument, NULL, 'c'},
	    {"mapping", required_argument, NULL, 'm'}, {"source", required_argument, NULL, 'S'},
	    {"agreement", required_argument, NULL, 'a'}, {"timezone", required_argument, NULL, 'z'},
	    {"column", required_argument, NULL, 'k'}, {"times", required_argument, NULL, 'i'},
	    {"none", required_argument, NULL, 'n'}, {"table", required_argument, NULL, 'b'},
	    {"print", no_argument, NULL, 'p'}, {NULL, 0, NULL, 0}};
	int letter;

	opterr = 0;
	while ((letter = getopt_long(argc, argv, "u:t:", known, NULL)) != -1) {
		if (option_take(g, letter, optarg) != 0) {
			if (letter != '?' && optarg != NULL)
				fprintf(
				    stderr, "slad: '%s' is not what this option takes\n", optarg);
			return -1;
		}
	}
	g->o.files = argv + optind;
	g->o.count = (size_t)(argc - optind);
	return g->o.count > 0 ? mapping_check(g) : -1;
}

static int
token_take(struct given *g)
{
	struct err err;

	if (g->token_file == NULL)
		return 0;
	if (token_read(g->token_file, g->token, &err) != 0) {
		fprintf(stderr, "slad: %s\n", err.msg);
		return -1;
	}
	g->o.address.token = g->token;
	return 0;
}

static int
import(struct given *g)
{
	struct import_sums sums;
	struct err err;
	int code;

	if (client_check(g->o.address.url, &err) != 0) {
		fprintf(stderr, "slad: %s\n", err.msg);
		return EXIT_USAGE;
	}
	if (token_take(g) != 0)
		return EXIT_CONFIGURATION;
	command_catch();
	code = import_run(&g->o, &sums);
	if (!g->o.print)
		printf("accepted %" PRId64 ", duplicates %" PRId64 ", rejected %" PRId64
		       ", seconds %.1f\n",
		    sums.accepted, sums.duplicates, sums.rejected, sums.seconds);
	return code;
}

int
cmd_import(int argc, char **argv)
{
	struct given *g = mem_alloc(1, sizeof(*g));
	int code;

	g->o.address.url = URL;
	g->o.patience = PATIENCE * STAMP_SECOND;
	code = options_read(argc, argv, g) == 0 ? import(g) : usage();
	arena_free(&g->arena);
	free(g);
	return code;
}
