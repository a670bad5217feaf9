/* core/pace: the token bucket, also with clocks and rates of madmen. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/core/ms.h"
#include "reconciler/core/pace.h"

struct row {
	const char *name;
	double rate;
	double burst;
	uint32_t taken;
	int64_t later_ms;
	uint32_t available;
	int64_t wait_ms;
};

static const struct row rows[] = {
    {"full at first", 5, 10, 0, 0, 10, 0},
    {"some taken", 5, 10, 4, 0, 6, 0},
    {"all taken", 5, 10, 10, 0, 0, 200},
    {"refilled in part", 5, 10, 10, 500, 2, 0},
    {"a fraction is not a token", 5, 10, 10, 199, 0, 1},
    {"one at last", 5, 10, 10, 200, 1, 0},
    {"never over the burst", 5, 10, 10, 3600000, 10, 0},
    {"the clock stepped back", 5, 10, 10, -3600000, 0, 200},
    {"more taken than there were", 5, 10, 99, 0, 0, 200},
    {"one in ten seconds", 0.1, 1, 1, 0, 0, 10000},
    {"a third of a token a second", 1.0 / 3, 1, 1, 0, 0, 3000},
    {"burst below one is one", 5, 0.5, 0, 0, 1, 0},
    {"burst below one refills to one", 5, 0, 1, 1000, 1, 0},
    {"no rate at all", 0, 1, 1, 3600000, 0, INT64_MAX},
    {"a negative rate", -3, 1, 1, 3600000, 0, INT64_MAX},
    {"hardly a rate", 1e-300, 1, 1, 3600000, 0, INT64_MAX},
    {"a rate that is none", NAN, NAN, 1, 1000, 0, INT64_MAX},
    {"an endless bucket", 5, INFINITY, 7, 0, UINT32_MAX, 0},
    {"the end of time", 5, 10, 10, INT64_MAX, 10, 0},
    {"before all time", 5, 10, 10, INT64_MIN, 0, 200},
};

static void check_row(const struct row *row, int64_t start_ms)
{
	int64_t now_ms = ms_add(start_ms, row->later_ms), wait_ms;
	struct pace pace;
	uint32_t available;

	pace_init(&pace, row->rate, row->burst, start_ms);
	pace_take(&pace, row->taken);
	available = pace_available(&pace, now_ms);
	wait_ms = pace_wait_ms(&pace, now_ms);
	if (available != row->available || wait_ms != row->wait_ms)
		fail_msg("%s: %u available, wait %lld ms", row->name, available,
		    (long long)wait_ms);
}

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i], 1000);
	check_row(&rows[2], INT64_MAX);
	check_row(&rows[2], INT64_MIN);
}

/* Waiting as long as it says is long enough, at any rate. */
static void test_wait_suffices(void **state)
{
	static const double rates[] = {
	    0.013, 0.1, 0.3, 0.7, 1, 3, 4.5, 7, 9.9, 33, 99, 1e3, 7e4};
	struct pace pace;
	int64_t now_ms = 12345;
	size_t r;
	int i;

	(void)state;
	for (r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
		pace_init(&pace, rates[r], 3, now_ms);
		for (i = 0; i < 50; i++) {
			now_ms += pace_wait_ms(&pace, now_ms);
			assert_true(pace_available(&pace, now_ms) >= 1);
			pace_take(&pace, 1);
		}
	}
}

/* Over an hour asked every millisecond no more is let through than the rate. */
static void test_long_run(void **state)
{
	struct pace pace;
	int64_t now_ms;
	uint32_t n, sum = 0;

	(void)state;
	pace_init(&pace, 4.5, 10, 0);
	for (now_ms = 0; now_ms <= 3600000; now_ms++) {
		n = pace_available(&pace, now_ms);
		pace_take(&pace, n);
		sum += n;
	}
	assert_in_range(sum, 16200 + 9, 16200 + 10);
}

static void test_give_back(void **state)
{
	struct pace pace;

	(void)state;
	pace_init(&pace, 1, 3, 0);
	pace_take(&pace, 2);
	pace_give(&pace);
	assert_int_equal(pace_available(&pace, 0), 2);
	pace_give(&pace);
	pace_give(&pace);
	assert_int_equal(pace_available(&pace, 0), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_wait_suffices),
	    cmocka_unit_test(test_long_run),
	    cmocka_unit_test(test_give_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
