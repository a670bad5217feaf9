/* Counting how long things take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/core/latency.h"

static void test_bounds_grow(void **state)
{
	(void)state;
	for (size_t i = 1; i < LATENCY_BUCKETS; i++)
		assert_true(latency_bound(i) > latency_bound(i - 1));
}

/* A bound belongs to its bucket. */
static void test_each_has_its_bucket(void **state)
{
	struct latency latency = {.sum_ms = 0};
	uint64_t sum = 0;

	(void)state;
	for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
		latency_add(&latency, latency_bound(i));
		latency_add(&latency, latency_bound(i) + 1);
		sum += 2 * (uint64_t)latency_bound(i) + 1;
	}
	assert_int_equal(latency.n[0], 1);
	for (size_t i = 1; i < LATENCY_BUCKETS; i++)
		assert_int_equal(latency.n[i], 2);
	assert_int_equal(latency.n[LATENCY_BUCKETS], 1);
	assert_int_equal(latency.sum_ms, sum);
	/* A clock that stepped back, and one that is wildly wrong. */
	latency_add(&latency, -5);
	assert_int_equal(latency.n[0], 2);
	assert_int_equal(latency.sum_ms, sum);
	latency_add(&latency, INT64_MAX);
	assert_int_equal(latency.n[LATENCY_BUCKETS], 2);
}

static void test_joined_ones_have_both(void **state)
{
	struct latency a = {.sum_ms = 0}, b = {.sum_ms = 0};

	(void)state;
	latency_add(&a, 3);
	latency_add(&b, 3);
	latency_add(&b, 70000);
	latency_join(&a, &b);
	assert_int_equal(a.n[1], 2);
	assert_int_equal(a.n[14], 1);
	assert_int_equal(a.sum_ms, 70006);
	assert_int_equal(b.n[1], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bounds_grow),
	    cmocka_unit_test(test_each_has_its_bucket),
	    cmocka_unit_test(test_joined_ones_have_both),
	};

	return cmocka_run_group_tests_name("core_latency", tests, NULL, NULL);
}
