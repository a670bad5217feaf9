#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/turn.h"

#include "cache/effects.h"

/* ---- rows ------------------------------------------------------------- */

static void key_of_target(struct key *key, const struct object_ref *target)
{
	key_init(key);
	key_object(key, target);
}

static int decode(struct span key, struct span value, struct arena *arena,
    struct effect_row *out)
{
	struct object_ref target;
	struct reader r;
	int rc;

	reader_init(&r, key);
	reader_ref(&r, arena, &target);
	out->source = reader_u64(&r);
	out->seq = reader_u64(&r);
	rc = record_end(&r, arena);
	if (rc != 0)
		return rc;
	record_open(&r, value);
	out->said.kind = (enum effect_kind)record_enum(&r, EFFECT_COUNT);
	out->said.at_ms = reader_i64(&r);
	out->said.until_ms = reader_i64(&r);
	out->recorded_at_ms = reader_i64(&r);
	out->ended_at_ms = reader_i64(&r);
	out->ended_recorded_ms = reader_i64(&r);
	out->said.source.provider = target.provider;
	out->said.source.kind = reader_text(&r, arena);
	out->said.source.id = reader_text(&r, arena);
	if (out->said.source.kind == NULL || out->said.source.id == NULL)
		r.failed = true;
	return record_end(&r, arena);
}

void effects_put(struct lmdb_txn *txn, const struct object_ref *target,
    const struct effect_row *row)
{
	struct record record;
	struct key key;

	key_of_target(&key, target);
	key_u64(&key, row->source);
	key_u64(&key, row->seq);
	record_init(&record);
	writer_u8(&record.w, (uint8_t)row->said.kind);
	writer_i64(&record.w, row->said.at_ms);
	writer_i64(&record.w, row->said.until_ms);
	writer_i64(&record.w, row->recorded_at_ms);
	writer_i64(&record.w, row->ended_at_ms);
	writer_i64(&record.w, row->ended_recorded_ms);
	writer_text(&record.w, row->said.source.kind);
	writer_text(&record.w, row->said.source.id);
	record_put(txn, TABLE_EFFECTS, &key, &record);
}

/* All rows below a key; struct effect_row each. */
static int load(struct lmdb_txn *txn, const struct key *prefix,
    struct arena *arena, struct rows *rows)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_EFFECTS);
	struct span key, value;
	bool more = lmdb_seek(cursor, key_span(prefix), &key, &value);
	int rc = 0;

	rows_init(rows, arena, sizeof(struct effect_row));
	for (; more && rc == 0 && key_has_prefix(key, prefix);
	     more = lmdb_next(cursor, &key, &value)) {
		struct effect_row *row = rows_add(rows);

		rc = row == NULL ? ERR_FULL : decode(key, value, arena, row);
	}
	lmdb_cursor_close(cursor);
	record_result(txn, rc, "an effect's record does not decode");
	return lmdb_error(txn);
}

bool effects_is_open(const struct effect_row *row)
{
	return row->ended_recorded_ms == 0;
}

int effects_rows(struct lmdb_txn *txn, const struct object_ref *target,
    uint64_t source, struct arena *arena, struct effect_row **out, size_t *n)
{
	struct rows rows;
	struct key key;
	int rc;

	key_of_target(&key, target);
	key_u64(&key, source);
	rc = load(txn, &key, arena, &rows);
	*out = rows.data;
	*n = rows.n;
	return rc;
}

/* ---- reading ---------------------------------------------------------- */

/* What was known of a row then. false: nothing, or that it never was so. */
static bool recall(struct effect_row *row, int64_t known_at_ms)
{
	int64_t end_ms = row->ended_at_ms;

	if (known_at_ms != 0 && row->recorded_at_ms > known_at_ms)
		return false;
	if (effects_is_open(row) ||
	    (known_at_ms != 0 && row->ended_recorded_ms > known_at_ms))
		return true;
	if (end_ms <= row->said.at_ms)
		return false;
	if (row->said.until_ms == 0 || end_ms < row->said.until_ms)
		row->said.until_ms = end_ms;
	return true;
}

static int load_held(struct lmdb_txn *txn, const struct object_ref *target,
    bool past, int64_t known_at_ms, struct arena *arena,
    const struct held_effect **out, size_t *n)
{
	struct held_effect *held;
	struct rows rows;
	struct effect_row *row;
	struct key key;

	*out = NULL;
	*n = 0;
	key_of_target(&key, target);
	if (load(txn, &key, arena, &rows) != 0 || rows.n == 0)
		return lmdb_error(txn);
	held = arena_alloc(arena, rows.n, sizeof(*held));
	if (held == NULL)
		return lmdb_fail(txn, ERR_FULL, "effects: no memory");
	row = rows.data;
	for (size_t i = 0; i < rows.n; i++) {
		if (past ? recall(&row[i], known_at_ms)
			 : effects_is_open(&row[i]))
			held[(*n)++] = row[i].said;
	}
	*out = held;
	return 0;
}

int effects_load(struct lmdb_txn *txn, const struct object_ref *target,
    struct arena *arena, const struct held_effect **out, size_t *n)
{
	return load_held(txn, target, false, 0, arena, out, n);
}

int effects_load_past(struct lmdb_txn *txn, const struct object_ref *target,
    int64_t known_at_ms, struct arena *arena, const struct held_effect **out,
    size_t *n)
{
	return load_held(txn, target, true, known_at_ms, arena, out, n);
}

bool effects_has_open(struct lmdb_txn *txn, const struct object_ref *target)
{
	const struct held_effect *held;
	struct arena arena;
	size_t n;

	arena_init(&arena, TURN_ARENA_MAX);
	(void)effects_load(txn, target, &arena, &held, &n);
	arena_fini(&arena);
	return n > 0;
}
