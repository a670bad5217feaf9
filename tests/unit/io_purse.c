/* What a lane finds of its budgets when a worker begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cache/store.h"
#include "clients/client.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "reconciler/io/lane.h"
#include "reconciler/io/purse.h"

#define HOUR ((int64_t)3600 * 1000)

enum { WALL = 1000000000, MONO = 5000000, BURST = 10 };

static const struct client_operation operations[] = {
    {.name = "slow", .rate = 1, .burst = BURST},
};

static const struct client some = {
    .type = "some",
    .defaults = {.operations = operations, .n_operations = 1},
};

static const struct provider_settings provider = {.name = "shop",
    .client = &some,
    .rate = 1,
    .burst = BURST,
    .stranger_rate = 1,
    .concurrency = 4};

static void open_lane(struct lane *lane, int64_t mono_ms)
{
	struct err_text err;

	memset(lane, 0, sizeof(*lane));
	assert_int_equal(lane_open(lane, &provider, 4, 4, mono_ms, &err), 0);
}

/* What a worker leaves that has spent all that it had. */
static struct budget spend_all(void)
{
	struct lane_now now = {.wall_ms = WALL, .mono_ms = MONO};
	struct budget budget;
	struct lane lane;

	open_lane(&lane, now.mono_ms);
	for (int i = 0; i < BURST; i++) {
		lane_spend(&lane);
		lane_spend_of(&lane, lane_operation(&lane, "slow"));
	}
	purse_tell(&lane, now, &budget);
	lane_close(&lane);
	return budget;
}

/* With how much one begins by these clocks; the operation has as much. */
static uint32_t begin(const struct budget *budget, struct lane_now now)
{
	struct lane lane;
	uint32_t n;

	open_lane(&lane, now.mono_ms);
	purse_resume(&lane, budget, now);
	n = pace_available(&lane.pace, now.mono_ms);
	assert_int_equal(
	    n, pace_available(lane_operation(&lane, "slow"), now.mono_ms));
	lane_close(&lane);
	return n;
}

static void test_time_refills(void **state)
{
	struct budget budget = spend_all();

	(void)state;
	assert_int_equal(begin(&budget, (struct lane_now){WALL, MONO}), 0);
	assert_int_equal(
	    begin(&budget, (struct lane_now){WALL + 3000, MONO + 3000}), 3);
	assert_int_equal(
	    begin(&budget, (struct lane_now){WALL + HOUR, MONO + HOUR}), BURST);
}

/* Somebody sets the wall clock while no worker runs. */
static void test_clock_that_is_set_refills_nothing(void **state)
{
	struct budget budget = spend_all();

	(void)state;
	assert_int_equal(
	    begin(&budget, (struct lane_now){WALL + 5 * HOUR, MONO + 2000}), 2);
	assert_int_equal(
	    begin(&budget, (struct lane_now){WALL - 2 * HOUR, MONO + 2000}), 0);
}

/* The machine was started anew: the other clock says nothing. */
static void test_after_a_restart_of_the_machine(void **state)
{
	struct budget budget = spend_all();

	(void)state;
	assert_int_equal(
	    begin(&budget, (struct lane_now){WALL + 4000, MONO / 2}), 4);
	/* It shows more than has passed. */
	assert_int_equal(
	    begin(&budget, (struct lane_now){WALL + 4000, MONO + HOUR}), 4);
	budget.mono_ms = 0; /* as it was kept by an earlier version */
	assert_int_equal(
	    begin(&budget, (struct lane_now){WALL + 4000, MONO}), 4);
}

static void test_what_a_killed_worker_sent(void **state)
{
	struct budget budget = spend_all();
	struct lane_now now = {WALL + 6000, MONO + 6000};
	struct lane lane;

	(void)state;
	open_lane(&lane, now.mono_ms);
	purse_resume(&lane, &budget, now);
	lane_spend_unseen(&lane, 4, now);
	assert_int_equal(pace_available(&lane.pace, now.mono_ms), 2);
	assert_int_equal(
	    pace_available(lane_operation(&lane, "slow"), now.mono_ms), 2);
	assert_true(lane.spent);
	lane_spend_unseen(&lane, 400, now);
	assert_int_equal(pace_available(&lane.pace, now.mono_ms), 0);
	assert_int_equal(pace_available(&lane.pace, now.mono_ms + 1000), 1);
	lane_close(&lane);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_time_refills),
	    cmocka_unit_test(test_clock_that_is_set_refills_nothing),
	    cmocka_unit_test(test_after_a_restart_of_the_machine),
	    cmocka_unit_test(test_what_a_killed_worker_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
