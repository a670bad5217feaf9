/* Who may see pages, and which one is asked for: the pure parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "reconciler/io/page_form.h"
#include "reconciler/io/page_path.h"
#include "reconciler/io/page_session.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOW INT64_C(1795323600123)

static const struct settings two_tokens = {
    .api = {.tokens = {"old-token-0123456789", "new-token-0123456789"},
	.n_tokens = 2}};

/* ---- paths -------------------------------------------------------------- */

static void test_paths(void **state)
{
	static const struct {
		const char *path;
		int rc;
		enum page_what what;
		const char *account;
	} rows[] = {
	    {"/", 0, PAGE_HOME, ""},
	    {"/login", 0, PAGE_LOGIN, ""},
	    {"/logout", 0, PAGE_LOGOUT, ""},
	    {"/accounts/a", 0, PAGE_ACCOUNT, "a"},
	    {"/accounts/shop%2F7", 0, PAGE_ACCOUNT, "shop/7"},
	    {"/accounts/%3Cb%3E%20%C3%A9+", 0, PAGE_ACCOUNT, "<b> \xc3\xa9+"},
	    {"/accounts/..", 0, PAGE_ACCOUNT, ".."},
	    {"/accounts/%00", ERR_BAD, PAGE_ACCOUNT, ""},
	    {"/accounts/%FF", ERR_BAD, PAGE_ACCOUNT, ""},
	    {"/accounts/%", ERR_BAD, PAGE_ACCOUNT, ""},
	    {"/accounts/a%0Ab", ERR_BAD, PAGE_ACCOUNT, ""},
	    {"/accounts/", 0, PAGE_ABSENT, ""},
	    {"/accounts", 0, PAGE_ABSENT, ""},
	    {"/accounts/a/b", 0, PAGE_ABSENT, ""},
	    {"/Login", 0, PAGE_ABSENT, ""},
	    {"//", 0, PAGE_ABSENT, ""},
	    {"", 0, PAGE_ABSENT, ""},
	    {"*", 0, PAGE_ABSENT, ""},
	};
	struct page_path path;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (page_path_parse(rows[i].path, &path) != rows[i].rc)
			fail_msg("%s", rows[i].path);
		assert_int_equal(path.what, rows[i].what);
		assert_string_equal(path.account, rows[i].account);
	}
}

static void test_written_paths_are_read(void **state)
{
	static const char *const accounts[] = {"a", "shop/7", "<b>\"'&", "..",
	    "\xe2\x80\xae", "a b+c%d?e#f;g\\h", "//evil.example"};
	struct page_path path = {.what = PAGE_ACCOUNT}, back;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	for (size_t i = 0; i < COUNT(accounts); i++) {
		buf_reset(&out);
		(void)snprintf(
		    path.account, sizeof(path.account), "%s", accounts[i]);
		page_path_write(&path, &out);
		assert_int_equal(page_path_parse(buf_text(&out), &back), 0);
		assert_int_equal(back.what, PAGE_ACCOUNT);
		assert_string_equal(back.account, accounts[i]);
		assert_null(strpbrk(buf_text(&out), "<>\"'& \r\n\\"));
	}
	buf_fini(&out);
}

static void test_whose_paths(void **state)
{
	(void)state;
	assert_true(page_path_is_ours("/", NULL));
	assert_true(page_path_is_ours("/accounts/%FF", "application/json"));
	assert_true(page_path_is_ours("/nothing", "text/html,*/*;q=0.8"));
	assert_false(page_path_is_ours("/nothing", "*/*"));
	assert_false(page_path_is_ours("/nothing", NULL));
	assert_false(page_path_is_ours("/v1/nothing", "text/html"));
}

/* ---- forms -------------------------------------------------------------- */

static void test_forms(void **state)
{
	static const struct {
		const char *body;
		int rc;
		const char *value;
	} rows[] = {
	    {"token=abc", 0, "abc"},
	    {"to=%2F&token=a+b%2Bc%26", 0, "a b+c&"},
	    {"token=first&token=second", 0, "first"},
	    {"token=", 0, ""},
	    {"token=a=b", 0, "a=b"},
	    {"token", ERR_ABSENT, ""},
	    {"xtoken=1&tokens=2&Token=3", ERR_ABSENT, ""},
	    {"", ERR_ABSENT, ""},
	    {"&&&", ERR_ABSENT, ""},
	    {"token=%zz", ERR_BAD, NULL},
	    {"token=%00", ERR_BAD, NULL},
	    {"token=0123456789abcdef", ERR_FULL, NULL},
	};
	char value[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int rc = page_form_field(rows[i].body, strlen(rows[i].body),
		    "token", value, sizeof(value));

		if (rc != rows[i].rc)
			fail_msg("%s: %d", rows[i].body, rc);
		if (rows[i].value != NULL)
			assert_string_equal(value, rows[i].value);
	}
	assert_int_equal(
	    page_form_field(NULL, 0, "token", value, sizeof(value)),
	    ERR_ABSENT);
}

static void test_a_large_form_is_refused(void **state)
{
	static char body[PAGE_FORM_MAX + 16];
	static char value[2 * PAGE_FORM_MAX];

	(void)state;
	memset(body, 'x', sizeof(body));
	for (size_t i = 0; i < 6; i++)
		body[i] = "token="[i];
	assert_int_equal(
	    page_form_field(body, sizeof(body), "token", value, sizeof(value)),
	    ERR_FULL);
}

