/*
 * What an answer about a customer means. It grants nothing; it is looked at for
 * events that name only a customer, and leads to the subscriptions.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"

#include "clients/reading.h"

#include "clients/stripe.h"

/* Only so many can be looked at: those that have ended come last. */
static void read_page(
    struct stripe_look *look, const field_value *page, bool ended)
{
	const field_value *data = field_array(&look->fields, page, "data");

	for (size_t i = 0; i < field_count(data); i++) {
		const field_value *item = field_at(data, i);
		const char *id =
		    stripe_ref(&look->fields, item, "id", STRIPE_SUBSCRIPTION);

		if (field_has(item, "ended_at") == ended)
			reading_also(look->reading, STRIPE_SUBSCRIPTION, id);
	}
}

/* Without status=all Stripe leaves out what is canceled. */
static void find_subscriptions(struct stripe_look *look)
{
	const field_value *page = NULL;

	if (stripe_read_step(look,
		arena_printf(look->arena,
		    "/v1/subscriptions?customer=%s&status=all&limit=100",
		    look->object->id),
		"subscriptions", &page) != STRIPE_ANSWER)
		return;
	read_page(look, page, false);
	read_page(look, page, true);
}

void stripe_customer(struct stripe_look *look)
{
	bool deleted = field_bool(&look->fields, look->root, "deleted");

	stripe_owner(look);
	look->out->status = deleted ? "deleted" : "exists";
	look->out->state = deleted ? STATE_ENDED : STATE_ACTIVE;
	look->out->customer = look->object->id;
	if (field_bool(&look->fields, look->root, "delinquent"))
		reading_fact(look->out, look->facts, "delinquent", "true");
	find_subscriptions(look);
}
