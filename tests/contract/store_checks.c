/* Looks that nobody asked for: at known moments, and by age. */
#include "tests/contract/ledger_tell.h"

static void test_checks_follow_the_boundary(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.boundaries_ms[0] = sec(300);
	a.seen.n_boundaries = 1;
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ledger_next_other(f), sec(301));
	assert_int_equal(ledger_checks(f), 0);
	f->now_ms = sec(301);
	assert_int_equal(ledger_checks(f), 1);
	assert_int_equal(ledger_checks(f), 0);
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "due @301 recheck n0 a0 r0");
	/* Were the job dropped, a resync would still come. */
	assert_int_equal(ledger_next_other(f), sec(301 + 86400));

	answer_sub(&a, "ended", STATE_ENDED);
	a.seen.changed_at_ms = sec(300);
	settled = ledger_answer(f, &a);
	assert_int_equal(settled.news, HISTORY_NEWS);
	assert_false(settled.repair);
	/* What has just changed is read again in a quarter of the time. */
	assert_true(ledger_next_other(f) >= sec(301 + 86400 / 64));
	assert_true(ledger_next_other(f) <= sec(301 + 86400 / 4));

	/* That moment explains nothing that comes later. */
	f->now_ms = sec(5000);
	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.changed_at_ms = sec(4000);
	assert_true(ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a).repair);
}

static void test_news_before_the_boundary_is_a_repair(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.boundaries_ms[0] = sec(300);
	a.seen.n_boundaries = 1;
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(301);
	assert_int_equal(ledger_checks(f), 1);
	answer_sub(&a, "ended", STATE_ENDED);
	a.seen.changed_at_ms = sec(200);
	assert_true(ledger_answer(f, &a).repair);
}

static void test_a_dropped_check_comes_again(void **state)
{
	struct fixture *f = *state;
	struct job_filter all = {.state = -1};
	struct answer a;
	size_t n;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.boundaries_ms[0] = sec(300);
	a.seen.n_boundaries = 1;
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(301);
	assert_int_equal(ledger_checks(f), 1);
	assert_int_equal(
	    store_jobs_drop(f->store, &all, false, f->now_ms, &n, &f->err), 0);
	assert_int_equal(n, 1);
	f->now_ms = ledger_next_other(f);
	assert_int_equal(f->now_ms, sec(301 + 86400));
	assert_int_equal(ledger_checks(f), 1);
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "due @86701 resync n0 a0 r0");
}

static int64_t boundary_of(struct fixture *f)
{
	struct object object;

	assert_int_equal(ledger_object(f, sub_ref("s1"), &object), 0);
	return object.boundary_ms;
}

/* What was to happen is told until somebody looked behind it. */
static void test_the_boundary_is_told(void **state)
{
	struct fixture *f = *state;
	struct job_filter all = {.state = -1};
	struct answer a;
	size_t n;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(boundary_of(f), 0); /* the next check is for its age */
	f->now_ms = sec(10);
	a.seen.boundaries_ms[0] = sec(300);
	a.seen.n_boundaries = 1;
	ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a);
	assert_int_equal(boundary_of(f), sec(300));
	f->now_ms = sec(301);
	assert_int_equal(ledger_checks(f), 1);
	assert_int_equal(boundary_of(f), sec(300));
	assert_int_equal(
	    store_jobs_drop(f->store, &all, false, f->now_ms, &n, &f->err), 0);
	assert_int_equal(boundary_of(f), sec(300));
	ledger_look(f, sub_ref("s1"), CAUSE_MANUAL, &a);
	assert_int_equal(boundary_of(f), 0);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(test_checks_follow_the_boundary,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_news_before_the_boundary_is_a_repair, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_the_boundary_is_told, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_a_dropped_check_comes_again,
		ledger_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
