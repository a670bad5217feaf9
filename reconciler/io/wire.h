/*
 * Our own JSON, member by member as the manual documents it. Each function
 * appends one line without its newline; see wire_line.h for errors.
 */
#ifndef TRUEUP_IO_WIRE_H
#define TRUEUP_IO_WIRE_H

#include "reconciler/core/schedule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account_answer;
struct buf;
struct change;
struct delivery_state;
struct drift;
struct health;
struct history_line;
struct job;
struct list_progress;
struct look_counts;
struct object;
struct provider_settings;
struct received_counts;
struct settings;
struct status;
struct tally;
struct throttle;

/* What `stats` knows of one provider. */
struct provider_status {
	const struct provider_settings *provider;
	const struct health *health;
	const struct tally *tally;
	const struct throttle *throttle; /* most 0: nothing is known yet */
	bool silent;			 /* see silence.h */
	const struct list_progress *lists;
	size_t n_lists;
	/* For monitors only: cache/counts.h. */
	const struct look_counts *looks;
	const struct received_counts *received;
	uint64_t objects[SCHEDULE_TIER_COUNT];
	const struct list_progress *log; /* of these, the log; or NULL */
	const char *window; /* whole, closing, gap, refused; or NULL */
};

/* What `stats` knows of one target of on_change. */
struct target_status {
	const char *name;
	const struct delivery_state *state;
};

void wire_account(const struct account_answer *answer, struct buf *out);
void wire_history_line(const struct history_line *shown, struct buf *out);
void wire_change(const struct settings *settings, const struct change *change,
    struct buf *out);
void wire_drift(const struct drift *drift, struct buf *out);
void wire_job(const struct job *job, struct buf *out);
void wire_object(const struct object *object, struct buf *out);
void wire_stats(const struct status *status, int64_t now_ms, struct buf *out);

#endif
