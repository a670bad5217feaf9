#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fake/pointer.h"
#include "tests/fake/when.h"
#include "tests/fake/flexprice.h"

static const struct kind kinds[] = {
    [FLEXPRICE_SUBSCRIPTION] = {"subscription", true},
    [FLEXPRICE_INVOICE] = {"invoice", true},
    [FLEXPRICE_WALLET] = {"wallet", true},
    [FLEXPRICE_CUSTOMER] = {"customer", true},
    [FLEXPRICE_PAYMENT] = {"payment", true},
    [FLEXPRICE_CREDIT_NOTE] = {"credit_note", true},
    {NULL, false}};

/* The id of the customer that everything belongs to unless told. */
#define CUSTOMER "cust_01JX0000000000000000000001"

/* How the objects of each kind begin their life. */
static const struct {
	const char *prefix;
	const char *status; /* the member with the business state */
	bool has_version;
	const char *document;
} births[] = {
    [FLEXPRICE_SUBSCRIPTION] = {"subs_", "subscription_status", true,
	"{\"customer_id\":\"" CUSTOMER "\","
	"\"plan_id\":\"plan_01JX0000000000000000000001\","
	"\"subscription_status\":\"active\",\"end_date\":null,"
	"\"cancel_at\":null,\"cancel_at_period_end\":false,"
	"\"cancelled_at\":null,\"trial_start\":null,\"trial_end\":null,"
	"\"pause_status\":\"none\",\"active_pause_id\":null,"
	"\"parent_subscription_id\":null,\"subscription_type\":"
	"\"standalone\",\"currency\":\"usd\",\"billing_cadence\":"
	"\"RECURRING\",\"billing_period\":\"MONTHLY\",\"features\":[]}"},
    [FLEXPRICE_INVOICE] = {"inv_", "invoice_status", true,
	"{\"customer_id\":\"" CUSTOMER "\",\"subscription_id\":null,"
	"\"invoice_status\":\"FINALIZED\",\"payment_status\":\"PENDING\","
	"\"invoice_type\":\"SUBSCRIPTION\",\"amount_due\":\"29.99\","
	"\"amount_paid\":\"0\",\"amount_remaining\":\"29.99\","
	"\"refunded_amount\":\"0\",\"total\":\"29.99\",\"currency\":\"usd\","
	"\"due_date\":null,\"paid_at\":null,\"voided_at\":null}"},
    [FLEXPRICE_WALLET] = {"wallet_", "wallet_status", false,
	"{\"customer_id\":\"" CUSTOMER "\",\"wallet_status\":\"active\","
	"\"wallet_type\":\"PRE_PAID\",\"balance\":\"10.00\","
	"\"credit_balance\":\"10.00\",\"conversion_rate\":\"1\","
	"\"currency\":\"usd\",\"alert_state\":\"ok\"}"},
    [FLEXPRICE_CUSTOMER] = {"cust_", "status", false,
	"{\"external_id\":null,\"name\":\"Jane\","
	"\"email\":\"jane@example.com\"}"},
    [FLEXPRICE_PAYMENT] = {"pay_", "payment_status", false,
	"{\"destination_type\":\"INVOICE\",\"destination_id\":null,"
	"\"payment_status\":\"PENDING\",\"payment_method_type\":\"CARD\","
	"\"amount\":\"29.99\",\"currency\":\"usd\",\"succeeded_at\":null,"
	"\"failed_at\":null,\"refunded_at\":null,\"error_message\":null}"},
    [FLEXPRICE_CREDIT_NOTE] = {"cn_", "credit_note_status", false,
	"{\"customer_id\":\"" CUSTOMER "\",\"invoice_id\":null,"
	"\"subscription_id\":null,\"credit_note_status\":\"FINALIZED\","
	"\"credit_note_type\":\"REFUND\",\"refund_status\":null,"
	"\"total_amount\":\"9.99\"}"},
};

/* Members that are times. */
static const char *const times[] = {"start_date", "end_date",
    "current_period_start", "current_period_end", "cancel_at", "cancelled_at",
    "trial_start", "trial_end", "due_date", "paid_at", "voided_at",
    "period_start", "period_end", "succeeded_at", "failed_at", "refunded_at",
    "finalized_at", "created_at", "updated_at", NULL};

static bool has_word(const char *const *list, const char *word)
{
	while (*list != NULL) {
		if (strcmp(*list++, word) == 0)
			return true;
	}
	return false;
}

/* A fraction of six digits, or none where it is nothing. */
static json_t *moment(int64_t at_ms)
{
	time_t at_s = (time_t)(at_ms / 1000);
	char text[40];
	struct tm tm;

	gmtime_r(&at_s, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	if (at_ms % 1000 == 0)
		return json_sprintf("%sZ", text);
	return json_sprintf("%s.%03d456Z", text, (int)(at_ms % 1000));
}

/* "status" is the state of the thing, "row" that of its row in the database. */
static const char *put(struct world *w, int kind, json_t *document,
    const char *name, const json_t *value)
{
	json_t *copy = json_deep_copy(value);
	int64_t at_ms;
	int status;

	if (strcmp(name, "status") == 0)
		name = births[kind].status;
	else if (strcmp(name, "row") == 0)
		name = "status";
	else if (strcmp(name, "customer") == 0)
		name = "customer_id";
	else if (strcmp(name, "plan") == 0)
		name = "plan_id";
	if (has_word(times, name) && !json_is_null(value)) {
		json_decref(copy);
		if (!when_read(value, w->now_ms, &at_ms))
			return "a time is not readable";
		copy = moment(at_ms);
	}
	status = pointer_set(document, document, name, copy);
	json_decref(copy);
	return status == 0 ? NULL : "this kind has no such member";
}

static const char *put_all(
    struct world *w, int kind, json_t *document, const json_t *told)
{
	const char *error = NULL;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)told, name, value)
	{
		if (error == NULL && !provider_is_verb(name))
			error = put(w, kind, document, name, value);
	}
	return error;
}

