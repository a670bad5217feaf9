/* Who may, since when and until when: grants, edges, links and the past. */
#include "tests/contract/ledger_tell.h"

/* ---- time ------------------------------------------------------------- */

static void test_end_in_the_future_is_an_edge(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].until_ms = sec(300);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ledger_next_other(f), sec(300));
	f->now_ms = sec(299);
	assert_int_equal(ledger_advance(f), 0);

	f->now_ms = sec(400);
	assert_int_equal(ledger_advance(f), 1);
	assert_int_equal(ledger_advance(f), 0);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false active@300/400 time s1");
	assert_string_equal(
	    tell_account(f, "shop/7"), "false active s1:active[-,300)");

	/* What the look then finds was announced already. */
	answer_sub(&a, "ended", STATE_ENDED);
	a.grants[0].until_ms = sec(300);
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 0);
	assert_int_equal(fixture_stats(f).changes, 2);
}

static void test_settling_first_emits_the_edge_too(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].until_ms = sec(300);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(400);
	/* It was extended meanwhile, but only after it had ended. */
	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].until_ms = sec(900);
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 2);
	assert_string_equal(tell_changes(f, 1),
	    "2 shop/7 true>false active@300/400 time s1"
	    " | 3 shop/7 false>true active@400/400 notified s1");
	assert_int_equal(ledger_advance(f), 0);
	assert_int_equal(ledger_next_other(f), sec(900));

	/* The next check comes first when the end is far away. */
	a.grants[0].until_ms = sec(1000000);
	ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(901);
	ledger_advance(f);
	assert_true(ledger_next_other(f) < sec(100000));
}

static void test_many_edges_come_in_order(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	answer_grant(&a, 0, "active", STATE_ACTIVE, sec(10), sec(20));
	answer_grant(&a, 1, "active", STATE_ACTIVE, sec(30), sec(40));
	answer_grant(&a, 2, "active", STATE_ACTIVE, sec(40), sec(50));
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_changes(f, 0), "");
	assert_int_equal(ledger_next_other(f), sec(10));
	f->now_ms = sec(1000);
	assert_int_equal(ledger_advance(f), 1);
	assert_string_equal(tell_changes(f, 0),
	    "1 shop/7 false>true active@10/1000 time s1"
	    " | 2 shop/7 true>false active@20/1000 time s1"
	    " | 3 shop/7 false>true active@30/1000 time s1"
	    " | 4 shop/7 true>false active@50/1000 time s1");
}

static void test_end_in_the_past_is_dated_back(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(500);
	answer_sub(&a, "ended", STATE_ENDED);
	a.grants[0].until_ms = sec(200);
	ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false ended@200/500 resync s1");
	/* The past agrees with the feed. */
	assert_string_equal(
	    tell_past(f, "shop/7", sec(199), 0), "true active s1:active[-,-)");
	assert_string_equal(
	    tell_past(f, "shop/7", sec(200), 0), "false ended s1:ended[-,200)");
	assert_string_equal(tell_past(f, "shop/7", sec(300), sec(400)),
	    "true active s1:active[-,-)");
}

static void test_start_in_the_future(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].since_ms = sec(60);
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 0);
	f->now_ms = sec(60);
	assert_int_equal(ledger_advance(f), 1);
	assert_string_equal(
	    tell_changes(f, 0), "1 shop/7 false>true active@60/60 time s1");
}

/* ---- several grants --------------------------------------------------- */

static void test_best_survivor_decides(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a);
	assert_int_equal(fixture_stats(f).changes, 1);

	f->now_ms = sec(10);
	answer_sub(&a, "ended", STATE_ENDED);
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 0);
	assert_string_equal(tell_account(f, "shop/7"),
	    "true active s1:ended[-,-) s2:active[-,-)");
	f->now_ms = sec(20);
	assert_int_equal(
	    ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a).changes, 1);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false ended@20/20 notified s1");
}

static void test_unknown_is_not_no(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "hibernating", STATE_UNKNOWN);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "shop/7"), "null unknown s1:hibernating[-,-)");
	assert_string_equal(
	    tell_changes(f, 0), "1 shop/7 false>null unknown@0/0 notified s1");
	f->now_ms = sec(10);
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 null>true active@10/10 notified s1");
}

