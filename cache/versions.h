/*
 * Inside of the store: the log of what grants were. Every version of a grant
 * stays, the current one too: since when it held by the provider's times, and
 * when we recorded it. Nothing here is ever changed or removed.
 */
#ifndef TRUEUP_CACHE_VERSIONS_H
#define TRUEUP_CACHE_VERSIONS_H

#include "cache/lmdb.h"
#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum version_kind {
	VERSION_HELD = 0,  /* this is what the grant was from then on */
	VERSION_WITHDRAWN, /* the object no longer gave it */
	VERSION_MOVED,	   /* the object went to another account */
	VERSION_KIND_COUNT
};

struct version {
	uint64_t number; /* of the object */
	uint16_t index;	 /* of the grant in the object */
	uint64_t version;
	enum version_kind kind;
	int64_t held_from_ms;
	int64_t recorded_at_ms;
	struct object_ref object;
	struct grant grant; /* what it was until then, when no longer held */
};

/* versions_last(txn, account, number, index, arena, out): the newest one. */
bool versions_last(struct lmdb_txn *txn, const char *account, uint64_t number,
    uint16_t index, struct arena *arena, struct version *out);

/*
 * versions_append(txn, account, version, arena): add it behind those of its
 * grant under this account; version->version is not looked at.
 */
void versions_append(struct lmdb_txn *txn, const char *account,
    const struct version *version, struct arena *arena);

/*
 * versions_load(txn, account, number, arena, out, n): all versions of an
 * account's grants (number 0), or of one object's under it, by number, index
 * and version. 0, or the error that the transaction now has.
 */
int versions_load(struct lmdb_txn *txn, const char *account, uint64_t number,
    struct arena *arena, struct version **out, size_t *n);

/*
 * versions_group(versions, n): how many from the start on are of the same
 * grant.
 */
size_t versions_group(const struct version *versions, size_t n);

#endif
