/* Whose an object is: the data, links, and what moves along; and the feed. */
#include "tests/contract/ledger_tell.h"

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
	for (int i = 0; i < 40; i++) {
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

static uint64_t handovers(struct fixture *f)
{
	struct store_view *view;
	struct health health;
	struct tally tally;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_provider(view, "shop", &health, &tally, &f->err), 0);
	store_view_close(view);
	return tally.handovers;
}

static void test_another_customer_gets_no_past(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.grants[0].since_ms = sec(-100);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(50);
	a.seen.customer = "8";
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.changes, 2);
	assert_string_equal(settled.from_account, "shop/7");
	assert_string_equal(settled.to_account, "shop/8");
	assert_string_equal(tell_history(f, sub_ref("s1")),
	    "1 >active@0 notified o"
	    " | 2 active>active@50 notified o !customer: 8, was 7");
	assert_int_equal(handovers(f), 1);
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

/* A name that is learnt late was always its name: nobody lost anything. */
static void test_a_name_learnt_late_is_no_handover(void **state)
{
	struct fixture *f = *state;
	struct settled settled;
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	f->now_ms = sec(50);
	a.seen.account = "usr";
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.changes, 2);
	assert_int_equal(settled.added, 0);
	assert_null(settled.from_account);
	assert_int_equal(handovers(f), 0);
	/* Another name in the data is one. */
	f->now_ms = sec(60);
	a.seen.account = "you";
	settled = ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(settled.added, 1);
	assert_string_equal(settled.from_account, "usr");
	assert_string_equal(settled.to_account, "you");
	assert_int_equal(handovers(f), 1);
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

static uint64_t first_kept(struct fixture *f)
{
	struct store_view *view;
	uint64_t first;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_changes_from(view, &first, &f->err), 0);
	store_view_close(view);
	return first;
}

static size_t prune(struct fixture *f, size_t max)
{
	struct store_turn *turn = fixture_begin(f);
	size_t n = store_turn_prune(turn, max);

	fixture_commit(f, turn);
	return n;
}

/* Old changes leave the feed; numbers and all other records stay. */
static void test_changes_are_kept_as_long_as_told(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	assert_int_equal(first_kept(f), 1);
	for (int i = 0; i < 10; i++) {
		f->now_ms = sec(i * 10);
		answer_sub(&a, i % 2 ? "ended" : "active",
		    i % 2 ? STATE_ENDED : STATE_ACTIVE);
		ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	}
	f->now_ms = sec(100);
	assert_int_equal(prune(f, 100), 0);
	f->settings.store.keep_changes_ms = 70 * 1000;
	/* Of those recorded at 0, 10, 20, 30 the last is just young enough. */
	assert_int_equal(prune(f, 2), 2);
	assert_int_equal(first_kept(f), 3);
	assert_int_equal(prune(f, 100), 1);
	assert_int_equal(first_kept(f), 4);
	assert_int_equal(fixture_stats(f).changes, 10);
	assert_int_equal(fixture_stats(f).transitions, 10);
	f->now_ms = sec(10000);
	assert_int_equal(prune(f, 100), 7);
	assert_int_equal(first_kept(f), 11);
	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref("s1"), CAUSE_NOTIFIED, &a);
	assert_int_equal(first_kept(f), 11);
	assert_string_equal(tell_changes(f, 10),
	    "11 shop/7 false>true active@10000/10000 notified s1");
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(
		test_the_data_says_whose, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_link_moves_and_announces_both,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_link_takes_the_past_along, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(test_another_customer_gets_no_past,
		ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_a_name_learnt_late_is_no_handover, ledger_setup,
		fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_link_catches_up_first, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_bad_links_are_refused, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_seq_has_no_gap, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_changes_are_kept_as_long_as_told, ledger_setup,
		fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
