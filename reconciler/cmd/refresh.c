/* refresh: fetch an object now, record it, then print its history. */
#include "cache/store.h"

#include "reconciler/base/stop.h"

#include "reconciler/io/barrier.h"

#include "reconciler/cmd/enqueue.h"
#include "reconciler/cmd/fresh.h"
#include "reconciler/cmd/history.h"

#include "reconciler/cmd/cmd.h"

struct refresh {
	struct wish wish;
	const char *parent; /* KIND/ID, or NULL */
	int64_t timeout_ms;
	bool json;
};

static int check(
    struct cmd_session *session, struct refresh *q, struct err_text *err)
{
	int rc = 0;

	if (q->parent != NULL)
		rc = enqueue_take_parent(
		    &session->arena, q->parent, &q->wish, err);
	return rc == 0 ? enqueue_check(session, &q->wish, err) : rc;
}

static int refresh(struct cmd_context *context, struct cmd_session *session,
    const struct fresh *fresh, struct refresh *q)
{
	const struct wish *wish = &q->wish;
	struct history_question shown = {.ref = wish->ref, .json = q->json};
	struct barrier *barrier = NULL;
	struct err_text err;
	int rc = check(session, q, &err);

	if (rc == 0)
		rc = barrier_open(session->store, session->settings,
		    q->timeout_ms, &barrier, &err);
	if (rc == 0)
		rc = barrier_want_object(barrier, &wish->ref, wish->parent.kind,
		    wish->parent.id, &err);
	if (rc != 0)
		cmd_fail(context, &err);
	else
		rc = fresh_wait(context, session, fresh, barrier);
	barrier_close(barrier);
	return rc == 0 ? history_answer(context, session, &shown) : CMD_ERROR;
}

int cmd_refresh(struct cmd_context *context)
{
	struct refresh q = {.timeout_ms = FRESH_TIMEOUT_MS};
	const struct cmd_option options[] = {
	    {"timeout", CMD_DURATION, &q.timeout_ms, NULL},
	    {"parent", CMD_TEXT, &q.parent, NULL},
	    {"json", CMD_FLAG, &q.json, NULL},
	};
	struct cmd_session session;
	struct fresh fresh;
	struct err_text err;
	int status = CMD_ERROR;

	if (!cmd_parse(context, options, 3, 3, 3))
		return CMD_ERROR;
	q.wish.ref.provider = context->args[0];
	q.wish.ref.kind = context->args[1];
	q.wish.ref.id = context->args[2];
	if (!name_ref_is_valid(&q.wish.ref))
		return cmd_say_fail(
		    context, "PROVIDER KIND ID is not of their form");
	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	if (fresh_open(context, &session, &fresh) == 0)
		status = refresh(context, &session, &fresh, &q);
	cmd_close(&session);
	return status;
}
