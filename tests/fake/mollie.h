#ifndef FAKE_MOLLIE_H
#define FAKE_MOLLIE_H

#include "tests/fake/provider.h"

/*
 * Mollie's API v2: hooks that are a form with an id, signed events of the next
 * generation, HAL documents, amounts as decimal text. Sources: docs.mollie.com
 * (webhooks, payments, customers, subscriptions, errors).
 */
enum { MOLLIE_CUSTOMER, MOLLIE_SUBSCRIPTION, MOLLIE_PAYMENT, MOLLIE_EVENT };

extern const struct provider mollie_provider;

#endif
