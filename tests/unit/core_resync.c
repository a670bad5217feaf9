/*
 * core/schedule, by age: who is re-read how often, and that the load is flat:
 * what was found at once, or held up together, is not due together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/observation.h"
#include "reconciler/core/schedule.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define NOW_MS (1000 * DAY_MS)

static const struct schedule plain = {.resync_ms = DAY_MS};
static const struct schedule rarer = {
    .resync_ms = DAY_MS, .resync_ended_ms = 7 * DAY_MS};

/* ---- tiers -------------------------------------------------------------- */

struct tier_row {
	const char *name;
	enum state state;
	int64_t changed_ms;    /* before now; 0: unknown */
	int64_t seen_ms;       /* before now */
	int64_t reversible_ms; /* from now; 0: not told */
	enum schedule_tier want;
};

static const struct tier_row tiers[] = {
    {"active for long", STATE_ACTIVE, 99 * DAY_MS, 99 * DAY_MS, 0,
	SCHEDULE_ACTIVE},
    {"changed an hour ago", STATE_ACTIVE, HOUR_MS, 99 * DAY_MS, 0,
	SCHEDULE_RECENT},
    {"changed just within the resync", STATE_ACTIVE, DAY_MS - 1, 99 * DAY_MS, 0,
	SCHEDULE_RECENT},
    {"changed a resync ago", STATE_ACTIVE, DAY_MS, 99 * DAY_MS, 0,
	SCHEDULE_ACTIVE},
    {"only seen an hour ago", STATE_ACTIVE, 0, HOUR_MS, 0, SCHEDULE_ACTIVE},
    {"changed, says a clock that was ahead", STATE_ACTIVE, -HOUR_MS,
	99 * DAY_MS, 0, SCHEDULE_ACTIVE},
    {"ended an hour ago", STATE_ENDED, HOUR_MS, 99 * DAY_MS, 0,
	SCHEDULE_RECENT},
    {"ended six days ago", STATE_ENDED, 6 * DAY_MS, 99 * DAY_MS, 0,
	SCHEDULE_ACTIVE},
    {"ended a week ago", STATE_ENDED, 7 * DAY_MS, 99 * DAY_MS, 0,
	SCHEDULE_ENDED},
    {"ended when it was seen first", STATE_ENDED, 0, 8 * DAY_MS, 0,
	SCHEDULE_ENDED},
    {"nothing is known of its age", STATE_ENDED, 0, INT64_MAX, 0,
	SCHEDULE_ACTIVE},
    {"ended, says a clock that was ahead", STATE_ENDED, -9 * DAY_MS,
	99 * DAY_MS, 0, SCHEDULE_ACTIVE},
    {"failed, and may come back", STATE_FAILED, 9 * DAY_MS, 99 * DAY_MS, DAY_MS,
	SCHEDULE_ACTIVE},
    {"failed for good", STATE_FAILED, 9 * DAY_MS, 99 * DAY_MS, -DAY_MS,
	SCHEDULE_ENDED},
    {"refunded", STATE_REFUNDED, 9 * DAY_MS, 99 * DAY_MS, 0, SCHEDULE_ENDED},
    {"reversed", STATE_REVERSED, 9 * DAY_MS, 99 * DAY_MS, 0, SCHEDULE_ENDED},
    {"paid, reversible", STATE_PAID, 99 * DAY_MS, 99 * DAY_MS, DAY_MS,
	SCHEDULE_ACTIVE},
    {"paid, no more reversible", STATE_PAID, 57 * DAY_MS, 99 * DAY_MS, -DAY_MS,
	SCHEDULE_ENDED},
    {"paid, a dispute may come", STATE_PAID, 119 * DAY_MS, 200 * DAY_MS, 0,
	SCHEDULE_ACTIVE},
    {"paid half a year ago", STATE_PAID, 180 * DAY_MS, 200 * DAY_MS, 0,
	SCHEDULE_ENDED},
    {"unknown for long", STATE_UNKNOWN, 99 * DAY_MS, 99 * DAY_MS, 0,
	SCHEDULE_ACTIVE},
    {"paused for long", STATE_PAUSED, 99 * DAY_MS, 99 * DAY_MS, 0,
	SCHEDULE_ACTIVE},
    {"pending for long", STATE_PENDING, 99 * DAY_MS, 99 * DAY_MS, 0,
	SCHEDULE_ACTIVE},
};

