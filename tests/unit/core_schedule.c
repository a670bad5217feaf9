/* core/schedule: when to look again, by tables, and at the ends of time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/observation.h"
#include "reconciler/core/schedule.h"

enum { HOUR_MS = 3600 * 1000, NOW_MS = 100 * HOUR_MS };

static const uint64_t randoms[] = {0, 1, 0x123456789abcdef, UINT64_MAX};

enum { N_RANDOMS = sizeof(randoms) / sizeof(randoms[0]) };

struct retry_row {
	const char *name;
	uint32_t attempts;
	int64_t most_ms;
};

static const struct retry_row retries[] = {
    {"none counted yet", 0, 1000},
    {"first", 1, 1000},
    {"second", 2, 2000},
    {"third", 3, 4000},
    {"twelfth", 12, 2048000},
    {"thirteenth meets the cap", 13, 3600000},
    {"thirty-third", 33, 3600000},
    {"sixty-fifth", 65, 3600000},
    {"overflow", UINT32_MAX, 3600000},
};

static void test_retry(void **state)
{
	int64_t wait_ms, seen_ms;
	size_t i, r;

	(void)state;
	for (i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		seen_ms = 0;
		for (r = 0; r < N_RANDOMS; r++) {
			wait_ms = schedule_retry(
				      NOW_MS, retries[i].attempts, randoms[r]) -
				  NOW_MS;
			if (wait_ms < 250 || wait_ms > retries[i].most_ms)
				fail_msg("%s: %lld ms", retries[i].name,
				    (long long)wait_ms);
		}
		for (r = 0; r < 4000; r++) {
			wait_ms = schedule_retry(NOW_MS, retries[i].attempts,
				      r * 0x9e3779b97f4a7c15u) -
				  NOW_MS;
			seen_ms = wait_ms > seen_ms ? wait_ms : seen_ms;
		}
		if (seen_ms < retries[i].most_ms * 9 / 10)
			fail_msg("%s: never late: %lld ms", retries[i].name,
			    (long long)seen_ms);
	}
	assert_int_equal(schedule_retry(NOW_MS, 5, 0), NOW_MS + 250);
	assert_true(schedule_retry(INT64_MAX, 5, 9) == INT64_MAX);
}

struct missing_row {
	const char *name;
	int64_t first_ms; /* before now; negative: the clock stepped back */
	uint32_t attempts;
	int64_t window_ms;
	int64_t wait_ms; /* 0: over */
};

static const struct missing_row missing[] = {
    {"the first", 0, 1, 1200000, 1000},
    {"none counted", 0, 0, 1200000, 1000},
    {"the second", 1000, 2, 1200000, 5000},
    {"the third", 6000, 3, 1200000, 30000},
    {"the fourth", 36000, 4, 1200000, 300000},
    {"the fifth", 336000, 5, 1200000, 300000},
    {"many", 336000, UINT32_MAX, 1200000, 300000},
    {"just inside the window", 1199999, 7, 1200000, 300000},
    {"the window is over", 1200000, 7, 1200000, 0},
    {"no window", 0, 1, 0, 0},
    {"a window that makes no sense", 0, 1, -5, 0},
    {"the clock went ten hours ahead", 10 * HOUR_MS, 2, 1200000, 0},
    {"the clock went ten hours back", -10 * HOUR_MS, 2, 1200000, 5000},
    {"back, and looked at often enough", -10 * HOUR_MS, 9, 1200000, 0},
};

static void test_missing(void **state)
{
	struct schedule schedule = {.n_rungs = 0};
	int64_t at_ms;
	bool open;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		schedule.missing_window_ms = missing[i].window_ms;
		at_ms = NOW_MS;
		open = schedule_missing(NOW_MS, NOW_MS - missing[i].first_ms,
		    missing[i].attempts, &schedule, &at_ms);
		if (open != (missing[i].wait_ms != 0) ||
		    at_ms != NOW_MS + missing[i].wait_ms)
			fail_msg("%s: %d, %lld ms", missing[i].name, open,
			    (long long)(at_ms - NOW_MS));
	}
}

/* However the clock is stopped, a 404 is believed in the end. */
static void test_missing_ends(void **state)
{
	const struct schedule schedule = {.missing_window_ms = 1800000};
	int64_t at_ms = 0, stopped_ms;
	uint32_t attempts = 0;

	(void)state;
	while (schedule_missing(at_ms, 0, ++attempts, &schedule, &at_ms))
		assert_in_range(attempts, 1, 20);
	assert_in_range(at_ms, 1800000, 1800000 + 300000);
	attempts = 0;
	while (schedule_missing(5000, 6000, ++attempts, &schedule, &stopped_ms))
		assert_in_range(attempts, 1, 20);
}

