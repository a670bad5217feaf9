/* What becomes of a job when its look has ended.
 */
#include "tests/contract/ledger_tell.h"

/* ---- what becomes of the job ------------------------------------------ */

static void test_notice_in_flight_keeps_the_job(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome;
	struct settled settled;
	struct claim claim;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	outcome = ledger_truth(f, &claim, &a);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	settled = ledger_settle(f, &outcome);
	assert_int_equal(settled.fate, FATE_AGAIN);
	assert_int_equal(settled.due_ms, sec(1));
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "waiting @1 notified n2 a0 r0");
	assert_int_equal(ledger_account(f, "shop/7").pending, 1);

	f->now_ms = sec(1);
	assert_int_equal(ledger_answer(f, &a).fate, FATE_DONE);
	assert_string_equal(tell_job(f, sub_ref("s1")), "none");
	assert_int_equal(ledger_account(f, "shop/7").pending, 0);
}

static void test_nothing_new_climbs_the_ladder(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);

	f->now_ms = sec(1000);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.fate, FATE_AGAIN);
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "waiting @1005 recheck n0 a0 r1");
	assert_int_equal(ledger_account(f, "shop/7").pending, 1);
	f->now_ms = sec(1005);
	assert_int_equal(ledger_answer(f, &a).fate, FATE_AGAIN);
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "waiting @1035 recheck n0 a0 r2");
	f->now_ms = sec(1035);
	settled = ledger_answer(f, &a);
	assert_int_equal(settled.fate, FATE_DONE);
	assert_int_equal(ledger_account(f, "shop/7").pending, 0);

	/* Nobody asked: nothing new is believed at once. */
	f->now_ms = sec(2000);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a);
	assert_int_equal(settled.fate, FATE_DONE);
}

static void test_news_ends_the_ladder(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(1000);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(1005);
	answer_sub(&a, "ended", STATE_ENDED);
	settled = ledger_answer(f, &a);
	assert_int_equal(settled.fate, FATE_DONE);
	assert_int_equal(settled.news, HISTORY_NEWS);
	/* A notice told us: it was only early. */
	assert_false(settled.repair);
	assert_string_equal(tell_history(f, sub_ref("s1")),
	    "1 >active@0 notified o | 2 active>ended@1005 recheck o");
	assert_string_equal(tell_job(f, sub_ref("s1")), "none");
}

static void test_recent_change_explains_a_notice(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(0) + SCHEDULE_EXPLAINED_MS;
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).fate, FATE_DONE);
	f->now_ms += SCHEDULE_SPACING_MS;
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).fate, FATE_AGAIN);
}

static void test_stale_is_believed_at_last(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	const char *before;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.version_ms = sec(-10);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	before = tell_history(f, sub_ref("s1"));

	answer_sub(&a, "ended", STATE_ENDED);
	a.seen.version_ms = sec(-20);
	f->now_ms = sec(100);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a);
	assert_int_equal(settled.news, HISTORY_STALE);
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "waiting @105 recheck n0 a0 r1");
	f->now_ms = sec(105);
	settled = ledger_answer(f, &a);
	assert_int_equal(settled.news, HISTORY_STALE);
	assert_string_equal(tell_history(f, sub_ref("s1")), before);
	assert_string_equal(
	    tell_account(f, "shop/7"), "true active s1:active[-,-)");
	assert_int_equal(ledger_account(f, "shop/7").verified_at_ms, sec(0));

	f->now_ms = sec(135);
	settled = ledger_answer(f, &a);
	assert_int_equal(settled.news, HISTORY_NEWS);
	assert_int_equal(settled.fate, FATE_DONE);
	assert_true(settled.repair);
	assert_string_equal(
	    tell_account(f, "shop/7"), "false ended s1:ended[-,-)");
	assert_int_equal(fixture_stats(f).repairs, 1);
}

static void test_tie_is_looked_at_again(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.version_ms = sec(-10);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(2);
	answer_sub(&a, "ended", STATE_ENDED);
	a.seen.version_ms = sec(-10);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.news, HISTORY_NEWS);
	assert_int_equal(settled.changes, 1);
	assert_int_equal(settled.fate, FATE_AGAIN);
	assert_int_equal(settled.due_ms, sec(7));
}

static void test_resync_news_is_a_repair(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	/* Discovery of what nobody knew is none. */
	settled = ledger_look(f, sub_ref("s1"), CAUSE_DISCOVER, &a);
	assert_false(settled.repair);
	f->now_ms = sec(100);
	answer_sub(&a, "past_due", STATE_PAST_DUE);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_MANUAL, &a);
	assert_false(settled.repair);
	f->now_ms = sec(200);
	answer_sub(&a, "ended", STATE_ENDED);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a);
	assert_true(settled.repair);
	assert_string_equal(tell_history(f, sub_ref("s1")),
	    "1 >active@0 discover o c | 2 active>past_due@100 manual o c"
	    " | 3 past_due>ended@200 resync o c");
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false ended@200/200 resync s1");
}

/* ---- answers that are no truth ---------------------------------------- */

