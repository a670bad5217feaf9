/*
 * What each type's genuine senders put around a body: signatures, and the media
 * type of its API.
 */
#ifndef TRUEUP_TESTS_CONTRACT_CLIENTS_SIGN_H
#define TRUEUP_TESTS_CONTRACT_CLIENTS_SIGN_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "clients/client.h"

enum { SIGN_HEADERS_MAX = 4, SIGN_VALUE_MAX = 1024 };

#define SIGN_SECRET "whsec_fixtures"
#define SIGN_OLD_SECRET "whsec_fixtures_before"

/* The headers of a notification. */
struct sign_headers {
	struct {
		char name[64];
		char value[SIGN_VALUE_MAX];
	} items[SIGN_HEADERS_MAX];
	size_t n;
};

static inline const char *sign_header(void *cookie, const char *name)
{
	const struct sign_headers *headers = cookie;

	for (size_t i = 0; i < headers->n; i++) {
		if (strcasecmp(headers->items[i].name, name) == 0)
			return headers->items[i].value;
	}
	return NULL;
}

/* One header, "Name: value", with a newline at its end; empty: none. */
static inline void sign_as_told(struct sign_headers *headers, const char *line)
{
	if (line == NULL || *line == '\n')
		return;
	assert_int_equal(sscanf(line, "%63[^:]: %1023[^\n]",
			     headers->items[0].name, headers->items[0].value),
	    2);
	headers->n = 1;
}

/* Both secrets hold, as while one is being rotated. */
static inline void sign_secrets(struct provider_settings *provider)
{
	provider->hook_secrets[0] = SIGN_OLD_SECRET;
	provider->hook_secrets[1] = SIGN_SECRET;
	provider->n_hook_secrets = 2;
}

static inline void sign_stripe(
    struct sign_headers *headers, const struct client_hook *hook)
{
	char t[24], mac[SIGNATURE_HEX_MAX];
	int n = snprintf(t, sizeof(t), "%" PRId64, hook->now_ms / 1000);
	const struct signature_part parts[] = {
	    {t, (size_t)n}, {".", 1}, {hook->body, hook->len}};

	assert_int_equal(signature_hmac_hex(SIGN_SECRET, parts, 3, mac), 0);
	snprintf(headers->items[0].name, sizeof(headers->items[0].name),
	    "stripe-signature");
	snprintf(headers->items[0].value, sizeof(headers->items[0].value),
	    "t=%s,v1=%s,v0=%s", t, mac, mac);
	headers->n = 1;
}

static inline void sign_mollie(
    struct sign_headers *headers, const struct client_hook *hook)
{
	char mac[SIGNATURE_HEX_MAX];
	const struct signature_part body = {hook->body, hook->len};

	assert_int_equal(signature_hmac_hex(SIGN_SECRET, &body, 1, mac), 0);
	snprintf(headers->items[0].name, sizeof(headers->items[0].name),
	    "x-mollie-signature");
	snprintf(headers->items[0].value, sizeof(headers->items[0].value),
	    "sha256=%s", mac);
	headers->n = 1;
}

static inline void sign_genuinely(struct sign_headers *headers,
    const char *type, const struct client_hook *hook)
{
	if (strcmp(type, "stripe") == 0)
		sign_stripe(headers, hook);
	else if (strcmp(type, "mollie") == 0)
		sign_mollie(headers, hook);
}

static inline const char *sign_media(const char *type)
{
	if (strcmp(type, "ecurring") == 0)
		return "application/vnd.api+json";
	return strcmp(type, "mollie") == 0 ? "application/hal+json"
					   : "application/json";
}

#endif
