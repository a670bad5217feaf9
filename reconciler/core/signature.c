#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "reconciler/base/err.h"
#include "reconciler/core/signature_key.h"
#include "reconciler/core/signature_text.h"

#include "reconciler/core/signature.h"

enum {
	SHA256_BYTES = 32,
	ED25519_BYTES = 64,
	LISTED_MAX = 64 /* signatures of one header that are tried */
};

/* What is signed. */
struct message {
	const struct signature_part *parts;
	size_t n;
};

static bool digest(const void *data, size_t len, unsigned char *out)
{
	unsigned int out_len = 0;

	return EVP_Digest(data, len, out, &out_len, EVP_sha256(), NULL) == 1 &&
	       out_len == SHA256_BYTES;
}

bool signature_token_equal(const char *known, const char *got, size_t got_len)
{
	unsigned char left[EVP_MAX_MD_SIZE], right[EVP_MAX_MD_SIZE];
	bool equal;

	if (known == NULL || *known == '\0' || got == NULL)
		return false;
	equal = digest(known, strlen(known), left) &&
		digest(got, got_len, right) &&
		CRYPTO_memcmp(left, right, SHA256_BYTES) == 0;
	OPENSSL_cleanse(left, sizeof(left));
	return equal;
}

int signature_digest_base64(
    const char *data, size_t len, char out[SIGNATURE_DIGEST_MAX])
{
	unsigned char hash[EVP_MAX_MD_SIZE];

	if (!digest(data, len, hash))
		return ERR_FAIL;
	signature_text_to_base64(hash, SHA256_BYTES, out);
	return 0;
}

static bool mac_parts(EVP_MAC_CTX *ctx, const struct message *message,
    unsigned char out[SHA256_BYTES])
{
	size_t len = 0;

	for (size_t i = 0; i < message->n; i++) {
		const struct signature_part *part = &message->parts[i];

		if (part->len > 0 &&
		    EVP_MAC_update(
			ctx, (const unsigned char *)part->data, part->len) != 1)
			return false;
	}
	return EVP_MAC_final(ctx, out, &len, SHA256_BYTES) == 1 &&
	       len == SHA256_BYTES;
}

/* HMAC-SHA256; an empty key never signs anything. */
static bool mac(const unsigned char *key, size_t key_len,
    const struct message *message, unsigned char out[SHA256_BYTES])
{
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string("digest", name, 0),
	    OSSL_PARAM_construct_end(),
	};
	EVP_MAC *algorithm = NULL;
	EVP_MAC_CTX *ctx = NULL;
	bool ok = false;

	if (key_len == 0)
		return false;
	algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (algorithm != NULL)
		ctx = EVP_MAC_CTX_new(algorithm);
	if (ctx != NULL && EVP_MAC_init(ctx, key, key_len, params) == 1)
		ok = mac_parts(ctx, message, out);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(algorithm);
	return ok;
}

static bool mac_text(const char *secret, const struct message *message,
    unsigned char out[SHA256_BYTES])
{
	return mac((const unsigned char *)secret, strlen(secret), message, out);
}

/* Ed25519 signs a message as a whole: the parts are put together for it. */
static unsigned char *join(const struct message *message, size_t *out_len)
{
	unsigned char *all;
	size_t len = 0;

	for (size_t i = 0; i < message->n; i++)
		len += message->parts[i].len;
	all = malloc(len > 0 ? len : 1);
	*out_len = len;
	len = 0;
	for (size_t i = 0; all != NULL && i < message->n; i++) {
		const struct signature_part *part = &message->parts[i];

		if (part->len > 0)
			memcpy(all + len, part->data, part->len);
		len += part->len;
	}
	return all;
}

static bool ed25519_verify(const unsigned char key[SIGNATURE_KEY_PUBLIC_BYTES],
    const unsigned char signature[ED25519_BYTES], const unsigned char *all,
    size_t len)
{
	EVP_PKEY *public = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, key, SIGNATURE_KEY_PUBLIC_BYTES);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = false;

	if (public != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, public) == 1)
		ok = EVP_DigestVerify(
			 ctx, signature, ED25519_BYTES, all, len) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(public);
	return ok;
}

