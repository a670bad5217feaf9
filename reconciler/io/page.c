#include <stdio.h>
#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/base/secret.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "reconciler/io/api_call.h"
#include "reconciler/io/api_gate.h"
#include "reconciler/io/http.h"
#include "reconciler/io/page_account.h"
#include "reconciler/io/page_form.h"
#include "reconciler/io/page_frame.h"
#include "reconciler/io/page_home.h"
#include "reconciler/io/page_note.h"
#include "reconciler/io/page_path.h"
#include "reconciler/io/page_session.h"
#include "reconciler/io/page_style.h"

#include "reconciler/io/page.h"

enum {
	POLICY_BYTES = 320,
	HEADERS_MAX = 12,
	LOCATION_BYTES = 1024,
	ASKED_BYTES = 3 * NAME_ACCOUNT_MAX
};

/* One request and its answer. */
struct visit {
	struct api_call *call;
	struct http_exchange *exchange;
	struct page_path path;
	int path_error;
	struct page_frame frame;
};

/* ---- answers ------------------------------------------------------------ */

/* Nothing but what is in the page itself, from nowhere, into no frame. */
static void write_policy(char out[POLICY_BYTES])
{
	char hash[SIGNATURE_DIGEST_MAX];
	struct buf style;

	buf_init(&style, PAGE_STYLE_MAX);
	page_style_write(&style);
	if (style.error != 0 ||
	    signature_digest_base64(buf_text(&style), style.len, hash) != 0)
		hash[0] = '\0';
	buf_fini(&style);
	(void)snprintf(out, POLICY_BYTES,
	    "default-src 'none'; style-src 'sha256-%s'; img-src data:; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	    hash);
}

static void send_page(
    struct visit *v, int status, const struct http_header *more)
{
	const struct buf *out = v->frame.out;
	char policy[POLICY_BYTES];
	struct http_header headers[HEADERS_MAX] = {
	    {"Cache-Control", "no-store"},
	    {"Content-Security-Policy", policy},
	    {"X-Frame-Options", "DENY"},
	    {"X-Content-Type-Options", "nosniff"},
	    {"Referrer-Policy", "no-referrer"},
	    {"Cross-Origin-Opener-Policy", "same-origin"},
	    {"Cross-Origin-Resource-Policy", "same-origin"},
	    /* The same path may answer otherwise with a session. */
	    {"Vary", "Accept, Authorization, Cookie"},
	};
	struct http_message message = {.status = status,
	    .type = "text/html; charset=utf-8",
	    .body = buf_text(out),
	    .len = out->len,
	    .headers = headers,
	    .n_headers = 8};

	write_policy(policy);
	for (; more != NULL && more->name != NULL; more++)
		headers[message.n_headers++] = *more;
	if (out->error != 0)
		api_reply_problem(&v->call->asker, 500,
		    "the page is too large, or memory is short");
	else
		api_reply_message(&v->call->asker, &message);
}

static void send_note(
    struct visit *v, int status, const char *title, const char *text)
{
	static const struct http_header again[] = {
	    {"Retry-After", "1"}, {NULL, NULL}};

	buf_reset(v->frame.out);
	page_note_write(&v->frame, title, text);
	send_page(v, status, status == 503 ? again : NULL);
}

/* To a page of ours; cookie may be NULL. */
static void send_elsewhere(
    struct visit *v, const struct page_path *to, const char *cookie)
{
	struct http_header headers[] = {
	    {"Location", NULL}, {"Set-Cookie", cookie}, {NULL, NULL}};
	char location[LOCATION_BYTES];

	if (cookie == NULL)
		headers[1] = headers[2];
	page_path_write(to, v->frame.out);
	(void)snprintf(
	    location, sizeof(location), "%s", buf_text(v->frame.out));
	buf_reset(v->frame.out);
	headers[0].value = location;
	send_page(v, 303, headers);
}

static void send_trouble(struct visit *v, int rc)
{
	if (rc == ERR_FULL)
		send_note(v, 500, "Too large",
		    "This account has more than a page can show; the command "
		    "<code>trueup account</code> may still tell.");
	else if (rc == ERR_ABSENT)
		send_note(v, 503, "No store yet",
		    "The store is not there yet: nothing was received so far, "
		    "and no worker has run.");
	else
		send_note(v, 503, "The store cannot be read",
		    "The store cannot be read now. The log of "
		    "<code>trueup serve</code> says why.");
}

static void send_wrong_method(struct visit *v, const char *allow)
{
	const struct http_header headers[] = {{"Allow", allow}, {NULL, NULL}};

	page_note_write(
	    &v->frame, "Not that way", "This page does not take that method.");
	send_page(v, 405, headers);
}

/* ---- who may ------------------------------------------------------------ */

static void ask_for_token(
    struct visit *v, const struct page_path *to, bool wrong)
{
	static const struct http_header headers[] = {
	    {"WWW-Authenticate", "Bearer realm=\"trueup\""}, {NULL, NULL}};

	page_note_login(&v->frame, to, wrong);
	send_page(v, 401, headers);
}

/* A form of another site is none of ours (Fetch Metadata, W3C). */
static bool is_from_elsewhere(const struct visit *v)
{
	const char *site = http_header(v->exchange, "Sec-Fetch-Site");

	return site != NULL && strcmp(site, "same-origin") != 0 &&
	       strcmp(site, "none") != 0;
}

/* What the proxy in front of us says of itself; who lies about it only makes
 * his own browser not send the cookie back. */
static bool is_secure(const struct visit *v)
{
	const char *proto = http_header(v->exchange, "X-Forwarded-Proto");

	return proto != NULL && strcmp(proto, "https") == 0;
}

/* 0 and the cookie, ERR_DENIED, or ERR_FAIL. */
static int begin_session(const struct visit *v, const char *body, size_t len,
    char cookie[PAGE_SESSION_COOKIE_MAX])
{
	char token[SECRET_MAX + 1], value[PAGE_SESSION_MAX];
	int rc = page_form_field(body, len, "token", token, sizeof(token));

	rc = rc != 0 ? ERR_DENIED
		     : page_session_begin(
			   v->call->settings, token, v->call->now_ms, value);
	if (rc == 0)
		page_session_cookie(value, is_secure(v), cookie);
	secret_wipe(token, sizeof(token));
	secret_wipe(value, sizeof(value));
	return rc;
}

/* Where the form says that it should lead, if that is a page of ours. */
static void find_goal(const char *body, size_t len, struct page_path *out)
{
	char to[LOCATION_BYTES];

	if (page_form_field(body, len, "to", to, sizeof(to)) != 0 ||
	    page_path_parse(to, out) != 0 || out->what != PAGE_ACCOUNT)
		*out = (struct page_path){.what = PAGE_HOME};
}

static void log_in(struct visit *v)
{
	size_t len = 0;
	const char *body = http_body(v->exchange, &len);
	char cookie[PAGE_SESSION_COOKIE_MAX];
	struct page_path to;
	int rc;

	find_goal(body, len, &to);
	rc = begin_session(v, body, len, cookie);
	if (rc == 0)
		send_elsewhere(v, &to, cookie);
	else if (rc == ERR_DENIED)
		ask_for_token(v, &to, true);
	else
		send_note(v, 500, "No session", "The session was not made.");
	secret_wipe(cookie, sizeof(cookie));
}

static void answer_login(struct visit *v, bool posted)
{
	static const struct page_path home = {.what = PAGE_HOME};

	if (v->call->settings->api.n_tokens == 0)
		send_elsewhere(v, &home, NULL);
	else if (!posted)
		ask_for_token(v, &home, false);
	else if (is_from_elsewhere(v))
		send_note(v, 403, "From elsewhere",
		    "This form came from another site.");
	else
		log_in(v);
}

static void answer_logout(struct visit *v)
{
	static const struct page_path login = {.what = PAGE_LOGIN};
	char cookie[PAGE_SESSION_COOKIE_MAX];

	if (is_from_elsewhere(v)) {
		send_note(v, 403, "From elsewhere",
		    "This form came from another site.");
		return;
	}
	page_session_cookie(NULL, is_secure(v), cookie);
	send_elsewhere(v, &login, cookie);
}

/* ---- pages -------------------------------------------------------------- */

struct question {
	char account[ASKED_BYTES + 1];
	bool given;
	bool wrong;
};

static int take_argument(void *cookie, const char *name, const char *value)
{
	struct question *q = cookie;

	if (strcmp(name, "account") != 0 || value == NULL)
		return 0;
	q->wrong |= q->given ||
		    page_form_value(value, q->account, sizeof(q->account)) != 0;
	q->given = true;
	return 0;
}

/* Blanks around a name that was pasted are not meant. */
static const char *trim(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == ' ')
		text[--len] = '\0';
	return text + strspn(text, " ");
}

