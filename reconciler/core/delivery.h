/*
 * Handing changes on: what is configured for it, and when to try again. Pure.
 */
#ifndef TRUEUP_CORE_DELIVERY_H
#define TRUEUP_CORE_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DELIVERY_STEPS_MAX = 8,
	DELIVERY_SECRETS_MAX = 8,
	/* Nobody is told to wait longer: a due time beyond it was written by
	 * another clock. */
	DELIVERY_WAIT_MAX_MS = 24 * 3600 * 1000
};

/* Where a change goes to. Each target has a lane and a cursor of its own. */
enum delivery_target {
	DELIVERY_COMMAND = 0,
	DELIVERY_URL,
	DELIVERY_TARGET_COUNT
};

/* What deliveries are called where jobs are listed; no provider may be. */
#define DELIVERY_PROVIDER "on_change"

/* delivery_target_name(target): "command" or "url". */
const char *delivery_target_name(enum delivery_target target);

/* The group on_change of the configuration. */
struct delivery_settings {
	const char *const *command; /* ends with a NULL; NULL: none */
	const char *url;	    /* or NULL */
	const char *origin;	    /* of the url: scheme, host, port */
	const char *path;	    /* of the url: the rest, with its slash */
	const char *secret_file;    /* or NULL */
	/* NULL in a process that does not need them. */
	const char *secrets[DELIVERY_SECRETS_MAX];
	size_t n_secrets;
	int64_t steps_ms[DELIVERY_STEPS_MAX]; /* waits after failures */
	size_t n_steps;
	int64_t give_up_ms;
	int64_t timeout_ms;
	int64_t concurrency;
	bool from_start;
};

/* delivery_is_wanted(settings, target): it is configured. */
bool delivery_is_wanted(
    const struct delivery_settings *settings, enum delivery_target target);

/*
 * delivery_retry(settings, now, attempts, random): when to try again after so
 * many failed attempts (from 1): full jitter below the step of that number, the
 * last step for ever (Standard Webhooks 1.0.0, "Deliverability").
 */
int64_t delivery_retry(const struct delivery_settings *settings, int64_t now_ms,
    uint32_t attempts, uint64_t random);

/*
 * delivery_is_over(settings, now, first_tried): it was tried for so long that a
 * person has to look.
 */
bool delivery_is_over(const struct delivery_settings *settings, int64_t now_ms,
    int64_t first_tried_ms);

#endif
