#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/owners.h"
#include "cache/record.h"
#include "cache/turn.h"

#include "cache/members.h"

bool members_parent(struct lmdb_txn *txn, const struct object_ref *child,
    struct arena *arena, struct object_ref *out)
{
	struct span value;
	struct reader r;
	struct key key;

	key_init(&key);
	key_object(&key, child);
	if (lmdb_get(txn, TABLE_MEMBERS, key_span(&key), &value) != 0)
		return false;
	reader_init(&r, value);
	reader_ref(&r, arena, out);
	return record_result(txn, record_end(&r, arena),
		   "a member's record does not decode") == 0;
}

/* Writes the pair. false: it was there already. */
static bool pair(struct lmdb_txn *txn, const struct object_ref *child,
    const struct key *parent)
{
	struct span value;
	struct key key;

	key_init(&key);
	key_object(&key, child);
	if (lmdb_get(txn, TABLE_MEMBERS, key_span(&key), &value) == 0 &&
	    value.len == parent->len &&
	    memcmp(value.data, parent->data, parent->len) == 0)
		return false;
	lmdb_put(txn, TABLE_MEMBERS, key_span(&key), key_span(parent));
	return true;
}

/* Nobody told us of it: it is discovered as what a list names is. */
static void seek(struct store_turn *turn, const struct object_record *parent,
    const struct object_ref *child)
{
	jobs_want(turn, child, parent->shown.ref.kind, parent->shown.ref.id,
	    CAUSE_DISCOVER, turn->now_ms);
}

/* A member that we have a record of learns whose it is. */
static void adopt(struct store_turn *turn, struct touched *touched,
    const struct object_record *parent, const struct object_ref *child,
    int64_t at_ms)
{
	struct object_record before, after;

	if (objects_get(turn->txn, child, &turn->arena, &before) != 0) {
		seek(turn, parent, child);
		return;
	}
	after = before;
	after.shown.parent_kind = parent->shown.ref.kind;
	after.shown.parent_id = parent->shown.ref.id;
	owners_adopt(turn, parent, &after);
	if (owners_differ(&before, &after))
		owners_move(turn, touched, &before, &after, at_ms);
	else
		objects_put(turn->txn, &before, &after);
}

void members_bind(struct store_turn *turn, struct touched *touched,
    const struct object_record *before, const struct object_record *parent,
    const struct observation *obs, int64_t at_ms)
{
	bool moved = before != NULL && owners_differ(before, parent);
	struct object_ref child = {.provider = parent->shown.ref.provider};
	struct key key;

	key_init(&key);
	key_object(&key, &parent->shown.ref);
	for (size_t i = 0; i < obs->n_members; i++) {
		child.kind = obs->members[i].kind;
		child.id = obs->members[i].id;
		if (name_ref_equal(&child, &parent->shown.ref))
			continue;
		if (pair(turn->txn, &child, &key) || moved)
			adopt(turn, touched, parent, &child, at_ms);
	}
}
