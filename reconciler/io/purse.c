#include <stdio.h>
#include <string.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/core/settings.h"

#include "reconciler/io/purse.h"

/* Rounded down: a fraction that is lost is never one too many. */
static uint64_t thousandths(struct pace *pace, struct lane_now now)
{
	(void)pace_available(pace, now.mono_ms);
	return (uint64_t)(pace->tokens * 1000);
}

static void tell_operations(
    struct lane *lane, struct lane_now now, struct budget *out)
{
	const struct client_defaults *d = &lane->provider->client->defaults;

	for (size_t i = 0; i < d->n_operations; i++) {
		struct pace *pace = &lane->operations[i];
		uint64_t tokens = thousandths(pace, now);
		struct budget_operation *o;

		if (pace->tokens >= pace->burst ||
		    out->n_operations == BUDGET_OPERATIONS_MAX ||
		    strlen(d->operations[i].name) > BUDGET_NAME_MAX)
			continue;
		o = &out->operations[out->n_operations++];
		snprintf(o->name, sizeof(o->name), "%s", d->operations[i].name);
		o->tokens = tokens;
	}
}

void purse_tell(struct lane *lane, struct lane_now now, struct budget *out)
{
	memset(out, 0, sizeof(*out));
	out->at_ms = now.wall_ms;
	out->mono_ms = now.mono_ms;
	out->tokens = thousandths(&lane->pace, now);
	out->strangers = thousandths(&lane->strangers, now);
	tell_operations(lane, now, out);
	out->throttle = lane->throttle;
}

void purse_keep(struct lane *lanes, size_t n, struct store_turn *turn)
{
	struct lane_now now = lane_now_is();
	struct budget budget;

	for (size_t i = 0; i < n; i++) {
		if (lanes[i].counts_dirty)
			store_turn_looks(
			    turn, lanes[i].provider->name, &lanes[i].counts);
		lanes[i].counts_dirty = false;
		if (!lanes[i].spent)
			continue;
		lanes[i].spent = false;
		purse_tell(&lanes[i], now, &budget);
		store_turn_budget(turn, lanes[i].provider->name, &budget);
	}
}

/* The pace refills itself from that moment on. */
static void refill_since(struct pace *pace, uint64_t tokens, int64_t last_ms)
{
	double held = (double)tokens / 1000;

	if (held < pace->burst)
		pace->tokens = held;
	pace->last_ms = last_ms;
}

/*
 * By the clock that shows less: the wall clock may have been set forward; the
 * other one begins anew with each start of the machine, and then shows less
 * than it did, or at least less than has passed.
 */
static int64_t passed_since(const struct budget *budget, struct lane_now now)
{
	int64_t wall_ms = now.wall_ms - budget->at_ms;
	int64_t mono_ms = now.mono_ms - budget->mono_ms;

	if (wall_ms < 0)
		return 0;
	if (budget->mono_ms == 0 || mono_ms < 0 || mono_ms > wall_ms)
		return wall_ms;
	return mono_ms;
}

void purse_resume(
    struct lane *lane, const struct budget *budget, struct lane_now now)
{
	int64_t last_ms;

	if (budget->at_ms == 0)
		return;
	last_ms = now.mono_ms - passed_since(budget, now);
	refill_since(&lane->pace, budget->tokens, last_ms);
	refill_since(&lane->strangers, budget->strangers, last_ms);
	for (size_t i = 0; i < budget->n_operations; i++) {
		struct pace *pace =
		    lane_operation(lane, budget->operations[i].name);

		if (pace != NULL)
			refill_since(
			    pace, budget->operations[i].tokens, last_ms);
	}
	if (budget->throttle.most != 0)
		throttle_resume(&lane->throttle, &budget->throttle);
}
