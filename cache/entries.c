#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/record.h"

#include "cache/entries.h"

static void encode(struct writer *w, const struct transition *entry)
{
	writer_u8(w, (uint8_t)entry->state);
	writer_u8(w, (uint8_t)entry->source);
	writer_u8(w, (uint8_t)entry->cause);
	writer_bool(w, entry->collapsed);
	writer_i64(w, entry->at_ms);
	writer_i64(w, entry->after_ms);
	writer_i64(w, entry->recorded_at_ms);
	writer_i64(w, entry->retracted_at_ms);
	writer_i64(w, entry->attempt);
	writer_text(w, entry->from);
	writer_text(w, entry->status);
	writer_text(w, entry->at_text);
	writer_text(w, entry->reason);
	writer_text(w, entry->reason_code);
}

static int decode(
    struct span value, struct arena *arena, struct transition *out)
{
	struct reader r;

	record_open(&r, value);
	out->state = (enum state)record_enum(&r, STATE_COUNT);
	out->source = (enum source)record_enum(&r, SOURCE_COUNT);
	out->cause = (enum cause)record_enum(&r, CAUSE_COUNT);
	out->collapsed = reader_bool(&r);
	out->at_ms = reader_i64(&r);
	out->after_ms = reader_i64(&r);
	out->recorded_at_ms = reader_i64(&r);
	out->retracted_at_ms = reader_i64(&r);
	out->attempt = reader_i64(&r);
	out->from = reader_text(&r, arena);
	out->status = reader_text(&r, arena);
	out->at_text = reader_text(&r, arena);
	out->reason = reader_text(&r, arena);
	out->reason_code = reader_text(&r, arena);
	return record_end(&r, arena);
}

/* Reads n rows on from the cursor; seq runs from 1 without a gap. */
static int read_rows(struct lmdb_cursor *cursor, const struct key *prefix,
    struct arena *arena, struct transition *out, size_t n)
{
	struct span key, value;
	bool more = lmdb_seek(cursor, key_span(prefix), &key, &value);

	for (size_t i = 0; i < n; i++) {
		struct reader r;
		int rc;

		if (!more || !key_has_prefix(key, prefix))
			return ERR_BAD;
		reader_init(&r, key);
		(void)reader_u64(&r);
		out[i].seq = reader_u64(&r);
		if (out[i].seq != i + 1)
			return ERR_BAD;
		rc = decode(value, arena, &out[i]);
		if (rc != 0)
			return rc;
		more = lmdb_next(cursor, &key, &value);
	}
	return 0;
}

int entries_load(struct lmdb_txn *txn, const struct object_record *object,
    struct arena *arena, struct transition **out)
{
	size_t n = object->shown.entries;
	struct lmdb_cursor *cursor;
	struct key prefix;
	int rc;

	*out = NULL;
	if (n == 0)
		return 0;
	*out = arena_alloc(arena, n, sizeof(**out));
	if (*out == NULL)
		return lmdb_fail(txn, ERR_FULL, "history: no memory");
	key_init(&prefix);
	key_u64(&prefix, object->number);
	cursor = lmdb_cursor_open(txn, TABLE_HISTORY);
	rc = read_rows(cursor, &prefix, arena, *out, n);
	lmdb_cursor_close(cursor);
	if (rc != 0 && lmdb_error(txn) != 0)
		return lmdb_error(txn);
	return record_result(txn, rc, "an object's history does not decode");
}

static void put(
    struct lmdb_txn *txn, uint64_t number, const struct transition *entry)
{
	struct record record;
	struct key key;

	key_init(&key);
	key_u64(&key, number);
	key_u64(&key, entry->seq);
	record_init(&record);
	encode(&record.w, entry);
	record_put(txn, TABLE_HISTORY, &key, &record);
}

void entries_apply(struct lmdb_txn *txn, uint64_t number,
    const struct transition *entries, const struct history_plan *plan)
{
	for (size_t i = 0; i < plan->n_marks; i++) {
		const struct history_mark *mark = &plan->marks[i];
		struct transition entry = entries[mark->index];

		entry.retracted_at_ms = mark->retracted_at_ms;
		if (mark->reason != NULL)
			entry.reason = mark->reason;
		if (mark->reason_code != NULL)
			entry.reason_code = mark->reason_code;
		put(txn, number, &entry);
	}
	for (size_t i = 0; i < plan->n_append; i++)
		put(txn, number, &plan->append[i]);
}
