/*
 * The wall clock steps by hours, by years, and back: nothing is waited for
 * longer than it would be anyway, and nothing comes in a flood.
 */
#include "clients/client.h"

#include "reconciler/io/query.h"
#include "reconciler/io/silence.h"

#include "tests/contract/ledger_tell.h"

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS (24 * HOUR_MS)

static const int64_t steps_ms[] = {3 * HOUR_MS, DAY_MS, 3650 * DAY_MS};

enum { N_STEPS = sizeof(steps_ms) / sizeof(steps_ms[0]), OBJECTS = 480 };

static size_t reclock(struct fixture *f)
{
	size_t n, all = 0;

	do {
		struct store_turn *turn = fixture_begin(f);

		assert_in_range(all, 0, 10 * OBJECTS);

		n = store_turn_reclock(turn, 100);
		fixture_commit(f, turn);
		all += n;
	} while (n > 0);
	return all;
}

static int64_t due_of(struct fixture *f, const char *id)
{
	struct job job;

	assert_int_equal(fixture_job(f, "shop", id, &job), 0);
	return job.due_ms;
}

/* A clock that is right is left alone. */
static void test_nothing_to_set(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(reclock(f), 0);
	ledger_want(f, sub_ref("s2"), NULL, CAUSE_NOTIFIED);
	ledger_fail(f, VERDICT_LATER, "503");
	assert_int_equal(reclock(f), 0);
	f->now_ms += 30 * DAY_MS;
	assert_int_equal(reclock(f), 0);
}

/* A retry, a rung and a missing window that a clock ahead wrote. */
static void wait_for_all(struct fixture *f)
{
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("same"), CAUSE_NOTIFIED, &a);
	f->now_ms += 10000;
	ledger_look(f, sub_ref("same"), CAUSE_NOTIFIED, &a);
	ledger_want(f, sub_ref("later"), NULL, CAUSE_NOTIFIED);
	ledger_fail(f, VERDICT_LATER, "503");
	ledger_want(f, sub_ref("gone"), NULL, CAUSE_NOTIFIED);
	ledger_fail(f, VERDICT_GONE, "404");
	f->now_ms -= 10000;
}

static void test_jobs_of_a_clock_that_was_ahead(void **state)
{
	static const char *const ids[] = {"later", "gone", "same"};
	struct fixture *f = *state;
	const struct job_filter all = {.state = -1};
	size_t n;

	for (size_t i = 0; i < N_STEPS; i++) {
		f->now_ms += steps_ms[i];
		wait_for_all(f);
		f->now_ms -= steps_ms[i];
		for (size_t k = 0; k < 3; k++)
			assert_true(due_of(f, ids[k]) > f->now_ms + HOUR_MS);
		assert_true(reclock(f) >= 3);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(due_of(f, ids[k]), f->now_ms);
		assert_int_equal(reclock(f), 0);
		assert_int_equal(store_jobs_drop(f->store, &all, false,
				     f->now_ms, &n, &f->err),
		    0);
		f->now_ms += DAY_MS;
	}
}

/* A notice does not wait for the spacing of a look that is to come. */
static void test_notices_after_a_step_back(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	for (size_t i = 0; i < N_STEPS; i++) {
		f->now_ms += steps_ms[i];
		ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
		f->now_ms -= steps_ms[i];
		ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
		assert_int_equal(due_of(f, "s1"), f->now_ms);
		assert_int_equal(ledger_answer(f, &a).superseded, false);
		f->now_ms += DAY_MS;
		fixture_close(f);
		fixture_open(f);
		(void)reclock(f);
		while (ledger_checks(f) > 0)
			;
		{
			const struct job_filter all = {.state = -1};
			size_t n;

			assert_int_equal(store_jobs_drop(f->store, &all, false,
					     f->now_ms, &n, &f->err),
			    0);
		}
		f->now_ms += DAY_MS;
	}
}

/* ---- checks ------------------------------------------------------------- */

static void look_at_all(struct fixture *f, const struct answer *a)
{
	struct notice *notices =
	    arena_alloc(&f->arena, OBJECTS, sizeof(*notices));
	struct claim *claims = arena_alloc(&f->arena, OBJECTS, sizeof(*claims));
	struct settled settled;
	struct store_turn *turn;

	assert_non_null(notices);
	assert_non_null(claims);
	for (int i = 0; i < OBJECTS; i++)
		notices[i] = (struct notice){
		    .ref = sub_ref(arena_printf(&f->arena, "s%03d", i)),
		    .arrived_ms = f->now_ms,
		    .cause = CAUSE_DISCOVER};
	assert_int_equal(store_append(f->store, notices, OBJECTS, &f->err), 0);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_collect(turn, OBJECTS), OBJECTS);
	assert_int_equal(
	    store_turn_claim(turn, "shop", OBJECTS, &f->arena, claims),
	    OBJECTS);
	for (int i = 0; i < OBJECTS; i++) {
		struct outcome outcome = ledger_truth(f, &claims[i], a);

		store_turn_settle(turn, &outcome, &settled);
	}
	fixture_commit(f, turn);
	arena_reset(&f->arena);
}

/* Counts the checks that fall due, hour by hour; they become jobs. */
static void count_hours(struct fixture *f, int hours, size_t *all, size_t *most)
{
	*all = *most = 0;
	for (int i = 0; i < hours; i++) {
		size_t n;

		f->now_ms += HOUR_MS;
		n = ledger_checks(f);
		*all += n;
		*most = n > *most ? n : *most;
	}
}

