#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/ecosire.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PREFIX_MAX = 32 };

/* ECOSIRE, API orders; "refunded" only in its Stripe integration guide. */
static const struct state_word order_words[] = {
    {"draft", STATE_PENDING},
    {"confirmed", STATE_PAID},
    {"in_progress", STATE_PAID},
    {"delivered", STATE_PAID},
    {"done", STATE_PAID},
    {"cancelled", STATE_FAILED},
    {"refunded", STATE_REFUNDED},
};

/* Stripe's words, which ECOSIRE passes on; a table of its own all the same. */
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

/* No other word of an invoice is public. */
static const struct state_word invoice_words[] = {
    {"paid", STATE_PAID},
};

/* Only "active" is shown; the spelling of the others is an assumption. */
static const struct state_word license_words[] = {
    {"active", STATE_ACTIVE},
    {"suspended", STATE_PAUSED},
    {"revoked", STATE_ENDED},
    {"expired", STATE_ENDED},
};

static bool has_prefix(const char *id, const char *prefix)
{
	size_t n = strnlen(id, NAME_ID_MAX + 1);

	return n > strlen(prefix) && n <= NAME_ID_MAX &&
	       strncmp(id, prefix, strlen(prefix)) == 0 &&
	       strspn(id, "0123456789_-abcdefghijklmnopqrstuvwxyz"
			  "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

/* Stripe's id, not one of ECOSIRE's own. */
static bool is_subscription(const char *id)
{
	return has_prefix(id, "sub_");
}

/* "inv_", where Stripe's own invoices have "in_". */
static bool is_invoice(const char *id)
{
	return has_prefix(id, "inv_");
}

/*
 * A licence goes by its id alone: its key (PREFIX-XXXX-…) is a bearer secret,
 * and names are stored, logged and shown.
 */
static const struct client_kind kinds[] = {
    CLIENT_KIND(ECOSIRE_ORDER, client_uuid_is_valid, order_words),
    CLIENT_KIND(ECOSIRE_SUBSCRIPTION, is_subscription, subscription_words),
    CLIENT_KIND(ECOSIRE_INVOICE, is_invoice, invoice_words),
    CLIENT_KIND(ECOSIRE_LICENSE, client_uuid_is_valid, license_words),
};

/* The list of subscriptions hides all but the active ones: asked for by id. */
static const struct ecosire_kind rows[COUNT(kinds)] = {
    {"/orders/", false, ecosire_order},
    {"/billing/subscriptions/", false, ecosire_subscription},
    {"/billing/invoices/", false, ecosire_invoice},
    {"/licenses", true, ecosire_license},
};

const struct ecosire_kind *ecosire_kind(const struct client_kind *kind)
{
	return &rows[kind - kinds];
}

static const struct ecosire_options default_options = {
    .encoding = "hex",
    .prefix = "sha256=",
    .scheme = {.encoding = SIGNATURE_HEX,
	.prefix = "sha256=",
	.prefix_is_optional = true},
};

const struct ecosire_options *ecosire_options_of(
    const struct provider_settings *provider)
{
	return provider->options != NULL ? provider->options : &default_options;
}

/* A prefix that a header can hold. */
static bool is_prefix(const char *text)
{
	size_t n = strnlen(text, PREFIX_MAX + 1);

	return n <= PREFIX_MAX && !text_has_control(text, n) &&
	       strchr(text, ' ') == NULL;
}

static int configure(const struct config_node *options, struct arena *arena,
    const void **out, struct err_text *err)
{
	static const struct config_key keys[] = {
	    {.name = "signature_encoding",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct ecosire_options, encoding),
		.allowed = "hex|base64"},
	    {.name = "signature_prefix",
		.type = CONFIG_TEXT,
		.offset = offsetof(struct ecosire_options, prefix)},
	};
	struct ecosire_options *made = arena_alloc(arena, 1, sizeof(*made));
	int rc = 0;

	if (made == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	*made = default_options;
	if (options != NULL)
		rc = config_fill(options, keys, COUNT(keys), NULL, made, err);
	if (rc != 0)
		return rc;
	if (!is_prefix(made->prefix))
		return config_complain(options, "signature_prefix", err,
		    "at most %d characters without blanks are allowed",
		    PREFIX_MAX);
	made->scheme.encoding = strcmp(made->encoding, "base64") == 0
				    ? SIGNATURE_BASE64
				    : SIGNATURE_HEX;
	made->scheme.prefix = *made->prefix != '\0' ? made->prefix : NULL;
	*out = made;
	return 0;
}

static void add_header(
    struct client_request *out, const char *name, const char *value)
{
	out->headers[out->n_headers++] =
	    (struct client_header){.name = name, .value = value};
}

int ecosire_request(const struct provider_settings *provider, const char *path,
    const char *operation, struct arena *arena, struct client_request *out)
{
	memset(out, 0, sizeof(*out));
	out->path = path;
	out->operation = operation;
	add_header(out, "Accept", "application/json");
	/* without a key the provider refuses, which bars it as a bad one does
	 */
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
	    client_kind_find(&ecosire_client, object->kind);
	const struct ecosire_kind *row;
	const char *path;

	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return err_set(err, ERR_BAD, "ECOSIRE has no such kind");
	/* of such an id nothing has to be escaped */
	if (!kind->id_is_valid(object->id))
		return err_set(
		    err, ERR_BAD, "not an id of the documented form");
	row = ecosire_kind(kind);
	path = arena_printf(
	    arena, "%s%s", row->path, row->is_listed ? "" : object->id);
	if (ecosire_request(provider, path, kind->name, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/* As Stripe's: ECOSIRE suspends the licences of what is past due. */
static const char *const policy[] = {"past_due", "deny", NULL};

const struct client ecosire_client = {
    .type = "ecosire",
    .signing = CLIENT_SIGNED,
    .kinds = kinds,
    .n_kinds = COUNT(kinds),
    .lists = ecosire_lists,
    .n_lists = ECOSIRE_LISTS,
    .defaults =
	{
	    .base_url = "https://api.ecosire.com/api",
	    /* 60 requests a minute for each key */
	    .rate = 1.0,
	    .burst = 5,
	    .concurrency = 2,
	    .timeout_ms = 20 * 1000,
	    /* what befalls a licence may be told by its key alone */
	    .resync_ms = 6 * 3600 * 1000,
	    .missing_window_ms = 30 * 60 * 1000,
	    .rungs_ms = {5 * 1000, 60 * 1000, 10 * 60 * 1000},
	    .n_rungs = 3,
	    .policy = policy,
	},
    .configure = configure,
    .identify = ecosire_identify,
    .ask = ask,
    .read = ecosire_read,
};
