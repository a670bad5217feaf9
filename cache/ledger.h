/*
 * Inside of the store: the durable record of objects. (store_turn_settle lives
 * in ledger.c; grants, accounts and changes have headers of their own.)
 */
#ifndef TRUEUP_CACHE_LEDGER_H
#define TRUEUP_CACHE_LEDGER_H

#include "cache/lmdb.h"
#include "cache/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_turn;

/* An object as stored: what store.h shows, and what only the store needs. */
struct object_record {
	struct object shown;
	uint64_t number;	/* its short name in other tables */
	enum cause check_cause; /* of shown.next_check_ms */
	int64_t boundary_ms;	/* the moment that a re-check is about, or 0 */
	uint16_t grants;	/* rows it has in TABLE_GRANTS */
	uint16_t credits;	/* and in TABLE_CREDITS */
	/* Whose it is by the provider's data, whatever is linked; or NULL. */
	const char *observed_account;
	bool inherited; /* its owner is that of its confirmed parent */
	bool effects;	/* it has rows in TABLE_TARGETS */
};

/* objects_get(txn, ref, arena, out): 0, ERR_ABSENT, or the sticky error. */
int objects_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct object_record *out);
int objects_get_number(struct lmdb_txn *txn, uint64_t number,
    struct arena *arena, struct object_record *out);
int objects_decode(struct span key, struct span value, struct arena *arena,
    struct object_record *out);
/* objects_skim(key, value, arena, out): but for texts other than its names. */
int objects_skim(struct span key, struct span value, struct arena *arena,
    struct object_record *out);
/*
 * objects_put(txn, before, after): write, and keep TABLE_NUMBERS, TABLE_CHECKS,
 * TABLE_CUSTOMERS and TABLE_BELONGINGS right. before NULL: a new object, whose
 * number is given here.
 */
void objects_put(struct lmdb_txn *txn, const struct object_record *before,
    struct object_record *after);
/* objects_phase(ref): see struct schedule_turn. */
uint64_t objects_phase(const struct object_ref *ref);
/* objects_is_known(txn, ref): there is a record of it. */
bool objects_is_known(struct lmdb_txn *txn, const struct object_ref *ref);
/* objects_spaced(txn, ref, now): the earliest next fetch of this object. */
int64_t objects_spaced(
    struct lmdb_txn *txn, const struct object_ref *ref, int64_t now_ms);

#endif
