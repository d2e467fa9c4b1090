#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "dryrun.h"
#include "keeper.h"

#define TEXT_MAX (256u << 20) /* bytes of what a dry run may say */

struct options {
	const char *file, *against;
	const char *format; /* NULL: not given */
};

static int
usage(const char *name)
{
	fprintf(stderr, "usage: slad %s [-c FILE] [--against OTHER [--format text|json]]\n", name);
	return -1;
}

/* Options in any order, each at most once. */
static int
options_read(int argc, char **argv, struct options *o)
{
	struct {
		const char *name, **value;
	} known[] = {{"-c", &o->file}, {"--against", &o->against}, {"--format", &o->format}};
	size_t k;

	*o = (struct options){0};
	for (int i = 1; i < argc; i += 2) {
		for (k = 0; k < 3 && strcmp(known[k].name, argv[i]) != 0; k++)
			continue;
		if (k == 3 || i + 1 == argc || *known[k].value != NULL)
			return usage(argv[0]);
		*known[k].value = argv[i + 1];
	}
	if (o->format != NULL &&
	    (o->against == NULL ||
		(strcmp(o->format, "text") != 0 && strcmp(o->format, "json") != 0)))
		return usage(argv[0]);
	if (o->file == NULL)
		o->file = SLAD_CONFIG;
	return 0;
}

static void
print(const struct dryrun *d, const struct options *o)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	json_t *root;

	if (o->format != NULL && strcmp(o->format, "json") == 0) {
		root = dryrun_json(d);
		json_dumpf(root, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(root);
		return;
	}
	dryrun_text(d, &out);
	fputs(buf_text(&out), stdout);
	buf_free(&out);
}

static int
try(struct config *c, struct config *other, const struct options *o)
{
	struct store *stored = NULL;
	struct dryrun d;
	struct err err;
	int code;

	if (access(c->database, F_OK) != 0)
		err_set(&err, "%s: %s; there is nothing yet that could be judged otherwise",
		    c->database, strerror(errno));
	else
		stored = store_open(c->database, STORE_READ, &err);
	if (stored == NULL || dryrun(&d, stored, c, other, keeper_now, &err) != 0) {
		fprintf(stderr, "slad: %s\n", err.msg);
		store_close(stored);
		return EXIT_STORAGE;
	}
	print(&d, o);
	code = dryrun_differs(&d) ? EXIT_NO : EXIT_DONE;
	dryrun_free(&d);
	store_close(stored);
	return code;
}

int
cmd_check(int argc, char **argv)
{
	struct config *c, *other = NULL;
	int code = EXIT_NO;
	struct options o;

	if (options_read(argc, argv, &o) != 0)
		return EXIT_USAGE;
	c = command_config(o.file);
	if (o.against != NULL)
		other = command_config(o.against);
	if (c != NULL && other != NULL) {
		code = try(c, other, &o);
	} else if (c != NULL && o.against == NULL) {
		printf("%s is fine: %zu agreements, %zu calendars, %zu rules, %zu receivers, "
		       "%zu tokens\n",
		    o.file, c->agreements.count, c->calendars, c->rules, c->receivers, c->tokens);
		code = EXIT_DONE;
	}
	config_unref(c);
	config_unref(other);
	return code;
}
