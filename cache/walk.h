/*
 * Inside of the store: walks over all objects of a provider, some at a time.
 */
#ifndef TRUEUP_CACHE_WALK_H
#define TRUEUP_CACHE_WALK_H

#include <stddef.h>

struct store_place;
struct store_turn;

/*
 * walk_want(turn, place, max): up to max objects behind the place, which moves
 * on, are to be looked at (cause resync). Returns how many; 0: all are.
 */
size_t walk_want(
    struct store_turn *turn, struct store_place *place, size_t max);

#endif
