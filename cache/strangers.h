/*
 * Inside of the store: what is remembered of strangers (core/stranger.h): who
 * is one, and which of them turned out to be nobody's. The memory is a table of
 * fixed size; what is new takes the place of something older.
 */
#ifndef TRUEUP_CACHE_STRANGERS_H
#define TRUEUP_CACHE_STRANGERS_H

#include "reconciler/core/name.h"

#include <stdbool.h>

struct notice;
struct store_turn;

enum {
	STRANGERS_PLACES = 16384 /* ids remembered at most, of all providers */
};

/*
 * strangers_is_trusted(turn, notice): nobody has to doubt that the object is
 * real: a person asked, or the provider signed.
 */
bool strangers_is_trusted(
    const struct store_turn *turn, const struct notice *notice);
/* strangers_is_one(turn, ref): no record knows of such an object. */
bool strangers_is_one(struct store_turn *turn, const struct object_ref *ref);

/* strangers_remember(turn, ref): it turned out to be nobody's. */
void strangers_remember(struct store_turn *turn, const struct object_ref *ref);
/* strangers_remembered(turn, ref): and that is not long ago. */
bool strangers_remembered(
    struct store_turn *turn, const struct object_ref *ref);

#endif
