#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/fake/ecartpay.h"

static const char hook_id[] = "hook_123e4567-e89b-12d3-a456-426614174000";

/* The event that the newest state of an object would be told by. */
static const char *event_of(const struct object *o, const json_t *document)
{
	static const struct {
		int kind;
		const char *status; /* NULL: any other */
		const char *event;
	} events[] = {
	    {ECARTPAY_ORDER, "paid", "orders.confirmation"},
	    {ECARTPAY_ORDER, "created", "orders.create"},
	    {ECARTPAY_ORDER, NULL, "orders.update"},
	    {ECARTPAY_SUBSCRIPTION, "pause", "subscription.paused"},
	    {ECARTPAY_SUBSCRIPTION, "cancelled", "subscription.cancelled"},
	    {ECARTPAY_SUBSCRIPTION, NULL, "subscription.payment_success"},
	    {ECARTPAY_TRANSACTION, NULL, "transactions.paid"},
	};
	const char *told =
	    json_string_value(json_object_get(document, "_event"));
	const char *status =
	    json_string_value(json_object_get(document, "status"));
	size_t i = 0;

	if (told != NULL)
		return told;
	if (o->kind == ECARTPAY_BILLING)
		return o->is_deleted ? "billing_information.deleted"
				     : "billing_information.updated";
	while (events[i].kind != o->kind ||
	       (events[i].status != NULL &&
		   (status == NULL || strcmp(events[i].status, status) != 0)))
		i++;
	return events[i].event;
}

/* Billing information comes as a whole, the same when it is deleted. */
static json_t *data_of(const struct object *o, const json_t *document)
{
	json_t *data;

	if (o->kind == ECARTPAY_BILLING) {
		data = json_deep_copy(document);
		json_object_del(data, "_event");
		return data;
	}
	return json_pack("{s:s, s:O}", "id", o->id, "status",
	    json_object_get(document, "status"));
}

json_t *ecartpay_hook(const struct object *o, bool as_integers)
{
	const json_t *document = state_newest(o);

	(void)as_integers;
	return json_pack("{s:s, s:o}", "event", event_of(o, document), "data",
	    data_of(o, document));
}

/* JSON.stringify(data): compact, in the order as it is, not ASCII as it is. */
static char *stringify(const char *body, size_t body_bytes)
{
	json_t *sent = json_loadb(body, body_bytes, 0, NULL);
	char *text = json_dumps(json_object_get(sent, "data"),
	    JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	json_decref(sent);
	return text;
}

/* Hex of HMAC-SHA256 over "milliseconds.id.data". */
json_t *ecartpay_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_bytes = 0;
	struct text text = {0}, hex = {0};
	char *data = stringify(body, body_bytes);
	char stamp[24];
	json_t *headers;

	text_print(stamp, sizeof(stamp), "%lld", (long long)at_ms);
	text_addf(&text, "%s.%s.%s", stamp, hook_id, data ? data : "");
	HMAC(EVP_sha256(), secret, (int)strlen(secret),
	    (const unsigned char *)text.bytes, text.len, mac, &mac_bytes);
	for (unsigned int i = 0; i < mac_bytes; i++)
		text_addf(&hex, "%02x", mac[i]);
	headers = json_pack("{s:s, s:s, s:o}", "x-pay-timestamp", stamp,
	    "x-pay-webhook-id", hook_id, "x-pay-signature",
	    json_sprintf("SHA256=%s", hex.bytes));
	text_fini(&text);
	text_fini(&hex);
	free(data);
	return headers;
}
