#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fake/when.h"
#include "tests/fake/ecom9_api.h"
#include "tests/fake/ecom9.h"

static const struct kind kinds[] = {[ECOM9_ACCOUNT] = {"account", true},
    [ECOM9_TRANSACTION] = {"transaction", true},
    {NULL, false}};

/* Edits the document of one object; the first error sticks. */
struct edit {
	const struct world *world;
	json_t *document;
	const json_t *spec;
	const char *error;
};

/* UTC, whole seconds, Z. */
static json_t *time_json(int64_t at_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm parts;
	char text[40] = "";

	if (gmtime_r(&at, &parts) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	return json_string(text);
}

/* Takes the member as a time, null included, else now. */
static void put_time(struct edit *e, const char *name)
{
	const json_t *value = json_object_get(e->spec, name);
	int64_t at_ms = e->world->now_ms;

	if (json_is_null(value)) {
		json_object_set_new(e->document, name, json_null());
		return;
	}
	if (value != NULL && !when_read(value, e->world->now_ms, &at_ms))
		e->error = "a time is not readable";
	json_object_set_new(e->document, name, time_json(at_ms));
}

/* The same for any other member: it is taken as it is. */
static void put(struct edit *e, const char *name, json_t *fallback)
{
	json_t *value = json_object_get(e->spec, name);

	if (value != NULL) {
		json_decref(fallback);
		fallback = json_deep_copy(value);
	}
	json_object_set_new(e->document, name, fallback);
}

static bool is_told(const struct edit *e, const char *name)
{
	return json_object_get(e->spec, name) != NULL;
}

static const char *word_of(
    const json_t *spec, const char *name, const char *fallback)
{
	const char *word = json_string_value(json_object_get(spec, name));

	return word != NULL ? word : fallback;
}

/* ---- accounts ----------------------------------------------------------- */

static void put_tier(struct edit *e)
{
	json_t *tier = json_object_get(e->document, "subscription_tier");

	if (!json_is_object(tier)) {
		tier = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s}",
		    "label_name", "pro", "name", "Aurora Growth", "description",
		    "45k send limit", "price", "32.00", "billing_cycle",
		    "monthly", "features", "Deliverability audits",
		    "is_popular", 1, "product_manage_id", "P6ZmR29aTyQb");
		json_object_set_new(e->document, "subscription_tier", tier);
	}
	if (is_told(e, "label"))
		json_object_set(
		    tier, "label_name", json_object_get(e->spec, "label"));
	if (is_told(e, "product"))
		json_object_set(tier, "product_manage_id",
		    json_object_get(e->spec, "product"));
}

/* The shape of several subscriptions has no is_active of its own. */
static void put_subscriptions(struct edit *e)
{
	static const char *const single[] = {
	    "is_active", "created_at", "updated_at", "subscription_tier"};
	size_t i;

	if (!is_told(e, "subscriptions"))
		return;
	put(e, "subscriptions", NULL);
	for (i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		json_object_del(e->document, single[i]);
}

static void make_account(struct edit *e, const char *id)
{
	json_object_set_new(e->document, "account_ref_id", json_string(id));
	put(e, "is_active", json_true());
	put(e, "customer_email", json_string("client@example.com"));
	put_time(e, "created_at");
	put_time(e, "updated_at");
	put_tier(e);
	put(e, "credits", json_null());
	put(e, "event", json_string("subscription-created"));
	put_subscriptions(e);
}

static void change_account(struct edit *e)
{
	bool is_on = json_is_true(json_object_get(e->spec, "is_active"));

	if (is_told(e, "is_active")) {
		put(e, "is_active", NULL);
		put(e, "event",
		    json_string(is_on ? "subscription-resumed"
				      : "subscription-paused"));
	}
	if (is_told(e, "label") || is_told(e, "product"))
		put_tier(e);
	if (is_told(e, "credits"))
		put(e, "credits", NULL);
	if (is_told(e, "event"))
		put(e, "event", NULL);
	/* the balance is no part of the status */
	if (is_told(e, "is_active") || is_told(e, "label") ||
	    is_told(e, "product") || is_told(e, "updated_at"))
		put_time(e, "updated_at");
	put_subscriptions(e);
}

/* ---- transactions ------------------------------------------------------- */

static void make_transaction(
    struct edit *e, const char *id, const struct object *account)
{
	json_object_set_new(e->document, "transaction_uuid", json_string(id));
	json_object_set_new(
	    e->document, "account_ref_id", json_string(account->id));
	put(e, "status", json_string("completed"));
	put(e, "amount", json_string("29.99"));
	put(e, "currency", json_string("usd"));
	put(e, "customer_email", json_string("client@example.com"));
	put_time(e, "created_at");
	put_time(e, "updated_at");
}

static void change_transaction(struct edit *e)
{
	if (is_told(e, "status"))
		put(e, "status", NULL);
	if (is_told(e, "amount"))
		put(e, "amount", NULL);
	put_time(e, "updated_at");
}

/* ---- the table ---------------------------------------------------------- */

static struct object *account_of(struct world *w, const json_t *spec)
{
	return state_find(
	    w->state, ECOM9_ACCOUNT, word_of(spec, "account", ""));
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	struct edit e = {w, json_object(), spec, NULL};
	struct object *account = NULL;
	char id[STATE_ID_BYTES];

	if (kind == ECOM9_TRANSACTION)
		account = account_of(w, spec);
	if (json_is_string(json_object_get(spec, "id")))
		text_print(id, sizeof(id), "%s", word_of(spec, "id", ""));
	else if (kind == ECOM9_TRANSACTION)
		state_next_uuid(w->state, id, sizeof(id));
	else
		state_next_id(w->state, kind, id, sizeof(id));
	if (kind == ECOM9_TRANSACTION && account == NULL)
		e.error = "account names none that exists";
	else if (kind == ECOM9_TRANSACTION)
		make_transaction(&e, id, account);
	else
		make_account(&e, id);
	*out = e.error ? NULL : state_add(w->state, kind, id, account);
	if (*out == NULL) {
		json_decref(e.document);
		return e.error ? e.error : "this id is taken or too long";
	}
	state_commit(w->state, *out, e.document);
	return NULL;
}

static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	struct edit e = {w, document, told, NULL};

	if (o->kind == ECOM9_ACCOUNT)
		change_account(&e);
	else
		change_transaction(&e);
	return e.error;
}

