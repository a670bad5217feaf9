#include <stdlib.h>
#include <string.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/core/schedule.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/stranger.h"

#include "reconciler/io/lane.h"

/*
 * Of so many claims one goes to what nobody waits for, and one to what was
 * notified, before what a person waits for.
 */
enum { SHARE = 16 };

struct lane_now lane_now_is(void)
{
	struct lane_now now = {
	    .wall_ms = clock_wall_ms(), .mono_ms = clock_mono_ms()};

	return now;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

int lane_open(struct lane *lane, const struct provider_settings *provider,
    size_t limit, size_t slots, int64_t mono_ms, struct err_text *err)
{
	const struct client_defaults *d = &provider->client->defaults;

	lane->provider = provider;
	throttle_init(&lane->throttle, (uint32_t)limit);
	lane->slots = slots;
	lane->errand.lane = lane;
	token_init(&lane->token, provider);
	pace_init(
	    &lane->pace, provider->rate, (double)provider->burst, mono_ms);
	pace_init(
	    &lane->strangers, provider->stranger_rate, STRANGER_BURST, mono_ms);
	if (d->n_operations == 0)
		return 0;
	lane->operations = calloc(d->n_operations, sizeof(*lane->operations));
	if (lane->operations == NULL)
		return err_set(err, ERR_FAIL, "no memory for a lane");
	for (size_t i = 0; i < d->n_operations; i++)
		pace_init(&lane->operations[i], d->operations[i].rate,
		    (double)d->operations[i].burst, mono_ms);
	return 0;
}

void lane_close(struct lane *lane)
{
	token_fini(&lane->token);
	free(lane->operations);
	lane->operations = NULL;
}

void lane_spend(struct lane *lane)
{
	pace_take(&lane->pace, 1);
	lane->spent = true;
}

void lane_unspend(struct lane *lane)
{
	pace_give(&lane->pace);
	lane->spent = true;
}

void lane_spend_of(struct lane *lane, struct pace *operation)
{
	pace_take(operation, 1);
	lane->spent = true;
}

static void spend_unseen(struct pace *pace, uint32_t n, int64_t mono_ms)
{
	(void)pace_available(pace, mono_ms); /* what has come since, first */
	pace_take(pace, n);
}

void lane_spend_unseen(struct lane *lane, size_t n, struct lane_now now)
{
	uint32_t most = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;

	spend_unseen(&lane->pace, most, now.mono_ms);
	for (size_t i = 0; i < lane->provider->client->defaults.n_operations;
	     i++)
		spend_unseen(&lane->operations[i], most, now.mono_ms);
	lane->spent = true;
}

/* ---- what is counted ---------------------------------------------------- */

void lane_count_fetch(struct lane *lane, int64_t took_ms)
{
	latency_add(&lane->counts.fetch, took_ms);
	lane->counts_dirty = true;
}

void lane_count_end(struct lane *lane, enum verdict verdict)
{
	lane->counts.ends[verdict]++;
	lane->counts_dirty = true;
}

void lane_count_notice(struct lane *lane, int64_t took_ms)
{
	latency_add(&lane->counts.notice, took_ms);
	lane->counts_dirty = true;
}

/* ---- what may be asked -------------------------------------------------- */

struct pace *lane_operation(struct lane *lane, const char *name)
{
	const struct client_defaults *d = &lane->provider->client->defaults;

	for (size_t i = 0; name != NULL && i < d->n_operations; i++) {
		if (strcmp(d->operations[i].name, name) == 0)
			return &lane->operations[i];
	}
	return NULL;
}

/* How many requests may be under way as far as its health goes. */
static size_t allowed(const struct lane *lane, struct lane_now now)
{
	return health_allows(
	    &lane->health, now.wall_ms, lane->provider->key_stamp);
}

bool lane_is_allowed(const struct lane *lane, struct lane_now now)
{
	return allowed(lane, now) > 0;
}

bool lane_has_slot(const struct lane *lane, struct lane_now now)
{
	return lane->in_flight <
	       least(lane->throttle.limit, allowed(lane, now));
}

static bool is_crowded(const struct lane *lane)
{
	return lane->in_flight + lane->aside >= lane->slots;
}

enum claim_first lane_first(const struct lane *lane)
{
	static const enum claim_first patient[] = {
	    CLAIM_RECHECKS, CLAIM_RESYNCS, CLAIM_DISCOVERIES};
	static const enum claim_first notified[] = {
	    CLAIM_NOTIFIED, CLAIM_STRANGERS};
	uint64_t share = lane->claims / SHARE;

	switch (lane->claims % SHARE) {
	case SHARE / 2 - 1:
		return notified[share % 2];
	case SHARE - 1:
		return patient[share % 3];
	default:
		return CLAIM_URGENT;
	}
}

size_t lane_room(struct lane *lane, struct lane_now now)
{
	size_t most = least(lane->throttle.limit, allowed(lane, now));
	size_t room;

	if (lane->in_flight >= most || is_crowded(lane))
		return 0;
	room = least(most - lane->in_flight,
	    lane->slots - lane->in_flight - lane->aside);
	return least(room, pace_available(&lane->pace, now.mono_ms));
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

bool lane_takes_strangers(struct lane *lane, struct lane_now now)
{
	return !lane->flood ||
	       pace_available(&lane->strangers, now.mono_ms) > 0;
}

/* How long until something is due that may be taken up as such. */
static int64_t due_wait_ms(struct lane *lane, struct lane_now now)
{
	int64_t wait_ms = INT64_MAX;
	int64_t stranger_ms;

	if (lane->more)
		return 0;
	if (lane->next_due_ms != 0)
		wait_ms = later(0, lane->next_due_ms - now.wall_ms);
	if (lane->next_stranger_ms == 0)
		return wait_ms;
	stranger_ms = later(lane->next_stranger_ms - now.wall_ms,
	    pace_wait_ms(&lane->strangers, now.mono_ms));
	return stranger_ms < wait_ms ? stranger_ms : wait_ms;
}

int64_t lane_wait_ms(struct lane *lane, struct lane_now now)
{
	size_t most = allowed(lane, now);
	int64_t wait_ms = due_wait_ms(lane, now);

	if (wait_ms == INT64_MAX || lane->in_flight >= lane->throttle.limit ||
	    is_crowded(lane))
		return INT64_MAX;
	if (most == 0)
		wait_ms = later(wait_ms, lane->health.until_ms - now.wall_ms);
	else if (lane->in_flight >= most)
		return INT64_MAX; /* the probe's answer decides */
	return later(wait_ms, pace_wait_ms(&lane->pace, now.mono_ms));
}

static bool is_due(int64_t at_ms, struct lane_now now)
{
	return at_ms != 0 && at_ms <= now.wall_ms;
}

bool lane_is_drained(struct lane *lane, struct lane_now now)
{
	bool soon =
	    pace_wait_ms(&lane->strangers, now.mono_ms) <= SCHEDULE_SPACING_MS;
	bool due = is_due(lane->next_due_ms, now) ||
		   (soon && is_due(lane->next_stranger_ms, now));

	if (!due && !lane->next_spaced)
		return true;
	return !lane_is_allowed(lane, now);
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
	    log_text("do", health_advice(h->state)),
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
