/* Inside of the store: which customer of a provider is which account. */
#ifndef TRUEUP_CACHE_LINKS_H
#define TRUEUP_CACHE_LINKS_H

#include "cache/lmdb.h"

struct arena;
struct linked_customer;

/*
 * links_get(txn, provider, customer, arena): the account that an operator bound
 * it to; NULL: none, or the transaction failed.
 */
const char *links_get(struct lmdb_txn *txn, const char *provider,
    const char *customer, struct arena *arena);

/*
 * links_load(txn, account, arena, out, n): all that are bound to an account. 0,
 * or the sticky error.
 */
int links_load(struct lmdb_txn *txn, const char *account, struct arena *arena,
    struct linked_customer **out, size_t *n);

#endif
