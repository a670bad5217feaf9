/* core/signature: a token is equal to itself and to nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/signature.h"

struct row {
	const char *name;
	const char *known;
	const char *got;
	size_t len;
	bool equal;
};

static const struct row rows[] = {
    {"the same", "s3cret", "s3cret", 6, true},
    {"without an end", "s3cret", "s3cretXX", 6, true},
    {"one byte differs", "s3cret", "s3creT", 6, false},
    {"the first byte differs", "s3cret", "S3cret", 6, false},
    {"a part of it", "s3cret", "s3cret", 5, false},
    {"more than it", "s3cret", "s3cretX", 7, false},
    {"a NUL byte more", "s3cret", "s3cret\0", 7, false},
    {"a NUL byte inside", "s3cret", "s3\0ret", 6, false},
    {"empty against it", "s3cret", "", 0, false},
    {"nothing against it", "s3cret", NULL, 0, false},
    {"no token known", NULL, "s3cret", 6, false},
    {"no token known, none sent", NULL, "", 0, false},
    {"an empty token is no token", "", "", 0, false},
};

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (signature_token_equal(rows[i].known, rows[i].got,
			rows[i].len) != rows[i].equal)
			fail_msg("%s", rows[i].name);
	}
}

/* No single changed bit goes unseen. */
static void test_each_bit(void **state)
{
	static const char known[] = "0123456789abcdef0123456789abcdef";
	char got[sizeof(known)];
	size_t bit;

	(void)state;
	for (bit = 0; bit < (sizeof(known) - 1) * 8; bit++) {
		memcpy(got, known, sizeof(known));
		got[bit / 8] = (char)(got[bit / 8] ^ (1 << bit % 8));
		assert_false(
		    signature_token_equal(known, got, sizeof(known) - 1));
	}
}

/* Tokens that share a part of their digest are not equal. */
static void test_many_others(void **state)
{
	char got[24];
	int i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		(void)snprintf(got, sizeof(got), "token-%d", i);
		assert_int_equal(
		    signature_token_equal("token-4321", got, strlen(got)),
		    i == 4321);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_each_bit),
	    cmocka_unit_test(test_many_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
