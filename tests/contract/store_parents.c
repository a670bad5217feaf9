/* Objects that cannot be asked for without their parent: who knows it. */
#include "tests/contract/ledger_tell.h"

/* The due look at s1, which names a payment and the parent to ask it with. */
static void answer_naming(struct fixture *f, const char *id, const char *parent)
{
	struct member also = {.kind = "transaction",
	    .id = id,
	    .parent_kind = parent != NULL ? "subscription" : NULL,
	    .parent_id = parent};
	struct claim claim = ledger_claim(f);
	struct outcome outcome;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	outcome = ledger_truth(f, &claim, &a);
	outcome.also = &also;
	outcome.n_also = 1;
	ledger_settle(f, &outcome);
}

/* The due look at a payment that was asked for under the claim's parent. */
static struct claim answer_under_parent(struct fixture *f)
{
	struct claim claim = ledger_claim(f);
	struct outcome outcome;
	struct answer a;

	answer_payment(&a, "fulfilled", STATE_PAID);
	outcome = ledger_truth(f, &claim, &a);
	outcome.under_parent = true;
	ledger_settle(f, &outcome);
	return claim;
}

static void test_also_brings_its_parent(void **state)
{
	struct fixture *f = *state;
	struct claim claim;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	answer_naming(f, "t1", "s9");
	claim = ledger_claim(f);
	assert_string_equal(claim.ref.id, "t1");
	assert_string_equal(claim.parent_kind, "subscription");
	assert_string_equal(claim.parent_id, "s9");
}

/* What only somebody's data names must not take a confirmed parent away. */
static void test_a_confirmed_parent_outranks_also(void **state)
{
	struct fixture *f = *state;

	ledger_want(f, payment_ref("t1"), "s2", CAUSE_NOTIFIED);
	answer_under_parent(f);
	f->now_ms = sec(10);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	answer_naming(f, "t1", "s9");
	assert_string_equal(ledger_claim(f).parent_id, "s2");
}

static void test_an_answer_under_a_parent_confirms_it(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	ledger_want(f, payment_ref("t1"), "s1", CAUSE_NOTIFIED);
	answer_under_parent(f);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid - s1");
	/* A plain answer confirms nothing: the pair was only hinted at. */
	ledger_want(f, payment_ref("t2"), "s1", CAUSE_NOTIFIED);
	answer_payment(&a, "fulfilled", STATE_PAID);
	ledger_answer(f, &a);
	assert_string_equal(
	    tell_object(f, payment_ref("t2")), "fulfilled/paid - -");
}

static void test_the_record_knows_the_parent(void **state)
{
	struct fixture *f = *state;

	ledger_want(f, payment_ref("t1"), "s1", CAUSE_NOTIFIED);
	answer_under_parent(f);
	/* The next notice names none. */
	f->now_ms = sec(100);
	ledger_want(f, payment_ref("t1"), NULL, CAUSE_NOTIFIED);
	assert_string_equal(answer_under_parent(f).parent_id, "s1");
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid - s1");
	/* Nobody asks: a resync knows it too. */
	f->now_ms = sec(100) + 2 * 86400000;
	ledger_checks(f);
	assert_string_equal(answer_under_parent(f).parent_id, "s1");
}

/* Confirmed or not, whose the parent is has to be looked at once. */
static void test_an_unknown_parent_is_looked_at(void **state)
{
	struct fixture *f = *state;
	struct member also = {.kind = "subscription", .id = "s1"};
	struct outcome outcome;
	struct claim claim;
	struct answer a;

	ledger_want(f, payment_ref("t1"), "s1", CAUSE_NOTIFIED);
	for (int i = 0; i < 2; i++) {
		claim = ledger_claim(f);
		answer_payment(&a, "fulfilled", STATE_PAID);
		outcome = ledger_truth(f, &claim, &a);
		outcome.under_parent = true;
		outcome.also = &also;
		outcome.n_also = 1;
		ledger_settle(f, &outcome);
		if (i > 0)
			break;
		assert_string_equal(
		    tell_job(f, sub_ref("s1")), "due @0 recheck n0 a0 r0");
		answer_sub(&a, "active", STATE_ACTIVE);
		ledger_answer(f, &a);
		f->now_ms = sec(100);
		ledger_want(f, payment_ref("t1"), NULL, CAUSE_NOTIFIED);
	}
	assert_string_equal(tell_job(f, sub_ref("s1")), "none");
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/7 s1");
}

static void test_the_hopeless_is_parked_at_once(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome = {
	    .verdict = VERDICT_GARBLED, .cause = "no parent", .hopeless = true};
	struct settled settled;
	struct claim claim;
	struct job job;

	ledger_want(f, payment_ref("t1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	outcome.claim = &claim;
	outcome.started_ms = f->now_ms;
	settled = ledger_settle(f, &outcome);
	assert_int_equal(settled.fate, FATE_PARKED);
	assert_int_equal(ledger_job(f, payment_ref("t1"), &job), 0);
	assert_string_equal(job.last_error, "no parent");
	/* Whoever names the parent gets it going again, after the spacing. */
	f->now_ms = sec(10);
	ledger_want(f, payment_ref("t1"), "s1", CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	assert_string_equal(claim.parent_id, "s1");
	assert_int_equal(claim.attempts, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_also_brings_its_parent),
	    TEST(test_a_confirmed_parent_outranks_also),
	    TEST(test_an_answer_under_a_parent_confirms_it),
	    TEST(test_the_record_knows_the_parent),
	    TEST(test_an_unknown_parent_is_looked_at),
	    TEST(test_the_hopeless_is_parked_at_once),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
