#ifndef FAKE_PADDLE_H
#define FAKE_PADDLE_H

#include "tests/fake/provider.h"

/*
 * Paddle Billing: signed events that hold the entity, subscriptions, and
 * transactions with their adjustments on request. Sources: developer.paddle.com
 * (webhooks, signature verification, API reference, errors).
 */
extern const struct provider paddle_provider;

enum {
	PADDLE_SUBSCRIPTION,
	PADDLE_TRANSACTION,
	PADDLE_ADJUSTMENT,
	PADDLE_CUSTOMER
};

/* What the status API answers. */
extern const struct route paddle_api_routes[];
json_t *paddle_api_error(int status, const char *detail);

/* The body of an event, and its signature; see struct provider. */
json_t *paddle_hook(const struct object *o, bool as_integers);
json_t *paddle_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes);

#endif
