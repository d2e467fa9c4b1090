/*
 * hash: uthash, whose memory is there or the process is not, as mem.h has it.
 */
#ifndef SLAD_BASE_HASH_H
#define SLAD_BASE_HASH_H

#include "base/mem.h"

#define uthash_fatal(what) mem_none(what)
#include <uthash.h>

#endif
