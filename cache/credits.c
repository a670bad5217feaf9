#include <string.h>

#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/grants.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/turn.h"

#include "cache/credits.h"

static int decode(
    struct span value, struct arena *arena, struct held_credit *out)
{
	struct reader r;

	record_open(&r, value);
	out->object.provider = reader_text(&r, arena);
	out->object.kind = reader_text(&r, arena);
	out->object.id = reader_text(&r, arena);
	out->credit.amount = reader_text(&r, arena);
	out->credit.product = reader_text(&r, arena);
	out->credit.unit = reader_text(&r, arena);
	if (out->object.provider == NULL || out->object.kind == NULL ||
	    out->object.id == NULL || out->credit.amount == NULL)
		r.failed = true;
	return record_end(&r, arena);
}

static void put(struct lmdb_txn *txn, const struct key *key,
    const struct object_ref *object, const struct credit *credit)
{
	struct record record;

	record_init(&record);
	writer_text(&record.w, object->provider);
	writer_text(&record.w, object->kind);
	writer_text(&record.w, object->id);
	writer_text(&record.w, credit->amount);
	writer_text(&record.w, credit->product);
	writer_text(&record.w, credit->unit);
	record_put(txn, TABLE_CREDITS, key, &record);
}

static int read_rows(
    struct lmdb_cursor *cursor, const struct key *prefix, struct rows *rows)
{
	struct span key, value;
	bool more = lmdb_seek(cursor, key_span(prefix), &key, &value);

	for (; more && key_has_prefix(key, prefix);
	     more = lmdb_next(cursor, &key, &value)) {
		struct held_credit *held = rows_add(rows);
		int rc = ERR_FULL;

		if (held != NULL)
			rc = decode(value, rows->arena, held);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int credits_load(struct lmdb_txn *txn, const char *account, struct arena *arena,
    const struct held_credit **out, size_t *n)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_CREDITS);
	struct key prefix;
	struct rows rows;
	int rc;

	rows_init(&rows, arena, sizeof(struct held_credit));
	key_init(&prefix);
	key_text(&prefix, account);
	rc = read_rows(cursor, &prefix, &rows);
	lmdb_cursor_close(cursor);
	*out = rows.data;
	*n = rows.n;
	record_result(txn, rc, "a balance's record does not decode");
	return lmdb_error(txn);
}

void credits_replace(struct store_turn *turn,
    const struct object_record *object, size_t n_before,
    const struct credit *credits)
{
	struct key key;

	for (size_t i = 0; i < object->credits || i < n_before; i++) {
		grants_key(&key, grants_owner(object), object->number, i);
		if (i < object->credits)
			put(turn->txn, &key, &object->shown.ref, &credits[i]);
		else
			lmdb_delete(turn->txn, TABLE_CREDITS, key_span(&key));
	}
}

static void move_row(
    struct lmdb_txn *txn, const struct key *from, const struct key *to)
{
	uint8_t copy[RECORD_MAX];
	struct span value;

	if (lmdb_get(txn, TABLE_CREDITS, key_span(from), &value) != 0)
		return;
	if (value.len > sizeof(copy)) {
		lmdb_fail(txn, ERR_BAD, "a balance's record is too large");
		return;
	}
	memcpy(copy, value.data, value.len);
	lmdb_put(txn, TABLE_CREDITS, key_span(to),
	    (struct span){.data = copy, .len = value.len});
	lmdb_delete(txn, TABLE_CREDITS, key_span(from));
}

void credits_move(struct store_turn *turn, const struct object_record *before,
    const struct object_record *after)
{
	const char *from = grants_owner(before), *to = grants_owner(after);
	struct key old, new;

	if (strcmp(from, to) == 0)
		return;
	for (size_t i = 0; i < before->credits; i++) {
		grants_key(&old, from, before->number, i);
		grants_key(&new, to, before->number, i);
		move_row(turn->txn, &old, &new);
	}
}
