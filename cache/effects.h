/*
 * Inside of the store: what payments did to what they had paid for
 * (TABLE_EFFECTS). An effect is kept
 * whether or not its target is known yet, and stays with the target whoever
 * owns that. What is lifted, or told otherwise, is not removed but gets an end,
 * so that the past can be asked for (cache/reversals.h does that). A grant's
 * row knows whether there is any (cache/grants.h): without one nobody looks
 * here.
 */
#ifndef TRUEUP_CACHE_EFFECTS_H
#define TRUEUP_CACHE_EFFECTS_H

#include "cache/lmdb.h"
#include "reconciler/core/entitle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * effects_load(txn, target, arena, out, n): those that are open. 0, or the
 * error that the transaction now has.
 */
int effects_load(struct lmdb_txn *txn, const struct object_ref *target,
    struct arena *arena, const struct held_effect **out, size_t *n);
/*
 * effects_load_past(txn, target, known_at, arena, out, n): all that had been
 * recorded by then (0: by now), each until it was lifted, as far as that was
 * known.
 */
int effects_load_past(struct lmdb_txn *txn, const struct object_ref *target,
    int64_t known_at_ms, struct arena *arena, const struct held_effect **out,
    size_t *n);
/* effects_has_open(txn, target): there is one now. */
bool effects_has_open(struct lmdb_txn *txn, const struct object_ref *target);

/* One effect of one source on one target, as it was said for a while. */
struct effect_row {
	uint64_t source; /* its object number */
	uint64_t seq;	 /* from 0, by source and target */
	struct held_effect said;
	int64_t recorded_at_ms;
	int64_t ended_at_ms;	   /* since when it does not hold any more */
	int64_t ended_recorded_ms; /* when we learnt that; 0: it is open */
};

bool effects_is_open(const struct effect_row *row);
/*
 * effects_rows(txn, target, source, arena, out, n): all that one source ever
 * said of it, oldest first. 0, or the error that the transaction now has.
 */
int effects_rows(struct lmdb_txn *txn, const struct object_ref *target,
    uint64_t source, struct arena *arena, struct effect_row **out, size_t *n);
/* effects_put(txn, target, row): write it, whole. */
void effects_put(struct lmdb_txn *txn, const struct object_ref *target,
    const struct effect_row *row);

#endif