enum { N_TIERS = sizeof(tiers) / sizeof(tiers[0]) };

static struct schedule_age age_of(const struct tier_row *row)
{
	return (struct schedule_age){.state = row->state,
	    .changed_ms = row->changed_ms == 0 ? 0 : NOW_MS - row->changed_ms,
	    .seen_ms = row->seen_ms == INT64_MAX ? 0 : NOW_MS - row->seen_ms,
	    .reversible_until_ms =
		row->reversible_ms == 0 ? 0 : NOW_MS + row->reversible_ms};
}

static void test_tiers(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TIERS; i++) {
		struct schedule_age age = age_of(&tiers[i]);
		enum schedule_tier got = schedule_tier(&rarer, &age, NOW_MS);

		if (got != tiers[i].want)
			fail_msg(
			    "%s: %s", tiers[i].name, schedule_tier_name(got));
		/* Unless it is asked for, nothing is re-read more rarely. */
		got = schedule_tier(&plain, &age, NOW_MS);
		if (got == SCHEDULE_ENDED)
			fail_msg("%s: ended by default", tiers[i].name);
	}
}

static void test_within(void **state)
{
	const struct schedule none = {.resync_ms = 0};
	const struct schedule less = {
	    .resync_ms = DAY_MS, .resync_ended_ms = HOUR_MS};

	(void)state;
	assert_int_equal(schedule_within(&plain, SCHEDULE_ACTIVE), DAY_MS);
	assert_int_equal(schedule_within(&plain, SCHEDULE_RECENT), DAY_MS / 4);
	assert_int_equal(schedule_within(&plain, SCHEDULE_ENDED), DAY_MS);
	assert_int_equal(schedule_within(&rarer, SCHEDULE_ACTIVE), DAY_MS);
	assert_int_equal(schedule_within(&rarer, SCHEDULE_ENDED), 7 * DAY_MS);
	assert_int_equal(schedule_within(&less, SCHEDULE_ENDED), DAY_MS);
	assert_int_equal(schedule_within(&none, SCHEDULE_RECENT), 1000);
	assert_int_equal(schedule_longest(&rarer), 7 * DAY_MS);
	/* What vouches for an answer follows it. */
	assert_int_equal(schedule_fresh(&plain, STATE_ENDED), DAY_MS);
	assert_int_equal(schedule_fresh(&rarer, STATE_ENDED), 7 * DAY_MS);
	assert_int_equal(schedule_fresh(&rarer, STATE_ACTIVE), DAY_MS);
	assert_int_equal(schedule_fresh(&rarer, STATE_PAID), DAY_MS);
	assert_string_equal(schedule_tier_name(SCHEDULE_RECENT), "recent");
	assert_string_equal(
	    schedule_tier_name((enum schedule_tier)77), "unknown");
}

/* ---- the load ----------------------------------------------------------- */

enum { OBJECTS = 20000, ROUNDS = 5 };

/* Many objects with counted ids, as a hash would not like them. */
struct fleet {
	int64_t next_ms[OBJECTS];
	int64_t read_ms[OBJECTS];
};

static int64_t next_of(size_t i, int64_t now_ms)
{
	const struct observation obs = {.status = "active"};
	const struct schedule_turn turn = {.phase = i};
	bool boundary;

	return schedule_next_check(&obs, now_ms, &plain, &turn, &boundary);
}

static void read_one(struct fleet *fleet, size_t i, int64_t now_ms)
{
	if (fleet->read_ms[i] != 0 && now_ms - fleet->read_ms[i] > DAY_MS)
		fail_msg("%zu was not read for %lld ms", i,
		    (long long)(now_ms - fleet->read_ms[i]));
	fleet->read_ms[i] = now_ms;
	fleet->next_ms[i] = next_of(i, now_ms);
}

/* What falls due is read at once. Returns the most in one minute. */
static size_t live(struct fleet *fleet, int64_t from_ms, int64_t to_ms)
{
	size_t n, most = 0;

	for (int64_t at = from_ms; at < to_ms; at += MINUTE_MS) {
		n = 0;
		for (size_t i = 0; i < OBJECTS; i++) {
			if (fleet->next_ms[i] >= at + MINUTE_MS)
				continue;
			read_one(fleet, i,
			    fleet->next_ms[i] < at ? at : fleet->next_ms[i]);
			n++;
		}
		if (n > most)
			most = n;
	}
	return most;
}

