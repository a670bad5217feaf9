#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/fake/mollie.h"
#include "tests/fake/when.h"
#include "tests/fake/mollie_script.h"

/* Edits one document; the first error sticks. */
struct edit {
	struct world *world;
	json_t *document;
	const json_t *spec;
	const char *error;
};

/* "2018-03-12T11:51:35+00:00", or only the date of it in the Netherlands. */
static json_t *stamp(int64_t at_ms, bool is_date)
{
	int shift_s = is_date ? when_dutch_offset_s(at_ms) : 0;
	time_t at_s = (time_t)(at_ms / 1000 + shift_s);
	char text[40];
	struct tm tm;

	gmtime_r(&at_s, &tm);
	strftime(text, sizeof(text),
	    is_date ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S+00:00", &tm);
	return json_string(text);
}

static int64_t time_of(struct edit *e, const char *name, int64_t fallback_ms)
{
	const json_t *value = json_object_get(e->spec, name);
	int64_t at_ms = fallback_ms;

	if (value != NULL && !json_is_null(value) &&
	    !when_read(value, e->world->now_ms, &at_ms))
		e->error = "a time is not readable";
	return at_ms;
}

/* Puts the time that is told, or FALLBACK_MS (0: nothing); null is null. */
static void put_time(
    struct edit *e, const char *name, int64_t fallback_ms, bool is_date)
{
	int64_t at_ms = time_of(e, name, fallback_ms);

	if (json_is_null(json_object_get(e->spec, name)))
		json_object_set_new(e->document, name, json_null());
	else if (at_ms != 0)
		json_object_set_new(e->document, name, stamp(at_ms, is_date));
}

static void put(struct edit *e, const char *name, json_t *fallback)
{
	json_t *value = json_object_get(e->spec, name);

	if (value == NULL) {
		if (fallback != NULL)
			json_object_set_new(e->document, name, fallback);
		return;
	}
	json_decref(fallback);
	json_object_set_new(e->document, name, json_deep_copy(value));
}

/* ---- money, in cents ------------------------------------------------------
 */

static const char *text_of(const json_t *from, const char *name)
{
	return json_string_value(json_object_get(from, name));
}

static long long cents_of(const char *text)
{
	char *end = NULL;
	long long whole = text ? strtoll(text, &end, 10) : 0;

	if (end == NULL || *end != '.')
		return whole * 100;
	return whole * 100 + strtoll(end + 1, NULL, 10);
}

static json_t *money(const char *currency, long long cents)
{
	return json_pack("{s:o, s:s}", "value",
	    json_sprintf("%lld.%02lld", cents / 100, cents % 100), "currency",
	    currency);
}

static void put_money(struct edit *e, const char *name, long long cents)
{
	const char *currency =
	    text_of(json_object_get(e->document, "amount"), "currency");

	json_object_set_new(
	    e->document, name, money(currency ? currency : "EUR", cents));
}

static long long held_cents(const struct edit *e, const char *name)
{
	return cents_of(text_of(json_object_get(e->document, name), "value"));
}

static void put_amount(struct edit *e, const char *fallback)
{
	const char *value = text_of(e->spec, "amount");
	const char *currency = text_of(e->spec, "currency");

	json_object_set_new(e->document, "amount",
	    json_pack("{s:s, s:s}", "value", value ? value : fallback,
		"currency", currency ? currency : "EUR"));
}

/* ---- payments -------------------------------------------------------------
 */

static void put_status(struct edit *e, const char *status)
{
	static const char *const stamps[][2] = {{"paid", "paidAt"},
	    {"authorized", "authorizedAt"}, {"canceled", "canceledAt"},
	    {"expired", "expiredAt"}, {"failed", "failedAt"}};
	int64_t at_ms = time_of(e, "at", e->world->now_ms);
	size_t i;

	json_object_set_new(e->document, "status", json_string(status));
	for (i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
		if (strcmp(stamps[i][0], status) == 0)
			put_time(e, stamps[i][1], at_ms, false);
	}
	if (strcmp(status, "paid") != 0 ||
	    json_object_get(e->document, "amountRefunded") != NULL)
		return;
	put_money(e, "amountRefunded", 0);
	put_money(e, "amountRemaining", held_cents(e, "amount"));
}

static json_t *list_of(struct edit *e, const char *name)
{
	return json_object_get(json_object_get(e->document, "_embedded"), name);
}

/* One more refund or chargeback, and the sums that follow. */
static void give_back(struct edit *e, const json_t *told, const char *list,
    const char *sum, const char *resource)
{
	long long all = held_cents(e, "amount");
	const char *amount = text_of(told, "amount");
	long long cents = amount ? cents_of(amount) : all;
	json_t *item =
	    json_pack("{s:s, s:s, s:o, s:o}", "resource", resource, "paymentId",
		text_of(e->document, "id"), "amount", money("EUR", cents),
		"createdAt", stamp(time_of(e, "at", e->world->now_ms), false));

	if (strcmp(resource, "refund") == 0)
		json_object_set_new(item, "status", json_string("refunded"));
	else
		json_object_set_new(item, "reversedAt", json_null());
	json_array_append_new(list_of(e, list), item);
	put_money(e, sum, held_cents(e, sum) + cents);
	put_money(e, "amountRemaining",
	    all - held_cents(e, "amountRefunded") -
		held_cents(e, "amountChargedBack"));
}

static void reverse(struct edit *e)
{
	json_t *list = list_of(e, "chargebacks");
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		json_object_set_new(item, "reversedAt",
		    stamp(time_of(e, "at", e->world->now_ms), false));
	}
	put_money(e, "amountChargedBack", 0);
	put_money(e, "amountRemaining",
	    held_cents(e, "amount") - held_cents(e, "amountRefunded"));
}

