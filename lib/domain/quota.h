/*
 * quota: how many incidents an agreement allows over a stretch of time.
 *
 * A number agreed per month holds for each calendar month of the version's zone, and pro rata for
 * the part of it in which the version is in force and that the stretch covers.
 */
#ifndef SLAD_DOMAIN_QUOTA_H
#define SLAD_DOMAIN_QUOTA_H

#include <stdint.h>

#include "domain/agreement.h"

#define QUOTA_ONE INT64_C(1000000) /* one incident, in millionths */

/* Over [from, to), in millionths, each version and month rounded down. */
int64_t quota_incidents(const struct agreement *a, int64_t from, int64_t to);

#endif
