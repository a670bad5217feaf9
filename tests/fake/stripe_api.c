#include <stdlib.h>
#include <string.h>

#include "tests/fake/pointer.h"
#include "tests/fake/stripe.h"

enum { DEFAULT_LIMIT = 10, MAX_LIMIT = 100 };

static bool has_quirk(const struct ask *ask, const char *name)
{
	return json_is_true(json_object_get(ask->quirks, name));
}

/* A list as an answer holds it: at most LIMIT items behind the one named. */
static json_t *page(const json_t *all, size_t limit, const char *after)
{
	json_t *data = json_array();
	bool on = after == NULL, more = false;
	json_t *item;
	size_t i;

	json_array_foreach(all, i, item)
	{
		const char *id = json_string_value(json_object_get(item, "id"));

		if (on && json_array_size(data) == limit)
			more = true;
		else if (on)
			json_array_append(data, item);
		if (!on && id != NULL && strcmp(id, after) == 0)
			on = true;
	}
	return json_pack("{s:s, s:o, s:b}", "object", "list", "data", data,
	    "has_more", more);
}

static json_t *asked_page(const struct ask *ask, json_t *all)
{
	const char *text = ask->query(ask->cookie, "limit");
	long limit = text ? strtol(text, NULL, 10) : DEFAULT_LIMIT;
	json_t *answer;

	if (limit < 1 || limit > MAX_LIMIT)
		limit = MAX_LIMIT;
	answer =
	    page(all, (size_t)limit, ask->query(ask->cookie, "starting_after"));
	json_decref(all);
	return answer;
}

/* ---- single objects -------------------------------------------------------
 */

/* Up to 2025-03-31 the period stood on the subscription itself. */
static void move_periods(json_t *document)
{
	static const char *const names[] = {
	    "current_period_start", "current_period_end"};
	json_t *items = pointer_get(document, document, "/items/data");
	json_t *item;
	size_t i, n;

	for (n = 0; n < 2; n++) {
		json_array_foreach(items, i, item)
		{
			if (i == 0)
				json_object_set(document, names[n],
				    json_object_get(item, names[n]));
			json_object_del(item, names[n]);
		}
	}
}

static json_t *answer_subscription(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);
	const json_t *cut = json_object_get(ask->quirks, "embedded_items");
	json_t *document, *items;

	if (seen == NULL)
		return NULL;
	document = json_deep_copy(seen);
	items = pointer_get(document, document, "/items/data");
	json_object_set_new(document, "items",
	    page(items, cut ? (size_t)json_integer_value(cut) : DEFAULT_LIMIT,
		NULL));
	if (has_quirk(ask, "before_basil"))
		move_periods(document);
	return document;
}

static json_t *answer_invoice(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);
	json_t *document, *id;

	if (seen == NULL)
		return NULL;
	document = json_deep_copy(seen);
	if (has_quirk(ask, "before_basil")) {
		id = pointer_get(document, document,
		    "/parent/subscription_details/subscription");
		json_object_set_new(document, "subscription",
		    id ? json_incref(id) : json_null());
		json_object_del(document, "parent");
	}
	return document;
}

/* Line items are not part of a session unless they are asked for. */
static json_t *answer_session(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);
	json_t *document = seen ? json_copy(seen) : NULL;

	if (document != NULL)
		json_object_del(document, "line_items");
	return document;
}

/* The invoice that a payment intent paid, or NULL. */
static const struct object *invoice_of(
    const struct state *state, const char *intent_id)
{
	const struct object *intent =
	    intent_id ? state_find(state, STRIPE_INTENT, intent_id) : NULL;
	size_t i;

	for (i = 0; intent != NULL && i < intent->children_len; i++) {
		if (intent->children[i]->kind == STRIPE_INVOICE)
			return intent->children[i];
	}
	return NULL;
}

static json_t *answer_charge(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);
	const struct object *invoice;
	json_t *document;

	if (seen == NULL)
		return NULL;
	document = json_copy(seen);
	if (!has_quirk(ask, "before_basil"))
		return document;
	invoice = invoice_of(ask->state,
	    json_string_value(json_object_get(document, "payment_intent")));
	json_object_set_new(document, "invoice",
	    invoice ? json_string(invoice->id) : json_null());
	return document;
}

/* Deleted or not: what is left of a deleted customer is its id. */
static json_t *answer_other(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);

	return seen ? json_incref(seen) : NULL;
}

/* ---- lists ----------------------------------------------------------------
 */

/* All of a kind whose MEMBER is what the query gives, if it does, newest first.
 */
static json_t *filtered(
    const struct ask *ask, int kind, const char *query, const char *member)
{
	const struct list *all = &ask->state->kinds[kind];
	const char *wanted = ask->query(ask->cookie, query);
	json_t *found = json_array();
	size_t i;

	for (i = all->len; i > 0; i--) {
		json_t *document = state_see(all->items[i - 1], &ask->view);
		const char *value =
		    json_string_value(json_object_get(document, member));

		if (document != NULL &&
		    (wanted == NULL ||
			(value != NULL && strcmp(value, wanted) == 0)))
			json_array_append(found, document);
	}
	return found;
}

