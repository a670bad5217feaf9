/*
 * A part of the store's contract (store.h has the rest): handing changes on to
 * a target. Each target has a cursor into the feed; a change up to it is either
 * delivered or kept, with what became of it so far. Of one account only the
 * oldest kept change may be tried: the later ones wait behind it.
 */
#ifndef TRUEUP_CACHE_DELIVERIES_H
#define TRUEUP_CACHE_DELIVERIES_H

#include "cache/store.h"
#include "reconciler/core/delivery.h"
#include "reconciler/core/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;

enum { DELIVERY_ERROR_MAX = 240 };

/*
 * store_lock_deliverer(store, err): become the one process that delivers, until
 * it ends or store_close. ERR_AGAIN: another process is.
 */
int store_lock_deliverer(struct store *store, struct err_text *err);

/*
 * store_deliveries_begin(store, target, from_start, err): set the cursor,
 * unless it was ever set: before all changes, or behind those that there are.
 */
int store_deliveries_begin(struct store *store, enum delivery_target target,
    bool from_start, struct err_text *err);

struct delivery_state {
	bool begun; /* it has a cursor */
	uint64_t cursor;
	uint64_t newest;    /* the last change of the feed */
	uint64_t waiting;   /* kept and not parked, or behind the cursor */
	uint64_t parked;    /* a person is needed */
	uint64_t delivered; /* since it began */
	/* The other side wants no more: until a person retries or drops. */
	bool halted;
	int64_t oldest_ms; /* when the oldest undelivered was recorded; 0 */
	struct health health;
};

int store_view_delivery_state(struct store_view *view,
    enum delivery_target target, struct delivery_state *out,
    struct err_text *err);

/* A change that was kept. Lives for the call of visit only. */
struct delivery {
	struct change change;
	uint32_t attempts; /* failed so far */
	int64_t first_tried_ms;
};

/*
 * store_view_deliveries_due(view, target, now, chain, visit, cookie, err):
 * every kept change that may be tried now, by due time, each with up to chain
 * of those that wait behind it. Ends when visit says false. A due time farther
 * away than any wait (the clock stepped back) is taken as passed.
 */
int store_view_deliveries_due(struct store_view *view,
    enum delivery_target target, int64_t now_ms, size_t chain,
    bool (*visit)(void *cookie, const struct delivery *delivery), void *cookie,
    struct err_text *err);

/* store_view_is_behind(view, target, account): it has a kept change. */
bool store_view_is_behind(
    struct store_view *view, enum delivery_target target, const char *account);

enum delivery_fate {
	DELIVERY_DONE = 0,
	DELIVERY_AGAIN,	 /* kept, due at due_ms */
	DELIVERY_PARKED, /* kept until a person acts */
	DELIVERY_UNTRIED /* kept as it is */
};

/* What became of one change. */
struct delivery_end {
	uint64_t seq;
	const char *account;
	bool kept; /* it was kept before; dropped meanwhile, it stays gone */
	enum delivery_fate fate;
	uint32_t attempts; /* AGAIN, PARKED: what is to be kept */
	int64_t first_tried_ms;
	int64_t due_ms;
	int http_status;
	const char *error;
};

struct delivery_turn {
	uint64_t cursor; /* the new one; a lower one than before is ignored */
	const struct delivery_end *ends; /* by seq */
	size_t n;
	const struct health *health;
	const char *halt; /* park everything, and why; else NULL */
};

/*
 * store_deliveries_commit(store, target, turn, err): all of it in one commit.
 * Changes that are to be kept are copied, so that the feed may forget them.
 */
int store_deliveries_commit(struct store *store, enum delivery_target target,
    const struct delivery_turn *turn, struct err_text *err);

/* ---- operators: deliveries as jobs of DELIVERY_PROVIDER ---------------- */

/*
 * As store_jobs_retry, store_jobs_drop and store_view_jobs: the kind is the
 * target's name, the id the change's seq. What waits behind another one is
 * "waiting", and its last error says behind which.
 */
int store_deliveries_retry(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err);
int store_deliveries_drop(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err);
int store_view_deliveries(struct store_view *view,
    const struct job_filter *filter, int64_t now_ms,
    int (*visit)(void *cookie, const struct job *job), void *cookie,
    struct err_text *err);
/* store_view_delivery(view, target, seq, …): the change; 0 or ERR_ABSENT. */
int store_view_delivery(struct store_view *view, enum delivery_target target,
    uint64_t seq, struct arena *arena, struct change *out,
    struct err_text *err);

#endif
