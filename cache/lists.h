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

/* lists_cursor(txn, ref, arena): where the next page begins; NULL: the first.
 */
const char *lists_cursor(
    struct lmdb_txn *txn, const struct object_ref *ref, struct arena *arena);

/*
 * lists_settle(s): TRUTH of a list: what it names and nobody knows becomes due,
 * and the next page does, behind that.
 */
void lists_settle(struct settlement *s);

#endif
