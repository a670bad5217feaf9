/*
 * The judgement on history: which entries does one more observation add, which
 * does it retract, and was it news at all? Pure: no clock, no store.
 *
 * Rules (reconciler/core/DESIGN.md, "History"):
 * - Where the provider lists history, its list is the truth: the k-th listed
 *   entry with some (attempt, status, time) is the k-th stored one with the
 *   same; the rest is appended in listed order; a stored entry of source
 *   `provider` that is no longer listed is marked retracted (and unmarked when
 *   it is listed again). A status that the list does not end with is appended
 *   as an observed entry, once; when the list later carries it, the observed
 *   one is retracted in its favour.
 * - Where it does not, an entry is added only when the status or a fact that
 *   matters differs from the last one. Its time is the provider's, if that is
 *   newer than the last entry's, else ours, and then it is an observed one.
 * - Facts that differ while the list did not grow are an observed entry whose
 *   status stays; its reason tells them ("cancel_date: none"). It is never
 *   retracted in favour of the list.
 * - An object that the provider gives to another customer or account is a fact
 *   that differs, and told first ("customer: cst_2, was cst_1"). Being told for
 *   the first time whose it is is none.
 * - Of the entries that one look adds, all but the newest are collapsed, and
 *   the newest too when no notice asked for the look.
 * - An answer that is older than the record is STALE: nothing is taken from it
 *   until `accept_older` is set by the caller (after the re-check ladder),
 *   because it may come from a lagging replica rather than tell of a rewritten
 *   past. Older is what has an older version of the provider's own; without
 *   one, or with the same, a list that lost its end, and a status that is back
 *   at the end of the list from one that was seen beyond it.
 */
#ifndef TRUEUP_CORE_HISTORY_H
#define TRUEUP_CORE_HISTORY_H

#include "reconciler/core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct observation;

/* One stored history entry. Text is borrowed from whoever read it. */
struct transition {
	uint64_t seq;	  /* from 1, per object, in the order of recording */
	const char *from; /* the word before; NULL for the first */
	const char *status;
	enum state state;
	int64_t at_ms;
	const char *at_text;	/* the provider's text, or NULL */
	int64_t after_ms;	/* observed: last time the old one was known */
	int64_t recorded_at_ms; /* ours */
	enum source source;
	enum cause cause;
	bool collapsed;
	int64_t attempt; /* 0: none */
	const char *reason;
	const char *reason_code;
	int64_t retracted_at_ms; /* 0: the provider still lists it */
};

/* What was known of the object before this look, and how we came to look. */
struct history_before {
	const struct transition *entries; /* by seq */
	size_t n;
	const char *facts; /* canonical text of the last look, or NULL */
	/* As the provider said of the object itself, or NULL. */
	const char *customer;
	const char *account;
	int64_t version_ms;
	int64_t verified_at_ms; /* last successful look; 0: never */
	bool known;		/* an object record exists */
};

struct history_look {
	enum cause cause;
	bool notified;	    /* at least one notice asked for this look */
	bool accept_older;  /* the ladder is done: believe an older version */
	int64_t started_ms; /* when the fetch started */
	int64_t now_ms;	    /* what recorded_at will be */
};

enum history_news {
	HISTORY_SAME = 0, /* nothing newer than what we hold */
	HISTORY_NEWS,	  /* entries added, retracted or a fact changed */
	HISTORY_STALE	  /* the answer is older than the record */
};

/* Change of an entry that is already stored. */
struct history_mark {
	size_t index;		 /* into before->entries */
	int64_t retracted_at_ms; /* new value; 0 takes the mark back */
	const char *reason;	 /* not NULL: was empty, now given */
	const char *reason_code;
};

struct history_plan {
	enum history_news news;
	const struct transition *append; /* seq continues the stored ones */
	size_t n_append;
	const struct history_mark *marks;
	size_t n_marks;
	const char *facts; /* canonical text to store with the object */
	/*
	 * Same version as the record but another content: the later fetch
	 * wins, and the object is to be looked at again soon.
	 */
	bool tie;
};

/*
 * history_merge(before, obs, look, arena, out): judge. All text in out is
 * borrowed from before, obs or arena. 0, or ERR_FULL (arena).
 */
int history_merge(const struct history_before *before,
    const struct observation *obs, const struct history_look *look,
    struct arena *arena, struct history_plan *out);

/*
 * history_facts(obs, arena): the canonical text of its facts, names in the
 * order given, "name=value" lines; "" for none; NULL when the arena is full.
 */
const char *history_facts(const struct observation *obs, struct arena *arena);

#endif
