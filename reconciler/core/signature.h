/*
 * Comparing what a stranger sent with what we know, in constant time.
 * The only file that touches the OpenSSL headers is signature.c.
 */
#ifndef TRUEUP_CORE_SIGNATURE_H
#define TRUEUP_CORE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * signature_token_equal(known, got, got_len): equal, in time that depends on
 * the lengths only. Both are hashed (SHA-256) first, so that not even the
 * length of the known one shows. false when known is NULL or empty.
 */
bool signature_token_equal(const char *known, const char *got, size_t got_len);

#endif
