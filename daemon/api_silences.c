#include <inttypes.h>
#include <string.h>

#include "api.h"
#include "silence_order.h"
#include "store/store_alert.h"

#define PAGE 100
#define PAGE_MAX 1000
#define ANY (-1)

struct wanted {
	int state;
	int64_t limit, below;
};

static int
wanted_read(const struct request *r, struct wanted *w, struct err *err)
{
	static const char *const names[] = {"state", "limit", "cursor", NULL};
	const char *state = request_param(r, "state");
	bool known = state == NULL || strcmp(state, "all") == 0;

	w->state = state == NULL ? SILENCE_ACTIVE : ANY;
	for (int s = 0; s < SILENCE_STATES && !known; s++) {
		known = strcmp(silence_state_names[s], state) == 0;
		w->state = known ? s : ANY;
	}
	if (!known)
		return err_set(err, "state=%.40s: waiting, active, ended or all is wanted", state);
	if (params_check(r, names, err) != 0 ||
	    param_number(r, "limit", 1, PAGE_MAX, PAGE, &w->limit, err) != 0)
		return -1;
	return param_number(r, "cursor", 1, INT64_MAX, INT64_MAX, &w->below, err);
}

void
api_silences(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct stored_silence *list;
	struct stored_alert *live;
	int64_t now = api->now();
	json_t *silences;
	struct wanted w;
	struct err err;
	int n, alerts;

	if (wanted_read(r, &w, &err) != 0) {
		answer_problem(a, 400, "%s", err.msg);
		return;
	}
	n = store_silences(api->reader, w.below, w.state, now, (int)w.limit, &arena, &list, &err);
	alerts = n < 0 ? -1 : store_alerts_live(api->reader, &arena, &live, &err);
	if (alerts < 0) {
		answer_problem(a, 503, "%s", err.msg);
	} else {
		silences = json_array();
		for (int i = 0; i < n; i++)
			json_array_append_new(silences, silence_json(&list[i], now, live, alerts));
		answer_json(a, 200,
		    json_pack("{soso}", "silences", silences, "next",
			n == w.limit ? json_sprintf("%" PRId64, list[n - 1].id) : json_null()));
	}
	arena_free(&arena);
}

void
api_silence(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	struct arena arena = {0};
	struct stored_silence s;
	struct stored_alert *live;
	struct err err;
	int found = silence_named(api->reader, r->segment[2], &arena, &s, &err), alerts = 0;

	if (found > 0)
		alerts = store_alerts_live(api->reader, &arena, &live, &err);
	if (found < 0 || alerts < 0)
		answer_problem(a, 503, "%s", err.msg);
	else if (found == 0)
		answer_problem(a, 404,
		    "there is no silence '%.40s'; GET /v1/silences?state=all lists them",
		    r->segment[2]);
	else
		answer_json(a, 200, silence_json(&s, api->now(), live, alerts));
	arena_free(&arena);
}
