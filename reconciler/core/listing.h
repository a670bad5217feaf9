/*
 * One page of a provider's list of objects: how objects are found that nobody
 * told us of. In the queue a list is a job like any other, of the kind "list",
 * with the list's name as its id. Plain data.
 */
#ifndef TRUEUP_CORE_LISTING_H
#define TRUEUP_CORE_LISTING_H

#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	LISTING_ITEMS_MAX = 1000, /* of one page */
	LISTING_CURSOR_MAX = 400  /* bytes */
};

/* Everything lives as long as an observation would (observation.h). */
struct listing {
	const struct member *items; /* with the parents to ask for them */
	size_t n;
	const char
	    *next; /* where the next page begins; NULL: it was the last */
};

/* listing_kind: what the kind of a list's job is called; no client has it. */
extern const char listing_kind[];

/* listing_is(ref): it names a list and no object. */
bool listing_is(const struct object_ref *ref);

/*
 * listing_problem(listing, cursor): what is wrong with the answer to the page
 * at cursor (NULL: the first), for people; NULL: nothing.
 */
const char *listing_problem(const struct listing *listing, const char *cursor);

#endif
