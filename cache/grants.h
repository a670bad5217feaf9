/*
 * Inside of the store: what each object gives to its account, now
 * (TABLE_GRANTS) and at any time (cache/versions.h). A row carries all that the
 * question "entitled?" needs, so that it is one walk without further look-ups.
 * Only of an object on which there are effects the row says no more than that:
 * then they are looked up. The grants of an object that is nobody's yet are
 * kept under the account "".
 */
#ifndef TRUEUP_CACHE_GRANTS_H
#define TRUEUP_CACHE_GRANTS_H

#include "cache/codec.h"
#include "cache/ledger.h"
#include "reconciler/core/entitle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct settings;
struct store_turn;

/* Texts of a grant's record, where they lie. */
struct grants_row {
	struct span names; /* these three, as they are written */
	struct span provider;
	struct span kind;
	struct span id;
	struct span status;
	struct span product; /* data NULL: none */
	struct span label;
};

/* A grant and whose it is, in records. */
void grants_encode(struct writer *w, const struct object_ref *object,
    const struct grant *grant);
/*
 * grants_decode(r, arena, row, object, grant): all of these are zeroed, or as
 * they were left by the record before, while that lies where it did: the texts
 * that are the same stay.
 */
void grants_decode(struct reader *r, struct arena *arena,
    struct grants_row *row, struct object_ref *object, struct grant *grant);
/*
 * grants_skim(r, row, grant): the same without a copy of anything: of the
 * grant only states and times. true: the names are those of the record before.
 */
bool grants_skim(struct reader *r, struct grants_row *row, struct grant *grant);

/* grants_key(key, account, number, index): what names one grant in a table. */
void grants_key(
    struct key *key, const char *account, uint64_t number, size_t index);

/* grants_owner(object): whose it is; "" while it is nobody's. */
const char *grants_owner(const struct object_record *object);

/* grants_attribute(settings, held): its provider, and the policy of that. */
void grants_attribute(const struct settings *settings, struct held_grant *held);

/*
 * grants_load(txn, settings, account, arena, out, n): all that an account has
 * now, about *n, which is only a guess. 0, or the error that the transaction
 * now has.
 */
int grants_load(struct lmdb_txn *txn, const struct settings *settings,
    const char *account, struct arena *arena, struct held_grant **out,
    size_t *n);

/* From when on something new may be said to hold. */
struct grants_basis {
	int64_t changed_at_ms; /* the provider's time of the status, or 0 */
	int64_t started_ms;    /* when we began to ask */
	bool interrupted;      /* as in cache/carry.h */
};

/*
 * grants_replace(turn, object, n_before, grants, n, basis): these are now all
 * grants of the object; n_before is how many it had. What differs is a new
 * version; a first version holds since its grant does.
 */
void grants_replace(struct store_turn *turn, const struct object_record *object,
    size_t n_before, const struct grant *grants, size_t n,
    const struct grants_basis *basis);

/*
 * grants_move(turn, before, after, at): the object went from one account to
 * another at that moment. Of the same customer (the account's name was learnt
 * late) the past goes along; of another one only what holds now.
 */
void grants_move(struct store_turn *turn, const struct object_record *before,
    const struct object_record *after, int64_t at_ms);

/*
 * grants_mark(turn, object, affected): whether there are open effects on the
 * object is not as it was.
 */
void grants_mark(
    struct store_turn *turn, const struct object_record *object, bool affected);

#endif
