/*
 * The part of entitle.h about several grants: until when somebody says the same
 * without a gap. Pure.
 */
#ifndef TRUEUP_CORE_CHAIN_H
#define TRUEUP_CORE_CHAIN_H

#include "reconciler/core/entitle.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

/* Links of a chain that one pass puts in order without scratch memory. */
enum { CHAIN_WINDOW = 256 };

/*
 * chain_end(grants, n, says, now, scratch): the first moment, not before now,
 * at which no grant says so any more; now when none does at now; INT64_MAX:
 * never. Grants in the order of time, either way, are two passes over them.
 * Others need memory, 32 bytes a grant, taken from scratch if it has room, and
 * are one pass and a sort then; else (NULL: none) one pass for every
 * CHAIN_WINDOW links.
 */
int64_t chain_end(const struct held_grant *grants, size_t n, enum entitled says,
    int64_t now_ms, struct arena *scratch);

#endif
