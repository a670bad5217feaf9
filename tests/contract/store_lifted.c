/* Effects that are lifted, corrected, moved along, or no answer at all. */
#include "tests/contract/effects_tell.h"

/* ---- lifted ----------------------------------------------------------- */

static void test_lifted_when_it_is_good_after_all(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(100);
	see_payment(f, "t1", EFFECT_CHARGEBACK, "s1", sec(90), 0);
	f->now_ms = sec(200);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_NONE, "s1", sec(190), 0).changes, 1);
	assert_string_equal(tell_effects(f, "shop/7"), "s1:");
	/* The past: as it was, by what is known now. */
	assert_string_equal(tell_was(f, "shop/7", 89, 0), "true");
	assert_string_equal(tell_was(f, "shop/7", 90, 0), "false");
	assert_string_equal(tell_was(f, "shop/7", 189, 0), "false");
	assert_string_equal(tell_was(f, "shop/7", 190, 0), "true");
	/* And by what was known: before we heard of it, and in between. */
	assert_string_equal(tell_was(f, "shop/7", 95, 99), "true");
	assert_string_equal(tell_was(f, "shop/7", 95, 100), "false");
	assert_string_equal(tell_was(f, "shop/7", 195, 199), "false");
	assert_string_equal(tell_was(f, "shop/7", 195, 200), "true");

	/* Taken back a second time. */
	f->now_ms = sec(300);
	see_payment(f, "t1", EFFECT_CHARGEBACK, "s1", sec(290), 0);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: chargeback by t1[290,-)");
	assert_string_equal(tell_was(f, "shop/7", 189, 0), "false");
	assert_string_equal(tell_was(f, "shop/7", 289, 0), "true");
}

static void test_lifted_when_it_is_not_named_any_more(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	see_sub(f, "s2", "8");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(5), 0);
	/* It was another one that it had paid for. */
	f->now_ms = sec(20);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s2", sec(5), 0).changes, 2);
	assert_string_equal(tell_effects(f, "shop/7"), "s1:");
	assert_string_equal(tell_effects(f, "shop/8"), "s2: refund by t1[5,-)");
	/* None at all. */
	f->now_ms = sec(30);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, NULL, 0, 0).changes, 1);
	assert_string_equal(tell_effects(f, "shop/8"), "s2:");
	assert_string_equal(tell_was(f, "shop/8", 29, 0), "false");
	assert_string_equal(tell_was(f, "shop/8", 30, 0), "true");
	f->now_ms = sec(40);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, NULL, 0, 0).changes, 0);
}

static void test_other_times_are_a_correction(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_REFUND, "s1", 0, 0);
	assert_string_equal(tell_was(f, "shop/7", 1, 0), "false");
	f->now_ms = sec(20);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(8), sec(90)).changes,
	    0);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[8,90)");
	assert_string_equal(tell_was(f, "shop/7", 7, 0), "true");
	assert_string_equal(tell_was(f, "shop/7", 8, 0), "false");
	assert_string_equal(tell_was(f, "shop/7", 7, 19), "false");
	assert_int_equal(ledger_next_other(f), sec(90));
}

static void test_a_lifting_that_cannot_be(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(8), 0);
	/* Good again since before it was refunded: then since now. */
	f->now_ms = sec(20);
	see_payment(f, "t1", EFFECT_NONE, "s1", sec(3), 0);
	assert_string_equal(tell_was(f, "shop/7", 19, 0), "false");
	assert_string_equal(tell_was(f, "shop/7", 20, 0), "true");
}

/* ---- whose they are --------------------------------------------------- */

static void test_they_stay_with_what_moves(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(5), 0);
	ledger_link(f, "7", "usr");
	assert_string_equal(tell_effects(f, "usr"), "s1: refund by t1[5,-)");
	assert_string_equal(tell_was(f, "usr", 4, 0), "true");
	assert_string_equal(tell_was(f, "usr", 5, 0), "false");
	/* No account lost or got anything by the link. */
	assert_int_equal(fixture_stats(f).changes, 2);

	f->now_ms = sec(20);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_NONE, "s1", 0, 0).changes, 1);
	assert_string_equal(
	    tell_changes(f, 2), "3 usr false>true active@20/20 notified s1");
	ledger_link(f, "7", NULL);
	f->now_ms = sec(30);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(25), 0).changes, 1);
	assert_string_equal(
	    tell_changes(f, 5), "6 shop/7 true>false active@25/30 notified s1");

	/* Another customer gets it as it is. */
	f->now_ms = sec(40);
	see_sub(f, "s1", "8");
	assert_string_equal(
	    tell_effects(f, "shop/8"), "s1: refund by t1[25,-)");
	assert_int_equal(fixture_stats(f).changes, 6);
}

static void test_on_what_is_nobodys(void **state)
{
	struct fixture *f = *state;

	see_sub(f, "s1", NULL);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(-5), 0).changes, 0);
	f->now_ms = sec(10);
	see_sub(f, "s1", "7");
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[-5,-)");
	assert_string_equal(tell_changes(f, 0), "");
}

static void test_on_itself(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "complete", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(10);
	answer_effect(&a, EFFECT_REFUND, "s1", sec(5), 0);
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 1);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false active@5/10 notified s1");
	f->now_ms = sec(20);
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 0);
}

/* ---- answers that are none -------------------------------------------- */

static void test_only_truth_counts(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_REFUND, "s1", sec(5), 0);
	/* Gone is no word about the money. */
	f->now_ms = sec(2000);
	ledger_want(f, payment_ref("t1"), NULL, CAUSE_NOTIFIED);
	ledger_fail(f, VERDICT_GONE, "no such payment");
	assert_string_equal(tell_effects(f, "shop/7"), "s1: refund by t1[5,-)");

	answer_payment(&a, "paid", STATE_PAID);
	answer_effect(&a, EFFECT_NONE, "s1", 0, 0);
	a.seen.other_mode = true;
	f->now_ms = sec(9000);
	ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_effects(f, "shop/7"), "s1: refund by t1[5,-)");
}

static void test_what_does_not_fit_is_garbled(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	see_sub(f, "s1", "7");
	f->now_ms = sec(10);
	see_payment(f, "t1", EFFECT_COUNT, "s1", 0, 0);
	assert_non_null(
	    strstr(tell_job(f, payment_ref("t1")), "an effect is of no kind"));
	see_payment(f, "t2", EFFECT_REFUND, "", 0, 0);
	assert_non_null(strstr(
	    tell_job(f, payment_ref("t2")), "the name of what it paid for"));
	answer_payment(&a, "refunded", STATE_REFUNDED);
	answer_effect(&a, EFFECT_REFUND, "s1", 0, 0);
	a.seen.n_effects = OBSERVATION_EFFECTS_MAX + 1;
	ledger_look(f, payment_ref("t3"), CAUSE_NOTIFIED, &a);
	assert_non_null(
	    strstr(tell_job(f, payment_ref("t3")), "it has too many effects"));
	assert_string_equal(tell_effects(f, "shop/7"), "s1:");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_lifted_when_it_is_good_after_all),
	    TEST(test_lifted_when_it_is_not_named_any_more),
	    TEST(test_other_times_are_a_correction),
	    TEST(test_a_lifting_that_cannot_be),
	    TEST(test_they_stay_with_what_moves),
	    TEST(test_on_what_is_nobodys),
	    TEST(test_on_itself),
	    TEST(test_only_truth_counts),
	    TEST(test_what_does_not_fit_is_garbled),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
