/*
 * Which listed entry is which stored one? The part of core/history that lays
 * the provider's list beside the record. Pure.
 */
#ifndef TRUEUP_CORE_MATCH_H
#define TRUEUP_CORE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct history_before;
struct listed;
struct observation;
struct transition;

#define MATCH_NONE SIZE_MAX

/* The list and the record side by side. Lives in the arena of match_make. */
struct match {
	const struct history_before *before;
	const struct observation *obs;

	const struct listed **list; /* the provider's, its end last */
	size_t n_list;
	size_t *stored_of; /* per listed one: the stored one, or MATCH_NONE */
	/*
	 * Per stored one: the listed one, or MATCH_NONE. For an observed one:
	 * the listed one that takes its place.
	 */
	size_t *listed_of;
	size_t n_appearing; /* listed ones that the record does not show */
};

/*
 * match_make(before, obs, arena, out): the k-th listed entry with some
 * (attempt, status, time) is the k-th stored one of source provider with the
 * same. Entries of one moment at the end of the list have no order of their
 * own: the one with the present status is taken as the end. For an object
 * whose provider lists no history the list is empty. 0, or ERR_FULL.
 */
int match_make(const struct history_before *before,
    const struct observation *obs, struct arena *arena, struct match *out);

/*
 * match_ahead(match): the stored, observed status that goes beyond the end of
 * the list, or NULL when the record ends as the list does.
 */
const struct transition *match_ahead(const struct match *match);

/*
 * match_is_outrun(match): the list shows nothing that the record does not, and
 * the record goes on where the list ends: entries are missing at the end, or
 * the status is back at the list's end from one that was seen beyond it. So
 * looks a lagging replica, or a past that was rewritten.
 */
bool match_is_outrun(const struct match *match);

/* match_is_listed(entry): from the provider's list, and not retracted. */
bool match_is_listed(const struct transition *entry);

#endif
