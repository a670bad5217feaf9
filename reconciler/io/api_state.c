/* How trueup itself is. */
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"

#include "reconciler/io/metrics.h"
#include "reconciler/io/status.h"
#include "reconciler/io/wire.h"

#include "reconciler/io/api_call.h"

void api_state_stats(struct api_call *call)
{
	struct status status;
	int rc = status_collect(call->view, call->settings, call->now_ms,
	    call->arena, &status, NULL);

	if (rc == 0)
		rc = status_collect_parked(call->view, call->settings,
		    call->now_ms, call->arena, &status, NULL);
	if (rc != 0) {
		api_call_fail(call, rc);
		return;
	}
	wire_stats(&status, call->now_ms, call->out);
	buf_adds(call->out, "\n");
	api_call_json(call, -1);
}

/* Without a store there is still something to tell. */
void api_state_metrics(struct api_call *call)
{
	const struct api_body body = {
	    .text = call->out, .kind = API_BODY_METRICS, .max_age_s = -1};
	struct status status;
	bool readable = call->view != NULL &&
			status_collect(call->view, call->settings, call->now_ms,
			    call->arena, &status, NULL) == 0;

	metrics_store(call->out, readable ? &status : NULL, call->now_ms);
	metrics_process(call->out, call->asker.counts);
	metrics_end(call->out);
	api_reply_body(&call->asker, &body);
}

void api_state_health(struct api_call *call)
{
	buf_adds(call->out, "{\"healthy\":true}\n");
	api_call_json(call, -1);
}

void api_state_ready(struct api_call *call)
{
	if (call->view == NULL) {
		api_call_fail(call, call->view_error);
		return;
	}
	buf_adds(call->out, "{\"ready\":true}\n");
	api_call_json(call, -1);
}