static void put_dates(struct world *w, int kind, json_t *document)
{
	const int64_t day_ms = INT64_C(86400000);
	bool lasts = kind == FLEXPRICE_SUBSCRIPTION;

	json_object_set_new(
	    document, "created_at", moment(w->now_ms - 2 * day_ms));
	json_object_set_new(document, "updated_at", moment(w->now_ms));
	if (lasts)
		json_object_set_new(
		    document, "start_date", moment(w->now_ms - 2 * day_ms));
	if (lasts || kind == FLEXPRICE_INVOICE) {
		json_object_set_new(document,
		    lasts ? "current_period_start" : "period_start",
		    moment(w->now_ms - 2 * day_ms));
		json_object_set_new(document,
		    lasts ? "current_period_end" : "period_end",
		    moment(w->now_ms + 28 * day_ms));
	}
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	const char *told = json_string_value(json_object_get(spec, "id"));
	json_t *document = json_loads(births[kind].document, 0, NULL);
	char id[STATE_ID_BYTES], number[STATE_ID_BYTES];
	const char *error;

	state_next_id(w->state, kind, number, sizeof(number));
	if (told != NULL)
		text_print(id, sizeof(id), "%s", told);
	else
		text_print(id, sizeof(id), "%s01JX%022lld", births[kind].prefix,
		    strtoll(number, NULL, 10));
	json_object_set_new(document, "id", json_string(id));
	json_object_set_new(document, "status", json_string("published"));
	put_dates(w, kind, document);
	if (births[kind].has_version)
		json_object_set_new(document, "version", json_integer(1));
	error = put_all(w, kind, document, spec);
	*out = error ? NULL : state_add(w->state, kind, id, NULL);
	if (*out == NULL) {
		json_decref(document);
		return error ? error : "this id is taken or too long";
	}
	state_commit(w->state, *out, document);
	return NULL;
}

/* What follows from a status, unless the call says it itself. */
static const struct {
	const char *status;
	const char *member;
} follows[] = {
    {"cancelled", "cancelled_at"},
    {"SUCCEEDED", "succeeded_at"},
    {"FAILED", "failed_at"},
    {"REFUNDED", "refunded_at"},
};

static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	const char *status = json_string_value(json_object_get(told, "status"));
	json_int_t version =
	    json_integer_value(json_object_get(document, "version"));
	size_t i;

	json_object_set_new(document, "updated_at", moment(w->now_ms));
	if (births[o->kind].has_version)
		json_object_set_new(
		    document, "version", json_integer(version + 1));
	for (i = 0; i < sizeof(follows) / sizeof(follows[0]); i++) {
		if (status != NULL && strcmp(status, follows[i].status) == 0 &&
		    json_object_get(document, follows[i].member) != NULL)
			json_object_set_new(
			    document, follows[i].member, moment(w->now_ms));
	}
	return put_all(w, o->kind, document, told);
}

static bool is_notified(const struct object *o, const json_t *told)
{
	(void)o;
	(void)told;
	return true;
}

/* The object is the present one, whatever the event's name says. */
static json_t *hook(const struct object *o, bool as_integers)
{
	json_t *document = json_deep_copy(state_newest(o));
	const char *name = kinds[o->kind].name;

	(void)as_integers;
	json_object_del(document, "features");
	return json_pack("{s:o, s:o}", "event_type",
	    json_sprintf("%s.updated", name), name, document);
}

static json_t *truth(const struct object *o)
{
	const json_t *document = state_newest(o);
	const json_t *status =
	    json_object_get(document, births[o->kind].status);
	const json_t *customer = json_object_get(document, "customer_id");

	return json_pack("{s:o, s:o}", "status",
	    status ? json_deep_copy(status) : json_null(), "customer",
	    customer ? json_deep_copy(customer) : json_null());
}

const struct provider flexprice_provider = {
    .name = "flexprice",
    .content_type = "application/json",
    .key_header = "x-api-key",
    .key_prefix = "",
    .attributes = NULL,
    .kinds = kinds,
    .routes = flexprice_api_routes,
    .searches = flexprice_list_searches,
    .words = "id status row customer plan features external_id name email "
	     "start_date end_date current_period_start current_period_end "
	     "cancel_at cancel_at_period_end cancelled_at trial_start "
	     "trial_end pause_status active_pause_id parent_subscription_id "
	     "subscription_type version created_at updated_at subscription_id "
	     "payment_status invoice_type amount_due amount_paid "
	     "amount_remaining refunded_amount total currency due_date "
	     "paid_at voided_at finalized_at period_start period_end "
	     "wallet_type balance credit_balance conversion_rate "
	     "destination_type destination_id amount succeeded_at failed_at "
	     "refunded_at error_message invoice_id credit_note_type "
	     "refund_status total_amount metadata",
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = hook,
    .sign = flexprice_sign,
    .truth = truth,
    .error = flexprice_api_error,
};
