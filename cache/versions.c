#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/grants.h"
#include "cache/record.h"
#include "cache/rows.h"

#include "cache/versions.h"

static int decode(struct span key, struct span value, struct arena *arena,
    struct version *out)
{
	struct grants_row row = {.names = {NULL, 0}};
	struct reader r;
	int rc;

	memset(out, 0, sizeof(*out));
	reader_init(&r, key);
	(void)reader_key_text(&r, arena);
	out->number = reader_u64(&r);
	out->index = reader_u16(&r);
	out->version = reader_u64(&r);
	rc = record_end(&r, arena);
	if (rc != 0)
		return rc;
	record_open(&r, value);
	out->kind = (enum version_kind)record_enum(&r, VERSION_KIND_COUNT);
	out->held_from_ms = reader_i64(&r);
	out->recorded_at_ms = reader_i64(&r);
	grants_decode(&r, arena, &row, &out->object, &out->grant);
	return record_end(&r, arena);
}

bool versions_last(struct lmdb_txn *txn, const char *account, uint64_t number,
    uint16_t index, struct arena *arena, struct version *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_GRANT_LOG);
	struct span key, value;
	struct key prefix, end;
	bool found = false;

	grants_key(&prefix, account, number, index);
	end = prefix;
	key_u64(&end, UINT64_MAX);
	(void)lmdb_seek(cursor, key_span(&end), &key, &value);
	if (lmdb_prev(cursor, &key, &value) && key_has_prefix(key, &prefix))
		found = record_result(txn, decode(key, value, arena, out),
			    "a grant's version does not decode") == 0;
	lmdb_cursor_close(cursor);
	return found;
}

void versions_append(struct lmdb_txn *txn, const char *account,
    const struct version *version, struct arena *arena)
{
	struct version last = {0};
	struct record record;
	struct key key;

	(void)versions_last(
	    txn, account, version->number, version->index, arena, &last);
	grants_key(&key, account, version->number, version->index);
	key_u64(&key, last.version + 1);
	record_init(&record);
	writer_u8(&record.w, (uint8_t)version->kind);
	writer_i64(&record.w, version->held_from_ms);
	writer_i64(&record.w, version->recorded_at_ms);
	grants_encode(&record.w, &version->object, &version->grant);
	record_put(txn, TABLE_GRANT_LOG, &key, &record);
}

static int read_rows(
    struct lmdb_cursor *cursor, const struct key *prefix, struct rows *rows)
{
	struct span key, value;
	bool more = lmdb_seek(cursor, key_span(prefix), &key, &value);

	for (; more && key_has_prefix(key, prefix);
	     more = lmdb_next(cursor, &key, &value)) {
		struct version *version = rows_add(rows);
		int rc = ERR_FULL;

		if (version != NULL)
			rc = decode(key, value, rows->arena, version);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int versions_load(struct lmdb_txn *txn, const char *account, uint64_t number,
    struct arena *arena, struct version **out, size_t *n)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_GRANT_LOG);
	struct key prefix;
	struct rows rows;
	int rc;

	rows_init(&rows, arena, sizeof(struct version));
	key_init(&prefix);
	key_text(&prefix, account);
	if (number != 0)
		key_u64(&prefix, number);
	rc = read_rows(cursor, &prefix, &rows);
	lmdb_cursor_close(cursor);
	*out = rows.data;
	*n = rows.n;
	record_result(txn, rc, "a grant's version does not decode");
	return lmdb_error(txn);
}

size_t versions_group(const struct version *versions, size_t n)
{
	size_t len = 1;

	while (len < n && versions[len].number == versions[0].number &&
	       versions[len].index == versions[0].index)
		len++;
	return len;
}