static void test_rungs(void **state)
{
	struct schedule schedule = {
	    .rungs_ms = {5000, 30000, 300000}, .n_rungs = 3};
	int64_t at_ms = 7;

	(void)state;
	assert_true(schedule_rung(NOW_MS, 0, &schedule, &at_ms));
	assert_int_equal(at_ms, NOW_MS + 5000);
	assert_true(schedule_rung(NOW_MS, 2, &schedule, &at_ms));
	assert_int_equal(at_ms, NOW_MS + 300000);
	assert_false(schedule_rung(NOW_MS, 3, &schedule, &at_ms));
	assert_false(schedule_rung(NOW_MS, UINT32_MAX, &schedule, &at_ms));
	schedule.n_rungs = 0;
	assert_false(schedule_rung(NOW_MS, 0, &schedule, &at_ms));
	schedule.n_rungs = 100; /* more than there is room for */
	assert_false(
	    schedule_rung(NOW_MS, SCHEDULE_RUNGS_MAX, &schedule, &at_ms));
}

struct spaced_row {
	const char *name;
	int64_t now_ms;
	int64_t last_ms;
	int64_t want_ms;
};

static const struct spaced_row spaced[] = {
    {"never fetched", NOW_MS, 0, NOW_MS},
    {"just now", NOW_MS, NOW_MS, NOW_MS + 1000},
    {"a moment ago", NOW_MS, NOW_MS - 400, NOW_MS + 600},
    {"exactly a spacing ago", NOW_MS, NOW_MS - 1000, NOW_MS},
    {"long ago", NOW_MS, NOW_MS - HOUR_MS, NOW_MS},
    {"the clock stepped back a little", NOW_MS, NOW_MS + 1, NOW_MS},
    {"the clock stepped back hours", NOW_MS, NOW_MS + HOUR_MS, NOW_MS},
    {"a record from the end of time", NOW_MS, INT64_MAX, NOW_MS},
    {"now is the end of time", INT64_MAX, INT64_MAX, INT64_MAX},
    {"a negative record", NOW_MS, INT64_MIN, NOW_MS},
};

static void test_spaced(void **state)
{
	int64_t got_ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(spaced) / sizeof(spaced[0]); i++) {
		got_ms = schedule_spaced(spaced[i].now_ms, spaced[i].last_ms);
		if (got_ms != spaced[i].want_ms)
			fail_msg("%s: %lld", spaced[i].name,
			    (long long)(got_ms - spaced[i].now_ms));
	}
}

/* Of an active object. */
static int64_t next_check(const struct observation *obs, int64_t now_ms,
    const struct schedule *schedule, uint64_t phase, bool *boundary)
{
	const struct schedule_turn turn = {.phase = phase};

	return schedule_next_check(obs, now_ms, schedule, &turn, boundary);
}

/* Between a sixteenth and fifteen of them of a resync of 24 hours. */
static bool is_a_turn(int64_t wait_ms)
{
	return wait_ms >= 24 * HOUR_MS / 16 &&
	       wait_ms <= 24 * (HOUR_MS / 16 * 15);
}

struct check_row {
	const char *name;
	int64_t boundaries_ms[3]; /* from now; 0: no more */
	int64_t want_ms;	  /* from now; 0: within the resync */
};

static const struct check_row checks[] = {
    {"no boundary", {0}, 0},
    {"one to come", {HOUR_MS}, HOUR_MS + 1000},
    {"the nearest of three", {3 * HOUR_MS, HOUR_MS, 2 * HOUR_MS},
	HOUR_MS + 1000},
    {"one that is past", {-HOUR_MS}, 0},
    {"one that is past and one to come", {-HOUR_MS, HOUR_MS}, HOUR_MS + 1000},
    {"one that passed within the slack", {-400}, 600},
    {"one that passed with its slack", {-1000}, 0},
    {"one beyond the resync", {25 * HOUR_MS}, 0},
    {"one far beyond", {INT64_MAX - NOW_MS}, 0},
};

static void check_next(const struct check_row *row, uint64_t random)
{
	const struct schedule schedule = {.resync_ms = 24 * HOUR_MS};
	struct observation obs = {.n_boundaries = 0};
	bool boundary;
	int64_t wait_ms;

	while (
	    obs.n_boundaries < 3 && row->boundaries_ms[obs.n_boundaries] != 0) {
		obs.boundaries_ms[obs.n_boundaries] =
		    NOW_MS + row->boundaries_ms[obs.n_boundaries];
		obs.n_boundaries++;
	}
	wait_ms =
	    next_check(&obs, NOW_MS, &schedule, random, &boundary) - NOW_MS;
	if (boundary != (row->want_ms != 0) ||
	    (boundary && wait_ms != row->want_ms) ||
	    (!boundary && !is_a_turn(wait_ms)))
		fail_msg(
		    "%s: %d, %lld ms", row->name, boundary, (long long)wait_ms);
}

