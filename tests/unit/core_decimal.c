/* core/decimal as a table: numbers, and their sum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/core/decimal.h"

#define TEN "1234567890"
#define FORTY TEN TEN TEN TEN
#define NINES "9999999999999999999999999999999999999999"

struct row {
	const char *numbers[5]; /* up to the first NULL */
	const char *sum;
};

static const struct row rows[] = {
    {{NULL}, "0"},
    {{"0"}, "0"},
    {{"150.00"}, "150.00"},
    {{"1.5", "0.50"}, "2.00"},
    {{"0.50", "1.5"}, "2.00"},
    {{"10", "0.001"}, "10.001"},
    {{"0.1", "0.2"}, "0.3"},
    {{"99.99", "0.01"}, "100.00"},
    {{"-5", "3"}, "-2"},
    {{"-5.25", "5.25"}, "0.00"},
    {{"-0.00"}, "0.00"},
    {{"0.1", "-0.25"}, "-0.15"},
    {{"-100", "0.01"}, "-99.99"},
    {{"-1", "-1", "-8"}, "-10"},
    {{"1000000", "-999999.999999"}, "0.000001"},
    {{"007.10", "00"}, "7.10"},
    {{"9007199254740993", "0.1"}, "9007199254740993.1"},
    {{"4503599627370496.5", "4503599627370496.5"}, "9007199254740993.0"},
    {{FORTY "." FORTY}, FORTY "." FORTY},
    {{"-" FORTY "." FORTY}, "-" FORTY "." FORTY},
    {{NINES "." NINES, "0.0000000000000000000000000000000000000001"},
	"10000000000000000000000000000000000000000"
	".0000000000000000000000000000000000000000"},
    {{NINES, NINES, NINES, NINES, NINES},
	"4999999999999999999999999999999999999999"
	"5"},
};

static const char *const wrong[] = {"", "-", ".", "+1", " 1", "1 ", "1.", ".5",
    "-.5", "1e3", "1,5", "1.5.0", "--1", "0x1", "NaN", "inf", "1.-5", FORTY "1",
    "0." FORTY "1", "\xd9\xa1"};

static void test_sums(void **state)
{
	char out[DECIMAL_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decimal_sum sum = {.scale = 0};

		for (size_t k = 0; k < 5 && rows[i].numbers[k] != NULL; k++) {
			assert_true(decimal_is_valid(rows[i].numbers[k]));
			assert_int_equal(
			    decimal_add(&sum, rows[i].numbers[k]), 0);
		}
		assert_string_equal(decimal_text(&sum, out), rows[i].sum);
	}
}

static void test_wrong_ones_change_nothing(void **state)
{
	struct decimal_sum sum = {.scale = 0};
	char out[DECIMAL_TEXT_MAX];

	(void)state;
	assert_int_equal(decimal_add(&sum, "12.5"), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (decimal_is_valid(wrong[i]))
			fail_msg("\"%s\" is taken for a number", wrong[i]);
		assert_int_equal(decimal_add(&sum, wrong[i]), ERR_BAD);
		assert_string_equal(decimal_text(&sum, out), "12.5");
	}
	assert_false(decimal_is_valid(NULL));
	assert_int_equal(decimal_add(&sum, NULL), ERR_BAD);
}

/* Against integers: the same sums in hundredths, signs as they come. */
static void test_against_integers(void **state)
{
	struct decimal_sum sum = {.scale = 0};
	char text[64], want[64], out[DECIMAL_TEXT_MAX];
	uint64_t random = 7;
	int64_t total = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t cents, size;

		random = random * 6364136223846793005u + 1442695;
		cents = (int64_t)(random >> 40) - ((int64_t)1 << 23);
		total += cents;
		size = cents < 0 ? -cents : cents;
		(void)snprintf(text, sizeof(text), "%s%lld.%02lld",
		    cents < 0 ? "-" : "", (long long)(size / 100),
		    (long long)(size % 100));
		assert_int_equal(decimal_add(&sum, text), 0);
		size = total < 0 ? -total : total;
		(void)snprintf(want, sizeof(want), "%s%lld.%02lld",
		    total < 0 ? "-" : "", (long long)(size / 100),
		    (long long)(size % 100));
		assert_string_equal(decimal_text(&sum, out), want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sums),
	    cmocka_unit_test(test_wrong_ones_change_nothing),
	    cmocka_unit_test(test_against_integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
