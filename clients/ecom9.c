#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/ecom9.h"

enum {
	EVENT_MAX = 100, /* name of an event, bytes */
	LABEL_MAX = 100, /* of a subscription or tier, bytes */
	PATH_MAX_BYTES = 2048,
	PAGE_SIZE = 100 /* ecom9 API: the largest page of transactions */
};

/* ecom9 has no word for it; these are derived from is_active. */
static const struct state_word account_words[] = {
    {"active", STATE_ACTIVE},
    {"inactive", STATE_ENDED},
};

static const struct state_word transaction_words[] = {
    {"pending", STATE_PENDING},
    {"completed", STATE_PAID},
    {"failed", STATE_FAILED},
    {"cancelled", STATE_FAILED},
};

/*
 * account_ref_id is the user's own, of any alphabet. Escaped or not, "." and
 * ".." are taken out of a path on its way.
 */
static bool is_account(const char *id)
{
	return name_id_is_valid(id) && strcmp(id, ".") != 0 &&
	       strcmp(id, "..") != 0;
}

static const struct client_kind kinds[] = {
    {
	.name = ECOM9_ACCOUNT,
	.noun = "subscription",
	.id_is_valid = is_account,
	.words = account_words,
	.n_words = sizeof(account_words) / sizeof(account_words[0]),
    },
    {
	.name = ECOM9_TRANSACTION,
	.id_is_valid = client_uuid_is_valid,
	.needs_parent = true,
	.words = transaction_words,
	.n_words = sizeof(transaction_words) / sizeof(transaction_words[0]),
    },
};

/* ---- options ------------------------------------------------------------ */

static const struct ecom9_options default_options = {
    .auth = "bearer", .credits = true};

const struct ecom9_options *ecom9_options(
    const struct provider_settings *provider)
{
	return provider->options != NULL ? provider->options : &default_options;
}

#define AT(member) offsetof(struct ecom9_options, member)

static const struct config_key option_keys[] = {
    {.name = "auth",
	.type = CONFIG_TEXT,
	.offset = AT(auth),
	.allowed = "bearer|x-api-key"},
    {.name = "subscription", .type = CONFIG_TEXT, .offset = AT(subscription)},
    {.name = "tier", .type = CONFIG_TEXT, .offset = AT(tier)},
    {.name = "credits", .type = CONFIG_BOOL, .offset = AT(credits)},
    {.name = "transactions_grant",
	.type = CONFIG_BOOL,
	.offset = AT(transactions_grant)},
};

/* "" is none. */
static int check_label(const struct config_node *node, const char *key,
    const char **label, struct err_text *err)
{
	if (*label == NULL)
		return 0;
	if (strlen(*label) > LABEL_MAX)
		return config_complain(node, key, err,
		    "a label of at most %d bytes is allowed", LABEL_MAX);
	if (**label == '\0')
		*label = NULL;
	return 0;
}

static int configure(const struct config_node *node, struct arena *arena,
    const void **out, struct err_text *err)
{
	struct ecom9_options *options = arena_alloc(arena, 1, sizeof(*options));
	int rc = 0;

	if (options == NULL)
		return err_set(err, ERR_FULL, "no room for the options");
	*options = default_options;
	*out = options;
	if (node != NULL)
		rc = config_fill(node, option_keys,
		    sizeof(option_keys) / sizeof(option_keys[0]), NULL, options,
		    err);
	if (rc == 0)
		rc = check_label(
		    node, "subscription", &options->subscription, err);
	if (rc == 0)
		rc = check_label(node, "tier", &options->tier, err);
	if (rc == 0 && options->tier != NULL && options->subscription == NULL)
		return config_complain(node, "tier", err,
		    "ecom9 evaluates a tier only together with a subscription");
	return rc;
}

/* ---- notifications ------------------------------------------------------ */

/* The heading of ecom9's webhooks page has a dash, its sample a dot. */
static bool is_invoice_paid(const char *event)
{
	return strcmp(event, "invoice.paid") == 0 ||
	       strcmp(event, "invoice-paid") == 0;
}

/* One id of a notification, which must be there and valid. */
static int take_id(struct arena *arena, const field_value *root,
    const char *member, const struct client_kind *kind, const char **out,
    struct err_text *err)
{
	struct fields fields;
	const char *id;

