#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/stripe.h"

enum {
	EVENT_TYPES_MAX = 20, /* "List all events" of Stripe */
	EVENT_TYPE_MAX = 80
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The line that Stripe's own libraries of early 2025 are made for. */
static const char default_version[] = "2025-03-31.basil";

static const struct state_word subscription_words[] = {
    {"incomplete", STATE_PENDING},
    {"incomplete_expired", STATE_ENDED},
    {"trialing", STATE_TRIALING},
    {"active", STATE_ACTIVE},
    {"past_due", STATE_PAST_DUE},
    {"canceled", STATE_ENDED},
    {"unpaid", STATE_PAUSED},
    {"paused", STATE_PAUSED},
};

static const struct state_word invoice_words[] = {
    {"draft", STATE_PENDING},
    {"open", STATE_PENDING},
    {"paid", STATE_PAID},
    {"uncollectible", STATE_FAILED},
    {"void", STATE_FAILED},
};

/* "complete" is not "paid": payment_status decides (stripe_session.c). */
static const struct state_word session_words[] = {
    {"open", STATE_PENDING},
    {"complete", STATE_PAID},
    {"expired", STATE_FAILED},
};

static const struct state_word charge_words[] = {
    {"pending", STATE_PENDING},
    {"succeeded", STATE_PAID},
    {"failed", STATE_FAILED},
};

static const struct state_word intent_words[] = {
    {"requires_payment_method", STATE_PENDING},
    {"requires_confirmation", STATE_PENDING},
    {"requires_action", STATE_PENDING},
    {"processing", STATE_PENDING},
    {"requires_capture", STATE_PENDING},
    {"canceled", STATE_FAILED},
    {"succeeded", STATE_PAID},
};

static const struct state_word refund_words[] = {
    {"pending", STATE_PENDING},
    {"requires_action", STATE_PENDING},
    {"succeeded", STATE_REFUNDED},
    {"failed", STATE_FAILED},
    {"canceled", STATE_FAILED},
};

/* A customer has no status: these are ours (stripe_customer.c). */
static const struct state_word customer_words[] = {
    {"exists", STATE_ACTIVE},
    {"deleted", STATE_ENDED},
};

bool stripe_is_token(const char *id)
{
	size_t n = strnlen(id, NAME_ID_MAX + 1);

	return n >= 1 && n <= NAME_ID_MAX &&
	       strspn(id, "0123456789_abcdefghijklmnopqrstuvwxyz"
			  "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static bool has_prefix(const char *id, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(id, prefix, n) == 0 && id[n] != '\0' &&
	       stripe_is_token(id);
}

static bool is_subscription(const char *id)
{
	return has_prefix(id, "sub_");
}

static bool is_invoice(const char *id)
{
	return has_prefix(id, "in_");
}

static bool is_session(const char *id)
{
	return has_prefix(id, "cs_");
}

static bool is_charge(const char *id)
{
	return has_prefix(id, "ch_") || has_prefix(id, "py_");
}

static bool is_intent(const char *id)
{
	return has_prefix(id, "pi_");
}

static bool is_refund(const char *id)
{
	return has_prefix(id, "re_") || has_prefix(id, "pyr_");
}

static bool is_customer(const char *id)
{
	return has_prefix(id, "cus_");
}

static const struct client_kind kinds[] = {
    CLIENT_KIND(STRIPE_SUBSCRIPTION, is_subscription, subscription_words),
    CLIENT_KIND(STRIPE_INVOICE, is_invoice, invoice_words),
    CLIENT_KIND(STRIPE_SESSION, is_session, session_words),
    CLIENT_KIND(STRIPE_CHARGE, is_charge, charge_words),
    CLIENT_KIND(STRIPE_INTENT, is_intent, intent_words),
    CLIENT_KIND(STRIPE_REFUND, is_refund, refund_words),
    CLIENT_KIND(STRIPE_CUSTOMER, is_customer, customer_words),
};

static const struct stripe_kind rows[COUNT(kinds)] = {
    {"subscription", "/v1/subscriptions/", stripe_subscription},
    {"invoice", "/v1/invoices/", stripe_invoice},
    {"checkout.session", "/v1/checkout/sessions/", stripe_session},
    {"charge", "/v1/charges/", stripe_charge},
    {"payment_intent", "/v1/payment_intents/", stripe_intent},
    {"refund", "/v1/refunds/", stripe_refund},
    {"customer", "/v1/customers/", stripe_customer},
};

const struct stripe_kind *stripe_kind(const struct client_kind *kind)
{
	return &rows[kind - kinds];
}

const struct client_kind *stripe_kind_of(const char *resource)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(rows[i].resource, resource) == 0)
			return &kinds[i];
	}
	return NULL;
}

