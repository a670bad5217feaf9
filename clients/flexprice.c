#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/flexprice.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ULID_LENGTH = 26, PREFIX_MAX = 32, PATH_BYTES = 1024 };

static const struct state_word subscription_words[] = {
    {"active", STATE_ACTIVE},
    {"trialing", STATE_TRIALING},
    {"paused", STATE_PAUSED},
    {"cancelled", STATE_ENDED},
    {"incomplete", STATE_PENDING},
    {"draft", STATE_PENDING},
};

#define PAYMENT_WORDS \
	{"INITIATED", STATE_PENDING}, {"PENDING", STATE_PENDING}, \
	    {"PROCESSING", STATE_PENDING}, {"SUCCEEDED", STATE_PAID}, \
	    {"OVERPAID", STATE_PAID}, {"FAILED", STATE_FAILED}, \
	    {"VOIDED", STATE_FAILED}, {"REFUNDED", STATE_REFUNDED}, \
	{ \
		"PARTIALLY_REFUNDED", STATE_PAID \
	}

/*
 * invoice_status first; of a finalized one payment_status tells. What SKIPPED
 * means is not documented.
 */
static const struct state_word invoice_words[] = {
    {"DRAFT", STATE_PENDING},
    {"SKIPPED", STATE_UNKNOWN},
    PAYMENT_WORDS,
};

static const struct state_word payment_words[] = {PAYMENT_WORDS};

static const struct state_word wallet_words[] = {
    {"active", STATE_ACTIVE},
    {"frozen", STATE_PAUSED},
    {"closed", STATE_ENDED},
};

/* A customer has the state of its row only. */
static const struct state_word customer_words[] = {
    {"published", STATE_ACTIVE},
    {"archived", STATE_ENDED},
    {"deleted", STATE_ENDED},
};

static const struct state_word credit_note_words[] = {
    {"DRAFT", STATE_PENDING},
    {"FINALIZED", STATE_PAID},
    {"VOIDED", STATE_FAILED},
};

