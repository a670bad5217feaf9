#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/fake/paddle.h"

/* The event that the newest state of an object would be told by. */
static json_t *event_of(const struct object *o, const char *status)
{
	static const char *const words[] = {
	    "canceled", "paused", "past_due", "trialing", NULL};
	size_t i;

	if (o->kind == PADDLE_TRANSACTION)
		return json_sprintf("transaction.%s", status);
	if (o->kind == PADDLE_ADJUSTMENT)
		return json_string(strcmp(status, "pending_approval") == 0
				       ? "adjustment.created"
				       : "adjustment.updated");
	if (o->kind == PADDLE_CUSTOMER)
		return json_string("customer.updated");
	for (i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], status) == 0)
			return json_sprintf("subscription.%s", status);
	}
	return json_string("subscription.updated");
}

/* The whole entity, except the links that open it to whoever has them. */
json_t *paddle_hook(const struct object *o, bool as_integers)
{
	const json_t *document = state_newest(o);
	const char *status =
	    json_string_value(json_object_get(document, "status"));
	json_t *data = json_copy((json_t *)(uintptr_t)document);
	const char *id = strchr(o->id, '_');

	(void)as_integers;
	json_object_del(data, "management_urls");
	id = id != NULL ? id : "_";
	return json_pack("{s:o, s:o, s:o, s:s, s:o}", "event_id",
	    json_sprintf("evt%s", id), "notification_id",
	    json_sprintf("ntf%s", id), "event_type",
	    event_of(o, status != NULL ? status : ""), "occurred_at",
	    "2026-01-01T00:00:00.000000Z", "data", data);
}

/* HMAC-SHA256 over "ts:body", in hex. */
json_t *paddle_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_bytes = 0;
	struct text text = {0};
	json_t *headers;
	unsigned int i;

	text_addf(&text, "%lld:", (long long)(at_ms / 1000));
	text_add(&text, body, body_bytes);
	HMAC(EVP_sha256(), secret, (int)strlen(secret),
	    (const unsigned char *)text.bytes, text.len, mac, &mac_bytes);
	text_fini(&text);
	text_addf(&text, "ts=%lld;h1=", (long long)(at_ms / 1000));
	for (i = 0; i < mac_bytes; i++)
		text_addf(&text, "%02x", (unsigned)mac[i]);
	headers = json_pack("{s:s}", "Paddle-Signature", text.bytes);
	text_fini(&text);
	return headers;
}
