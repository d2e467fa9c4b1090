/*
 * histogram: durations counted in logarithmic buckets, so that percentiles of any amount of them
 * can be told within 1 %, merged, and taken back.
 *
 * Durations are whole ms from 0 on. Below 128 each has a bucket of its own; above, every octave
 * (from a power of two to the next) is cut into 64 buckets of equal width. A bucket is shown as its
 * middle, which is off by at most half a width: 1/128 of the true value.
 */
#ifndef SLAD_DOMAIN_HISTOGRAM_H
#define SLAD_DOMAIN_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 4096 /* INT64_MAX lies in number 3711 */

unsigned histogram_bucket(int64_t ms); /* below zero counts as 0 */
int64_t histogram_middle(unsigned bucket);

/* So many durations of a bucket. */
struct histogram_bar {
	unsigned bucket;
	int64_t n;
};

/* The middle of the bucket that holds the ceil(percent/100 * n)-th smallest of all n durations
 * (nearest rank); bars ascend by bucket. -1 where there is none. */
int64_t histogram_percentile(const struct histogram_bar *bars, size_t count, int percent);

#endif
