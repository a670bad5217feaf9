/* What payments do to what they had paid for: once, for a while, several. */
#include "tests/contract/effects_tell.h"

/* ---- revoked ---------------------------------------------------------- */

static void test_a_refund_revokes_once(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_NONE, "s1", 0, 0).changes, 0);
	assert_string_equal(tell_effects(f, "shop/7"), "s1:");
	f->now_ms = sec(100);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(90), 0).changes, 1);
	assert_string_equal(tell_changes(f, 1),
	    "2 shop/7 true>false active@90/100 notified s1");
	assert_string_equal(tell_why(f, "shop/7"),
	    "false - revoked: refunded on 1970-01-12T13:48:10Z "
	    "(transaction t1)");
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[90,-)");

	/* Said again, by both: nothing new. */
	f->now_ms = sec(200);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(90), 0).changes, 0);
	see_sub(f, "s1", "7");
	assert_int_equal(ledger_advance(f), 0);
	assert_int_equal(fixture_stats(f).changes, 2);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[90,-)");
}

static void test_before_its_target_is_known(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    see_payment(f, "t1", EFFECT_CHARGEBACK, "s1", 0, 0).changes, 0);
	f->now_ms = sec(10);
	see_sub(f, "s1", "7");
	assert_string_equal(tell_why(f, "shop/7"),
	    "false - revoked: charged back (transaction t1)");
	assert_string_equal(tell_changes(f, 0), "");
	f->now_ms = sec(20);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_NONE, "s1", sec(15), 0).changes, 1);
	assert_string_equal(
	    tell_changes(f, 0), "1 shop/7 false>true active@20/20 notified s1");
}

static void test_grants_that_come_later(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.n_grants = 0;
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(-5), 0);
	f->now_ms = sec(10);
	answer_grant(&a, 0, "active", STATE_ACTIVE, 0, 0);
	answer_grant(&a, 1, "active", STATE_ACTIVE, 0, 0);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_effects(f, "shop/7"),
	    "s1: refund by t1[-5,-) | s1: refund by t1[-5,-)");
	assert_string_equal(tell_changes(f, 0), "");
}

static void test_in_part_then_all(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_PARTIAL_REFUND, "s1", sec(8), 0)
		.changes,
	    0);
	f->now_ms = sec(20);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(18), 0).changes, 1);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[18,-)");
	assert_string_equal(tell_was(f, "shop/7", 17, 0), "true");
	assert_string_equal(tell_was(f, "shop/7", 18, 0), "false");
	/* By another policy the first part revoked already; none is lost. */
	policy_set(&f->providers[0].policy, "partial_refund", "revoke", NULL);
	assert_string_equal(tell_was(f, "shop/7", 7, 0), "true");
	assert_string_equal(tell_was(f, "shop/7", 8, 0), "false");
	policy_set(&f->providers[0].policy, "refund", "keep", NULL);
	assert_string_equal(tell_was(f, "shop/7", 17, 0), "false");
	assert_string_equal(tell_was(f, "shop/7", 18, 0), "true");
	assert_string_equal(
	    tell_why(f, "shop/7"), "true - subscription active at provider");
}

/* ---- for a while ------------------------------------------------------ */

static void test_until_the_paid_period_ends(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(5), sec(100));
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false active@5/10 notified s1");
	assert_int_equal(ledger_next_other(f), sec(100));
	f->now_ms = sec(150);
	assert_int_equal(ledger_advance(f), 1);
	assert_int_equal(ledger_advance(f), 0);
	assert_string_equal(
	    tell_changes(f, 2), "3 shop/7 false>true active@100/150 time s1");
	/* The payment's next look finds what was announced. */
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(5), sec(100)).changes,
	    0);
}

static void test_a_moment_to_come(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(50), 0).changes, 0);
	assert_int_equal(ledger_next_other(f), sec(50));
	f->now_ms = sec(60);
	/* What time made comes first, with its own moment. */
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_NONE, "s1", sec(55), 0).changes, 2);
	assert_string_equal(tell_changes(f, 1),
	    "2 shop/7 true>false active@50/60 time s1"
	    " | 3 shop/7 false>true active@60/60 notified s1");
}