static void test_fewer_grants_than_before(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	answer_grant(&a, 0, "ended", STATE_ENDED, 0, 0);
	answer_grant(&a, 1, "active", STATE_ACTIVE, 0, 0);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_account(f, "shop/7"),
	    "true active s1:ended[-,-) s1:active[-,-)");
	f->now_ms = sec(50);
	a.seen.n_grants = 1;
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 1);
	assert_string_equal(
	    tell_account(f, "shop/7"), "false ended s1:ended[-,-)");
	assert_string_equal(tell_past(f, "shop/7", sec(49), 0),
	    "true active s1:ended[-,-) s1:active[-,-)");
	f->now_ms = sec(90);
	a.seen.n_grants = 2;
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 1);
	assert_string_equal(
	    tell_past(f, "shop/7", sec(70), 0), "false ended s1:ended[-,-)");
}

static void test_an_account_nobody_knows(void **state)
{
	struct fixture *f = *state;
	struct account_view seen = ledger_account(f, "nobody");

	assert_int_equal(seen.n_grants, 0);
	assert_int_equal(seen.n_objects, 0);
	assert_int_equal(seen.pending, 0);
	assert_int_equal(seen.verified_at_ms, 0);
	assert_string_equal(tell_account(f, "nobody"), "false unknown");
}

/* ---- the past --------------------------------------------------------- */

static void test_the_past_holds(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].since_ms = sec(-1000);
	a.seen.changed_at_ms = sec(-900);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(150);
	ledger_look(f, sub_ref("s1"), CAUSE_RESYNC, &a);
	/* Cancelled at 100; we hear of it at 200. */
	f->now_ms = sec(200);
	answer_sub(&a, "cancelled", STATE_ENDED);
	a.grants[0].since_ms = sec(-1000);
	a.seen.changed_at_ms = sec(100);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);

	assert_string_equal(
	    tell_past(f, "shop/7", sec(-1001), 0), "false unknown");
	assert_string_equal(tell_past(f, "shop/7", sec(-1000), 0),
	    "true active s1:active[-1000,-)");
	assert_string_equal(tell_past(f, "shop/7", sec(99), 0),
	    "true active s1:active[-1000,-)");
	assert_string_equal(tell_past(f, "shop/7", sec(100), 0),
	    "false ended s1:cancelled[-1000,-)");
	/* What we would have said before we heard of it. */
	assert_string_equal(tell_past(f, "shop/7", sec(150), sec(150)),
	    "true active s1:active[-1000,-)");
	/* The future: nothing is notified until then. */
	assert_string_equal(tell_past(f, "shop/7", sec(9999), 0),
	    "false ended s1:cancelled[-1000,-)");
}

static void test_a_new_plan_does_not_reach_back(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].since_ms = sec(-1000);
	a.seen.changed_at_ms = sec(-900);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(200);
	a.grants[0].until_ms = sec(500);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_past(f, "shop/7", sec(199), 0),
	    "true active s1:active[-1000,-)");
	assert_string_equal(tell_past(f, "shop/7", sec(200), 0),
	    "true active s1:active[-1000,500)");
}

/* ---- when it became true ---------------------------------------------- */

static void test_a_change_is_dated(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	/* Active for long, but access began later. */
	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.changed_at_ms = sec(-100);
	a.grants[0].since_ms = sec(-50);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_changes(f, 0), "1 shop/7 false>true active@-50/0 notified s1");
	/* Their clock is ahead of ours. */
	f->now_ms = sec(10);
	answer_sub(&a, "ended", STATE_ENDED);
	a.seen.changed_at_ms = sec(15);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false ended@10/10 notified s1");
}

static void test_another_grants_end_dates_nothing(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].until_ms = sec(100);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ledger_account(f, "shop/7").n_grants, 2);
	f->now_ms = sec(500);
	a.seen.customer = "8";
	ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a);
	assert_string_equal(tell_changes(f, 1),
	    "2 shop/7 true>false active@500/500 notified s1"
	    " | 3 shop/8 false>true active@500/500 notified s2");
}

static void test_verified_is_the_oldest(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(30);
	ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ledger_account(f, "shop/7").verified_at_ms, sec(0));
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ledger_account(f, "shop/7").verified_at_ms, sec(30));
}

