#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/changes.h"
#include "cache/kept.h"
#include "cache/record.h"
#include "cache/turn.h"

#include "cache/deliveries.h"

enum { ROW_BYTES = 4 * RECORD_MAX /* of memory for one row */ };

int store_deliveries_begin(struct store *store, enum delivery_target target,
    bool from_start, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	struct kept_box box;
	int rc = lmdb_begin(store->db, true, &txn, err);

	if (rc != 0)
		return rc;
	kept_open(&box, txn, target);
	if (box.state.begun && lmdb_error(txn) == 0) {
		lmdb_abort(txn); /* which saves the commit */
		return 0;
	}
	if (!from_start)
		box.state.cursor = meta_get(txn, META_CHANGE_SEQ);
	kept_close(&box);
	return lmdb_commit(txn, err);
}

/* ---- reading ---------------------------------------------------------- */

/* The row at or behind this key of a part; false: there is none. */
static bool first_of(struct lmdb_cursor *cursor, const struct key *part,
    const struct key *from, struct span *k, struct span *v)
{
	return lmdb_seek(cursor, key_span(from), k, v) &&
	       key_has_prefix(*k, part);
}

static uint64_t seq_of(struct span k)
{
	struct reader r;

	if (k.len < 8)
		return 0;
	reader_init(&r, (struct span){(const uint8_t *)k.data + k.len - 8, 8});
	return reader_u64(&r);
}

/* When the first change behind the cursor was recorded; 0: there is none. */
static int64_t fresh_since(struct lmdb_txn *txn, uint64_t cursor_seq)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_CHANGES);
	struct change change = {.recorded_at_ms = 0};
	struct arena arena;
	struct span k, v;
	struct key key;

	arena_init(&arena, ROW_BYTES);
	key_init(&key);
	key_u64(&key, cursor_seq + 1);
	if (lmdb_seek(cursor, key_span(&key), &k, &v))
		record_result(txn, changes_decode(k, v, &arena, &change),
		    "a change does not decode");
	lmdb_cursor_close(cursor);
	arena_fini(&arena);
	return change.recorded_at_ms;
}

static int64_t kept_since(struct lmdb_txn *txn, enum delivery_target target)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_DELIVERIES);
	struct change change = {.recorded_at_ms = 0};
	struct arena arena;
	struct kept kept;
	struct span k, v;
	struct key key;

	arena_init(&arena, ROW_BYTES);
	kept_key(&key, target, KEPT_CHANGE);
	if (first_of(cursor, &key, &key, &k, &v) &&
	    kept_decode(txn, k, v, &arena, &kept) == 0)
		record_result(txn, kept_change(&kept, &arena, &change),
		    "a change does not decode");
	lmdb_cursor_close(cursor);
	arena_fini(&arena);
	return change.recorded_at_ms;
}

int store_view_delivery_state(struct store_view *view,
    enum delivery_target target, struct delivery_state *out,
    struct err_text *err)
{
	char name[KEPT_NAME_BYTES];
	struct kept_box box;

	kept_open(&box, view->txn, target);
	memset(out, 0, sizeof(*out));
	out->begun = box.state.begun;
	out->cursor = box.state.cursor;
	out->newest = meta_get(view->txn, META_CHANGE_SEQ);
	out->waiting = box.state.kept;
	if (out->begun)
		out->waiting += out->newest - out->cursor;
	out->parked = box.state.parked;
	out->delivered = box.state.delivered;
	out->halted = box.state.halted;
	health_get(view->txn, kept_health_name(target, name), &out->health);
	/* What is kept is older than what the cursor has not reached. */
	if (box.state.kept + out->parked > 0)
		out->oldest_ms = kept_since(view->txn, target);
	else if (out->begun && out->cursor < out->newest)
		out->oldest_ms = fresh_since(view->txn, out->cursor);
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}

bool store_view_is_behind(
    struct store_view *view, enum delivery_target target, const char *account)
{
	return kept_first(view->txn, target, account) != 0;
}

