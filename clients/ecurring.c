#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/types.h"

#include "clients/ecurring.h"

enum {
	NUMBER_MAX = 20,  /* digits of an id */
	UUID_LENGTH = 36, /* characters */
	PATH_MAX_BYTES = 256
};

static const struct state_word subscription_words[] = {
    {"active", STATE_ACTIVE},
    {"resumed", STATE_ACTIVE},
    {"unverified", STATE_PENDING},
    {"paused", STATE_PAUSED},
    {"suspended", STATE_PAUSED},
    {"cancelled", STATE_ENDED},
};

/* "succeeded" is handed to the bank, not paid: only "fulfilled" is. */
static const struct state_word transaction_words[] = {
    {"queued", STATE_PENDING},
    {"scheduled", STATE_PENDING},
    {"succeeded", STATE_PENDING},
    {"rescheduled", STATE_PENDING},
    {"payment_reminder_scheduled", STATE_PENDING},
    {"payment_reminder_sent", STATE_PENDING},
    {"fulfilled", STATE_PAID},
    {"charged_back", STATE_REVERSED},
    {"payment_failed", STATE_FAILED},
    {"failed", STATE_FAILED},
    {"payment_reminder_overdue", STATE_FAILED},
    {"cancelled", STATE_FAILED},
    {"refunded", STATE_REFUNDED},
};

bool ecurring_is_number(const char *id)
{
	return text_is_digits(id, 1, NUMBER_MAX);
}

static const struct client_kind kinds[] = {
    {
	.name = ECURRING_SUBSCRIPTION,
	.id_is_valid = ecurring_is_number,
	.words = subscription_words,
	.n_words = sizeof(subscription_words) / sizeof(subscription_words[0]),
    },
    {
	.name = ECURRING_TRANSACTION,
	.id_is_valid = client_uuid_is_valid,
	.words = transaction_words,
	.n_words = sizeof(transaction_words) / sizeof(transaction_words[0]),
    },
};

const struct client_kind *ecurring_kind(const char *name)
{
	return client_kind_find(&ecurring_client, name);
}

/* One id of a notification: NULL when absent, anything else must be valid. */
static int take_id(struct arena *arena, const field_value *root,
    const char *member, const char *kind, const char **out,
    struct err_text *err)
{
	struct fields fields;
	const char *id;

	*out = NULL;
	if (!field_has_key(root, member))
		return 0;
	fields_init(&fields, arena);
	id = field_id(&fields, root, member, UUID_LENGTH);
	if (id != NULL && strcmp(kind, ECURRING_TRANSACTION) == 0)
		id = client_uuid(arena, id);
	if (arena_failed(arena))
		return err_set(err, ERR_FULL, "no room for the notification");
	if (id == NULL || !ecurring_kind(kind)->id_is_valid(id))
		return err_set(err, ERR_BAD,
		    "%s is not an id of the documented form", member);
	*out = id;
	return 0;
}

/*
 * eCurring webhooks page: the body names no kind. Both ids: a transaction, and
 * the subscription that it is said to belong to; one: a subscription.
 */
static int take_notice(struct arena *arena, const field_value *root,
    struct client_notices *out, struct err_text *err)
{
	struct client_notice *notice = &out->items[0];
	const char *subscription = NULL;
	const char *transaction = NULL;
	int rc;

	rc = take_id(arena, root, "subscription_id", ECURRING_SUBSCRIPTION,
	    &subscription, err);
	if (rc == 0)
		rc = take_id(arena, root, "transaction_id",
		    ECURRING_TRANSACTION, &transaction, err);
	if (rc != 0)
		return rc;
	if (transaction == NULL && subscription == NULL)
		return err_set(err, ERR_BAD,
		    "neither subscription_id nor transaction_id is given");
	if (transaction == NULL) {
		notice->kind = ECURRING_SUBSCRIPTION;
		notice->id = subscription;
	} else {
		notice->kind = ECURRING_TRANSACTION;
		notice->id = transaction;
		notice->parent_kind =
		    subscription != NULL ? ECURRING_SUBSCRIPTION : NULL;
		notice->parent_id = subscription;
	}
	out->n = 1;
	return 0;
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
		rc = take_notice(arena, root, out, err);
	field_free(root);
	return rc;
}

/* "/subscriptions/ID" or "/transactions/ID"; NULL: the arena is full. */
static const char *path_of(
    const struct client_object *object, struct arena *arena)
{
	struct buf path;
	const char *copy = NULL;

	buf_init(&path, PATH_MAX_BYTES);
	buf_addf(&path, "/%ss/", object->kind);
	text_escape_path(&path, object->id);
	if (path.error == 0)
		copy = arena_text(arena, buf_text(&path));
	buf_fini(&path);
	return copy;
}

int ecurring_request(const struct provider_settings *provider, const char *path,
    const char *operation, struct client_request *out, struct err_text *err)
{
	memset(out, 0, sizeof(*out));
	if (path == NULL)
		return err_set(err, ERR_FULL, "no room for the request");
	out->path = path;
	out->operation = operation;
	out->headers[out->n_headers++] = (struct client_header){
	    .name = "Accept", .value = "application/vnd.api+json"};
	/* without a key the provider refuses, which bars it as a bad one does
	 */
	if (provider->api_key != NULL)
		out->headers[out->n_headers++] = (struct client_header){
		    .name = "X-Authorization", .value = provider->api_key};
	return 0;
}

static int ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct client_kind *kind = ecurring_kind(object->kind);

	memset(out, 0, sizeof(*out));
	if (kind == NULL)
		return err_set(err, ERR_BAD, "eCurring has no such kind");
	if (!kind->id_is_valid(object->id))
		return err_set(
		    err, ERR_BAD, "not an id of the documented form");
	return ecurring_request(
	    provider, path_of(object, arena), kind->name, out, err);
}

const struct client ecurring_client = {
    .type = "ecurring",
    .kinds = kinds,
    .n_kinds = sizeof(kinds) / sizeof(kinds[0]),
    .lists = ecurring_lists,
    .n_lists = ECURRING_LISTS,
    .defaults =
	{
	    .base_url = "https://api.ecurring.com",
	    .rate = 5.0,
	    .burst = 10,
	    .concurrency = 4,
	    .timeout_ms = 10 * 1000,
	    .resync_ms = 24 * 3600 * 1000,
	    .missing_window_ms = 30 * 60 * 1000,
	    .rungs_ms = {5 * 1000, 30 * 1000, 5 * 60 * 1000},
	    .n_rungs = 3,
	},
    .identify = identify,
    .ask = ask,
    .read = ecurring_read,
};
