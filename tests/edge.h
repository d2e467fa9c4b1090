/*
 * edge: the table of requests in tests/edge (its README says how they are written).
 */
#ifndef SLAD_TESTS_EDGE_H
#define SLAD_TESTS_EDGE_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define EDGE_DIR "tests/edge"
#define EDGE_MAX (1u << 20)

struct edge_case {
	char name[128]; /* "length.txt: a plus sign" */
	int status;
	char words[80]; /* what the sentence says; "" for anything */
	struct buf bytes;
};

struct edge {
	size_t count;
	struct edge_case *cases;
};

/* Appends what a text stands for. */
static inline void
edge_unescape(struct buf *b, const char *s, size_t len)
{
	unsigned byte;
	char c;

	for (size_t i = 0; i < len; i++) {
		c = s[i];
		if (c == '\\' && ++i < len) {
			c = s[i] == 'r' ? '\r' : s[i] == 'n' ? '\n' : s[i] == 't' ? '\t' : s[i];
			if (s[i] == 'x' && sscanf(s + i + 1, "%2x", &byte) == 1) {
				c = (char)byte;
				i += 2;
			}
		}
		buf_put(b, &c, 1);
	}
}

/* One line of bytes, with its repetitions: *63{X: 1\r\n}. */
static inline void
edge_bytes(struct buf *b, const char *s)
{
	const char *star, *brace, *close;
	long times;

	while ((star = strchr(s, '*')) != NULL && (brace = strchr(star, '{')) != NULL &&
	    (close = strchr(brace, '}')) != NULL) {
		edge_unescape(b, s, (size_t)(star - s));
		times = strtol(star + 1, NULL, 10);
		while (times-- > 0)
			edge_unescape(b, brace + 1, (size_t)(close - brace - 1));
		s = close + 1;
	}
	edge_unescape(b, s, strlen(s));
}

static inline void
edge_read(struct edge *e, const char *file)
{
	struct edge_case *c = NULL;
	char path[512], line[1024];
	bool status_next = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", EDGE_DIR, file);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (strncmp(line, "== ", 3) == 0) {
			e->cases = mem_grow(e->cases, e->count + 1, sizeof(*c));
			c = &e->cases[e->count++];
			*c = (struct edge_case){.bytes = BUF_INIT(EDGE_MAX)};
			snprintf(c->name, sizeof(c->name), "%.40s: %.80s", file, line + 3);
			status_next = true;
		} else if (c != NULL && status_next) {
			sscanf(line, "%d %79[^\n]", &c->status, c->words);
			status_next = false;
		} else if (c != NULL)
			edge_bytes(&c->bytes, line);
	}
	if (f != NULL)
		fclose(f);
}

/* The whole table; the working directory is the source's. */
static inline struct edge
edge_load(void)
{
	struct edge e = {0};
	struct dirent *entry;
	DIR *dir = opendir(EDGE_DIR);
	size_t len;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		len = strlen(entry->d_name);
		if (len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0)
			edge_read(&e, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	return e;
}

static inline void
edge_free(struct edge *e)
{
	for (size_t i = 0; i < e->count; i++)
		buf_free(&e->cases[i].bytes);
	free(e->cases);
}

#endif
