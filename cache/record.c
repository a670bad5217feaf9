#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/record.h"

void record_init(struct record *record)
{
	writer_init(&record->w, record->data, sizeof(record->data));
	writer_u8(&record->w, RECORD_VERSION);
}

void record_put(struct lmdb_txn *txn, enum table table, const struct key *key,
    const struct record *record)
{
	if (record->w.failed || key->failed) {
		lmdb_fail(txn, ERR_BAD, "a record or key is too large");
		return;
	}
	lmdb_put(txn, table, key_span(key), writer_span(&record->w));
}

void record_open(struct reader *r, struct span value)
{
	reader_init(r, value);
	if (reader_u8(r) != RECORD_VERSION)
		r->failed = true;
}

int record_end(const struct reader *r, const struct arena *arena)
{
	if (arena != NULL && arena_failed(arena))
		return ERR_FULL;
	return reader_is_ok(r) ? 0 : ERR_BAD;
}

int record_result(struct lmdb_txn *txn, int rc, const char *what)
{
	if (rc != 0)
		lmdb_fail(txn, rc, what);
	return rc;
}
