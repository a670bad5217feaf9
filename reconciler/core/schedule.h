/*
 * When to look (again). Pure arithmetic on times and counts; randomness is an
 * argument, so that a restart or a test changes nothing.
 */
#ifndef TRUEUP_CORE_SCHEDULE_H
#define TRUEUP_CORE_SCHEDULE_H

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
	SCHEDULE_RUNGS_MAX = 8
};

/* One provider's timing; immutable once loaded. */
struct schedule {
	int64_t rungs_ms[SCHEDULE_RUNGS_MAX]; /* re-checks after no news */
	size_t n_rungs;
	int64_t resync_ms;	   /* every object is re-read within it */
	int64_t missing_window_ms; /* how long a 404 after a notice is normal */
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

/*
 * schedule_next_check(obs, now, schedule, random, boundary): when to look
 * unasked: just after the next boundary or renewal; while one is overdue, in an
 * hour, or in an eighth of the time since it was due, if that is more; or
 * within resync (spread over its last quarter); whichever is first. *boundary:
 * it is not for resync.
 */
int64_t schedule_next_check(const struct observation *obs, int64_t now_ms,
    const struct schedule *schedule, uint64_t random, bool *boundary);

#endif
