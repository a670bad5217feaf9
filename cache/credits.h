/*
 * Inside of the store: the balances that each object gives to its account, as
 * of now (TABLE_CREDITS). What they were is told by the facts in the object's
 * history. Those of an object that is nobody's yet are kept under the account
 * "".
 */
#ifndef TRUEUP_CACHE_CREDITS_H
#define TRUEUP_CACHE_CREDITS_H

#include "cache/ledger.h"

#include <stddef.h>

struct arena;
struct store_turn;

/*
 * credits_load(txn, account, arena, out, n): all that an account has. 0, or the
 * error that the transaction now has.
 */
int credits_load(struct lmdb_txn *txn, const char *account, struct arena *arena,
    const struct held_credit **out, size_t *n);

/*
 * credits_replace(turn, object, n_before, credits): these, object->credits of
 * them, are now all balances of the object; n_before is how many it had.
 */
void credits_replace(struct store_turn *turn,
    const struct object_record *object, size_t n_before,
    const struct credit *credits);

/* credits_move(turn, before, after): its account is another one, or is not. */
void credits_move(struct store_turn *turn, const struct object_record *before,
    const struct object_record *after);

#endif
