/* Standard Webhooks: what kind of key a configured secret stands for. */
#ifndef TRUEUP_CORE_SIGNATURE_KEY_H
#define TRUEUP_CORE_SIGNATURE_KEY_H

#include <stdbool.h>
#include <stddef.h>

enum {
	SIGNATURE_KEY_MAX = 3072, /* bytes that the longest secret stands for */
	SIGNATURE_KEY_PUBLIC_BYTES = 32 /* Ed25519 */
};

struct signature_key {
	bool is_public; /* checks Ed25519; must never be the key of an HMAC */
	unsigned char bytes[SIGNATURE_KEY_MAX];
	size_t len; /* 0: the secret is no key */
};

/*
 * signature_key_init(key, secret): the bytes behind whsec_ (which may be left
 * out) or whpk_ (Standard Webhooks 1.0.0). A private key, whsk_, is none: it
 * signs and has no business here. To be wiped with signature_key_fini.
 */
void signature_key_init(struct signature_key *key, const char *secret);
void signature_key_fini(struct signature_key *key);

#endif
