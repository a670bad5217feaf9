#ifndef FAKE_STRIPE_H
#define FAKE_STRIPE_H

#include "tests/fake/provider.h"

/*
 * Stripe: signed events, and its API as of 2025-03-31.basil (or before: the
 * quirk before_basil). Sources: docs.stripe.com (API reference, webhooks,
 * pagination, changelog of basil).
 */
extern const struct provider stripe_provider;

enum {
	STRIPE_SUBSCRIPTION,
	STRIPE_INVOICE,
	STRIPE_SESSION,
	STRIPE_CHARGE,
	STRIPE_INTENT,
	STRIPE_REFUND,
	STRIPE_CUSTOMER,
	STRIPE_DISPUTE
};

/* The event that such a state of an object is told by. */
const char *stripe_event_of(int kind, const json_t *document);

/* What the status API answers. */
extern const struct route stripe_api_routes[];
json_t *stripe_api_error(int status, const char *detail);

/* stripe_events.c: the log of what happened. */
json_t *stripe_events_answer(const struct ask *ask);

/* The signature of signed events; see struct provider. */
json_t *stripe_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes);

#endif