bool stripe_id_is(const char *kind, const char *id)
{
	return client_kind_find(&stripe_client, kind)->id_is_valid(id);
}

/* ---- options --------------------------------------------------------------
 */

static const struct stripe_options default_options = {
    .api_version = default_version};

const struct stripe_options *stripe_options_of(
    const struct provider_settings *provider)
{
	return provider->options != NULL ? provider->options : &default_options;
}

/* As in "customer.subscription.updated"; "*" is none of these. */
static bool is_event_type(const char *text)
{
	size_t n = strnlen(text, EVENT_TYPE_MAX + 1);

	return n >= 1 && n <= EVENT_TYPE_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz_.") == n;
}

static int check_events(const struct config_node *options,
    struct config_texts *events, struct err_text *err)
{
	/* written out and empty is as good as left out */
	if (events->n == 1 && events->items[0][0] == '\0')
		events->n = 0;
	if (events->n > EVENT_TYPES_MAX)
		return config_complain(options, "events", err,
		    "%d at most, as Stripe has it", EVENT_TYPES_MAX);
	for (size_t i = 0; i < events->n; i++) {
		if (!is_event_type(events->items[i]))
			return config_complain(options, "events", err,
			    "whole names such as "
			    "\"customer.subscription.updated\" are allowed, "
			    "got \"%s\"",
			    events->items[i]);
	}
	return 0;
}

/* "2025-03-31.basil", or the date alone as before 2024-09-30. */
static bool is_version(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	size_t n = sizeof(form) - 1;

	if (strnlen(text, 64) == 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (form[i] == 'd' ? !digit : text[i] != form[i])
			return false;
	}
	if (text[n] == '\0')
		return true;
	return text[n] == '.' && text[n + 1] != '\0' &&
	       strspn(text + n + 1, "abcdefghijklmnopqrstuvwxyz") ==
		   strlen(text + n + 1);
}

static int configure(const struct config_node *options, struct arena *arena,
    const void **out, struct err_text *err)
{
	static const struct config_key keys[] = {
	    {.name = "api_version",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct stripe_options, api_version)},
	    {.name = "account",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct stripe_options, account)},
	    {.name = "events",
		.type = CONFIG_TEXTS,
		.offset = offsetof(struct stripe_options, events)},
	};
	struct stripe_options *made = arena_alloc(arena, 1, sizeof(*made));
	int rc = 0;

	if (made == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	*made = default_options;
	if (options != NULL)
		rc = config_fill(options, keys, COUNT(keys), NULL, made, err);
	if (rc != 0)
		return rc;
	if (!is_version(made->api_version))
		return config_complain(options, "api_version", err,
		    "a version such as \"%s\" is allowed, got \"%s\"",
		    default_version, made->api_version);
	if (made->account != NULL && *made->account == '\0')
		made->account = NULL;
	if (made->account != NULL && !has_prefix(made->account, "acct_"))
		return config_complain(options, "account", err,
		    "an id such as \"acct_1A2b3C\" is allowed, got \"%s\"",
		    made->account);
	*out = made;
	return check_events(options, &made->events, err);
}

/* ---- questions ------------------------------------------------------------
 */

