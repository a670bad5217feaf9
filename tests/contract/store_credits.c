/* Balances: kept with their object, under its account, and moved along. */
#include "reconciler/io/balance.h"
#include "reconciler/io/query.h"

#include "tests/contract/ledger_tell.h"

/* AMOUNT UNIT of PRODUCT in ID, in the order of the store. */
static const char *tell_credits(struct fixture *f, const char *account)
{
	struct account_view seen = ledger_account(f, account);
	struct buf out;

	buf_init(&out, TELL_MAX);
	for (size_t i = 0; i < seen.n_credits; i++) {
		const struct held_credit *held = &seen.credits[i];

		buf_addf(&out, "%s%s %s of %s in %s", i > 0 ? " | " : "",
		    held->credit.amount,
		    held->credit.unit ? held->credit.unit : "-",
		    held->credit.product ? held->credit.product : "-",
		    held->object.id);
	}
	return tell_end(f, &out);
}

/* PROVIDER PRODUCT AMOUNT UNIT */
static const char *tell_balances(
    struct fixture *f, const char *account, const char *product, int64_t at_ms)
{
	struct account_question question = {.account = account,
	    .product = product,
	    .has_at = at_ms != 0,
	    .at_ms = at_ms,
	    .now_ms = f->now_ms};
	struct account_answer answer;
	struct buf out;
	struct store_view *view = tell_begin(f, &out);

	if (query_account(view, &f->settings, &question, &f->arena, &answer,
		&f->err) != 0)
		fail_msg("%s", f->err.text);
	store_view_close(view);
	for (size_t i = 0; i < answer.n_credits; i++) {
		const struct balance *b = &answer.credits[i];

		buf_addf(&out, "%s%s %s %s %s", i > 0 ? " | " : "", b->provider,
		    b->product ? b->product : "-", b->amount,
		    b->unit ? b->unit : "-");
	}
	return tell_end(f, &out);
}

static void wallet(struct answer *a, const char *customer)
{
	*a = (struct answer){.seen = {.status = "active",
				 .state = STATE_ACTIVE,
				 .customer = customer}};
}

/* ---- the record ------------------------------------------------------- */

static void test_each_look_says_all(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	wallet(&a, "7");
	answer_credit(&a, "calls", "150.00", "EUR");
	answer_credit(&a, NULL, "-3", NULL);
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_credits(f, "shop/7"),
	    "150.00 EUR of calls in w1 | -3 - of - in w1");
	/* They entitle to nothing, and are no change. */
	assert_string_equal(tell_account(f, "shop/7"), "false unknown");
	assert_string_equal(tell_changes(f, 0), "");

	f->now_ms = sec(10);
	wallet(&a, "7");
	answer_credit(&a, "calls", "149.5", "EUR");
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_credits(f, "shop/7"), "149.5 EUR of calls in w1");
	f->now_ms = sec(20);
	wallet(&a, "7");
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_credits(f, "shop/7"), "");
	assert_string_equal(tell_credits(f, "nobody"), "");
}

static void test_failed_looks_keep_them(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	wallet(&a, "7");
	answer_credit(&a, "calls", "5", "EUR");
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(10);
	wallet(&a, "7");
	answer_credit(&a, "calls", "5 EUR", "EUR");
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	assert_non_null(
	    strstr(tell_job(f, sub_ref("w1")), "a balance is no decimal"));
	assert_string_equal(tell_credits(f, "shop/7"), "5 EUR of calls in w1");
	assert_string_equal(
	    tell_object(f, sub_ref("w1")), "active/active shop/7 -");
}

static void test_more_than_fits_is_garbled(void **state)
{
	static struct credit credits[OBSERVATION_CREDITS_MAX + 1];
	struct fixture *f = *state;
	struct answer a;

	for (size_t i = 0; i < OBSERVATION_CREDITS_MAX + 1; i++)
		credits[i] = (struct credit){.amount = "1", .unit = "EUR"};
	wallet(&a, "7");
	a.seen.credits = credits;
	a.seen.n_credits = OBSERVATION_CREDITS_MAX + 1;
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_object(f, sub_ref("w1")), "absent");
	a.seen.n_credits = OBSERVATION_CREDITS_MAX;
	ledger_look(f, sub_ref("w2"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_balances(f, "shop/7", NULL, 0), "shop - 100 EUR");
}

/* ---- whose they are --------------------------------------------------- */

static void test_they_move_with_the_account(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	wallet(&a, "7");
	answer_credit(&a, "calls", "5", "EUR");
	answer_credit(&a, "mails", "9", NULL);
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	ledger_link(f, "7", "usr");
	assert_string_equal(tell_credits(f, "shop/7"), "");
	assert_string_equal(tell_credits(f, "usr"),
	    "5 EUR of calls in w1 | 9 - of mails in w1");
	ledger_link(f, "7", NULL);
	assert_string_equal(tell_credits(f, "usr"), "");
	assert_string_equal(tell_credits(f, "shop/7"),
	    "5 EUR of calls in w1 | 9 - of mails in w1");

	/* Another customer, and fewer of them, in one look. */
	f->now_ms = sec(10);
	wallet(&a, "8");
	answer_credit(&a, "calls", "4", "EUR");
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_credits(f, "shop/7"), "");
	assert_string_equal(tell_credits(f, "shop/8"), "4 EUR of calls in w1");
}

static void test_nobodys_wait_for_their_owner(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	wallet(&a, NULL);
	answer_credit(&a, "calls", "5", "EUR");
	ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_credits(f, "shop/7"), "");
	answer_sub(&a, "active", STATE_ACTIVE);
	answer_member(&a, "t1");
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_credits(f, "shop/7"), "5 EUR of calls in t1");
}

/* ---- the sums --------------------------------------------------------- */

static void test_sums_are_exact_and_apart(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	wallet(&a, "7");
	answer_credit(&a, "calls", "1.5", "EUR");
	answer_credit(&a, "calls", "7", "USD");
	answer_credit(&a, NULL, "0.1", "EUR");
	ledger_look(f, sub_ref("w1"), CAUSE_NOTIFIED, &a);
	wallet(&a, "7");
	answer_credit(&a, "calls", "0.50", "EUR");
	answer_credit(&a, "calls", "-9", "USD");
	answer_credit(&a, NULL, "0.2", "EUR");
	answer_credit(&a, "calls", "12", NULL);
	ledger_look(f, sub_ref("w2"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_balances(f, "shop/7", NULL, 0),
	    "shop - 0.3 EUR | shop calls 12 - | shop calls 2.00 EUR"
	    " | shop calls -2 USD");
	assert_string_equal(tell_balances(f, "shop/7", "calls", 0),
	    "shop calls 12 - | shop calls 2.00 EUR | shop calls -2 USD");
	assert_string_equal(tell_balances(f, "shop/7", "mails", 0), "");
	/* The past is in the objects' history; the future is as of now. */
	f->now_ms = sec(10);
	assert_string_equal(tell_balances(f, "shop/7", NULL, sec(9)), "");
	assert_string_equal(tell_balances(f, "shop/7", "mails", sec(11)), "");
	assert_string_equal(tell_balances(f, "shop/7", "calls", sec(11)),
	    "shop calls 12 - | shop calls 2.00 EUR | shop calls -2 USD");
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(
		test_each_look_says_all, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_failed_looks_keep_them, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_more_than_fits_is_garbled, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_they_move_with_the_account,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_nobodys_wait_for_their_owner,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_sums_are_exact_and_apart, ledger_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
