#include <stdlib.h>

#include "watch_inside.h"

int
watch_leveled(struct watch *w, const struct rule *rule, struct stored_alert *fresh, json_t *about,
    bool data, enum level held, struct err *err)
{
	const struct alert_reading reading = {.data = data, .leveled = true, .held = held};
	char *text = json_dumps(about, JSON_COMPACT);

	fresh->about = text == NULL ? NULL : arena_strdup(&w->arena, text);
	free(text);
	json_decref(about);
	return watch_reading(w, rule, fresh, &reading, "cleared", err);
}