static void change_payment(struct edit *e)
{
	const char *status = text_of(e->spec, "status");
	const json_t *refund = json_object_get(e->spec, "refund");
	const json_t *chargeback = json_object_get(e->spec, "chargeback");

	if (status != NULL)
		put_status(e, status);
	if (refund != NULL)
		give_back(e, refund, "refunds", "amountRefunded", "refund");
	if (chargeback != NULL)
		give_back(e, chargeback, "chargebacks", "amountChargedBack",
		    "chargeback");
	if (json_is_true(json_object_get(e->spec, "reverse")))
		reverse(e);
	put(e, "metadata", NULL);
	put(e, "mode", NULL);
}

/* What is known of a payment by those that it belongs to. */
static void relate(struct edit *e, const struct object *parent)
{
	const struct object *customer = parent;

	if (parent != NULL && parent->kind == MOLLIE_SUBSCRIPTION) {
		json_object_set_new(
		    e->document, "subscriptionId", json_string(parent->id));
		customer = parent->parent;
	}
	if (customer != NULL)
		json_object_set_new(
		    e->document, "customerId", json_string(customer->id));
	json_object_set_new(e->document, "sequenceType",
	    json_string(parent != customer ? "recurring" : "oneoff"));
}

static void make_payment(struct edit *e, const struct object *parent)
{
	const char *status = text_of(e->spec, "status");

	put_amount(e, "10.00");
	put_time(e, "createdAt", e->world->now_ms, false);
	put_time(e, "expiresAt", 0, false);
	put(e, "description", json_string("Fake"));
	put(e, "metadata", json_null());
	json_object_set_new(e->document, "_embedded",
	    json_pack("{s:[], s:[]}", "refunds", "chargebacks"));
	relate(e, parent);
	put_status(e, status ? status : "open");
	put_time(e, "paidAt", 0, false);
}

/* ---- subscriptions --------------------------------------------------------
 */

static void change_subscription(struct edit *e)
{
	const char *status = text_of(e->spec, "status");
	bool is_over = status != NULL && (strcmp(status, "canceled") == 0 ||
					     strcmp(status, "completed") == 0);

	if (status != NULL)
		json_object_set_new(e->document, "status", json_string(status));
	if (status != NULL && strcmp(status, "canceled") == 0)
		put_time(
		    e, "canceledAt", time_of(e, "at", e->world->now_ms), false);
	if (is_over)
		json_object_del(e->document, "nextPaymentDate");
	put_time(e, "nextPaymentDate", 0, true);
	put_time(e, "startDate", 0, true);
	put(e, "interval", NULL);
	put(e, "metadata", NULL);
	put(e, "mode", NULL);
}

static void make_subscription(struct edit *e, const struct object *customer)
{
	put_amount(e, "25.00");
	json_object_set_new(
	    e->document, "customerId", json_string(customer->id));
	put(e, "times", json_null());
	put(e, "timesRemaining", NULL);
	put(e, "interval", json_string("1 month"));
	put(e, "description", json_string("Fake"));
	put(e, "metadata", json_null());
	put(e, "status", json_string("active"));
	put_time(e, "createdAt", e->world->now_ms, false);
	put_time(e, "startDate", e->world->now_ms, true);
	put_time(e, "nextPaymentDate", 0, true);
	put_time(e, "canceledAt", 0, false);
}

/* ---- all ------------------------------------------------------------------
 */

static void make_event(struct edit *e)
{
	const json_t *entity = json_object_get(e->spec, "entity");

	put(e, "type", json_string("payment.paid"));
	put(e, "entityId", json_string("tr_none"));
	put_time(e, "createdAt", e->world->now_ms, false);
	json_object_set_new(e->document, "_embedded",
	    entity ? json_pack("{s:o}", "entity", json_deep_copy(entity))
		   : json_object());
}

json_t *mollie_script_make(struct world *world, int kind, const char *id,
    const struct object *parent, const json_t *spec, const char **error)
{
	struct edit e = {world, NULL, spec, NULL};

	e.document = json_pack("{s:s, s:s}", "resource",
	    world->provider->kinds[kind].name, "id", id);
	if (kind != MOLLIE_EVENT)
		put(&e, "mode", json_string("live"));
	if (kind == MOLLIE_SUBSCRIPTION && parent != NULL)
		make_subscription(&e, parent);
	else if (kind == MOLLIE_PAYMENT)
		make_payment(&e, parent);
	else if (kind == MOLLIE_EVENT)
		make_event(&e);
	*error = e.error;
	return e.document;
}

const char *mollie_script_change(
    struct world *world, int kind, json_t *document, const json_t *change)
{
	struct edit e = {world, document, change, NULL};

	if (kind == MOLLIE_SUBSCRIPTION)
		change_subscription(&e);
	else if (kind == MOLLIE_PAYMENT)
		change_payment(&e);
	return e.error;
}
