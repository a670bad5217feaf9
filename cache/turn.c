#include <stdlib.h>

#include "reconciler/base/err.h"

#include "cache/turn.h"

int store_turn_begin(struct store *store, const struct settings *settings,
    int64_t now_ms, struct random *random, struct store_turn **out,
    struct err_text *err)
{
	struct store_turn *turn = calloc(1, sizeof(*turn));
	int rc;

	*out = NULL;
	if (turn == NULL)
		return err_set(err, ERR_FAIL, "store: out of memory");
	rc = lmdb_begin(store->db, true, &turn->txn, err);
	if (rc != 0) {
		free(turn);
		return rc;
	}
	turn->store = store;
	turn->settings = settings;
	turn->now_ms = now_ms;
	turn->random = random;
	arena_init(&turn->arena, TURN_ARENA_MAX);
	*out = turn;
	return 0;
}

static void end(struct store_turn *turn)
{
	arena_fini(&turn->arena);
	free(turn);
}

int store_turn_commit(struct store_turn *turn, struct err_text *err)
{
	int rc;

	/* What did not fit may be missing from what was written. */
	if (arena_failed(&turn->arena))
		lmdb_fail(turn->txn, ERR_FULL, "a turn is too large");
	rc = lmdb_commit(turn->txn, err);
	end(turn);
	return rc;
}

void store_turn_abort(struct store_turn *turn)
{
	if (turn == NULL)
		return;
	lmdb_abort(turn->txn);
	end(turn);
}

bool store_turn_is_idle(const struct store_turn *turn)
{
	return !lmdb_is_dirty(turn->txn) && lmdb_error(turn->txn) == 0;
}

/*
 * Somebody may make the store over while it is open: then each commit is a new
 * snapshot, and the first look at one finds out.
 */
static int check_snapshot(struct store_view *view, struct err_text *err)
{
	uint64_t snapshot = lmdb_snapshot(view->txn);
	int rc;

	if (view->store->checked == snapshot)
		return 0;
	rc = store_check_format(view->txn, err);
	if (rc == 0)
		view->store->checked = snapshot;
	return rc;
}

int store_view_open(
    struct store *store, struct store_view **out, struct err_text *err)
{
	struct store_view *view = calloc(1, sizeof(*view));
	int rc;

	*out = NULL;
	if (view == NULL)
		return err_set(err, ERR_FAIL, "store: out of memory");
	rc = lmdb_begin(store->db, false, &view->txn, err);
	if (rc != 0) {
		free(view);
		return rc;
	}
	view->store = store;
	rc = check_snapshot(view, err);
	if (rc != 0) {
		store_view_close(view);
		return rc;
	}
	*out = view;
	return 0;
}

void store_view_rest(struct store_view *view)
{
	lmdb_rest(view->txn);
}

int store_view_renew(struct store_view *view, struct err_text *err)
{
	int rc = lmdb_renew(view->txn, err);

	return rc != 0 ? rc : check_snapshot(view, err);
}

void store_view_close(struct store_view *view)
{
	if (view == NULL)
		return;
	lmdb_abort(view->txn);
	free(view);
}
