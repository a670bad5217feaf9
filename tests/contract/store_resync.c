/*
 * Every known object is read again within its time, evenly, whatever becomes of
 * the worker meanwhile; and how many there are of each tier is known.
 */
#include "tests/contract/ledger_tell.h"

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)

enum { OBJECTS = 600, STEP_MS = 1200 * 1000, CLAIMS = 100 };

/* Up to max of what is due is taken, and answered unless the worker dies. */
static size_t work(struct fixture *f, size_t max, bool dies)
{
	struct claim claims[CLAIMS];
	struct settled settled;
	struct store_turn *turn;
	struct answer a;
	size_t n = fixture_claim(f, "shop", max, claims);

	if (dies || n == 0)
		return n;
	answer_sub(&a, "active", STATE_ACTIVE);
	turn = fixture_begin(f);
	for (size_t i = 0; i < n; i++) {
		struct outcome outcome = ledger_truth(f, &claims[i], &a);

		store_turn_settle(turn, &outcome, &settled);
	}
	fixture_commit(f, turn);
	return n;
}

static const char *name_of(struct fixture *f, int i)
{
	return arena_printf(&f->arena, "s%03d", i);
}

/* Found by one discovery, at once. */
static void find_all(struct fixture *f)
{
	struct notice *notices =
	    arena_alloc(&f->arena, OBJECTS, sizeof(*notices));
	struct store_turn *turn;

	assert_non_null(notices);
	for (int i = 0; i < OBJECTS; i++)
		notices[i] = (struct notice){.ref = sub_ref(name_of(f, i)),
		    .arrived_ms = f->now_ms,
		    .cause = CAUSE_DISCOVER};
	assert_int_equal(store_append(f->store, notices, OBJECTS, &f->err), 0);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_collect(turn, OBJECTS), OBJECTS);
	fixture_commit(f, turn);
	while (work(f, CLAIMS, false) > 0)
		;
}

static void restart(struct fixture *f)
{
	fixture_close(f);
	fixture_open(f);
	(void)fixture_recover(f);
}

static void expect_read_within(struct fixture *f, int64_t within_ms)
{
	struct store_view *view;
	struct object object;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	for (int i = 0; i < OBJECTS; i++) {
		struct object_ref ref = sub_ref(name_of(f, i));

		assert_int_equal(
		    store_view_object(view, &ref, &f->arena, &object, &f->err),
		    0);
		if (f->now_ms - object.verified_at_ms > within_ms)
			fail_msg("%s was read %lld s ago", ref.id,
			    (long long)(f->now_ms - object.verified_at_ms) /
				1000);
	}
	store_view_close(view);
}

/*
 * Two days in steps of twenty minutes. Every fifth step the worker is killed
 * with what it took in its hands, every eleventh it does not run at all.
 */
static void test_all_are_read_in_time(void **state)
{
	struct fixture *f = *state;
	const size_t mean = OBJECTS * 8 / 7 / (DAY_MS / STEP_MS);
	size_t n, most = 0;

	find_all(f);
	for (int step = 1; step <= 2 * DAY_MS / STEP_MS; step++) {
		f->now_ms += STEP_MS;
		if (step % 11 == 0)
			continue;
		n = ledger_checks(f);
		if (step % 11 != 1 && n > most)
			most = n;
		if (step % 5 == 0) {
			(void)work(f, CLAIMS, true);
			restart(f);
		}
		while (work(f, CLAIMS, false) > 0)
			;
		if (step % 24 == 0)
			expect_read_within(f, DAY_MS);
		arena_reset(&f->arena);
	}
	if (most > 4 * mean)
		fail_msg("%zu in twenty minutes, %zu on average", most, mean);
}

/* ---- tiers -------------------------------------------------------------- */

static void expect_tiers(
    struct fixture *f, uint64_t active, uint64_t recent, uint64_t ended)
{
	uint64_t n[SCHEDULE_TIER_COUNT];
	struct store_view *view;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_population(view, "shop", n, &f->err), 0);
	store_view_close(view);
	if (n[SCHEDULE_ACTIVE] != active || n[SCHEDULE_RECENT] != recent ||
	    n[SCHEDULE_ENDED] != ended)
		fail_msg("%llu active, %llu recent, %llu ended",
		    (unsigned long long)n[0], (unsigned long long)n[1],
		    (unsigned long long)n[2]);
}

