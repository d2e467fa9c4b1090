/*
 * bloom: which hashes are surely not in a set, in ten bits for each that is.
 *
 * A blocked Bloom filter (Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom
 * Filters", 2007): all bits of a hash lie in one line of 64 bytes, so that a look costs one miss of
 * the cache. Lines follow the order of hashes: a filter can be made from sorted hashes, a piece at
 * a time. With BLOOM_KEYS hashes for each line about one strange hash in eighty is taken for a
 * member; a member never is for a stranger.
 */
#ifndef SLAD_BASE_BLOOM_H
#define SLAD_BASE_BLOOM_H

#include <stdbool.h>
#include <stdint.h>

#define BLOOM_LINE 64 /* bytes */
#define BLOOM_KEYS 51 /* hashes for each line: ten bits each */

/* `lines`: that many lines of bytes, all 0 at first. Hashes are spread evenly over 64 bits. */
void bloom_add(unsigned char *bytes, uint64_t lines, uint64_t hash);
bool bloom_has(const unsigned char *bytes, uint64_t lines, uint64_t hash);

#endif
