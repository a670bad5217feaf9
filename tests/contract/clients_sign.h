/*
 * What each type's genuine senders put around a body: signatures, and the media
 * type of its API.
 */
#ifndef TRUEUP_TESTS_CONTRACT_CLIENTS_SIGN_H
#define TRUEUP_TESTS_CONTRACT_CLIENTS_SIGN_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "clients/generic.h"
#include "clients/client.h"
#include "clients/slice.h"

enum { SIGN_HEADERS_MAX = 4, SIGN_VALUE_MAX = 1024 };

#define SIGN_SECRET "whsec_fixtures"
#define SIGN_OLD_SECRET "whsec_fixtures_before"
/* Of Standard Webhooks: what is behind whsec_ is the key in base64. */
#define SIGN_STANDARD_KEY "the key of the fixtures!"
#define SIGN_STANDARD_SECRET "whsec_dGhlIGtleSBvZiB0aGUgZml4dHVyZXMh"

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

/* Lines "Name: value", each with a newline at its end; empty: none. */
static inline void sign_as_told(struct sign_headers *headers, const char *line)
{
	while (line != NULL && *line != '\0' && *line != '\n') {
		size_t n = strcspn(line, "\n");

		if (headers->n == SIGN_HEADERS_MAX ||
		    sscanf(line, "%63[^:]: %1023[^\n]",
			headers->items[headers->n].name,
			headers->items[headers->n].value) != 2)
			abort();
		headers->n++;
		line += n + (line[n] == '\n');
	}
}

/* How a provider of the type generic is configured to sign. */
static inline enum generic_scheme sign_scheme(
    const struct provider_settings *provider)
{
	const struct generic_options *generic = provider->options;

	return generic->verify.scheme;
}

/* Both secrets hold, as while one is being rotated. */
static inline void sign_secrets(struct provider_settings *provider)
{
	provider->hook_secrets[0] = SIGN_OLD_SECRET;
	provider->hook_secrets[1] = SIGN_SECRET;
	if (provider->type != NULL && strcmp(provider->type, "flexprice") == 0)
		provider->hook_secrets[1] = SIGN_STANDARD_SECRET;
	if (provider->type != NULL && strcmp(provider->type, "generic") == 0 &&
	    sign_scheme(provider) == GENERIC_STANDARD)
		provider->hook_secrets[1] = SIGN_STANDARD_SECRET;
	provider->n_hook_secrets = 2;
}

static inline void sign_stripe(
    struct sign_headers *headers, const struct client_hook *hook)
{
	char t[24], mac[SIGNATURE_HEX_MAX];
	int n = snprintf(t, sizeof(t), "%" PRId64, hook->now_ms / 1000);
	const struct signature_part parts[] = {
	    {t, (size_t)n}, {".", 1}, {hook->body, hook->len}};

	if (signature_hmac_hex(SIGN_SECRET, parts, 3, mac) != 0)
		abort();
	snprintf(headers->items[0].name, sizeof(headers->items[0].name),
	    "stripe-signature");
	snprintf(headers->items[0].value, sizeof(headers->items[0].value),
	    "t=%s,v1=%s,v0=%s", t, mac, mac);
	headers->n = 1;
}

/* A digest in hex as base64, with its NUL in 45 bytes. */
static inline void sign_base64(const char *hex, char out[45])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char hexes[] = "0123456789abcdef";
	unsigned int bytes[33] = {0};

	for (size_t i = 0; i < 64; i++)
		bytes[i / 2] = bytes[i / 2] << 4 |
			       (unsigned int)(strchr(hexes, hex[i]) - hexes);
	for (size_t i = 0; i < 44; i++) {
		const unsigned int *at = &bytes[i / 4 * 3];
		unsigned int three =
		    at[0] << 16 | at[1] << 8 | (i / 4 * 3 + 2 < 33 ? at[2] : 0);

		out[i] = digits[three >> (18 - i % 4 * 6) & 63];
	}
	out[43] = '=';
	out[44] = '\0';
}

