/* core/plan: how much asking takes and what a provider allows, by tables. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/core/plan.h"

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)

struct plan_row {
	const char *name;
	double rate;
	int64_t resync_ms;
	int64_t resync_ended_ms;
	uint64_t objects[SCHEDULE_TIER_COUNT];
	double required;
	enum plan_verdict verdict;
};

static const struct plan_row rows[] = {
    {"nothing", 1, DAY_MS, 0, {0}, 0, PLAN_KEPT},
    {"75,600 a day are one a second", 2, DAY_MS, 0, {75600}, 1, PLAN_KEPT},
    {"ECOSIRE, 60 a minute", 1, DAY_MS, 0, {60480}, 0.8, PLAN_KEPT},
    {"and one more", 1, DAY_MS, 0, {60481}, 0.8, PLAN_TIGHT},
    {"all of it", 1, DAY_MS, 0, {75600}, 1, PLAN_TIGHT},
    {"more than that", 1, DAY_MS, 0, {75700}, 1.001, PLAN_IMPOSSIBLE},
    {"Stripe, ten millions a day", 25, DAY_MS, 0, {10000000}, 132.275,
	PLAN_IMPOSSIBLE},
    {"and in a week", 25, 7 * DAY_MS, 0, {10000000}, 18.896, PLAN_KEPT},
    {"what changed takes four times as much", 9, DAY_MS, 0, {0, 75600, 0}, 4,
	PLAN_KEPT},
    {"what has ended as much as all else", 9, DAY_MS, 0, {0, 0, 75600}, 1,
	PLAN_KEPT},
    {"or less", 9, DAY_MS, 10 * DAY_MS, {0, 0, 75600}, 0.1, PLAN_KEPT},
    {"no budget at all", 0, DAY_MS, 0, {756}, 0.01, PLAN_IMPOSSIBLE},
    {"none, and none is needed", 0, DAY_MS, 0, {0}, 0, PLAN_KEPT},
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct plan plan_of(const struct plan_row *row)
{
	const struct schedule schedule = {.resync_ms = row->resync_ms,
	    .resync_ended_ms = row->resync_ended_ms};
	struct plan plan;

	plan_resync(&schedule, row->rate, row->objects, &plan);
	return plan;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct plan plan = plan_of(&rows[i]);

		if (fabs(plan.required - rows[i].required) >
			0.01 * rows[i].required + 1e-9 ||
		    plan.verdict != rows[i].verdict)
			fail_msg("%s: %f/s, %s", rows[i].name, plan.required,
			    plan_verdict_name(plan.verdict));
	}
}

/* With the shortest resync it is just kept, and so are the most objects. */
static void test_it_is_consistent(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_ROWS; i++) {
		struct plan_row row = rows[i];
		struct plan plan = plan_of(&row), again;

		if (plan.required <= 0 || plan.available <= 0)
			continue;
		row.resync_ended_ms =
		    (int64_t)((double)row.resync_ended_ms * plan.share);
		row.resync_ms = plan.shortest_resync_ms;
		again = plan_of(&row);
		if (fabs(again.share - 1) > 0.001)
			fail_msg("%s: %f", row.name, again.share);
		if (row.objects[1] + row.objects[2] > 0)
			continue;
		row = rows[i];
		row.objects[0] = plan.most_objects;
		again = plan_of(&row);
		if (fabs(again.share - 1) > 0.001)
			fail_msg("%s: %f of the most", row.name, again.share);
	}
}

static void test_the_ends(void **state)
{
	const struct plan_row none = {
	    .rate = 0, .resync_ms = DAY_MS, .objects = {5}};
	const struct plan_row empty = {.rate = 2, .resync_ms = DAY_MS};
	const struct plan_row all = {.rate = 1e-3,
	    .resync_ms = 366 * DAY_MS,
	    .objects = {UINT64_MAX / 2}};

	(void)state;
	assert_true(plan_of(&none).shortest_resync_ms == INT64_MAX);
	assert_int_equal(plan_of(&none).most_objects, 0);
	assert_int_equal(plan_of(&empty).shortest_resync_ms, 0);
	assert_in_range(plan_of(&empty).most_objects, 120959, 120961);
	assert_true(plan_of(&all).shortest_resync_ms == INT64_MAX);
	assert_string_equal(plan_verdict_name(PLAN_TIGHT), "tight");
	assert_string_equal(plan_verdict_name((enum plan_verdict)9), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_it_is_consistent),
	    cmocka_unit_test(test_the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
