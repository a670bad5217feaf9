#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/ledger.h"
#include "cache/record.h"
#include "cache/turn.h"

enum { PART_OBJECTS = 'o', ROW_BYTES = 2 * RECORD_MAX };

static void part_key(struct key *key, const char *provider)
{
	key_init(key);
	key_text(key, provider);
	key_u8(key, PART_OBJECTS);
}

/* false: nobody counted them yet, or the transaction failed. */
static bool get(struct lmdb_txn *txn, const char *provider,
    uint64_t out[SCHEDULE_TIER_COUNT])
{
	struct span value;
	struct reader r;
	struct key key;

	part_key(&key, provider);
	if (lmdb_get(txn, TABLE_PROVIDERS, key_span(&key), &value) != 0)
		return false;
	record_open(&r, value);
	for (size_t i = 0; i < SCHEDULE_TIER_COUNT; i++)
		out[i] = reader_u64(&r);
	return record_result(txn, record_end(&r, NULL),
		   "table providers: a bad record") == 0;
}

static void put(struct lmdb_txn *txn, const char *provider,
    const uint64_t n[SCHEDULE_TIER_COUNT])
{
	struct record record;
	struct key key;

	record_init(&record);
	for (size_t i = 0; i < SCHEDULE_TIER_COUNT; i++)
		writer_u64(&record.w, n[i]);
	part_key(&key, provider);
	record_put(txn, TABLE_PROVIDERS, &key, &record);
}

/* One by one: of a store that an older program wrote. */
static void count(struct lmdb_txn *txn, const char *provider,
    uint64_t out[SCHEDULE_TIER_COUNT])
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_OBJECTS);
	struct object_record object;
	struct arena arena;
	struct key prefix;
	struct span k, v;
	bool more;

	arena_init(&arena, ROW_BYTES);
	key_init(&prefix);
	key_text(&prefix, provider);
	more = lmdb_seek(cursor, key_span(&prefix), &k, &v);
	while (more && key_has_prefix(k, &prefix)) {
		if (record_result(txn, objects_decode(k, v, &arena, &object),
			"an object's record does not decode") != 0)
			break;
		out[object.shown.tier]++;
		arena_reset(&arena);
		more = lmdb_next(cursor, &k, &v);
	}
	arena_fini(&arena);
	lmdb_cursor_close(cursor);
}

static void read_all(struct lmdb_txn *txn, const char *provider,
    uint64_t out[SCHEDULE_TIER_COUNT])
{
	memset(out, 0, SCHEDULE_TIER_COUNT * sizeof(*out));
	if (!get(txn, provider, out))
		count(txn, provider, out);
}

void population_note(struct lmdb_txn *txn, const struct object_ref *ref,
    const enum schedule_tier *before, enum schedule_tier after)
{
	uint64_t n[SCHEDULE_TIER_COUNT];

	if (before != NULL && *before == after)
		return;
	read_all(txn, ref->provider, n);
	if (before != NULL && n[*before] > 0)
		n[*before]--;
	n[after]++;
	put(txn, ref->provider, n);
}

int store_view_population(struct store_view *view, const char *provider,
    uint64_t out[SCHEDULE_TIER_COUNT], struct err_text *err)
{
	read_all(view->txn, provider, out);
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}