static void test_missing_waits_then_keeps_the_state(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(100);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	for (int i = 0; i < 100; i++) {
		settled = ledger_fail(f, VERDICT_GONE, "no such object");
		if (settled.fate != FATE_AGAIN)
			break;
		assert_false(settled.gone);
		assert_true(settled.due_ms > f->now_ms);
		f->now_ms = settled.due_ms;
	}
	assert_int_equal(settled.fate, FATE_DONE);
	assert_true(settled.gone);
	assert_true(f->now_ms >= sec(700));
	assert_string_equal(tell_object(f, sub_ref("s1")),
	    "active/active shop/7 - missing 100");
	assert_string_equal(
	    tell_account(f, "shop/7"), "true active s1:active[-,-)");
	assert_int_equal(fixture_stats(f).changes, 1);

	assert_int_equal(ledger_tally(f).gone, 1);
	assert_true(ledger_next_other(f) > f->now_ms + 80000 * 1000 / 2);

	/* It is known to be missing: a resync asks once. */
	f->now_ms = sec(50000);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_RESYNC);
	assert_int_equal(
	    ledger_fail(f, VERDICT_GONE, "no such object").fate, FATE_DONE);
	/* And it may come back. */
	assert_int_equal(ledger_tally(f).gone, 1);
	assert_true(ledger_next_other(f) > sec(50000 + 60000));
	f->now_ms = sec(60000);
	ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a);
	assert_string_equal(
	    tell_object(f, sub_ref("s1")), "active/active shop/7 -");
}

static void test_gone_for_sure_does_not_wait(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {
	    .verdict = VERDICT_GONE, .gone_for_sure = true, .cause = "410"};
	struct settled settled;
	struct claim claim;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	outcome.claim = &claim;
	outcome.started_ms = f->now_ms;
	settled = ledger_settle(f, &outcome);
	assert_true(settled.gone);
	assert_int_equal(settled.fate, FATE_DONE);
	assert_string_equal(tell_object(f, sub_ref("s1")), "absent");
}

static void test_garbled_parks(void **state)
{
	struct fixture *f = *state;
	struct settled settled;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	for (int i = 1; i < SCHEDULE_GARBLED_MAX; i++) {
		settled = ledger_fail(f, VERDICT_GARBLED, "not JSON");
		assert_int_equal(settled.fate, FATE_AGAIN);
		f->now_ms = settled.due_ms;
	}
	settled = ledger_fail(f, VERDICT_GARBLED, "not JSON");
	assert_int_equal(settled.fate, FATE_PARKED);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 1);
	assert_non_null(strstr(tell_job(f, sub_ref("s1")), "not JSON"));
}

static void test_later_and_barred_wait(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {.verdict = VERDICT_LATER, .cause = "503"};
	struct settled settled;
	struct claim claim;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	outcome.claim = &claim;
	outcome.retry_at_ms = sec(77);
	settled = ledger_settle(f, &outcome);
	assert_int_equal(settled.fate, FATE_AGAIN);
	assert_int_equal(settled.due_ms, sec(77));
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "waiting @77 notified n1 a1 r0 503");

	f->now_ms = sec(77);
	settled = ledger_fail(f, VERDICT_BARRED, "401");
	assert_int_equal(settled.fate, FATE_AGAIN);
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "due @77 notified n1 a1 r0 401");
}

static void test_a_claim_whose_job_was_dropped(void **state)
{
	struct fixture *f = *state;
	struct job_filter all = {.state = -1};
	struct settled settled;
	struct outcome outcome;
	struct claim claim;
	struct answer a;
	size_t n;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	assert_int_equal(
	    store_jobs_drop(f->store, &all, false, f->now_ms, &n, &f->err), 0);
	answer_sub(&a, "active", STATE_ACTIVE);
	outcome = ledger_truth(f, &claim, &a);
	for (int v = VERDICT_TRUTH; v < VERDICT_COUNT; v++) {
		outcome.verdict = (enum verdict)v;
		settled = ledger_settle(f, &outcome);
		assert_int_equal(settled.fate, FATE_DONE);
		assert_string_equal(tell_job(f, sub_ref("s1")), "none");
	}
	assert_string_equal(
	    tell_account(f, "shop/7"), "true active s1:active[-,-)");
}

static void test_newer_notice_outranks_the_ladder(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome;
	struct claim claim;
	struct answer a;
	struct job job;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(1000);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	outcome = ledger_truth(f, &claim, &a);
	f->now_ms = sec(1002);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	assert_int_equal(ledger_settle(f, &outcome).due_ms, sec(1002));
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "due @1002 notified n1 a0 r0");

	/* Two notices, one ladder, as old as the first of them. */
	f->now_ms = sec(1010);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	ledger_answer(f, &a);
	assert_int_equal(ledger_job(f, sub_ref("s1"), &job), 0);
	assert_int_equal(job.rung, 1);
	assert_int_equal(job.first_notified_ms, sec(1002));
}

static void test_missing_begins_afresh_after_failures(void **state)
{
	struct fixture *f = *state;
	struct settled settled;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	for (int i = 0; i < 6; i++) {
		settled = ledger_fail(f, VERDICT_LATER, "503");
		f->now_ms = settled.due_ms;
	}
	settled = ledger_fail(f, VERDICT_GONE, "no such object");
	assert_int_equal(settled.due_ms, f->now_ms + 1000);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(test_notice_in_flight_keeps_the_job,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_nothing_new_climbs_the_ladder,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_news_ends_the_ladder, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_recent_change_explains_a_notice, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_stale_is_believed_at_last, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_tie_is_looked_at_again, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_resync_news_is_a_repair, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_missing_waits_then_keeps_the_state, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_gone_for_sure_does_not_wait,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_garbled_parks, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_later_and_barred_wait, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_a_claim_whose_job_was_dropped,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_newer_notice_outranks_the_ladder, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_missing_begins_afresh_after_failures, ledger_setup,
		fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
