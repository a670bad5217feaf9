#include <stdlib.h>
#include <string.h>

#include "tests/fake/pointer.h"
#include "tests/fake/when.h"
#include "tests/fake/ecartpay.h"

static const struct kind kinds[] = {[ECARTPAY_BILLING] = {"billing", true},
    [ECARTPAY_ORDER] = {"order", true},
    [ECARTPAY_SUBSCRIPTION] = {"subscription", true},
    [ECARTPAY_TRANSACTION] = {"transaction", true},
    {NULL, false}};

/* How the objects of each kind begin their life; "_" is not served. */
static const char *const births[] = {
    [ECARTPAY_BILLING] =
	"{\"provider_client_id\":\"67a3be71596b3124a992774a\","
	"\"user_id\":\"1849\",\"provider_id\":\"62ab6f2172362c74e1328109\","
	"\"account_id\":\"5d2d436e3199ae000449065b\",\"active\":true,"
	"\"billing_information\":{\"country_code\":\"ES\","
	"\"email\":\"jane@example.com\",\"name\":\"Sociedad Secreta\","
	"\"business_type\":\"Persona F\xc3\xadsica\",\"taxid\":\"B02717973\","
	"\"postal_code\":\"62210\",\"address1\":\"Camino al monte\","
	"\"state_name\":\"\xc3\x81lava (ES-VI)\",\"city\":\"Ciudad 1\","
	"\"vat_info\":{\"error\":\"The VAT number is invalid.\","
	"\"valid\":false}},\"default\":true,\"raw\":\"Sociedad Secreta\"}",
    [ECARTPAY_ORDER] =
	"{\"account_id\":\"5d2d436e3199ae000449065b\","
	"\"customer_id\":\"657b928db4c08f6f66847b09\",\"type\":\"order\","
	"\"number\":\"OR00006612A\",\"status\":\"created\","
	"\"currency\":\"MXN\",\"country\":\"MX\",\"items\":["
	"{\"name\":\"A thing\",\"quantity\":1,\"price\":\"\\u0001243.33\"}],"
	"\"totals\":{\"subtotal\":\"\\u0001243.33\","
	"\"total\":\"\\u0001243.33\",\"tax\":0,\"discount\":0,"
	"\"shipping\":0},\"risk_score\":0,\"risk_notes\":[],\"fee\":0,"
	"\"confirmed\":false,\"notify_url\":\"https://example.com/290\"}",
    [ECARTPAY_SUBSCRIPTION] =
	"{\"account_id\":\"5d2d436e3199ae000449065b\","
	"\"customer_id\":\"657b928db4c08f6f66847b09\",\"card_ids\":[],"
	"\"status\":\"active\",\"service\":\"Gym\","
	"\"amount\":\"\\u0001149.90\",\"currency\":\"MXN\","
	"\"interval\":\"monthly\",\"frequency\":1,\"trial_period_days\":0,"
	"\"attempts\":0,\"benefits\":[],\"errors\":[]}",
    [ECARTPAY_TRANSACTION] =
	"{\"account_id\":\"5d2d436e3199ae000449065b\",\"refund_id\":null,"
	"\"type\":\"charge\",\"status\":\"paid\","
	"\"amount\":\"\\u0001243.33\"}",
};

/* Words whose place is not the member of that name, times, and money. */
static const struct {
	const char *word;
	const char *place; /* NULL: the member itself */
	bool is_time;
	bool is_money; /* text, served as a number with just these digits */
} words[] = {
    {"customer", "/customer_id", false, false},
    {"total", "/totals/total", false, true},
    {"amount", NULL, false, true},
    {"event", "/_event", false, false},
    {"vat_valid", "/billing_information/vat_info/valid", false, false},
    {"created_at", NULL, true, false},
    {"updated_at", NULL, true, false},
};

enum { WORDS = sizeof(words) / sizeof(words[0]) };

static json_t *time_of(int64_t at_ms)
{
	char text[40];

	when_utc(at_ms, text, sizeof(text));
	return json_string(text);
}

/* A member's value as it is served; NULL: it is not readable. */
static json_t *value_of(
    const struct world *w, const char *name, const json_t *value)
{
	int64_t at_ms;
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (strcmp(words[i].word, name) != 0)
			continue;
		if (words[i].is_money && json_is_string(value))
			return json_sprintf("\x01%s", json_string_value(value));
		if (words[i].is_time)
			return when_read(value, w->now_ms, &at_ms)
				   ? time_of(at_ms)
				   : NULL;
	}
	return json_deep_copy(value);
}

