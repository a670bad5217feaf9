#ifndef FAKE_ECARTPAY_H
#define FAKE_ECARTPAY_H

#include "tests/fake/provider.h"

/*
 * Ecart Pay: a key that buys a token, signed events whose payload tells nothing
 * that could be believed, billing information that is only in a list.
 * Sources: docs.ecartpay.com (webhook events, webhook authentication,
 * references), as far as they are public.
 */
extern const struct provider ecartpay_provider;

enum {
	ECARTPAY_BILLING,
	ECARTPAY_ORDER,
	ECARTPAY_SUBSCRIPTION,
	ECARTPAY_TRANSACTION
};

#define ECARTPAY_TOKEN_PATH "/api/authorizations/token"

/* What the status API answers. */
extern const struct route ecartpay_api_routes[];
json_t *ecartpay_api_error(int status, const char *detail);

/* The body of a notification, and what signs one; see struct provider. */
json_t *ecartpay_hook(const struct object *o, bool as_integers);
json_t *ecartpay_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes);

#endif
