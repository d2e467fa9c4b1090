/*
 * auth: may whoever asks do this?
 *
 * A token is known by its SHA-256 alone; what is presented is hashed and compared with every
 * configured one in constant time, so that neither the answer's time nor the place in the list
 * says how close a guess was. Without any token, everything is allowed to this machine, and
 * nothing to others.
 */
#ifndef SLAD_DAEMON_AUTH_H
#define SLAD_DAEMON_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "codec/config.h"

#define AUTH_TOKEN_MAX 512 /* bytes of a presented token: ours are 43, others' JWTs are refused */

struct auth;

/* Copies what it needs of the tokens. `local` says that every listener is reachable from this
 * machine only. */
struct auth *auth_new(const struct token *token, size_t tokens, bool local);
void auth_free(struct auth *a); /* NULL is fine */

/* Whether everything is allowed to this machine. */
bool auth_is_open(const struct auth *a);

/* 0 if the value of an Authorization header (NULL: there is none) may do what needs `scope`, and
 * whose token it is (NULL: nobody had to say; lives as long as the auth); else 401 or 403 and a
 * sentence that never holds the token. Scope 0 is open to all. */
int auth_check(const struct auth *a, const char *authorization, enum token_scope scope,
    const char **who, struct err *err);

#endif