	fields_init(&fields, arena);
	id = field_id(&fields, root, member, NAME_ID_MAX);
	if (id != NULL && kind->needs_parent)
		id = client_uuid(arena, id);
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (id == NULL || !kind->id_is_valid(id))
		return err_set(err, ERR_BAD,
		    "%s is not an id of the documented form", member);
	*out = id;
	return 0;
}

/*
 * ecom9 webhooks page: every event includes the account_ref_id, so whatever the
 * event, known or not, its account is looked at. is_active and timestamp are
 * not.
 */
static int take_account(struct arena *arena, const field_value *root,
    struct client_notices *out, struct err_text *err)
{
	struct client_notice *notice = &out->items[0];
	int rc =
	    take_id(arena, root, "account_ref_id", &kinds[0], &notice->id, err);

	if (rc != 0)
		return rc;
	notice->kind = ECOM9_ACCOUNT;
	out->n = 1;
	return 0;
}

static int take_transaction(struct arena *arena, const field_value *root,
    struct client_notices *out, struct err_text *err)
{
	struct client_notice *notice = &out->items[1];
	int rc =
	    take_id(arena, root, "transaction_id", &kinds[1], &notice->id, err);

	if (rc != 0)
		return rc;
	notice->kind = ECOM9_TRANSACTION;
	notice->parent_kind = ECOM9_ACCOUNT;
	notice->parent_id = out->items[0].id;
	out->n = 2;
	return 0;
}

static int take_notices(struct arena *arena, const field_value *root,
    struct client_notices *out, struct err_text *err)
{
	struct fields fields;
	const char *event;
	int rc;

	fields_init(&fields, arena);
	event = field_need_text(&fields, root, "event", EVENT_MAX);
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (event == NULL)
		return err_set(err, ERR_BAD, "%s", fields.error);
	rc = take_account(arena, root, out, err);
	if (rc == 0 && is_invoice_paid(event) &&
	    field_has(root, "transaction_id"))
		rc = take_transaction(arena, root, out, err);
	return rc;
}

static int identify(const struct provider_settings *provider,
    const struct client_hook *hook, struct arena *arena,
    struct client_notices *out, struct err_text *err)
{
	field_value *root = NULL;
	int rc;

	(void)provider;
	memset(out, 0, sizeof(*out));
	rc = field_parse(
	    hook->body, hook->len, CLIENT_JSON_DEPTH_MAX, &root, err);
	if (rc == 0)
		rc = take_notices(arena, root, out, err);
	if (rc != 0)
		out->n = 0; /* nor the account that was read before */
	field_free(root);
	return rc;
}

/* ---- questions ---------------------------------------------------------- */

static void add_labels(struct buf *path, const struct ecom9_options *options)
{
	if (options->subscription == NULL)
		return;
	buf_adds(path, "?subscription=");
	text_escape_path(path, options->subscription);
	if (options->tier == NULL)
		return;
	buf_adds(path, "&tier=");
	text_escape_path(path, options->tier);
}

/* ecom9 API: all paths end in a slash; without it they redirect. */
static const char *path_of(const struct ecom9_options *options,
    const struct ecom9_question *question, struct arena *arena)
{
	static const char *const before[] = {[ECOM9_STATUS] = "/account/",
	    [ECOM9_CREDITS] = "/account/",
	    [ECOM9_TRANSACTIONS] = "/transactions/"};
	static const char *const behind[] = {[ECOM9_STATUS] = "/status/",
	    [ECOM9_CREDITS] = "/credits/",
	    [ECOM9_TRANSACTIONS] = "/"};
	const char *copy = NULL;
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	buf_adds(&path, before[question->endpoint]);
	text_escape_path(&path, question->account);
	buf_adds(&path, behind[question->endpoint]);
	if (question->endpoint == ECOM9_STATUS)
		add_labels(&path, options);
	if (question->endpoint == ECOM9_TRANSACTIONS)
		buf_addf(
		    &path, "?page=%zu&page_size=%d", question->page, PAGE_SIZE);
	if (path.error == 0)
		copy = arena_text(arena, buf_text(&path));
	buf_fini(&path);
	return copy;
}

