/*
 * The lives of the month's things: what happens to them, and when. The dice
 * are each thing's own, so the world is the same whoever looks at it, and when.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_LIFE_H
#define TRUEUP_TESTS_CONTRACT_MONTH_LIFE_H

#include "tests/contract/month_world.h"

/* ---- lives -------------------------------------------------------------- */

/* The next version, as the last one until it is changed. */
static inline struct version *life_begin(struct thing *thing, int64_t now_ms)
{
	struct version *v;

	if (thing->n == thing->room) {
		size_t room = thing->room == 0 ? 4 : 2 * thing->room;
		struct version *grown =
		    realloc(thing->was, room * sizeof(*grown));

		if (grown == NULL)
			abort();
		thing->was = grown;
		thing->room = room;
	}
	v = &thing->was[thing->n];
	memset(v, 0, sizeof(*v));
	if (thing->n > 0)
		*v = thing->was[thing->n - 1];
	v->at_ms = now_ms;
	v->told_ms = 0;
	thing->n++;
	return v;
}

/* Often several changes come at once. */
static inline int64_t life_pause(struct thing *thing)
{
	if (chance(&thing->random, 200))
		return span(&thing->random, MONTH_SECOND, 10 * MONTH_MINUTE);
	return span(&thing->random, 2 * MONTH_HOUR, 14 * MONTH_DAY);
}

/* It is believed gone only after what it was last has been seen. */
static inline int64_t life_delete(struct thing *thing, int64_t now_ms)
{
	thing->deleted_ms = now_ms;
	thing->for_sure = chance(&thing->random, 500);
	return MONTH_NEVER;
}

static inline void life_end(struct version *v)
{
	v->status = "cancelled";
	if (v->until_ms == 0)
		v->until_ms = v->at_ms;
}

static inline void life_disturb(struct thing *thing, struct version *v)
{
	static const char *const words[] = {"paused", "suspended"};

	switch (pick(&thing->random, 4)) {
	case 0:
		v->until_ms =
		    v->at_ms + span(&thing->random, MONTH_HOUR, 6 * MONTH_DAY);
		break;
	case 1:
		life_end(v);
		break;
	case 2:
		v->status = words[pick(&thing->random, 2)];
		break;
	default:
		v->plan++;
		break;
	}
}

/* Each returns when the next thing happens. */
static inline int64_t life_of_subscription(struct thing *thing, int64_t now_ms)
{
	const struct version *last =
	    thing->n > 0 ? thing->was + thing->n - 1 : NULL;
	struct version *v;

	if (last != NULL && version_is(last, "cancelled") &&
	    chance(&thing->random, 300))
		return life_delete(thing, now_ms);
	v = life_begin(thing, now_ms);
	if (v->status == NULL) {
		v->status =
		    chance(&thing->random, 800) ? "active" : "unverified";
		v->plan = 1 + (unsigned int)pick(&thing->random, 5);
	} else if (version_runs(v) && v->until_ms == 0) {
		life_disturb(thing, v);
	} else if (!version_runs(v) && chance(&thing->random, 750)) {
		v->status = version_is(v, "paused") ? "resumed" : "active";
		v->until_ms = 0;
	} else {
		life_end(v); /* as announced, or at once */
	}
	if (version_is(v, "cancelled"))
		return now_ms +
		       span(&thing->random, 4 * MONTH_DAY, 20 * MONTH_DAY);
	if (version_runs(v) && v->until_ms != 0)
		return v->until_ms;
	return now_ms + life_pause(thing);
}

/* Three changes and one call: the list tells. */
static inline int64_t life_of_transaction(struct thing *thing, int64_t now_ms)
{
	struct version *v = life_begin(thing, now_ms);
	bool soon = chance(&thing->random, 400);

	if (v->status == NULL)
		v->status = "scheduled";
	else if (version_is(v, "scheduled") || version_is(v, "rescheduled"))
		v->status = "succeeded";
	else if (version_is(v, "succeeded"))
		v->status = chance(&thing->random, 850) ? "fulfilled"
							: "payment_failed";
	else if (version_is(v, "fulfilled"))
		v->status = "charged_back";
	else
		v->status = "rescheduled";
	if (version_is(v, "fulfilled") && chance(&thing->random, 800))
		return MONTH_NEVER;
	return now_ms +
	       (soon ? span(&thing->random, 0, 30 * MONTH_SECOND)
		     : span(&thing->random, MONTH_HOUR, 5 * MONTH_DAY));
}

static inline void life_renew(struct thing *thing, struct version *v)
{
	bool paid = chance(&thing->random, 900);

	v->begins_ms = v->ends_ms;
	v->ends_ms += (v->plan % 2 == 0 ? 7 : 30) * MONTH_DAY;
	v->status = paid ? "active" : "past_due";
}

