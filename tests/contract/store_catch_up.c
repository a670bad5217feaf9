/* A log that is read again and again: from where, what of it costs a look, what
 * a gap in it leads to. */
#include "tests/contract/ledger_tell.h"

#include "reconciler/core/catch_up.h"
#include "reconciler/core/listing.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const struct listing_log kept = {
    .window_ms = 30 * DAY, .overlap_ms = 10 * MINUTE, .slack_ms = 2000};
static const char *const others[] = {"subscriptions", "refunds"};

static struct catch_up every_hour(void)
{
	return (struct catch_up){.provider = "shop",
	    .name = "events",
	    .log = &kept,
	    .every_ms = HOUR,
	    .lists = others,
	    .n_lists = 2};
}

static struct catch_up_news turn_of(
    struct fixture *f, struct catch_up *catch_up, size_t max)
{
	struct store_turn *turn = fixture_begin(f);
	struct catch_up_news news;

	store_turn_catch_up(turn, catch_up, max, &news);
	fixture_commit(f, turn);
	return news;
}

static struct list_progress progress(struct fixture *f, const char *name)
{
	const struct list_progress *lists;
	struct list_progress out = {.name = NULL};
	struct store_view *view;
	size_t n;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_lists(view, "shop", &f->arena, &lists, &n, &f->err), 0);
	store_view_close(view);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(lists[i].name, name) == 0)
			out = lists[i];
	}
	return out;
}

/* The claimed page tells of these objects, a letter each, at those moments. */
static struct settled page(struct fixture *f, const struct claim *claim,
    const char *ids, const int64_t *at_ms, const char *next)
{
	struct member items[8];
	char names[8][2] = {""};
	struct listing listing = {
	    .log = &kept, .items = items, .at_ms = at_ms, .next = next};
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

/* The first reading ever is of nothing; an hour later one is due. */
static void begun(struct fixture *f, struct catch_up *catch_up)
{
	struct catch_up_news news;

	f->now_ms = 20000 * DAY;
	news = turn_of(f, catch_up, 100);
	assert_false(news.began);
	assert_int_equal(news.next_ms, f->now_ms + HOUR);
	assert_int_equal(fixture_stats(f).jobs[JOB_DUE], 0);
	f->now_ms += HOUR - 1;
	assert_false(turn_of(f, catch_up, 100).began);
	f->now_ms++;
	assert_true(turn_of(f, catch_up, 100).began);
	assert_false(turn_of(f, catch_up, 100).began);
}

static void look(struct fixture *f, const char *id)
{
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	ledger_look(f, sub_ref(id), CAUSE_NOTIFIED, &a);
}

static void test_costs_what_changed(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct claim claims[8], list;
	int64_t now_ms;

	begun(f, &catch_up);
	now_ms = f->now_ms;
	f->now_ms -= 30 * MINUTE;
	look(f, "a");
	look(f, "b");
	look(f, "c");
	f->now_ms = now_ms;
	list = ledger_claim(f);
	assert_string_equal(list.ref.id, "events");
	assert_int_equal(list.cause, CAUSE_DISCOVER);
	assert_int_equal(list.since_ms, now_ms - HOUR - 10 * MINUTE);
	/* a: since; b: at the same time as far as one can tell; c: before; d is
	 * new; a once more. */
	page(f, &list, "abcda",
	    (const int64_t[]){now_ms - MINUTE, now_ms - 30 * MINUTE - 1999,
		now_ms - 30 * MINUTE - 2000, now_ms - 40 * MINUTE,
		now_ms - 50 * MINUTE},
	    "evt_5");
	assert_int_equal(progress(f, "events").seen, 5);
	assert_int_equal(progress(f, "events").behind, 2);
	assert_int_equal(progress(f, "events").unknown, 1);
	assert_int_equal(fixture_claim(f, "shop", 8, claims), 4);
	assert_string_equal(claims[0].ref.id, "a");
	assert_string_equal(claims[1].ref.id, "b");
	assert_string_equal(claims[2].ref.id, "d");
	assert_int_equal(claims[0].cause, CAUSE_DISCOVER);
	assert_int_equal(claims[0].notices, 0);
	/* All of a page before the page behind it. */
	assert_string_equal(claims[3].cursor, "evt_5");
	page(f, &claims[3], "", NULL, NULL);
	assert_int_equal(progress(f, "events").position_ms, now_ms - MINUTE);
	assert_int_equal(progress(f, "events").read_ms, now_ms);
	/* The next one begins before the newest event, and tells again of what
	 * is on its way just now. */
	f->now_ms += HOUR;
	assert_true(turn_of(f, &catch_up, 100).began);
	list = ledger_claim(f);
	assert_int_equal(list.since_ms, now_ms - MINUTE - 10 * MINUTE);
}

/* What was repaired by it is counted, and what is only found is none. */
static void test_repairs(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct store_view *view;
	struct health health;
	struct tally tally;
	struct claim claims[8], list;
	struct answer a;

	begun(f, &catch_up);
	f->now_ms -= 30 * MINUTE;
	look(f, "a");
	f->now_ms += 30 * MINUTE;
	list = ledger_claim(f);
	page(f, &list, "ad",
	    (const int64_t[]){f->now_ms - MINUTE, f->now_ms - MINUTE}, NULL);
	assert_int_equal(fixture_claim(f, "shop", 8, claims), 2);
	for (int i = 0; i < 2; i++) {
		struct outcome outcome = {.claim = &claims[i],
		    .verdict = VERDICT_TRUTH,
		    .http_status = 200,
		    .started_ms = f->now_ms};

		answer_sub(&a, "cancelled", STATE_ENDED);
		outcome.observation = &a.seen;
		assert_int_equal(ledger_settle(f, &outcome).repair, i == 0);
	}
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_provider(view, "shop", &health, &tally, &f->err), 0);
	store_view_close(view);
	assert_int_equal(tally.repairs, 1);
	assert_int_equal(tally.caught_up, 1);
}

