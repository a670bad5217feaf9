#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/fake/mollie_api.h"
#include "tests/fake/mollie_script.h"
#include "tests/fake/mollie.h"

static const struct kind kinds[] = {[MOLLIE_CUSTOMER] = {"customer", false},
    [MOLLIE_SUBSCRIPTION] = {"subscription", false},
    [MOLLIE_PAYMENT] = {"payment", true},
    [MOLLIE_EVENT] = {"event", true},
    {NULL, false}};

static const char *const prefixes[] = {[MOLLIE_CUSTOMER] = "cst_",
    [MOLLIE_SUBSCRIPTION] = "sub_",
    [MOLLIE_PAYMENT] = "tr_",
    [MOLLIE_EVENT] = "event_"};

static struct object *add(struct world *w, int kind, const char *id,
    struct object *parent, const json_t *spec, const char **error)
{
	json_t *document = mollie_script_make(w, kind, id, parent, spec, error);
	struct object *o =
	    *error ? NULL : state_add(w->state, kind, id, parent);

	if (o == NULL) {
		json_decref(document);
		if (*error == NULL)
			*error = "this id is taken or too long";
		return NULL;
	}
	state_commit(w->state, o, document);
	return o;
}

/* The customer that is named springs up when there is none. */
static struct object *customer_of(
    struct world *w, const json_t *spec, const char **error)
{
	const char *id = json_string_value(json_object_get(spec, "customer"));
	struct object *o;

	if (id == NULL)
		return NULL;
	o = state_find(w->state, MOLLIE_CUSTOMER, id);
	return o ? o : add(w, MOLLIE_CUSTOMER, id, NULL, NULL, error);
}

/* A payment belongs to a subscription, to a customer, or to a guest. */
static struct object *parent_of(
    struct world *w, int kind, const json_t *spec, const char **error)
{
	const char *id =
	    json_string_value(json_object_get(spec, "subscription"));
	struct object *o;

	if (kind == MOLLIE_CUSTOMER || kind == MOLLIE_EVENT)
		return NULL;
	if (kind == MOLLIE_SUBSCRIPTION || id == NULL) {
		o = customer_of(w, spec, error);
		if (o == NULL && kind == MOLLIE_SUBSCRIPTION && *error == NULL)
			*error = "a subscription wants a customer";
		return o;
	}
	o = state_find(w->state, MOLLIE_SUBSCRIPTION, id);
	if (o == NULL)
		*error = "subscription names none that exists";
	return o;
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	const char *told = json_string_value(json_object_get(spec, "id"));
	char number[STATE_ID_BYTES];
	char id[STATE_ID_BYTES];
	const char *error = NULL;
	struct object *parent = parent_of(w, kind, spec, &error);

	if (told == NULL) {
		state_next_id(w->state, kind, number, sizeof(number));
		text_print(
		    id, sizeof(id), "%sfake%.16s", prefixes[kind], number);
	} else {
		text_print(id, sizeof(id), "%s", told);
	}
	if (error == NULL)
		*out = add(w, kind, id, parent, spec, &error);
	return error;
}

static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	return mollie_script_change(w, o->kind, document, told);
}

/* Webhooks page: not for open or pending, and never for a subscription. */
static bool is_notified(const struct object *o, const json_t *told)
{
	static const char *const words[] = {
	    "paid", "authorized", "expired", "failed", "canceled", NULL};
	const char *status = json_string_value(json_object_get(told, "status"));
	const char *const *word = words;

	if (o->kind == MOLLIE_EVENT)
		return true;
	if (o->kind != MOLLIE_PAYMENT)
		return false;
	if (json_object_get(told, "refund") != NULL ||
	    json_object_get(told, "chargeback") != NULL ||
	    json_object_get(told, "reverse") != NULL)
		return true;
	while (status != NULL && *word != NULL) {
		if (strcmp(*word++, status) == 0)
			return true;
	}
	return false;
}

/* A payment's is a form, which stands for itself; an event is sent as it is. */
static json_t *hook(const struct object *o, bool as_integers)
{
	(void)as_integers;
	if (o->kind == MOLLIE_EVENT)
		return json_deep_copy(state_newest(o));
	return json_sprintf("id=%s", o->id);
}

static void add_signature(
    json_t *headers, const char *secret, const char *body, size_t body_bytes)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_bytes = 0;
	struct text hex = {0};
	unsigned int i;

	if (HMAC(EVP_sha256(), secret, (int)strlen(secret),
		(const unsigned char *)body, body_bytes, mac,
		&mac_bytes) == NULL)
		return;
	text_adds(&hex, "sha256=");
	for (i = 0; i < mac_bytes; i++)
		text_addf(&hex, "%02x", (unsigned)mac[i]);
	json_object_set_new(
	    headers, "X-Mollie-Signature", json_string(hex.bytes));
	text_fini(&hex);
}

/* Only events are signed, and only when there is a secret. */
static json_t *sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes)
{
	json_t *headers =
	    json_pack("{s:s}", "User-Agent", "Mollie HTTP client/1.0");

	(void)at_ms;
	if (body_bytes > 0 && body[0] != '{')
		json_object_set_new(headers, "Content-Type",
		    json_string("application/x-www-form-urlencoded"));
	else if (secret[0] != '\0')
		add_signature(headers, secret, body, body_bytes);
	return headers;
}

static void tell(json_t *line, const char *name, const json_t *value)
{
	json_object_set_new(
	    line, name, value ? json_deep_copy(value) : json_null());
}

static json_t *truth(const struct object *o)
{
	static const char *const names[] = {"status", "customerId",
	    "subscriptionId", "amountRefunded", "amountChargedBack"};
	const json_t *document = state_newest(o);
	json_t *line = json_object();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tell(line, names[i], json_object_get(document, names[i]));
	return line;
}

const struct provider mollie_provider = {
    .name = "mollie",
    .content_type = "application/hal+json",
    .key_header = "Authorization",
    .key_prefix = "Bearer ",
    .attributes = NULL,
    .kinds = kinds,
    .routes = mollie_api_routes,
    .words = "id status at mode amount currency customer subscription interval "
	     "times timesRemaining startDate nextPaymentDate metadata "
	     "description createdAt paidAt expiresAt canceledAt refund "
	     "chargeback reverse type entityId entity",
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = hook,
    .sign = sign,
    .truth = truth,
    .error = mollie_api_error,
};
