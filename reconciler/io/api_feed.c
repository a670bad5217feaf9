/* The feed of changes, page by page, or as soon as there is one. */
#include <inttypes.h>

#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"

#include "reconciler/io/wire.h"

#include "reconciler/io/api_call.h"

static void give(struct api_call *call, const struct change *changes, size_t n,
    uint64_t next)
{
	struct buf *out = call->out;

	buf_adds(out, "{\"changes\":[");
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, i == 0 ? "" : ",\n");
		wire_change(call->settings, &changes[i], out);
	}
	buf_addf(out, "],\"next_since\":%" PRIu64 "}\n", next);
	api_call_json(call, -1);
}

void api_feed_answer(struct api_call *call)
{
	const struct api_query *query = &call->query;
	const struct change *changes = NULL;
	uint64_t since = (uint64_t)query->since;
	uint64_t first;
	size_t n = 0;
	int rc = store_view_changes_from(call->view, &first, NULL);

	/* A feed does not keep everything for ever: a gap is never passed
	 * over. Who has not been there yet misses nothing. */
	if (rc == 0 && query->has_since && since + 1 < first) {
		api_reply_gone(&call->asker,
		    "changes after this one are no longer kept: ask for each "
		    "account anew, then go on from the first that is",
		    first);
		return;
	}
	if (rc == 0 && !query->has_since && since + 1 < first)
		since = first - 1;
	if (rc == 0)
		rc = store_view_changes(call->view, since, (size_t)query->limit,
		    call->arena, &changes, &n, NULL);
	if (rc != 0)
		api_call_fail(call, rc);
	else if (n == 0 && call->may_wait && query->wait_s > 0)
		call->waits = true;
	else
		give(call, changes, n, n > 0 ? changes[n - 1].seq : since);
}
