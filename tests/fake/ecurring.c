#include <stdlib.h>
#include <string.h>

#include "tests/fake/ecurring_api.h"
#include "tests/fake/ecurring_script.h"
#include "tests/fake/ecurring.h"

static const struct kind kinds[] = {[ECURRING_CUSTOMER] = {"customer", false},
    [ECURRING_SUBSCRIPTION] = {"subscription", true},
    [ECURRING_TRANSACTION] = {"transaction", true},
    {NULL, false}};

/* A control call may give an id as a string or as a number. */
static const char *text_of(const json_t *value, char *out, size_t out_bytes)
{
	if (json_is_integer(value))
		text_print(out, out_bytes, "%lld",
		    (long long)json_integer_value(value));
	else if (json_is_string(value))
		text_print(out, out_bytes, "%s", json_string_value(value));
	else
		return NULL;
	return out;
}

static json_t *linkage(const char *type, const char *id)
{
	return json_pack("{s:{s:s, s:s}}", "data", "type", type, "id", id);
}

/* The list of transactions is written when the document is served. */
static void relate(json_t *document, const char *customer, const json_t *spec)
{
	char plan[STATE_ID_BYTES] = "1";

	text_of(json_object_get(spec, "plan"), plan, sizeof(plan));
	json_object_set_new(document, "relationships",
	    json_pack("{s:o, s:o}", "subscription-plan",
		linkage("subscription-plan", plan), "customer",
		linkage("customer", customer)));
}

static struct object *add(struct world *w, int kind, const char *id,
    struct object *parent, const json_t *spec, const char **error)
{
	json_t *document =
	    json_pack("{s:s, s:s, s:o}", "type", kinds[kind].name, "id", id,
		"attributes", ecurring_script_make(w, kind, id, spec, error));
	struct object *o =
	    *error ? NULL : state_add(w->state, kind, id, parent);

	if (o == NULL) {
		json_decref(document);
		if (*error == NULL)
			*error = "this id is taken or too long";
		return NULL;
	}
	if (kind == ECURRING_SUBSCRIPTION)
		relate(document, parent->id, spec);
	state_commit(w->state, o, document);
	return o;
}

/* The customer that a subscription names springs up with it. */
static struct object *customer_of(
    struct world *w, const json_t *spec, const char **error)
{
	char id[STATE_ID_BYTES] = "1";
	const json_t *told = json_object_get(spec, "customer");
	struct object *o;

	if (told != NULL && text_of(told, id, sizeof(id)) == NULL) {
		*error = "customer is no id";
		return NULL;
	}
	o = state_find(w->state, ECURRING_CUSTOMER, id);
	return o ? o : add(w, ECURRING_CUSTOMER, id, NULL, NULL, error);
}

static struct object *subscription_of(
    struct world *w, const json_t *spec, const char **error)
{
	char id[STATE_ID_BYTES];
	struct object *o = NULL;

	if (text_of(json_object_get(spec, "subscription"), id, sizeof(id)))
		o = state_find(w->state, ECURRING_SUBSCRIPTION, id);
	if (o == NULL)
		*error = "subscription names none that exists";
	return o;
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	char id[STATE_ID_BYTES];
	struct object *parent = NULL;
	const char *error = NULL;

	if (text_of(json_object_get(spec, "id"), id, sizeof(id)) == NULL) {
		if (kind == ECURRING_TRANSACTION)
			state_next_uuid(w->state, id, sizeof(id));
		else
			state_next_id(w->state, kind, id, sizeof(id));
	}
	if (kind == ECURRING_SUBSCRIPTION)
		parent = customer_of(w, spec, &error);
	else if (kind == ECURRING_TRANSACTION)
		parent = subscription_of(w, spec, &error);
	if (error == NULL)
		*out = add(w, kind, id, parent, spec, &error);
	return error;
}

static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	json_t *attributes = json_object_get(document, "attributes");

	if (!json_is_object(attributes))
		return "the document has no attributes any more";
	return ecurring_script_change(w, o->kind, attributes, told);
}

/* The lists of the webhook page; nothing is sent for "scheduled". */
static bool is_notified(const struct object *o, const json_t *told)
{
	static const char *const subscription[] = {
	    "active", "cancelled", "paused", "resumed", "suspended", NULL};
	static const char *const transaction[] = {"succeeded", "fulfilled",
	    "charged_back", "payment_failed", "rescheduled", "failed",
	    "refunded", "payment_reminder_scheduled", "payment_reminder_sent",
	    "payment_reminder_overdue", NULL};
	const char *status = json_string_value(json_object_get(told, "status"));
	const char *const *word =
	    o->kind == ECURRING_SUBSCRIPTION ? subscription : transaction;

	while (status != NULL && *word != NULL) {
		if (strcmp(*word++, status) == 0)
			return true;
	}
	return false;
}

static json_t *id_json(const char *id, bool as_integers)
{
	if (as_integers && id[strspn(id, "0123456789")] == '\0')
		return json_integer(strtoll(id, NULL, 10));
	return json_string(id);
}

static json_t *hook(const struct object *o, bool as_integers)
{
	if (o->kind == ECURRING_SUBSCRIPTION)
		return json_pack(
		    "{s:o}", "subscription_id", id_json(o->id, as_integers));
	return json_pack("{s:o, s:o}", "subscription_id",
	    id_json(o->parent->id, as_integers), "transaction_id",
	    id_json(o->id, as_integers));
}

static void tell(json_t *line, const char *name, const json_t *value)
{
	json_object_set_new(
	    line, name, value ? json_deep_copy(value) : json_null());
}

static json_t *truth(const struct object *o)
{
	const json_t *document = state_newest(o);
	const json_t *attributes = json_object_get(document, "attributes");
	const struct object *subscription =
	    o->kind == ECURRING_TRANSACTION ? o->parent : o;
	const json_t *links =
	    json_object_get(state_newest(subscription), "relationships");
	json_t *line = json_object();

	tell(line, "status", json_object_get(attributes, "status"));
	if (o->kind == ECURRING_CUSTOMER)
		return line;
	tell(line, "customer",
	    json_object_get(
		json_object_get(json_object_get(links, "customer"), "data"),
		"id"));
	tell(line, "plan",
	    json_object_get(
		json_object_get(
		    json_object_get(links, "subscription-plan"), "data"),
		"id"));
	if (o->kind == ECURRING_SUBSCRIPTION) {
		tell(line, "start_date",
		    json_object_get(attributes, "start_date"));
		tell(line, "cancel_date",
		    json_object_get(attributes, "cancel_date"));
		return line;
	}
	json_object_set_new(
	    line, "subscription", json_string(subscription->id));
	json_object_set_new(line, "history",
	    json_integer((json_int_t)json_array_size(
		json_object_get(attributes, "history"))));
	return line;
}

const struct provider ecurring_provider = {
    .name = "ecurring",
    .content_type = "application/vnd.api+json",
    .key_header = "X-Authorization",
    .key_prefix = "",
    .attributes = "attributes",
    .kinds = kinds,
    .routes = ecurring_api_routes,
    .words = "id status at attributes metadata archived customer plan "
	     "subscription start_date cancel_date resume_date created_at "
	     "updated_at mandate_code mandate_accepted mandate_accepted_date "
	     "confirmation_page confirmation_sent subscription_webhook_url "
	     "transaction_webhook_url success_redirect_url scheduled_on "
	     "due_date amount canceled_on webhook_url payment_method history "
	     "reason reason_code new_due_date attempt external_payment_id "
	     "first_name last_name email language",
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = hook,
    .truth = truth,
    .error = ecurring_api_error,
};
