/*
 * A part of store.h, which includes it: how many objects there are.
 */
#ifndef TRUEUP_CACHE_POPULATION_H
#define TRUEUP_CACHE_POPULATION_H

#include "reconciler/core/schedule.h"

#include <stdint.h>

struct err_text;
struct store_view;

/*
 * store_view_population(view, provider, out, err): how many of its objects are
 * on record, by tier.
 */
int store_view_population(struct store_view *view, const char *provider,
    uint64_t out[SCHEDULE_TIER_COUNT], struct err_text *err);

#endif