static struct object look(
    struct fixture *f, const char *id, const char *status, enum state as)
{
	struct object object;
	struct answer a;

	answer_sub(&a, status, as);
	ledger_look(f, sub_ref(id), CAUSE_MANUAL, &a);
	assert_int_equal(ledger_object(f, sub_ref(id), &object), 0);
	return object;
}

static void test_tiers(void **state)
{
	struct fixture *f = *state;
	struct object object;

	f->providers[0].schedule.resync_ended_ms = 7 * DAY_MS;
	expect_tiers(f, 0, 0, 0);
	look(f, "s1", "active", STATE_ACTIVE);
	look(f, "s2", "ended", STATE_ENDED);
	expect_tiers(f, 2, 0, 0);

	/* A change is followed by looks that are closer together. */
	f->now_ms += 2 * DAY_MS;
	object = look(f, "s1", "past_due", STATE_PAST_DUE);
	assert_int_equal(object.tier, SCHEDULE_RECENT);
	assert_true(object.next_check_ms <= f->now_ms + DAY_MS / 4);
	expect_tiers(f, 1, 1, 0);
	f->now_ms += DAY_MS;
	object = look(f, "s1", "past_due", STATE_PAST_DUE);
	assert_int_equal(object.tier, SCHEDULE_ACTIVE);

	/* Over for a week: rarer, and never nothing. */
	f->now_ms += 5 * DAY_MS;
	object = look(f, "s2", "ended", STATE_ENDED);
	assert_int_equal(object.tier, SCHEDULE_ENDED);
	assert_true(object.next_check_ms > f->now_ms);
	assert_true(object.next_check_ms <= f->now_ms + 7 * DAY_MS);
	expect_tiers(f, 1, 0, 1);
	/* Back to life after all. */
	f->now_ms += HOUR_MS;
	object = look(f, "s2", "active", STATE_ACTIVE);
	assert_int_equal(object.tier, SCHEDULE_RECENT);
	expect_tiers(f, 1, 1, 0);
}

/* Whose grant still says yes is never read more rarely. */
static void test_what_still_grants_stays(void **state)
{
	struct fixture *f = *state;
	struct object object;
	struct answer a;

	f->providers[0].schedule.resync_ended_ms = 7 * DAY_MS;
	answer_sub(&a, "ended", STATE_ENDED);
	a.grants[0].state = STATE_ACTIVE;
	ledger_look(f, sub_ref("s1"), CAUSE_MANUAL, &a);
	f->now_ms += 30 * DAY_MS;
	ledger_look(f, sub_ref("s1"), CAUSE_MANUAL, &a);
	assert_int_equal(ledger_object(f, sub_ref("s1"), &object), 0);
	assert_int_equal(object.tier, SCHEDULE_ACTIVE);
	/* Nor when it cannot be found any more. */
	f->now_ms += DAY_MS;
	f->providers[0].schedule.missing_window_ms = 0;
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_MANUAL);
	ledger_fail(f, VERDICT_GONE, "404");
	assert_int_equal(ledger_object(f, sub_ref("s1"), &object), 0);
	assert_int_equal(object.tier, SCHEDULE_ACTIVE);
	assert_true(object.next_check_ms <= f->now_ms + DAY_MS);
}

/* ---- repairs ------------------------------------------------------------ */

static void test_repairs_are_counted(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms += DAY_MS;
	assert_int_equal(ledger_checks(f), 1);
	answer_sub(&a, "paused", STATE_PAUSED);
	assert_true(ledger_answer(f, &a).repair);
	assert_int_equal(ledger_tally(f).repairs, 1);
	assert_int_equal(fixture_stats(f).repairs, 1);
	/* And one that was told of. */
	f->now_ms += HOUR_MS;
	answer_sub(&a, "active", STATE_ACTIVE);
	assert_false(ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).repair);
	assert_int_equal(ledger_tally(f).repairs, 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_all_are_read_in_time),
	    TEST(test_tiers),
	    TEST(test_what_still_grants_stays),
	    TEST(test_repairs_are_counted),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
