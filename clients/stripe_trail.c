/*
 * From a charge to what it paid for. Up to API version 2025-03-31 a charge
 * names its invoice; since then the way is charge, payment intent, invoice
 * payment, invoice, subscription (Stripe, changelog of basil). A payment that
 * no invoice is behind may be that of a checkout session.
 */
#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/stripe.h"

/* The invoice that a payment intent paid, NULL: none. false: halted. */
static bool find_invoice(
    struct stripe_look *look, const char *intent, const char **out)
{
	const field_value *page = NULL;
	const field_value *data;
	enum stripe_step step = stripe_read_step(look,
	    arena_printf(look->arena,
		"/v1/invoice_payments?payment%%5Btype%%5D=payment_intent"
		"&payment%%5Bpayment_intent%%5D=%s",
		intent),
	    "invoice_payments", &page);

	*out = NULL;
	if (step != STRIPE_ANSWER)
		return step == STRIPE_ABSENT;
	data = field_array(&look->fields, page, "data");
	for (size_t i = 0; i < field_count(data) && *out == NULL; i++)
		*out = stripe_ref(&look->fields, field_at(data, i), "invoice",
		    STRIPE_INVOICE);
	return look->fields.error == NULL;
}

/* What the invoice paid for ends with the last of its lines. */
static int64_t last_period_end(
    struct stripe_look *look, const field_value *invoice)
{
	const field_value *lines =
	    field_array(&look->fields, invoice, "lines.data");
	int64_t end_ms = 0;

	for (size_t i = 0; i < field_count(lines); i++) {
		int64_t at_ms = stripe_time(
		    &look->fields, field_at(lines, i), "period.end");

		if (at_ms > end_ms)
			end_ms = at_ms;
	}
	return end_ms;
}

/* *found stays false for an invoice that no subscription is behind. */
static bool read_invoice(struct stripe_look *look, const char *id,
    struct effect *effect, bool *found)
{
	const field_value *invoice = NULL;
	const char *subscription;
	enum stripe_step step = stripe_read_step(look,
	    arena_printf(look->arena, "/v1/invoices/%s", id), STRIPE_INVOICE,
	    &invoice);

	if (step != STRIPE_ANSWER)
		return step == STRIPE_ABSENT;
	subscription = stripe_invoice_subscription(&look->fields, invoice);
	if (subscription == NULL)
		return look->fields.error == NULL;
	effect->target =
	    (struct member){.kind = STRIPE_SUBSCRIPTION, .id = subscription};
	effect->until_ms = last_period_end(look, invoice);
	*found = true;
	return look->fields.error == NULL;
}

static bool find_session(
    struct stripe_look *look, const char *intent, struct effect *effect)
{
	const field_value *page = NULL;
	const field_value *data;
	const char *id;

	if (stripe_read_step(look,
		arena_printf(look->arena,
		    "/v1/checkout/sessions?payment_intent=%s", intent),
		"checkout_sessions", &page) != STRIPE_ANSWER)
		return false;
	data = field_array(&look->fields, page, "data");
	if (field_count(data) == 0)
		return false;
	id = stripe_ref(&look->fields, field_at(data, 0), "id", STRIPE_SESSION);
	effect->target = (struct member){.kind = STRIPE_SESSION, .id = id};
	return id != NULL;
}

bool stripe_trail(struct stripe_look *look, struct effect *effect)
{
	const char *intent = stripe_ref(
	    &look->fields, look->root, "payment_intent", STRIPE_INTENT);
	const char *invoice =
	    stripe_ref(&look->fields, look->root, "invoice", STRIPE_INVOICE);
	bool found = false;

	if (look->fields.error != NULL)
		return false;
	if (invoice == NULL && intent != NULL &&
	    !find_invoice(look, intent, &invoice))
		return false;
	if (invoice != NULL && !read_invoice(look, invoice, effect, &found))
		return false;
	if (found)
		return true;
	return intent != NULL && find_session(look, intent, effect);
}