/* Svix and Standard Webhooks: the prefix of the three headers, "svix". */
static inline void sign_standard(struct sign_headers *headers,
    const char *prefix, const struct client_hook *hook)
{
	static const char id[] = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
	static const char *const names[] = {"id", "timestamp", "signature"};
	char t[24], mac[SIGNATURE_HEX_MAX], text[45];
	int n = snprintf(t, sizeof(t), "%" PRId64, hook->now_ms / 1000);
	const struct signature_part parts[] = {{id, sizeof(id) - 1}, {".", 1},
	    {t, (size_t)n}, {".", 1}, {hook->body, hook->len}};

	if (signature_hmac_hex(SIGN_STANDARD_KEY, parts, 5, mac) != 0)
		abort();
	sign_base64(mac, text);
	for (size_t i = 0; i < 3; i++)
		snprintf(headers->items[i].name, sizeof(headers->items[i].name),
		    "%s-%s", prefix, names[i]);
	snprintf(headers->items[0].value, SIGN_VALUE_MAX, "%s", id);
	snprintf(headers->items[1].value, SIGN_VALUE_MAX, "%s", t);
	snprintf(headers->items[2].value, SIGN_VALUE_MAX, "v1,%s", text);
	headers->n = 3;
}

static inline void sign_ecosire(
    struct sign_headers *headers, const struct client_hook *hook)
{
	const struct signature_part body = {hook->body, hook->len};
	char mac[SIGNATURE_HEX_MAX];

	if (signature_hmac_hex(SIGN_SECRET, &body, 1, mac) != 0)
		abort();
	snprintf(headers->items[0].name, sizeof(headers->items[0].name),
	    "x-ecosire-signature");
	snprintf(headers->items[0].value, sizeof(headers->items[0].value),
	    "sha256=%s", mac);
	snprintf(headers->items[1].name, sizeof(headers->items[1].name),
	    "x-ecosire-delivery");
	snprintf(
	    headers->items[1].value, sizeof(headers->items[1].value), "dlv_1");
	headers->n = 2;
}

static inline void sign_mollie(
    struct sign_headers *headers, const struct client_hook *hook)
{
	const struct signature_part body = {hook->body, hook->len};
	char mac[SIGNATURE_HEX_MAX];

	if (signature_hmac_hex(SIGN_SECRET, &body, 1, mac) != 0)
		abort();
	snprintf(headers->items[0].name, sizeof(headers->items[0].name),
	    "x-mollie-signature");
	snprintf(headers->items[0].value, sizeof(headers->items[0].value),
	    "sha256=%s", mac);
	headers->n = 1;
}

static inline void sign_put(
    struct sign_headers *headers, const char *name, const char *value)
{
	if (name == NULL)
		return;
	snprintf(headers->items[headers->n].name,
	    sizeof(headers->items[0].name), "%s", name);
	snprintf(headers->items[headers->n].value, SIGN_VALUE_MAX, "%s", value);
	headers->n++;
}

/* Over `data` as it stands there; without one over nothing at all. */
static inline void sign_ecartpay(
    struct sign_headers *headers, const struct client_hook *hook)
{
	static const char id[] = "hook_123e4567-e89b-12d3-a456-426614174000";
	char t[24], mac[SIGNATURE_HEX_MAX], text[SIGN_VALUE_MAX];
	int n = snprintf(t, sizeof(t), "%" PRId64, hook->now_ms);
	struct slice data = {"", 0};
	struct signature_part parts[] = {
	    {t, (size_t)n}, {".", 1}, {id, sizeof(id) - 1}, {".", 1}, {"", 0}};

	if (slice_member(hook->body, hook->len, "data", &data) == 0)
		parts[4] = (struct signature_part){data.data, data.len};
	if (signature_hmac_hex(SIGN_SECRET, parts, 5, mac) != 0)
		abort();
	snprintf(text, sizeof(text), "SHA256=%s", mac);
	sign_put(headers, "x-pay-timestamp", t);
	sign_put(headers, "x-pay-webhook-id", id);
	sign_put(headers, "x-pay-signature", text);
}

