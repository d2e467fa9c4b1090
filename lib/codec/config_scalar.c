#include "codec/config_yaml.h"

#include <ctype.h>
#include <string.h>

#include "base/stamp.h"
#include "codec/config.h"
#include "domain/window.h"

#define WHOLE_MAX INT64_C(1000000000000)

/* Whether a message or a log line can carry it. */
static bool
is_printable(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return true;
}

const char *
conf_scalar(struct conf *c, const struct conf_key *k, const yaml_node_t *n, const char *what)
{
	const char *text;
	size_t len;

	if (n->type != YAML_SCALAR_NODE) {
		conf_wrong(c, k, n, what);
		return NULL;
	}
	text = (const char *)n->data.scalar.value;
	len = n->data.scalar.length;
	if (len > CONF_TEXT_MAX) {
		conf_mistake(
		    c, n, "'%s' is %zu bytes long; %d are allowed", k->name, len, CONF_TEXT_MAX);
		return NULL;
	}
	if (!is_printable(text, len)) {
		conf_mistake(
		    c, n, "'%s' has a line break or control character; it is one line", k->name);
		return NULL;
	}
	return arena_strndup(c->arena, text, len);
}

void
conf_any_text(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *text = conf_scalar(c, k, n, "is one text");

	if (text != NULL)
		conf_put(into, k->at, &text, sizeof(text));
}

void
conf_text(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *text = conf_scalar(c, k, n, "is one text");

	if (text == NULL)
		return;
	if (*text == '\0')
		conf_mistake(c, n, "'%s' is empty; give it a value", k->name);
	else
		conf_put(into, k->at, &text, sizeof(text));
}

struct words {
	struct conf_word *items;
	size_t count;
};

static void
words_add(struct conf *c, const struct conf_key *k, struct words *w, struct conf_word word)
{
	for (size_t i = 0; i < w->count; i++) {
		if (strcmp(w->items[i].text, word.text) == 0) {
			conf_mistake(
			    c, word.at, "'%s' has '%s' twice; once will do", k->name, word.text);
			return;
		}
	}
	w->items[w->count++] = word;
}

/* "mon, wed": blanks around a word are none of it. */
static void
words_cut(struct conf *c, const struct conf_key *k, struct words *w, const char *text,
    const yaml_node_t *at)
{
	const char *end;
	size_t len;

	w->items = arena_alloc(c->arena, strlen(text) + 1, sizeof(*w->items));
	for (;; text = end + 1) {
		text += strspn(text, " ");
		end = strchrnul(text, ',');
		for (len = (size_t)(end - text); len > 0 && text[len - 1] == ' ';)
			len--;
		if (len == 0)
			conf_mistake(c, at, "'%s' has an empty entry", k->name);
		else
			words_add(
			    c, k, w, (struct conf_word){arena_strndup(c->arena, text, len), at});
		if (*end == '\0')
			return;
	}
}

