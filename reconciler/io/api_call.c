#include "reconciler/base/err.h"

#include "reconciler/io/api_call.h"

void api_call_fail(const struct api_call *call, int rc)
{
	if (rc == ERR_FULL)
		api_reply_problem(&call->asker, 500, "the answer is too large");
	else if (rc == ERR_ABSENT)
		api_reply_problem(&call->asker, 503,
		    "the store is not there yet: nothing was received so far");
	else
		api_reply_problem(
		    &call->asker, 503, "the store cannot be read now");
}

void api_call_json(const struct api_call *call, int64_t max_age_s)
{
	const struct api_body body = {
	    .text = call->out,
	    .kind = API_BODY_JSON,
	    .max_age_s = max_age_s,
	    .if_none_match = call->if_none_match,
	};

	api_reply_body(&call->asker, &body);
}

void api_call_wrong(const struct api_call *call, const char *detail)
{
	api_reply_problem(&call->asker, 400, detail);
}
