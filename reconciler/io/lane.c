#include <string.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/log.h"
#include "reconciler/core/schedule.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/lane.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t lane_room(struct lane *lane, struct lane_now now)
{
	size_t allowed = health_allows(
	    &lane->health, now.wall_ms, lane->provider->key_stamp);
	size_t most = least(lane->limit, allowed);

	if (lane->in_flight >= most)
		return 0;
	return least(
	    most - lane->in_flight, pace_available(&lane->pace, now.mono_ms));
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t lane_wait_ms(struct lane *lane, struct lane_now now)
{
	int64_t wait_ms;
	uint32_t allowed = health_allows(
	    &lane->health, now.wall_ms, lane->provider->key_stamp);

	if (lane->next_due_ms == 0 || lane->in_flight >= lane->limit)
		return INT64_MAX;
	wait_ms = later(0, lane->next_due_ms - now.wall_ms);
	if (allowed == 0)
		wait_ms = later(wait_ms, lane->health.until_ms - now.wall_ms);
	else if (lane->in_flight >= allowed)
		return INT64_MAX; /* the probe's answer decides */
	return later(wait_ms, pace_wait_ms(&lane->pace, now.mono_ms));
}

bool lane_is_drained(const struct lane *lane, struct lane_now now)
{
	int64_t soon_ms =
	    now.wall_ms + (lane->next_spaced ? SCHEDULE_SPACING_MS : 0);

	if (lane->next_due_ms == 0 || lane->next_due_ms > soon_ms)
		return true;
	return health_allows(
		   &lane->health, now.wall_ms, lane->provider->key_stamp) == 0;
}

static const char *advice(const struct lane *lane)
{
	switch (lane->health.state) {
	case HEALTH_BARRED:
		return "put a valid key into api_key_file; it is tried again "
		       "as soon as the file changes";
	case HEALTH_WAITING:
	case HEALTH_OK:
	default:
		return NULL;
	}
}

static void log_health(const struct lane *lane, const struct log *log)
{
	static const enum log_level levels[] = {
	    [HEALTH_OK] = LOG_INFO,
	    [HEALTH_WAITING] = LOG_WARN,
	    [HEALTH_BARRED] = LOG_ERR,
	};
	const struct health *h = &lane->health;
	char until[CLOCK_TEXT_MAX];
	bool ok = h->state == HEALTH_OK;
	struct log_pair pairs[] = {
	    log_text("provider", lane->provider->name),
	    log_text("health", health_name(h->state)),
	    log_text("reason", ok ? NULL : h->reason),
	    log_text("next_try", ok ? NULL : clock_format(h->until_ms, until)),
	    log_text("key_file", h->state == HEALTH_BARRED
				     ? lane->provider->api_key_file
				     : NULL),
	    log_text("do", advice(lane)),
	};

	log_event(log, levels[h->state], "provider_health", pairs,
	    sizeof(pairs) / sizeof(pairs[0]));
}

void lane_fold(
    struct lane *lane, const struct health_event *event, const struct log *log)
{
	lane->health_dirty = true;
	if (health_after(&lane->health, event))
		log_health(lane, log);
}
