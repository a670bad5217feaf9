/*
 * A provider's lane in the worker: how much may be asked of it now. One lane's
 * trouble costs another nothing: budgets, health and slots are its own.
 */
#ifndef TRUEUP_IO_LANE_H
#define TRUEUP_IO_LANE_H

#include "reconciler/core/health.h"
#include "reconciler/core/pace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log;
struct provider_settings;

struct lane {
	const struct provider_settings *provider;
	struct health health;
	bool health_dirty; /* to be written with the next turn */
	struct pace pace;
	size_t limit; /* most requests in flight */
	size_t in_flight;
	int64_t next_due_ms; /* its next unclaimed job; 0: none */
	bool next_spaced;    /* that one waits only for its spacing */
	bool silent;	     /* the silence alarm rings */
};

/* Both times that a decision needs: wall for the record, mono for waits. */
struct lane_now {
	int64_t wall_ms;
	int64_t mono_ms;
};

/* lane_room(lane, now): how many jobs it may take up now. */
size_t lane_room(struct lane *lane, struct lane_now now);

/*
 * lane_wait_ms(lane, now): how long until it could take up its next job;
 * INT64_MAX: only an answer or a notice can change that.
 */
int64_t lane_wait_ms(struct lane *lane, struct lane_now now);

/*
 * lane_is_drained(lane, now): nothing that is due can be asked now, nor within
 * the spacing of one object.
 */
bool lane_is_drained(const struct lane *lane, struct lane_now now);

/* lane_fold(lane, event, log): one request ended; log a change of health. */
void lane_fold(
    struct lane *lane, const struct health_event *event, const struct log *log);

#endif
