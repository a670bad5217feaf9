/*
 * A provider's health, kept in the store so that a worker that cron starts anew
 * keeps its manners. ok: ask. waiting: it asked us to slow down, or it is down:
 * ask nothing until until_ms, then one probe. barred: our key is refused:
 * probe with back-off, and a person is needed. Pure.
 */
#ifndef TRUEUP_CORE_HEALTH_H
#define TRUEUP_CORE_HEALTH_H

#include "reconciler/core/observation.h"

#include <stdbool.h>
#include <stdint.h>

enum health_state { HEALTH_OK = 0, HEALTH_WAITING, HEALTH_BARRED };

enum {
	HEALTH_REASON_MAX = 200,
	/* Failed attempts in a row, whatever the object, that mean "down". */
	HEALTH_DOWN_AFTER = 8,
	HEALTH_WAIT_BASE_MS = 1000,
	HEALTH_WAIT_CAP_MS = 5 * 60 * 1000,
	HEALTH_BARRED_BASE_MS = 60 * 1000,
	HEALTH_BARRED_CAP_MS = 3600 * 1000,
	HEALTH_RETRY_AFTER_MAX_MS = 3600 * 1000
};

struct health {
	enum health_state state;
	int64_t until_ms;   /* not ok: next probe; wall clock */
	int64_t since_ms;   /* when this state began */
	uint32_t failures;  /* in a row */
	uint32_t probes;    /* in this state */
	uint64_t key_stamp; /* of the key file that was refused; 0 none */
	int64_t last_ok_ms; /* last answer that was an answer */
	int64_t last_error_ms;
	uint64_t fetches; /* since the store was made */
	uint64_t errors;
	char reason[HEALTH_REASON_MAX]; /* of the state, or last error */
};

/* How one request ended, as far as health is concerned. */
struct health_event {
	enum verdict verdict;
	int http_status;	/* 0: no answer at all */
	int64_t retry_after_ms; /* the provider asked for it; 0: it did not */
	const char *cause;	/* text, for the reason; may be NULL */
	/* LATER: nothing at all can be asked meanwhile (no token): wait. */
	bool stops_all;
	int64_t now_ms; /* wall clock */
	uint64_t random;
	uint64_t key_stamp; /* changes when the key file changes */
};

/*
 * health_after(health, event): fold one ended request in. Returns true when
 * the state changed (worth a log line). TRUTH, MORE, GONE and GARBLED are
 * answers: they make it ok. 429, Retry-After or a LATER that stops all waits
 * at once; other LATERs wait after HEALTH_DOWN_AFTER in a row; BARRED bars. A
 * request that was under way when a wait began ends before until_ms and is no
 * probe: its answer does not end the wait, its failure does not lengthen it (a
 * later Retry-After does).
 */
bool health_after(struct health *health, const struct health_event *event);

/*
 * health_allows(health, now, key_stamp): how many requests may be
 * under way: UINT32_MAX when ok, 1 (the probe) when until_ms has passed or the
 * key changed since it was refused, else 0. An until_ms farther away than any
 * cap (the clock stepped back) is taken as passed.
 */
uint32_t health_allows(
    const struct health *health, int64_t now_ms, uint64_t key_stamp);

const char *health_name(enum health_state state);
/* health_advice(state): what a person can do about it; NULL: it heals. */
const char *health_advice(enum health_state state);

#endif