static void add_header(
    struct client_request *out, const char *name, const char *value)
{
	out->headers[out->n_headers++] =
	    (struct client_header){.name = name, .value = value};
}

int stripe_request(const struct provider_settings *provider, const char *path,
    const char *operation, struct arena *arena, struct client_request *out)
{
	const struct stripe_options *options = stripe_options_of(provider);

	memset(out, 0, sizeof(*out));
	out->path = path;
	out->operation = operation;
	add_header(out, "Accept", "application/json");
	add_header(out, "Stripe-Version", options->api_version);
	if (options->account != NULL)
		add_header(out, "Stripe-Account", options->account);
	/* without a key Stripe refuses, which bars it as a bad one does */
	if (provider->api_key != NULL)
		add_header(out, "Authorization",
		    arena_printf(arena, "Bearer %s", provider->api_key));
	return path == NULL || arena_failed(arena) ? ERR_FULL : 0;
}

static int ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct client_kind *kind =
	    client_kind_find(&stripe_client, object->kind);

	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return err_set(err, ERR_BAD, "Stripe has no such kind");
	/* of such an id nothing has to be escaped */
	if (!kind->id_is_valid(object->id))
		return err_set(
		    err, ERR_BAD, "not an id of the documented form");
	if (stripe_request(provider,
		arena_printf(
		    arena, "%s%s", stripe_kind(kind)->path, object->id),
		kind->name, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/* A customer leads to its subscriptions; of accounts Stripe knows nothing. */
static void by_customer(const struct provider_settings *provider,
    const char *customer, struct arena *arena, struct client_notices *out)
{
	(void)provider;
	memset(out, 0, sizeof(*out));
	if (!is_customer(customer))
		return;
	out->items[0].kind = STRIPE_CUSTOMER;
	out->items[0].id = arena_text(arena, customer);
	out->n = out->items[0].id != NULL;
}

/*
 * Stripe allows 25 a second of each named operation and 100 of all (docs, rate
 * limits); the rest is for the application, which has the same account.
 */
#define OPERATION(operation) \
	{ \
		.name = (operation), .rate = 20.0, .burst = 20 \
	}

static const struct client_operation operations[] = {
    OPERATION(STRIPE_SUBSCRIPTION),
    OPERATION(STRIPE_INVOICE),
    OPERATION(STRIPE_SESSION),
    OPERATION(STRIPE_CHARGE),
    OPERATION(STRIPE_INTENT),
    OPERATION(STRIPE_REFUND),
    OPERATION(STRIPE_CUSTOMER),
    OPERATION("subscriptions"),
    OPERATION("subscription_items"),
    OPERATION("checkout_sessions"),
    OPERATION("line_items"),
    OPERATION("invoice_payments"),
    OPERATION("refunds"),
    OPERATION("disputes"),
    OPERATION("events"),
};

static const char *const policy[] = {"past_due", "deny", "paid", "allow", NULL};

const struct client stripe_client = {
    .type = "stripe",
    .signing = CLIENT_SIGNED,
    .kinds = kinds,
    .n_kinds = COUNT(kinds),
    .lists = stripe_lists,
    .n_lists = STRIPE_LISTS,
    .defaults =
	{
	    .base_url = "https://api.stripe.com",
	    .rate = 80.0,
	    .burst = 80,
	    .concurrency = 16,
	    .timeout_ms = 20 * 1000,
	    .resync_ms = 24 * 3600 * 1000,
	    .missing_window_ms = 10 * 60 * 1000,
	    .catch_up_ms = 3600 * 1000,
	    /* what Stripe retrieves is current (only its search lags) */
	    .rungs_ms = {2 * 1000, 20 * 1000},
	    .n_rungs = 2,
	    .policy = policy,
	    .operations = operations,
	    .n_operations = COUNT(operations),
	},
    .configure = configure,
    .identify = stripe_identify,
    .ask = ask,
    .by_customer = by_customer,
    .read = stripe_read,
};
