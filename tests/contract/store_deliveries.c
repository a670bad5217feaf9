/* Changes that are handed on: kept, in order for each account, until done. */
#include "cache/changes.h"
#include "cache/deliveries.h"
#include "cache/kept.h"
#include "cache/turn.h"

#include "tests/contract/store_fixture.h"

#define TEST_OPEN(name) \
	cmocka_unit_test_setup_teardown( \
	    name, fixture_setup_open, fixture_teardown)

static const enum delivery_target TARGET = DELIVERY_URL;

/* One more change of the feed. */
static void announce(struct fixture *f, const char *account)
{
	struct change change = {
	    .account = account,
	    .entitled = ENTITLED_YES,
	    .was = ENTITLED_NO,
	    .state = STATE_ACTIVE,
	    .at_ms = f->now_ms,
	    .recorded_at_ms = f->now_ms,
	    .cause = CAUSE_NOTIFIED,
	};
	struct lmdb_txn *txn = NULL;

	assert_int_equal(lmdb_begin(f->store->db, true, &txn, &f->err), 0);
	changes_append(txn, &change);
	assert_int_equal(lmdb_commit(txn, &f->err), 0);
}

static struct delivery_state state_of(struct fixture *f)
{
	struct store_view *view = NULL;
	struct delivery_state state;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_delivery_state(view, TARGET, &state, &f->err), 0);
	store_view_close(view);
	return state;
}

static void begin(struct fixture *f, bool from_start)
{
	assert_int_equal(
	    store_deliveries_begin(f->store, TARGET, from_start, &f->err), 0);
}

static struct delivery_end ended(
    uint64_t seq, const char *account, enum delivery_fate fate, bool kept)
{
	return (struct delivery_end){
	    .seq = seq, .account = account, .fate = fate, .kept = kept};
}

static void commit(struct fixture *f, uint64_t cursor,
    const struct delivery_end *ends, size_t n, const char *halt)
{
	struct health health = {.fetches = 7};
	struct delivery_turn turn = {.cursor = cursor,
	    .ends = ends,
	    .n = n,
	    .health = &health,
	    .halt = halt};

	assert_int_equal(
	    store_deliveries_commit(f->store, TARGET, &turn, &f->err), 0);
}

/* What may be tried, as text: "SEQ:ATTEMPTS ". */
struct seen {
	char text[256];
	size_t most;
};

static bool see(void *cookie, const struct delivery *delivery)
{
	struct seen *seen = cookie;
	size_t len = strlen(seen->text);

	if (seen->most == 0)
		return false;
	seen->most--;
	snprintf(seen->text + len, sizeof(seen->text) - len, "%d:%u ",
	    (int)delivery->change.seq, delivery->attempts);
	assert_non_null(delivery->change.account);
	return true;
}

static void assert_due(struct fixture *f, size_t chain, const char *wanted)
{
	struct store_view *view = NULL;
	struct seen seen = {.most = 100};

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_deliveries_due(view, TARGET, f->now_ms,
			     chain, see, &seen, &f->err),
	    0);
	store_view_close(view);
	assert_string_equal(seen.text, wanted);
}

static void test_begins_where_it_is_told(void **state)
{
	struct fixture *f = *state;

	assert_false(state_of(f).begun);
	assert_int_equal(state_of(f).waiting, 0);
	announce(f, "a");
	announce(f, "b");
	begin(f, false);
	assert_true(state_of(f).begun);
	assert_int_equal(state_of(f).cursor, 2);
	assert_int_equal(state_of(f).waiting, 0);
	assert_int_equal(state_of(f).oldest_ms, 0);
	/* Only once: it goes on where it was. */
	f->now_ms += 1000;
	announce(f, "c");
	begin(f, true);
	assert_int_equal(state_of(f).cursor, 2);
	assert_int_equal(state_of(f).waiting, 1);
	assert_int_equal(state_of(f).oldest_ms, f->now_ms);
}

static void test_from_the_start(void **state)
{
	struct fixture *f = *state;

	announce(f, "a");
	begin(f, true);
	assert_int_equal(state_of(f).cursor, 0);
	assert_int_equal(state_of(f).waiting, 1);
}

static void test_done_moves_the_cursor(void **state)
{
	struct fixture *f = *state;
	struct delivery_end ends[] = {ended(1, "a", DELIVERY_DONE, false),
	    ended(2, "b", DELIVERY_DONE, false)};

	begin(f, true);
	announce(f, "a");
	announce(f, "b");
	commit(f, 2, ends, 2, NULL);
	assert_int_equal(state_of(f).cursor, 2);
	assert_int_equal(state_of(f).delivered, 2);
	assert_int_equal(state_of(f).waiting, 0);
	assert_int_equal(state_of(f).health.fetches, 7);
	assert_due(f, 8, "");
	/* It never goes back. */
	commit(f, 1, NULL, 0, NULL);
	assert_int_equal(state_of(f).cursor, 2);
}

