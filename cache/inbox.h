/*
 * Inside of the store: the inbox, an append-only sequence of notices. Any
 * process appends, the worker collects.
 */
#ifndef TRUEUP_CACHE_INBOX_H
#define TRUEUP_CACHE_INBOX_H

#include "cache/lmdb.h"
#include "cache/store.h"

#include <stdint.h>

struct arena;

enum { INBOX_VERSION = 1 /* of a notice record */ };

/*
 * inbox_decode(key, value, arena, seq, out): a row of TABLE_INBOX. 0, ERR_BAD,
 * or ERR_FULL (arena).
 */
int inbox_decode(struct span key, struct span value, struct arena *arena,
    uint64_t *seq, struct notice *out);

#endif
