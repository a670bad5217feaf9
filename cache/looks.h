/*
 * Inside of the store: how the last looks came out that somebody waits for, so
 * that whoever does can see it from outside, an answer that left nothing else
 * behind included. A table of fixed size; what is new takes the place of
 * something older.
 */
#ifndef TRUEUP_CACHE_LOOKS_H
#define TRUEUP_CACHE_LOOKS_H

#include "cache/lmdb.h"
#include "reconciler/core/name.h"

#include <stdint.h>

struct arena;
struct look;
struct settlement;

enum {
	LOOKS_PLACES = 16384, /* remembered at most, of all providers */
	LOOKS_CAUSE_MAX = 300 /* bytes of a cause that are kept */
};

/*
 * looks_note(s): a settled look, when a person asked for it, or when its answer
 * names other objects: who waits for one waits for these as well.
 */
void looks_note(struct settlement *s);

/* looks_get(txn, ref, arena, out): 0, ERR_ABSENT, or the sticky error. */
int looks_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct look *out);
/* looks_started(txn, ref): when the one that is remembered began; 0: none. */
int64_t looks_started(struct lmdb_txn *txn, const struct object_ref *ref);

#endif
