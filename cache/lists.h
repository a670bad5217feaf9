/*
 * Inside of the store: how far each list of a provider has been read. The page
 * that was read, the jobs for what it names and the new position are one
 * commit, so a kill costs a page at most.
 */
#ifndef TRUEUP_CACHE_LISTS_H
#define TRUEUP_CACHE_LISTS_H

#include "cache/store.h"

struct arena;
struct lmdb_txn;
struct object_ref;
struct settlement;
struct store_turn;

/* lists_claim(txn, ref, arena, claim): which page of it is next. */
void lists_claim(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct claim *claim);

/*
 * lists_settle(s): TRUTH of a list: what it names and nobody knows becomes due,
 * and the next page does, behind that.
 */
void lists_settle(struct settlement *s);

/*
 * lists_refused(s): GONE for sure: this key may not read it, or it is not
 * there. It is done with until it is begun anew; nothing else is lost.
 */
void lists_refused(struct settlement *s);

/* lists_get(txn, ref, arena, out): all zero: it was never begun. 0 or the
 * sticky error. */
int lists_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct list_progress *out);
void lists_put(struct lmdb_txn *txn, const struct object_ref *ref,
    const struct list_progress *list);
/*
 * lists_begin(turn, ref, wish, goes_on): as store_discover says; a log also
 * begins anew when its reading is stale (core/catch_up.h).
 */
void lists_begin(struct store_turn *turn, const struct object_ref *ref,
    const struct list_wish *wish, bool *goes_on);

#endif