/* Their turns are 7/8 of a day apart: so many fall into a minute. */
static const size_t mean = OBJECTS * 8 / 7 / (24 * 60);

static void test_the_load_is_flat(void **state)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));
	int64_t now_ms = NOW_MS;

	(void)state;
	assert_non_null(fleet);
	/* One discovery finds them all within a minute. */
	for (size_t i = 0; i < OBJECTS; i++)
		read_one(fleet, i, now_ms + (int64_t)i * MINUTE_MS / OBJECTS);
	for (int round = 0; round < ROUNDS; round++) {
		size_t most = live(fleet, now_ms, now_ms + DAY_MS);

		/* Chance alone makes 36 of 15 (five times its root more). */
		if (most > mean * 5 / 2)
			fail_msg("round %d: %zu in a minute, %zu on average",
			    round, most, mean);
		now_ms += DAY_MS;
	}
	free(fleet);
}

/* A provider that was away for hours: what piled up spreads out again. */
static void test_an_outage_leaves_no_hump(void **state)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));
	int64_t back_ms = NOW_MS + DAY_MS + 3 * HOUR_MS;

	(void)state;
	assert_non_null(fleet);
	for (size_t i = 0; i < OBJECTS; i++)
		fleet->next_ms[i] = next_of(i, NOW_MS);
	(void)live(fleet, NOW_MS, NOW_MS + DAY_MS);
	/* The first minute reads what is late; from then on it is as ever. */
	memset(fleet->read_ms, 0, sizeof(fleet->read_ms));
	assert_true(live(fleet, back_ms, back_ms + MINUTE_MS) > 100 * mean);
	assert_true(live(fleet, back_ms + MINUTE_MS, back_ms + 3 * DAY_MS) <
		    mean * 5 / 2);
	free(fleet);
}

/* Looks in between, whenever they are, do not move a turn. */
static void test_a_turn_is_kept(void **state)
{
	const uint64_t phases[] = {0, 1, 77, UINT64_MAX};
	const int64_t period_ms = DAY_MS - DAY_MS / 8;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		int64_t first_ms = schedule_resync(NOW_MS, DAY_MS, phases[i]);

		for (int64_t at = NOW_MS; at < NOW_MS + 9 * DAY_MS;
		     at += 37 * MINUTE_MS + 1) {
			int64_t next_ms =
			    schedule_resync(at, DAY_MS, phases[i]);

			assert_int_equal((next_ms - first_ms) % period_ms, 0);
			assert_true(next_ms - at >= DAY_MS / 16);
			assert_true(next_ms - at <= DAY_MS / 16 * 15);
		}
	}
}

/* The clock may say anything: it stays within the time, and ends somewhere. */
static void test_wild_clocks(void **state)
{
	const int64_t clocks[] = {
	    INT64_MIN, -NOW_MS, -1, 0, 1, INT64_MAX - DAY_MS};

	(void)state;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		int64_t at = schedule_resync(clocks[i], DAY_MS, 12345);

		assert_true(at >= clocks[i] + DAY_MS / 16);
		assert_true(at <= clocks[i] + DAY_MS);
	}
	assert_true(schedule_resync(INT64_MAX, DAY_MS, 3) == INT64_MAX);
	assert_true(schedule_resync(NOW_MS, 1000, 3) > NOW_MS);
}

static void test_longest_wait(void **state)
{
	const struct schedule none = {.n_rungs = 0};
	const struct schedule rungs = {
	    .rungs_ms = {5000, 2 * DAY_MS}, .n_rungs = 2};
	const struct schedule window = {.missing_window_ms = 3 * DAY_MS};

	(void)state;
	assert_int_equal(schedule_longest_wait(&none), HOUR_MS);
	assert_int_equal(schedule_longest_wait(&rungs), 2 * DAY_MS);
	assert_int_equal(schedule_longest_wait(&window), 3 * DAY_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tiers),
	    cmocka_unit_test(test_within),
	    cmocka_unit_test(test_the_load_is_flat),
	    cmocka_unit_test(test_an_outage_leaves_no_hump),
	    cmocka_unit_test(test_a_turn_is_kept),
	    cmocka_unit_test(test_wild_clocks),
	    cmocka_unit_test(test_longest_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
