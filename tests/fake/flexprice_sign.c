#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/fake/flexprice.h"

enum { KEY_BYTES = 128 };

/* The key: what is behind whsec_, decoded. Its length, 0 for none. */
static int read_key(const char *secret, unsigned char *out)
{
	static const char prefix[] = "whsec_";
	size_t len;
	int n;

	if (strncmp(secret, prefix, sizeof(prefix) - 1) == 0)
		secret += sizeof(prefix) - 1;
	len = strlen(secret);
	if (len > KEY_BYTES || len % 4 != 0)
		return 0;
	n = EVP_DecodeBlock(out, (const unsigned char *)secret, (int)len);
	while (n > 0 && len > 0 && secret[len - 1] == '=') {
		len--;
		n--;
	}
	return n > 0 ? n : 0;
}

/* HMAC-SHA256 over "id.time.body", in base64, as Svix does it. */
json_t *flexprice_sign(
    const char *secret, int64_t at_ms, const char *body, size_t body_bytes)
{
	unsigned char key[KEY_BYTES], mac[EVP_MAX_MD_SIZE];
	unsigned char encoded[2 * EVP_MAX_MD_SIZE];
	long long at_s = (long long)(at_ms / 1000);
	int key_bytes = read_key(secret, key);
	unsigned int mac_bytes = 0;
	struct text text = {0};
	char id[40] = "msg_";
	json_t *headers;
	size_t i;

	/* the same body is the same message, whenever it is sent again */
	EVP_Digest(body, body_bytes, mac, &mac_bytes, EVP_sha256(), NULL);
	for (i = 0; i < 8; i++)
		text_print(id + 4 + 2 * i, 3, "%02x", mac[i]);
	text_addf(&text, "%s.%lld.", id, at_s);
	text_add(&text, body, body_bytes);
	HMAC(EVP_sha256(), key, key_bytes, (const unsigned char *)text.bytes,
	    text.len, mac, &mac_bytes);
	text_fini(&text);
	EVP_EncodeBlock(encoded, mac, (int)mac_bytes);
	headers = json_pack("{s:s, s:o, s:o}", "svix-id", id, "svix-timestamp",
	    json_sprintf("%lld", at_s), "svix-signature",
	    json_sprintf("v1,%s", (const char *)encoded));
	return headers;
}
