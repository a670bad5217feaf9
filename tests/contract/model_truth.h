/*
 * What is true in the model's world: things at two providers, each with all
 * that it ever was, and whether an account had access at some moment. Written
 * without any of the code that it is compared with.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MODEL_TRUTH_H
#define TRUEUP_TESTS_CONTRACT_MODEL_TRUTH_H

#include "tests/contract/quick_store.h"

enum {
	MODEL_CUSTOMERS = 4, /* of each provider */
	MODEL_ACCOUNTS = 3,  /* that operators link to */
	MODEL_SUBS = 12,
	MODEL_PAYMENTS = 10,
	MODEL_THINGS = MODEL_SUBS + MODEL_PAYMENTS,
	MODEL_VERSIONS_MAX = 400,
	MODEL_OWNERS_MAX = 64,
	MODEL_NAME_MAX = 24
};

#define MODEL_MINUTE ((int64_t)60 * 1000)
#define MODEL_HOUR (60 * MODEL_MINUTE)
#define MODEL_DAY (24 * MODEL_HOUR)
#define MODEL_START ((int64_t)1767225600 * 1000) /* 2026-01-01 */
#define MODEL_END (MODEL_START + 730 * MODEL_DAY)

/* What its provider would say of a thing from at_ms on. */
struct truth {
	int64_t at_ms;
	const char *status;
	enum state state;
	int64_t changed_at_ms; /* since when it has this status */
	const char *product;
	int quantity; /* of the product; less than 0: its provider says none */
	int64_t since_ms;
	int64_t until_ms;
	enum effect_kind effect; /* payments: what became of the money */
	int64_t effect_at_ms;
	int64_t effect_until_ms;
	bool other_status; /* the status differs from that of the one before */
};

struct thing {
	char id[MODEL_NAME_MAX];
	const char *kind;
	size_t provider;
	size_t customer;      /* of that provider */
	struct thing *target; /* payments: what is paid for */
	/* What its provider tells beside the status. */
	bool lists;
	bool has_times;
	bool has_version;
	struct truth was[MODEL_VERSIONS_MAX]; /* by time */
	size_t n;
	int64_t next_ms; /* when something happens to it */
	bool deleted;	 /* its provider has it no more */
	/* The last notice of it that no settled look began after; 0: none. */
	int64_t notified_ms;
};

/* Whose a customer's things are, since when. */
struct owner {
	int64_t since_ms;
	char account[MODEL_NAME_MAX];
};

struct world {
	struct thing things[MODEL_THINGS];
	struct owner owners[2][MODEL_CUSTOMERS][MODEL_OWNERS_MAX];
	size_t n_owners[2][MODEL_CUSTOMERS];
};

static const char *const model_providers[] = {"shop", "mint"};

static inline struct object_ref thing_ref(const struct thing *thing)
{
	return (struct object_ref){
	    model_providers[thing->provider], thing->kind, thing->id};
}

/* NULL: it was not there yet. */
static inline const struct truth *truth_at(
    const struct thing *thing, int64_t at_ms)
{
	for (size_t i = thing->n; i > 0; i--) {
		if (thing->was[i - 1].at_ms <= at_ms)
			return &thing->was[i - 1];
	}
	return NULL;
}

static inline bool truth_is_during(
    int64_t at_ms, int64_t since_ms, int64_t until_ms)
{
	return at_ms >= since_ms && (until_ms == 0 || at_ms < until_ms);
}

/* Did money that went back take away what this thing gave? */
static inline bool truth_is_revoked(
    const struct world *world, const struct thing *thing, int64_t at_ms)
{
	for (size_t i = 0; i < MODEL_THINGS; i++) {
		const struct thing *payment = &world->things[i];
		const struct truth *v = truth_at(payment, at_ms);

		if (payment->target == thing && v != NULL &&
		    (v->effect == EFFECT_REFUND ||
			v->effect == EFFECT_CHARGEBACK) &&
		    truth_is_during(at_ms, v->effect_at_ms, v->effect_until_ms))
			return true;
	}
	return false;
}

/* product NULL: any. */
static inline enum entitled truth_of_thing(const struct world *world,
    const struct thing *thing, const char *product, int64_t at_ms)
{
	const struct truth *v = truth_at(thing, at_ms);

	if (v == NULL || thing->target != NULL ||
	    !truth_is_during(at_ms, v->since_ms, v->until_ms) ||
	    (product != NULL && strcmp(product, v->product) != 0) ||
	    truth_is_revoked(world, thing, at_ms))
		return ENTITLED_NO;
	switch (v->state) {
	case STATE_ACTIVE:
	case STATE_TRIALING:
	case STATE_PAST_DUE:
		return ENTITLED_YES;
	case STATE_UNKNOWN:
		return ENTITLED_UNKNOWN;
	default:
		return ENTITLED_NO;
	}
}

/*
 * Does the account have what this customer had at that moment? A name that a
 * customer gets was always theirs; the name before keeps the past until then.
 */
static inline bool truth_owns(const struct world *world, size_t provider,
    size_t customer, const char *account, int64_t at_ms)
{
	const struct owner *owners = world->owners[provider][customer];
	size_t n = world->n_owners[provider][customer];

	for (size_t i = 0; i < n; i++) {
		if (strcmp(owners[i].account, account) == 0 &&
		    (i + 1 == n || at_ms < owners[i + 1].since_ms))
			return true;
	}
	return false;
}

/* Of what entitles at one provider; *untold: how many of these say none. */
static inline int truth_sum(const struct world *world, size_t provider,
    const char *account, const char *product, int64_t at_ms, int *told,
    int *untold)
{
	int sum = 0;

	*told = *untold = 0;
	for (size_t i = 0; i < MODEL_SUBS; i++) {
		const struct thing *thing = &world->things[i];

		if (thing->provider != provider ||
		    !truth_owns(
			world, provider, thing->customer, account, at_ms) ||
		    truth_of_thing(world, thing, product, at_ms) !=
			ENTITLED_YES)
			continue;
		if (truth_at(thing, at_ms)->quantity < 0) {
			(*untold)++;
			continue;
		}
		(*told)++;
		sum += truth_at(thing, at_ms)->quantity;
	}
	return sum;
}

/* "mint gold 5 | shop silver 3 in part" */
static inline void truth_sums(const struct world *world, const char *account,
    int64_t at_ms, char *out, size_t cap)
{
	static const char *const products[] = {"gold", "silver"};
	size_t len = 0;

	*out = '\0';
	for (size_t i = 0; i < 4; i++) {
		size_t provider = i < 2;
		int told, untold;
		int sum = truth_sum(world, provider, account, products[i % 2],
		    at_ms, &told, &untold);

		if (told > 0)
			len += (size_t)snprintf(out + len, cap - len,
			    "%s%s %s %d%s", len > 0 ? " | " : "",
			    model_providers[provider], products[i % 2], sum,
			    untold > 0 ? " in part" : "");
	}
}

static inline enum entitled truth_of_account(const struct world *world,
    const char *account, const char *product, int64_t at_ms)
{
	enum entitled answer = ENTITLED_NO, says;

	for (size_t i = 0; i < MODEL_THINGS; i++) {
		const struct thing *thing = &world->things[i];

		if (!truth_owns(world, thing->provider, thing->customer,
			account, at_ms))
			continue;
		says = truth_of_thing(world, thing, product, at_ms);
		if (says == ENTITLED_YES)
			return says;
		if (says == ENTITLED_UNKNOWN)
			answer = says;
	}
	return answer;
}

#endif
