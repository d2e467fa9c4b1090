#include "codec/config_draft.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/stamp.h"

#define REPEAT_MIN STAMP_SECOND
#define REPEAT_MAX STAMP_HOUR

/* A user without a password, or the other way round. */
static void
check_login(struct conf *c, const yaml_node_t *n, const struct receiver *r)
{
	bool user = conf_member(c, n, "user") != NULL,
	     password = conf_member(c, n, "password_file") != NULL;

	if (user != password)
		conf_mistake(c, n, "'user' and 'password_file' go together; '%s' is missing",
		    user ? "password_file" : "user");
	if (user && r->user != NULL && strchr(r->user, ':') != NULL &&
	    r->kind == RECEIVER_ALERTMANAGER)
		conf_mistake(c, conf_at(c, n, "user"), "'user' cannot have a ':'");
}

static bool
is_here(const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t len = strcspn(host, ":/?#");

	return (len == 9 && strncasecmp(host, "localhost", 9) == 0) ||
	    strncmp(host, "127.", 4) == 0 || strncmp(host, "[::1]", 5) == 0;
}

static void
check_email(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct receiver *r = item;

	(void)parent;
	check_login(c, n, r);
	if (r->user != NULL && r->starttls != STARTTLS_REQUIRED && r->url != NULL &&
	    strncasecmp(r->url, "smtps:", 6) != 0 && !is_here(r->url))
		conf_warn(c, conf_at(c, n, "starttls"),
		    "the password may be sent in the clear; 'starttls: required' would end that");
}

static void
check_alertmanager(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct receiver *r = item;

	(void)parent;
	r->kind = RECEIVER_ALERTMANAGER;
	check_login(c, n, r);
	if (conf_member(c, n, "user") != NULL && conf_member(c, n, "token_file") != NULL)
		conf_mistake(c, conf_member(c, n, "token_file"),
		    "'user' and 'token_file' are both given; one will do");
	if (r->repeat < REPEAT_MIN || r->repeat > REPEAT_MAX)
		conf_mistake(c, conf_at(c, n, "repeat"), "'repeat' is from 1s to 1h");
}

static void
check_robot(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	(void)item;
	(void)parent;
	conf_need_url(c, n);
}

static void
bind_authorities(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct receiver *r = into;

	conf_path(c, k, n, into);
	if (r->ca_file != NULL && access(r->ca_file, R_OK) != 0)
		conf_mistake(c, n, "'%s' cannot be read: %s", r->ca_file, strerror(errno));
}

static const struct conf_table webhook_table = {
    .what = "'webhook'",
    .keys =
	(const struct conf_key[]){
	    {"url", conf_url, .at = offsetof(struct receiver, url), .needed = true},
	    {.name = "secret_file", .bind = conf_key_file},
	    {0},
	},
};

static const struct conf_table alertmanager_table = {
    .what = "'alertmanager'",
    .check = check_alertmanager,
    .keys =
	(const struct conf_key[]){
	    {"url", conf_url, .at = offsetof(struct receiver, url), .needed = true},
	    {"user", conf_text, .at = offsetof(struct receiver, user)},
	    {"password_file", conf_line_file, .at = offsetof(struct receiver, password)},
	    {"token_file", conf_line_file, .at = offsetof(struct receiver, token)},
	    {"repeat", conf_duration, .at = offsetof(struct receiver, repeat), .preset = "1m"},
	    {0},
	},
};

static const struct conf_table email_table = {
    .what = "'email'",
    .check = check_email,
    .keys =
	(const struct conf_key[]){
	    {"smtp", conf_smtp_url, .at = offsetof(struct receiver, url), .needed = true},
	    {"from", conf_address, .at = offsetof(struct receiver, from), .needed = true},
	    {.name = "to", .bind = conf_addresses, .needed = true},
	    {"user", conf_text, .at = offsetof(struct receiver, user)},
	    {"password_file", conf_line_file, .at = offsetof(struct receiver, password)},
	    {"starttls", conf_choice, .at = offsetof(struct receiver, starttls),
		.preset = "required", .words = starttls_names},
	    {0},
	},
};