static const char *place_of(const char *name)
{
	size_t i;

	for (i = 0; i < WORDS; i++) {
		if (strcmp(words[i].word, name) == 0 && words[i].place != NULL)
			return words[i].place;
	}
	return name;
}

/* One member of a control call, put where it belongs. */
static const char *put(
    struct world *w, json_t *document, const char *name, const json_t *value)
{
	json_t *served = value_of(w, name, value);
	int status;

	if (served == NULL)
		return "a time is not readable";
	status = pointer_set(document, document, place_of(name), served);
	json_decref(served);
	return status == 0 ? NULL : "this kind has no such member";
}

static const char *put_all(
    struct world *w, json_t *document, const json_t *told)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)told, name, value)
	{
		const char *error = provider_is_verb(name)
					? NULL
					: put(w, document, name, value);

		if (error != NULL)
			return error;
	}
	return NULL;
}

static json_t *born(struct world *w, int kind, const char *id)
{
	json_t *document = json_loads(births[kind], 0, NULL);

	json_object_set_new(document, "id", json_string(id));
	json_object_set_new(
	    document, "created_at", time_of(w->now_ms - INT64_C(86400000)));
	json_object_set_new(document, "updated_at", time_of(w->now_ms));
	if (kind == ECARTPAY_TRANSACTION)
		json_object_set_new(document, "transaction_id",
		    json_sprintf("TR%010lld",
			strtoll(id + (strlen(id) > 8 ? strlen(id) - 8 : 0),
			    NULL, 16)));
	return document;
}

/* 24 hex digits; a count begins with the number that was given. */
static void find_id(
    struct world *w, int kind, const json_t *told, char *out, size_t out_bytes)
{
	char number[STATE_ID_BYTES];

	if (json_is_string(told) && json_string_length(told) >= 24) {
		text_print(out, out_bytes, "%s", json_string_value(told));
		return;
	}
	if (json_is_integer(told))
		text_print(number, sizeof(number), "%lld",
		    (long long)json_integer_value(told));
	else if (json_is_string(told))
		text_print(
		    number, sizeof(number), "%s", json_string_value(told));
	else
		state_next_id(w->state, kind, number, sizeof(number));
	text_print(out, out_bytes, "65b0565f7f9f%012llx",
	    (unsigned long long)strtoull(number, NULL, 10));
}

static const char *make(
    struct world *w, int kind, const json_t *spec, struct object **out)
{
	char id[STATE_ID_BYTES];
	json_t *document;
	const char *error;

	find_id(w, kind, json_object_get(spec, "id"), id, sizeof(id));
	document = born(w, kind, id);
	error = put_all(w, document, spec);
	*out = error ? NULL : state_add(w->state, kind, id, NULL);
	if (*out == NULL) {
		json_decref(document);
		return error ? error : "this id is taken or too long";
	}
	state_commit(w->state, *out, document);
	return NULL;
}

static const char *change(struct world *w, const struct object *o,
    json_t *document, const json_t *told)
{
	(void)o;
	json_object_set_new(document, "updated_at", time_of(w->now_ms));
	json_object_del(document, "_event");
	return put_all(w, document, told);
}

static bool is_notified(const struct object *o, const json_t *told)
{
	(void)o;
	(void)told;
	return true;
}

static json_t *truth(const struct object *o)
{
	const json_t *document = state_newest(o);
	const json_t *status = json_object_get(
	    document, o->kind == ECARTPAY_BILLING ? "active" : "status");

	return json_pack(
	    "{s:o}", "status", status ? json_deep_copy(status) : json_null());
}

const struct provider ecartpay_provider = {
    .name = "ecartpay",
    .content_type = "application/json; charset=utf-8",
    .key_header = "Authorization",
    .key_prefix = "",
    .attributes = NULL,
    .kinds = kinds,
    .routes = ecartpay_api_routes,
    .words = "id status customer number total currency amount interval "
	     "frequency attempts type transaction_id refund_id user_id "
	     "provider_id active default vat_valid event metadata created_at "
	     "updated_at",
    .token_path = ECARTPAY_TOKEN_PATH,
    .make = make,
    .change = change,
    .is_notified = is_notified,
    .hook = ecartpay_hook,
    .sign = ecartpay_sign,
    .truth = truth,
    .error = ecartpay_api_error,
};
