#include "codec/alert_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "codec/json_text.h"
#include "domain/indicator.h"
#include "domain/scope.h"

#define ROOM 4096 /* bytes of a text while it is put together: a few whole values */

struct writer {
	struct alert_text *t;
	const struct receiver *to;
	enum language l;
	const char *wall; /* an instant with the offset of the wall; NULL: each has its own */
};

static const char *const types[] = {
    [MOVED_FIRED] = "slad.alert.fired",
    [MOVED_CHANGED] = "slad.alert.changed",
    [MOVED_RESOLVED] = "slad.alert.resolved",
    [MOVED_ESCALATED] = "slad.alert.escalated",
    [MOVED_TEST] = "slad.receiver.test",
    [MOVED_BACKFILL] = "slad.backfill",
};

static const char *
value_text(struct alert_text *t, const json_t *value)
{
	struct buf text = BUF_INIT(ROOM);
	const char *out;

	if (value == NULL || json_is_null(value))
		return NULL;
	if (json_is_string(value))
		return alert_clean(json_string_value(value), ALERT_LINE_MAX, &t->arena);
	json_text(value, &text, false);
	out = alert_clean(buf_text(&text), ALERT_LINE_MAX, &t->arena);
	buf_free(&text);
	return out;
}

const char *
alert_text_member(struct alert_text *t, const char *member)
{
	return value_text(t, json_object_get(t->data, member));
}

const char *
alert_text_inner(struct alert_text *t, const char *object, const char *member)
{
	return value_text(t, json_object_get(json_object_get(t->data, object), member));
}

static const char *
kept(struct alert_text *t, struct buf *text, size_t max)
{
	const char *copy = alert_clean(buf_text(text), max, &t->arena);

	buf_free(text);
	return copy;
}

static void
line_put(struct alert_text *t, const char *label, const char *value)
{
	if (value != NULL && *value != '\0' && t->lines < ALERT_LINES)
		t->line[t->lines++] = (struct alert_words){label, value};
}

static void
line(const struct writer *w, enum word label, const char *value)
{
	line_put(w->t, alert_word(w->l, label), value);
}

static bool
is_kind(const struct writer *w, const char *kind)
{
	const char *is = alert_text_member(w->t, "kind");

	return strcmp(is == NULL ? "score" : is, kind) == 0;
}

static const char *
level_of(const struct writer *w)
{
	const char *level = alert_text_member(w->t, "level");

	return level == NULL ? "" : alert_level(w->l, level);
}

/* Whether the event has the part that is not excluded, where people read the part that is. */
static bool
is_complement(const struct writer *w)
{
	double value = json_number_value(json_object_get(w->t->data, "value")),
	       a = json_number_value(json_object_get(w->t->data, "a")),
	       b = json_number_value(json_object_get(w->t->data, "b"));

	return is_kind(w, "excluded") && b > 0 && fabs(1 - value - a / b) < fabs(value - a / b);
}

/* A member of the data in percent, told apart from another one. */
static const char *
percent_of(const struct writer *w, const char *member, const char *other)
{
	const json_t *value = json_object_get(w->t->data, member),
		     *beside = json_object_get(w->t->data, other);
	double ratio = json_number_value(value), against = json_number_value(beside);

	if (!json_is_number(value))
		return NULL;
	if (is_complement(w)) {
		ratio = 1 - ratio;
		against = 1 - against;
	}
	return alert_percent(ratio, json_is_number(beside) ? &against : NULL, &w->t->arena);
}

/* "6", or "600 s" of availability. */
static const char *
count_of(const struct writer *w, const char *member)
{
	const char *count = alert_text_member(w->t, member),
		   *indicator = alert_text_member(w->t, "indicator");
	struct buf text = BUF_INIT(ROOM);

	if (count == NULL || indicator == NULL || !is_kind(w, "score") ||
	    indicator_find(indicator) != SERVICE_AVAILABILITY)
		return count;
	ALERT_SAY(&text, alert_word(w->l, WORD_SECONDS), count);
	return kept(w->t, &text, ALERT_LINE_MAX);
}

