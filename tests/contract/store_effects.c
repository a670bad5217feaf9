/* What payments do to what they had paid for: revoked, lifted, moved, dated. */
#include "tests/contract/ledger_tell.h"

/* ANSWER UNTIL REASON, now. */
static const char *tell_why(struct fixture *f, const char *account)
{
	struct account_view seen = ledger_account(f, account);
	struct entitlement answer;
	struct buf out;

	entitle_account(seen.grants, seen.n_grants, f->now_ms, &answer);
	buf_init(&out, TELL_MAX);
	buf_addf(&out, "%s", entitled_name(answer.entitled));
	tell_time(&out, " ", answer.valid_until_ms);
	buf_addf(&out, " %s", answer.reason);
	return tell_end(f, &out);
}

/* KIND by ID [AT,UNTIL) for each grant's effects, as a reader finds them. */
static const char *tell_effects(struct fixture *f, const char *account)
{
	struct account_view seen = ledger_account(f, account);
	struct buf out;

	buf_init(&out, TELL_MAX);
	for (size_t i = 0; i < seen.n_grants; i++) {
		buf_addf(&out, "%s%s:", i > 0 ? " | " : "",
		    seen.grants[i].object.id);
		for (size_t k = 0; k < seen.grants[i].n_effects; k++) {
			const struct held_effect *e =
			    &seen.grants[i].effects[k];

			buf_addf(&out, " %s by %s", effect_name(e->kind),
			    e->source.id);
			tell_time(&out, "[", e->at_ms);
			tell_time(&out, ",", e->until_ms);
			buf_adds(&out, ")");
		}
	}
	return tell_end(f, &out);
}

/* "true" or "false" at a moment, by what was known at another. */
static const char *was(
    struct fixture *f, const char *account, int64_t at_s, int64_t known_s)
{
	const char *text =
	    tell_past(f, account, sec(at_s), known_s != 0 ? sec(known_s) : 0);

	return strncmp(text, "true", 4) == 0 ? "true" : "false";
}

static void see_sub(struct fixture *f, const char *id, const char *customer)
{
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.customer = customer;
	ledger_look(f, sub_ref(id), CAUSE_NOTIFIED, &a);
}

/* A look at payment id that says this of subscription target. */
static struct settled see_payment(struct fixture *f, const char *id,
    enum effect_kind kind, const char *target, int64_t at_ms, int64_t until_ms)
{
	bool paid = kind == EFFECT_NONE;
	struct answer a;

	answer_payment(
	    &a, paid ? "paid" : "refunded", paid ? STATE_PAID : STATE_REFUNDED);
	if (target != NULL)
		answer_effect(&a, kind, target, at_ms, until_ms);
	return ledger_look(f, payment_ref(id), CAUSE_NOTIFIED, &a);
}

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
	assert_string_equal(was(f, "shop/7", 17, 0), "true");
	assert_string_equal(was(f, "shop/7", 18, 0), "false");
	/* By another policy the first part revoked already; none is lost. */
	policy_set(&f->providers[0].policy, "partial_refund", "revoke", NULL);
	assert_string_equal(was(f, "shop/7", 7, 0), "true");
	assert_string_equal(was(f, "shop/7", 8, 0), "false");
	policy_set(&f->providers[0].policy, "refund", "keep", NULL);
	assert_string_equal(was(f, "shop/7", 17, 0), "false");
	assert_string_equal(was(f, "shop/7", 18, 0), "true");
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
	assert_string_equal(was(f, "shop/7", 89, 0), "true");
	assert_string_equal(was(f, "shop/7", 90, 0), "false");
	assert_string_equal(was(f, "shop/7", 189, 0), "false");
	assert_string_equal(was(f, "shop/7", 190, 0), "true");
	/* And by what was known: before we heard of it, and in between. */
	assert_string_equal(was(f, "shop/7", 95, 99), "true");
	assert_string_equal(was(f, "shop/7", 95, 100), "false");
	assert_string_equal(was(f, "shop/7", 195, 199), "false");
	assert_string_equal(was(f, "shop/7", 195, 200), "true");

	/* Taken back a second time. */
	f->now_ms = sec(300);
	see_payment(f, "t1", EFFECT_CHARGEBACK, "s1", sec(290), 0);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: chargeback by t1[290,-)");
	assert_string_equal(was(f, "shop/7", 189, 0), "false");
	assert_string_equal(was(f, "shop/7", 289, 0), "true");
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
	assert_string_equal(was(f, "shop/8", 29, 0), "false");
	assert_string_equal(was(f, "shop/8", 30, 0), "true");
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
	assert_string_equal(was(f, "shop/7", 1, 0), "false");
	f->now_ms = sec(20);
	assert_int_equal(
	    see_payment(f, "t1", EFFECT_REFUND, "s1", sec(8), sec(90)).changes,
	    0);
	assert_string_equal(
	    tell_effects(f, "shop/7"), "s1: refund by t1[8,90)");
	assert_string_equal(was(f, "shop/7", 7, 0), "true");
	assert_string_equal(was(f, "shop/7", 8, 0), "false");
	assert_string_equal(was(f, "shop/7", 7, 19), "false");
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
	assert_string_equal(was(f, "shop/7", 19, 0), "false");
	assert_string_equal(was(f, "shop/7", 20, 0), "true");
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
	assert_string_equal(was(f, "usr", 4, 0), "true");
	assert_string_equal(was(f, "usr", 5, 0), "false");
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
	    TEST(test_a_refund_revokes_once),
	    TEST(test_before_its_target_is_known),
	    TEST(test_grants_that_come_later),
	    TEST(test_in_part_then_all),
	    TEST(test_until_the_paid_period_ends),
	    TEST(test_a_moment_to_come),
	    TEST(test_two_payments_one_refunded),
	    TEST(test_several_targets_of_one),
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
