#include "codec/backfill_event.h"

#include <jansson.h>

#include "codec/alert_event.h"
#include "codec/json_text.h"

static json_t *
stamp_json(int64_t t)
{
	char text[STAMP_TEXT];

	return json_string(stamp_format(t, text));
}

int
backfill_event_text(const char *id, int64_t time, const struct backfill_rule *rules, size_t count,
    struct buf *out, struct err *err)
{
	int64_t sum = 0, earliest = rules[0].earliest, latest = rules[0].latest;
	json_t *list = json_array(), *event;
	int rc;

	for (size_t i = 0; i < count; i++) {
		json_array_append_new(list,
		    json_pack(
			"{sssI}", "rule", rules[i].rule, "count", (json_int_t)rules[i].count));
		sum += rules[i].count;
		earliest = rules[i].earliest < earliest ? rules[i].earliest : earliest;
		latest = rules[i].latest > latest ? rules[i].latest : latest;
	}
	event = json_pack("{ss ss ss ss so ss s{so sI so so}}", "specversion", "1.0", "id", id,
	    "source", ALERT_EVENT_SOURCE, "type", "slad.backfill", "time", stamp_json(time),
	    "datacontenttype", "application/json", "data", "rules", list, "count", (json_int_t)sum,
	    "earliest", stamp_json(earliest), "latest", stamp_json(latest));
	rc = event == NULL ? -1 : json_text(event, out, false);
	json_decref(event);
	return rc == 0 ? 0 : err_set(err, "the summary of what is past cannot be written");
}