/* All are read within a day again, and not all in the same hour. */
static void test_checks_of_a_clock_that_was_ahead(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	size_t all, most;

	answer_sub(&a, "active", STATE_ACTIVE);
	f->now_ms += 3650 * DAY_MS;
	look_at_all(f, &a);
	f->now_ms -= 3650 * DAY_MS;
	assert_int_equal(reclock(f), OBJECTS);
	count_hours(f, 24, &all, &most);
	assert_int_equal(all, OBJECTS);
	if (most > 3 * OBJECTS / 21)
		fail_msg("%zu of %d in one hour", most, OBJECTS);
}

/* Less than a resync ahead: late by that at most, and nothing is to be done. */
static void test_a_clock_that_was_hours_ahead(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	size_t all, most;

	answer_sub(&a, "active", STATE_ACTIVE);
	f->now_ms += 3 * HOUR_MS;
	look_at_all(f, &a);
	f->now_ms -= 3 * HOUR_MS;
	(void)reclock(f);
	count_hours(f, 27, &all, &most);
	assert_int_equal(all, OBJECTS);
	assert_true(most <= 3 * OBJECTS / 21);
}

/* Forward: what is due then is due once, a bit at a time, and goes on evenly.
 */
static void test_a_clock_that_steps_forward(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct answer a;
	size_t n;

	answer_sub(&a, "active", STATE_ACTIVE);
	look_at_all(f, &a);
	f->now_ms += 6 * HOUR_MS;
	turn = fixture_begin(f);
	assert_int_equal(store_turn_checks(turn, 50), 50);
	store_turn_abort(turn);
	n = ledger_checks(f);
	/* Six hours of turns that are 21 hours apart, the first 1.5 without. */
	assert_in_range(n, OBJECTS / 8, OBJECTS / 2);
	assert_int_equal(ledger_checks(f), 0);
}

/* A known moment is looked at although the clock was ahead of it for a time. */
static void test_boundaries(void **state)
{
	struct fixture *f = *state;
	struct object object;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.boundaries_ms[0] = sec(600);
	a.seen.n_boundaries = 1;
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms += 5 * HOUR_MS;
	assert_int_equal(ledger_checks(f), 1);
	(void)ledger_answer(f, &a);
	f->now_ms -= 5 * HOUR_MS;
	/* Looked at early; its age brings it back, within the time and a step.
	 */
	(void)reclock(f);
	assert_int_equal(ledger_object(f, sub_ref("s1"), &object), 0);
	assert_true(object.next_check_ms <= f->now_ms + DAY_MS + 5 * HOUR_MS);
}

/* ---- answers ------------------------------------------------------------ */

static bool is_fresh(struct fixture *f)
{
	const struct account_question question = {
	    .account = "shop/7", .now_ms = f->now_ms};
	struct account_answer answer;
	struct store_view *view;

	f->providers[0].client = client_find("ecurring");
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(query_account(view, &f->settings, &question, &f->arena,
			     &answer, &f->err),
	    0);
	store_view_close(view);
	return answer.fresh;
}

/* What was verified in the future may be old; a correction is none of that. */
static void test_what_is_verified_in_the_future(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_true(is_fresh(f));
	f->now_ms -= 30 * 1000;
	assert_true(is_fresh(f));
	f->now_ms -= 5 * HOUR_MS;
	assert_false(is_fresh(f));
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_true(is_fresh(f));
	f->now_ms += 25 * HOUR_MS;
	assert_false(is_fresh(f));
}

/* What is read more rarely on purpose is not stale for that. */
static void test_what_has_ended_is_fresh_for_longer(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "ended", STATE_ENDED);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms += 25 * HOUR_MS;
	assert_false(is_fresh(f));
	f->providers[0].schedule.resync_ended_ms = 7 * DAY_MS;
	assert_true(is_fresh(f));
	f->now_ms += 6 * DAY_MS;
	assert_false(is_fresh(f));
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms += 25 * HOUR_MS;
	assert_false(is_fresh(f));
}

/* ---- the alarm ---------------------------------------------------------- */

static bool rings(struct fixture *f)
{
	const struct tally tally = ledger_tally(f);

	return silence_rings(&f->providers[0], &tally, f->now_ms);
}

static void repair(struct fixture *f, const char *status, enum state as)
{
	struct answer a;

	answer_sub(&a, status, as);
	assert_true(ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a).repair);
}

/* A last notice in the future does not silence the alarm until then. */
static void test_silence_after_a_step_back(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	f->providers[0].silence_ms = HOUR_MS;
	f->now_ms += 3650 * DAY_MS;
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms -= 3650 * DAY_MS;
	repair(f, "paused", STATE_PAUSED);
	assert_false(rings(f));
	f->now_ms += 2 * HOUR_MS;
	assert_false(rings(f));
	repair(f, "active", STATE_ACTIVE);
	assert_true(rings(f));
	/* A notice ends it, and is the last one from then on. */
	f->now_ms += 2000;
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_false(rings(f));
	assert_int_equal(ledger_tally(f).last_notice_ms, f->now_ms);
}

/* So does a notice of its own. */
static void test_a_notice_after_a_step_back(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	f->now_ms += DAY_MS;
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms -= DAY_MS;
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ledger_tally(f).last_notice_ms, f->now_ms);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_nothing_to_set),
	    TEST(test_jobs_of_a_clock_that_was_ahead),
	    TEST(test_notices_after_a_step_back),
	    TEST(test_checks_of_a_clock_that_was_ahead),
	    TEST(test_a_clock_that_was_hours_ahead),
	    TEST(test_a_clock_that_steps_forward),
	    TEST(test_boundaries),
	    TEST(test_what_is_verified_in_the_future),
	    TEST(test_what_has_ended_is_fresh_for_longer),
	    TEST(test_silence_after_a_step_back),
	    TEST(test_a_notice_after_a_step_back),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
