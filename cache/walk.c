#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/turn.h"

#include "cache/discover.h"

#include "cache/walk.h"

/* The name of the row that the cursor is on, if it is the provider's. */
static bool take_ref(struct span k, const struct key *prefix,
    struct arena *arena, struct object_ref *out)
{
	struct reader r;

	if (!key_has_prefix(k, prefix))
		return false;
	reader_init(&r, k);
	reader_ref(&r, arena, out);
	return reader_is_ok(&r);
}

/* The cursor's first row behind the place; false: there is none. */
static bool seek_place(struct lmdb_cursor *cursor,
    const struct store_place *place, const struct key *prefix, struct span *k)
{
	struct span from = key_span(prefix), v;
	bool more;

	if (place->len > 0)
		from = (struct span){.data = place->at, .len = place->len};
	more = lmdb_seek(cursor, from, k, &v);
	if (more && place->len > 0 && place->len == k->len &&
	    memcmp(place->at, k->data, k->len) == 0)
		more = lmdb_next(cursor, k, &v);
	return more;
}

/* The names of up to max objects behind the place, which moves on. */
static size_t take_refs(struct lmdb_txn *txn, struct store_place *place,
    struct arena *arena, size_t max, struct object_ref *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_OBJECTS);
	struct span k, v;
	struct key prefix;
	size_t n = 0;
	bool more;

	key_init(&prefix);
	key_text(&prefix, place->provider);
	more = seek_place(cursor, place, &prefix, &k);
	while (more && n < max && take_ref(k, &prefix, arena, &out[n])) {
		memcpy(place->at, k.data, k.len);
		place->len = k.len;
		n++;
		more = lmdb_next(cursor, &k, &v);
	}
	lmdb_cursor_close(cursor);
	return n;
}

size_t walk_want(struct store_turn *turn, struct store_place *place, size_t max)
{
	struct object_ref *refs = arena_alloc(&turn->arena, max, sizeof(*refs));
	size_t n = 0;

	if (refs == NULL)
		lmdb_fail(turn->txn, ERR_FULL, "no room for so many at once");
	else
		n = take_refs(turn->txn, place, &turn->arena, max, refs);
	for (size_t i = 0; i < n; i++)
		jobs_want(
		    turn, &refs[i], NULL, NULL, CAUSE_RESYNC, turn->now_ms);
	return n;
}

int store_resync(struct store *store, const struct settings *settings,
    struct store_place *place, size_t max, int64_t now_ms, size_t *n,
    struct err_text *err)
{
	struct store_turn *turn;
	struct random random;
	int rc;

	*n = 0;
	random_seed(&random);
	rc = store_turn_begin(store, settings, now_ms, &random, &turn, err);
	if (rc != 0)
		return rc;
	*n = walk_want(turn, place, max);
	rc = store_turn_commit(turn, err);
	if (rc == 0 && *n > 0)
		wake_ring(store->wake);
	return rc;
}

int store_view_refs(struct store_view *view, struct store_place *place,
    size_t max, struct arena *arena, struct object_ref **out, size_t *n,
    struct err_text *err)
{
	*n = 0;
	*out = arena_alloc(arena, max, sizeof(**out));
	if (*out == NULL)
		return err_set(err, ERR_FULL, "no room for so many at once");
	*n = take_refs(view->txn, place, arena, max, *out);
	if (lmdb_error(view->txn) != 0)
		lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}