/* Whole seconds, as every sender and its libraries count. */
static bool is_fresh_s(int64_t sent_s, int64_t now_ms)
{
	const int64_t tolerance_s = SIGNATURE_TOLERANCE_MS / 1000;
	int64_t now_s = now_ms / 1000 - (now_ms % 1000 < 0);

	return sent_s >= now_s - tolerance_s && sent_s <= now_s + tolerance_s;
}

bool signature_is_fresh(int64_t sent_ms, int64_t now_ms)
{
	if (sent_ms <= now_ms)
		return (uint64_t)now_ms - (uint64_t)sent_ms <=
		       SIGNATURE_TOLERANCE_MS;
	return (uint64_t)sent_ms - (uint64_t)now_ms <= SIGNATURE_TOLERANCE_MS;
}

/* ---- Stripe ------------------------------------------------------------- */

/*
 * Every v1 is compared, whatever came before. Versions that we do not know do
 * not count: a sender cannot be talked into a weaker one.
 */
static bool stripe_has(
    const char *header, const unsigned char expected[SHA256_BYTES])
{
	struct signature_part rest = {header, strlen(header)};
	struct signature_part element, name, value;
	unsigned char got[SHA256_BYTES];
	bool found = false;

	while (signature_text_next(&rest, ',', &element)) {
		if (signature_text_split(&element, '=', &name, &value) &&
		    signature_text_is(&name, "v1") &&
		    signature_text_hex(&value, got, sizeof(got)) ==
			SHA256_BYTES &&
		    CRYPTO_memcmp(got, expected, SHA256_BYTES) == 0)
			found = true;
	}
	return found;
}

bool signature_stripe(const struct signature_secrets *secrets,
    const char *header, struct signature_part body, int64_t now_ms)
{
	struct signature_part parts[] = {{NULL, 0}, {".", 1}, body};
	const struct message message = {parts, 3};
	unsigned char expected[SHA256_BYTES];
	int64_t sent_s;
	bool found = false;

	if (header == NULL || !signature_text_stripe(header, &parts[0]) ||
	    !signature_text_seconds(&parts[0], &sent_s) ||
	    !is_fresh_s(sent_s, now_ms))
		return false;
	for (size_t i = 0; i < secrets->n; i++) {
		if (mac_text(secrets->items[i], &message, expected) &&
		    stripe_has(header, expected))
			found = true;
	}
	OPENSSL_cleanse(expected, sizeof(expected));
	return found;
}

/* ---- Standard Webhooks, Svix -------------------------------------------- */

/* Calls nothing for a version that the key is not for. */
static bool standard_has(const char *header, const char *version,
    size_t len_wanted, bool (*matches)(const void *, const unsigned char *),
    const void *cookie)
{
	struct signature_part rest = {header, strlen(header)};
	struct signature_part element, name, value;
	unsigned char got[ED25519_BYTES];
	bool found = false;

	for (size_t i = 0;
	     i < LISTED_MAX && signature_text_next(&rest, ' ', &element); i++) {
		if (signature_text_split(&element, ',', &name, &value) &&
		    signature_text_is(&name, version) &&
		    signature_text_base64(&value, got, sizeof(got)) ==
			len_wanted &&
		    matches(cookie, got))
			found = true;
	}
	return found;
}

static bool matches_mac(const void *cookie, const unsigned char *got)
{
	return CRYPTO_memcmp(got, cookie, SHA256_BYTES) == 0;
}

struct signed_text {
	const struct signature_key *key;
	const unsigned char *all;
	size_t len;
};

static bool matches_ed25519(const void *cookie, const unsigned char *got)
{
	const struct signed_text *text = cookie;

	return ed25519_verify(text->key->bytes, got, text->all, text->len);
}

static bool standard_key_signs(const struct signature_key *key,
    const char *header, const struct message *message)
{
	unsigned char expected[SHA256_BYTES];
	struct signed_text text = {.key = key};
	unsigned char *all;
	bool found;

	if (key->len == 0)
		return false;
	if (!key->is_public) {
		found = mac(key->bytes, key->len, message, expected) &&
			standard_has(
			    header, "v1", SHA256_BYTES, matches_mac, expected);
		OPENSSL_cleanse(expected, sizeof(expected));
		return found;
	}
	text.all = all = join(message, &text.len);
	found = all != NULL && standard_has(header, "v1a", ED25519_BYTES,
				   matches_ed25519, &text);
	free(all);
	return found;
}