/* 1 and 3 are of a, 2 is of b; 1 has failed. */
static void fail_first(struct fixture *f, enum delivery_fate fate)
{
	struct delivery_end ends[] = {ended(1, "a", fate, false),
	    ended(2, "b", DELIVERY_DONE, false),
	    ended(3, "a", DELIVERY_UNTRIED, false)};

	begin(f, true);
	announce(f, "a");
	announce(f, "b");
	announce(f, "a");
	ends[0].attempts = 1;
	ends[0].first_tried_ms = f->now_ms;
	ends[0].due_ms = f->now_ms + 5000;
	ends[0].error = "it said no";
	ends[0].http_status = 500;
	commit(f, 3, ends, 3, NULL);
}

static void test_later_ones_wait_behind(void **state)
{
	struct fixture *f = *state;
	struct delivery_end first = ended(1, "a", DELIVERY_DONE, true);
	struct delivery_end third = ended(3, "a", DELIVERY_DONE, true);

	fail_first(f, DELIVERY_AGAIN);
	assert_int_equal(state_of(f).cursor, 3);
	assert_int_equal(state_of(f).waiting, 2);
	assert_int_equal(state_of(f).delivered, 1);
	assert_due(f, 8, "");
	f->now_ms += 5000;
	assert_due(f, 8, "1:1 3:0 ");
	assert_due(f, 0, "1:1 ");
	commit(f, 0, &first, 1, NULL);
	assert_due(f, 8, "3:0 ");
	assert_int_equal(state_of(f).oldest_ms, f->now_ms - 5000);
	commit(f, 0, &third, 1, NULL);
	assert_due(f, 8, "");
	assert_int_equal(state_of(f).waiting, 0);
	assert_int_equal(state_of(f).delivered, 3);
}

static void test_a_due_time_of_another_clock(void **state)
{
	struct fixture *f = *state;

	f->now_ms += 30LL * DELIVERY_WAIT_MAX_MS;
	fail_first(f, DELIVERY_AGAIN);
	f->now_ms -= DELIVERY_WAIT_MAX_MS / 2;
	assert_due(f, 0, "");
	f->now_ms -= 2 * (int64_t)DELIVERY_WAIT_MAX_MS;
	assert_due(f, 0, "1:1 ");
}

static bool behind(struct fixture *f, const char *account)
{
	struct store_view *view = NULL;
	bool is;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	is = store_view_is_behind(view, TARGET, account);
	store_view_close(view);
	return is;
}

static void test_who_is_behind(void **state)
{
	struct fixture *f = *state;

	fail_first(f, DELIVERY_AGAIN);
	assert_true(behind(f, "a"));
	assert_false(behind(f, "b"));
	/* Not those whose name begins alike. */
	assert_false(behind(f, ""));
	assert_false(behind(f, "aa"));
}

/* The jobs that a filter means, as text. */
static int list_one(void *cookie, const struct job *job)
{
	char *text = cookie;
	size_t len = strlen(text);

	assert_string_equal(job->ref.provider, "on_change");
	snprintf(text + len, 512 - len, "%s/%s %s %u %s; ", job->ref.kind,
	    job->ref.id, job_state_name(job->state), job->attempts,
	    job->last_error == NULL ? "-" : job->last_error);
	return 0;
}

static void assert_listed(
    struct fixture *f, const struct job_filter *filter, const char *wanted)
{
	struct store_view *view = NULL;
	char text[512] = "";

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_deliveries(
			     view, filter, f->now_ms, list_one, text, &f->err),
	    0);
	store_view_close(view);
	assert_string_equal(text, wanted);
}

static void test_people_see_them_as_jobs(void **state)
{
	static const char both[] =
	    "url/1 waiting 1 it said no; "
	    "url/3 waiting 0 waits for change 1 of the same account; ";
	struct fixture *f = *state;
	struct job_filter filter = {.state = -1};

	fail_first(f, DELIVERY_AGAIN);
	assert_listed(f, &filter, both);
	filter.provider = "on_change";
	assert_listed(f, &filter, both);
	filter.kind = "url";
	filter.id = "1";
	assert_listed(f, &filter, "url/1 waiting 1 it said no; ");
	filter.id = "2";
	assert_listed(f, &filter, "");
	filter.id = "x";
	assert_listed(f, &filter, "");
	filter = (struct job_filter){.kind = "command", .state = -1};
	assert_listed(f, &filter, "");
	filter = (struct job_filter){.provider = "shop", .state = -1};
	assert_listed(f, &filter, "");
	f->now_ms += 5000;
	filter = (struct job_filter){.state = JOB_DUE};
	assert_listed(f, &filter, "url/1 due 1 it said no; ");
}

