/*
 * Inside of the store: the durable record of objects, accounts and changes.
 * (store_turn_settle lives in ledger.c; the rest is shared between files.)
 */
#ifndef TRUEUP_CACHE_LEDGER_H
#define TRUEUP_CACHE_LEDGER_H

#include "cache/lmdb.h"
#include "cache/store.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_turn;

/* An object as stored: what store.h shows, and what only the store needs. */
struct object_record {
	struct object shown;
	uint64_t number;	/* its short name in other tables */
	enum cause check_cause; /* of shown.next_check_ms */
	uint16_t grants;	/* rows it has in TABLE_GRANTS */
};

/* objects_get(txn, ref, arena, out): 0, ERR_ABSENT, or the sticky error. */
int objects_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct object_record *out);
int objects_get_number(struct lmdb_txn *txn, uint64_t number,
    struct arena *arena, struct object_record *out);
int objects_decode(struct span key, struct span value, struct arena *arena,
    struct object_record *out);
/*
 * objects_put(txn, before, after): write, and keep TABLE_NUMBERS, TABLE_CHECKS,
 * TABLE_CUSTOMERS and TABLE_BELONGINGS right. before NULL: a new object, whose
 * number is given here.
 */
void objects_put(struct lmdb_txn *txn, const struct object_record *before,
    struct object_record *after);
/* objects_spaced(txn, ref, now): the earliest next fetch of this object. */
int64_t objects_spaced(
    struct lmdb_txn *txn, const struct object_ref *ref, int64_t now_ms);

/*
 * accounts_replace(turn, object, grants, n, held_from): these are now all the
 * grants of the object, under its account; earlier versions go to the log.
 */
void accounts_replace(struct store_turn *turn, struct object_record *object,
    const struct grant *grants, size_t n, int64_t held_from_ms);

/*
 * accounts_announce(turn, account, at, cause): if the account's entitlement is
 * no longer what was last announced, append the change; set its next edge.
 * accounts_catch_up(turn, account): first emit the edges that time made up to
 * now, each at its own moment; call it before changing anything of an account.
 * Both return the number of changes appended.
 */
size_t accounts_announce(struct store_turn *turn, const char *account,
    int64_t at_ms, enum cause cause);
size_t accounts_catch_up(struct store_turn *turn, const char *account);

#endif
