#include <stdlib.h>
#include <string.h>

#include "tests/fake/pointer.h"
#include "tests/fake/when.h"
#include "tests/fake/stripe.h"

static const struct kind kinds[] = {
    [STRIPE_SUBSCRIPTION] = {"subscription", true},
    [STRIPE_INVOICE] = {"invoice", true},
    [STRIPE_SESSION] = {"checkout_session", true},
    [STRIPE_CHARGE] = {"charge", true},
    [STRIPE_INTENT] = {"payment_intent", true},
    [STRIPE_REFUND] = {"refund", true},
    [STRIPE_CUSTOMER] = {"customer", true},
    [STRIPE_DISPUTE] = {"dispute", true},
    {NULL, false}};

/* How the objects of each kind begin their life. */
static const struct {
	const char *prefix;
	const char *document;
} births[] = {
    [STRIPE_SUBSCRIPTION] = {"sub_",
	"{\"object\":\"subscription\",\"customer\":\"cus_1\","
	"\"status\":\"active\",\"livemode\":true,\"metadata\":{},"
	"\"cancel_at\":null,\"cancel_at_period_end\":false,"
	"\"canceled_at\":null,\"ended_at\":null,\"trial_start\":null,"
	"\"trial_end\":null,\"pause_collection\":null,"
	"\"latest_invoice\":null,\"items\":{\"object\":\"list\","
	"\"has_more\":false,\"data\":[{\"id\":\"si_1\","
	"\"object\":\"subscription_item\",\"quantity\":1,\"price\":"
	"{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\","
	"\"lookup_key\":null}}]}}"},
    [STRIPE_INVOICE] = {"in_",
	"{\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"paid\","
	"\"livemode\":true,\"metadata\":{},\"amount_due\":2900,"
	"\"amount_paid\":2900,\"attempt_count\":1,\"currency\":\"eur\","
	"\"billing_reason\":\"subscription_cycle\",\"due_date\":null,"
	"\"next_payment_attempt\":null,\"parent\":null,"
	"\"customer_email\":\"jane@example.com\",\"lines\":{\"object\":"
	"\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","
	"\"object\":\"line_item\",\"period\":{\"start\":0,\"end\":0}}]}}"},
    [STRIPE_SESSION] = {"cs_live_",
	"{\"object\":\"checkout.session\",\"customer\":\"cus_1\","
	"\"status\":\"complete\",\"payment_status\":\"paid\","
	"\"mode\":\"payment\",\"livemode\":true,\"metadata\":{},"
	"\"client_reference_id\":null,\"subscription\":null,"
	"\"payment_intent\":null,\"amount_total\":4900,\"currency\":\"eur\","
	"\"customer_details\":{\"email\":\"jane@example.com\"},"
	"\"line_items\":{\"object\":\"list\",\"has_more\":false,\"data\":["
	"{\"id\":\"li_1\",\"object\":\"item\",\"quantity\":1,\"price\":"
	"{\"id\":\"price_1\",\"object\":\"price\",\"product\":\"prod_1\","
	"\"lookup_key\":null}}]}}"},
    [STRIPE_CHARGE] = {"ch_",
	"{\"object\":\"charge\",\"customer\":\"cus_1\","
	"\"status\":\"succeeded\",\"livemode\":true,\"metadata\":{},"
	"\"amount\":2900,\"amount_refunded\":0,\"refunded\":false,"
	"\"disputed\":false,\"currency\":\"eur\",\"failure_code\":null,"
	"\"payment_intent\":null,"
	"\"billing_details\":{\"email\":\"jane@example.com\"}}"},
    [STRIPE_INTENT] = {"pi_",
	"{\"object\":\"payment_intent\",\"customer\":\"cus_1\","
	"\"status\":\"succeeded\",\"livemode\":true,\"metadata\":{},"
	"\"amount\":2900,\"currency\":\"eur\",\"last_payment_error\":null,"
	"\"latest_charge\":null}"},
    [STRIPE_REFUND] = {"re_",
	"{\"object\":\"refund\",\"status\":\"succeeded\",\"amount\":2900,"
	"\"currency\":\"eur\",\"metadata\":{},\"charge\":null,"
	"\"payment_intent\":null}"},
    [STRIPE_CUSTOMER] = {"cus_",
	"{\"object\":\"customer\",\"livemode\":true,\"metadata\":{},"
	"\"delinquent\":false,\"email\":\"jane@example.com\"}"},
    [STRIPE_DISPUTE] = {"du_",
	"{\"object\":\"dispute\",\"livemode\":true,\"metadata\":{},"
	"\"status\":\"needs_response\",\"amount\":2900,\"charge\":null}"},
};

/*
 * Words of control calls whose place is not the member of that name; and those
 * that are times.
 */