static void
words_list(struct conf *c, const struct conf_key *k, struct words *w, const yaml_node_t *n,
    const char *what)
{
	size_t count = (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	struct conf_word word;

	if (count > CONF_ITEMS_MAX) {
		conf_mistake(
		    c, n, "'%s' has %zu entries; %d are allowed", k->name, count, CONF_ITEMS_MAX);
		return;
	}
	w->items = arena_alloc(c->arena, count, sizeof(*w->items));
	for (size_t i = 0; i < count; i++) {
		word.at = yaml_document_get_node(&c->document, n->data.sequence.items.start[i]);
		word.text = conf_scalar(c, k, word.at, what);
		if (word.text != NULL && *word.text == '\0')
			conf_mistake(c, word.at, "'%s' has an empty entry", k->name);
		else if (word.text != NULL)
			words_add(c, k, w, word);
	}
}

size_t
conf_words(struct conf *c, const struct conf_key *k, const yaml_node_t *n, const char *what,
    struct conf_word **words)
{
	struct words w = {0};
	const char *text;

	if (n->type == YAML_SEQUENCE_NODE)
		words_list(c, k, &w, n, what);
	else if ((text = conf_scalar(c, k, n, what)) != NULL)
		words_cut(c, k, &w, text, n);
	*words = w.items;
	return w.count;
}

void
conf_texts(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct conf_word *words;
	size_t count = conf_words(c, k, n, "lists names", &words);
	const char **texts = arena_alloc(c->arena, count, sizeof(*texts));

	for (size_t i = 0; i < count; i++)
		texts[i] = words[i].text;
	conf_put(into, k->at, &texts, sizeof(texts));
	conf_put(into, k->count, &count, sizeof(count));
}

void
conf_whole(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a whole number from 0 to 1000000000000", *text;
	struct decimal d;

	text = conf_scalar(c, k, n, what);
	if (text == NULL)
		return;
	if (conf_decimal(text, WHOLE_MAX, 0, &d) != 0)
		conf_wrong(c, k, n, what);
	else
		conf_put(into, k->at, &d.units, sizeof(d.units));
}

int
conf_decimal(const char *text, int64_t most, int digits, struct decimal *d)
{
	size_t whole = strspn(text, "0123456789"), part = 0;
	struct decimal r = {0, 1};

	if (text[whole] == '.')
		part = strspn(text + whole + 1, "0123456789");
	if (whole + part == 0 || whole + part > 18 || part > (size_t)digits ||
	    (text[whole] == '.') != (part > 0) || text[whole + part + (text[whole] == '.')] != '\0')
		return -1;
	for (const char *s = text; *s != '\0'; s++)
		if (isdigit((unsigned char)*s))
			r.units = 10 * r.units + (*s - '0');
	for (; part > 0; part--)
		r.scale *= 10;
	if (r.units > most * r.scale)
		return -1;
	while (r.scale > 1 && r.units % 10 == 0) {
		r.units /= 10;
		r.scale /= 10;
	}
	*d = r;
	return 0;
}

int
conf_compare(struct decimal a, struct decimal b)
{
	int64_t x = a.units * b.scale, y = b.units * a.scale;

	return (x > y) - (x < y);
}

void
conf_ratio(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a decimal from 0 to 1 with up to 9 digits behind the point, "
			   "such as 0.95",
		   *text;
	struct decimal d;

	text = conf_scalar(c, k, n, what);
	if (text == NULL)
		return;
	if (conf_decimal(text, 1, 9, &d) != 0)
		conf_wrong(c, k, n, what);
	else
		conf_put(into, k->at, &d, sizeof(d));
}

void
conf_weight(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a weight from 0 to 1000000 with up to 3 digits behind the point, "
			   "such as 2 or 0.5",
		   *text;
	struct decimal d;
	int64_t weight;

	text = conf_scalar(c, k, n, what);
	if (text == NULL)
		return;
	if (conf_decimal(text, WEIGHT_MAX / WEIGHT_ONE, 3, &d) != 0) {
		conf_wrong(c, k, n, what);
		return;
	}
	weight = d.units * (WEIGHT_ONE / d.scale);
	conf_put(into, k->at, &weight, sizeof(weight));
}

void
conf_duration(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a duration such as 30m, 8h30m, 7d", *text;
	int64_t ms;

	text = conf_scalar(c, k, n, what);
	if (text == NULL)
		return;
	if (duration_parse(text, &ms, NULL) != 0)
		conf_wrong(c, k, n, what);
	else
		conf_put(into, k->at, &ms, sizeof(ms));
}

void
conf_date(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *what = "is a date such as 2026-01-31", *text;
	int64_t day;

	text = conf_scalar(c, k, n, what);
	if (text == NULL)
		return;
	if (civil_parse(text, &day) != 0)
		conf_wrong(c, k, n, what);
	else
		conf_put(into, k->at, &day, sizeof(day));
}

void
conf_choice(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	struct buf what = BUF_INIT(256);
	const char *text;
	int i;

	buf_puts(&what, "is one of ");
	for (i = 0; k->words[i] != NULL; i++)
		buf_putf(&what, "%s%s", i == 0 ? "" : ", ", k->words[i]);
	text = conf_scalar(c, k, n, buf_text(&what));
	if (text != NULL) {
		for (i = 0; k->words[i] != NULL && strcmp(k->words[i], text) != 0;)
			i++;
		if (k->words[i] == NULL)
			conf_wrong(c, k, n, buf_text(&what));
		else
			conf_put(into, k->at, &i, sizeof(i));
	}
	buf_free(&what);
}

const char *
conf_resolve(struct conf *c, const char *path)
{
	const char *slash = strrchr(c->file, '/');
	size_t dir = slash == NULL ? 0 : (size_t)(slash - c->file) + 1;
	char *whole;

	if (*path == '/')
		return path;
	if (dir == 0)
		return arena_strdup(c->arena, path);
	whole = arena_alloc(c->arena, dir + strlen(path) + 1, 1);
	memcpy(whole, c->file, dir);
	memcpy(whole + dir, path, strlen(path));
	return whole;
}

void
conf_path(struct conf *c, const struct conf_key *k, const yaml_node_t *n, void *into)
{
	const char *path = NULL;

	conf_text(c, &(struct conf_key){.name = k->name}, n, &path);
	if (path == NULL)
		return;
	path = conf_resolve(c, path);
	conf_put(into, k->at, &path, sizeof(path));
}
