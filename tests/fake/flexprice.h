#ifndef FAKE_FLEXPRICE_H
#define FAKE_FLEXPRICE_H

#include "tests/fake/provider.h"

/*
 * Flexprice, its Cloud: notifications signed through Svix, the status API below
 * /v1. Sources: docs.flexprice.io (webhooks, API reference), docs.svix.com.
 */
extern const struct provider flexprice_provider;

enum {
	FLEXPRICE_SUBSCRIPTION,
	FLEXPRICE_INVOICE,
	FLEXPRICE_WALLET,
	FLEXPRICE_CUSTOMER,
	FLEXPRICE_PAYMENT,
	FLEXPRICE_CREDIT_NOTE
};

/* What the status API answers. */
extern const struct route flexprice_api_routes[];
json_t *flexprice_api_error(int status, const char *detail);

/* An object as it is answered, a new document; NULL: no row that is seen. */
json_t *flexprice_api_object(const struct ask *ask, const struct object *o);

/* Lists, page by page: the searches, and the one that is a GET. */
extern const struct route flexprice_list_searches[];
json_t *flexprice_list_payments(const struct ask *ask);

/* The signature of notifications; see struct provider. */
json_t *flexprice_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes);

#endif
