/* A set of numbers, none of them 0, that knows a value of each: for bare.c alone. Open addressing;
 * set_free() gives back what set_make() took. */
#ifndef BENCH_BARE_SET_H
#define BENCH_BARE_SET_H

#include <stddef.h>
#include <stdint.h>

struct set {
	struct slot {
		int64_t key; /* 0: free */
		int64_t value;
	} * slots;
	size_t size;
	size_t count;
};

/* Room for so many. */
void set_make(struct set *s, size_t most);

/* The slot of a key, taken for it now if `fresh` says so. It moves when the set is widened. */
struct slot *set_find(struct set *s, int64_t key, int *fresh);

/* One that is half full is copied to one of twice the size; values are not. */
void set_widen(struct set *s);

void set_clear(struct set *s);
void set_free(struct set *s);

#endif
