#include "cache/deliveries.h"

#include "reconciler/base/buf.h"

#include "reconciler/io/openmetrics.h"
#include "reconciler/io/status.h"

#include "reconciler/io/metrics_delivery.h"

static uint64_t delivered_of(const struct delivery_state *d)
{
	return d->delivered;
}

static uint64_t attempts_of(const struct delivery_state *d)
{
	return d->health.fetches;
}

static uint64_t failures_of(const struct delivery_state *d)
{
	return d->health.errors;
}

static uint64_t waiting_of(const struct delivery_state *d)
{
	return d->waiting;
}

static uint64_t parked_of(const struct delivery_state *d)
{
	return d->parked;
}

static uint64_t halted_of(const struct delivery_state *d)
{
	return d->halted;
}

static const struct {
	struct openmetrics_family family;
	uint64_t (*of)(const struct delivery_state *d);
} numbers[] = {
    {{"trueup_delivery_delivered", OPENMETRICS_COUNTER, NULL,
	 "Changes that the target took."},
	delivered_of},
    {{"trueup_delivery_attempts", OPENMETRICS_COUNTER, NULL,
	 "Tries at changes."},
	attempts_of},
    {{"trueup_delivery_failures", OPENMETRICS_COUNTER, NULL,
	 "Tries that failed."},
	failures_of},
    {{"trueup_delivery_waiting", OPENMETRICS_GAUGE, NULL,
	 "Changes that are still to be handed on."},
	waiting_of},
    {{"trueup_delivery_parked", OPENMETRICS_GAUGE, NULL,
	 "Changes that wait until a person acts."},
	parked_of},
    {{"trueup_delivery_halted", OPENMETRICS_GAUGE, NULL,
	 "1: the target wants no more."},
	halted_of},
};

static struct openmetrics_label label_of(const struct target_status *t)
{
	return (struct openmetrics_label){"target", t->name};
}

static void add_lag(
    struct buf *out, const struct status *status, int64_t now_ms)
{
	static const struct openmetrics_family family = {
	    "trueup_delivery_oldest_age_seconds", OPENMETRICS_GAUGE, "seconds",
	    "How long ago the oldest change was recorded that is still to be "
	    "handed on."};

	openmetrics_begin(out, &family);
	for (size_t i = 0; i < status->n_targets; i++) {
		const struct openmetrics_label label =
		    label_of(&status->targets[i]);
		int64_t oldest_ms = status->targets[i].state->oldest_ms;

		openmetrics_seconds(out, &family, &label,
		    oldest_ms != 0 && oldest_ms < now_ms ? now_ms - oldest_ms
							 : 0);
	}
}

static void add_health(struct buf *out, const struct status *status)
{
	static const struct openmetrics_family family = {
	    "trueup_delivery_health", OPENMETRICS_STATES, NULL,
	    "waiting: so many tries failed that the target rests."};
	const char *words[HEALTH_BARRED];

	for (int i = 0; i < HEALTH_BARRED; i++)
		words[i] = health_name((enum health_state)i);
	openmetrics_begin(out, &family);
	for (size_t i = 0; i < status->n_targets; i++) {
		const struct openmetrics_label label =
		    label_of(&status->targets[i]);

		openmetrics_states(out, &family, &label, words, HEALTH_BARRED,
		    (size_t)status->targets[i].state->health.state);
	}
}

void metrics_delivery(
    struct buf *out, const struct status *status, int64_t now_ms)
{
	if (status->n_targets == 0)
		return;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		openmetrics_begin(out, &numbers[i].family);
		for (size_t k = 0; k < status->n_targets; k++) {
			const struct openmetrics_label label =
			    label_of(&status->targets[k]);

			openmetrics_number(out, &numbers[i].family, &label,
			    numbers[i].of(status->targets[k].state));
		}
	}
	add_lag(out, status, now_ms);
	add_health(out, status);
}
