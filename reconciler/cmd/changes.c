/* changes: the feed of entitlement edges, JSON lines. */
#include <poll.h>
#include <stdio.h>

#include "cache/store.h"

#include "reconciler/base/stop.h"

#include "reconciler/io/wire.h"

#include "reconciler/cmd/cmd.h"

enum { BATCH = 1000, FOLLOW_MS = 200, BATCH_ARENA_MAX = 64 * 1024 * 1024 };

static int print_batch(struct cmd_session *s, const struct change *changes,
    size_t n, int64_t *since)
{
	for (size_t i = 0; i < n; i++) {
		char *text = wire_change(s->settings, &changes[i]);
		int bad = text == NULL || puts(text) < 0;

		wire_free(text);
		if (bad)
			return -1;
		*since = (int64_t)changes[i].seq;
	}
	return fflush(stdout) == 0 ? 0 : -1;
}

/* All that there is after *since, each batch from its own snapshot. */
static int print_rest(
    struct cmd_context *context, struct cmd_session *s, int64_t *since)
{
	const struct change *changes;
	struct err_text err;
	struct arena arena;
	size_t n = 1;
	int rc = 0;

	arena_init(&arena, BATCH_ARENA_MAX);
	while (rc == 0 && n > 0) {
		struct store_view *view = NULL;

		arena_reset(&arena);
		n = 0;
		rc = store_view_open(s->store, &view, &err);
		if (rc == 0)
			rc = store_view_changes(view, (uint64_t)*since, BATCH,
			    &arena, &changes, &n, &err);
		store_view_close(view);
		if (rc != 0)
			cmd_fail(context, &err);
		else if (print_batch(s, changes, n, since) != 0)
			rc = cmd_say_fail(
			    context, "the answer could not be written");
	}
	arena_fini(&arena);
	return rc == 0 ? CMD_OK : CMD_ERROR;
}

static int follow(
    struct cmd_context *context, struct cmd_session *s, int64_t *since)
{
	struct err_text err;
	int status = CMD_OK;

	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	while (status == CMD_OK && !stop_requested()) {
		struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};

		status = print_rest(context, s, since);
		poll(&stop, 1, FOLLOW_MS);
	}
	return status;
}

int cmd_changes(struct cmd_context *context)
{
	int64_t since = 0;
	bool stay = false;
	bool json = false; /* it always is */
	const struct cmd_option options[] = {
	    {"since", CMD_NUMBER, &since, NULL},
	    {"follow", CMD_FLAG, &stay, NULL},
	    {"json", CMD_FLAG, &json, NULL},
	};
	struct cmd_session session;
	int status = CMD_ERROR;

	if (!cmd_parse(context, options, 3, 0, 0))
		return CMD_ERROR;
	if (cmd_open_reader(context, &session) == 0) {
		/* Each batch opens a view of its own. */
		store_view_close(session.view);
		session.view = NULL;
		status = stay ? follow(context, &session, &since)
			      : print_rest(context, &session, &since);
	}
	cmd_close(&session);
	return status;
}
