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
#include <stdint.h>

enum {
	LISTING_ITEMS_MAX = 1000, /* of one page */
	LISTING_CURSOR_MAX = 400  /* bytes */
};

/*
 * A list whose items are not objects but what happened to them, newest first,
 * and which the provider keeps for a while only (core/catch_up.h).
 */
struct listing_log {
	int64_t window_ms;  /* it is kept for so long */
	int64_t overlap_ms; /* entries may show up so late */
	/* An answer that was asked for so long after an entry shows it: as
	 * exactly as entries say when they were, and clocks agree. */
	int64_t slack_ms;
};

/* Everything lives as long as an observation would (observation.h). */
struct listing {
	const struct member *items;    /* with the parents to ask for them */
	const struct listing_log *log; /* NULL: it is a list of objects */
	const int64_t *at_ms; /* of a log: when, by the provider's clock */
	size_t n;
	size_t other_mode; /* entries that were left out for their mode */
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
