/* What an answer about a checkout session means. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/stripe.h"

/*
 * "complete" says that the customer is through, not that the money is there:
 * slow methods of payment are "unpaid" for days.
 */
static void read_state(struct stripe_look *look)
{
	const char *payment =
	    reading_word(&look->fields, look->root, "payment_status");

	reading_fact(look->out, look->facts, "payment_status", payment);
	if (look->out->state != STATE_PAID)
		return;
	if (text_equal(payment, "unpaid"))
		look->out->state = STATE_PENDING;
	else if (!text_equal(payment, "paid") &&
		 !text_equal(payment, "no_payment_required"))
		look->out->state = STATE_UNKNOWN;
}

/* A purchase of its own: what was bought stands in the line items. */
static void read_purchase(struct stripe_look *look)
{
	struct grant model = {
	    .status = look->out->status,
	    .state = look->out->state,
	    .since_ms = stripe_time(&look->fields, look->root, "created"),
	};
	const field_value *embedded =
	    field_object(&look->fields, look->root, "line_items");
	struct stripe_list list;

	if (!stripe_list(look, embedded,
		arena_printf(look->arena,
		    "/v1/checkout/sessions/%s/line_items?limit=100",
		    look->object->id),
		"line_items", &list))
		return;
	stripe_list_grants(look, &list, &model);
}

/* The session names the subscription: it is the one that says whose it is. */
static void read_subscription(struct stripe_look *look)
{
	struct member *member;
	const char *id = stripe_ref(
	    &look->fields, look->root, "subscription", STRIPE_SUBSCRIPTION);

	if (id == NULL)
		return;
	member = arena_alloc(look->arena, 1, sizeof(*member));
	if (member == NULL)
		return;
	*member = (struct member){.kind = STRIPE_SUBSCRIPTION, .id = id};
	look->out->members = member;
	look->out->n_members = 1;
	reading_also(look->reading, STRIPE_SUBSCRIPTION, id);
}

void stripe_session(struct stripe_look *look)
{
	const char *mode, *intent;

	stripe_status(look, "status");
	read_state(look);
	stripe_owner(look);
	mode = reading_word(&look->fields, look->root, "mode");
	intent = stripe_ref(
	    &look->fields, look->root, "payment_intent", STRIPE_INTENT);
	stripe_fact_number(look, "amount_total", "amount_total");
	stripe_fact_text(look, "currency", "currency");
	if (text_equal(look->out->status, "open"))
		reading_boundary(look->out,
		    stripe_time(&look->fields, look->root, "expires_at"));
	read_subscription(look);
	if (look->fields.error != NULL || !text_equal(mode, "payment") ||
	    !text_equal(look->out->status, "complete"))
		return;
	/* its payment tells of a refund */
	reading_also(look->reading, STRIPE_INTENT, intent);
	read_purchase(look);
}
