#include <stdio.h>
#include <string.h>

#include "api.h"
#include "base/stamp.h"
#include "watch.h"

/* The parts of all parameters of a name, split at commas, in the arena. */
static struct scores_filter
list_read(const struct request *r, const char *name, struct arena *arena)
{
	struct scores_filter f = {0};
	const char **values;
	size_t room = 0;
	char *part;

	for (size_t i = 0; i < r->params; i++) {
		if (strcmp(r->param[i].name, name) == 0)
			room += strlen(r->param[i].value) + 1;
	}
	values = arena_alloc(arena, room, sizeof(*values));
	for (size_t i = 0; i < r->params; i++) {
		if (strcmp(r->param[i].name, name) != 0)
			continue;
		part = arena_strdup(arena, r->param[i].value);
		while (part != NULL)
			values[f.count++] = strsep(&part, ",");
	}
	f.values = values;
	return f;
}

static int
agreement_unknown(struct api *api, const char *id, struct err *err)
{
	struct buf ids = BUF_INIT(300);
	int rc;

	for (size_t i = 0; i < api->config->agreements.count; i++)
		buf_putf(&ids, "%s%s", i > 0 ? ", " : "", api->config->agreements.items[i].id);
	rc = err_set(err, "agreement=%.100s is none of the configuration; it has: %s%s", id,
	    buf_text(&ids), buf_ok(&ids) ? "" : ", and more");
	buf_free(&ids);
	return rc;
}

static int
profile_read(struct api *api, const struct request *r, struct question *q, struct err *err)
{
	const struct config *c = api->config;
	const char *name = request_param(r, "profile");
	struct buf names = BUF_INIT(300);
	int rc = 0;

	q->profile =
	    name == NULL ? &c->profile[c->usual] : profile_find(c->profile, c->profiles, name);
	if (q->profile == NULL) {
		for (size_t i = 0; i < c->profiles; i++)
			buf_putf(&names, "%s%s", i > 0 ? ", " : "", c->profile[i].name);
		rc = err_set(err, "profile=%.100s is none of the configuration; it has: %s", name,
		    buf_text(&names));
	}
	buf_free(&names);
	return rc;
}

static int
filters_read(struct api *api, const struct request *r, struct arena *arena, struct question *q,
    struct err *err)
{
	const struct scores_filter *f = &q->query.filter[DIM_AGREEMENT];

	for (int d = 0; d < DIMENSIONS; d++)
		q->query.filter[d] = list_read(r, dimension_names[d], arena);
	for (size_t i = 0; i < f->count; i++) {
		if (agreement_find(&api->config->agreements, f->values[i]) == NULL)
			return agreement_unknown(api, f->values[i], err);
	}
	return 0;
}

static int
bys_read(const struct request *r, struct arena *arena, struct scores_query *q, struct err *err)
{
	struct scores_filter names = list_read(r, "by", arena);
	int d;

	for (size_t i = 0; i < names.count; i++) {
		d = dimension_find(names.values[i]);
		if (d < 0)
			return err_set(err,
			    "by=%.40s: agreement, service, priority and team are the dimensions",
			    names.values[i]);
		for (size_t b = 0; b < q->bys; b++) {
			if (q->by[b] == (enum dimension)d)
				return err_set(err, "by: %s is named twice", names.values[i]);
		}
		q->by[q->bys++] = (enum dimension)d;
	}
	return 0;
}

static int
indicators_read(
    const struct request *r, struct arena *arena, struct scores_query *q, struct err *err)
{
	struct scores_filter names = list_read(r, "indicator", arena);
	int i;

	for (size_t n = 0; n < names.count; n++) {
		i = indicator_find(names.values[n]);
		if (i < 0)
			return err_set(err,
			    "indicator=%.60s: there is none of that id; GET /v1/indicators lists "
			    "them",
			    names.values[n]);
		q->wanted[i] = true;
	}
	for (i = 0; i < INDICATORS && names.count == 0; i++)
		q->wanted[i] = true;
	return 0;
}

static int
cohort_read(const struct request *r, struct scores_query *q, struct err *err)
{
	const char *text = request_param(r, "cohort");

	q->cohort = COHORT_OPENED;
	for (int c = 0; text != NULL; c++) {
		if (cohort_names[c] == NULL)
			return err_set(err, "cohort=%.40s: opened or settled is wanted", text);
		if (strcmp(cohort_names[c], text) == 0) {
			q->cohort = (enum cohort)c;
			break;
		}
	}
	return 0;
}

const char *
offset_mended(const char *time, struct arena *arena)
{
	char *copy = arena_strdup(arena, time);
	size_t len = strlen(copy);

	if (len > 6 && copy[len - 6] == ' ')
		copy[len - 6] = '+';
	return copy;
}

static int
window_read(struct api *api, const struct request *r, struct arena *arena, struct question *q,
    struct err *err)
{
	const char *name = request_param(r, "window"), *from = request_param(r, "from"),
		   *to = request_param(r, "to");
	const struct zone *zone =
	    watch_zone(api->config, scores_only(&q->query, DIM_AGREEMENT), q->as_of);

	if ((from == NULL) != (to == NULL))
		return err_set(err, "from and to go together");
	if (from != NULL && name != NULL)
		return err_set(err, "window=%.40s: either a window or from and to is wanted", name);
	if (from != NULL)
		return window_between(offset_mended(from, arena), offset_mended(to, arena), zone,
		    &q->query.window, err);
	return window_named(
	    name == NULL ? "this-month" : name, zone, q->as_of, &q->query.window, err);
}

static int
step_read(const struct request *r, struct question *q, struct err *err)
{
	const char *text = request_param(r, "step");

	q->step = STEP_DAY;
	for (int i = 0; text != NULL; i++) {
		if (step_names[i] == NULL)
			return err_set(err, "step=%.40s: hour, day, week or month is wanted", text);
		if (strcmp(step_names[i], text) == 0) {
			q->step = (enum step)i;
			break;
		}
	}
	return 0;
}

static int
format_read(const struct request *r, struct question *q, struct err *err)
{
	const char *text = request_param(r, "format"), *lang = request_param(r, "lang");

	q->zh = lang != NULL && strcmp(lang, "zh") == 0;
	if (lang != NULL && !q->zh && strcmp(lang, "en") != 0)
		return err_set(err, "lang=%.40s: en or zh is wanted", lang);
	q->csv = text != NULL && strcmp(text, "csv") == 0;
	if (text != NULL && !q->csv && strcmp(text, "json") != 0)
		return err_set(err, "format=%.40s: json or csv is wanted", text);
	return 0;
}

int
api_as_of(struct api *api, int64_t *t, struct err *err)
{
	int64_t due;

	*t = api->now();
	if (store_next_due(api->reader, &due, err) != 0)
		return -1;
	if (due <= *t)
		*t = due - 1;
	return 0;
}

int
question_read(struct api *api, const struct request *r, const char *const *names,
    struct arena *arena, struct question *q, struct err *err)
{
	*q = (struct question){0};
	if (params_check(r, names, err) != 0 || api_as_of(api, &q->as_of, err) != 0 ||
	    filters_read(api, r, arena, q, err) != 0 || bys_read(r, arena, &q->query, err) != 0 ||
	    indicators_read(r, arena, &q->query, err) != 0 || cohort_read(r, &q->query, err) != 0 ||
	    profile_read(api, r, q, err) != 0 || window_read(api, r, arena, q, err) != 0)
		return -1;
	q->query.now = q->as_of;
	return step_read(r, q, err) != 0 ? -1 : format_read(r, q, err);
}
