/* core/stranger: when it is a flood, and what a remembered id costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/core/schedule.h"
#include "reconciler/core/stranger.h"

static void miss(struct strangers *s, int n)
{
	while (n-- > 0)
		strangers_missed(s);
}

static void find(struct strangers *s, int n)
{
	while (n-- > 0)
		strangers_found(s, 0);
}

static void flood(void **state)
{
	struct strangers s = {.next = 0};

	(void)state;
	assert_false(strangers_is_flood(&s));
	miss(&s, 50);
	assert_false(strangers_is_flood(&s));
	miss(&s, 1);
	assert_true(strangers_is_flood(&s));
	/* Only the last hundred count: the misses come to be the oldest. */
	find(&s, 49);
	assert_true(strangers_is_flood(&s));
	find(&s, 1);
	assert_false(strangers_is_flood(&s));
	miss(&s, 1000);
	find(&s, 49);
	assert_true(strangers_is_flood(&s));
	find(&s, 1);
	assert_false(strangers_is_flood(&s));
}

/* Of ids that are slow to appear none is taken for a forged one. */
static void late(void **state)
{
	struct strangers s = {.next = 0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		miss(&s, 3);
		strangers_found(&s, 3);
		assert_false(strangers_is_flood(&s));
	}
	miss(&s, 100);
	strangers_found(&s, UINT32_MAX);
	assert_false(strangers_is_flood(&s));
}

/* A record that was damaged must do no harm. */
static void odd(void **state)
{
	struct strangers s = {
	    .missing = {UINT64_MAX, UINT64_MAX}, .next = UINT32_MAX};

	(void)state;
	assert_true(strangers_is_flood(&s));
	miss(&s, 1);
	s.next = UINT32_MAX;
	strangers_found(&s, 5);
	find(&s, 200);
	assert_false(strangers_is_flood(&s));
}

static void rates(void **state)
{
	(void)state;
	assert_true(strangers_rate(50) == 5.0);
	assert_true(strangers_rate(2) == 0.2);
	assert_true(strangers_rate(1) == 0.2);
	assert_true(strangers_rate(0.001) == 0.2);
}

struct row {
	const char *name;
	int64_t now_ms;
	int64_t first_ms;
	uint32_t attempts;
	int64_t window_ms;
	int64_t due_ms; /* 0: believed */
};

static const struct row rows[] = {
    {"once, at the end of the window", 1000, 1000, 1, 600, 1600},
    {"a notice on the way asks anew", 1200, 1000, 1, 600, 1600},
    {"and that was it", 1600, 1000, 2, 600, 0},
    {"not twice, however early", 1100, 1000, 2, 600, 0},
    {"the window is over", 1600, 1000, 1, 600, 0},
    {"no window", 1000, 1000, 1, 0, 0},
    {"the clock stepped back", 1000, 900000, 1, 600, 1600},
    {"the end of time", INT64_MAX - 5, INT64_MAX - 5, 1, 600, INT64_MAX},
};

static void missing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct schedule schedule = {
		    .missing_window_ms = row->window_ms};
		int64_t due_ms = 0;
		bool again = strangers_missing(row->now_ms, row->first_ms,
		    row->attempts, &schedule, &due_ms);

		if (again != (row->due_ms != 0) || due_ms != row->due_ms)
			fail_msg("%s: due %lld", row->name, (long long)due_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flood),
	    cmocka_unit_test(late),
	    cmocka_unit_test(odd),
	    cmocka_unit_test(rates),
	    cmocka_unit_test(missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
