/*
 * In libtrueup, in the place of core/signature.c. The library reads settings,
 * and with them come the provider types, of which some verify notifications;
 * but nothing is ever notified here. So whatever is shown is not signed, and
 * the programs that load the library get no libcrypto with it.
 */
#include "reconciler/core/signature.h"

bool signature_token_equal(const char *known, const char *got, size_t got_len)
{
	(void)known;
	(void)got;
	(void)got_len;
	return false;
}

bool signature_stripe(const struct signature_secrets *secrets,
    const char *header, struct signature_part body, int64_t now_ms)
{
	(void)secrets;
	(void)header;
	(void)body;
	(void)now_ms;
	return false;
}

bool signature_standard(const struct signature_secrets *secrets, const char *id,
    const char *timestamp, const char *header, struct signature_part body,
    int64_t now_ms)
{
	(void)secrets;
	(void)id;
	(void)timestamp;
	(void)header;
	(void)body;
	(void)now_ms;
	return false;
}

bool signature_hmac(const struct signature_secrets *secrets,
    const struct signature_plain *scheme, const char *header,
    const struct signature_part *parts, size_t n)
{
	(void)secrets;
	(void)scheme;
	(void)header;
	(void)parts;
	(void)n;
	return false;
}

bool signature_is_fresh(int64_t sent_ms, int64_t now_ms)
{
	(void)sent_ms;
	(void)now_ms;
	return false;
}
