#include "api.h"
#include "openapi.h"

void
api_healthz(void *context, const struct request *r, struct answer *a)
{
	(void)context, (void)r;
	answer_json(a, 200, json_pack("{ss}", "status", "alive"));
}

void
api_readyz(void *context, const struct request *r, struct answer *a)
{
	struct api *api = context;
	int64_t seq;
	struct err err;

	(void)r;
	if (keeper_lost(api->keeper) || keeper_counts(api->keeper).broken)
		answer_problem(
		    a, 503, "the last attempt to store failed; the log of slad says why");
	else if (keeper_still(api->keeper) >= KEEPER_STALL)
		answer_problem(a, 503, "the disk does not answer");
	else if (store_last(api->reader, &seq, &err) != 0)
		answer_problem(a, 503, "%s", err.msg);
	else
		answer_json(
		    a, 200, json_pack("{sssI}", "status", "ready", "records", (json_int_t)seq));
}

void
api_openapi(void *context, const struct request *r, struct answer *a)
{
	(void)context, (void)r;
	buf_put(&a->body, openapi_text, openapi_size);
}