/* Pages of one reading: where it is wins, and only its end moves the position.
 */
static void test_killed_between_pages(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct list_progress before;
	struct claim list;

	begun(f, &catch_up);
	before = progress(f, "events");
	list = ledger_claim(f);
	look(f, "a"); /* so that what is told of it costs nothing */
	page(f, &list, "a", (const int64_t[]){f->now_ms - MINUTE}, "evt_7");
	(void)ledger_claim(f);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(fixture_recover(f), 1);
	assert_false(turn_of(f, &catch_up, 100).began);
	assert_int_equal(progress(f, "events").position_ms, before.position_ms);
	list = ledger_claim(f);
	assert_string_equal(list.cursor, "evt_7");
	assert_int_equal(list.since_ms, before.since_ms);
	assert_int_equal(page(f, &list, "", NULL, NULL).fate, FATE_DONE);
	assert_int_equal(progress(f, "events").pages, 2);
	assert_int_equal(progress(f, "events").position_ms, f->now_ms - MINUTE);
	assert_int_equal(progress(f, "events").read_ms, before.started_ms);

	/* Left alone for a day its place may be gone: from the start again. */
	f->now_ms += HOUR;
	assert_true(turn_of(f, &catch_up, 100).began);
	list = ledger_claim(f);
	page(f, &list, "", NULL, "evt_8");
	f->now_ms += DAY + 1;
	assert_true(turn_of(f, &catch_up, 100).began);
	before = progress(f, "events");
	list = ledger_claim(f);
	assert_null(list.cursor);
	assert_int_equal(page(f, &list, "", NULL, NULL).gap_ms, 0);
	/* A quiet provider: where to begin stays, that it was read does not. */
	assert_int_equal(progress(f, "events").position_ms, before.position_ms);
	assert_int_equal(progress(f, "events").read_ms, before.started_ms);
}

static struct settled refuse(struct fixture *f)
{
	struct claim list = ledger_claim(f);
	struct outcome outcome = {.claim = &list,
	    .verdict = VERDICT_GONE,
	    .gone_for_sure = true,
	    .http_status = 403,
	    .cause = "HTTP 403",
	    .started_ms = f->now_ms};

	return ledger_settle(f, &outcome);
}

/* Said once; asked again each day; nothing is lost but what it would tell. */
static void test_refused(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct settled settled;
	struct claim list;

	begun(f, &catch_up);
	settled = refuse(f);
	assert_true(settled.list_refused);
	assert_int_equal(settled.fate, FATE_DONE);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 0);
	for (int day = 0; day < 40; day++) {
		f->now_ms += DAY - 1;
		assert_false(turn_of(f, &catch_up, 100).began);
		f->now_ms++;
		assert_true(turn_of(f, &catch_up, 100).began);
		assert_false(refuse(f).list_refused);
	}
	assert_true(turn_of(f, &catch_up, 100).refused);
	/* Allowed at last, after more than a month: that is a gap. */
	f->now_ms += DAY;
	assert_true(turn_of(f, &catch_up, 100).began);
	list = ledger_claim(f);
	settled = page(f, &list, "", NULL, NULL);
	assert_true(settled.list_allowed);
	assert_int_equal(settled.gap_ms, 20000 * DAY);
	assert_int_equal(progress(f, "events").refused_ms, 0);
}