static void add_header(
    struct client_request *out, const char *name, const char *value)
{
	out->headers[out->n_headers++] =
	    (struct client_header){.name = name, .value = value};
}

/* Without a key the provider refuses, which bars it as a bad one does. */
static int add_key(const struct provider_settings *provider,
    struct arena *arena, struct client_request *out)
{
	const char *bearer;

	if (provider->api_key == NULL)
		return 0;
	if (strcmp(ecom9_options(provider)->auth, "x-api-key") == 0) {
		add_header(out, "X-API-Key", provider->api_key);
		return 0;
	}
	bearer = arena_printf(arena, "Bearer %s", provider->api_key);
	add_header(out, "Authorization", bearer);
	return bearer != NULL ? 0 : ERR_FULL;
}

int ecom9_ask(const struct provider_settings *provider,
    const struct ecom9_question *question, struct arena *arena,
    struct client_request *out)
{
	static const char *const operations[] = {[ECOM9_STATUS] = "status",
	    [ECOM9_CREDITS] = "credits",
	    [ECOM9_TRANSACTIONS] = "transactions"};

	memset(out, 0, sizeof(*out));
	out->path = path_of(ecom9_options(provider), question, arena);
	if (out->path == NULL)
		return ERR_FULL;
	out->operation = operations[question->endpoint];
	add_header(out, "Accept", "application/json");
	return add_key(provider, arena, out);
}

static int ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct client_kind *kind =
	    client_kind_find(&ecom9_client, object->kind);
	struct ecom9_question question = {
	    .endpoint = ECOM9_STATUS, .account = object->id, .page = 1};

	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return err_set(err, ERR_BAD, "ecom9 has no such kind");
	if (!kind->id_is_valid(object->id))
		return err_set(
		    err, ERR_BAD, "not an id of the documented form");
	if (kind->needs_parent) {
		question.endpoint = ECOM9_TRANSACTIONS;
		question.account = object->parent_id;
		if (!text_equal(object->parent_kind, ECOM9_ACCOUNT) ||
		    object->parent_id == NULL || !is_account(object->parent_id))
			return err_set(err, ERR_BAD,
			    "it is only found in the list of its account");
	}
	if (ecom9_ask(provider, &question, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/* ---- who is it ---------------------------------------------------------- */

/* ecom9 knows no customer beside the account_ref_id. */
static void by_customer(const struct provider_settings *provider,
    const char *customer, struct arena *arena, struct client_notices *out)
{
	(void)provider;
	memset(out, 0, sizeof(*out));
	if (!is_account(customer))
		return;
	out->items[0].kind = ECOM9_ACCOUNT;
	out->items[0].id = arena_text(arena, customer);
	out->n = out->items[0].id != NULL;
}

/* The id is the account, unless the settings take that from elsewhere. */
static void by_account(const struct provider_settings *provider,
    const char *account, struct arena *arena, struct client_notices *out)
{
	if (provider->account_from == NULL)
		by_customer(provider, account, arena, out);
	else
		memset(out, 0, sizeof(*out));
}

/* A grant of a transaction, when there is one, is meant to entitle. */
static const char *const policy[] = {"paid", "allow", NULL};

const struct client ecom9_client = {
    .type = "ecom9",
    .signing = CLIENT_UNSIGNED,
    .kinds = kinds,
    .n_kinds = sizeof(kinds) / sizeof(kinds[0]),
    .defaults =
	{
	    .base_url = "https://app.ecom9.com/api",
	    .rate = 3.0,
	    .burst = 5,
	    .concurrency = 2,
	    .timeout_ms = 10 * 1000,
	    /* neither a renewal nor a failed payment is notified */
	    .resync_ms = 6 * 3600 * 1000,
	    .missing_window_ms = 30 * 60 * 1000,
	    .rungs_ms = {5 * 1000, 30 * 1000, 2 * 60 * 1000},
	    .n_rungs = 3,
	    .policy = policy,
	},
    .configure = configure,
    .identify = identify,
    .ask = ask,
    .by_account = by_account,
    .by_customer = by_customer,
    .read = ecom9_read,
};
