#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/turn.h"

enum { NAMES_BYTES = 1024 * 1024 };

/* Time of a row of the lane that begins with these bytes. */
static int64_t time_of(struct span k, const struct key *lane)
{
	struct span rest = {
	    .data = (const uint8_t *)k.data + lane->len,
	    .len = k.len - lane->len,
	};
	struct reader r;

	reader_init(&r, rest);
	return reader_i64(&r);
}

/* Rows of one lane up to now, in order of time: the first is the oldest. */
static uint64_t count_lane(struct lmdb_cursor *cursor, const struct key *lane,
    int64_t now_ms, int64_t *oldest_ms)
{
	struct span k;
	struct span v;
	uint64_t n = 0;
	bool found = lmdb_seek(cursor, key_span(lane), &k, &v);

	while (found && key_has_prefix(k, lane) && time_of(k, lane) <= now_ms) {
		if (n == 0 &&
		    (*oldest_ms == 0 || time_of(k, lane) < *oldest_ms))
			*oldest_ms = time_of(k, lane);
		n++;
		found = lmdb_next(cursor, &k, &v);
	}
	return n;
}

static uint64_t count_due(
    struct lmdb_txn *txn, int64_t now_ms, int64_t *oldest_ms)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_DUE);
	const char *provider;
	struct arena arena;
	struct key lane;
	uint64_t n = 0;
	int64_t claimed_ms = 0;

	arena_init(&arena, NAMES_BYTES);
	provider = jobs_next_provider(cursor, NULL, &arena);
	while (provider != NULL) {
		for (int i = 0; i < PRIORITY_COUNT; i++) {
			jobs_lane(&lane, provider, (uint8_t)i);
			n += count_lane(cursor, &lane, now_ms, oldest_ms);
		}
		jobs_lane(&lane, provider, LANE_FLIGHT);
		n += count_lane(cursor, &lane, INT64_MAX, &claimed_ms);
		provider = jobs_next_provider(cursor, provider, &arena);
	}
	arena_fini(&arena);
	lmdb_cursor_close(cursor);
	return n;
}

int store_view_stats(struct store_view *view, int64_t now_ms,
    struct store_stats *out, struct err_text *err)
{
	struct lmdb_txn *txn = view->txn;
	uint64_t jobs = lmdb_count(txn, TABLE_JOBS);
	uint64_t unused;

	memset(out, 0, sizeof(*out));
	out->inbox = lmdb_count(txn, TABLE_INBOX);
	out->jobs[JOB_DUE] = count_due(txn, now_ms, &out->oldest_due_ms);
	out->jobs[JOB_PARKED] = meta_get(txn, META_PARKED);
	out->jobs[JOB_WAITING] =
	    jobs - out->jobs[JOB_DUE] - out->jobs[JOB_PARKED];
	out->objects = lmdb_count(txn, TABLE_OBJECTS);
	out->accounts = lmdb_count(txn, TABLE_ACCOUNTS);
	out->transitions = lmdb_count(txn, TABLE_HISTORY);
	out->changes = meta_get(txn, META_CHANGE_SEQ);
	out->repairs = meta_get(txn, META_REPAIRS);
	unused = lmdb_free_bytes(view->store->db);
	lmdb_usage(view->store->db, &out->map_bytes, &out->map_used_bytes);
	out->map_used_bytes -= unused;
	lmdb_error_text(txn, err);
	return lmdb_error(txn);
}