/* "94% (A 6 of B 100)" */
static const char *
value_of(const struct writer *w)
{
	const char *value = percent_of(w, "value", "threshold"), *a = count_of(w, "a"),
		   *b = count_of(w, "b");
	struct buf text = BUF_INIT(ROOM);

	if (value == NULL)
		return NULL;
	buf_puts(&text, value);
	if (a != NULL && b != NULL)
		ALERT_SAY(&text, alert_word(w->l, WORD_COUNTS), a, b);
	else if (a != NULL)
		ALERT_SAY(&text, alert_word(w->l, WORD_COUNT_A), a);
	return kept(w->t, &text, ALERT_LINE_MAX);
}

/* "below 95%"; only where the threshold is a ratio. */
static const char *
threshold_of(const struct writer *w)
{
	const char *threshold = percent_of(w, "threshold", "value");
	bool above = is_kind(w, "excluded");
	struct buf text = BUF_INIT(ROOM);

	if (threshold == NULL || (!above && !is_kind(w, "score") && !is_kind(w, "budget")))
		return NULL;
	ALERT_SAY(&text, alert_word(w->l, above ? WORD_ABOVE : WORD_BELOW), threshold);
	return kept(w->t, &text, ALERT_LINE_MAX);
}

/* "acme / mail" */
static const char *
scope_of(const struct writer *w)
{
	struct buf text = BUF_INIT(ROOM);
	const char *value;

	for (int i = 0; i < DIMENSIONS; i++) {
		value = alert_text_inner(w->t, "scope", dimension_names[i]);
		if (value != NULL)
			buf_putf(
			    &text, "%s%s", text.len > 0 ? " / " : "", *value == '\0' ? "-" : value);
	}
	return kept(w->t, &text, ALERT_LINE_MAX);
}

/* "agreement acme, service mail" */
static const char *
scope_named(const struct writer *w)
{
	const char *const *names = w->l == LANGUAGE_ZH ? dimension_names_zh : dimension_names;
	struct buf text = BUF_INIT(ROOM);
	const char *value;

	for (int i = 0; i < DIMENSIONS; i++) {
		value = alert_text_inner(w->t, "scope", dimension_names[i]);
		if (value != NULL)
			buf_putf(&text, "%s%s %s", text.len > 0 ? ", " : "", names[i],
			    *value == '\0' ? "-" : value);
	}
	return kept(w->t, &text, ALERT_LINE_MAX);
}

static const char *
about_of(const struct writer *w, const char *member)
{
	const char *value = alert_text_inner(w->t, "about", member);

	if (value == NULL)
		return "-";
	for (const struct alert_about *a = alert_abouts; a->member != NULL; a++) {
		if (strcmp(a->member, member) != 0)
			continue;
		if (a->form == ABOUT_INSTANT)
			return alert_instant(value, w->wall, &w->t->arena);
		if (a->form == ABOUT_CLOCK)
			return alert_clock(w->l, value);
		if (a->form == ABOUT_INDICATOR)
			return alert_indicator(w->l, value);
	}
	return value;
}

/* What an alert on a ratio says: "Timely response rate 94% (A 6 of B 100), below 95%". */
static const char *
ratio_what(const struct writer *w)
{
	const char *id = alert_text_member(w->t, "indicator"), *value = value_of(w),
		   *threshold = threshold_of(w), *name = "";
	struct buf text = BUF_INIT(ROOM);

	if (id != NULL)
		name = alert_indicator(w->l, id);
	if (is_kind(w, "budget"))
		ALERT_SAY(&text, alert_word(w->l, WORD_BUDGET), name);
	else
		buf_puts(&text, is_kind(w, "excluded") ? alert_word(w->l, WORD_EXCLUDED) : name);
	buf_putf(&text, " %s", value == NULL ? alert_word(w->l, WORD_NO_VALUE) : value);
	if (threshold != NULL && w->t->moved != MOVED_RESOLVED)
		buf_putf(&text, "%s%s", w->l == LANGUAGE_ZH ? "," : ", ", threshold);
	return kept(w->t, &text, ALERT_SUBJECT_MAX);
}

static const char *
what_of(const struct writer *w)
{
	struct buf text = BUF_INIT(ROOM);
	const char *args[4];

	for (const struct alert_kind *k = alert_kinds; k->kind != NULL; k++) {
		if (!is_kind(w, k->kind) || alert_text_inner(w->t, "about", k->needs) == NULL)
			continue;
		for (int i = 0; i < 4; i++)
			args[i] = k->members[i] == NULL ? "" : about_of(w, k->members[i]);
		alert_say(&text, k->phrase[w->l], args);
		return kept(w->t, &text, ALERT_SUBJECT_MAX);
	}
	return ratio_what(w);
}

