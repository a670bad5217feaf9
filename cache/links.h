/* Inside of the store: which customer of a provider is which account. */
#ifndef TRUEUP_CACHE_LINKS_H
#define TRUEUP_CACHE_LINKS_H

#include "cache/lmdb.h"

struct arena;

/*
 * links_get(txn, provider, customer, arena): the account that an operator bound
 * it to; NULL: none, or the transaction failed.
 */
const char *links_get(struct lmdb_txn *txn, const char *provider,
    const char *customer, struct arena *arena);

#endif
