#include "outbox.h"

#include "store/store_delivery.h"

bool
outbox_due(int64_t next, int64_t now)
{
	return now >= next || next - now > OUTBOX_PAUSE;
}

int
outbox_prune(struct store *s, int64_t now, int64_t *next, struct err *err)
{
	int delivered = store_delivery_prune(
	    s, OUTBOX_DELIVERED, now - OUTBOX_DELIVERED_KEPT, now, OUTBOX_PAGE, err);
	int failed = delivered < 0 ? -1
				   : store_delivery_prune(s, OUTBOX_FAILED,
					 now - OUTBOX_FAILED_KEPT, now, OUTBOX_PAGE, err);

	if (failed < 0)
		return -1;
	*next = delivered == OUTBOX_PAGE || failed == OUTBOX_PAGE ? now : now + OUTBOX_PAUSE;
	return 0;
}
