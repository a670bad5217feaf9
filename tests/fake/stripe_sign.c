#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/fake/stripe.h"

/*
 * HMAC-SHA256 over "t.body" with the whole secret, in hex; a v0 beside it, as
 * test events have one.
 */
json_t *stripe_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int mac_bytes = 0;
	struct text text = {0};
	json_t *headers;

	text_addf(&text, "%lld.", (long long)(at_ms / 1000));
	text_add(&text, body, body_bytes);
	HMAC(EVP_sha256(), secret, (int)strlen(secret),
	    (const unsigned char *)text.bytes, text.len, mac, &mac_bytes);
	text_fini(&text);
	text_addf(&text, "t=%lld,v1=", (long long)(at_ms / 1000));
	for (unsigned int i = 0; i < mac_bytes; i++)
		text_addf(&text, "%02x", mac[i]);
	text_adds(&text, ",v0=00");
	headers = json_pack("{s:s, s:s}", "Stripe-Signature", text.bytes,
	    "Content-Type", "application/json; charset=utf-8");
	text_fini(&text);
	return headers;
}
