/*
 * The lives of the model's things: what happens to them, and when. What matters
 * to access is at least MODEL_DWELL apart for each thing, which is more than
 * the time between two looks at it: what comes and goes between two looks is
 * seen by nobody where the provider lists no history.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MODEL_LIFE_H
#define TRUEUP_TESTS_CONTRACT_MODEL_LIFE_H

#include "tests/contract/model_truth.h"

#define MODEL_DWELL (5 * MODEL_DAY)
/* Within it everything is looked at, come what may. */
#define MODEL_NEWS (4 * MODEL_DAY)
#define MODEL_NEVER INT64_MAX

/* From 0 to n - 1. */
static inline size_t life_pick(struct random *random, size_t n)
{
	return (size_t)((random_next(random) >> 11) % n);
}

/* per cent of all cases */
static inline bool life_chance(struct random *random, size_t percent)
{
	return life_pick(random, 100) < percent;
}

/* A whole number of seconds in [least, most). */
static inline int64_t life_span(
    struct random *random, int64_t least_ms, int64_t most_ms)
{
	size_t seconds = (size_t)((most_ms - least_ms) / 1000);

	return least_ms + (int64_t)life_pick(random, seconds) * 1000;
}

/* The next version of a thing, as the last one until it is changed. */
static inline struct truth *life_begin(struct thing *thing, int64_t now_ms)
{
	struct truth *v = &thing->was[thing->n];

	if (thing->n == MODEL_VERSIONS_MAX)
		fail_msg("too much happens to %s", thing->id);
	if (thing->n > 0)
		*v = thing->was[thing->n - 1];
	v->at_ms = now_ms;
	v->other_status = false;
	thing->n++;
	return v;
}

static inline void life_status(
    struct truth *v, const char *status, enum state state)
{
	v->status = status;
	v->state = state;
	v->changed_at_ms = v->at_ms;
	v->other_status = true;
}

/* 0, 3, 6, or none told, 2, 5: never twice the same. */
static inline void life_seats(struct truth *v)
{
	v->quantity = (v->quantity + 4) % 9 - 1;
}

/* ---- subscriptions ------------------------------------------------------ */

static inline void life_activate(struct truth *v, struct random *random)
{
	life_status(v, "active", STATE_ACTIVE);
	v->until_ms = 0;
	if (life_chance(random, 40))
		v->until_ms = v->at_ms + 30 * MODEL_DAY;
}

static inline void life_end(struct truth *v)
{
	life_status(v, "cancelled", STATE_ENDED);
}

static inline void life_start(struct truth *v, struct random *random)
{
	v->product = life_chance(random, 50) ? "gold" : "silver";
	v->quantity = strcmp(v->product, "gold") == 0 ? -1 : 0;
	v->since_ms = v->at_ms;
	switch (life_pick(random, 4)) {
	case 0:
		life_status(v, "trialing", STATE_TRIALING);
		v->until_ms = v->at_ms + 14 * MODEL_DAY;
		break;
	case 1:
		life_status(v, "pending", STATE_PENDING);
		break;
	case 2:
		life_status(v, "active", STATE_ACTIVE);
		v->since_ms =
		    v->at_ms + life_span(random, MODEL_DAY, 4 * MODEL_DAY);
		break;
	default:
		life_activate(v, random);
		break;
	}
}

/* Something happens to one that was to go on for ever. */
static inline void life_disturb(struct truth *v, struct random *random)
{
	switch (life_pick(random, 6)) {
	case 0:
		life_status(v, "paused", STATE_PAUSED);
		break;
	case 1:
		life_status(v, "past_due", STATE_PAST_DUE);
		break;
	case 2:
		life_status(v, "frozen", STATE_UNKNOWN);
		break;
	case 3:
		life_end(v);
		break;
	case 4:
		life_seats(v);
		if (v->quantity % 3 == 0)
			break; /* what it is of stays, of half of them */
		v->product =
		    strcmp(v->product, "gold") == 0 ? "silver" : "gold";
		break;
	default: /* cancelled, and paid through */
		v->until_ms =
		    v->at_ms + life_span(random, 6 * MODEL_DAY, 25 * MODEL_DAY);
		break;
	}
}

/* At, before or after the end of what was paid for. */
static inline void life_renew(struct truth *v, struct random *random)
{
	bool late = v->at_ms > v->until_ms;

	if (v->state == STATE_TRIALING && !late)
		life_activate(v, random);
	else if (late && life_chance(random, 50))
		life_end(v);
	else if (life_chance(random, 80))
		v->until_ms = (late ? v->at_ms : v->until_ms) + 30 * MODEL_DAY;
	else
		v->until_ms = 0;
}

