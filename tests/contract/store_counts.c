/* What processes count for monitors: kept apart by provider, added up. */
#include "cache/counts.h"

#include "tests/contract/store_fixture.h"

static struct look_counts looks_of(struct fixture *f, const char *provider)
{
	struct store_view *view = NULL;
	struct look_counts counts;

	memset(&counts, 0xff, sizeof(counts));
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_looks(view, provider, &counts, &f->err), 0);
	store_view_close(view);
	return counts;
}

static struct latency commits_of(struct fixture *f, enum commit_by by)
{
	struct store_view *view = NULL;
	struct latency commits;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_commits(view, by, &commits, &f->err), 0);
	store_view_close(view);
	return commits;
}

static struct received_counts received_of(
    struct fixture *f, const char *provider)
{
	struct store_view *view = NULL;
	struct received_counts counts;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_received(view, provider, &counts, &f->err), 0);
	store_view_close(view);
	return counts;
}

static void test_nothing_is_zeros(void **state)
{
	struct fixture *f = *state;
	const struct look_counts none = {.ends = {0}};
	struct look_counts counts = looks_of(f, "shop");

	assert_memory_equal(&counts, &none, sizeof(none));
	assert_int_equal(received_of(f, "shop").n[0], 0);
	assert_int_equal(commits_of(f, COMMIT_BY_RECEIVER).sum_ms, 0);
}

static void test_looks_are_replaced_and_commits_added(void **state)
{
	struct fixture *f = *state;
	struct look_counts counts = {.ends = {[VERDICT_LATER] = 7}};
	struct latency commits = {.sum_ms = 0};

	latency_add(&counts.fetch, 20);
	latency_add(&counts.notice, 2000000);
	latency_add(&commits, 3);
	for (int i = 0; i < 2; i++) {
		struct store_turn *turn = fixture_begin(f);

		store_turn_looks(turn, "shop", &counts);
		store_turn_commits(turn, &commits);
		assert_false(store_turn_is_idle(turn));
		assert_int_equal(store_turn_commit(turn, &f->err), 0);
	}
	assert_int_equal(looks_of(f, "shop").ends[VERDICT_LATER], 7);
	assert_int_equal(looks_of(f, "shop").fetch.n[3], 1);
	assert_int_equal(looks_of(f, "shop").notice.n[LATENCY_BUCKETS], 1);
	assert_int_equal(looks_of(f, "shop").notice.sum_ms, 2000000);
	assert_int_equal(looks_of(f, "mint").ends[VERDICT_LATER], 0);
	assert_int_equal(commits_of(f, COMMIT_BY_WORKER).n[1], 2);
	assert_int_equal(commits_of(f, COMMIT_BY_RECEIVER).n[1], 0);
}

static void test_received_are_added(void **state)
{
	struct fixture *f = *state;
	const struct received received[] = {
	    {"shop", {.n = {5, 1, 0, 0, 0, 2}}}, {"mint", {.n = {1}}}};
	struct latency commits = {.sum_ms = 0};

	latency_add(&commits, 8);
	for (int i = 0; i < 3; i++)
		assert_int_equal(store_add_received(
				     f->store, received, 2, &commits, &f->err),
		    0);
	assert_int_equal(received_of(f, "shop").n[0], 15);
	assert_int_equal(received_of(f, "shop").n[5], 6);
	assert_int_equal(received_of(f, "mint").n[0], 3);
	assert_int_equal(received_of(f, "mint").n[5], 0);
	assert_int_equal(commits_of(f, COMMIT_BY_RECEIVER).sum_ms, 24);
	/* Beside what else is kept of a provider. */
	assert_int_equal(looks_of(f, "shop").ends[0], 0);
}

static void test_they_last(void **state)
{
	struct fixture *f = *state;
	const struct received received = {"shop", {.n = {5}}};
	const struct latency none = {.sum_ms = 0};

	assert_int_equal(
	    store_add_received(f->store, &received, 1, &none, &f->err), 0);
	fixture_close(f);
	f->options.read_only = true;
	fixture_open(f);
	assert_int_equal(received_of(f, "shop").n[0], 5);
	assert_int_equal(
	    store_add_received(f->store, &received, 1, &none, &f->err),
	    ERR_DENIED);
}

#define CASE(f) \
	cmocka_unit_test_setup_teardown(f, fixture_setup_open, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_nothing_is_zeros),
	    CASE(test_looks_are_replaced_and_commits_added),
	    CASE(test_received_are_added),
	    CASE(test_they_last),
	};

	return cmocka_run_group_tests_name("store_counts", tests, NULL, NULL);
}
