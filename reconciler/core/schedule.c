#include "reconciler/core/health.h"
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

/* ---- by age ----------------------------------------------------------- */

const char *schedule_tier_name(enum schedule_tier tier)
{
	static const char *const names[SCHEDULE_TIER_COUNT] = {
	    [SCHEDULE_ACTIVE] = "active",
	    [SCHEDULE_RECENT] = "recent",
	    [SCHEDULE_ENDED] = "ended",
	};

	return (unsigned int)tier < SCHEDULE_TIER_COUNT ? names[tier]
							: "unknown";
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Nothing can make of it what it was any more. */
static bool is_final(
    const struct schedule_age *age, int64_t since_ms, int64_t now_ms)
{
	switch (age->state) {
	case STATE_ENDED:
	case STATE_FAILED:
	case STATE_REFUNDED:
	case STATE_REVERSED:
		return age->reversible_until_ms <= now_ms;
	case STATE_PAID:
		if (age->reversible_until_ms != 0)
			return age->reversible_until_ms <= now_ms;
		return ms_between(since_ms, now_ms) >= SCHEDULE_SETTLED_MS;
	default:
		return false;
	}
}

static bool is_ended(const struct schedule *schedule,
    const struct schedule_age *age, int64_t now_ms)
{
	int64_t since_ms =
	    age->changed_ms != 0 ? age->changed_ms : age->seen_ms;

	return schedule->resync_ended_ms > schedule->resync_ms &&
	       since_ms != 0 &&
	       ms_between(since_ms, now_ms) >= schedule->resync_ended_ms &&
	       is_final(age, since_ms, now_ms);
}

enum schedule_tier schedule_tier(const struct schedule *schedule,
    const struct schedule_age *age, int64_t now_ms)
{
	if (age->changed_ms != 0 && age->changed_ms <= now_ms &&
	    ms_between(age->changed_ms, now_ms) < schedule->resync_ms)
		return SCHEDULE_RECENT;
	return is_ended(schedule, age, now_ms) ? SCHEDULE_ENDED
					       : SCHEDULE_ACTIVE;
}

int64_t schedule_within(
    const struct schedule *schedule, enum schedule_tier tier)
{
	int64_t within_ms = schedule->resync_ms;

	if (tier == SCHEDULE_RECENT)
		within_ms /= SCHEDULE_LATELY;
	else if (tier == SCHEDULE_ENDED)
		within_ms = most(within_ms, schedule->resync_ended_ms);
	return most(within_ms, SCHEDULE_SPACING_MS);
}

int64_t schedule_longest(const struct schedule *schedule)
{
	return schedule_within(schedule, SCHEDULE_ENDED);
}

int64_t schedule_fresh(const struct schedule *schedule, enum state state)
{
	return state == STATE_ENDED
		   ? most(schedule->resync_ms, schedule->resync_ended_ms)
		   : schedule->resync_ms;
}

/* Ids that count up must not stand in a row (the end of splitmix64). */
static uint64_t mixed(uint64_t phase)
{
	phase = (phase ^ (phase >> 30)) * 0xbf58476d1ce4e5b9u;
	phase = (phase ^ (phase >> 27)) * 0x94d049bb133111ebu;
	return phase ^ (phase >> 31);
}

int64_t schedule_resync(int64_t now_ms, int64_t within_ms, uint64_t phase)
{
	int64_t period_ms = within_ms - within_ms / 8;
	int64_t from_ms = ms_add(now_ms, within_ms / 16);
	int64_t turn_ms = (int64_t)(mixed(phase) % (uint64_t)period_ms);
	int64_t past_ms =
	    (from_ms % period_ms + period_ms - turn_ms) % period_ms;

	if (past_ms < 0)
		past_ms += period_ms; /* a clock before 1970 */
	return past_ms == 0 ? from_ms : ms_add(from_ms, period_ms - past_ms);
}

int64_t schedule_longest_wait(const struct schedule *schedule)
{
	int64_t wait_ms =
	    most(SCHEDULE_RETRY_CAP_MS, HEALTH_RETRY_AFTER_MAX_MS);

	for (size_t i = 0; i < schedule->n_rungs && i < SCHEDULE_RUNGS_MAX; i++)
		wait_ms = most(wait_ms, schedule->rungs_ms[i]);
	return most(wait_ms, schedule->missing_window_ms);
}

/* ---- the next look unasked -------------------------------------------- */

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
    const struct schedule *schedule, const struct schedule_turn *turn,
    bool *boundary)
{
	struct next next = {.now_ms = now_ms};
	int64_t overdue_ms;

	next.at_ms = schedule_resync(
	    now_ms, schedule_within(schedule, turn->tier), turn->phase);
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