static const struct {
	const char *word;
	const char *place; /* NULL: the member itself */
	bool is_time;
} words[] = {
    {"account", "/metadata/account_ref_id", false},
    {"product", "/items/data/0/price/product", false},
    {"price", "/items/data/0/price/id", false},
    {"lookup_key", "/items/data/0/price/lookup_key", false},
    {"quantity", "/items/data/0/quantity", false},
    {"period_start", "/items/data/0/current_period_start", true},
    {"period_end", "/items/data/0/current_period_end", true},
    {"line_product", "/line_items/data/0/price/product", false},
    {"line_start", "/lines/data/0/period/start", true},
    {"line_end", "/lines/data/0/period/end", true},
    {"failure", "/last_payment_error", false},
    {"start_date", NULL, true},
    {"created", NULL, true},
    {"cancel_at", NULL, true},
    {"canceled_at", NULL, true},
    {"ended_at", NULL, true},
    {"trial_start", NULL, true},
    {"trial_end", NULL, true},
    {"due_date", NULL, true},
    {"next_payment_attempt", NULL, true},
    {"expires_at", NULL, true},
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

static json_t *seconds(int64_t at_ms)
{
	return json_integer((json_int_t)(at_ms / 1000));
}

/* One member of a control call, put where it belongs. */
static const char *put(
    struct world *w, json_t *document, const char *name, const json_t *value)
{
	const char *place = name;
	json_t *copy = json_deep_copy(value);
	bool is_time = false;
	int64_t at_ms;
	int status;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (strcmp(words[i].word, name) != 0)
			continue;
		is_time = words[i].is_time;
		if (words[i].place != NULL)
			place = words[i].place;
	}
	if (is_time && !json_is_null(value)) {
		json_decref(copy);
		if (!when_read(value, w->now_ms, &at_ms))
			return "a time is not readable";
		copy = seconds(at_ms);
	}
	if (strcmp(name, "failure") == 0 && json_is_string(value)) {
		json_decref(copy);
		copy = json_pack(
		    "{s:O, s:s}", "code", value, "type", "card_error");
	}
	status = pointer_set(document, document, place, copy);
	json_decref(copy);
	return status == 0 ? NULL : "this kind has no such member";
}

static const char *put_all(
    struct world *w, json_t *document, const json_t *told)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)told, name, value)
	{
		const char *error = NULL;

		if (!provider_is_verb(name) && strcmp(name, "invoice_of") != 0)
			error = put(w, document, name, value);
		if (error != NULL)
			return error;
	}
	return NULL;
}

/* What a subscription's invoice looks like since basil. */
static void set_parent(json_t *document, const json_t *told)
{
	const json_t *id = json_object_get(told, "subscription");

	if (json_is_string(id))
		json_object_set_new(document, "parent",
		    json_pack("{s:s, s:{s:O}}", "type", "subscription_details",
			"subscription_details", "subscription", id));
	json_object_del(document, "subscription");
}

static json_t *born(struct world *w, int kind, const char *id)
{
	json_t *document = json_loads(births[kind].document, 0, NULL);
	json_t *item = pointer_get(document, document, "/items/data/0");
	const int64_t day_ms = INT64_C(86400000);
	bool is_news = kind == STRIPE_REFUND || kind == STRIPE_DISPUTE;

	json_object_set_new(document, "id", json_string(id));
	json_object_set_new(document, "created",
	    seconds(is_news ? w->now_ms : w->now_ms - 2 * day_ms));
	if (item == NULL)
		return document;
	json_object_set_new(
	    document, "start_date", seconds(w->now_ms - 2 * day_ms));
	json_object_set_new(
	    item, "current_period_start", seconds(w->now_ms - 2 * day_ms));
	json_object_set_new(
	    item, "current_period_end", seconds(w->now_ms + 28 * day_ms));
	return document;
}

static struct object *named(
    struct world *w, int kind, const json_t *spec, const char *member)
{
	const char *id = json_string_value(json_object_get(spec, member));

	return id ? state_find(w->state, kind, id) : NULL;
}

/* A refund shows on its charge: in all, or in part. */
static void show_refund(struct world *w, const json_t *refund)
{
	struct object *charge = named(w, STRIPE_CHARGE, refund, "charge");
	json_int_t amount, back;
	json_t *document;

	if (charge == NULL)
		return;
	document = json_deep_copy(state_newest(charge));
	amount = json_integer_value(json_object_get(document, "amount"));
	back = json_integer_value(json_object_get(document, "amount_refunded"));
	back += json_integer_value(json_object_get(refund, "amount"));
	if (back > amount)
		back = amount;
	json_object_set_new(document, "amount_refunded", json_integer(back));
	json_object_set_new(document, "refunded", json_boolean(back == amount));
	state_commit(w->state, charge, document);
}