/* Canceled ones are left out unless status=all. */
static json_t *list_subscriptions(const struct ask *ask)
{
	const char *status = ask->query(ask->cookie, "status");
	json_t *found =
	    filtered(ask, STRIPE_SUBSCRIPTION, "customer", "customer");
	size_t i;

	for (i = json_array_size(found); i > 0 && status == NULL; i--) {
		const char *word = json_string_value(
		    json_object_get(json_array_get(found, i - 1), "status"));

		if (word != NULL && strcmp(word, "canceled") == 0)
			json_array_remove(found, i - 1);
	}
	return asked_page(ask, found);
}

static json_t *list_items(const struct ask *ask)
{
	const char *id = ask->query(ask->cookie, "subscription");
	const struct object *o =
	    id ? state_find(ask->state, STRIPE_SUBSCRIPTION, id) : NULL;
	json_t *document = o ? state_see(o, &ask->view) : NULL;
	json_t *items;

	if (document == NULL)
		return NULL;
	items = pointer_get(document, document, "/items/data");
	return asked_page(ask, items ? json_incref(items) : json_array());
}

static json_t *list_line_items(const struct ask *ask)
{
	json_t *document = state_see(ask->object, &ask->view);
	json_t *items;

	if (document == NULL)
		return NULL;
	items = pointer_get(document, document, "/line_items/data");
	return asked_page(ask, items ? json_incref(items) : json_array());
}

static json_t *list_sessions(const struct ask *ask)
{
	return asked_page(ask,
	    filtered(ask, STRIPE_SESSION, "payment_intent", "payment_intent"));
}

static json_t *list_refunds(const struct ask *ask)
{
	return asked_page(
	    ask, filtered(ask, STRIPE_REFUND, "charge", "charge"));
}

static json_t *list_disputes(const struct ask *ask)
{
	return asked_page(
	    ask, filtered(ask, STRIPE_DISPUTE, "charge", "charge"));
}

/* There is no such endpoint before basil. */
static json_t *list_invoice_payments(const struct ask *ask)
{
	const char *type = ask->query(ask->cookie, "payment[type]");
	const struct object *invoice = invoice_of(
	    ask->state, ask->query(ask->cookie, "payment[payment_intent]"));
	json_t *found = json_array();

	if (has_quirk(ask, "before_basil") || type == NULL ||
	    strcmp(type, "payment_intent") != 0) {
		json_decref(found);
		return NULL;
	}
	if (invoice != NULL)
		json_array_append_new(
		    found, json_pack("{s:o, s:s, s:s, s:s}", "id",
			       json_sprintf("inpay_%s", invoice->id), "object",
			       "invoice_payment", "status", "paid", "invoice",
			       invoice->id));
	return asked_page(ask, found);
}

const struct route stripe_api_routes[] = {
    {"/v1/subscriptions/{id}", STRIPE_SUBSCRIPTION, answer_subscription, false},
    {"/v1/subscriptions", -1, list_subscriptions, false},
    {"/v1/subscription_items", -1, list_items, false},
    {"/v1/invoices/{id}", STRIPE_INVOICE, answer_invoice, false},
    {"/v1/invoice_payments", -1, list_invoice_payments, false},
    {"/v1/checkout/sessions/{id}", STRIPE_SESSION, answer_session, false},
    {"/v1/checkout/sessions/{id}/line_items", STRIPE_SESSION, list_line_items,
	false},
    {"/v1/checkout/sessions", -1, list_sessions, false},
    {"/v1/charges/{id}", STRIPE_CHARGE, answer_charge, false},
    {"/v1/payment_intents/{id}", STRIPE_INTENT, answer_other, false},
    {"/v1/refunds/{id}", STRIPE_REFUND, answer_other, false},
    {"/v1/refunds", -1, list_refunds, false},
    {"/v1/customers/{id}", STRIPE_CUSTOMER, answer_other, false},
    {"/v1/disputes", -1, list_disputes, false},
    {"/v1/events", -1, stripe_events_answer, false}, {NULL, -1, NULL, false}};

json_t *stripe_api_error(int status, const char *detail)
{
	static const struct {
		int status;
		const char *type;
		const char *code;
	} errors[] = {
	    {401, "invalid_request_error", "api_key_expired"},
	    {404, "invalid_request_error", "resource_missing"},
	    {409, "idempotency_error", "idempotency_key_in_use"},
	    {429, "invalid_request_error", "rate_limit"},
	};
	const char *type =
	    status >= 500 ? "api_error" : "invalid_request_error";
	const char *code = "unknown";
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].status != status)
			continue;
		type = errors[i].type;
		code = errors[i].code;
	}
	return json_pack("{s:{s:s, s:s, s:s}}", "error", "type", type, "code",
	    code, "message", detail);
}