/* The search leads to the page of the account, which can be handed on. */
static bool seek(struct visit *v, const char **wrong)
{
	struct question q = {.given = false};
	struct page_path to = {.what = PAGE_ACCOUNT};
	const char *account;

	(void)http_each_query(v->exchange, take_argument, &q);
	*wrong = NULL;
	if (!q.given)
		return false;
	account = trim(q.account);
	if (q.wrong || !name_account_is_valid(account)) {
		*wrong = "An account is 1 to 240 bytes of UTF-8 without "
			 "control characters.";
		return false;
	}
	(void)snprintf(to.account, sizeof(to.account), "%s", account);
	send_elsewhere(v, &to, NULL);
	return true;
}

static void answer_home(struct visit *v)
{
	const char *wrong;
	struct err_text err;
	int rc;

	if (seek(v, &wrong))
		return;
	if (v->call->view == NULL) {
		send_trouble(v, v->call->view_error);
		return;
	}
	rc = page_home_write(&v->frame, wrong, &err);
	if (rc != 0)
		send_trouble(v, rc);
	else
		send_page(v, wrong != NULL ? 400 : 200, NULL);
}

static void answer_account(struct visit *v)
{
	struct err_text err;
	int rc = v->call->view_error;

	if (v->path_error != 0) {
		send_note(v, 400, "No such name",
		    "An account is 1 to 240 bytes of UTF-8 without control "
		    "characters.");
		return;
	}
	if (v->call->view != NULL)
		rc = page_account_write(&v->frame, v->path.account, &err);
	if (rc != 0)
		send_trouble(v, rc);
	else
		send_page(v, 200, NULL);
}