/* ---- one view, many questions ------------------------------------------ */

/* The short way: only whether. */
static enum entitled ask_shortly(
    struct fixture *f, struct store_view *view, const char *account)
{
	const struct entitled_question asked = {
	    .account = account, .now_ms = f->now_ms};
	enum entitled out;

	assert_int_equal(store_view_entitled(view, &f->settings, &asked,
			     &f->arena, &out, &f->err),
	    0);
	return out;
}

static void test_a_view_is_renewed(void **state)
{
	struct fixture *f = *state;
	struct store_view *view;
	struct answer a;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ask_shortly(f, view, "shop/7"), ENTITLED_NO);
	store_view_rest(view);
	assert_int_equal(store_view_renew(view, &f->err), 0);
	assert_int_equal(ask_shortly(f, view, "shop/7"), ENTITLED_YES);

	f->now_ms = sec(100);
	answer_sub(&a, "paused", STATE_PAUSED);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(ask_shortly(f, view, "shop/7"), ENTITLED_YES);
	assert_int_equal(store_view_renew(view, &f->err), 0);
	assert_int_equal(ask_shortly(f, view, "shop/7"), ENTITLED_NO);
	assert_int_equal(ask_shortly(f, view, "shop/8"), ENTITLED_NO);
	store_view_close(view);
}

/* As the long way says it, of all that a row can hold. */
static void check_shortly(struct fixture *f, enum entitled wanted)
{
	struct account_view seen = ledger_account(f, "shop/7");
	struct store_view *view;

	assert_int_equal(
	    entitle_answer(seen.grants, seen.n_grants, f->now_ms), wanted);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(ask_shortly(f, view, "shop/7"), wanted);
	store_view_close(view);
}

static void test_the_short_answer_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct provider_settings *shop = &f->providers[0];
	struct answer a;

	check_shortly(f, ENTITLED_NO);
	answer_sub(&a, "ended", STATE_ENDED);
	answer_grant(&a, 1, "active", STATE_ACTIVE, sec(100), 0);
	answer_grant(&a, 2, "xyz", STATE_UNKNOWN, 0, sec(50));
	a.grants[1].renews_ms = sec(200);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	check_shortly(f, ENTITLED_UNKNOWN);
	f->now_ms = sec(50);
	check_shortly(f, ENTITLED_NO);
	f->now_ms = sec(100);
	check_shortly(f, ENTITLED_YES);
	assert_int_equal(
	    policy_set(&shop->policy, "renewal", "patience 1h", NULL), 0);
	f->now_ms = sec(200 + 3600);
	check_shortly(f, ENTITLED_UNKNOWN);
	assert_int_equal(policy_set(&shop->policy, "ended", "allow", NULL), 0);
	check_shortly(f, ENTITLED_YES);
	shop->name = "shopping"; /* not configured any more: the default */
	check_shortly(f, ENTITLED_YES);
	f->now_ms = sec(200 + 31 * 86400);
	check_shortly(f, ENTITLED_UNKNOWN);
	shop->name = "shop";
	check_shortly(f, ENTITLED_YES);
}

static void test_the_short_answer_minds_effects(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	check_shortly(f, ENTITLED_YES);
	answer_payment(&a, "refunded", STATE_REFUNDED);
	answer_effect(&a, EFFECT_REFUND, "s1", sec(10), 0);
	f->now_ms = sec(10);
	ledger_look(f, payment_ref("t1"), CAUSE_NOTIFIED, &a);
	check_shortly(f, ENTITLED_NO);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(test_end_in_the_future_is_an_edge,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_settling_first_emits_the_edge_too, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_many_edges_come_in_order, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_end_in_the_past_is_dated_back,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_start_in_the_future, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_best_survivor_decides, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_unknown_is_not_no, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_fewer_grants_than_before, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_an_account_nobody_knows, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_the_past_holds, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_a_new_plan_does_not_reach_back,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_a_change_is_dated, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_another_grants_end_dates_nothing, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_verified_is_the_oldest, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_a_view_is_renewed, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_the_short_answer_is_the_same,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_the_short_answer_minds_effects,
		ledger_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
