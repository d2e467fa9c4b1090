#include "pile.h"

#include <stdlib.h>

#include "posting.h"

void
pile_init(struct pile *p, struct store *s, bool alone)
{
	*p = (struct pile){.store = s, .alone = alone};
	for (int level = 0; level < TALLY_LEVELS; level++)
		p->last[level] = (struct tally_place){level, INT64_MIN, 0, 0};
}

static void
empty(struct pile *p)
{
	arena_free(&p->arena);
	free(p->line);
	p->line = NULL;
	p->lines = p->room = 0;
}

void
pile_free(struct pile *p)
{
	empty(p);
}

int
pile_post(struct pile *p, struct err *err)
{
	int rc = posting_all(p->store, p->line, p->lines, p->alone ? p->last : NULL, err);

	empty(p);
	return rc;
}

int
pile_add(struct pile *p, const struct daybook_line *lines, size_t count, struct err *err)
{
	struct daybook_line *mine;

	if (p->lines + count > p->room) {
		p->room = p->lines + count > 2 * p->room ? p->lines + count : 2 * p->room;
		p->line = mem_grow(p->line, p->room, sizeof(*p->line));
	}
	for (size_t i = 0; i < count; i++) {
		mine = &p->line[p->lines++];
		*mine = lines[i];
		mine->counts.bytes =
		    arena_strndup(&p->arena, lines[i].counts.bytes, lines[i].counts.len);
	}
	return p->lines < PILE_LINES ? 0 : pile_post(p, err);
}
