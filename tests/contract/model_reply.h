/*
 * What a provider of the model answers about a thing as it was at some moment:
 * the observation that a client would make of that.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MODEL_REPLY_H
#define TRUEUP_TESTS_CONTRACT_MODEL_REPLY_H

#include "reconciler/base/clock.h"

#include "tests/contract/model_truth.h"

enum { MODEL_LISTED_MAX = 200 };

struct reply {
	struct outcome outcome;
	struct observation seen;
	struct grant grant;
	struct effect effect;
	struct fact facts[4];
	char quantity[16];
	char moments[2][CLOCK_TEXT_MAX];
	struct listed listed[MODEL_LISTED_MAX];
};

static inline void reply_fact(
    struct reply *r, const char *name, const char *value)
{
	r->facts[r->seen.n_facts++] = (struct fact){name, value};
	r->seen.facts = r->facts;
}

static inline void reply_boundary(struct reply *r, int64_t at_ms)
{
	if (at_ms != 0)
		r->seen.boundaries_ms[r->seen.n_boundaries++] = at_ms;
}

static inline void reply_grant(struct reply *r, const struct truth *v)
{
	r->grant = (struct grant){.product = v->product,
	    .status = v->status,
	    .state = v->state,
	    .since_ms = v->since_ms,
	    .until_ms = v->until_ms};
	r->seen.grants = &r->grant;
	r->seen.n_grants = 1;
	reply_fact(r, "product", v->product);
	if (v->quantity >= 0) {
		snprintf(r->quantity, sizeof(r->quantity), "%d", v->quantity);
		r->grant.quantity = r->quantity;
		reply_fact(r, "quantity", r->quantity);
	}
	reply_fact(r, "begin", clock_format(v->since_ms, r->moments[0]));
	if (v->until_ms != 0)
		reply_fact(r, "end", clock_format(v->until_ms, r->moments[1]));
	reply_boundary(r, v->since_ms);
	reply_boundary(r, v->until_ms);
}

static inline void reply_effect(
    struct reply *r, const struct thing *thing, const struct truth *v)
{
	r->effect = (struct effect){.kind = v->effect,
	    .target = {.kind = thing->target->kind, .id = thing->target->id},
	    .at_ms = v->effect_at_ms,
	    .until_ms = v->effect_until_ms};
	r->seen.effects = &r->effect;
	r->seen.n_effects = 1;
	reply_boundary(r, v->effect_until_ms);
}

static inline void reply_list(
    struct reply *r, const struct thing *thing, const struct truth *v)
{
	size_t n = 0;

	for (const struct truth *e = thing->was; e <= v; e++) {
		if (!e->other_status)
			continue;
		if (n == MODEL_LISTED_MAX)
			fail_msg("the list of %s is too long", thing->id);
		r->listed[n++] = (struct listed){
		    .status = e->status, .state = e->state, .at_ms = e->at_ms};
	}
	r->seen.lists_history = true;
	r->seen.listed = r->listed;
	r->seen.n_listed = n;
}

static inline void reply_truth(
    struct reply *r, const struct thing *thing, const struct truth *v)
{
	static const char *const customers[] = {"c0", "c1", "c2", "c3"};

	r->seen.status = v->status;
	r->seen.state = v->state;
	if (thing->has_times)
		r->seen.changed_at_ms = v->changed_at_ms;
	if (thing->has_version)
		r->seen.version_ms = v->at_ms;
	if (thing->target == NULL) {
		r->seen.customer = customers[thing->customer];
		reply_grant(r, v);
	} else {
		reply_effect(r, thing, v);
	}
	if (thing->lists)
		reply_list(r, thing, v);
	r->outcome.verdict = VERDICT_TRUTH;
	r->outcome.observation = &r->seen;
}

#endif
