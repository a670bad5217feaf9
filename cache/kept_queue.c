/* Deliveries for people: list, retry, drop, in the words of jobs. */
#include <stdio.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "cache/kept.h"
#include "cache/record.h"
#include "cache/turn.h"

enum { ROW_BYTES = 4 * RECORD_MAX, ID_BYTES = 24 };

/* ---- walking what a filter means -------------------------------------- */

static bool wants_target(
    const struct job_filter *filter, enum delivery_target target)
{
	return (filter->provider == NULL ||
		   strcmp(filter->provider, DELIVERY_PROVIDER) == 0) &&
	       (filter->kind == NULL ||
		   strcmp(filter->kind, delivery_target_name(target)) == 0);
}

/* The one that is meant, or the next behind it; false: no more. */
static bool next_row(struct kept_box *box, const struct job_filter *filter,
    uint64_t after, struct arena *arena, struct kept *out)
{
	struct lmdb_cursor *cursor;
	struct key part, at;
	struct span k, v;
	int64_t only = 0;
	bool found;

	if (filter->id != NULL &&
	    (text_int(filter->id, 1, INT64_MAX, &only) != 0 ||
		(uint64_t)only <= after))
		return false;
	if (only > 0)
		return kept_get(box, (uint64_t)only, arena, out) == 0;
	kept_key(&part, box->target, KEPT_CHANGE);
	kept_key(&at, box->target, KEPT_CHANGE);
	key_u64(&at, after + 1);
	cursor = lmdb_cursor_open(box->txn, TABLE_DELIVERIES);
	found = lmdb_seek(cursor, key_span(&at), &k, &v) &&
		key_has_prefix(k, &part) &&
		kept_decode(box->txn, k, v, arena, out) == 0;
	lmdb_cursor_close(cursor);
	return found;
}

static enum job_state state_of(
    const struct kept *kept, uint64_t first, int64_t now_ms)
{
	if (kept->parked)
		return JOB_PARKED;
	return kept->seq == first && kept->due_ms <= now_ms ? JOB_DUE
							    : JOB_WAITING;
}

/* In each target, by seq; stops at the first non-zero of act. */
static int walk(struct lmdb_txn *txn, const struct job_filter *filter,
    int64_t now_ms,
    int (*act)(void *cookie, struct kept_box *box, const struct kept *kept,
	uint64_t first, struct arena *arena),
    void *cookie, enum delivery_target target)
{
	struct kept_box box;
	struct arena arena;
	struct kept kept = {.seq = 0};
	bool acted = false;
	int rc = 0;

	arena_init(&arena, ROW_BYTES);
	kept_open(&box, txn, target);
	while (rc == 0 && next_row(&box, filter, kept.seq, &arena, &kept)) {
		uint64_t first = kept_first(txn, target, kept.account);

		if (filter->state < 0 || state_of(&kept, first, now_ms) ==
					     (enum job_state)filter->state) {
			rc = act(cookie, &box, &kept, first, &arena);
			acted = true;
		}
		arena_reset(&arena);
	}
	arena_fini(&arena);
	/* A person has seen to it: the other side is spoken to again. */
	if (acted && lmdb_is_dirty(txn)) {
		box.state.halted = false;
		kept_close(&box);
		kept_wake(&box);
	}
	return rc;
}

/* ---- listing ---------------------------------------------------------- */

struct listing {
	int64_t now_ms;
	int (*visit)(void *cookie, const struct job *job);
	void *cookie;
};

static int show(void *cookie, struct kept_box *box, const struct kept *kept,
    uint64_t first, struct arena *arena)
{
	const struct listing *listing = cookie;
	struct change change;
	struct job job = {
	    .ref = {DELIVERY_PROVIDER, delivery_target_name(box->target),
		arena_printf(arena, "%llu", (unsigned long long)kept->seq)},
	    .state = state_of(kept, first, listing->now_ms),
	    .due_ms = kept->seq == first && !kept->parked ? kept->due_ms : 0,
	    .attempts = kept->attempts,
	    .http_status = kept->http_status,
	    .last_error = kept->last_error,
	};

	if (record_result(box->txn, kept_change(kept, arena, &change),
		"a change does not decode") != 0)
		return ERR_BAD;
	job.cause = change.cause;
	job.first_notified_ms = job.last_notified_ms = change.recorded_at_ms;
	if (kept->seq != first && !kept->parked)
		job.last_error = arena_printf(arena,
		    "waits for change %llu of the same account",
		    (unsigned long long)first);
	if (job.ref.id == NULL)
		return ERR_FULL;
	return listing->visit(listing->cookie, &job);
}

int store_view_deliveries(struct store_view *view,
    const struct job_filter *filter, int64_t now_ms,
    int (*visit)(void *cookie, const struct job *job), void *cookie,
    struct err_text *err)
{
	struct listing listing = {now_ms, visit, cookie};
	int rc = 0;

	for (int i = 0; rc == 0 && i < DELIVERY_TARGET_COUNT; i++) {
		if (wants_target(filter, (enum delivery_target)i))
			rc = walk(view->txn, filter, now_ms, show, &listing,
			    (enum delivery_target)i);
	}
	if (lmdb_error(view->txn) != 0) {
		lmdb_error_text(view->txn, err);
		return lmdb_error(view->txn);
	}
	return rc;
}

/* ---- acting ----------------------------------------------------------- */

struct acting {
	bool dry_run;
	bool drop;
	int64_t now_ms;
	size_t n;
};

static int change_one(void *cookie, struct kept_box *box,
    const struct kept *kept, uint64_t first, struct arena *arena)
{
	struct acting *acting = cookie;
	struct kept after = *kept;

	(void)first;
	(void)arena;
	acting->n++;
	if (acting->dry_run)
		return 0;
	if (acting->drop) {
		kept_remove(box, kept);
		return 0;
	}
	after.parked = false;
	after.attempts = 0;
	after.first_tried_ms = 0;
	after.due_ms = acting->now_ms;
	kept_put(box, kept, &after);
	return 0;
}

static int change_all(struct store *store, const struct job_filter *filter,
    struct acting *acting, size_t *n, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	int rc = lmdb_begin(store->db, !acting->dry_run, &txn, err);

	*n = 0;
	if (rc != 0)
		return rc;
	for (int i = 0; i < DELIVERY_TARGET_COUNT; i++) {
		if (wants_target(filter, (enum delivery_target)i))
			(void)walk(txn, filter, acting->now_ms, change_one,
			    acting, (enum delivery_target)i);
	}
	if (lmdb_error(txn) == 0 && !lmdb_is_dirty(txn)) {
		*n = acting->n;
		lmdb_abort(txn);
		return 0;
	}
	rc = lmdb_commit(txn, err);
	if (rc == 0)
		*n = acting->n;
	return rc;
}

int store_deliveries_retry(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err)
{
	struct acting acting = {.dry_run = dry_run, .now_ms = now_ms};

	return change_all(store, filter, &acting, n, err);
}

int store_deliveries_drop(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err)
{
	struct acting acting = {
	    .dry_run = dry_run, .drop = true, .now_ms = now_ms};

	return change_all(store, filter, &acting, n, err);
}
