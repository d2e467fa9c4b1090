#include "base/stamp.h"
#include "watch_inside.h"

#define REMEMBERED (7 * STAMP_DAY) /* a message that failed longer ago is past */

/* Whether something that the receiver was to hear before its alert began still waits: one that
 * failed, sent once more, has not arrived yet. */
static int
awaits(struct watch *w, const struct stored_alert *fresh, bool *waits, struct err *err)
{
	const struct stored_alert *live = watch_live(w, fresh);
	int64_t created;
	int found = live == NULL ? 0 : store_outbox_oldest(w->store, live->subject, &created, err);

	*waits = found > 0 && created <= live->since;
	return found < 0 ? -1 : 0;
}

static int
receiver_watch(struct watch *w, const struct rule *rule, const char *receiver, struct err *err)
{
	struct stored_alert fresh = watch_fresh(rule);
	int64_t failed, last;
	bool waits;

	fresh.subject = receiver;
	if (store_outbox_failed(w->store, receiver, w->now - REMEMBERED, &failed, &last, err) !=
		0 ||
	    awaits(w, &fresh, &waits, err) != 0)
		return -1;
	if (failed > 0)
		watch_at(w, last + REMEMBERED);
	return watch_leveled(w, rule, &fresh,
	    json_pack("{ss sI}", "receiver", receiver, "failed", (json_int_t)failed),
	    failed > 0 || !waits, failed > 0 ? rule->level : LEVEL_NONE, err);
}

int
watch_delivery(struct watch *w, const struct rule *rule, struct err *err)
{
	for (size_t i = 0; i < w->config->receivers; i++) {
		if (receiver_watch(w, rule, w->config->receiver[i].name, err) != 0)
			return -1;
	}
	return 0;
}
