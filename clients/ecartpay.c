#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/ecartpay.h"

enum { OBJECT_DIGITS = 24, NUMBER_DIGITS_MAX = 20 };

/* Our words: a billing information has no status but `active`. */
static const struct state_word billing_words[] = {
    {"active", STATE_ACTIVE},
    {"inactive", STATE_ENDED},
};

/* Ecart Pay, reference of get-order. What shops tolerate beside is a guess. */
static const struct state_word order_words[] = {
    {"created", STATE_PENDING},
    {"paid", STATE_PAID},
    {"partially_refunded", STATE_PAID},
    {"refunded", STATE_REFUNDED},
};

/* The word is `pause`, the event's name has `paused`. */
static const struct state_word subscription_words[] = {
    {"active", STATE_ACTIVE},
    {"pause", STATE_PAUSED},
    {"paused", STATE_PAUSED},
    {"cancelled", STATE_ENDED},
};

/* No other word of a transaction is public. */
static const struct state_word transaction_words[] = {
    {"paid", STATE_PAID},
};

/* ---- ids ----------------------------------------------------------------- */

bool ecartpay_is_object(const char *id)
{
	return strspn(id, "0123456789abcdef") == OBJECT_DIGITS &&
	       id[OBJECT_DIGITS] == '\0';
}

bool ecartpay_is_number(const char *id)
{
	return strncmp(id, "TR", 2) == 0 &&
	       text_is_digits(id + 2, 1, NUMBER_DIGITS_MAX);
}

static bool is_transaction(const char *id)
{
	return ecartpay_is_object(id) || ecartpay_is_number(id);
}

const char *ecartpay_object_id(struct arena *arena, const char *id)
{
	char text[OBJECT_DIGITS + 1];

	if (strspn(id, "0123456789abcdefABCDEF") != OBJECT_DIGITS ||
	    text_copy(text, sizeof(text), id) != 0)
		return id;
	for (char *p = text; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	}
	return arena_text(arena, text);
}

/* ---- kinds --------------------------------------------------------------- */

static const struct client_kind kinds[ECARTPAY_KINDS] = {
    CLIENT_KIND(ECARTPAY_BILLING, ecartpay_is_object, billing_words),
    CLIENT_KIND(ECARTPAY_ORDER, ecartpay_is_object, order_words),
    CLIENT_KIND(ECARTPAY_SUBSCRIPTION, ecartpay_is_object, subscription_words),
    CLIENT_KIND(ECARTPAY_TRANSACTION, is_transaction, transaction_words),
};

static const struct ecartpay_kind rows[ECARTPAY_KINDS] = {
    {NULL, NULL, ecartpay_billing},
    {"/api/orders/", "status", ecartpay_order},
    {"/api/subscriptions/", "status", ecartpay_subscription},
    {"/api/transactions/", "status", ecartpay_transaction},
};

const struct ecartpay_kind *ecartpay_kind(const struct client_kind *kind)
{
	return &rows[kind - kinds];
}

/* ---- questions ----------------------------------------------------------- */

static void add_header(
    struct client_request *out, const char *name, const char *value)
{
	out->headers[out->n_headers++] =
	    (struct client_header){.name = name, .value = value};
}

/* Ecart Pay: the token stands alone; some integrations send "Bearer". */
static const char *authorization(const struct provider_settings *provider,
    const char *token, struct arena *arena)
{
	if (strcmp(ecartpay_options_of(provider)->auth, "bearer") == 0)
		return arena_printf(arena, "Bearer %s", token);
	return arena_text(arena, token);
}

int ecartpay_request(const struct provider_settings *provider,
    const struct client_object *object, const char *path, struct arena *arena,
    struct client_request *out)
{
	memset(out, 0, sizeof(*out));
	out->path = path;
	out->operation = object->kind;
	add_header(out, "Accept", "application/json");
	if (object->token != NULL)
		add_header(out, "Authorization",
		    authorization(provider, object->token, arena));
	return path == NULL || arena_failed(arena) ? ERR_FULL : 0;
}

static int ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct client_kind *kind =
	    client_kind_find(&ecartpay_client, object->kind);
	const char *path;
	int rc;

	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return err_set(err, ERR_BAD, "Ecart Pay has no such kind");
	/* of such an id nothing has to be escaped */
	if (!kind->id_is_valid(object->id))
		return err_set(
		    err, ERR_BAD, "not an id of the documented form");
	if (ecartpay_is_searched(object)) {
		rc = ecartpay_search_ask(provider, object, arena, out);
	} else {
		path = arena_printf(
		    arena, "%s%s", ecartpay_kind(kind)->path, object->id);
		rc = ecartpay_request(provider, object, path, arena, out);
	}
	if (rc != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

const struct client ecartpay_client = {
    .type = "ecartpay",
    .signing = CLIENT_SIGNED,
    .kinds = kinds,
    .n_kinds = ECARTPAY_KINDS,
    .lists = ecartpay_lists,
    .n_lists = ECARTPAY_LISTS,
    .defaults =
	{
	    .base_url = "https://ecartpay.com",
	    /* no limit is documented */
	    .rate = 3.0,
	    .burst = 5,
	    .concurrency = 2,
	    .timeout_ms = 15 * 1000,
	    /* after some two minutes the sender gives a notification up */
	    .resync_ms = 6 * 3600 * 1000,
	    .missing_window_ms = 30 * 60 * 1000,
	    .rungs_ms = {5 * 1000, 30 * 1000, 5 * 60 * 1000},
	    .n_rungs = 3,
	},
    .configure = ecartpay_configure,
    .ask_token = ecartpay_ask_token,
    .read_token = ecartpay_read_token,
    .identify = ecartpay_identify,
    .ask = ask,
    .read = ecartpay_read,
};
