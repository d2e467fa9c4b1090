#include "codec/config_draft.h"

#include <string.h>

/* Another way than the mapping's forgets all that the mapping said. */
static void
kind_set(struct verification *v, enum verification_kind kind)
{
	if (v->kind != kind)
		*v = (struct verification)VERIFICATION_BLANK;
	v->kind = kind;
}

static void
bind_token(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct verification *v = into;

	kind_set(v, VERIFICATION_TOKEN);
	conf_map(c, k, n, into);
	if (v->header != NULL && v->query != NULL)
		conf_mistake(c, n, "a token is in a 'header' or in a 'query', not in both");
}

static void
bind_signature(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct verification *v = into;
	struct err err;

	kind_set(v, VERIFICATION_SIGNATURE);
	conf_map(c, k, n, into);
	if (v->header == NULL)
		conf_mistake(c, n, "'signature' needs 'header'");
	if (verification_template(v, &err) != 0)
		conf_mistake(c, n, "%s", err.msg);
	else if (v->window > 0 && (v->signs == NULL || strstr(v->signs, "timestamp") == NULL))
		conf_mistake(c, conf_at(c, n, "window"),
		    "'window' is of no use without a timestamp in 'signed'");
}

static void
bind_basic(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	kind_set(into, VERIFICATION_BASIC);
	conf_map(c, k, n, into);
}

/* The secrets that files hold, one or a list. */
static void
secrets_read(struct conf *c, const struct conf_key *k, const yaml_node_t *n, bool key,
    struct verification *v)
{
	struct conf_word *words;
	size_t count = conf_words(c, k, n, "names files", &words);
	struct secret *list = arena_alloc(c->arena, count, sizeof(*list));

	for (size_t i = 0; i < count; i++)
		conf_secret(c, words[i].at, conf_resolve(c, words[i].text), key, &list[i]);
	v->secret = list;
	v->secrets = count;
}

static void
bind_keys(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct verification *v = into;

	if (v->kind != VERIFICATION_SIGNATURE && v->kind != VERIFICATION_NONE)
		conf_mistake(c, n,
		    "'%s' has the keys of signatures, and this mapping's system sends none; say "
		    "which by 'signature'",
		    k->name);
	else
		secrets_read(c, k, n, true, v);
}

static void
bind_token_files(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const struct verification *v = into;

	if (v->kind == VERIFICATION_SIGNATURE) {
		conf_mistake(c, n,
		    "'%s' has a token, and this mapping's system signs what it sends; its key goes "
		    "into 'secret_files', or say which token by 'token'",
		    k->name);
		return;
	}
	kind_set(into, VERIFICATION_TOKEN);
	secrets_read(c, k, n, false, into);
}

static void
bind_password(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	secrets_read(c, k, n, false, into);
}

void
conf_verify(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct verification *v = (struct verification *)((char *)into + k->at);

	if (n->type == YAML_SCALAR_NODE && strcmp((const char *)n->data.scalar.value, "none") == 0)
		kind_set(v, VERIFICATION_NONE);
	else if (n->type == YAML_MAPPING_NODE)
		conf_bind(c, k->table, n, v, into);
	else
		conf_mistake(c, n, "'%s' is none, or a mapping with one of token, signature, basic",
		    k->name);
}

#define AT(name) .at = offsetof(struct verification, name)

static const struct conf_table token_verify_table = {
    .what = "'token'",
    .keys =
	(const struct conf_key[]){
	    {"header", conf_text, AT(header)},
	    {"query", conf_text, AT(query)},
	    {"prefix", conf_any_text, AT(prefix)},
	    {0},
	},
};

#define SIGNATURE_KEYS                                                               \
	{"header", conf_text, AT(header)},                                           \
	    {"algorithm", conf_choice, AT(digest), .words = digest_names},           \
	    {"encoding", conf_choice, AT(encoding), .words = encoding_names},        \
	    {"prefix", conf_any_text, AT(prefix)}, {"signed", conf_text, AT(signs)}, \
	    {"timestamp_header", conf_text, AT(timestamp_header)},                   \
	    {"id_header", conf_text, AT(id_header)},                                 \
	{                                                                            \
		"window", conf_duration, AT(window)                                  \
	}

static const struct conf_table signature_table = {
    .what = "'signature'",
    .keys =
	(const struct conf_key[]){
	    SIGNATURE_KEYS,
	    {.name = "secret_files", .bind = bind_keys},
	    {0},
	},
};

static const struct conf_table mapping_signature_table = {
    .what = "'signature'",
    .keys = (const struct conf_key[]){SIGNATURE_KEYS, {0}},
};

static const struct conf_table basic_table = {
    .what = "'basic'",
    .keys =
	(const struct conf_key[]){
	    {"user", conf_text, AT(user), .needed = true},
	    {.name = "password_file", .bind = bind_password, .needed = true},
	    {0},
	},
};

static void
verify_check(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct verification *v = item;
	size_t ways = 0;

	(void)parent;
	ways += conf_member(c, n, "signature") != NULL || conf_member(c, n, "secret_files") != NULL;
	ways += conf_member(c, n, "token") != NULL || conf_member(c, n, "token_file") != NULL;
	ways += conf_member(c, n, "basic") != NULL;
	if (ways != 1)
		conf_mistake(c, n, "one way is wanted: a token, a signature, or basic");
	if (v->kind == VERIFICATION_TOKEN && v->header == NULL && v->query == NULL) {
		v->header = "Authorization";
		v->prefix = "Bearer ";
	}
	if (v->window < 0)
		v->window = v->timestamp_header == NULL ? 0 : VERIFICATION_WINDOW;
}

const struct conf_table verify_table = {
    .what = "'verify'",
    .check = verify_check,
    .keys =
	(const struct conf_key[]){
	    {"signature", bind_signature, .table = &signature_table},
	    {"token", bind_token, .table = &token_verify_table},
	    {"basic", bind_basic, .table = &basic_table},
	    {.name = "secret_files", .bind = bind_keys},
	    {.name = "token_file", .bind = bind_token_files},
	    {0},
	},
};

const struct conf_table mapping_verify_table = {
    .what = "'verify' of a mapping",
    .check = verify_check,
    .keys =
	(const struct conf_key[]){
	    {"signature", bind_signature, .table = &mapping_signature_table},
	    {"token", bind_token, .table = &token_verify_table},
	    {0},
	},
};