static void test_parked_until_a_person_acts(void **state)
{
	struct fixture *f = *state;
	struct job_filter filter = {.provider = "on_change", .state = -1};
	size_t n;

	fail_first(f, DELIVERY_PARKED);
	assert_int_equal(state_of(f).parked, 1);
	assert_int_equal(state_of(f).waiting, 1);
	f->now_ms += 24LL * 3600 * 1000;
	assert_due(f, 8, ""); /* nor what is behind it */
	filter.state = JOB_PARKED;
	assert_listed(f, &filter, "url/1 parked 1 it said no; ");
	assert_int_equal(store_deliveries_retry(
			     f->store, &filter, true, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(state_of(f).parked, 1);
	assert_int_equal(store_deliveries_retry(
			     f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(state_of(f).parked, 0);
	assert_due(f, 8, "1:0 3:0 ");
}

static void test_dropped_frees_the_next(void **state)
{
	struct fixture *f = *state;
	struct job_filter filter = {
	    .provider = "on_change", .id = "1", .state = -1};
	struct delivery_end late = ended(1, "a", DELIVERY_AGAIN, true);
	size_t n;

	fail_first(f, DELIVERY_PARKED);
	assert_int_equal(store_deliveries_drop(
			     f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
	assert_due(f, 8, "3:0 ");
	/* A try that was under way does not bring it back. */
	commit(f, 0, &late, 1, NULL);
	assert_due(f, 8, "3:0 ");
	assert_int_equal(state_of(f).parked, 0);
	assert_int_equal(state_of(f).waiting, 1);
}

static void test_halted(void **state)
{
	struct fixture *f = *state;
	struct job_filter filter = {.provider = "on_change", .state = -1};
	size_t n;

	fail_first(f, DELIVERY_AGAIN);
	commit(f, 0, NULL, 0, "it wants no more");
	assert_true(state_of(f).halted);
	assert_int_equal(state_of(f).parked, 2);
	assert_listed(f, &filter,
	    "url/1 parked 1 it wants no more; "
	    "url/3 parked 0 it wants no more; ");
	assert_int_equal(store_deliveries_retry(
			     f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 2);
	assert_false(state_of(f).halted);
	assert_due(f, 8, "1:0 3:0 ");
}

static void test_a_copy_is_kept(void **state)
{
	struct fixture *f = *state;
	struct store_view *view = NULL;
	struct lmdb_txn *txn = NULL;
	struct change change;
	struct key key;

	fail_first(f, DELIVERY_AGAIN);
	key_init(&key);
	key_u64(&key, 1);
	assert_int_equal(lmdb_begin(f->store->db, true, &txn, &f->err), 0);
	assert_int_equal(kept_floor(txn, &f->settings.on_change), UINT64_MAX);
	f->settings.on_change.url = "https://example.org/";
	assert_int_equal(kept_floor(txn, &f->settings.on_change), 3);
	lmdb_delete(txn, TABLE_CHANGES, key_span(&key));
	assert_int_equal(lmdb_commit(txn, &f->err), 0);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_delivery(view, TARGET, 1, &f->arena, &change, &f->err),
	    0);
	assert_string_equal(change.account, "a");
	assert_int_equal(change.seq, 1);
	assert_int_equal(
	    store_view_delivery(view, TARGET, 2, &f->arena, &change, &f->err),
	    ERR_ABSENT);
	store_view_close(view);
}

static size_t prune(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);
	size_t n = store_turn_prune(turn, 100);

	fixture_commit(f, turn);
	return n;
}

static void test_the_feed_keeps_what_is_needed(void **state)
{
	struct fixture *f = *state;
	struct delivery_end done = ended(1, "a", DELIVERY_DONE, false);

	f->settings.store.keep_changes_ms = 1000;
	f->settings.on_change.url = "https://example.org/";
	begin(f, true);
	announce(f, "a");
	announce(f, "b");
	f->now_ms += 60000;
	assert_int_equal(prune(f), 0);
	commit(f, 1, &done, 1, NULL);
	assert_int_equal(prune(f), 1);
	/* Nobody is told any more: nobody needs it. */
	f->settings.on_change.url = NULL;
	assert_int_equal(prune(f), 1);
}

static void test_targets_are_apart(void **state)
{
	struct fixture *f = *state;
	struct store_view *view = NULL;
	struct delivery_state other;

	fail_first(f, DELIVERY_AGAIN);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_delivery_state(view, DELIVERY_COMMAND, &other, &f->err),
	    0);
	store_view_close(view);
	assert_false(other.begun);
	assert_int_equal(other.waiting + other.parked + other.delivered, 0);
	assert_int_equal(other.health.fetches, 0);
}

static void test_one_deliverer(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_lock_deliverer(f->store, &f->err), 0);
	assert_int_equal(store_lock_deliverer(f->store, &f->err), 0);
	/* It is no worker's lock. */
	assert_int_equal(store_lock_worker(f->store, &f->err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_OPEN(test_begins_where_it_is_told),
	    TEST_OPEN(test_from_the_start),
	    TEST_OPEN(test_done_moves_the_cursor),
	    TEST_OPEN(test_later_ones_wait_behind),
	    TEST_OPEN(test_a_due_time_of_another_clock),
	    TEST_OPEN(test_who_is_behind),
	    TEST_OPEN(test_people_see_them_as_jobs),
	    TEST_OPEN(test_parked_until_a_person_acts),
	    TEST_OPEN(test_dropped_frees_the_next),
	    TEST_OPEN(test_halted),
	    TEST_OPEN(test_a_copy_is_kept),
	    TEST_OPEN(test_the_feed_keeps_what_is_needed),
	    TEST_OPEN(test_targets_are_apart),
	    TEST_OPEN(test_one_deliverer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
