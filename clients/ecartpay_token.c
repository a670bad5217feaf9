/*
 * The key pair buys a token that holds for about an hour (Ecart Pay, reference
 * of create-authorization-token): Basic authentication, an empty body, and
 * {"token": "<JWT>"} in return.
 */
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/ecartpay.h"
#include "clients/reading.h"

enum {
	KEY_BYTES_MAX = 2048,
	TOKEN_BYTES_MAX = 4000, /* that a header has room for */
	CLAIMS_DEPTH_MAX = 8
};

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- the question ---------------------------------------------------------
 */

/* RFC 4648 section 4; `to` has room for four characters of each three. */
static void write_base64(const char *text, size_t len, char *to)
{
	const unsigned char *from = (const unsigned char *)text;

	for (size_t i = 0; i < len; i += 3, to += 4) {
		unsigned int three =
		    (unsigned int)from[i] << 16 |
		    (i + 1 < len ? (unsigned int)from[i + 1] << 8 : 0) |
		    (i + 2 < len ? from[i + 2] : 0);

		to[0] = digits[three >> 18];
		to[1] = digits[three >> 12 & 63];
		to[2] = i + 1 < len ? digits[three >> 6 & 63] : '=';
		to[3] = i + 2 < len ? digits[three & 63] : '=';
	}
}

/* Two texts with a colon between them, neither of them empty. */
static bool is_pair(const char *key)
{
	const char *colon = strchr(key, ':');

	return colon != NULL && colon > key && colon[1] != '\0' &&
	       strnlen(key, KEY_BYTES_MAX + 1) <= KEY_BYTES_MAX;
}

/* In the arena alone, which is wiped. */
static const char *basic(const char *key, struct arena *arena)
{
	static const char scheme[] = "Basic ";
	size_t len = strlen(key);
	char *text = arena_alloc(arena, 1, sizeof(scheme) + (len + 2) / 3 * 4);

	if (text == NULL)
		return NULL;
	memcpy(text, scheme, sizeof(scheme));
	write_base64(key, len, text + sizeof(scheme) - 1);
	return text;
}

int ecartpay_ask_token(const struct provider_settings *provider,
    struct arena *arena, struct client_request *out, struct err_text *err)
{
	const char *key = provider->api_key;

	memset(out, 0, sizeof(*out));
	if (key == NULL || !is_pair(key))
		return err_set(err, ERR_BAD,
		    "the key file does not hold public:private on one line");
	*out = (struct client_request){.method = "POST",
	    .path = "/api/authorizations/token",
	    .operation = "token",
	    .body = "",
	    .n_headers = 3};
	out->headers[0] = (struct client_header){"Accept", "application/json"};
	out->headers[1] =
	    (struct client_header){"Content-Type", "application/json"};
	out->headers[2] =
	    (struct client_header){"Authorization", basic(key, arena)};
	if (out->headers[2].value == NULL)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/* ---- the answer -----------------------------------------------------------
 */

static int value_of(char c)
{
	const char *at;

	if (c == '-' || c == '_') /* RFC 4648 section 5 */
		return c == '-' ? 62 : 63;
	at = c != '\0' ? strchr(digits, c) : NULL;
	return at != NULL && c != '+' && c != '/' ? (int)(at - digits) : -1;
}

/* base64url without its padding, as RFC 7515 has it; false: it is none. */
static bool decode(const char *text, size_t len, struct buf *out)
{
	unsigned int bits = 0, n = 0;

	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i]);
		char byte;

		if (value < 0)
			return false;
		bits = (bits << 6 | (unsigned int)value) & 0xffff;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		byte = (char)(bits >> n & 0xff);
		buf_add(out, &byte, 1);
	}
	return out->error == 0;
}

/* `exp` of RFC 7519, in seconds, which may have a fraction; 0: none. */
static int64_t expiry_of(const char *claims, size_t len)
{
	const double most_s = 253402300799.0; /* the end of the year 9999 */
	struct err_text err = {""};
	field_value *root = NULL;
	const json_t *exp;
	double at_s = 0;

	if (field_parse(claims, len, CLAIMS_DEPTH_MAX, &root, &err) != 0)
		return 0;
	exp = json_object_get(root, "exp");
	if (json_is_number(exp))
		at_s = json_number_value(exp);
	field_free(root);
	return at_s > 0 && at_s <= most_s ? (int64_t)at_s * 1000 : 0;
}

/*
 * When a JWT expires by its own word, which nobody has verified: it only says
 * when to ask for the next one. 0: it does not say.
 */
static int64_t expires(const char *token)
{
	const char *from = strchr(token, '.');
	const char *to = from != NULL ? strchr(from + 1, '.') : NULL;
	int64_t at_ms = 0;
	struct buf claims;

	if (to == NULL)
		return 0;
	buf_init(&claims, TOKEN_BYTES_MAX);
	if (decode(from + 1, (size_t)(to - from - 1), &claims))
		at_ms = expiry_of(buf_text(&claims), claims.len);
	buf_fini(&claims);
	return at_ms;
}

/* What a header can hold as one word. */
static bool is_token(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	}
	return n > 0;
}

static void take_token(
    const field_value *root, struct arena *arena, struct client_token *out)
{
	struct fields fields;
	const char *token;

	fields_init(&fields, arena);
	token = field_need_text(&fields, root, "token", TOKEN_BYTES_MAX);
	if (token != NULL && !is_token(token))
		field_complain(&fields, "token", "not a token");
	out->verdict = VERDICT_GARBLED;
	out->cause = fields.error;
	if (token == NULL && fields.error == NULL)
		out->cause = "no room for the token";
	if (out->cause != NULL)
		return;
	*out = (struct client_token){.verdict = VERDICT_TRUTH,
	    .token = token,
	    .expires_ms = expires(token)};
}

void ecartpay_read_token(const struct provider_settings *provider,
    const struct client_reply *reply, int64_t now_ms, struct arena *arena,
    struct client_token *out)
{
	struct client_reading reading = {.cause = NULL};
	field_value *root;

	(void)provider;
	(void)now_ms;
	memset(out, 0, sizeof(*out));
	if (!client_read_status(reply, arena, &reading)) {
		out->cause = reading.cause;
		out->verdict = reading.verdict == VERDICT_GONE
				   ? VERDICT_GARBLED /* a path, no object */
				   : reading.verdict;
		return;
	}
	root = reading_document(reply, arena, &reading);
	if (root != NULL) {
		take_token(root, arena, out);
	} else {
		out->verdict = reading.verdict;
		out->cause = reading.cause;
	}
	field_free(root);
}