int store_view_delivery(struct store_view *view, enum delivery_target target,
    uint64_t seq, struct arena *arena, struct change *out, struct err_text *err)
{
	struct kept_box box;
	struct kept kept;
	int rc;

	kept_open(&box, view->txn, target);
	rc = kept_get(&box, seq, arena, &kept);
	if (rc == 0)
		rc = record_result(view->txn, kept_change(&kept, arena, out),
		    "a change does not decode");
	if (rc == ERR_ABSENT)
		return err_set(err, rc, "no delivery of change %llu waits",
		    (unsigned long long)seq);
	lmdb_error_text(view->txn, err);
	return rc;
}

/* A walk over what may be tried now. */
struct due_walk {
	struct lmdb_txn *txn;
	struct kept_box box;
	size_t chain;
	bool (*visit)(void *cookie, const struct delivery *delivery);
	void *cookie;
};

static bool show_one(struct due_walk *walk, uint64_t seq)
{
	struct delivery shown = {.attempts = 0};
	struct arena arena;
	struct kept kept;
	bool more = false;

	arena_init(&arena, ROW_BYTES);
	if (kept_get(&walk->box, seq, &arena, &kept) == 0 && !kept.parked &&
	    record_result(walk->txn, kept_change(&kept, &arena, &shown.change),
		"a change does not decode") == 0) {
		shown.attempts = kept.attempts;
		shown.first_tried_ms = kept.first_tried_ms;
		more = walk->visit(walk->cookie, &shown);
	}
	arena_fini(&arena);
	return more;
}

/* The first of an account, and some of those behind it. */
static bool show_account(struct due_walk *walk, uint64_t first)
{
	struct lmdb_cursor *cursor;
	struct arena arena;
	struct kept kept;
	struct span k, v;
	struct key key;
	bool more = false;

	arena_init(&arena, ROW_BYTES);
	if (kept_get(&walk->box, first, &arena, &kept) != 0) {
		arena_fini(&arena);
		return false;
	}
	kept_key(&key, walk->box.target, KEPT_ACCOUNT);
	key_text(&key, kept.account);
	arena_fini(&arena);
	cursor = lmdb_cursor_open(walk->txn, TABLE_DELIVERIES);
	more = first_of(cursor, &key, &key, &k, &v);
	for (size_t i = 0; more && i <= walk->chain; i++) {
		uint64_t seq = seq_of(k);

		if (!show_one(walk, seq)) {
			/* Parked ones end the chain, not the walk. */
			more = i > 0;
			break;
		}
		if (!lmdb_next(cursor, &k, &v) || !key_has_prefix(k, &key))
			break;
	}
	lmdb_cursor_close(cursor);
	return more;
}

static void walk_range(struct due_walk *walk, int64_t from_ms, int64_t to_ms)
{
	struct lmdb_cursor *cursor =
	    lmdb_cursor_open(walk->txn, TABLE_DELIVERIES);
	struct key part, at, end;
	struct span k, v;
	bool more;

	kept_key(&part, walk->box.target, KEPT_DUE);
	kept_key(&at, walk->box.target, KEPT_DUE);
	key_time(&at, from_ms);
	kept_key(&end, walk->box.target, KEPT_DUE);
	key_time(&end, to_ms);
	more = first_of(cursor, &part, &at, &k, &v);
	while (
	    more && k.len >= end.len && memcmp(k.data, end.data, end.len) <= 0)
		more = show_account(walk, seq_of(k)) &&
		       lmdb_next(cursor, &k, &v) && key_has_prefix(k, &part);
	lmdb_cursor_close(cursor);
}

int store_view_deliveries_due(struct store_view *view,
    enum delivery_target target, int64_t now_ms, size_t chain,
    bool (*visit)(void *cookie, const struct delivery *delivery), void *cookie,
    struct err_text *err)
{
	struct due_walk walk = {
	    .txn = view->txn, .chain = chain, .visit = visit, .cookie = cookie};