static inline int64_t life_next_stripe(struct thing *thing, struct version *v)
{
	int64_t next_ms =
	    v->ends_ms + span(&thing->random, 0, 10 * MONTH_MINUTE);

	if (version_is(v, "canceled"))
		return MONTH_NEVER;
	if (v->until_ms != 0)
		return v->until_ms;
	if (!version_runs(v))
		next_ms =
		    v->at_ms + span(&thing->random, MONTH_HOUR, 3 * MONTH_DAY);
	else if (chance(&thing->random, 400) &&
		 v->ends_ms > v->at_ms + MONTH_HOUR)
		next_ms = v->at_ms + span(&thing->random, MONTH_MINUTE,
					 v->ends_ms - v->at_ms);
	return next_ms;
}

static inline void life_begin_stripe(struct thing *thing, struct version *v)
{
	bool trial = chance(&thing->random, 300);

	v->status = trial ? "trialing" : "active";
	v->plan = 1 + (unsigned int)pick(&thing->random, 4);
	v->begins_ms = v->at_ms;
	v->ends_ms = v->at_ms + (trial		       ? 3
				    : v->plan % 2 == 0 ? 7
						       : 30) *
				    MONTH_DAY;
}

static inline int64_t life_of_stripe(struct thing *thing, int64_t now_ms)
{
	struct version *v = life_begin(thing, now_ms);

	if (v->status == NULL) {
		life_begin_stripe(thing, v);
	} else if (version_runs(v) && v->until_ms != 0) {
		v->status = "canceled";
	} else if (version_runs(v) && now_ms >= v->ends_ms) {
		life_renew(thing, v);
	} else if (version_is(v, "active") && chance(&thing->random, 500)) {
		v->until_ms = v->ends_ms;
	} else if (version_runs(v)) {
		v->plan += 2;
	} else if (chance(&thing->random, 700)) {
		v->status = "active";
		while (v->ends_ms <= now_ms)
			life_renew(thing, v);
		v->status = "active";
	} else {
		v->status = "canceled";
		v->until_ms = now_ms;
	}
	return life_next_stripe(thing, v);
}

/* Something happens to it; when next, or MONTH_NEVER. */
static inline int64_t life_step(
    const struct world *world, struct thing *thing, int64_t now_ms)
{
	int64_t next_ms;

	/* Nothing begins below what is not there any more. */
	if (thing->n == 0 && world->things[thing->parent].deleted_ms != 0)
		return MONTH_NEVER;
	switch (thing->kind) {
	case THING_SUBSCRIPTION:
		next_ms = life_of_subscription(thing, now_ms);
		break;
	case THING_TRANSACTION:
		next_ms = life_of_transaction(thing, now_ms);
		break;
	default:
		next_ms = life_of_stripe(thing, now_ms);
		break;
	}
	return next_ms < world->still_ms ? next_ms : MONTH_NEVER;
}

/* ---- making it ---------------------------------------------------------- */

static inline enum thing_kind world_kind(struct random *random)
{
	size_t dice = pick(random, 100);

	if (dice < WORLD_STRIPE)
		return THING_STRIPE;
	return dice < WORLD_STRIPE + WORLD_TRANSACTIONS ? THING_TRANSACTION
							: THING_SUBSCRIPTION;
}

/* A subscription that is there before the transaction is. */
static inline void world_adopt(struct world *world, struct thing *thing)
{
	size_t number = thing->number - 1;

	while (number > 0 && world->things[number].kind != THING_SUBSCRIPTION)
		number--;
	if (number == 0) {
		thing->kind = THING_SUBSCRIPTION;
		return;
	}
	thing->parent = number;
	thing->account = world->things[number].account;
	thing->next = world->things[number].child;
	world->things[number].child = thing->number;
}

/* Most were there before us. */
static inline int64_t world_birth(const struct world *world, struct thing *t)
{
	const struct thing *parent = &world->things[t->parent];
	int64_t last_ms = MONTH_START + (world->still_ms - MONTH_START) / 2;

	if (t->kind == THING_TRANSACTION)
		return parent->born_ms +
		       span(&t->random, 0, last_ms - MONTH_START);
	if (chance(&t->random, 800))
		return MONTH_START;
	return span(&t->random, MONTH_START + MONTH_HOUR, last_ms);
}

static inline void world_make(struct world *world, size_t n, uint64_t seed)
{
	world->n = n;
	world->n_accounts = n / 2 + 1;
	world->things = calloc(n + 1, sizeof(*world->things));
	for (size_t p = 0; p < PLACE_COUNT; p++)
		world->listed[p] = calloc(n + 1, sizeof(**world->listed));
	if (world->things == NULL || world->listed[0] == NULL ||
	    world->listed[1] == NULL)
		abort();
	for (size_t i = 1; i <= n; i++) {
		struct thing *thing = &world->things[i];

		thing->number = i;
		random_seed_with(&thing->random, seed * 1000003 + i);
		thing->kind = world_kind(&thing->random);
		thing->account = pick(&thing->random, world->n_accounts);
		if (thing->kind == THING_TRANSACTION)
			world_adopt(world, thing);
		thing->born_ms = world_birth(world, thing);
	}
}

#endif
