#include <string.h>

#include "tests/fake/flexprice.h"

static bool has_quirk(const struct ask *ask, const char *name)
{
	return json_is_true(json_object_get(ask->quirks, name));
}

static const char *text_of(const json_t *document, const char *name)
{
	const char *text = json_string_value(json_object_get(document, name));

	return text ? text : "";
}

/* Rows that are not published any more read as if they were not there. */
static json_t *seen(const struct ask *ask, const struct object *o)
{
	json_t *document = o ? state_see(o, &ask->view) : NULL;
	const char *row = text_of(document, "status");

	if (document == NULL ||
	    (strcmp(row, "published") != 0 && !has_quirk(ask, "cached_rows")))
		return NULL;
	return document;
}

/* The customer that an object names, as it stands inside of the answer. */
static void put_customer(const struct ask *ask, json_t *document)
{
	const struct object *o = state_find(
	    ask->state, FLEXPRICE_CUSTOMER, text_of(document, "customer_id"));
	json_t *customer = seen(ask, o);

	if (customer != NULL && !has_quirk(ask, "no_customer"))
		json_object_set(document, "customer", customer);
}

json_t *flexprice_api_object(const struct ask *ask, const struct object *o)
{
	json_t *document = seen(ask, o);
	json_t *copy;

	if (document == NULL)
		return NULL;
	copy = json_deep_copy(document);
	json_object_del(copy, "features");
	if (o->kind == FLEXPRICE_SUBSCRIPTION || o->kind == FLEXPRICE_INVOICE)
		put_customer(ask, copy);
	return copy;
}

static json_t *answer_one(const struct ask *ask)
{
	return flexprice_api_object(ask, ask->object);
}

/* A feature as a control call tells it: {"key", "limit", "enabled"}. */
static json_t *entitlement_of(const json_t *told, size_t i)
{
	json_t *limit = json_object_get(told, "limit");
	json_t *enabled = json_object_get(told, "enabled");

	return json_pack("{s:{s:o, s:s, s:s}, s:{s:O, s:O, s:b, s:s}, s:[]}",
	    "feature", "id", json_sprintf("feat_01JX%022zu", i + 1),
	    "lookup_key", text_of(told, "key"), "type",
	    limit ? "metered" : "boolean", "entitlement", "is_enabled",
	    enabled ? enabled : json_true(), "usage_limit",
	    limit ? limit : json_null(), "is_soft_limit", 0,
	    "usage_reset_period", limit ? "MONTHLY" : "", "sources");
}

/* Go's maps have no order: every other answer turns the list round. */
static json_t *answer_entitlements(const struct ask *ask)
{
	json_t *document = seen(ask, ask->object);
	json_t *list = json_array();
	json_t *told;
	size_t i;

	if (document == NULL || has_quirk(ask, "no_entitlements")) {
		json_decref(list);
		return NULL;
	}
	json_array_foreach(json_object_get(document, "features"), i, told)
	{
		if (has_quirk(ask, "turned"))
			json_array_insert_new(list, 0, entitlement_of(told, i));
		else
			json_array_append_new(list, entitlement_of(told, i));
	}
	if (json_array_size(list) == 0) {
		json_decref(list);
		list = json_null();
	}
	return json_pack("{s:s, s:s, s:o}", "subscription_id", ask->object->id,
	    "plan_id", text_of(document, "plan_id"), "features", list);
}

static json_t *answer_customer_entitlements(const struct ask *ask)
{
	const struct list *all = &ask->state->kinds[FLEXPRICE_SUBSCRIPTION];
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < all->len; i++) {
		json_t *document = seen(ask, all->items[i]);
		const char *word = text_of(document, "subscription_status");

		if (document != NULL &&
		    (strcmp(word, "active") == 0 ||
			strcmp(word, "trialing") == 0) &&
		    strcmp(text_of(document, "customer_id"), ask->object->id) ==
			0)
			json_array_append(list, document);
	}
	return json_pack("{s:s, s:o, s:[]}", "customer_id", ask->object->id,
	    "subscriptions", list, "features");
}

/* The customer whom the user calls as the path ends. */
static json_t *answer_external(const struct ask *ask)
{
	const struct list *all = &ask->state->kinds[FLEXPRICE_CUSTOMER];
	char name[STATE_ID_BYTES];

	if (provider_route(provider_find("flexprice"), ask->path, name,
		sizeof(name)) == NULL)
		return NULL;
	for (size_t i = 0; i < all->len; i++) {
		json_t *document = seen(ask, all->items[i]);

		if (document != NULL &&
		    strcmp(text_of(document, "external_id"), name) == 0)
			return json_incref(document);
	}
	return NULL;
}

const struct route flexprice_api_routes[] = {
    {"/v1/subscriptions/{id}", FLEXPRICE_SUBSCRIPTION, answer_one, false},
    {"/v1/subscriptions/{id}/entitlements", FLEXPRICE_SUBSCRIPTION,
	answer_entitlements, false},
    {"/v1/invoices/{id}", FLEXPRICE_INVOICE, answer_one, false},
    {"/v1/wallets/{id}", FLEXPRICE_WALLET, answer_one, false},
    {"/v1/customers/{id}", FLEXPRICE_CUSTOMER, answer_one, false},
    {"/v1/customers/{id}/entitlements", FLEXPRICE_CUSTOMER,
	answer_customer_entitlements, false},
    {"/v1/customers/external/{id}", -1, answer_external, false},
    {"/v1/payments/{id}", FLEXPRICE_PAYMENT, answer_one, false},
    {"/v1/payments", -1, flexprice_list_payments, false},
    {"/v1/creditnotes/{id}", FLEXPRICE_CREDIT_NOTE, answer_one, false},
    {NULL, -1, NULL, false}};

/* Three shapes of bodies: of the guard, of the code, and as documented. */
json_t *flexprice_api_error(int status, const char *detail)
{
	if (status == 401)
		return json_pack("{s:s}", "error", "Invalid API key");
	if (status == 403)
		return json_pack(
		    "{s:s, s:s}", "error", "Access denied", "message", detail);
	if (status >= 500)
		return json_pack("{s:b, s:{s:s, s:s}}", "success", 0, "error",
		    "message", detail, "internal_error", "it is broken");
	return json_pack("{s:s, s:s, s:i, s:{}}", "code",
	    status == 404 ? "not_found" : "validation_error", "message", detail,
	    "http_status_code", status, "details");
}
