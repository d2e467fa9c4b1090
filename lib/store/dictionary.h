/*
 * dictionary: what bodies are packed by (body.h); for the store's own files alone.
 */
#ifndef SLAD_STORE_DICTIONARY_H
#define SLAD_STORE_DICTIONARY_H

#include "store/store.h"

/* The one that every slad has: tables and content as zstd wants them. */
#define DICTIONARY_FIRST 1
struct blob dictionary_first(void);

#endif
