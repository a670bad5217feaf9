/* Inside of the store: the feed of entitlement edges. */
#ifndef TRUEUP_CACHE_CHANGES_H
#define TRUEUP_CACHE_CHANGES_H

#include "cache/lmdb.h"
#include "cache/store.h"

struct arena;

/*
 * changes_append(txn, change): give it the next seq and write it. The order of
 * commits is the order of seq, so a reader that resumes misses none.
 */
void changes_append(struct lmdb_txn *txn, struct change *change);
/* changes_decode(key, value, arena, out): 0, ERR_BAD or ERR_FULL. */
int changes_decode(struct span key, struct span value, struct arena *arena,
    struct change *out);

/* changes_first(txn): the oldest one's seq; without any, the next to be given.
 */
uint64_t changes_first(struct lmdb_txn *txn);

#endif
