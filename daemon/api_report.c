#include <string.h>

#include "api.h"
#include "report_gather.h"

/* The question that a report's request asks of the scores. */
static void
question_of(const struct request *r, struct request *asked, struct arena *a)
{
	static const char *const passed[] = {"agreement", "lang", "profile"};
	const char *value;

	*asked = *r;
	asked->params = 0;
	asked->param =
	    arena_alloc(a, 1 + sizeof(passed) / sizeof(passed[0]), sizeof(*asked->param));
	asked->param[asked->params++] = (struct param){"window", r->segment[2]};
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		value = request_param(r, passed[i]);
		if (value != NULL)
			asked->param[asked->params++] = (struct param){passed[i], value};
	}
}

static int
format_read(const struct request *r, const struct report_format **format, struct err *err)
{
	const char *name = request_param(r, "format");

	*format = name == NULL ? &report_formats[0] : report_format_find(name);
	if (*format == NULL)
		return err_set(err, "format=%.40s: html, md, json or csv is wanted", name);
	return 0;
}

static int
report_read(struct api *api, const struct request *r, struct arena *arena, struct question *q,
    const struct report_format **format, struct err *err)
{
	static const char *const names[] = {"agreement", "format", "lang", "profile", NULL};
	static const char *const asked_names[] = {"window", "agreement", "lang", "profile", NULL};
	const char *agreement = request_param(r, "agreement");
	struct request asked;

	question_of(r, &asked, arena);
	if (params_check(r, names, err) != 0 || format_read(r, format, err) != 0)
		return -1;
	if (agreement == NULL || strchr(agreement, ',') != NULL)
		return err_set(err, "a report is about one agreement: agreement=ID is wanted");
	return question_read(api, &asked, asked_names, arena, q, err);
}

void
api_report(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	const struct report_format *format;
	struct service_report report;
	struct question q;
	struct err err;

	if (store_begin_read(api->reader, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (report_read(api, r, &arena, &q, &format, &err) != 0)
		answer_problem(a, 400, "%s", err.msg);
	else if (report_gather(
		     api->reader, api->config, &q.query, q.profile, &arena, &report, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else {
		format->write(&report, q.zh, &a->body);
		a->type = format->type;
	}
	store_rollback(api->reader);
	arena_free(&arena);
}
