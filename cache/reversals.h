/*
 * Inside of the store: what one look says of effects, written beside what was
 * said before (cache/effects.h). TABLE_TARGETS knows on which objects a source
 * has an effect, so that one which it does not name any more is lifted.
 */
#ifndef TRUEUP_CACHE_REVERSALS_H
#define TRUEUP_CACHE_REVERSALS_H

#include "cache/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_turn;
struct touched;

struct reversals_look {
	const struct object_record *source; /* as it is written now */
	bool had_effects;		    /* before this look */
	const struct effect *effects;
	size_t n_effects;
	int64_t happened_ms; /* when what this look found came about */
	int64_t started_ms;  /* when we began to ask */
};

/*
 * reversals_replace(turn, touched, look): these are now all effects of the
 * source; others that it had are lifted. The owners of targets on which
 * something is different are touched.
 */
void reversals_replace(struct store_turn *turn, struct touched *touched,
    const struct reversals_look *look);
/* reversals_any(effects, n): one of them is more than a lifting. */
bool reversals_any(const struct effect *effects, size_t n);

#endif