/* ---- sessions ----------------------------------------------------------- */

static void cookie_of(const char *value, char *out, size_t cap)
{
	(void)snprintf(out, cap, "a=b; trueup_session=%s; c=d", value);
}

static void test_a_session_is_open_until_its_end(void **state)
{
	char value[PAGE_SESSION_MAX], cookies[256];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const int64_t end_ms = (NOW / 1000 + PAGE_SESSION_S) * 1000;

		assert_int_equal(page_session_begin(&two_tokens,
				     two_tokens.api.tokens[i], NOW, value),
		    0);
		assert_null(strstr(value, "token"));
		cookie_of(value, cookies, sizeof(cookies));
		assert_true(page_session_is_open(&two_tokens, cookies, NOW));
		assert_true(
		    page_session_is_open(&two_tokens, cookies, end_ms - 1));
		assert_false(
		    page_session_is_open(&two_tokens, cookies, end_ms));
		/* Our clock stepped back, by more than one is set right. */
		assert_false(
		    page_session_is_open(&two_tokens, cookies, NOW - 301000));
	}
}

static void test_others_get_none(void **state)
{
	static const char *const wrong[] = {"", "old-token-012345678",
	    "old-token-01234567890", "OLD-token-0123456789"};
	char value[PAGE_SESSION_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(
		    page_session_begin(&two_tokens, wrong[i], NOW, value),
		    ERR_DENIED);
		assert_string_equal(value, "");
	}
}

static const char no_mac[] = "1795366800."
			     "00000000000000000000000000000000"
			     "00000000000000000000000000000000";

/* Each byte of it counts, and so does its place. */
static void test_forged_sessions(void **state)
{
	static const char *const forged[] = {"", ".", "1795366800.", no_mac,
	    "old-token-0123456789", "99999999999999999999.00", "-1.00", "x"};
	char value[PAGE_SESSION_MAX], cookies[512];

	(void)state;
	for (size_t i = 0; i < COUNT(forged); i++) {
		cookie_of(forged[i], cookies, sizeof(cookies));
		assert_false(page_session_is_open(&two_tokens, cookies, NOW));
	}
	assert_false(page_session_is_open(&two_tokens, NULL, NOW));
	assert_int_equal(page_session_begin(
			     &two_tokens, two_tokens.api.tokens[0], NOW, value),
	    0);
	for (size_t i = 0; i < strlen(value); i++) {
		char one = value[i];

		value[i] = one == '0' ? '1' : '0';
		cookie_of(value, cookies, sizeof(cookies));
		assert_false(page_session_is_open(&two_tokens, cookies, NOW));
		value[i] = one;
	}
	(void)snprintf(cookies, sizeof(cookies), "xtrueup_session=%s", value);
	assert_false(page_session_is_open(&two_tokens, cookies, NOW));
	(void)snprintf(cookies, sizeof(cookies), "trueup_session=%s0", value);
	assert_false(page_session_is_open(&two_tokens, cookies, NOW));
	/* Of two nobody has to choose. */
	(void)snprintf(cookies, sizeof(cookies),
	    "trueup_session=%s; trueup_session=%s", value, value);
	assert_false(page_session_is_open(&two_tokens, cookies, NOW));
}

static void test_a_session_ends_with_its_token(void **state)
{
	const struct settings one = {
	    .api = {.tokens = {"new-token-0123456789"}, .n_tokens = 1}};
	const struct settings none = {.api = {.n_tokens = 0}};
	char value[PAGE_SESSION_MAX], cookies[256];

	(void)state;
	assert_int_equal(page_session_begin(
			     &two_tokens, two_tokens.api.tokens[0], NOW, value),
	    0);
	cookie_of(value, cookies, sizeof(cookies));
	assert_false(page_session_is_open(&one, cookies, NOW));
	assert_int_equal(page_session_begin(
			     &two_tokens, two_tokens.api.tokens[1], NOW, value),
	    0);
	cookie_of(value, cookies, sizeof(cookies));
	assert_true(page_session_is_open(&one, cookies, NOW));
	/* Where no token is wanted, no cookie is. */
	assert_true(page_session_is_open(&none, NULL, NOW));
	assert_int_equal(page_session_begin(&none, "", NOW, value), ERR_DENIED);
}

static void test_cookies(void **state)
{
	char cookie[PAGE_SESSION_COOKIE_MAX];

	(void)state;
	page_session_cookie("1.ab", false, cookie);
	assert_string_equal(cookie, "trueup_session=1.ab; Path=/; "
				    "Max-Age=43200; HttpOnly; SameSite=Strict");
	page_session_cookie("1.ab", true, cookie);
	assert_non_null(strstr(cookie, "; SameSite=Strict; Secure"));
	page_session_cookie(NULL, false, cookie);
	assert_string_equal(cookie, "trueup_session=; Path=/; Max-Age=0; "
				    "HttpOnly; SameSite=Strict");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_written_paths_are_read),
	    cmocka_unit_test(test_whose_paths),
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_a_large_form_is_refused),
	    cmocka_unit_test(test_a_session_is_open_until_its_end),
	    cmocka_unit_test(test_others_get_none),
	    cmocka_unit_test(test_forged_sessions),
	    cmocka_unit_test(test_a_session_ends_with_its_token),
	    cmocka_unit_test(test_cookies),
	};

	return cmocka_run_group_tests_name("io_page_door", tests, NULL, NULL);
}
