/*
 * When to look (again). Pure arithmetic on times and counts; randomness is an
 * argument, so that a restart or a test changes nothing.
 */
#ifndef TRUEUP_CORE_SCHEDULE_H
#define TRUEUP_CORE_SCHEDULE_H

#include "reconciler/core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observation;

enum {
	/* One object is fetched at most about once in this time. */
	SCHEDULE_SPACING_MS = 1000,
	/* A boundary is looked at this long after it. */
	SCHEDULE_BOUNDARY_SLACK_MS = 1000,
	SCHEDULE_RETRY_BASE_MS = 1000,
	SCHEDULE_RETRY_CAP_MS = 3600 * 1000,
	/* Malformed answers in a row before a job is parked. */
	SCHEDULE_GARBLED_MAX = 5,
	/*
	 * A change recorded this lately explains a notice that shows nothing:
	 * the rest of a burst about it. Longer would take a later change that
	 * a replica does not show yet for its echo.
	 */
	SCHEDULE_EXPLAINED_MS = SCHEDULE_SPACING_MS,
	/* What should have been renewed is looked at this often, or rarer. */
	SCHEDULE_OVERDUE_MS = 3600 * 1000,
	SCHEDULE_RUNGS_MAX = 8,
	/* What changed lately is re-read so many times as often. */
	SCHEDULE_LATELY = 4
};

/*
 * A payment whose provider does not say until when it may be reversed is taken
 * for settled after this: disputes come within 120 days (Stripe, "Disputes").
 */
#define SCHEDULE_SETTLED_MS ((int64_t)120 * 24 * 3600 * 1000)

/* One provider's timing; immutable once loaded. */
struct schedule {
	int64_t rungs_ms[SCHEDULE_RUNGS_MAX]; /* re-checks after no news */
	size_t n_rungs;
	int64_t resync_ms;	   /* every object is re-read within it */
	int64_t resync_ended_ms;   /* those that are over; less: resync_ms */
	int64_t missing_window_ms; /* how long a 404 after a notice is normal */
};

/* How often an object is re-read. The numbers are in the store. */
enum schedule_tier {
	SCHEDULE_ACTIVE = 0, /* within resync */
	SCHEDULE_RECENT,     /* changed within the last resync: sooner */
	SCHEDULE_ENDED,	     /* over for long, and not to be reversed */
	SCHEDULE_TIER_COUNT
};

/* What its tier follows from. */
struct schedule_age {
	enum state state;
	int64_t changed_ms;	     /* its last known change; 0: unknown */
	int64_t seen_ms;	     /* when it was first seen */
	int64_t reversible_until_ms; /* 0: the provider does not say */
};

/* Which turn an object has among all others. */
struct schedule_turn {
	enum schedule_tier tier;
	uint64_t phase; /* a number of its own, the same each time */
};

/*
 * schedule_retry(now, attempts, random): exponential with full jitter: a moment
 * in (now, now + min(cap, base * 2^(attempts-1))], never less than base/4 away.
 * attempts counts the failed ones, from 1.
 */
int64_t schedule_retry(int64_t now_ms, uint32_t attempts, uint64_t random);

/*
 * schedule_missing(now, first_missing, attempts, schedule, out): the next look
 * after "no such object": soon at first (1 s, 5 s, 30 s, 5 min, then every
 * 5 min) while the window is open. attempts counts the missing ones, from 1.
 * false: the window is over, believe it. A first_missing in the future (the
 * clock stepped back) keeps it open for as many looks as a window has.
 */
bool schedule_missing(int64_t now_ms, int64_t first_missing_ms,
    uint32_t attempts, const struct schedule *schedule, int64_t *out_ms);

/*
 * schedule_rung(now, rung, schedule, out): when to look again after a notified
 * look that showed nothing new; rung counts from 0. false: the ladder is done.
 */
bool schedule_rung(int64_t now_ms, uint32_t rung,
    const struct schedule *schedule, int64_t *out_ms);

/*
 * schedule_spaced(now, last_started): the earliest moment at which an object
 * last fetched at last_started (0: never) may be fetched again. A last_started
 * in the future (the clock stepped back) does not hold anything up.
 */
int64_t schedule_spaced(int64_t now_ms, int64_t last_started_ms);

/*
 * schedule_overdue(obs, now): since when a renewal that is due (of the grants,
 * the first) has not come; 0: none is.
 */
int64_t schedule_overdue(const struct observation *obs, int64_t now_ms);

/* schedule_tier_name(tier): "active" "recent" "ended". */
const char *schedule_tier_name(enum schedule_tier tier);

/*
 * schedule_tier(schedule, age, now): RECENT: it changed within the last resync.
 * ENDED: re-reading such ones is to be rarer (resync_ended), it came to an end
 * that nothing can take back any more (a payment: reversible_until, else
 * SCHEDULE_SETTLED_MS), and has been so for resync_ended. What a clock that
 * stepped back says to be to come makes neither of them.
 */
enum schedule_tier schedule_tier(const struct schedule *schedule,
    const struct schedule_age *age, int64_t now_ms);

/*
 * schedule_within(schedule, tier): an object of it is re-read within this, at
 * least a spacing. schedule_longest(schedule): the longest of these.
 */
int64_t schedule_within(
    const struct schedule *schedule, enum schedule_tier tier);
int64_t schedule_longest(const struct schedule *schedule);

/*
 * schedule_fresh(schedule, state): for how long a look at what is in this state
 * vouches for it: resync, or resync_ended of what has ended.
 */
int64_t schedule_fresh(const struct schedule *schedule, enum state state);

/*
 * schedule_resync(now, within, phase): an object's next turn by age: between a
 * sixteenth and fifteen sixteenths of `within` from now. The turns of one phase
 * are always the same moments, 7/8 of `within` apart: so what was read at once
 * is not due at once, however often, and whatever held it up.
 */
int64_t schedule_resync(int64_t now_ms, int64_t within_ms, uint64_t phase);

/*
 * schedule_longest_wait(schedule): no job waits longer than this for a retry, a
 * rung or its missing window: a due time that is farther away was written by
 * another clock.
 */
int64_t schedule_longest_wait(const struct schedule *schedule);

/*
 * schedule_next_check(obs, now, schedule, turn, boundary): when to look
 * unasked: just after the next boundary or renewal; while one is overdue, in an
 * hour, or in an eighth of the time since it was due, if that is more; or at
 * its turn by age; whichever is first. *boundary: it is not the last.
 */
int64_t schedule_next_check(const struct observation *obs, int64_t now_ms,
    const struct schedule *schedule, const struct schedule_turn *turn,
    bool *boundary);

#endif