/* Crockford's alphabet, which has no I, L, O and U. */
bool flexprice_is_id(const char *id)
{
	static const char prefix[] = "abcdefghijklmnopqrstuvwxyz_";
	static const char ulid[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	size_t n = strspn(id, prefix);

	return n >= 2 && n <= PREFIX_MAX && id[n - 1] == '_' &&
	       strspn(id + n, ulid) == ULID_LENGTH &&
	       id[n + ULID_LENGTH] == '\0';
}

/* An external_id is the user's own, and "." and ".." mean something in a path.
 */
static bool is_external(const char *id)
{
	return name_id_is_valid(id) && strcmp(id, ".") != 0 &&
	       strcmp(id, "..") != 0;
}

static const struct client_kind kinds[] = {
    CLIENT_KIND(FLEXPRICE_SUBSCRIPTION, flexprice_is_id, subscription_words),
    CLIENT_KIND(FLEXPRICE_INVOICE, flexprice_is_id, invoice_words),
    CLIENT_KIND(FLEXPRICE_WALLET, flexprice_is_id, wallet_words),
    CLIENT_KIND(FLEXPRICE_CUSTOMER, flexprice_is_id, customer_words),
    CLIENT_KIND(FLEXPRICE_PAYMENT, flexprice_is_id, payment_words),
    CLIENT_KIND(FLEXPRICE_CREDIT_NOTE, flexprice_is_id, credit_note_words),
    CLIENT_KIND(FLEXPRICE_EXTERNAL, is_external, customer_words),
};

static const struct flexprice_kind rows[COUNT(kinds)] = {
    {"/subscriptions/", "subscription_status", flexprice_subscription},
    {"/invoices/", "invoice_status", flexprice_invoice},
    {"/wallets/", "wallet_status", flexprice_wallet},
    {"/customers/", NULL, flexprice_customer},
    {"/payments/", "payment_status", flexprice_payment},
    {"/creditnotes/", "credit_note_status", flexprice_credit_note},
    {"/customers/external/", NULL, flexprice_external},
};

const struct flexprice_kind *flexprice_kind(const struct client_kind *kind)
{
	return &rows[kind - kinds];
}

/* ---- options --------------------------------------------------------------
 */

static const struct flexprice_options default_options = {
    .signature = "standard",
    .static_header = "X-Api-Key",
    .key_header = "x-api-key",
    .environment_id = "",
    .entitlements = true,
};

const struct flexprice_options *flexprice_options_of(
    const struct provider_settings *provider)
{
	return provider->options != NULL ? provider->options : &default_options;
}

/* A field name (RFC 9110 section 5.1). */
static bool is_header_name(const char *text)
{
	size_t n = strnlen(text, 65);

	return n >= 1 && n <= 64 &&
	       strspn(text, "!#$%&'*+-.^_`|~0123456789"
			    "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static int check_options(const struct config_node *node,
    const struct flexprice_options *options, struct err_text *err)
{
	static const char allowed[] =
	    "the name of a header is allowed, got \"%s\"";

	if (!is_header_name(options->static_header))
		return config_complain(node, "static_header", err, allowed,
		    options->static_header);
	if (!is_header_name(options->key_header))
		return config_complain(
		    node, "key_header", err, allowed, options->key_header);
	if (options->environment_id[0] != '\0' &&
	    !flexprice_is_id(options->environment_id))
		return config_complain(node, "environment_id", err,
		    "an id such as \"env_01JX0000000000000000000000\" is "
		    "allowed, got \"%s\"",
		    options->environment_id);
	return 0;
}

static int configure(const struct config_node *options, struct arena *arena,
    const void **out, struct err_text *err)
{
#define AT(member) offsetof(struct flexprice_options, member)
	static const struct config_key keys[] = {
	    {.name = "signature",
		.type = CONFIG_TEXT,
		.offset = AT(signature),
		.allowed = "standard|static"},
	    {.name = "static_header",
		.type = CONFIG_TEXT,
		.offset = AT(static_header)},
	    {.name = "key_header",
		.type = CONFIG_TEXT,
		.offset = AT(key_header)},
	    {.name = "environment_id",
		.type = CONFIG_TEXT,
		.offset = AT(environment_id)},
	    {.name = "entitlements",
		.type = CONFIG_BOOL,
		.offset = AT(entitlements)},
	};
#undef AT
	struct flexprice_options *made = arena_alloc(arena, 1, sizeof(*made));
	int rc;

	if (made == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	*made = default_options;
	*out = made;
	if (options == NULL)
		return 0;
	rc = config_fill(options, keys, COUNT(keys), NULL, made, err);
	return rc != 0 ? rc : check_options(options, made, err);
}

/* Standard Webhooks decodes its secret; a static header carries it as it is. */
static const char *secret_scheme(const void *options)
{
	const struct flexprice_options *o = options;

	return o->signature;
}

/* ---- questions ------------------------------------------------------------
 */

static void add_header(
    struct client_request *out, const char *name, const char *value)
{
	out->headers[out->n_headers++] =
	    (struct client_header){.name = name, .value = value};
}

int flexprice_request(const struct provider_settings *provider,
    const char *path, const char *operation, struct arena *arena,
    struct client_request *out)
{
	const struct flexprice_options *options =
	    flexprice_options_of(provider);

	memset(out, 0, sizeof(*out));
	out->path = path;
	out->operation = operation;
	add_header(out, "Accept", "application/json");
	if (options->environment_id[0] != '\0')
		add_header(out, "X-Environment-ID", options->environment_id);
	/* without a key Flexprice refuses, which bars it as a bad one does */
	if (provider->api_key != NULL)
		add_header(out, options->key_header, provider->api_key);
	return path == NULL || arena_failed(arena) ? ERR_FULL : 0;
}

static const char *path_of(
    const struct client_kind *kind, const char *id, struct arena *arena)
{
	const char *copy = NULL;
	struct buf path;

	buf_init(&path, PATH_BYTES);
	buf_adds(&path, flexprice_kind(kind)->path);
	text_escape_path(&path, id);
	if (path.error == 0)
		copy = arena_text(arena, buf_text(&path));
	buf_fini(&path);
	return copy;
}

static int ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct client_kind *kind =
	    client_kind_find(&flexprice_client, object->kind);

	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return err_set(err, ERR_BAD, "Flexprice has no such kind");
	if (!kind->id_is_valid(object->id))
		return err_set(
		    err, ERR_BAD, "not an id of the documented form");
	if (flexprice_request(provider, path_of(kind, object->id, arena),
		kind->name, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/* ---- who is it --------------------------------------------------------------
 */

static void one(const char *kind, const char *id, struct arena *arena,
    struct client_notices *out)
{
	out->items[0].kind = kind;
	out->items[0].id = arena_text(arena, id);
	out->n = out->items[0].id != NULL;
}

/* The external_id is the account, unless that is taken from elsewhere. */
static void by_account(const struct provider_settings *provider,
    const char *account, struct arena *arena, struct client_notices *out)
{
	memset(out, 0, sizeof(*out));
	if (provider->account_from == NULL && is_external(account))
		one(FLEXPRICE_EXTERNAL, account, arena, out);
}

static void by_customer(const struct provider_settings *provider,
    const char *customer, struct arena *arena, struct client_notices *out)
{
	(void)provider;
	memset(out, 0, sizeof(*out));
	if (flexprice_is_id(customer))
		one(FLEXPRICE_CUSTOMER, customer, arena, out);
}

/*
 * What invoices and payments say changes nothing unless it is configured: the
 * subscription's own status decides.
 */
static const char *const policy[] = {"refund", "keep", NULL};

const struct client flexprice_client = {
    .type = "flexprice",
    .signing = CLIENT_SIGNED_OPTIONALLY,
    .kinds = kinds,
    .n_kinds = COUNT(kinds),
    .lists = flexprice_lists,
    .n_lists = FLEXPRICE_LISTS,
    .defaults =
	{
	    .base_url = "https://us.api.flexprice.io/v1",
	    .rate = 5.0,
	    .burst = 10,
	    .concurrency = 4,
	    .timeout_ms = 10 * 1000,
	    .resync_ms = 24 * 3600 * 1000,
	    .missing_window_ms = 10 * 60 * 1000,
	    /* its cache and its read replicas lag behind its notifications */
	    .rungs_ms = {5 * 1000, 30 * 1000, 5 * 60 * 1000},
	    .n_rungs = 3,
	    .policy = policy,
	},
    .configure = configure,
    .secret_scheme = secret_scheme,
    .identify = flexprice_identify,
    .ask = ask,
    .by_account = by_account,
    .by_customer = by_customer,
    .read = flexprice_read,
};
