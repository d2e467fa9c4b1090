#include "api.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/json_text.h"

static void
answer_unwritten(struct answer *a)
{
	buf_reset(&a->body);
	answer_problem(a, 500, "the answer could not be written");
}

void
answer_json(struct answer *a, int status, json_t *body)
{
	a->status = status;
	a->type = status < 400 ? "application/json" : "application/problem+json";
	if (body == NULL || json_text(body, &a->body, false) != 0)
		answer_unwritten(a);
	else
		buf_puts(&a->body, "\n");
	json_decref(body);
}

static void
listing_put(struct listing *l, json_t *value)
{
	if (value == NULL || json_text(value, &l->answer->body, false) != 0)
		l->failed = true;
	json_decref(value);
}

void
listing_begin(struct listing *l, struct answer *a, json_t *head, const char *name)
{
	*l = (struct listing){.answer = a};
	listing_put(l, head);
	if (l->failed)
		return;
	a->body.data[a->body.len - 1] = ','; /* the head goes on */
	buf_putf(&a->body, "\"%s\":[", name);
}

void
listing_add(struct listing *l, json_t *element)
{
	if (l->more)
		buf_put(&l->answer->body, ",", 1);
	l->more = true;
	listing_put(l, element);
}

void
listing_end(struct listing *l)
{
	struct answer *a = l->answer;

	buf_puts(&a->body, "]}\n");
	a->status = 200;
	a->type = "application/json";
	if (l->failed || !buf_ok(&a->body))
		answer_unwritten(a);
}

json_t *
json_instant(int64_t t)
{
	char text[STAMP_TEXT];

	return t == STAMP_NEVER ? json_null() : json_string(stamp_format(t, text));
}

json_t *
json_text_or_null(const char *s)
{
	return s == NULL || s[0] == '\0' ? json_null() : json_string(s);
}

json_t *
json_parts(int64_t n, int64_t unit)
{
	return n % unit == 0 ? json_integer(n / unit) : json_real((double)n / (double)unit);
}

json_t *
json_version(const struct terms *terms)
{
	char date[STAMP_TEXT];

	if (terms == NULL)
		return json_null();
	stamp_format(terms->from_day * STAMP_DAY, date);
	return json_stringn(date, 10);
}

json_t *
ticket_href(const char *subject, const char *source)
{
	struct buf b = BUF_INIT(8192);
	const char *const parts[] = {"/v1/tickets/", subject, "?source=", source};
	json_t *text;

	for (size_t i = 0; i < 4; i++) {
		for (const char *s = parts[i]; *s != '\0'; s++) {
			if (i % 2 == 0 || strchr("-._~", *s) != NULL || (*s >= '0' && *s <= '9') ||
			    (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z'))
				buf_put(&b, s, 1);
			else
				buf_putf(&b, "%%%02X", (unsigned)(unsigned char)*s);
		}
	}
	text = json_string(buf_text(&b));
	buf_free(&b);
	return text;
}

static bool
listed(const char *const *list, const char *name)
{
	for (; *list != NULL; list++) {
		if (strcmp(*list, name) == 0)
			return true;
	}
	return false;
}

int
params_check(const struct request *r, const char *const *names, struct err *err)
{
	struct buf known = BUF_INIT(400);
	int rc = 0;

	for (size_t i = 0; i < r->params && rc == 0; i++) {
		if (listed(names, r->param[i].name))
			continue;
		for (size_t k = 0; names[k] != NULL; k++)
			buf_putf(&known, "%s%s", k > 0 ? ", " : "", names[k]);
		rc = err_set(err, "'%.40s' is no parameter here; there %s%s", r->param[i].name,
		    known.len > 0 ? "are " : "is none", buf_text(&known));
	}
	buf_free(&known);
	return rc;
}

int
param_number(const struct request *r, const char *name, int64_t low, int64_t high, int64_t fallback,
    int64_t *value, struct err *err)
{
	const char *text = request_param(r, name);
	char *end;

	*value = fallback;
	if (text == NULL)
		return 0;
	*value = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || *value < low || *value > high)
		return err_set(err,
		    "%s=%.40s: a whole number from %" PRId64 " to %" PRId64 " is wanted", name,
		    text, low, high);
	return 0;
}