/* The one text that is signed, with its holes filled in by hand. */
static inline void sign_fill(char *out, size_t cap, const char *text,
    const char *stamp, const char *id, const struct client_hook *hook)
{
	size_t n = 0;

	while (*text != '\0') {
		if (strncmp(text, "{timestamp}", 11) == 0) {
			n += (size_t)snprintf(out + n, cap - n, "%s", stamp);
			text += 11;
		} else if (strncmp(text, "{id}", 4) == 0) {
			n += (size_t)snprintf(out + n, cap - n, "%s", id);
			text += 4;
		} else if (strncmp(text, "{body}", 6) == 0) {
			n += (size_t)snprintf(out + n, cap - n, "%.*s",
			    (int)hook->len, hook->body);
			text += 6;
		} else {
			out[n++] = *text++;
		}
		if (n + 16 > cap)
			abort();
	}
	out[n] = '\0';
}

/* HMAC in one header, alone or as a pair beside the time. */
static inline void sign_mac(struct sign_headers *headers,
    const struct generic_verify *v, const struct client_hook *hook)
{
	static char text[1 << 16];
	char stamp[24], hex[SIGNATURE_HEX_MAX], base64[45], value[512];
	int64_t now = v->millis ? hook->now_ms : hook->now_ms / 1000;
	const char *mac = hex;
	struct signature_part part;

	snprintf(stamp, sizeof(stamp), "%" PRId64, now);
	sign_fill(text, sizeof(text), v->text, stamp, "dlv_1", hook);
	part = (struct signature_part){text, strlen(text)};
	if (signature_hmac_hex(SIGN_SECRET, &part, 1, hex) != 0)
		abort();
	sign_base64(hex, base64);
	if (v->encoding == SIGNATURE_BASE64)
		mac = base64;
	if (v->scheme == GENERIC_PAIRS)
		snprintf(value, sizeof(value), "%s=%s%c%s=%s%c%s=00",
		    v->time_name != NULL ? v->time_name : "x", stamp,
		    v->separator, v->mac_name, mac, v->separator, v->mac_name);
	else
		snprintf(value, sizeof(value), "%s%s",
		    v->prefix != NULL ? v->prefix : "", mac);
	sign_put(headers, v->header, value);
	sign_put(headers, v->timestamp_header, stamp);
	sign_put(headers, v->id_header, "dlv_1");
}

static inline void sign_generic(struct sign_headers *headers,
    const struct provider_settings *provider, const struct client_hook *hook)
{
	const struct generic_options *generic = provider->options;
	const struct generic_verify *v = &generic->verify;
	char value[512];

	if (v->scheme == GENERIC_HMAC || v->scheme == GENERIC_PAIRS)
		sign_mac(headers, v, hook);
	else if (v->scheme == GENERIC_STANDARD)
		sign_standard(
		    headers, v->header != NULL ? v->header : "webhook", hook);
	else if (v->scheme == GENERIC_STRIPE)
		sign_stripe(headers, hook);
	if (v->scheme != GENERIC_STATIC)
		return;
	snprintf(value, sizeof(value), "%s%s",
	    v->prefix != NULL ? v->prefix : "", SIGN_SECRET);
	sign_put(headers, v->header, value);
}

static inline void sign_genuinely(struct sign_headers *headers,
    const struct provider_settings *provider, const struct client_hook *hook)
{
	const char *type = provider->type;

	if (strcmp(type, "stripe") == 0)
		sign_stripe(headers, hook);
	else if (strcmp(type, "flexprice") == 0)
		sign_standard(headers, "svix", hook);
	else if (strcmp(type, "ecosire") == 0)
		sign_ecosire(headers, hook);
	else if (strcmp(type, "mollie") == 0)
		sign_mollie(headers, hook);
	else if (strcmp(type, "generic") == 0)
		sign_generic(headers, provider, hook);
	else if (strcmp(type, "ecartpay") == 0)
		sign_ecartpay(headers, hook);
}

static inline const char *sign_media(const char *type)
{
	if (strcmp(type, "ecurring") == 0)
		return "application/vnd.api+json";
	return strcmp(type, "mollie") == 0 ? "application/hal+json"
					   : "application/json";
}

#endif
