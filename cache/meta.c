#include <stdio.h>
#include <string.h>

#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/turn.h"

static const char *const meta_names[META_COUNT] = {
    [META_OBJECT_NUMBER] = "object_number",
    [META_INBOX_SEQ] = "inbox_seq",
    [META_CHANGE_SEQ] = "change_seq",
    [META_REPAIRS] = "repairs",
    [META_PARKED] = "parked",
};

static const char format_name[] = "format";

static struct span name_span(const char *name)
{
	return (struct span){.data = name, .len = strlen(name)};
}

static uint64_t get_number(struct lmdb_txn *txn, const char *name)
{
	struct span value;
	struct reader r;
	uint64_t number;

	if (lmdb_get(txn, TABLE_META, name_span(name), &value) != 0)
		return 0;
	reader_init(&r, value);
	number = reader_u64(&r);
	if (!reader_is_ok(&r))
		lmdb_fail(txn, ERR_BAD, "table meta: a bad record");
	return number;
}

static void set_number(struct lmdb_txn *txn, const char *name, uint64_t value)
{
	uint8_t data[8];
	struct writer w;

	writer_init(&w, data, sizeof(data));
	writer_u64(&w, value);
	lmdb_put(txn, TABLE_META, name_span(name), writer_span(&w));
}

uint64_t meta_format(struct lmdb_txn *txn)
{
	return get_number(txn, format_name);
}

void meta_set_format(struct lmdb_txn *txn, uint64_t version)
{
	set_number(txn, format_name, version);
}

uint64_t meta_get(struct lmdb_txn *txn, enum meta which)
{
	return get_number(txn, meta_names[which]);
}

void meta_set(struct lmdb_txn *txn, enum meta which, uint64_t value)
{
	set_number(txn, meta_names[which], value);
}

uint64_t meta_add(struct lmdb_txn *txn, enum meta which, int64_t n)
{
	uint64_t value = meta_get(txn, which) + (uint64_t)n;

	meta_set(txn, which, value);
	return value;
}
