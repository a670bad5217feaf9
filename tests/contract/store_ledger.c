/* What settling a look records, and what becomes of its job. */
#include "tests/contract/ledger_tell.h"

/* ---- what is recorded ------------------------------------------------- */

static void test_first_sight(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].since_ms = sec(-500);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);

	assert_int_equal(settled.fate, FATE_DONE);
	assert_int_equal(settled.news, HISTORY_NEWS);
	assert_int_equal(settled.added, 1);
	assert_int_equal(settled.changes, 1);
	assert_false(settled.repair);
	assert_string_equal(settled.status, "active");
	assert_string_equal(
	    tell_object(f, sub_ref("s1")), "active/active shop/7 -");
	assert_string_equal(
	    tell_history(f, sub_ref("s1")), "1 >active@0 notified o");
	assert_string_equal(
	    tell_account(f, "shop/7"), "true active s1:active[-500,-)");
	assert_string_equal(
	    tell_changes(f, 0), "1 shop/7 false>true active@0/0 notified s1");
	assert_string_equal(tell_job(f, sub_ref("s1")), "none");
	assert_int_equal(fixture_stats(f).repairs, 0);
}

static void test_collapsed_chain(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_payment(&a, "rescheduled", STATE_PENDING);
	answer_list(&a, "fulfilled", STATE_PAID, sec(-90));
	answer_list(&a, "charged_back", STATE_REVERSED, sec(-50));
	answer_list(&a, "rescheduled", STATE_PENDING, sec(-50));
	settled = ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a);

	assert_int_equal(settled.added, 3);
	assert_string_equal(tell_history(f, payment_ref("t1")),
	    "1 >fulfilled@-90 notified c"
	    " | 2 fulfilled>charged_back@-50 notified c"
	    " | 3 charged_back>rescheduled@-50 notified");
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "rescheduled/pending - -");
	assert_string_equal(tell_changes(f, 0), "");

	/* A resync finds what nobody told: one entry is new, one is gone. */
	f->now_ms = sec(100);
	answer_payment(&a, "refunded", STATE_REFUNDED);
	answer_list(&a, "fulfilled", STATE_PAID, sec(-90));
	answer_list(&a, "rescheduled", STATE_PENDING, sec(-50));
	answer_list(&a, "refunded", STATE_REFUNDED, sec(60));
	settled = ledger_look(f, payment_ref("t1"), CAUSE_RESYNC, &a);
	assert_true(settled.repair);
	assert_int_equal(settled.added, 1);
	assert_string_equal(tell_history(f, payment_ref("t1")),
	    "1 >fulfilled@-90 notified c"
	    " | 2 fulfilled>charged_back@-50 notified c x"
	    " | 3 charged_back>rescheduled@-50 notified"
	    " | 4 rescheduled>refunded@60 resync c");
}

static void test_same_answer_twice_changes_nothing(void **state)
{
	struct fixture *f = *state;
	const char *before;
	struct settled settled;
	struct answer a, payment;

	answer_payment(&payment, "fulfilled", STATE_PAID);
	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.version_ms = sec(-20);
	answer_grant(&a, 1, "trialing", STATE_TRIALING, sec(-9), sec(900));
	answer_list(&a, "pending", STATE_PENDING, sec(-30));
	answer_list(&a, "active", STATE_ACTIVE, sec(-20));
	answer_fact(&a, "plan", "gold");
	answer_member(&a, "t1");
	ledger_want(f, payment_ref("t1"), NULL, CAUSE_NOTIFIED);
	ledger_answer(f, &payment);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	before = tell_all(f);

	for (int i = 1; i <= 3; i++) {
		/* The rest of the burst, and then nobody asks. */
		f->now_ms = sec(i);
		settled = ledger_look(f, sub_ref("s1"),
		    i == 1 ? CAUSE_NOTIFIED : CAUSE_RESYNC, &a);
		assert_int_equal(settled.fate, FATE_DONE);
		assert_int_equal(settled.news, HISTORY_SAME);
		assert_int_equal(settled.added, 0);
		assert_int_equal(settled.changes, 0);
		assert_string_equal(tell_all(f), before);
	}
	assert_int_equal(ledger_account(f, "shop/7").verified_at_ms, f->now_ms);
}

static void test_abort_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct outcome outcome;
	struct settled settled;
	struct claim claim;
	const char *before;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	answer_member(&a, "t1");
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	before = tell_all(f);
	outcome = ledger_truth(f, &claim, &a);
	turn = fixture_begin(f);
	store_turn_settle(turn, &outcome, &settled);
	assert_int_equal(settled.changes, 1);
	store_turn_abort(turn);

	assert_string_equal(tell_all(f), before);
	assert_int_equal(ledger_settle(f, &outcome).changes, 1);
	assert_string_equal(
	    tell_changes(f, 0), "1 shop/7 false>true active@0/0 notified s1");
}

static void test_older_fetch_is_superseded(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome;
	struct settled settled;
	struct claim claim;
	const char *before;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	f->now_ms = sec(10);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	before = tell_all(f);

	f->now_ms = sec(20);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	answer_sub(&a, "ended", STATE_ENDED);
	outcome = ledger_truth(f, &claim, &a);
	outcome.started_ms = sec(9);
	settled = ledger_settle(f, &outcome);
	assert_true(settled.superseded);
	assert_int_equal(settled.fate, FATE_DONE);
	assert_string_equal(tell_all(f), before);

	/* The clock stepped back behind the record: the answer counts. */
	f->now_ms = sec(5);
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_false(settled.superseded);
	assert_string_equal(
	    tell_account(f, "shop/7"), "false ended s1:ended[-,-)");
}

static void test_other_mode_is_counted_only(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct tally tally;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.other_mode = true;
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.fate, FATE_DONE);
	assert_string_equal(tell_object(f, sub_ref("s1")), "absent");
	assert_string_equal(tell_changes(f, 0), "");
	tally = ledger_tally(f);
	assert_int_equal(tally.other_mode, 1);
	assert_int_equal(tally.looks, 1);
	assert_int_equal(tally.news, 0);
}

static void test_answer_that_does_not_fit_is_garbled(void **state)
{
	struct fixture *f = *state;
	char long_text[2000];
	struct answer a;

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.customer = long_text;
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).fate, FATE_AGAIN);
	assert_string_equal(tell_object(f, sub_ref("s1")), "absent");

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].product = long_text;
	assert_int_equal(
	    ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a).fate, FATE_AGAIN);
	assert_string_equal(tell_object(f, sub_ref("s2")), "absent");
}

static void test_facts_and_reasons(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_payment(&a, "failed", STATE_FAILED);
	answer_list(&a, "failed", STATE_FAILED, sec(-9));
	ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(10);
	a.listed[0].reason = "Insufficient funds";
	settled = ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.news, HISTORY_NEWS);
	assert_int_equal(settled.added, 0);
	assert_string_equal(tell_history(f, payment_ref("t1")),
	    "1 >failed@-9 notified !Insufficient funds");

	answer_sub(&a, "active", STATE_ACTIVE);
	answer_fact(&a, "plan", "silver");
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(20);
	a.facts[0].value = "gold";
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.added, 1);
	assert_int_equal(settled.changes, 0);
	assert_non_null(strstr(tell_history(f, sub_ref("s1")), "gold"));
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(
		test_first_sight, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_collapsed_chain, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_same_answer_twice_changes_nothing, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_abort_leaves_nothing, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_older_fetch_is_superseded, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_other_mode_is_counted_only,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_answer_that_does_not_fit_is_garbled, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_facts_and_reasons, ledger_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
