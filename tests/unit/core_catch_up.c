/* Catching up by a log: from where, how sure, and what is known already. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/core/catch_up.h"
#include "reconciler/core/listing.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NOW (20000 * DAY)

static const struct listing_log kept = {
    .window_ms = 30 * DAY, .overlap_ms = 10 * MINUTE, .slack_ms = 2000};

static void test_window(void **state)
{
	static const struct {
		int64_t age_ms;
		enum catch_up_window window;
	} rows[] = {
	    {0, CATCH_UP_WHOLE},
	    {-5 * DAY, CATCH_UP_WHOLE}, /* our clock stepped back */
	    {25 * DAY - 10 * MINUTE, CATCH_UP_WHOLE},
	    {25 * DAY - 10 * MINUTE + 1, CATCH_UP_CLOSING},
	    {30 * DAY - 10 * MINUTE, CATCH_UP_CLOSING},
	    {30 * DAY - 10 * MINUTE + 1, CATCH_UP_GAP},
	    {3000 * DAY, CATCH_UP_GAP},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    catch_up_window(&kept, NOW - rows[i].age_ms, NOW),
		    rows[i].window);
	assert_int_equal(
	    catch_up_window(&kept, INT64_MIN, INT64_MAX), CATCH_UP_GAP);
	assert_string_equal(catch_up_window_name(CATCH_UP_WHOLE), "whole");
	assert_string_equal(catch_up_window_name(CATCH_UP_CLOSING), "closing");
	assert_string_equal(catch_up_window_name(CATCH_UP_GAP), "gap");
}

static void test_from(void **state)
{
	(void)state;
	assert_int_equal(
	    catch_up_from(&kept, NOW - HOUR, NOW), NOW - HOUR - 10 * MINUTE);
	/* Their clock is ahead: nothing is skipped for that. */
	assert_int_equal(
	    catch_up_from(&kept, NOW + DAY, NOW), NOW - 10 * MINUTE);
	assert_int_equal(catch_up_from(&kept, MINUTE, NOW), 0);
}

static void test_shows(void **state)
{
	(void)state;
	assert_false(catch_up_shows(&kept, NOW - HOUR, 0, NOW));
	assert_false(catch_up_shows(&kept, NOW - HOUR, NOW - HOUR + 1999, NOW));
	assert_true(catch_up_shows(&kept, NOW - HOUR, NOW - HOUR + 2000, NOW));
	assert_true(catch_up_shows(&kept, NOW - HOUR, NOW, NOW));
	/* Looked at in the future: that clock was wrong. */
	assert_false(catch_up_shows(&kept, NOW - HOUR, NOW + 1, NOW));
	assert_false(catch_up_shows(&kept, INT64_MAX, NOW, NOW));
}

static void test_next(void **state)
{
	(void)state;
	assert_int_equal(
	    catch_up_next(NOW - MINUTE, HOUR, false, NOW), NOW - MINUTE + HOUR);
	assert_int_equal(
	    catch_up_next(NOW - MINUTE, HOUR, true, NOW), NOW - MINUTE + DAY);
	assert_int_equal(catch_up_next(NOW - MINUTE, 7 * DAY, true, NOW),
	    NOW - MINUTE + 7 * DAY);
	assert_int_equal(catch_up_next(NOW + 1, HOUR, false, NOW), NOW);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_from),
	    cmocka_unit_test(test_shows),
	    cmocka_unit_test(test_next),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