static void
alert_subject(const struct writer *w)
{
	struct alert_text *t = w->t;
	struct buf prefix = BUF_INIT(ROOM), text = BUF_INIT(ROOM);
	const char *rule = alert_text_member(t, "rule"), *scope = scope_of(w), *what = what_of(w),
		   *head;

	ALERT_SAY(&prefix, alert_prefix(w->l, t->moved), level_of(w));
	head = kept(t, &prefix, ALERT_LINE_MAX);
	if (rule == NULL)
		rule = "slad";
	if (*scope == '\0')
		ALERT_SAY(&text, alert_word(w->l, WORD_HEAD), head, rule, what);
	else
		ALERT_SAY(&text, alert_word(w->l, WORD_HEAD_SCOPE), head, rule, scope, what);
	t->subject = kept(t, &text, ALERT_SUBJECT_MAX);
}

static void
abouts(const struct writer *w)
{
	for (const struct alert_about *a = alert_abouts; a->member != NULL; a++)
		if (alert_text_inner(w->t, "about", a->member) != NULL)
			line_put(w->t, a->label[w->l], about_of(w, a->member));
}

static const char *
window_of(const struct writer *w)
{
	const char *name = alert_text_inner(w->t, "window", "name"),
		   *from = alert_text_inner(w->t, "window", "from"),
		   *to = alert_text_inner(w->t, "window", "to");
	struct buf text = BUF_INIT(ROOM);

	if (name == NULL || from == NULL || to == NULL)
		return name;
	ALERT_SAY(&text, alert_word(w->l, WORD_RANGE), name,
	    alert_instant(from, w->wall, &w->t->arena), alert_instant(to, w->wall, &w->t->arena));
	return kept(w->t, &text, ALERT_LINE_MAX);
}

/* The path of what is behind the alert; else that of the alert. */
static const char *
path_of(const struct writer *w, const char *alert)
{
	const char *explain = json_string_value(json_object_get(w->t->data, "explain"));
	struct buf path = BUF_INIT(ROOM);

	if (explain != NULL && *explain == '/')
		return alert_clean(explain, SIZE_MAX, &w->t->arena);
	if (alert == NULL)
		return NULL;
	buf_putf(&path, "/v1/alerts/%s", alert);
	return kept(w->t, &path, ALERT_LINE_MAX);
}

static const char *
details_of(const struct writer *w, const char *alert)
{
	const char *path = path_of(w, alert);
	size_t size;
	char *link;

	if (path == NULL || w->to->base_url == NULL)
		return path;
	size = strlen(w->to->base_url) + strlen(path) + 1;
	link = arena_alloc(&w->t->arena, size, 1);
	snprintf(link, size, "%s%s", w->to->base_url, path);
	w->t->link = link;
	return link;
}

static const char *
state_of(const struct writer *w)
{
	struct buf text = BUF_INIT(ROOM);

	ALERT_SAY(&text, alert_moved(w->l, w->t->moved), level_of(w));
	return kept(w->t, &text, ALERT_LINE_MAX);
}

static void
alert_lines(const struct writer *w)
{
	struct alert_text *t = w->t;
	const char *alert = alert_text_member(t, "alert"), *since = alert_text_member(t, "since"),
		   *reason = alert_text_member(t, "reason"),
		   *indicator = alert_text_member(t, "indicator");

	line(w, WORD_ALERT, alert);
	line(w, WORD_STATE, state_of(w));
	line(w, WORD_RULE, alert_text_member(t, "rule"));
	if (indicator != NULL)
		line(w, WORD_INDICATOR, alert_indicator(w->l, indicator));
	t->value = value_of(w);
	t->threshold = threshold_of(w);
	t->scope = scope_of(w);
	line(w, WORD_VALUE, t->value);
	line(w, WORD_THRESHOLD, t->threshold);
	line(w, WORD_SCOPE, scope_named(w));
	abouts(w);
	line(w, WORD_WINDOW, window_of(w));
	if (since != NULL)
		line(w, WORD_SINCE, alert_instant(since, w->wall, &t->arena));
	if (reason != NULL)
		line(w, WORD_REASON, alert_reason(w->l, reason, &t->arena));
	line(w, WORD_DETAILS, details_of(w, alert));
	line(w, WORD_MESSAGE, value_text(t, json_object_get(t->event, "id")));
}

