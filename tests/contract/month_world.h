/*
 * The month's world: subscriptions and transactions at two providers, all that
 * each of them ever was, and whether an account had access. Written without any
 * of the code that it is compared with.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_WORLD_H
#define TRUEUP_TESTS_CONTRACT_MONTH_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/random.h"

#define MONTH_SECOND ((int64_t)1000)
#define MONTH_MINUTE (60 * MONTH_SECOND)
#define MONTH_HOUR (60 * MONTH_MINUTE)
#define MONTH_DAY (24 * MONTH_HOUR)
#define MONTH_START ((int64_t)1793491200 * 1000) /* 2026-11-01 */
#define MONTH_NEVER INT64_MAX

enum {
	WORLD_ID_MAX = 48,
	WORLD_ACCOUNT_MAX = 16,
	/* Of a hundred things: what kind they are of. */
	WORLD_TRANSACTIONS = 20,
	WORLD_STRIPE = 30
};

enum place { PLACE_ECURRING = 0, PLACE_STRIPE, PLACE_COUNT };

enum thing_kind { THING_SUBSCRIPTION, THING_TRANSACTION, THING_STRIPE };

/* What its provider would say of a thing from at_ms on. */
struct version {
	int64_t at_ms;
	const char *status;
	unsigned int plan;
	int64_t until_ms;  /* access ends then; 0: it does not */
	int64_t begins_ms; /* Stripe: of the period */
	int64_t ends_ms;
	int64_t told_ms; /* a notice of it, or of a later one, came; 0: none */
};

struct thing {
	enum thing_kind kind;
	size_t number;
	size_t account;
	size_t parent; /* of a transaction */
	size_t child;  /* of a subscription: its first transaction, or 0 */
	size_t next;   /* the parent's next transaction, or 0 */
	int64_t born_ms;
	struct random random;
	struct version *was; /* by time; owned */
	size_t n;
	size_t room;
	size_t seen;	     /* versions that an answer has shown */
	int64_t notified_ms; /* its last notice, until a look began after it */
	int64_t asked_ms;    /* when it was asked for last; 0: never */
	bool in_flight;
	bool shown;	    /* the last answer showed it */
	int64_t deleted_ms; /* 0: it is there */
	bool for_sure;	    /* deleted: the provider says so */
};

struct world {
	struct thing *things; /* number 0 is nobody */
	size_t n;
	size_t n_accounts;
	/* As the lists show them, by when they were made. */
	size_t *listed[PLACE_COUNT];
	size_t n_listed[PLACE_COUNT];
	int64_t still_ms; /* nothing happens from then on */
};

/* From 0 to n - 1. */
static inline size_t pick(struct random *random, size_t n)
{
	return (size_t)((random_next(random) >> 11) % n);
}

static inline bool chance(struct random *random, size_t per_mille)
{
	return pick(random, 1000) < per_mille;
}

/* A whole number of seconds in [least, most). */
static inline int64_t span(
    struct random *random, int64_t least_ms, int64_t most_ms)
{
	size_t seconds = (size_t)((most_ms - least_ms) / MONTH_SECOND);

	return least_ms + (int64_t)pick(random, seconds) * MONTH_SECOND;
}

/* ---- names -------------------------------------------------------------- */

static inline enum place thing_place(const struct thing *thing)
{
	return thing->kind == THING_STRIPE ? PLACE_STRIPE : PLACE_ECURRING;
}

static inline const char *thing_kind_name(const struct thing *thing)
{
	return thing->kind == THING_TRANSACTION ? "transaction"
						: "subscription";
}

static inline const char *thing_id(
    enum thing_kind kind, size_t number, char out[WORLD_ID_MAX])
{
	if (kind == THING_TRANSACTION)
		(void)snprintf(out, WORLD_ID_MAX,
		    "7c0ffee0-0000-4000-8000-%012zu", number);
	else
		(void)snprintf(out, WORLD_ID_MAX, "%s%zu",
		    kind == THING_STRIPE ? "sub_" : "", number);
	return out;
}

static inline const char *account_name(
    size_t number, char out[WORLD_ACCOUNT_MAX])
{
	(void)snprintf(out, WORLD_ACCOUNT_MAX, "usr_%06zu", number % 1000000);
	return out;
}

/* ---- the past ----------------------------------------------------------- */

/* The last version at that moment; NULL: it was not there yet. */
static inline const struct version *thing_at(
    const struct thing *thing, int64_t at_ms)
{
	for (size_t i = thing->n; i > 0; i--) {
		if (thing->was[i - 1].at_ms <= at_ms)
			return &thing->was[i - 1];
	}
	return NULL;
}

static inline bool thing_is_gone(const struct thing *thing, int64_t at_ms)
{
	return thing->deleted_ms != 0 && thing->deleted_ms <= at_ms;
}

static inline bool version_is(const struct version *v, const char *status)
{
	return strcmp(v->status, status) == 0;
}

static inline bool version_runs(const struct version *v)
{
	return version_is(v, "active") || version_is(v, "resumed") ||
	       version_is(v, "trialing");
}

/* What is deleted stays as it was last. */
static inline bool thing_entitles(const struct thing *thing, int64_t at_ms)
{
	const struct version *v = thing_at(thing, at_ms);

	return thing->kind != THING_TRANSACTION && v != NULL &&
	       version_runs(v) && (v->until_ms == 0 || at_ms < v->until_ms);
}

/* ---- the whole ---------------------------------------------------------- */

static inline void world_fini(struct world *world)
{
	for (size_t i = 0; world->things != NULL && i <= world->n; i++)
		free(world->things[i].was);
	for (size_t p = 0; p < PLACE_COUNT; p++)
		free(world->listed[p]);
	free(world->things);
}

/* By its name in a path; NULL: there is no such thing. */
static inline struct thing *world_find(
    const struct world *world, enum thing_kind kind, const char *id)
{
	char *end;
	unsigned long long number = strtoull(id, &end, 10);

	if (end == id || *end != '\0' || number == 0 || number > world->n ||
	    world->things[number].kind != kind)
		return NULL;
	return &world->things[number];
}

/* Has the account access? What is deleted counts as it was last. */
static inline void world_entitled(
    const struct world *world, int64_t at_ms, bool *out)
{
	for (size_t i = 1; i <= world->n; i++) {
		if (thing_entitles(&world->things[i], at_ms))
			out[world->things[i].account] = true;
	}
}

#endif
