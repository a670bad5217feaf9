/*
 * A part of the store's contract, which store.h includes: what is kept of a
 * provider, its health, its counts, and what is left of its budgets.
 */
#ifndef TRUEUP_CACHE_PROVIDERS_H
#define TRUEUP_CACHE_PROVIDERS_H

#include "reconciler/core/health.h"
#include "reconciler/core/stranger.h"
#include "reconciler/core/throttle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;
struct store;
struct store_turn;
struct store_view;

/* store_turn_health(turn, provider, health): keep a provider's health. */
void store_turn_health(
    struct store_turn *turn, const char *provider, const struct health *health);
/*
 * store_turn_lifted(turn, provider, health): take over what a person lifted
 * (store_lift) since this health was kept. true: something was.
 */
bool store_turn_lifted(
    struct store_turn *turn, const char *provider, struct health *health);

enum { BUDGET_OPERATIONS_MAX = 32, BUDGET_NAME_MAX = 40 };

/* What the budget of one operation held; one that is not named was full. */
struct budget_operation {
	char name[BUDGET_NAME_MAX + 1];
	uint64_t tokens;
};

/*
 * What a provider's budgets held at a moment, in thousandths of a request, and
 * how quickly it had answered.
 */
struct budget {
	int64_t at_ms;	 /* wall clock; 0: never kept */
	int64_t mono_ms; /* by the monotonic one; 0: unknown */
	uint64_t tokens;
	uint64_t strangers;
	size_t n_operations;
	struct budget_operation operations[BUDGET_OPERATIONS_MAX];
	struct throttle throttle; /* most 0: never kept */
};

/* store_turn_budget(turn, provider, budget): keep it for the next worker. */
void store_turn_budget(
    struct store_turn *turn, const char *provider, const struct budget *budget);

/* Counted per provider, since the store was made. */
struct tally {
	uint64_t notices; /* notifications collected */
	int64_t last_notice_ms;
	uint64_t looks;	  /* outcomes settled */
	uint64_t news;	  /* that changed the record */
	uint64_t repairs; /* news that no notice told us of */
	int64_t last_repair_ms;
	uint64_t gone;
	uint64_t other_mode; /* answers of the other mode, ignored */
	uint64_t handovers;  /* objects that went to another account */
	uint64_t told;	     /* news that a notice told us of */
	uint64_t caught_up;  /* of the repairs: a log led to them */
	struct strangers strangers;
};

int store_view_provider(struct store_view *view, const char *provider,
    struct health *health, struct tally *tally, struct err_text *err);
/*
 * store_lift(store, provider, now, was, err): a person says that a provider is
 * to be asked again: when it is not ok, its next probe may go at once, and the
 * waits begin anew. Wakes the worker. *was is its health before. 0, or
 * negative.
 */
int store_lift(struct store *store, const char *provider, int64_t now_ms,
    struct health *was, struct err_text *err);
/* store_view_budget(view, provider, out, err): as it was kept last. */
int store_view_budget(struct store_view *view, const char *provider,
    struct budget *out, struct err_text *err);

#endif