static void test_next_check(void **state)
{
	size_t i, r;

	(void)state;
	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		for (r = 0; r < N_RANDOMS; r++)
			check_next(&checks[i], randoms[r]);
	}
}

/* A resync of nothing must not become a loop. */
static void test_next_check_without_resync(void **state)
{
	const struct schedule schedule = {.resync_ms = 0};
	const struct observation obs = {.n_boundaries = 0};
	bool boundary;

	(void)state;
	assert_true(
	    next_check(&obs, NOW_MS, &schedule, 0, &boundary) >= NOW_MS + 62);
	assert_true(
	    next_check(&obs, INT64_MAX, &schedule, 1, &boundary) == INT64_MAX);
}

struct renewal_row {
	const char *name;
	int64_t renews_ms[2]; /* from now, of two grants; 0: unknown */
	int64_t want_ms;      /* from now; 0: resync */
	int64_t overdue_ms;   /* from now; 0: none is */
};

static const struct renewal_row renewals[] = {
    {"none is known", {0, 0}, 0, 0},
    {"one to come", {2 * HOUR_MS, 0}, 2 * HOUR_MS + 1000, 0},
    {"the first of two", {3 * HOUR_MS, 2 * HOUR_MS}, 2 * HOUR_MS + 1000, 0},
    {"one beyond the resync", {25 * HOUR_MS, 0}, 0, 0},
    {"just overdue", {-1000, 0}, HOUR_MS, -1000},
    {"overdue since eight hours", {-8 * HOUR_MS, 0}, HOUR_MS, -8 * HOUR_MS},
    {"then ever rarer", {-40 * HOUR_MS, 0}, 5 * HOUR_MS, -40 * HOUR_MS},
    {"the longest", {-8 * HOUR_MS, -16 * HOUR_MS}, 2 * HOUR_MS, -16 * HOUR_MS},
    {"but within the resync", {-99 * HOUR_MS, 0}, 99 * HOUR_MS / 8,
	-99 * HOUR_MS},
    {"one overdue, one due sooner", {-HOUR_MS, 1000}, 2000, -HOUR_MS},
};

static void check_renewal(const struct renewal_row *row, uint64_t random)
{
	const struct schedule schedule = {.resync_ms = 24 * HOUR_MS};
	struct grant grants[2] = {{.status = "active"}, {.status = "active"}};
	struct observation obs = {.grants = grants, .n_grants = 2};
	const int64_t turn_ms =
	    schedule_resync(NOW_MS, schedule.resync_ms, random) - NOW_MS;
	bool due = row->want_ms != 0 && row->want_ms <= turn_ms;
	int64_t wait_ms, overdue_ms;
	bool boundary;

	for (size_t i = 0; i < 2; i++) {
		if (row->renews_ms[i] != 0)
			grants[i].renews_ms = NOW_MS + row->renews_ms[i];
	}
	wait_ms =
	    next_check(&obs, NOW_MS, &schedule, random, &boundary) - NOW_MS;
	overdue_ms = schedule_overdue(&obs, NOW_MS);
	if (boundary != due || wait_ms != (due ? row->want_ms : turn_ms) ||
	    overdue_ms != (row->overdue_ms ? NOW_MS + row->overdue_ms : 0))
		fail_msg("%s: %d, %lld ms, overdue %lld", row->name, boundary,
		    (long long)wait_ms, (long long)overdue_ms);
}

static void test_renewals(void **state)
{
	const struct schedule often = {.resync_ms = HOUR_MS / 2};
	struct grant grant = {.renews_ms = NOW_MS - 1000};
	struct observation obs = {.grants = &grant, .n_grants = 1};
	bool boundary;

	(void)state;
	for (size_t i = 0; i < sizeof(renewals) / sizeof(renewals[0]); i++) {
		for (size_t r = 0; r < N_RANDOMS; r++)
			check_renewal(&renewals[i], randoms[r]);
	}
	/* A resync that comes sooner anyway stays what it is. */
	assert_true(next_check(&obs, NOW_MS, &often, 0, &boundary) <=
		    NOW_MS + HOUR_MS / 2);
	assert_false(boundary);
	/* The clock stepped wildly. */
	grant.renews_ms = INT64_MIN;
	assert_true(
	    next_check(&obs, INT64_MAX, &often, 0, &boundary) == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_retry),
	    cmocka_unit_test(test_missing),
	    cmocka_unit_test(test_missing_ends),
	    cmocka_unit_test(test_rungs),
	    cmocka_unit_test(test_spaced),
	    cmocka_unit_test(test_next_check),
	    cmocka_unit_test(test_next_check_without_resync),
	    cmocka_unit_test(test_renewals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
