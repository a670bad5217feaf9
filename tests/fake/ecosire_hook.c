#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/fake/when.h"
#include "tests/fake/ecosire.h"

static const char *word_of(const json_t *document, const char *name)
{
	const char *text = json_string_value(json_object_get(document, name));

	return text ? text : "";
}

/* The event that the newest state of an object would be told by. */
static const char *event_of(int kind, const json_t *document)
{
	static const struct {
		int kind;
		const char *status; /* NULL: any other */
		const char *event;
	} events[] = {
	    {ECOSIRE_ORDER, "refunded", "charge.refunded"},
	    {ECOSIRE_ORDER, NULL, "checkout.completed"},
	    {ECOSIRE_SUBSCRIPTION, "canceled", "subscription.deleted"},
	    {ECOSIRE_SUBSCRIPTION, NULL, "subscription.updated"},
	    {ECOSIRE_INVOICE, "paid", "invoice.paid"},
	    {ECOSIRE_INVOICE, NULL, "payment.failed"},
	    {ECOSIRE_LICENSE, "revoked", "license.revoked"},
	    {ECOSIRE_LICENSE, NULL, "license.activated"},
	};
	const char *told = word_of(document, "_event");
	const char *status = word_of(document, "status");
	size_t i = 0;

	if (*told != '\0')
		return told;
	while (
	    events[i].kind != kind ||
	    (events[i].status != NULL && strcmp(events[i].status, status) != 0))
		i++;
	return events[i].event;
}

/* The member of data that names the object. */
static const char *id_name(int kind)
{
	static const char *const names[] = {
	    [ECOSIRE_ORDER] = "orderId",
	    [ECOSIRE_SUBSCRIPTION] = "subscriptionId",
	    [ECOSIRE_INVOICE] = "invoiceId",
	    [ECOSIRE_LICENSE] = "licenseId",
	};

	return names[kind];
}

/* customerId is somebody else's on purpose: nobody may believe it. */
static json_t *data_of(const struct object *o, const json_t *document)
{
	json_t *data = json_pack("{s:s, s:s}", "customerId", "contact-evil",
	    "customerEmail", "jane@example.com");
	json_t *key = json_object_get(document, "key");

	if (!json_is_true(json_object_get(document, "_by_key")))
		json_object_set_new(data, id_name(o->kind), json_string(o->id));
	if (key != NULL)
		json_object_set(data, "licenseKey", key);
	if (o->kind == ECOSIRE_INVOICE)
		json_object_set(data, "subscriptionId",
		    json_object_get(document, "subscriptionId"));
	if (o->kind == ECOSIRE_ORDER)
		json_object_set_new(data, "licenses",
		    json_pack("[{s:s, s:s}]", "licenseKey",
			"ECOS-AAAA-BBBB-CCCC-DDDD", "productId", "prod-1"));
	return data;
}

/* One id for each state of an object: a repeated call is the same delivery. */
json_t *ecosire_hook(const struct object *o, bool as_integers)
{
	const json_t *document = state_newest(o);
	uint64_t tick = o->versions[o->versions_len - 1].tick;

	(void)as_integers;
	return json_pack("{s:o, s:s, s:o, s:o}", "id",
	    json_sprintf("evt_%032llx", (unsigned long long)tick), "event",
	    event_of(o->kind, document), "createdAt",
	    ecosire_time(when_now_ms(), tick % 2 == 0), "data",
	    data_of(o, document));
}

/* Hex of HMAC-SHA256 over the body, with its prefix. */
json_t *ecosire_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_bytes = 0;
	struct text text = {0};
	json_t *sent = json_loadb(body, body_bytes, 0, NULL);
	json_t *headers;

	(void)at_ms;
	HMAC(EVP_sha256(), secret, (int)strlen(secret),
	    (const unsigned char *)body, body_bytes, mac, &mac_bytes);
	text_adds(&text, "sha256=");
	for (unsigned int i = 0; i < mac_bytes; i++)
		text_addf(&text, "%02x", mac[i]);
	headers =
	    json_pack("{s:s, s:s, s:s, s:s}", "X-Ecosire-Signature", text.bytes,
		"X-Ecosire-Event", word_of(sent, "event"), "X-Ecosire-Delivery",
		word_of(sent, "id"), "Content-Type", "application/json");
	text_fini(&text);
	json_decref(sent);
	return headers;
}
