/* core/delivery: what is configured, and when to try again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/core/delivery.h"

enum { NOW_MS = 1000000 };

static const struct delivery_settings settings = {
    .url = "https://example.org/",
    .steps_ms = {5000, 30000},
    .n_steps = 2,
    .give_up_ms = 60000,
};

static void test_targets(void **state)
{
	(void)state;
	assert_string_equal(delivery_target_name(DELIVERY_COMMAND), "command");
	assert_string_equal(delivery_target_name(DELIVERY_URL), "url");
	assert_true(delivery_is_wanted(&settings, DELIVERY_URL));
	assert_false(delivery_is_wanted(&settings, DELIVERY_COMMAND));
}

static void test_jitter_is_full(void **state)
{
	static const struct {
		uint32_t attempts;
		uint64_t random;
		int64_t wait_ms;
	} cases[] = {
	    {1, 0, 1},
	    {1, 4999, 5000},
	    {1, 5000, 1}, /* anew */
	    {2, 29999, 30000},
	    {3, 29999, 30000}, /* the last for ever */
	    {UINT32_MAX, 29999, 30000},
	    {0, 4999, 5000},
	    {1, UINT64_MAX, 1 + UINT64_MAX % 5000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(delivery_retry(&settings, NOW_MS,
				     cases[i].attempts, cases[i].random),
		    NOW_MS + cases[i].wait_ms);
	assert_int_equal(
	    delivery_retry(&settings, INT64_MAX - 1, 1, 4999), INT64_MAX);
}

static void test_giving_up(void **state)
{
	const struct delivery_settings at_once = {.give_up_ms = 0};

	(void)state;
	assert_false(delivery_is_over(&settings, NOW_MS, NOW_MS));
	assert_false(delivery_is_over(&settings, NOW_MS + 59999, NOW_MS));
	assert_true(delivery_is_over(&settings, NOW_MS + 60000, NOW_MS));
	/* The clock stepped back. */
	assert_false(delivery_is_over(&settings, NOW_MS - 60000, NOW_MS));
	assert_true(delivery_is_over(&at_once, NOW_MS, NOW_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_targets),
	    cmocka_unit_test(test_jitter_is_full),
	    cmocka_unit_test(test_giving_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
