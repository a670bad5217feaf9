/* Inside of the store: the rows of an object's history. */
#ifndef TRUEUP_CACHE_ENTRIES_H
#define TRUEUP_CACHE_ENTRIES_H

#include "cache/ledger.h"
#include "reconciler/core/history.h"

#include <stddef.h>

/*
 * entries_load(txn, object, arena, out): all entries of an object, by seq, as
 * many as its record says. 0, or the error that the transaction now has.
 */
int entries_load(struct lmdb_txn *txn, const struct object_record *object,
    struct arena *arena, struct transition **out);

/*
 * entries_apply(txn, number, entries, plan): write what a merge planned: its
 * new entries, and its marks on the stored ones (entries, as loaded).
 */
void entries_apply(struct lmdb_txn *txn, uint64_t number,
    const struct transition *entries, const struct history_plan *plan);

#endif
