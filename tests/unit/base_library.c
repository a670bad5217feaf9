/* A library is loaded whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/base/library.h"

struct calls {
	int before;
	size_t (*length)(const char *text);
	int (*compare)(const char *a, const char *b);
};

static const struct library_call calls[] = {
    {"strcmp", offsetof(struct calls, compare)},
    {"strlen", offsetof(struct calls, length)},
};

static void test_calls_are_set(void **state)
{
	struct calls got = {.before = 7};
	struct err_text err;

	(void)state;
	assert_int_equal(library_load("libc.so.6", calls, 2, &got, &err), 0);
	assert_int_equal(got.before, 7);
	assert_int_equal(got.length("abc"), 3);
	assert_int_equal(got.compare("abc", "abc"), 0);
	assert_true(got.compare("abc", "abd") < 0);
}

static void test_no_such_library(void **state)
{
	struct calls got = {.before = 7};
	struct err_text err;

	(void)state;
	assert_int_equal(
	    library_load("libnothere.so.4", calls, 2, &got, &err), ERR_FAIL);
	assert_non_null(strstr(err.text, "libnothere.so.4"));
}

static void test_no_such_function(void **state)
{
	static const struct library_call wrong[] = {
	    {"there_is_no_such_call", offsetof(struct calls, length)}};
	struct calls got = {.before = 7};
	struct err_text err;

	(void)state;
	assert_int_equal(
	    library_load("libc.so.6", wrong, 1, &got, &err), ERR_FAIL);
	assert_string_equal(
	    err.text, "libc.so.6 has no function there_is_no_such_call");
	assert_null(got.length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_calls_are_set),
	    cmocka_unit_test(test_no_such_library),
	    cmocka_unit_test(test_no_such_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
