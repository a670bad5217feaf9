#include "reconciler/core/ms.h"
#include "reconciler/core/observation.h"

#include "reconciler/core/schedule.h"

static const int64_t missing_steps_ms[] = {1000, 5000, 30000, 300000};

enum { N_MISSING_STEPS = sizeof(missing_steps_ms) / sizeof(int64_t) };

/* A number in 0..max. */
static int64_t spread(uint64_t random, int64_t max)
{
	return (int64_t)(random % ((uint64_t)max + 1));
}

int64_t schedule_retry(int64_t now_ms, uint32_t attempts, uint64_t random)
{
	const int64_t least_ms = SCHEDULE_RETRY_BASE_MS / 4;
	int64_t window_ms = SCHEDULE_RETRY_BASE_MS;
	uint32_t i;

	for (i = 1; i < attempts && window_ms < SCHEDULE_RETRY_CAP_MS; i++)
		window_ms *= 2;
	if (window_ms > SCHEDULE_RETRY_CAP_MS)
		window_ms = SCHEDULE_RETRY_CAP_MS;
	return ms_add(now_ms, least_ms + spread(random, window_ms - least_ms));
}

/* Looks that fit into a window when nothing but the clock asks for them. */
static int64_t window_looks(int64_t window_ms)
{
	const int64_t last_ms = missing_steps_ms[N_MISSING_STEPS - 1];

	return N_MISSING_STEPS + window_ms / last_ms;
}

bool schedule_missing(int64_t now_ms, int64_t first_missing_ms,
    uint32_t attempts, const struct schedule *schedule, int64_t *out_ms)
{
	int64_t window_ms = schedule->missing_window_ms;
	uint32_t step = attempts == 0 ? 0 : attempts - 1;

	if (window_ms <= 0 || ms_between(first_missing_ms, now_ms) >= window_ms)
		return false;
	if (first_missing_ms > now_ms && attempts > window_looks(window_ms))
		return false;
	if (step >= N_MISSING_STEPS)
		step = N_MISSING_STEPS - 1;
	*out_ms = ms_add(now_ms, missing_steps_ms[step]);
	return true;
}

bool schedule_rung(int64_t now_ms, uint32_t rung,
    const struct schedule *schedule, int64_t *out_ms)
{
	if (rung >= schedule->n_rungs || rung >= SCHEDULE_RUNGS_MAX)
		return false;
	*out_ms = ms_add(now_ms, schedule->rungs_ms[rung]);
	return true;
}

int64_t schedule_spaced(int64_t now_ms, int64_t last_started_ms)
{
	if (last_started_ms == 0 || last_started_ms > now_ms ||
	    ms_between(last_started_ms, now_ms) >= SCHEDULE_SPACING_MS)
		return now_ms;
	return ms_add(last_started_ms, SCHEDULE_SPACING_MS);
}

int64_t schedule_overdue(const struct observation *obs, int64_t now_ms)
{
	int64_t since_ms = 0, renews_ms;

	for (size_t i = 0; i < obs->n_grants; i++) {
		renews_ms = obs->grants[i].renews_ms;
		if (renews_ms != 0 && renews_ms <= now_ms &&
		    (since_ms == 0 || renews_ms < since_ms))
			since_ms = renews_ms;
	}
	return since_ms;
}

/* The next look so far, and whether it is for a boundary. */
struct next {
	int64_t now_ms;
	int64_t at_ms;
	bool boundary;
};

/* The later a renewal is, the less does an hour tell. */
static void meet_overdue(struct next *next, int64_t since_ms)
{
	int64_t wait_ms = ms_between(since_ms, next->now_ms) / 8;

	if (wait_ms < SCHEDULE_OVERDUE_MS)
		wait_ms = SCHEDULE_OVERDUE_MS;
	if (ms_add(next->now_ms, wait_ms) > next->at_ms)
		return;
	next->at_ms = ms_add(next->now_ms, wait_ms);
	next->boundary = true;
}

static void meet_boundary(struct next *next, int64_t boundary_ms)
{
	int64_t at_ms = ms_add(boundary_ms, SCHEDULE_BOUNDARY_SLACK_MS);

	if (boundary_ms == 0 || at_ms <= next->now_ms || at_ms > next->at_ms)
		return;
	next->at_ms = at_ms;
	next->boundary = true;
}

int64_t schedule_next_check(const struct observation *obs, int64_t now_ms,
    const struct schedule *schedule, uint64_t random, bool *boundary)
{
	int64_t resync_ms = schedule->resync_ms, overdue_ms;
	struct next next = {.now_ms = now_ms};

	if (resync_ms < SCHEDULE_SPACING_MS)
		resync_ms = SCHEDULE_SPACING_MS;
	next.at_ms = ms_add(
	    now_ms, resync_ms - resync_ms / 4 + spread(random, resync_ms / 4));
	overdue_ms = schedule_overdue(obs, now_ms);
	if (overdue_ms != 0)
		meet_overdue(&next, overdue_ms);
	for (size_t i = 0; i < obs->n_boundaries; i++)
		meet_boundary(&next, obs->boundaries_ms[i]);
	for (size_t i = 0; i < obs->n_grants; i++)
		meet_boundary(&next, obs->grants[i].renews_ms);
	*boundary = next.boundary;
	return next.at_ms;
}
