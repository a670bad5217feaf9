#include <stddef.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/mollie.h"

enum { TAIL_MAX = 64, PREFIX_MAX = 8 }; /* characters of an id's two parts */

static const struct state_word subscription_words[] = {
    {"pending", STATE_PENDING},
    {"active", STATE_ACTIVE},
    {"suspended", STATE_PAUSED},
    {"canceled", STATE_ENDED},
    {"completed", STATE_ENDED},
};

/*
 * "authorized" is not captured yet. Refunded and charged back are no words:
 * the amounts of a paid one tell them.
 */
static const struct state_word payment_words[] = {
    {"open", STATE_PENDING},
    {"pending", STATE_PENDING},
    {"authorized", STATE_PENDING},
    {"paid", STATE_PAID},
    {"canceled", STATE_FAILED},
    {"expired", STATE_FAILED},
    {"failed", STATE_FAILED},
};

static bool is_tail(const char *text)
{
	size_t n = strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n >= 1 && n <= TAIL_MAX && text[n] == '\0';
}

static bool has_prefix(const char *id, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(id, prefix, n) == 0 && is_tail(id + n);
}

bool mollie_is_id(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz");

	return n >= 1 && n <= PREFIX_MAX && id[n] == '_' && is_tail(id + n + 1);
}

bool mollie_is_payment(const char *id)
{
	return has_prefix(id, "tr_");
}

bool mollie_is_subscription(const char *id)
{
	return has_prefix(id, "sub_");
}

bool mollie_is_customer(const char *id)
{
	return has_prefix(id, "cst_");
}

static const struct client_kind kinds[] = {
    {
	.name = MOLLIE_PAYMENT,
	.id_is_valid = mollie_is_payment,
	.words = payment_words,
	.n_words = sizeof(payment_words) / sizeof(payment_words[0]),
    },
    {
	.name = MOLLIE_SUBSCRIPTION,
	.id_is_valid = mollie_is_subscription,
	.needs_parent = true,
	.words = subscription_words,
	.n_words = sizeof(subscription_words) / sizeof(subscription_words[0]),
    },
};

const struct client_kind *mollie_kind(const char *name)
{
	return client_kind_find(&mollie_client, name);
}

/* ---- settings ---------------------------------------------------------- */

#define AT(member) offsetof(struct mollie_options, member)

static const struct config_key option_keys[] = {
    {.name = "product_from", .type = CONFIG_TEXT, .offset = AT(product_from)},
    {.name = "testmode", .type = CONFIG_BOOL, .offset = AT(testmode)},
    {.name = "paid_through", .type = CONFIG_BOOL, .offset = AT(paid_through)},
};

static int configure(const struct config_node *group, struct arena *arena,
    const void **out, struct err_text *err)
{
	struct mollie_options raw = {.product_from = NULL};
	struct mollie_options *options;
	int rc = 0;

	if (group != NULL)
		rc = config_fill(group, option_keys,
		    sizeof(option_keys) / sizeof(option_keys[0]), NULL, &raw,
		    err);
	if (rc != 0)
		return rc;
	/* "" names the whole object, which is no product: the same as none */
	if (raw.product_from != NULL &&
	    !field_pointer_is_valid(raw.product_from))
		return config_complain(group, "product_from", err,
		    "a JSON Pointer such as \"/metadata/product\" is allowed, "
		    "got \"%s\"",
		    raw.product_from);
	options = arena_alloc(arena, 1, sizeof(*options));
	if (options == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	*options = raw;
	*out = options;
	return 0;
}

const struct mollie_options *mollie_options_of(
    const struct provider_settings *provider)
{
	static const struct mollie_options defaults = {.product_from = NULL};

	return provider->options != NULL ? provider->options : &defaults;
}

/* ---- questions --------------------------------------------------------- */

/* Mollie knows the parameter for organisation tokens only. */
static bool wants_testmode(const struct provider_settings *provider)
{
	return provider->api_key != NULL &&
	       strncmp(provider->api_key, "access_", 7) == 0 &&
	       mollie_options_of(provider)->testmode;
}

int mollie_request(const struct provider_settings *provider,
    struct arena *arena, const char *path, const char *operation,
    struct client_request *out)
{
	const char *key = provider->api_key;

	memset(out, 0, sizeof(*out));
	if (path != NULL && wants_testmode(provider))
		path = arena_printf(arena, "%s%ctestmode=true", path,
		    strchr(path, '?') != NULL ? '&' : '?');
	out->path = path;
	out->operation = operation;
	out->headers[out->n_headers++] = (struct client_header){
	    .name = "Accept", .value = "application/hal+json"};
	/* without a key the provider refuses, which bars it as a bad one does
	 */
	if (key != NULL)
		out->headers[out->n_headers++] =
		    (struct client_header){.name = "Authorization",
			.value = arena_printf(arena, "Bearer %s", key)};
	return path == NULL || arena_failed(arena) ? ERR_FULL : 0;
}

const char *mollie_subscription_path(
    struct arena *arena, const char *customer, const char *id)
{
	return arena_printf(
	    arena, "/v2/customers/%s/subscriptions/%s", customer, id);
}

static int ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct client_kind *kind = mollie_kind(object->kind);
	const char *path;

	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return err_set(err, ERR_BAD, "Mollie has no such kind");
	if (!kind->id_is_valid(object->id))
		return err_set(
		    err, ERR_BAD, "not an id of the documented form");
	if (kind->needs_parent &&
	    (!text_equal(object->parent_kind, MOLLIE_CUSTOMER) ||
		object->parent_id == NULL ||
		!mollie_is_customer(object->parent_id)))
		return err_set(err, ERR_BAD,
		    "a subscription cannot be asked for without its customer, "
		    "customer/cst_...");
	if (kind->needs_parent)
		path = mollie_subscription_path(
		    arena, object->parent_id, object->id);
	else
		path = arena_printf(arena, "/v2/payments/%s", object->id);
	if (mollie_request(provider, arena, path, kind->name, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

const struct client mollie_client = {
    .type = "mollie",
    .signing = CLIENT_SIGNED_OPTIONALLY,
    .kinds = kinds,
    .n_kinds = sizeof(kinds) / sizeof(kinds[0]),
    .lists = mollie_lists,
    .n_lists = MOLLIE_LISTS,
    .defaults =
	{
	    .base_url = "https://api.mollie.com",
	    .rate = 5.0,
	    .burst = 10,
	    .concurrency = 4,
	    .timeout_ms = 10 * 1000,
	    .resync_ms = 24 * 3600 * 1000,
	    .missing_window_ms = 30 * 60 * 1000,
	    .rungs_ms = {5 * 1000, 30 * 1000, 5 * 60 * 1000},
	    .n_rungs = 3,
	},
    .configure = configure,
    .identify = mollie_identify,
    .ask = ask,
    .read = mollie_read,
};
