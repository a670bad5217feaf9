/* Which object belongs to which: the pair in a notification is only a hint. */
#include "tests/contract/ledger_tell.h"

/* A payment's look, as its notice pairs it with a subscription. */
static struct settled look_payment(struct fixture *f, const char *id,
    const char *hinted, const char *status, enum state state)
{
	struct member also = {.kind = "subscription", .id = hinted};
	struct outcome outcome;
	struct claim claim;
	struct answer a;

	ledger_want(f, payment_ref(id), hinted, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	assert_string_equal(claim.parent_id, hinted);
	answer_payment(&a, status, state);
	outcome = ledger_truth(f, &claim, &a);
	outcome.also = &also;
	outcome.n_also = 1;
	return ledger_settle(f, &outcome);
}

/* The due look at a subscription of customer 7 that lists one payment. */
static struct settled answer_subscription(struct fixture *f, const char *lists)
{
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	if (lists != NULL)
		answer_member(&a, lists);
	return ledger_answer(f, &a);
}

static void test_child_first(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    look_payment(f, "t1", "s1", "fulfilled", STATE_PAID).fate,
	    FATE_DONE);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid - -");
	/* Its subscription is to be looked at, nobody asked for it. */
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "due @0 recheck n0 a0 r0");
	answer_subscription(f, "t1");
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/7 s1");
	assert_int_equal(ledger_account(f, "shop/7").n_objects, 2);
	assert_int_equal(ledger_account(f, "shop/7").n_grants, 1);
	/* Confirmed once, the next notice costs one look. */
	f->now_ms = sec(100);
	look_payment(f, "t1", "s1", "charged_back", STATE_REVERSED);
	assert_string_equal(tell_job(f, sub_ref("s1")), "none");
}

static void test_parent_first(void **state)
{
	struct fixture *f = *state;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	answer_subscription(f, "t1");
	f->now_ms = sec(10);
	look_payment(f, "t1", "s1", "fulfilled", STATE_PAID);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/7 s1");
	assert_string_equal(tell_job(f, sub_ref("s1")), "none");
	assert_int_equal(ledger_account(f, "shop/7").n_objects, 2);
	assert_int_equal(ledger_account(f, "shop/7").pending, 0);
}

