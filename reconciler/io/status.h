/* How the store and the providers are: what `stats` and the metrics tell. */
#ifndef TRUEUP_IO_STATUS_H
#define TRUEUP_IO_STATUS_H

#include "cache/counts.h"
#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/io/reasons.h"
#include "reconciler/io/wire.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;
struct settings;

struct status {
	struct store_stats store;
	struct provider_status *providers; /* see wire.h; in the arena */
	size_t n;
	/* Where changes are delivered to: that are configured, or were. */
	struct target_status targets[DELIVERY_TARGET_COUNT];
	size_t n_targets;
	struct delivery_state deliveries[DELIVERY_TARGET_COUNT]; /* their own */
	struct latency commits[COMMIT_BY_COUNT];
	struct reasons parked; /* only after status_collect_parked */
};

/*
 * status_collect_provider(view, provider, now, arena, out, err): of one of
 * them. 0, ERR_FAIL (no memory), or the store's.
 */
int status_collect_provider(struct store_view *view,
    const struct provider_settings *provider, int64_t now_ms,
    struct arena *arena, struct provider_status *out, struct err_text *err);
/* status_concurrency(status): how many requests may be under way at once. */
uint64_t status_concurrency(const struct provider_status *status);

/*
 * status_collect_parked(view, settings, now, arena, status, err): add why jobs
 * are parked; costs a look at each of the first of them.
 */
int status_collect_parked(struct store_view *view,
    const struct settings *settings, int64_t now_ms, struct arena *arena,
    struct status *status, struct err_text *err);

/*
 * status_fetches_per_notification(p): all requests to it, whatever for, by its
 * notifications; negative: none came yet.
 */
double status_fetches_per_notification(const struct provider_status *p);

/*
 * status_providers(view, settings, now, arena, out, err): of all that only
 * out->providers, which costs the same however much is due.
 */
int status_providers(struct store_view *view, const struct settings *settings,
    int64_t now_ms, struct arena *arena, struct status *out,
    struct err_text *err);

/*
 * status_collect(view, settings, now, arena, out, err): of one snapshot; out
 * is not to be moved. 0, ERR_FAIL (no memory), or the store's.
 */
int status_collect(struct store_view *view, const struct settings *settings,
    int64_t now_ms, struct arena *arena, struct status *out,
    struct err_text *err);

#endif
