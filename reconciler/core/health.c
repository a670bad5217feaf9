#include <string.h>

#include "reconciler/core/ms.h"

#include "reconciler/core/health.h"

enum { HTTP_TOO_MANY_REQUESTS = 429 };

static const char *const names[] = {
    [HEALTH_OK] = "ok",
    [HEALTH_WAITING] = "waiting",
    [HEALTH_BARRED] = "barred",
};

const char *health_name(enum health_state state)
{
	if ((unsigned int)state > HEALTH_BARRED)
		return "unknown";
	return names[state];
}

const char *health_advice(enum health_state state)
{
	if (state != HEALTH_BARRED)
		return NULL;
	return "put a valid key into api_key_file; it is tried again as soon "
	       "as the file changes, and at once after `trueup queue retry "
	       "PROVIDER`";
}

/* No wait of ours is longer; one that is was written by another clock. */
static int64_t longest_ms(enum health_state state)
{
	return state == HEALTH_BARRED ? HEALTH_BARRED_CAP_MS
				      : HEALTH_RETRY_AFTER_MAX_MS;
}

static bool is_held(const struct health *health, int64_t now_ms)
{
	int64_t left_ms = ms_between(now_ms, health->until_ms);

	return health->state != HEALTH_OK && left_ms > 0 &&
	       left_ms <= longest_ms(health->state);
}

uint32_t health_allows(
    const struct health *health, int64_t now_ms, uint64_t key_stamp)
{
	if (health->state == HEALTH_OK)
		return UINT32_MAX;
	if (health->state == HEALTH_BARRED && health->key_stamp != key_stamp)
		return 1;
	return is_held(health, now_ms) ? 0 : 1;
}

/* base * 2^probes up to cap; the upper half of it is left to chance. */
static int64_t back_off(
    int64_t base_ms, int64_t cap_ms, uint32_t probes, uint64_t random)
{
	int64_t window_ms = base_ms;
	uint32_t i;

	for (i = 0; i < probes && window_ms < cap_ms; i++)
		window_ms *= 2;
	if (window_ms > cap_ms)
		window_ms = cap_ms;
	return window_ms / 2 +
	       (int64_t)(random % ((uint64_t)window_ms / 2 + 1));
}

static void note(struct health *health, const char *cause)
{
	size_t len;

	if (cause == NULL)
		cause = "";
	len = observation_cut(cause, sizeof(health->reason) - 1);
	memcpy(health->reason, cause, len);
	health->reason[len] = '\0';
}

/* The state that an event leads to; a new one begins without probes. */
static void enter(struct health *health, enum health_state state,
    const struct health_event *event)
{
	if (health->state == state) {
		if (health->probes < UINT32_MAX)
			health->probes++;
		return;
	}
	health->state = state;
	health->since_ms = event->now_ms;
	health->probes = 0;
}

static void take_answer(struct health *health, const struct health_event *event)
{
	health->last_ok_ms = event->now_ms;
	if (event->verdict == VERDICT_GARBLED) {
		health->errors++;
		health->last_error_ms = event->now_ms;
		note(health, event->cause);
	}
	if (health->state == HEALTH_WAITING && is_held(health, event->now_ms))
		return;
	health->failures = 0;
	if (health->state == HEALTH_OK)
		return;
	enter(health, HEALTH_OK, event);
	health->until_ms = 0;
	health->key_stamp = 0;
	if (event->verdict != VERDICT_GARBLED)
		note(health, NULL);
}

/* When the provider asked us to stay away, that; else our own back-off. */
static int64_t pause_ms(
    const struct health *health, const struct health_event *event)
{
	if (event->retry_after_ms > HEALTH_RETRY_AFTER_MAX_MS)
		return HEALTH_RETRY_AFTER_MAX_MS;
	if (event->retry_after_ms > 0)
		return event->retry_after_ms;
	return back_off(HEALTH_WAIT_BASE_MS, HEALTH_WAIT_CAP_MS, health->probes,
	    event->random);
}

/* The key is refused, or was when we last heard: wait long, and longer. */
static void take_barred(struct health *health, const struct health_event *event)
{
	bool barred = health->state == HEALTH_BARRED;
	bool same_key = health->key_stamp == event->key_stamp;
	int64_t wait_ms;

	if (barred && same_key && is_held(health, event->now_ms))
		return;
	if (barred && !same_key)
		health->probes = 0;
	else
		enter(health, HEALTH_BARRED, event);
	health->key_stamp = event->key_stamp;
	wait_ms = back_off(HEALTH_BARRED_BASE_MS, HEALTH_BARRED_CAP_MS,
	    health->probes, event->random);
	if (event->retry_after_ms > wait_ms)
		wait_ms = pause_ms(health, event);
	health->until_ms = ms_add(event->now_ms, wait_ms);
}

static void take_later(struct health *health, const struct health_event *event)
{
	bool at_once = event->retry_after_ms > 0 || event->stops_all ||
		       event->http_status == HTTP_TOO_MANY_REQUESTS;
	bool held = is_held(health, event->now_ms);
	int64_t until_ms;

	if (health->state == HEALTH_OK && !at_once &&
	    health->failures < HEALTH_DOWN_AFTER)
		return;
	if (held && event->retry_after_ms <= 0)
		return;
	if (!held)
		enter(health, HEALTH_WAITING, event);
	until_ms = ms_add(event->now_ms, pause_ms(health, event));
	if (!held || until_ms > health->until_ms)
		health->until_ms = until_ms;
}

static void take_failure(
    struct health *health, const struct health_event *event)
{
	health->errors++;
	health->last_error_ms = event->now_ms;
	if (health->failures < UINT32_MAX)
		health->failures++;
	note(health, event->cause);
	if (event->verdict == VERDICT_BARRED || health->state == HEALTH_BARRED)
		take_barred(health, event);
	else
		take_later(health, event);
}

bool health_after(struct health *health, const struct health_event *event)
{
	enum health_state before = health->state;

	health->fetches++;
	switch (event->verdict) {
	case VERDICT_TRUTH:
	case VERDICT_MORE:
	case VERDICT_GONE:
	case VERDICT_GARBLED:
		take_answer(health, event);
		break;
	default:
		take_failure(health, event);
		break;
	}
	return health->state != before;
}
