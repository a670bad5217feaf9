/*
 * Inside of the store: does an observation fit into its tables? A client
 * answers for its own bounds; this is what keeps one hostile answer from
 * failing every commit of the worker.
 */
#ifndef TRUEUP_CACHE_SCREEN_H
#define TRUEUP_CACHE_SCREEN_H

struct observation;

enum {
	SCREEN_FACTS_MAX = 4096, /* bytes of all facts together */
	SCREEN_NAME_MAX = 1000,	 /* of a product, label or unit */
	SCREEN_TEXT_MAX = 1000	 /* of a reason, a time as text */
};

/* screen_problem(obs): what is wrong with it, for people; NULL: nothing. */
const char *screen_problem(const struct observation *obs);

#endif
