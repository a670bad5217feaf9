/* What is on record of an object, and how that came about. */
#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"

#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"

#include "reconciler/io/api_call.h"

static struct object_ref ref_of(const struct api_call *call)
{
	return (struct object_ref){
	    call->path.provider, call->path.kind, call->path.id};
}

/* Answers when there is none, or no telling. */
static bool find(struct api_call *call, struct object *out)
{
	const struct object_ref ref = ref_of(call);
	int rc = store_view_object(call->view, &ref, call->arena, out, NULL);

	if (rc == ERR_ABSENT)
		api_reply_problem(
		    &call->asker, 404, "this object is not on record");
	else if (rc != 0)
		api_call_fail(call, rc);
	return rc == 0;
}

static void give_lines(
    struct api_call *call, const struct history_lines *found, int rc)
{
	struct buf *out = call->out;

	for (size_t i = 0; rc == 0 && i < found->n; i++) {
		buf_adds(out, i == 0 ? "[" : ",\n");
		wire_history_line(&found->lines[i], out);
	}
	buf_adds(out, found->n == 0 ? "[]\n" : "]\n");
	if (rc != 0)
		api_call_fail(call, rc);
	else
		api_call_json(call, -1);
}

void api_object_answer(struct api_call *call)
{
	struct object object;

	if (!find(call, &object))
		return;
	wire_object(&object, call->out);
	buf_adds(call->out, "\n");
	api_call_json(call, -1);
}

void api_object_history(struct api_call *call)
{
	const struct object_ref ref = ref_of(call);
	struct history_lines found = {.lines = NULL};
	struct object object;
	int rc;

	if (!find(call, &object))
		return;
	rc = query_history(call->view, &ref, call->arena, &found, NULL);
	give_lines(call, &found, rc);
}

void api_account_history(struct api_call *call)
{
	const struct account_question whose = {
	    .account = call->path.account, .now_ms = call->now_ms};
	struct history_lines found = {.lines = NULL};
	int rc = query_account_history(
	    call->view, call->settings, &whose, call->arena, &found, NULL);

	give_lines(call, &found, rc);
}
