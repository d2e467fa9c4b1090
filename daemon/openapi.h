/*
 * openapi: the interface described for programs, OpenAPI 3.1: openapi.json, as a text.
 */
#ifndef SLAD_DAEMON_OPENAPI_H
#define SLAD_DAEMON_OPENAPI_H

#include <stddef.h>

extern const char openapi_text[];
extern const size_t openapi_size; /* without the final NUL */

#endif