	kept_open(&walk.box, view->txn, target);
	walk_range(&walk, 0, now_ms);
	walk_range(&walk, now_ms + DELIVERY_WAIT_MAX_MS + 1, INT64_MAX);
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}

/* ---- writing ---------------------------------------------------------- */

static int find_change(
    struct lmdb_txn *txn, uint64_t seq, struct arena *arena, struct span *out)
{
	struct key key;
	int rc;

	key_init(&key);
	key_u64(&key, seq);
	rc = lmdb_get(txn, TABLE_CHANGES, key_span(&key), out);
	if (rc == 0)
		out->data = arena_bytes(arena, out->data, out->len);
	return rc;
}

static void keep(struct kept_box *box, const struct delivery_end *end,
    const struct kept *before, struct arena *arena)
{
	struct kept after = {
	    .seq = end->seq,
	    .attempts = end->attempts,
	    .first_tried_ms = end->first_tried_ms,
	    .due_ms = end->due_ms,
	    .parked = end->fate == DELIVERY_PARKED,
	    .http_status = end->http_status,
	    .last_error = end->error,
	    .account = end->account,
	};

	if (before != NULL)
		after.change = before->change;
	else if (find_change(box->txn, end->seq, arena, &after.change) != 0)
		return; /* the feed has forgotten it: there is nothing to say */
	kept_put(box, before, &after);
}

static void apply(struct kept_box *box, const struct delivery_end *end)
{
	struct arena arena;
	struct kept before;
	bool there;

	arena_init(&arena, ROW_BYTES);
	there = end->kept && kept_get(box, end->seq, &arena, &before) == 0;
	if (end->fate == DELIVERY_DONE)
		box->state.delivered++;
	if (there && end->fate == DELIVERY_DONE)
		kept_remove(box, &before);
	else if (there && end->fate != DELIVERY_UNTRIED)
		keep(box, end, &before, &arena);
	else if (!end->kept && end->fate != DELIVERY_DONE)
		keep(box, end, NULL, &arena);
	arena_fini(&arena);
}

/* A row at a time, sought anew: writing moves what a cursor is on. */
static bool next_kept(
    struct kept_box *box, uint64_t after, struct arena *arena, struct kept *out)
{
	struct lmdb_cursor *cursor =
	    lmdb_cursor_open(box->txn, TABLE_DELIVERIES);
	struct key part, at;
	struct span k, v;
	bool found;

	kept_key(&part, box->target, KEPT_CHANGE);
	kept_key(&at, box->target, KEPT_CHANGE);
	key_u64(&at, after + 1);
	found = first_of(cursor, &part, &at, &k, &v) &&
		kept_decode(box->txn, k, v, arena, out) == 0;
	lmdb_cursor_close(cursor);
	return found;
}

static void park_all(struct kept_box *box, const char *why)
{
	struct arena arena;
	struct kept before;

	arena_init(&arena, ROW_BYTES);
	before.seq = 0;
	while (next_kept(box, before.seq, &arena, &before)) {
		struct kept after = before;

		after.parked = true;
		after.last_error = why;
		kept_put(box, &before, &after);
		arena_reset(&arena);
	}
	arena_fini(&arena);
	box->state.halted = true;
}

int store_deliveries_commit(struct store *store, enum delivery_target target,
    const struct delivery_turn *turn, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	struct kept_box box;
	char name[KEPT_NAME_BYTES];
	int rc = lmdb_begin(store->db, true, &txn, err);

	if (rc != 0)
		return rc;
	kept_open(&box, txn, target);
	for (size_t i = 0; i < turn->n; i++)
		apply(&box, &turn->ends[i]);
	if (turn->cursor > box.state.cursor)
		box.state.cursor = turn->cursor;
	if (turn->halt != NULL)
		park_all(&box, turn->halt);
	health_put(txn, kept_health_name(target, name), turn->health);
	kept_close(&box);
	return lmdb_commit(txn, err);
}