/* ---- several payments ------------------------------------------------- */

static void test_two_payments_one_refunded(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_NONE, "s1", 0, sec(100));
	see_payment(f, "t2", EFFECT_NONE, "s1", 0, sec(200));
	f->now_ms = sec(15);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(9), sec(100));
	assert_string_equal(tell_why(f, "shop/7"),
	    "false 100 revoked until 1970-01-12T13:48:20Z: refunded on "
	    "1970-01-12T13:46:49Z (transaction t1)");
	/* The other one is good: that says nothing about the first. */
	see_payment(f, "t2", EFFECT_NONE, "s1", 0, sec(200));
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[9,100)");

	/* Both; then one of them is good after all. */
	f->now_ms = sec(20);
	see_payment(f, "t2", EFFECT_CHARGEBACK, "s1", sec(19), sec(200));
	assert_string_equal(tell_effects(f, "shop/7"),
	    "s1: refund by t1[9,100) chargeback by t2[19,200)");
	f->now_ms = sec(30);
	assert_int_equal(
	    see_payment(f, "t2", EFFECT_NONE, "s1", 0, 0).changes, 0);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[9,100)");
	f->now_ms = sec(40);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_NONE, "s1", 0, 0).changes, 1);
	assert_string_equal(tell_effects(f, "shop/7"), "s1:");
	assert_string_equal(tell_changes(f, 1),
	    "2 shop/7 true>false active@9/15 notified s1"
	    " | 3 shop/7 false>true active@40/40 notified s1");
}

static void test_several_targets_of_one(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	see_sub(f, "s1", "7");
	see_sub(f, "s2", "8");
	f->now_ms = sec(10);
	answer_payment(&a, "refunded", STATE_REFUNDED);
	answer_effect(&a, EFFECT_REFUND, "s1", sec(5), sec(50));
	answer_effect(&a, EFFECT_REFUND, "s1", sec(60), sec(70));
	answer_effect(&a, EFFECT_REFUND, "s2", sec(6), 0);
	answer_effect(&a, EFFECT_REFUND, "s2", sec(6), 0);
	assert_int_equal(
	    ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a).changes, 2);
	assert_string_equal(tell_effects(f, "shop/7"),
	    "s1: refund by t1[5,50) refund by t1[60,70)");
	assert_string_equal(tell_effects(f, "shop/8"), "s2: refund by t1[6,-)");
	assert_string_equal(tell_changes(f, 2),
	    "3 shop/7 true>false active@5/10 notified s1"
	    " | 4 shop/8 true>false active@6/10 notified s2");
	f->now_ms = sec(20);
	assert_int_equal(
	    ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a).changes, 0);

	/* One target less, one period less. */
	f->now_ms = sec(30);
	a.seen.n_effects = 1;
	assert_int_equal(
	    ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a).changes, 1);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[5,50)");
	assert_string_equal(tell_effects(f, "shop/8"), "s2:");
}

/* Rows beside each other have much in common, but not this. */
static void test_each_grant_has_its_own(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	see_sub(f, "s2", "7");
	see_sub(f, "s3", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(5), sec(50));
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[5,50) | s2: | s3:");
	see_payment(f, "t2", EFFECT_CHARGEBACK, "s2", sec(6), 0);
	assert_string_equal(tell_effects(f, "shop/7"),
	    "s1: refund by t1[5,50) | s2: chargeback by t2[6,-) | s3:");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_a_refund_revokes_once),
	    TEST(test_before_its_target_is_known),
	    TEST(test_grants_that_come_later),
	    TEST(test_in_part_then_all),
	    TEST(test_until_the_paid_period_ends),
	    TEST(test_a_moment_to_come),
	    TEST(test_two_payments_one_refunded),
	    TEST(test_several_targets_of_one),
	    TEST(test_each_grant_has_its_own),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
