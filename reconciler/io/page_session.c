#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/base/secret.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "reconciler/io/page_session.h"

enum { SECONDS_DIGITS = 12, SLACK_S = 300 /* a clock that is set right */ };

static const char name[] = "trueup_session";
/* What else is keyed with a token cannot be taken for a session. */
static const char purpose[] = "trueup page session 1\n";

/* "SECONDS.MAC", of a session that ends then. */
static int make(const char *token, int64_t end_s, char out[PAGE_SESSION_MAX])
{
	char seconds[SECONDS_DIGITS + 1], mac[SIGNATURE_HEX_MAX];
	int len = snprintf(seconds, sizeof(seconds), "%" PRId64, end_s);

	if (len < 0 || (size_t)len >= sizeof(seconds))
		return ERR_FAIL;
	const struct signature_part parts[] = {
	    {purpose, sizeof(purpose) - 1}, {seconds, (size_t)len}};
	if (signature_hmac_hex(token, parts, 2, mac) != 0)
		return ERR_FAIL;
	len = snprintf(out, PAGE_SESSION_MAX, "%s.%s", seconds, mac);
	return len > 0 && len < PAGE_SESSION_MAX ? 0 : ERR_FAIL;
}

int page_session_begin(const struct settings *settings, const char *token,
    int64_t now_ms, char out[PAGE_SESSION_MAX])
{
	const char *found = NULL;

	out[0] = '\0';
	/* All of them, whichever it is. */
	for (size_t i = 0; i < settings->api.n_tokens; i++) {
		if (secret_equal(settings->api.tokens[i], token))
			found = settings->api.tokens[i];
	}
	if (found == NULL)
		return ERR_DENIED;
	return make(found, now_ms / 1000 + PAGE_SESSION_S, out);
}

/* The value of our cookie; false: none, too long, or more than one, so that
 * nobody has to choose. */
static bool find(const char *cookies, char out[PAGE_SESSION_MAX])
{
	bool found = false;

	while (*cookies != '\0') {
		size_t len;

		cookies += strspn(cookies, " \t;");
		len = strcspn(cookies, ";");
		if (len > sizeof(name) - 1 &&
		    memcmp(cookies, name, sizeof(name) - 1) == 0 &&
		    cookies[sizeof(name) - 1] == '=') {
			const char *value = cookies + sizeof(name);
			size_t n = len - sizeof(name);

			while (n > 0 && value[n - 1] == ' ')
				n--;
			if (found || n >= PAGE_SESSION_MAX)
				return false;
			memcpy(out, value, n);
			out[n] = '\0';
			found = true;
		}
		cookies += len;
	}
	return found;
}

/* Until when it says to last; 0: it is not of the form. */
static int64_t end_of(const char *value)
{
	char digits[SECONDS_DIGITS + 1];
	size_t len = strcspn(value, ".");
	int64_t end_s;

	if (len == 0 || len > SECONDS_DIGITS)
		return 0;
	memcpy(digits, value, len);
	digits[len] = '\0';
	if (!text_is_digits(digits, 1, SECONDS_DIGITS) ||
	    text_int(digits, 1, INT64_MAX, &end_s) != 0)
		return 0;
	return end_s;
}

static bool is_ours(
    const struct settings *settings, const char *value, int64_t end_s)
{
	char wanted[PAGE_SESSION_MAX];
	bool ours = false;

	for (size_t i = 0; i < settings->api.n_tokens; i++) {
		if (make(settings->api.tokens[i], end_s, wanted) == 0)
			ours |= secret_equal(wanted, value);
	}
	secret_wipe(wanted, sizeof(wanted));
	return ours;
}

bool page_session_is_open(
    const struct settings *settings, const char *cookies, int64_t now_ms)
{
	char value[PAGE_SESSION_MAX];
	int64_t end_s, now_s = now_ms / 1000;

	if (settings->api.n_tokens == 0)
		return true;
	if (cookies == NULL || !find(cookies, value))
		return false;
	end_s = end_of(value);
	/* One that ends later than any can was not given by this clock. */
	if (end_s <= now_s || end_s > now_s + PAGE_SESSION_S + SLACK_S)
		return false;
	return is_ours(settings, value, end_s);
}

void page_session_cookie(
    const char *value, bool secure, char out[PAGE_SESSION_COOKIE_MAX])
{
	(void)snprintf(out, PAGE_SESSION_COOKIE_MAX,
	    "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", name,
	    value != NULL ? value : "", value != NULL ? PAGE_SESSION_S : 0,
	    secure ? "; Secure" : "");
}
