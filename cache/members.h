/*
 * Inside of the store: which object belongs to which. Only the parent's own
 * answer binds: what a notification says about a pair is never written here.
 */
#ifndef TRUEUP_CACHE_MEMBERS_H
#define TRUEUP_CACHE_MEMBERS_H

#include "cache/ledger.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct store_turn;
struct touched;

/*
 * members_parent(txn, child, arena, out): the object that listed it as its
 * own. false: none did, or the transaction failed.
 */
bool members_parent(struct lmdb_txn *txn, const struct object_ref *child,
    struct arena *arena, struct object_ref *out);

/*
 * members_bind(turn, touched, before, parent, obs, at): what the parent lists
 * belongs to it, from now on also when it is not listed any more. Members that
 * we know already and that are nobody's, or their parent's, follow its owner;
 * the first time that one is listed of which there is no record, it is to be
 * looked at (cause discover).
 * before: the parent's record before this answer, NULL: none.
 */
void members_bind(struct store_turn *turn, struct touched *touched,
    const struct object_record *before, const struct object_record *parent,
    const struct observation *obs, int64_t at_ms);

#endif