static bool is_reading(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static void answer_page(struct visit *v)
{
	if (v->path.what == PAGE_ABSENT)
		send_note(
		    v, 404, "Not here", "There is no page with this address.");
	else if (!is_reading(http_method(v->exchange)))
		send_wrong_method(v, "GET, HEAD");
	else if (v->path.what == PAGE_HOME)
		answer_home(v);
	else
		answer_account(v);
}

static void answer_door(struct visit *v)
{
	const char *method = http_method(v->exchange);
	bool posted = strcmp(method, "POST") == 0;

	if (v->path.what == PAGE_LOGIN && (posted || is_reading(method)))
		answer_login(v, posted);
	else if (v->path.what == PAGE_LOGOUT && posted)
		answer_logout(v);
	else
		send_wrong_method(
		    v, v->path.what == PAGE_LOGIN ? "GET, HEAD, POST" : "POST");
}

void page_answer(struct api_call *call)
{
	struct http_exchange *exchange = call->asker.exchange;
	const char *cookies = http_header(exchange, "Cookie");
	struct visit v = {.call = call,
	    .exchange = exchange,
	    .frame = {.settings = call->settings,
		.view = call->view,
		.arena = call->arena,
		.out = call->out,
		.now_ms = call->now_ms}};
	bool has_session =
	    page_session_is_open(call->settings, cookies, call->now_ms);

	v.path_error = page_path_parse(http_path(exchange), &v.path);
	v.frame.is_known =
	    has_session || api_gate_judge(call->settings,
			       http_header(exchange, "Authorization")) == 0;
	v.frame.may_leave = has_session && call->settings->api.n_tokens > 0;
	if (v.path.what == PAGE_LOGIN || v.path.what == PAGE_LOGOUT)
		answer_door(&v);
	else if (v.frame.is_known)
		answer_page(&v);
	else
		ask_for_token(&v, &v.path, false);
}
