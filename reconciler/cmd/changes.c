/* changes: the feed of entitlement edges, JSON lines. */
#include <poll.h>
#include <stdio.h>

#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/print.h"
#include "reconciler/io/wire.h"

#include "reconciler/cmd/cmd.h"

enum { BATCH = 1000, FOLLOW_MS = 200, BATCH_ARENA_MAX = 64 * 1024 * 1024 };

/* Where a reader is in the feed. */
struct place {
	int64_t since; /* the last seq that it has */
	bool known;    /* it has been there: what is missing then is told */
};

static int print_batch(struct cmd_session *s, const struct change *changes,
    size_t n, struct place *place)
{
	struct buf line;

	buf_init(&line, SIZE_MAX);
	for (size_t i = 0; i < n; i++) {
		wire_change(s->settings, &changes[i], &line);
		if (print_line(&line) != 0)
			return -1;
		place->since = (int64_t)changes[i].seq;
		place->known = true;
	}
	return fflush(stdout) == 0 ? 0 : -1;
}

/* A feed does not keep everything for ever: a gap is never passed over. */
static int check_gap(struct cmd_session *s, struct store_view *view,
    const struct place *place, struct err_text *err)
{
	uint64_t first;
	int rc = store_view_changes_from(view, &first, err);

	if (rc != 0 || !place->known || (uint64_t)place->since + 1 >= first)
		return rc;
	return err_set(err, ERR_ABSENT,
	    "changes %lld to %llu are no longer kept (keep_changes in %s); "
	    "ask for each account anew, then go on with --since %llu",
	    (long long)place->since + 1, (unsigned long long)first - 1,
	    s->settings->file, (unsigned long long)first - 1);
}

static int read_batch(struct cmd_session *s, const struct place *place,
    struct arena *arena, const struct change **out, size_t *n,
    struct err_text *err)
{
	struct store_view *view = NULL;
	int rc = store_view_open(s->store, &view, err);

	*n = 0;
	if (rc == 0)
		rc = check_gap(s, view, place, err);
	if (rc == 0)
		rc = store_view_changes(
		    view, (uint64_t)place->since, BATCH, arena, out, n, err);
	store_view_close(view);
	return rc;
}

/* All that there is after the place, each batch from its own snapshot. */
static int print_rest(
    struct cmd_context *context, struct cmd_session *s, struct place *place)
{
	const struct change *changes;
	struct err_text err;
	struct arena arena;
	size_t n = 1;
	int rc = 0;

	arena_init(&arena, BATCH_ARENA_MAX);
	while (rc == 0 && n > 0) {
		arena_reset(&arena);
		rc = read_batch(s, place, &arena, &changes, &n, &err);
		if (rc != 0)
			cmd_fail(context, &err);
		else if (print_batch(s, changes, n, place) != 0)
			rc = cmd_say_fail(
			    context, "the answer could not be written");
	}
	arena_fini(&arena);
	return rc == 0 ? CMD_OK : CMD_ERROR;
}

static int follow(
    struct cmd_context *context, struct cmd_session *s, struct place *place)
{
	struct err_text err;
	int status = CMD_OK;

	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	while (status == CMD_OK && !stop_requested()) {
		struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};

		status = print_rest(context, s, place);
		poll(&stop, 1, FOLLOW_MS);
	}
	return status;
}

int cmd_changes(struct cmd_context *context)
{
	struct place place = {.since = 0};
	bool stay = false;
	bool json = false; /* it always is */
	const struct cmd_option options[] = {
	    {"since", CMD_NUMBER, &place.since, &place.known},
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
		status = stay ? follow(context, &session, &place)
			      : print_rest(context, &session, &place);
	}
	cmd_close(&session);
	return status;
}