/* A message that is of no alert: all that its data has, member by member. */
static void
other_lines(const struct writer *w)
{
	static const char *const tests[] = {"this is a test message", "这是一条测试消息"},
				 *const pasts[] = {
				     "alerts of what is past were not sent one by one",
				     "历史事件的告警未逐条发送"};
	struct alert_text *t = w->t;
	const char *what = "", *name;
	struct buf text = BUF_INIT(ROOM);
	json_t *value;

	if (t->moved == MOVED_TEST)
		what = tests[w->l];
	else if (t->moved == MOVED_BACKFILL)
		what = pasts[w->l];
	ALERT_SAY(&text, alert_word(w->l, WORD_HEAD), alert_prefix(w->l, t->moved), "slad", what);
	t->subject = kept(t, &text, ALERT_SUBJECT_MAX);
	json_object_foreach((json_t *)(uintptr_t)t->data, name, value)
	{
		if (json_is_string(value))
			line_put(t, alert_clean(name, ALERT_LINE_MAX, &t->arena),
			    alert_instant(value_text(t, value), w->wall, &t->arena));
		else
			line_put(
			    t, alert_clean(name, ALERT_LINE_MAX, &t->arena), value_text(t, value));
	}
	line(w, WORD_MESSAGE, value_text(t, json_object_get(t->event, "id")));
}

int
alert_text(struct alert_text *t, const char *event, const struct receiver *to, struct err *err)
{
	struct writer w = {.t = t, .to = to, .l = to->language};
	const char *type;

	*t = (struct alert_text){.event = json_loads(event, JSON_ALLOW_NUL, NULL)};
	if (!json_is_object(t->event)) {
		alert_text_free(t);
		return err_set(err, "the stored message is no JSON object");
	}
	t->data = json_object_get(t->event, "data");
	if (t->data == NULL)
		t->data = json_null();
	type = json_string_value(json_object_get(t->event, "type"));
	while (t->moved < MOVED_OTHER && (type == NULL || strcmp(types[t->moved], type) != 0))
		t->moved++;
	w.wall = alert_text_inner(t, "window", "to");
	if (t->moved <= MOVED_ESCALATED) {
		alert_subject(&w);
		alert_lines(&w);
	} else {
		other_lines(&w);
	}
	return 0;
}

void
alert_text_free(struct alert_text *t)
{
	json_decref(t->event);
	arena_free(&t->arena);
	*t = (struct alert_text){.lines = 0};
}

int
alert_text_several(struct alert_text *t, const char *const *events, size_t count,
    const struct receiver *to, struct err *err)
{
	struct buf text = BUF_INIT(ROOM);
	struct alert_text one;
	char number[32];

	if (count == 1)
		return alert_text(t, events[0], to, err);
	*t = (struct alert_text){.moved = MOVED_OTHER, .data = json_null()};
	for (size_t i = 0; i < count && t->lines < ALERT_LINES; i++) {
		if (alert_text(&one, events[i], to, err) != 0) {
			alert_text_free(t);
			return -1;
		}
		line_put(t, NULL, arena_strdup(&t->arena, one.subject));
		alert_text_free(&one);
	}
	if (count > ALERT_LINES)
		t->line[ALERT_LINES - 1].value = "…";
	snprintf(number, sizeof(number), "%zu", count);
	ALERT_SAY(&text, alert_word(to->language, WORD_SEVERAL), number);
	t->subject = kept(t, &text, ALERT_SUBJECT_MAX);
	return 0;
}

void
alert_text_plain(const struct alert_text *t, enum language l, struct buf *out)
{
	for (size_t i = 0; i < t->lines; i++) {
		if (t->line[i].label != NULL)
			buf_putf(out, "%s%s", t->line[i].label, l == LANGUAGE_ZH ? ":" : ": ");
		buf_putf(out, "%s\n", t->line[i].value);
	}
}
