#include "auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/mem.h"

struct known {
	char *name;
	unsigned char sha256[32];
	unsigned scopes;
};

struct auth {
	bool local;
	size_t count;
	struct known known[];
};

struct auth *
auth_new(const struct token *token, size_t tokens, bool local)
{
	struct auth *a = mem_alloc(1, sizeof(*a) + tokens * sizeof(a->known[0]));

	a->local = local;
	a->count = tokens;
	for (size_t i = 0; i < tokens; i++) {
		memcpy(a->known[i].sha256, token[i].sha256, sizeof(a->known[i].sha256));
		a->known[i].scopes = token[i].scopes;
		a->known[i].name = mem_strdup(token[i].name);
	}
	return a;
}

void
auth_free(struct auth *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->count; i++)
		free(a->known[i].name);
	free(a);
}

static const char *
scope_name(enum token_scope scope)
{
	switch (scope) {
	case SCOPE_INGEST:
		return "ingest";
	case SCOPE_READ:
		return "read";
	case SCOPE_OPERATE:
		return "operate";
	}
	return "?";
}

/* The token of "Bearer TOKEN", or NULL. */
static const char *
bearer(const char *authorization)
{
	const char *token;

	if (strncasecmp(authorization, "Bearer ", 7) != 0)
		return NULL;
	token = authorization + 7 + strspn(authorization + 7, " ");
	if (*token == '\0' || token[strcspn(token, " \t,")] != '\0' ||
	    strlen(token) > AUTH_TOKEN_MAX)
		return NULL;
	return token;
}

/* Whose a token is, or NULL, and its scopes; every configured one is looked at. */
static const char *
look_up(const struct auth *a, const char *token, unsigned *scopes)
{
	const char *name = NULL;
	unsigned char sha256[EVP_MAX_MD_SIZE];
	unsigned same;

	*scopes = 0;
	if (EVP_Digest(token, strlen(token), sha256, NULL, EVP_sha256(), NULL) != 1)
		return NULL;
	for (size_t i = 0; i < a->count; i++) {
		same = CRYPTO_memcmp(sha256, a->known[i].sha256, sizeof(a->known[i].sha256)) == 0;
		*scopes |= a->known[i].scopes & (0u - same);
		name = same && name == NULL ? a->known[i].name : name;
	}
	return name;
}

bool
auth_is_open(const struct auth *a)
{
	return a->count == 0 && a->local;
}

int
auth_check(const struct auth *a, const char *authorization, enum token_scope scope,
    const char **who, struct err *err)
{
	const char *token;
	unsigned scopes;

	*who = NULL;
	if (scope == 0 || auth_is_open(a))
		return 0;
	if (authorization == NULL) {
		err_set(err, "a token is needed: Authorization: Bearer TOKEN");
		return 401;
	}
	token = bearer(authorization);
	if (token == NULL) {
		err_set(err, "the Authorization header is not 'Bearer TOKEN'");
		return 401;
	}
	*who = look_up(a, token, &scopes);
	if (*who == NULL) {
		err_set(err, "this token is not known");
		return 401;
	}
	if ((scopes & (unsigned)scope) == 0) {
		err_set(
		    err, "this token may not do that: it lacks the scope '%s'", scope_name(scope));
		return 403;
	}
	return 0;
}
