#include <stddef.h>

#include "reconciler/core/plan.h"

static const double ms_per_s = 1000.0;
static const double uint64_end = 18446744073709551616.0; /* 2^64 */
static const double int64_end = 9223372036854775808.0;	 /* 2^63 */

/* The turns of an object are 7/8 of its time apart: see schedule_resync. */
static double looks_per_s(int64_t within_ms)
{
	return ms_per_s / ((double)within_ms * 7 / 8);
}

static enum plan_verdict judge(double required, double rate, double available)
{
	if (required <= available)
		return PLAN_KEPT;
	return required <= rate ? PLAN_TIGHT : PLAN_IMPOSSIBLE;
}

static uint64_t count_of(double n)
{
	return n >= uint64_end ? UINT64_MAX : (uint64_t)n;
}

static int64_t moment_of(double ms)
{
	return ms >= int64_end ? INT64_MAX : (int64_t)ms;
}

void plan_resync(const struct schedule *schedule, double rate,
    const uint64_t objects[SCHEDULE_TIER_COUNT], struct plan *out)
{
	*out = (struct plan){.objects = 0};
	for (size_t i = 0; i < SCHEDULE_TIER_COUNT; i++) {
		out->objects += objects[i];
		out->required +=
		    (double)objects[i] * looks_per_s(schedule_within(
					     schedule, (enum schedule_tier)i));
	}
	out->available = rate * (100 - PLAN_RESERVED_PERCENT) / 100;
	out->verdict = judge(out->required, rate, out->available);
	if (out->available <= 0) {
		out->shortest_resync_ms = out->required > 0 ? INT64_MAX : 0;
		return;
	}
	out->share = out->required / out->available;
	out->shortest_resync_ms =
	    moment_of((double)schedule->resync_ms * out->share);
	out->most_objects =
	    out->required > 0
		? count_of((double)out->objects / out->share)
		: count_of(out->available / looks_per_s(schedule_within(
						schedule, SCHEDULE_ACTIVE)));
}

const char *plan_verdict_name(enum plan_verdict verdict)
{
	static const char *const names[] = {
	    [PLAN_KEPT] = "kept",
	    [PLAN_TIGHT] = "tight",
	    [PLAN_IMPOSSIBLE] = "impossible",
	};

	return (unsigned int)verdict <= PLAN_IMPOSSIBLE ? names[verdict]
							: "unknown";
}