static void show_dispute(struct world *w, const json_t *dispute)
{
	struct object *charge = named(w, STRIPE_CHARGE, dispute, "charge");
	json_t *document;

	if (charge == NULL)
		return;
	document = json_deep_copy(state_newest(charge));
	json_object_set_new(document, "disputed", json_true());
	state_commit(w->state, charge, document);
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	const char *told = json_string_value(json_object_get(spec, "id"));
	char id[STATE_ID_BYTES], number[STATE_ID_BYTES];
	struct object *parent = named(w, STRIPE_INTENT, spec, "invoice_of");
	json_t *document;
	const char *error;

	state_next_id(w->state, kind, number, sizeof(number));
	text_print(id, sizeof(id), "%s%s", told ? "" : births[kind].prefix,
	    told ? told : number);
	document = born(w, kind, id);
	error = put_all(w, document, spec);
	if (error == NULL && kind == STRIPE_INVOICE)
		set_parent(document, spec);
	*out = error ? NULL : state_add(w->state, kind, id, parent);
	if (*out == NULL) {
		json_decref(document);
		return error ? error : "this id is taken or too long";
	}
	state_commit(w->state, *out, document);
	if (kind == STRIPE_REFUND)
		show_refund(w, document);
	if (kind == STRIPE_DISPUTE)
		show_dispute(w, document);
	return NULL;
}

/* What follows from a status, unless the call says it itself. */
static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	const char *status = json_string_value(json_object_get(told, "status"));

	if (o->kind == STRIPE_SUBSCRIPTION && status != NULL &&
	    strcmp(status, "canceled") == 0) {
		json_object_set_new(
		    document, "canceled_at", seconds(w->now_ms));
		json_object_set_new(document, "ended_at", seconds(w->now_ms));
	}
	return put_all(w, document, told);
}

static bool is_notified(const struct object *o, const json_t *told)
{
	(void)o;
	(void)told;
	return true;
}

static const char *word_of(const json_t *document, const char *name)
{
	const char *text = json_string_value(json_object_get(document, name));

	return text ? text : "";
}

/* The event that the newest state of an object would be told by. */
const char *stripe_event_of(int kind, const json_t *document)
{
	const char *status = word_of(document, "status");

	switch (kind) {
	case STRIPE_SUBSCRIPTION:
		return strcmp(status, "canceled") == 0
			   ? "customer.subscription.deleted"
			   : "customer.subscription.updated";
	case STRIPE_INVOICE:
		return strcmp(status, "paid") == 0 ? "invoice.paid"
						   : "invoice.payment_failed";
	case STRIPE_SESSION:
		return "checkout.session.completed";
	case STRIPE_CHARGE:
		return "charge.refunded";
	case STRIPE_INTENT:
		return strcmp(status, "succeeded") == 0
			   ? "payment_intent.succeeded"
			   : "payment_intent.payment_failed";
	case STRIPE_REFUND:
		return "refund.updated";
	case STRIPE_DISPUTE:
		return "charge.dispute.closed";
	default:
		return "customer.updated";
	}
}

static json_t *hook(const struct object *o, bool as_integers)
{
	json_t *document = state_newest(o);
	json_t *livemode = json_object_get(document, "livemode");

	(void)as_integers;
	return json_pack("{s:o, s:s, s:s, s:I, s:{s:O}, s:O, s:i, s:s}", "id",
	    json_sprintf("evt_%s", o->id), "object", "event", "api_version",
	    "2025-03-31.basil", "created", (json_int_t)(when_now_ms() / 1000),
	    "data", "object", document, "livemode",
	    livemode ? livemode : json_true(), "pending_webhooks", 1, "type",
	    stripe_event_of(o->kind, document));
}

static json_t *truth(const struct object *o)
{
	const json_t *document = state_newest(o);
	const json_t *status = json_object_get(document, "status");
	const json_t *customer = json_object_get(document, "customer");

	return json_pack("{s:o, s:o}", "status",
	    status ? json_deep_copy(status) : json_null(), "customer",
	    customer ? json_deep_copy(customer) : json_null());
}

const struct provider stripe_provider = {
    .name = "stripe",
    .content_type = "application/json",
    .key_header = "Authorization",
    .key_prefix = "Bearer ",
    .attributes = NULL,
    .kinds = kinds,
    .routes = stripe_api_routes,
    .words =
	"id status customer account product price lookup_key quantity "
	"period_start period_end line_product line_start line_end failure "
	"start_date created cancel_at cancel_at_period_end canceled_at "
	"ended_at trial_start trial_end due_date next_payment_attempt "
	"expires_at livemode metadata client_reference_id subscription "
	"payment_intent mode payment_status amount amount_refunded refunded "
	"amount_total amount_due amount_paid attempt_count billing_reason "
	"charge disputed latest_charge failure_code pause_collection "
	"delinquent deleted invoice_of",
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = hook,
    .sign = stripe_sign,
    .truth = truth,
    .error = stripe_api_error,
};
