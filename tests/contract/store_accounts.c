/* Who may, since when and until when: grants, edges, links and the past. */
#include "tests/contract/ledger_fixture.h"

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

/* ---- whose it is ------------------------------------------------------ */

static void test_the_data_says_whose(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.account = "usr";
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "usr"), "true active s1:active[-,-)");
	assert_string_equal(tell_account(f, "shop/7"), "false unknown");

	/* A link is stronger. */
	f->now_ms = sec(10);
	ledger_link(f, "7", "boss");
	assert_string_equal(
	    tell_account(f, "boss"), "true active s1:active[-,-)");
	assert_string_equal(tell_account(f, "usr"), "false unknown");
	/* Taken back, the data counts again, without a look. */
	ledger_link(f, "7", NULL);
	assert_string_equal(
	    tell_account(f, "usr"), "true active s1:active[-,-)");
	assert_int_equal(store_link(f->store, &f->settings, "shop", "7", NULL,
			     f->now_ms, &f->err),
	    ERR_ABSENT);
}

static void test_link_moves_and_announces_both(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].since_ms = sec(-100);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(50);
	ledger_link(f, "7", "usr");
	assert_string_equal(tell_changes(f, 1),
	    "2 shop/7 true>false unknown@50/50 manual -"
	    " | 3 usr false>true active@50/50 manual s1");
	assert_string_equal(
	    tell_object(f, sub_ref("s1")), "active/active usr -");
	assert_int_equal(ledger_account(f, "usr").n_objects, 1);
	assert_int_equal(ledger_account(f, "shop/7").n_objects, 0);

	/* Again the same: nothing. */
	ledger_link(f, "7", "usr");
	assert_int_equal(fixture_stats(f).changes, 3);

	f->now_ms = sec(80);
	ledger_link(f, "7", NULL);
	assert_string_equal(tell_changes(f, 3),
	    "4 usr true>false unknown@80/80 manual -"
	    " | 5 shop/7 false>true active@80/80 manual s1");
	/* A customer linked before anything is known of it. */
	ledger_link(f, "9", "usr");
	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.customer = "9";
	ledger_look(f, sub_ref("s2"), CAUSE_NOTIFIED, &a);
	assert_string_equal(
	    tell_account(f, "usr"), "true active s2:active[-,-)");
}

static void test_link_takes_the_past_along(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(100);
	answer_sub(&a, "ended", STATE_ENDED);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	for (int i = 0; i < 6; i++) {
		f->now_ms = sec(200 + i);
		ledger_link(f, "7", i % 2 == 0 ? "usr" : NULL);
	}
	f->now_ms = sec(300);
	ledger_link(f, "7", "usr");
	assert_string_equal(
	    tell_past(f, "usr", sec(99), 0), "true active s1:active[-,-)");
	assert_string_equal(
	    tell_past(f, "usr", sec(100), 0), "false ended s1:ended[-,-)");
	/* At 150 nobody knew of this account. */
	assert_string_equal(
	    tell_past(f, "usr", sec(99), sec(150)), "false unknown");
	assert_string_equal(
	    tell_past(f, "shop/7", sec(300), 0), "false unknown");
}

static void test_another_customer_gets_no_past(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].since_ms = sec(-100);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(50);
	a.seen.customer = "8";
	assert_int_equal(
	    ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a).changes, 2);
	assert_string_equal(
	    tell_past(f, "shop/8", sec(49), 0), "false unknown");
	assert_string_equal(tell_past(f, "shop/8", sec(50), 0),
	    "true active s1:active[-100,-)");
	assert_string_equal(tell_past(f, "shop/7", sec(49), 0),
	    "true active s1:active[-100,-)");
	assert_string_equal(
	    tell_past(f, "shop/7", sec(50), 0), "false unknown");
	assert_string_equal(
	    tell_account(f, "shop/8"), "true active s1:active[-100,-)");
}

static void test_link_catches_up_first(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].until_ms = sec(20);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(50);
	ledger_link(f, "7", "usr");
	assert_string_equal(
	    tell_changes(f, 1), "2 shop/7 true>false active@20/50 time s1");
}

static void test_bad_links_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_link(f->store, &f->settings, "Shop", "7", "usr",
			     f->now_ms, &f->err),
	    ERR_BAD);
	assert_int_equal(store_link(f->store, &f->settings, "shop", "", "usr",
			     f->now_ms, &f->err),
	    ERR_BAD);
	assert_int_equal(store_link(f->store, &f->settings, "shop", "7", "a\tb",
			     f->now_ms, &f->err),
	    ERR_BAD);
}

/* ---- the feed --------------------------------------------------------- */

static void test_seq_has_no_gap(void **state)
{
	struct fixture *f = *state;
	const struct change *changes;
	struct store_view *view;
	struct answer a;
	size_t n;

	for (int i = 0; i < 20; i++) {
		f->now_ms = sec(i * 2);
		answer_sub(&a, i % 2 ? "ended" : "active",
		    i % 2 ? STATE_ENDED : STATE_ACTIVE);
		ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	}
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_changes(view, 0, 1000, &f->arena, &changes, &n, &f->err),
	    0);
	assert_int_equal(n, 20);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(changes[i].seq, i + 1);
	assert_int_equal(
	    store_view_changes(view, 5, 3, &f->arena, &changes, &n, &f->err),
	    0);
	assert_int_equal(n, 3);
	assert_int_equal(changes[0].seq, 6);
	assert_int_equal(
	    store_view_changes(view, 20, 3, &f->arena, &changes, &n, &f->err),
	    0);
	assert_int_equal(n, 0);
	store_view_close(view);
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
		test_the_data_says_whose, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_link_moves_and_announces_both,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_link_takes_the_past_along, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_another_customer_gets_no_past,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_link_catches_up_first, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_bad_links_are_refused, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_seq_has_no_gap, ledger_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