bool signature_standard(const struct signature_secrets *secrets, const char *id,
    const char *timestamp, const char *header, struct signature_part body,
    int64_t now_ms)
{
	struct signature_part parts[] = {
	    {id, 0}, {".", 1}, {timestamp, 0}, {".", 1}, body};
	const struct message message = {parts, 5};
	struct signature_key key;
	int64_t sent_s;
	bool found = false;

	if (id == NULL || *id == '\0' || strchr(id, '.') != NULL ||
	    timestamp == NULL || header == NULL)
		return false;
	parts[0].len = strlen(id);
	parts[2].len = strlen(timestamp);
	if (!signature_text_seconds(&parts[2], &sent_s) ||
	    !is_fresh_s(sent_s, now_ms))
		return false;
	for (size_t i = 0; i < secrets->n; i++) {
		signature_key_init(&key, secrets->items[i]);
		if (standard_key_signs(&key, header, &message))
			found = true;
		signature_key_fini(&key);
	}
	return found;
}

int signature_standard_sign(const char *secret, const char *id,
    const char *timestamp, struct signature_part body,
    char out[SIGNATURE_STANDARD_MAX])
{
	const struct signature_part parts[] = {{id, strlen(id)}, {".", 1},
	    {timestamp, strlen(timestamp)}, {".", 1}, body};
	const struct message message = {parts, 5};
	unsigned char bytes[SHA256_BYTES];
	struct signature_key key;
	bool ok;

	signature_key_init(&key, secret);
	ok = !key.is_public && mac(key.bytes, key.len, &message, bytes);
	signature_key_fini(&key);
	memcpy(out, "v1,", 4);
	if (ok)
		signature_text_to_base64(bytes, sizeof(bytes), out + 3);
	return ok ? 0 : ERR_BAD;
}

/* ---- a bare HMAC -------------------------------------------------------- */

/* The MAC that a header carries; false when it is not of the form. */
static bool plain_read(const struct signature_plain *scheme, const char *header,
    unsigned char out[SHA256_BYTES])
{
	struct signature_part text = {header, 0};
	size_t prefix_len = scheme->prefix != NULL ? strlen(scheme->prefix) : 0;
	size_t len;

	if (prefix_len > 0 && strncmp(header, scheme->prefix, prefix_len) == 0)
		text.data += prefix_len;
	else if (prefix_len > 0 && !scheme->prefix_is_optional)
		return false;
	text.len = strlen(text.data);
	if (scheme->encoding == SIGNATURE_BASE64)
		len = signature_text_base64(&text, out, SHA256_BYTES);
	else
		len = signature_text_hex(&text, out, SHA256_BYTES);
	return len == SHA256_BYTES;
}

bool signature_hmac(const struct signature_secrets *secrets,
    const struct signature_plain *scheme, const char *header,
    const struct signature_part *parts, size_t n)
{
	const struct message message = {parts, n};
	unsigned char got[SHA256_BYTES], expected[SHA256_BYTES];
	bool found = false;

	if (header == NULL || !plain_read(scheme, header, got))
		return false;
	for (size_t i = 0; i < secrets->n; i++) {
		if (mac_text(secrets->items[i], &message, expected) &&
		    CRYPTO_memcmp(got, expected, SHA256_BYTES) == 0)
			found = true;
	}
	OPENSSL_cleanse(expected, sizeof(expected));
	return found;
}

int signature_hmac_hex(const char *secret, const struct signature_part *parts,
    size_t n, char out[SIGNATURE_HEX_MAX])
{
	static const char digits[] = "0123456789abcdef";
	const struct message message = {parts, n};
	unsigned char bytes[SHA256_BYTES];

	out[0] = '\0';
	if (!mac_text(secret, &message, bytes))
		return ERR_FAIL;
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * SHA256_BYTES] = '\0';
	return 0;
}
