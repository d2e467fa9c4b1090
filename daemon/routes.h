/*
 * routes: the interface's table, in the order in which it is searched.
 */
#ifndef SLAD_DAEMON_ROUTES_H
#define SLAD_DAEMON_ROUTES_H

#include "route.h"

extern const struct route routes[];
extern const size_t routes_count;

#endif