#define ROBOT_URL                                                               \
	{"url", conf_url, .at = offsetof(struct receiver, url)},                \
	{                                                                       \
		"url_file", conf_url_file, .at = offsetof(struct receiver, url) \
	}

static const struct conf_key robot_keys[] = {ROBOT_URL, {0}};
static const struct conf_key signing_robot_keys[] = {
    ROBOT_URL, {.name = "secret_file", .bind = conf_key_file}, {0}};

static const struct conf_table slack_table = {
    .what = "'slack'", .check = check_robot, .keys = robot_keys};
static const struct conf_table dingtalk_table = {
    .what = "'dingtalk'", .check = check_robot, .keys = signing_robot_keys};
static const struct conf_table feishu_table = {
    .what = "'feishu'", .check = check_robot, .keys = signing_robot_keys};
static const struct conf_table wecom_table = {
    .what = "'wecom'", .check = check_robot, .keys = robot_keys};

/* A receiver has one kind. */
static void
check_receiver(struct conf *c, const yaml_node_t *n, void *item, void *parent)
{
	struct receiver *r = item;
	const yaml_node_t *kind;
	int given = -1;

	(void)parent;
	for (int i = 0; i < RECEIVER_KINDS; i++) {
		kind = conf_member(c, n, receiver_kind_names[i]);
		if (kind != NULL && given >= 0)
			conf_mistake(c, kind, "a receiver has one kind; this one has '%s' already",
			    receiver_kind_names[given]);
		if (kind != NULL)
			given = i;
	}
	if (given < 0)
		conf_mistake(c, n, "a receiver needs one of %s",
		    conf_names(c, receiver_kind_names, RECEIVER_KINDS));
	else
		r->kind = (enum receiver_kind)given;
	r->policy.several = r->kind != RECEIVER_WEBHOOK && r->kind != RECEIVER_ALERTMANAGER;
	if (given >= 0 && !r->policy.several && conf_member(c, n, "digest") != NULL)
		conf_mistake(c, conf_at(c, n, "digest"),
		    "'digest' is not for '%s', which takes one event in a message",
		    receiver_kind_names[r->kind]);
}

static bool
same_name(const void *a, const void *b)
{
	const struct receiver *x = a, *y = b;

	return same_text(x->name, y->name);
}

const struct conf_table receiver_table = {
    .what = "a receiver",
    .size = sizeof(struct receiver),
    .same = same_name,
    .twice = "a receiver of this name",
    .check = check_receiver,
    .keys =
	(const struct conf_key[]){
	    {"name", conf_text, .at = offsetof(struct receiver, name), .needed = true},
	    {"webhook", conf_map, .table = &webhook_table},
	    {"alertmanager", conf_map, .table = &alertmanager_table},
	    {"email", conf_map, .table = &email_table},
	    {"slack", conf_map, .table = &slack_table},
	    {"dingtalk", conf_map, .table = &dingtalk_table},
	    {"feishu", conf_map, .table = &feishu_table},
	    {"wecom", conf_map, .table = &wecom_table},
	    {"template", conf_map, .table = &template_table},
	    {"language", conf_choice, .at = offsetof(struct receiver, language), .preset = "en",
		.words = language_names},
	    {"base_url", conf_base_url, .at = offsetof(struct receiver, base_url)},
	    {"ca_file", bind_authorities, .at = offsetof(struct receiver, ca_file)},
	    {"digest", conf_digest, .at = offsetof(struct receiver, policy.digest)},
	    {"rate", conf_rate, .at = offsetof(struct receiver, policy.rate)},
	    {"hours", conf_map, .at = offsetof(struct receiver, policy), .table = &hours_table},
	    {0},
	},
};
