/*
 * Comparing what a stranger sent with what we know, in constant time.
 * The only file that touches the OpenSSL headers is signature.c.
 */
#ifndef TRUEUP_CORE_SIGNATURE_H
#define TRUEUP_CORE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * signature_token_equal(known, got, got_len): equal, in time that depends on
 * the lengths only. Both are hashed (SHA-256) first, so that not even the
 * length of the known one shows. false when known is NULL or empty.
 */
bool signature_token_equal(const char *known, const char *got, size_t got_len);

/*
 * signature_digest_base64(data, len, out): SHA-256 of it, as base64 (CSP 2,
 * section 4.2.5, wants it so). 45 bytes with the NUL. 0, or ERR_FAIL.
 */
enum { SIGNATURE_DIGEST_MAX = 45 };
int signature_digest_base64(
    const char *data, size_t len, char out[SIGNATURE_DIGEST_MAX]);

/* ---- webhook signatures -------------------------------------------------
 *
 * All are checked over the received bytes, before any parsing, against every
 * configured secret, in constant time. A header that is needed and missing,
 * malformed, or given as an empty text is a failure, never "unsigned". All
 * return true only for a genuine signature.
 */

enum { SIGNATURE_TOLERANCE_MS = 300 * 1000 };

struct signature_secrets {
	const char *const *items; /* borrowed, NUL-terminated */
	size_t n;
};

/* Some bytes; several of them are signed one after the other. */
struct signature_part {
	const char *data;
	size_t len;
};

/*
 * signature_stripe(secrets, header, body, now): Stripe-Signature (Stripe's
 * webhook documentation; stripe-go webhook/client.go): t=<unix s> and any
 * number of v1=<hex>; HMAC-SHA256 over "t.body", the key being the whole secret
 * text. t may be at most the tolerance away, either way.
 */
bool signature_stripe(const struct signature_secrets *secrets,
    const char *header, struct signature_part body, int64_t now_ms);

/*
 * signature_standard(secrets, id, timestamp, header, body, now): Standard
 * Webhooks 1.0.0 and Svix: "id.timestamp.body"; the header is a list of
 * "v1,<base64>" (HMAC-SHA256, key = the decoded bytes behind an optional
 * whsec_) or "v1a,<base64>" (Ed25519, for a secret whpk_…), separated by
 * blanks; other versions are skipped. Neither id nor timestamp may contain '.';
 * timestamp is 1 to 19 digits, unix seconds, within the tolerance.
 */
bool signature_standard(const struct signature_secrets *secrets, const char *id,
    const char *timestamp, const char *header, struct signature_part body,
    int64_t now_ms);

/*
 * signature_standard_sign(secret, id, timestamp, body, out): one element of a
 * webhook-signature, "v1,<base64>", for what we send (Standard Webhooks 1.0.0).
 * 48 bytes with the NUL. 0, or ERR_BAD: the secret is no key that signs.
 */
enum { SIGNATURE_STANDARD_MAX = 48 };
int signature_standard_sign(const char *secret, const char *id,
    const char *timestamp, struct signature_part body,
    char out[SIGNATURE_STANDARD_MAX]);

enum signature_encoding { SIGNATURE_HEX = 0, SIGNATURE_BASE64 };

/* A bare HMAC-SHA256 in one header. */
struct signature_plain {
	enum signature_encoding encoding;
	const char *prefix; /* in front of it, or NULL */
	bool prefix_is_optional;
};

/*
 * signature_hmac(secrets, scheme, header, parts, n): the MAC of the parts, one
 * after the other, keyed with the secret's text. Hex of either case.
 */
bool signature_hmac(const struct signature_secrets *secrets,
    const struct signature_plain *scheme, const char *header,
    const struct signature_part *parts, size_t n);

/*
 * signature_hmac_hex(secret, parts, n, out): lower-case hex of the MAC, for
 * requests that are signed. 65 bytes with the NUL. 0, or ERR_FAIL.
 */
enum { SIGNATURE_HEX_MAX = 65 };
int signature_hmac_hex(const char *secret, const struct signature_part *parts,
    size_t n, char out[SIGNATURE_HEX_MAX]);

/*
 * signature_is_fresh(sent, now): within the tolerance, either way, both in
 * milliseconds; for schemes that carry a time but have no function here.
 */
bool signature_is_fresh(int64_t sent_ms, int64_t now_ms);

/*
 * signature_secret_problem(scheme, secret): NULL, or what is wrong with it as a
 * key ("empty", "not base64 after whsec_"), for the loading of settings. scheme
 * is "standard" or anything else.
 */
const char *signature_secret_problem(const char *scheme, const char *secret);

#endif
