#ifndef FAKE_MOLLIE_SCRIPT_H
#define FAKE_MOLLIE_SCRIPT_H

#include "tests/fake/provider.h"

/*
 * Mollie's documents, as control calls script them: members are called as in
 * the API, and "amount" is its value as text.
 *
 * _make returns the document (the caller's) of a new object; PARENT is the
 * customer of a subscription, or the subscription or customer of a payment.
 * ERROR is NULL, or says what is wrong with SPEC.
 */
json_t *mollie_script_make(struct world *world, int kind, const char *id,
    const struct object *parent, const json_t *spec, const char **error);

/*
 * Edits DOCUMENT as one transition says: a new status with its stamp, and of a
 * payment "refund" ({"amount"}), "chargeback" ({"amount"}) and "reverse" (all
 * chargebacks). NULL or the error.
 */
const char *mollie_script_change(
    struct world *world, int kind, json_t *document, const json_t *change);

#endif
