/*
 * How much asking a number of objects takes, and how much a provider allows:
 * what `check-config` and the planner of `make bench` print. Pure.
 */
#ifndef TRUEUP_CORE_PLAN_H
#define TRUEUP_CORE_PLAN_H

#include "reconciler/core/schedule.h"

#include <stdint.h>

/* Of each hundred requests so many are for notices and what they lead to. */
enum { PLAN_RESERVED_PERCENT = 20 };

/* How well a provider's budget serves its resync. */
enum plan_verdict {
	PLAN_KEPT = 0,	/* with room for notices */
	PLAN_TIGHT,	/* within the rate, but notices are felt */
	PLAN_IMPOSSIBLE /* objects are re-read later than they should be */
};

struct plan {
	uint64_t objects;
	double required;  /* requests a second for the resync alone */
	double available; /* requests a second, the reserved ones left out */
	double share;	  /* required by available */
	/* Kept with this resync or a longer one; ended objects in proportion.
	 */
	int64_t shortest_resync_ms;
	uint64_t most_objects; /* that are kept at this rate and resync */
	enum plan_verdict verdict;
};

/*
 * plan_resync(schedule, rate, objects, out): objects by tier, at a rate of
 * requests a second, one request for each look. No rate: IMPOSSIBLE, unless
 * there are no objects.
 */
void plan_resync(const struct schedule *schedule, double rate,
    const uint64_t objects[SCHEDULE_TIER_COUNT], struct plan *out);

/* plan_verdict_name(verdict): "kept" "tight" "impossible". */
const char *plan_verdict_name(enum plan_verdict verdict);

#endif
