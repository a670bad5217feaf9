/*
 * Who has shown a token once: a cookie (RFC 6265) that says until when, keyed
 * with that token (HMAC-SHA256), so that nothing is kept here, no cookie holds
 * a token, and a token that is taken out of the file ends its sessions. Pure.
 */
#ifndef TRUEUP_IO_PAGE_SESSION_H
#define TRUEUP_IO_PAGE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct settings;

enum {
	PAGE_SESSION_S = 12 * 3600,
	PAGE_SESSION_MAX = 96, /* bytes of a value with its NUL */
	PAGE_SESSION_COOKIE_MAX = 256
};

/*
 * page_session_begin(settings, token, now, out): a session of who shows this
 * token. 0; ERR_DENIED: it is none of ours, in time that does not depend on
 * ours; ERR_FAIL.
 */
int page_session_begin(const struct settings *settings, const char *token,
    int64_t now_ms, char out[PAGE_SESSION_MAX]);

/*
 * page_session_is_open(settings, cookies, now): the header Cookie (NULL: none)
 * holds a session of one of our tokens that is not over. Always where there is
 * no token.
 */
bool page_session_is_open(
    const struct settings *settings, const char *cookies, int64_t now_ms);

/*
 * page_session_cookie(value, secure, out): the header Set-Cookie; value NULL:
 * the one that ends it. secure: it came by TLS.
 */
void page_session_cookie(
    const char *value, bool secure, char out[PAGE_SESSION_COOKIE_MAX]);

#endif
