/* core/excerpt: what is shown of an answer, and what never is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/excerpt.h"

static const char *const secrets[] = {"sk_live_abc", NULL, "tok", "x.y z"};

struct row {
	const char *body;
	const char *want;
};

static const struct row rows[] = {
    {"", ""},
    {" \n\t ", ""},
    {"<html>\n <head><title>502 Bad Gateway</title>",
	"<html> <head><title>502 Bad Gateway</title>"},
    {"{\"error\":{\"message\":\"Invalid key\",\"code\":401}}",
	"{\"error\":{\"message\":\"Invalid key\",\"code\":401}}"},
    /* Whose it is, and for how much, is nobody's business. */
    {"{\"name\":\"Jo Doe\",\"amount\":12345,\"tags\":[\"vip\",7],\"ok\":true}",
	"{\"name\":\"...\",\"amount\":0,\"tags\":[\"...\",0],\"ok\":true}"},
    {"{\"a\" : -1.5e3, \"b\":null, \"c\":\"\"}",
	"{\"a\" : 0, \"b\":null, \"c\":\"\"}"},
    {"[\"jo\"]", "[\"...\"]"},
    {"\"jo\"", "\"...\""},
    /* In what is told, words that may be an address, an id, a token. */
    {"{\"message\":\"No customer jo@example.org\"}",
	"{\"message\":\"No customer ***\"}"},
    {"{\"message\":\"No such id 12345, 99 tries\"}",
	"{\"message\":\"No such id ***, 99 tries\"}"},
    {"card 4111 1111 declined", "card *** *** declined"},
    {"Bearer abcdefghijklmnopqrstuvwxyz!", "Bearer ***!"},
    {"abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx"},
    {"{\"cus_000123\":{}}", "{\"***\":{}}"},
    /* The key itself, wherever it is. */
    {"{\"message\":\"key sk_live_abc is bad\"}",
	"{\"message\":\"key *** is bad\"}"},
    {"<sk_live_abc>", "<***>"},
    {"usesk_live_abcnow", "use***now"},
    {"x.y z", "***"},
    {"token", "token"},
    /* Control characters, other alphabets, broken JSON. */
    {"a\x1b[31mb\x01\x7f", "a?[31mb??"},
    {"Schl\xc3\xbcssel", "Schl??ssel"},
    {"{\"message\":\"a\\\"b\"", "{\"message\":\"a\\\"b\""},
    {"{\"message\":\"open", "{\"message\":\"open\""},
    {"{\"x\":\"open\\", "{\"x\":\"...\""},
    {"{\"very_long_name_that_is_cut_at_32_error\":\"x\"}", "{\"***\":\"...\"}"},
};

static void check(const char *body, size_t len, const char *want)
{
	char *exact = malloc(len > 0 ? len : 1); /* nothing behind its end */
	char out[EXCERPT_MAX + 1];

	assert_non_null(exact);
	memcpy(exact, body, len);
	memset(out, 'x', sizeof(out));
	excerpt_make(exact, len, secrets, 4, out);
	free(exact);
	if (strcmp(out, want) != 0)
		fail_msg("%.*s: %s", (int)len, body, out);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].body, strlen(rows[i].body), rows[i].want);
	check("a\0b", 3, "a?b");
}

static void test_it_is_bounded(void **state)
{
	static char body[3 * EXCERPT_READ_MAX];
	char out[EXCERPT_MAX + 1];

	(void)state;
	memset(body, '<', sizeof(body));
	for (size_t len = 0; len < 2 * EXCERPT_MAX; len++) {
		excerpt_make(body, len, NULL, 0, out);
		assert_true(strlen(out) <= EXCERPT_MAX);
		assert_int_equal(strlen(out) < len,
		    len > EXCERPT_MAX - 3 && strlen(out) < len);
		if (len > EXCERPT_MAX)
			assert_string_equal(out + strlen(out) - 3, "...");
	}
	/* What is not looked at is told to be missing. */
	memset(body, ' ', sizeof(body));
	excerpt_make(body, sizeof(body), NULL, 0, out);
	assert_string_equal(out, "...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_it_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
