#ifndef FAKE_ECOSIRE_H
#define FAKE_ECOSIRE_H

#include "tests/fake/provider.h"

/*
 * ECOSIRE: signed events whose data names ids, three envelopes, a licence only
 * in the list.  Sources: docs.ecosire.com (webhooks, licenses, billing, orders,
 * errors), as far as they are public.
 */
extern const struct provider ecosire_provider;

enum { ECOSIRE_ORDER, ECOSIRE_SUBSCRIPTION, ECOSIRE_INVOICE, ECOSIRE_LICENSE };

/* What the status API answers. */
extern const struct route ecosire_api_routes[];
json_t *ecosire_api_error(int status, const char *detail);

/* The signature of events; see struct provider. */
json_t *ecosire_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes);

/* The body of a notification. */
json_t *ecosire_hook(const struct object *o, bool as_integers);

/* UTC with milliseconds and Z, or in whole seconds; a new text. */
json_t *ecosire_time(int64_t at_ms, bool with_ms);

#endif