/*
 * Four events of a subscription, and a paid invoice. Renewals, failed payments
 * and changes of the plan are not notified of.
 */
static bool is_notified(const struct object *o, const json_t *told)
{
	if (o->kind == ECOM9_TRANSACTION)
		return strcmp(word_of(told, "status", ""), "completed") == 0;
	return json_object_get(told, "event") != NULL;
}

static json_t *hook_invoice(const json_t *document)
{
	const char *amount = word_of(document, "amount", "0");

	return json_pack("{s:b, s:O, s:s, s:s, s:o, s:i, s:i, s:O, s:O}",
	    "success", 1, "transaction_id",
	    json_object_get(document, "transaction_uuid"), "event",
	    "invoice.paid", "invoice_id", "in_1abc123def456", "amount",
	    json_sprintf("\001%s", amount), "credit_amount", 0,
	    "tier_credit_amount", 0, "email",
	    json_object_get(document, "customer_email"), "account_ref_id",
	    json_object_get(document, "account_ref_id"));
}

/* is_active is what the event says, whatever is so by now. */
static json_t *hook(const struct object *o, bool as_integers)
{
	const json_t *document = state_newest(o);
	const json_t *tier = json_object_get(document, "subscription_tier");
	const char *event = word_of(document, "event", "subscription-created");
	bool is_on = strstr(event, "created") != NULL ||
		     strstr(event, "resumed") != NULL;

	(void)as_integers;
	if (o->kind == ECOM9_TRANSACTION)
		return hook_invoice(document);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:o}", "event", event,
	    "account_ref_id", o->id, "product_manage_id",
	    word_of(tier, "product_manage_id", "P6ZmR29aTyQb"),
	    "subscription_id", "sub_xxxx", "label_name",
	    word_of(tier, "label_name", "pro"), "is_active", is_on, "timestamp",
	    time_json(when_now_ms()));
}

static void tell(json_t *line, const char *name, const json_t *value)
{
	json_object_set_new(
	    line, name, value ? json_deep_copy(value) : json_null());
}

static json_t *truth(const struct object *o)
{
	const json_t *document = state_newest(o);
	const json_t *tier = json_object_get(document, "subscription_tier");
	json_t *line = json_object();

	if (o->kind == ECOM9_TRANSACTION) {
		tell(line, "status", json_object_get(document, "status"));
		tell(line, "amount", json_object_get(document, "amount"));
		tell(line, "account",
		    json_object_get(document, "account_ref_id"));
		return line;
	}
	tell(line, "is_active", json_object_get(document, "is_active"));
	tell(line, "product", json_object_get(tier, "product_manage_id"));
	tell(line, "label", json_object_get(tier, "label_name"));
	tell(line, "credits", json_object_get(document, "credits"));
	return line;
}

const struct provider ecom9_provider = {
    .name = "ecom9",
    .content_type = "application/json",
    .key_header = "Authorization",
    .key_prefix = "Bearer ",
    .bare_header = "X-API-Key",
    .attributes = NULL,
    .kinds = kinds,
    .routes = ecom9_api_routes,
    .words = "id is_active product label credits event subscriptions "
	     "customer_email created_at updated_at account status amount "
	     "currency",
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = hook,
    .truth = truth,
    .error = ecom9_api_error,
};
