/* How far lists are read: pages, jobs for what is not known, kills, restarts.
 */
#include "tests/contract/ledger_tell.h"

#include "reconciler/core/listing.h"

static const struct object_ref list_ref = {
    .provider = "shop", .kind = "list", .id = "subscriptions"};

static void discover(struct fixture *f, bool restart, bool goes_on)
{
	const struct list_wish wish = {
	    .provider = "shop", .name = "subscriptions", .restart = restart};
	bool went_on;

	assert_int_equal(store_discover(f->store, &f->settings, &wish,
			     f->now_ms, &went_on, &f->err),
	    0);
	assert_int_equal(went_on, goes_on);
}

/* The claimed page names these ids, and the next one begins there. */
static struct settled page(struct fixture *f, const struct claim *claim,
    const char *ids, const char *next)
{
	struct member items[8];
	char names[8][2] = {""};
	struct listing listing = {.items = items, .next = next};
	struct outcome outcome = {.claim = claim,
	    .verdict = VERDICT_TRUTH,
	    .http_status = 200,
	    .started_ms = f->now_ms,
	    .listing = &listing};

	for (; ids[listing.n] != '\0'; listing.n++) {
		names[listing.n][0] = ids[listing.n];
		items[listing.n] = (struct member){
		    .kind = "subscription", .id = names[listing.n]};
	}
	return ledger_settle(f, &outcome);
}

/* "pages seen unknown cursor", and "." behind it when it was read to its end */
static const char *progress(struct fixture *f)
{
	const struct list_progress *lists;
	struct store_view *view;
	size_t n;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_lists(view, "shop", &f->arena, &lists, &n, &f->err), 0);
	store_view_close(view);
	if (n == 0)
		return "none";
	assert_int_equal(n, 1);
	assert_string_equal(lists[0].name, "subscriptions");
	return arena_printf(&f->arena, "%llu %llu %llu %s%s",
	    (unsigned long long)lists[0].pages,
	    (unsigned long long)lists[0].seen,
	    (unsigned long long)lists[0].unknown,
	    lists[0].cursor != NULL ? lists[0].cursor : "-",
	    lists[0].finished_ms != 0 ? "." : "");
}

static void test_pages_one_after_the_other(void **state)
{
	struct fixture *f = *state;
	struct claim claims[8], list;

	assert_string_equal(progress(f), "none");
	discover(f, false, false);
	list = ledger_claim(f);
	assert_true(name_ref_equal(&list.ref, &list_ref));
	assert_null(list.cursor);
	assert_int_equal(list.cause, CAUSE_DISCOVER);
	assert_int_equal(page(f, &list, "ab", "2").fate, FATE_AGAIN);
	assert_string_equal(progress(f), "1 2 2 2");

	/* What a page named comes before the next page. */
	assert_int_equal(fixture_claim(f, "shop", 2, claims), 2);
	assert_string_equal(claims[0].ref.id, "a");
	assert_int_equal(claims[0].cause, CAUSE_DISCOVER);
	assert_string_equal(claims[1].ref.id, "b");
	list = ledger_claim(f);
	assert_string_equal(list.cursor, "2");
	/* In flight is known; so is what is on record. */
	assert_int_equal(page(f, &list, "abc", NULL).fate, FATE_DONE);
	assert_string_equal(progress(f), "2 5 3 -.");
	assert_int_equal(fixture_claim(f, "shop", 8, claims), 1);
	assert_string_equal(claims[0].ref.id, "c");

	discover(f, false, false);
	assert_string_equal(progress(f), "0 0 0 -");
}

static void test_goes_on_after_a_kill(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct claim list;

	discover(f, false, false);
	list = ledger_claim(f);
	page(f, &list, "", "2");
	(void)ledger_claim(f);
	fixture_close(f);
	fixture_open(f);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_recover(turn), 1);
	fixture_commit(f, turn);
	list = ledger_claim(f);
	assert_string_equal(list.cursor, "2");
	/* Wanted again while it is on its way: it goes on. */
	discover(f, false, true);
	assert_int_equal(page(f, &list, "", "3").fate, FATE_AGAIN);
	assert_string_equal(progress(f), "2 0 0 3");
	/* Begun anew: the page that was on its way leads nowhere. */
	list = ledger_claim(f);
	discover(f, true, false);
	assert_int_equal(page(f, &list, "a", NULL).fate, FATE_AGAIN);
	assert_string_equal(progress(f), "0 0 0 -");
	list = ledger_claim(f);
	assert_null(list.cursor);
}

static void test_a_page_that_is_none(void **state)
{
	struct fixture *f = *state;
	struct claim list;
	struct outcome lost = {
	    .verdict = VERDICT_GONE, .http_status = 404, .cause = "HTTP 404"};

	discover(f, false, false);
	list = ledger_claim(f);
	page(f, &list, "", "2");
	/* The same page again and again would never end. */
	list = ledger_claim(f);
	assert_int_equal(page(f, &list, "a", "2").fate, FATE_AGAIN);
	assert_string_equal(progress(f), "1 0 0 2");
	/* A list does not vanish as an object may: it is parked at last. */
	for (int i = 0; i < SCHEDULE_GARBLED_MAX - 1; i++) {
		f->now_ms += 3600 * 1000;
		list = ledger_claim(f);
		lost.claim = &list;
		lost.started_ms = f->now_ms;
		ledger_settle(f, &lost);
	}
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 1);
	discover(f, false, true);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 0);
	list = ledger_claim(f);
	assert_string_equal(list.cursor, "2");
}

/* Everything that is known, in batches, and nothing twice. */
static void test_resync_walks_all(void **state)
{
	struct fixture *f = *state;
	struct store_place place = {.provider = "shop"};
	struct claim claims[8];
	struct answer a;
	size_t n, all = 0;
	const char *ids[] = {"s1", "s2", "s3", "s4", "s5"};

	for (size_t i = 0; i < 5; i++) {
		answer_sub(&a, "active", STATE_ACTIVE);
		ledger_look(f, sub_ref(ids[i]), CAUSE_NOTIFIED, &a);
	}
	f->now_ms += 10000;
	do {
		assert_int_equal(store_resync(f->store, &f->settings, &place, 2,
				     f->now_ms, &n, &f->err),
		    0);
		all += n;
	} while (n > 0);
	assert_int_equal(all, 5);
	assert_int_equal(fixture_claim(f, "shop", 8, claims), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(claims[i].ref.id, ids[i]);
		assert_int_equal(claims[i].cause, CAUSE_RESYNC);
	}
	place = (struct store_place){.provider = "mint"};
	assert_int_equal(store_resync(f->store, &f->settings, &place, 2,
			     f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_setup_teardown(
		test_pages_one_after_the_other, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_goes_on_after_a_kill, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_a_page_that_is_none, ledger_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_resync_walks_all, ledger_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
