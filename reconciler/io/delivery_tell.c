#include <stdint.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/log.h"
#include "reconciler/core/health.h"

#include "reconciler/io/carrier.h"
#include "reconciler/io/window.h"

#include "reconciler/io/delivery_tell.h"

static void tell_delivered(
    const struct log *log, struct log_pair pairs[3], const struct carried *end)
{
	struct log_pair all[] = {
	    pairs[0], pairs[1], pairs[2], log_number("took_ms", end->took_ms)};

	log_event(log, LOG_INFO, "delivered", all, 4);
}

static void tell_failed(const struct log *log, struct log_pair pairs[3],
    const struct parcel *parcel, const struct carried *end)
{
	char due[CLOCK_TEXT_MAX];
	struct log_pair all[] = {pairs[0], pairs[1], pairs[2],
	    log_number("took_ms", end->took_ms),
	    log_text("error", parcel->error),
	    log_text("next",
		parcel->parked ? NULL : clock_format(parcel->due_ms, due))};

	if (parcel->parked)
		log_event(log, LOG_ERR, "delivery_parked", all, 6);
	else
		log_event(log, LOG_WARN, "delivery_failed", all, 6);
}

void delivery_tell_end(const struct log *log, enum delivery_target target,
    const struct parcel *parcel, const struct carried *end)
{
	bool failed = parcel->state == PARCEL_FAILED;
	struct log_pair pairs[] = {
	    log_text("target", delivery_target_name(target)),
	    log_number("seq", (int64_t)parcel->seq),
	    log_number("attempt", (int64_t)parcel->attempts + !failed),
	};

	if (failed)
		tell_failed(log, pairs, parcel, end);
	else
		tell_delivered(log, pairs, end);
}

void delivery_tell_health(const struct log *log, enum delivery_target target,
    const struct health *health)
{
	bool ok = health->state == HEALTH_OK;
	char until[CLOCK_TEXT_MAX];
	struct log_pair pairs[] = {
	    log_text("target", delivery_target_name(target)),
	    log_text("state", health_name(health->state)),
	    log_text(
		"until", ok ? NULL : clock_format(health->until_ms, until)),
	    log_text("reason", ok ? NULL : health->reason),
	};

	log_event(log, ok ? LOG_INFO : LOG_WARN, "target_health", pairs, 4);
}

void delivery_tell_trouble(const struct log *log, enum delivery_target target,
    const char *event, const char *why)
{
	struct log_pair pairs[] = {
	    log_text("target", delivery_target_name(target)),
	    log_text("error", why)};

	log_event(log, LOG_ERR, event, pairs, 2);
}