/* A member that nobody told us of is looked at, once, when there is room. */
static void test_unknown_member_is_discovered(void **state)
{
	struct fixture *f = *state;
	size_t n;

	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	answer_subscription(f, "t1");
	assert_string_equal(
	    tell_job(f, payment_ref("t1")), "due @0 discover n0 a0 r0");
	/* It has been dropped by a person: that is not undone. */
	assert_int_equal(
	    store_jobs_drop(f->store, &(struct job_filter){.state = -1}, false,
		f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
	f->now_ms = sec(100);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	answer_subscription(f, "t1");
	assert_string_equal(tell_job(f, payment_ref("t1")), "none");
}

static void test_known_member_is_left_alone(void **state)
{
	struct fixture *f = *state;

	look_payment(f, "t1", "s1", "fulfilled", STATE_PAID);
	answer_subscription(f, "t1");
	assert_string_equal(tell_job(f, payment_ref("t1")), "none");
}

static void test_forged_pair_never_binds(void **state)
{
	struct fixture *f = *state;
	size_t looks = 0;

	/* s2 exists and is somebody else's; it does not list t1. */
	look_payment(f, "t2", "s2", "fulfilled", STATE_PAID);
	ledger_want(f, sub_ref("s2"), NULL, CAUSE_NOTIFIED);
	answer_subscription(f, "t2");
	f->now_ms = sec(100);
	look_payment(f, "t1", "s2", "fulfilled", STATE_PAID);
	for (; looks < 10 && strcmp(tell_job(f, sub_ref("s2")), "none") != 0;
	     looks++) {
		struct job job;

		assert_int_equal(ledger_job(f, sub_ref("s2"), &job), 0);
		f->now_ms = job.due_ms;
		answer_subscription(f, "t2");
	}
	assert_int_equal(looks, 1);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid - -");
	assert_int_equal(ledger_account(f, "shop/7").n_objects, 2);
}

/* The list may lag behind the notice: one look a rung later, and no more. */
static void test_unconfirmed_pair_gets_one_later_look(void **state)
{
	struct fixture *f = *state;
	struct member also = {.kind = "subscription", .id = "s1"};
	struct outcome outcome;
	struct claim claim;
	struct answer a;

	ledger_want(f, payment_ref("t1"), "s1", CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	f->now_ms = sec(2);
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	answer_subscription(f, NULL);
	f->now_ms = sec(4);
	answer_payment(&a, "fulfilled", STATE_PAID);
	outcome = ledger_truth(f, &claim, &a);
	outcome.also = &also;
	outcome.n_also = 1;
	assert_int_equal(ledger_settle(f, &outcome).fate, FATE_DONE);
	assert_string_equal(
	    tell_job(f, sub_ref("s1")), "waiting @9 recheck n0 a0 r0");
	f->now_ms = sec(9);
	answer_subscription(f, "t1");
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/7 s1");
	assert_string_equal(tell_job(f, sub_ref("s1")), "none");
}

static void test_cycle_of_wishes_ends(void **state)
{
	struct fixture *f = *state;
	struct member to_s1 = {.kind = "subscription", .id = "s1"};
	struct member to_t1 = {.kind = "transaction", .id = "t1"};
	struct claim claims[2];
	struct outcome outcome;
	struct answer a;
	size_t looks = 0;

	ledger_want(f, payment_ref("t1"), "s1", CAUSE_NOTIFIED);
	for (int i = 0; i < 100; i++) {
		f->now_ms = sec(i);
		if (fixture_claim(f, "shop", 1, claims) == 0)
			continue;
		looks++;
		if (strcmp(claims[0].ref.id, "t1") == 0)
			answer_payment(&a, "fulfilled", STATE_PAID);
		else
			answer_sub(&a, "active", STATE_ACTIVE);
		outcome = ledger_truth(f, &claims[0], &a);
		outcome.also =
		    strcmp(claims[0].ref.id, "t1") == 0 ? &to_s1 : &to_t1;
		outcome.n_also = 1;
		ledger_settle(f, &outcome);
	}
	assert_int_equal(looks, 2);
}

static void test_parent_in_flight(void **state)
{
	struct fixture *f = *state;
	struct outcome outcome;
	struct claim claim;
	struct answer a;

	/* The subscription's answer was on its way before the payment was. */
	ledger_want(f, sub_ref("s1"), NULL, CAUSE_NOTIFIED);
	claim = ledger_claim(f);
	answer_sub(&a, "active", STATE_ACTIVE);
	outcome = ledger_truth(f, &claim, &a);
	f->now_ms = sec(1);
	assert_int_equal(
	    look_payment(f, "t1", "s1", "fulfilled", STATE_PAID).fate,
	    FATE_AGAIN);
	ledger_settle(f, &outcome);
	f->now_ms = sec(6);
	claim = ledger_claim(f);
	assert_string_equal(claim.ref.id, "t1");
	assert_string_equal(claim.parent_id, "s1");
}

static void test_members_follow_a_link(void **state)
{
	struct fixture *f = *state;

	look_payment(f, "t1", "s1", "fulfilled", STATE_PAID);
	answer_subscription(f, "t1");
	f->now_ms = sec(10);
	ledger_link(f, "7", "usr");
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid usr s1");
	assert_int_equal(ledger_account(f, "usr").n_objects, 2);
	f->now_ms = sec(20);
	look_payment(f, "t1", "s1", "charged_back", STATE_REVERSED);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "charged_back/reversed usr s1");
	ledger_link(f, "7", NULL);
	assert_string_equal(tell_object(f, payment_ref("t1")),
	    "charged_back/reversed shop/7 s1");
}

static void test_members_follow_their_parent(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	look_payment(f, "t1", "s1", "fulfilled", STATE_PAID);
	answer_subscription(f, "t1");
	f->now_ms = sec(100);
	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.customer = "8";
	/* Not listed any more, it stays; listed, it follows. */
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/7 s1");
	answer_member(&a, "t1");
	a.seen.customer = "9";
	f->now_ms = sec(200);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/9 s1");
}

/* A member with grants of its own gives them to whom it turns out to be of. */
static void test_grants_of_nobody_wait(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_payment(&a, "paid", STATE_PAID);
	answer_grant(&a, 0, "active", STATE_ACTIVE, sec(-5), 0);
	ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(fixture_stats(f).changes, 0);
	f->now_ms = sec(10);
	answer_sub(&a, "pending", STATE_PENDING);
	answer_member(&a, "t1");
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 1);
	assert_string_equal(tell_account(f, "shop/7"),
	    "true active t1:active[-5,-) s1:pending[-,-)");
	assert_string_equal(
	    tell_past(f, "shop/7", sec(-5), 0), "true active t1:active[-5,-)");
}

static void test_own_data_outranks_the_parent(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	look_payment(f, "t1", "s1", "fulfilled", STATE_PAID);
	answer_subscription(f, "t1");
	f->now_ms = sec(100);
	answer_payment(&a, "fulfilled", STATE_PAID);
	a.seen.customer = "8";
	ledger_look(f, payment_ref("t1"), CAUSE_RESYNC, &a);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/8 s1");
	f->now_ms = sec(200);
	answer_sub(&a, "active", STATE_ACTIVE);
	answer_member(&a, "t1");
	a.seen.customer = "9";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid shop/8 s1");
}

static void test_members_know_what_the_data_said(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	answer_member(&a, "t1");
	a.seen.account = "usr";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	look_payment(f, "t1", "s1", "fulfilled", STATE_PAID);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid usr s1");
	f->now_ms = sec(10);
	ledger_link(f, "7", "boss");
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid boss s1");
	ledger_link(f, "7", NULL);
	assert_string_equal(
	    tell_object(f, payment_ref("t1")), "fulfilled/paid usr s1");
}

/* A session, say, that names its customer, an account, and a subscription. */
static void answer_session(struct answer *a, const char *account)
{
	answer_payment(a, "complete", STATE_PAID);
	a->seen.customer = "7";
	a->seen.account = account;
	a->members[0] = (struct member){.kind = "subscription", .id = "s1"};
	a->seen.members = a->members;
	a->seen.n_members = 1;
}

/* Who names the customer alone gets the account that its parent names. */
static void test_parent_names_the_account(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "shop/7"), "true active s1:active[-,-)");
	f->now_ms = sec(10);
	answer_session(&a, "usr");
	ledger_look(f, payment_ref("c1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "usr"), "true active s1:active[-,-)");
	assert_string_equal(tell_account(f, "shop/7"), "false unknown");

	/* The next answer about it says no more, and takes nothing away. */
	f->now_ms = sec(20);
	answer_sub(&a, "past_due", STATE_PAST_DUE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "usr"), "true past_due s1:past_due[-,-)");
	/* What it says itself is stronger, and a link strongest. */
	f->now_ms = sec(30);
	a.seen.account = "own";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "own"), "true past_due s1:past_due[-,-)");
	f->now_ms = sec(40);
	ledger_link(f, "7", "boss");
	assert_string_equal(
	    tell_account(f, "boss"), "true past_due s1:past_due[-,-)");
}

static void test_parent_that_names_none(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_session(&a, NULL);
	ledger_look(f, payment_ref("c1"), CAUSE_NOTIFIED, &a);
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "shop/7"), "true active s1:active[-,-)");
}

static void test_parent_names_it_first(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_session(&a, "usr");
	ledger_look(f, payment_ref("c1"), CAUSE_NOTIFIED, &a);
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "usr"), "true active s1:active[-,-)");
	assert_string_equal(tell_account(f, "shop/7"), "false unknown");
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(
		test_child_first, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parent_first, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_unknown_member_is_discovered,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_known_member_is_left_alone,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_forged_pair_never_binds, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_unconfirmed_pair_gets_one_later_look, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_cycle_of_wishes_ends, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parent_in_flight, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_members_follow_a_link, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_members_follow_their_parent,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_grants_of_nobody_wait, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_own_data_outranks_the_parent,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_members_know_what_the_data_said, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parent_names_the_account, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parent_that_names_none, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_parent_names_it_first, ledger_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