static inline void life_of_subscription(
    struct thing *thing, struct random *random, int64_t now_ms)
{
	struct truth *v = life_begin(thing, now_ms);
	bool running = v->state == STATE_ACTIVE || v->state == STATE_TRIALING;

	if (thing->n == 1)
		life_start(v, random);
	else if (running && v->until_ms != 0)
		life_renew(v, random);
	else if (running)
		life_disturb(v, random);
	else if (v->state == STATE_ENDED || v->state == STATE_PENDING ||
		 life_chance(random, 70))
		life_activate(v, random);
	else
		life_end(v);
}

/* Where there is an end, it matters what happens about it. */
static inline int64_t life_next(
    const struct truth *v, struct random *random, int64_t now_ms)
{
	const int64_t beside_ms[] = {-MODEL_HOUR, 10 * MODEL_MINUTE,
	    v->state == STATE_TRIALING ? 0 : 5 * MODEL_HOUR};

	if (v->until_ms > now_ms &&
	    (v->state == STATE_ACTIVE || v->state == STATE_TRIALING))
		return v->until_ms + beside_ms[life_pick(random, 3)];
	return now_ms +
	       life_span(random, MODEL_DWELL,
		   v->state == STATE_ENDED ? 90 * MODEL_DAY : 40 * MODEL_DAY);
}

/* ---- payments ----------------------------------------------------------- */

static inline void life_refund(struct truth *v, struct random *random)
{
	bool dispute = life_chance(random, 40);
	bool part = !dispute && life_chance(random, 25);

	life_status(v, dispute ? "charged_back" : "refunded",
	    dispute ? STATE_REVERSED : STATE_REFUNDED);
	v->effect = dispute ? EFFECT_CHARGEBACK
		    : part  ? EFFECT_PARTIAL_REFUND
			    : EFFECT_REFUND;
	v->effect_at_ms = v->at_ms;
	v->effect_until_ms = 0;
	if (life_chance(random, 60))
		v->effect_until_ms = v->at_ms + 20 * MODEL_DAY;
}

static inline void life_of_payment(
    struct thing *thing, struct random *random, int64_t now_ms)
{
	struct truth *v = life_begin(thing, now_ms);

	if (thing->n == 1) {
		life_status(v, "pending", STATE_PENDING);
	} else if (v->state == STATE_PENDING || v->state == STATE_FAILED) {
		if (life_chance(random, 30))
			life_status(v, "failed", STATE_FAILED);
		else
			life_status(v, "paid", STATE_PAID);
	} else if (v->effect == EFFECT_NONE) {
		life_refund(v, random);
	} else { /* made good */
		life_status(v, "paid", STATE_PAID);
		v->effect = EFFECT_NONE;
		v->effect_at_ms = v->at_ms;
		v->effect_until_ms = 0;
	}
}

/* ---- any of them -------------------------------------------------------- */

static inline void life_step(
    struct thing *thing, struct random *random, int64_t now_ms)
{
	const struct truth *v;

	if (thing->n > 2 && life_chance(random, 1)) {
		thing->deleted = true; /* and so it stays, as it was */
		thing->next_ms = MODEL_NEVER;
		return;
	}
	if (thing->target == NULL)
		life_of_subscription(thing, random, now_ms);
	else
		life_of_payment(thing, random, now_ms);
	v = &thing->was[thing->n - 1];
	if (thing->target == NULL)
		thing->next_ms = life_next(v, random, now_ms);
	else if (v->state == STATE_PENDING || v->state == STATE_FAILED)
		thing->next_ms = now_ms + life_span(random, 1000, MODEL_HOUR);
	else
		thing->next_ms =
		    now_ms + life_span(random, MODEL_DWELL, 100 * MODEL_DAY);
	/* What is under way comes to an end before the end of the world. */
	if (thing->next_ms > MODEL_END - MODEL_DWELL)
		thing->next_ms = MODEL_NEVER;
}

static inline void life_make(
    struct world *world, size_t i, struct random *random)
{
	struct thing *thing = &world->things[i];
	bool payment = i >= MODEL_SUBS;

	thing->kind = payment ? "payment" : "subscription";
	snprintf(thing->id, sizeof(thing->id), "%c%zu", payment ? 'p' : 's', i);
	if (payment)
		thing->target = &world->things[life_pick(random, MODEL_SUBS)];
	thing->provider = payment ? thing->target->provider : i % 2;
	thing->customer = payment ? thing->target->customer
				  : life_pick(random, MODEL_CUSTOMERS);
	thing->lists = thing->provider == 1;
	thing->has_times = thing->lists || life_chance(random, 50);
	thing->has_version = thing->lists && life_chance(random, 50);
	thing->next_ms = MODEL_START + life_span(random, MODEL_DAY,
					   (payment ? 400 : 200) * MODEL_DAY);
}

#endif
