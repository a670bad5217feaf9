#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/settings.h"

#include "cache/codec.h"
#include "cache/grants.h"
#include "cache/kept.h"
#include "cache/record.h"
#include "cache/turn.h"

#include "cache/changes.h"

void changes_append(struct lmdb_txn *txn, struct change *change)
{
	struct record record;
	struct writer *w = &record.w;
	struct key key;

	change->seq = meta_add(txn, META_CHANGE_SEQ, 1);
	key_init(&key);
	key_u64(&key, change->seq);
	record_init(&record);
	writer_u8(w, (uint8_t)change->entitled);
	writer_u8(w, (uint8_t)change->was);
	writer_u8(w, (uint8_t)change->state);
	writer_u8(w, (uint8_t)change->cause);
	writer_i64(w, change->at_ms);
	writer_i64(w, change->recorded_at_ms);
	writer_text(w, change->account);
	writer_bool(w, change->has_grant);
	if (change->has_grant)
		grants_encode(w, &change->object, &change->grant);
	lmdb_append(txn, TABLE_CHANGES, key_span(&key), writer_span(w));
}

int changes_decode(
    struct span key, struct span value, struct arena *arena, struct change *out)
{
	struct grants_row row = {.names = {NULL, 0}};
	struct reader r;
	int rc;

	memset(out, 0, sizeof(*out));
	reader_init(&r, key);
	out->seq = reader_u64(&r);
	rc = record_end(&r, arena);
	if (rc != 0)
		return rc;
	record_open(&r, value);
	out->entitled = (enum entitled)record_enum(&r, ENTITLED_UNKNOWN + 1);
	out->was = (enum entitled)record_enum(&r, ENTITLED_UNKNOWN + 1);
	out->state = (enum state)record_enum(&r, STATE_COUNT);
	out->cause = (enum cause)record_enum(&r, CAUSE_COUNT);
	out->at_ms = reader_i64(&r);
	out->recorded_at_ms = reader_i64(&r);
	out->account = reader_text(&r, arena);
	out->has_grant = reader_bool(&r);
	if (out->has_grant)
		grants_decode(&r, arena, &row, &out->object, &out->grant);
	return record_end(&r, arena);
}

static bool seek_oldest(
    struct lmdb_cursor *cursor, struct span *key, struct span *value)
{
	struct key start;

	key_init(&start);
	key_u64(&start, 0);
	return lmdb_seek(cursor, key_span(&start), key, value);
}

/* The oldest change, as *out; false: there is none, or it does not decode. */
static bool oldest(struct lmdb_cursor *cursor, struct lmdb_txn *txn,
    struct arena *arena, struct change *out)
{
	struct span key, value;

	return seek_oldest(cursor, &key, &value) &&
	       record_result(txn, changes_decode(key, value, arena, out),
		   "a change does not decode") == 0;
}

size_t store_turn_prune(struct store_turn *turn, size_t max)
{
	int64_t keep_ms = turn->settings->store.keep_changes_ms;
	struct lmdb_cursor *cursor;
	struct change change;
	uint64_t floor;
	size_t n = 0;

	if (keep_ms == 0)
		return 0;
	floor = kept_floor(turn->txn, &turn->settings->on_change);
	cursor = lmdb_cursor_open(turn->txn, TABLE_CHANGES);
	while (n < max && oldest(cursor, turn->txn, &turn->arena, &change) &&
	       change.recorded_at_ms < turn->now_ms - keep_ms &&
	       change.seq <= floor) {
		lmdb_cursor_delete(cursor);
		n++;
	}
	lmdb_cursor_close(cursor);
	return n;
}

uint64_t changes_first(struct lmdb_txn *txn)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_CHANGES);
	uint64_t first = meta_get(txn, META_CHANGE_SEQ) + 1;
	struct span key, value;
	struct reader r;

	if (seek_oldest(cursor, &key, &value)) {
		reader_init(&r, key);
		first = reader_u64(&r);
	}
	lmdb_cursor_close(cursor);
	return first;
}