/* All that is known, some at a time, then all lists; once, whatever happens. */
static void test_gap(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct claim claims[16], list;
	struct catch_up_news news;
	struct settled settled;

	begun(f, &catch_up);
	list = ledger_claim(f);
	page(f, &list, "", NULL, NULL);
	look(f, "a");
	look(f, "b");
	look(f, "c");
	f->now_ms += 31 * DAY;
	assert_true(turn_of(f, &catch_up, 100).began);
	list = ledger_claim(f);
	settled = page(f, &list, "", NULL, "evt_1");
	assert_int_equal(settled.gap_ms, 20000 * DAY + HOUR);
	news = turn_of(f, &catch_up, 2);
	assert_true(news.more);
	assert_false(news.mended);
	/* A worker that is killed here begins the walk anew. */
	catch_up = every_hour();
	assert_true(turn_of(f, &catch_up, 2).more);
	assert_true(turn_of(f, &catch_up, 2).more);
	news = turn_of(f, &catch_up, 2);
	assert_true(news.mended);
	assert_false(news.more);
	assert_false(turn_of(f, &catch_up, 2).mended);
	/* Three objects, two lists, and the log's next page. */
	assert_int_equal(fixture_claim(f, "shop", 16, claims), 6);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(claims[i].cause, CAUSE_RESYNC);
	assert_int_equal(progress(f, "subscriptions").started_ms, f->now_ms);
	assert_int_equal(progress(f, "refunds").started_ms, f->now_ms);
	assert_int_equal(progress(f, "events").gap_ms, 0);
}

/* A look that a ladder has in some hours is not soon enough. */
static void test_a_job_that_waits(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct claim claims[8], list;
	struct answer a;

	f->providers[0].schedule.rungs_ms[0] = 5 * HOUR;
	begun(f, &catch_up);
	f->now_ms -= 30 * MINUTE;
	look(f, "a");
	f->now_ms += 10 * MINUTE;
	answer_sub(&a, "active", STATE_ACTIVE);
	assert_int_equal(
	    ledger_look(f, sub_ref("a"), CAUSE_NOTIFIED, &a).fate, FATE_AGAIN);
	f->now_ms += 20 * MINUTE;
	list = ledger_claim(f);
	page(f, &list, "a", (const int64_t[]){f->now_ms - MINUTE}, NULL);
	assert_int_equal(fixture_claim(f, "shop", 8, claims), 1);
	assert_string_equal(claims[0].ref.id, "a");
}

/* A parked log is a person's; our clock may step back. */
static void test_parked_and_odd_clocks(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct catch_up_news news;
	struct claim list;

	begun(f, &catch_up);
	for (int i = 0; i < SCHEDULE_GARBLED_MAX; i++) {
		f->now_ms += HOUR;
		list = ledger_claim(f);
		fixture_settle(f, &list, VERDICT_GARBLED, 0);
	}
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 1);
	f->now_ms += 3 * DAY;
	news = turn_of(f, &catch_up, 100);
	assert_false(news.began);
	assert_int_equal(news.next_ms, 0);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 1);
	catch_up.every_ms = 0;
	assert_int_equal(turn_of(f, &catch_up, 100).next_ms, 0);
}

static void test_our_clock_steps_back(void **state)
{
	struct fixture *f = *state;
	struct catch_up catch_up = every_hour();
	struct claim list;

	begun(f, &catch_up);
	list = ledger_claim(f);
	page(f, &list, "", NULL, NULL);
	f->now_ms -= 5 * HOUR;
	assert_true(turn_of(f, &catch_up, 100).began);
	assert_false(turn_of(f, &catch_up, 100).began);
}

/* A person's wish: the same log, on from where it was, or all of it. */
static void test_wished_for(void **state)
{
	struct fixture *f = *state;
	struct list_wish wish = {
	    .provider = "shop", .name = "events", .log = &kept};
	struct claim list;
	bool goes_on;

	f->now_ms = 20000 * DAY;
	assert_int_equal(store_discover(f->store, &f->settings, &wish,
			     f->now_ms, &goes_on, &f->err),
	    0);
	assert_false(goes_on);
	list = ledger_claim(f);
	assert_int_equal(list.since_ms, f->now_ms - 10 * MINUTE);
	page(f, &list, "", NULL, NULL);
	wish.restart = true;
	assert_int_equal(store_discover(f->store, &f->settings, &wish,
			     f->now_ms, &goes_on, &f->err),
	    0);
	list = ledger_claim(f);
	assert_int_equal(list.since_ms, f->now_ms - 30 * DAY);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, ledger_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST(test_costs_what_changed),
	    TEST(test_repairs),
	    TEST(test_killed_between_pages),
	    TEST(test_refused),
	    TEST(test_gap),
	    TEST(test_a_job_that_waits),
	    TEST(test_parked_and_odd_clocks),
	    TEST(test_our_clock_steps_back),
	    TEST(test_wished_for),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
