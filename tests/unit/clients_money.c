/* field.h: money as text and as JSON numbers, to the last digit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "clients/field.h"

enum { DEPTH = 8, ARENA_MAX = 1 << 16 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct amount_case {
	int line;
	const char *json;
	unsigned int digits;
	const char *want; /* NULL: refused */
};

static const struct amount_case amounts[] = {
    {__LINE__, "50.6", 2, "50.60"},
    {__LINE__, "34.50", 2, "34.50"},
    {__LINE__, "57", 2, "57.00"},
    {__LINE__, "57", 0, "57"},
    {__LINE__, "0.1", 2, "0.10"},
    {__LINE__, "0.1", 0, NULL},
    {__LINE__, "-3.5", 2, "-3.50"},
    {__LINE__, "-0.0", 2, "0.00"},
    {__LINE__, "1e3", 2, "1000.00"},
    {__LINE__, "50.605", 2, NULL},
    {__LINE__, "50.605", 3, "50.605"},
    {__LINE__, "9999999999999.99", 2, "9999999999999.99"},
    {__LINE__, "12345678901234.56", 2, NULL},
    {__LINE__, "0.30000000000000004", 18, NULL},
    {__LINE__, "50.60000000000000000001", 2, "50.60"},
    {__LINE__, "1e-7", 9, NULL},
    {__LINE__, "1e300", 2, NULL},
    {__LINE__, "9223372036854775807", 2, NULL},
    {__LINE__, "9223372036854775807", 0, "9223372036854775807"},
    {__LINE__, "\"12.10\"", 2, "12.10"},
    {__LINE__, "\"12.101\"", 2, NULL},
    {__LINE__, "\"12,10\"", 2, NULL},
    {__LINE__, "\"\"", 2, NULL},
    {__LINE__, "\"0.0000000000000000000000000000000000000001\"", 2, NULL},
    {__LINE__, "true", 2, NULL},
    {__LINE__, "{}", 2, NULL},
    {__LINE__, "[5]", 2, NULL},
};

/* The value as the member "m" of an object, through field_amount. */
static const char *amount_of(
    const char *json, unsigned int digits, struct fields *fields)
{
	char text[128];
	field_value *root = NULL;
	struct err_text err;
	const char *got;

	snprintf(text, sizeof(text), "{\"m\":%s}", json);
	assert_int_equal(
	    field_parse(text, strlen(text), DEPTH, &root, &err), 0);
	got = field_amount(fields, root, "m", digits);
	field_free(root);
	return got;
}

static void test_amounts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(amounts); i++) {
		const struct amount_case *c = &amounts[i];
		struct fields fields;
		struct arena arena;
		const char *got;

		arena_init(&arena, ARENA_MAX);
		fields_init(&fields, &arena);
		got = amount_of(c->json, c->digits, &fields);
		if ((got == NULL) != (c->want == NULL) ||
		    (got != NULL && strcmp(got, c->want) != 0))
			fail_msg("line %d: %s", c->line, got ? got : "none");
		assert_int_equal(fields.error != NULL, c->want == NULL);
		arena_fini(&arena);
	}
}

static void test_no_amount(void **state)
{
	struct fields fields;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	fields_init(&fields, &arena);
	assert_null(amount_of("null", 2, &fields));
	assert_null(fields.error);
	arena_fini(&arena);
}

static void check_cents(int64_t cents)
{
	char want[64];
	struct fields fields;
	struct arena arena;
	const char *got;

	arena_init(&arena, ARENA_MAX);
	fields_init(&fields, &arena);
	snprintf(want, sizeof(want), "%lld.%02lld", (long long)(cents / 100),
	    (long long)(cents % 100));
	got = amount_of(want, 2, &fields);
	if (got == NULL || strcmp(got, want) != 0)
		fail_msg("%s becomes %s", want, got != NULL ? got : "nothing");
	arena_fini(&arena);
}

/* Every amount up to 1000.00, and the last of those that are promised. */
static void test_every_cent(void **state)
{
	(void)state;
	for (int64_t cents = 0; cents <= 100000; cents++)
		check_cents(cents);
	for (int64_t back = 1; back <= 1000; back++)
		check_cents(INT64_C(1000000000000000) - back);
}

struct decimal_case {
	int line;
	const char *text;
	unsigned int digits;
	int rc;
	int64_t want;
};

static const struct decimal_case decimals[] = {
    {__LINE__, "50.6", 2, 0, 5060},
    {__LINE__, "50.60", 2, 0, 5060},
    {__LINE__, "0", 2, 0, 0},
    {__LINE__, "-0.01", 2, 0, -1},
    {__LINE__, "007.5", 2, 0, 750},
    {__LINE__, "12", 0, 0, 12},
    {__LINE__, "9223372036854775807", 0, 0, INT64_MAX},
    {__LINE__, "-9223372036854775807", 0, 0, -INT64_MAX},
    {__LINE__, "92233720368547758.07", 2, 0, INT64_MAX},
    {__LINE__, "9223372036854775808", 0, ERR_BAD, 0},
    {__LINE__, "92233720368547758.08", 2, ERR_BAD, 0},
    {__LINE__, "9223372036854775807", 1, ERR_BAD, 0},
    {__LINE__, "50.600", 2, ERR_BAD, 0},
    {__LINE__, "50.605", 2, ERR_BAD, 0},
    {__LINE__, "1.0", 0, ERR_BAD, 0},
    {__LINE__, "", 2, ERR_BAD, 0},
    {__LINE__, "-", 2, ERR_BAD, 0},
    {__LINE__, ".5", 2, ERR_BAD, 0},
    {__LINE__, "5.", 2, ERR_BAD, 0},
    {__LINE__, "+5", 2, ERR_BAD, 0},
    {__LINE__, " 5", 2, ERR_BAD, 0},
    {__LINE__, "5 ", 2, ERR_BAD, 0},
    {__LINE__, "5,00", 2, ERR_BAD, 0},
    {__LINE__, "1e3", 2, ERR_BAD, 0},
    {__LINE__, "0x10", 2, ERR_BAD, 0},
    {__LINE__, "inf", 2, ERR_BAD, 0},
    {__LINE__, "1.2.3", 2, ERR_BAD, 0},
    {__LINE__, "1", 19, ERR_BAD, 0},
};

static void test_decimals(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(decimals); i++) {
		const struct decimal_case *c = &decimals[i];
		int64_t got = 0;
		int rc = field_decimal(c->text, c->digits, &got);

		if (rc != c->rc || got != c->want)
			fail_msg(
			    "line %d: %d, %lld", c->line, rc, (long long)got);
	}
}

static void test_decimal_text(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_string_equal(field_decimal_text(5060, 2, &arena), "50.60");
	assert_string_equal(field_decimal_text(-1, 2, &arena), "-0.01");
	assert_string_equal(field_decimal_text(0, 2, &arena), "0.00");
	assert_string_equal(field_decimal_text(7, 0, &arena), "7");
	assert_string_equal(
	    field_decimal_text(INT64_MIN, 18, &arena), "-9.223372036854775808");
	assert_null(field_decimal_text(1, 19, &arena));
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_amounts),
	    cmocka_unit_test(test_no_amount),
	    cmocka_unit_test(test_every_cent),
	    cmocka_unit_test(test_decimals),
	    cmocka_unit_test(test_decimal_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
