#include "base/stamp.h"
#include "watch_inside.h"

int
watch_quiet(struct watch *w, const struct rule *rule, struct err *err)
{
	struct stored_alert fresh = watch_fresh(rule);
	int64_t heard, quiet = STAMP_NEVER;
	char text[STAMP_TEXT];
	int found = store_heard(w->store, rule->source, &heard, err);

	if (found <= 0)
		return found;
	fresh.subject = rule->source;
	if (heard <= w->now)
		quiet = calendar_after(rule->calendar, heard, rule->after);
	watch_at(w, quiet);
	return watch_leveled(w, rule, &fresh,
	    json_pack("{ss ss}", "source", rule->source, "last", stamp_format(heard, text)), true,
	    quiet <= w->now ? rule->level : LEVEL_NONE, err);
}
