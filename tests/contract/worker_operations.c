/* Budgets of single operations, and what cannot be asked for at all. */
#include "tests/contract/worker_fixture.h"

static const struct client_operation hardly = {
    .name = "slow", .rate = 0.0001, .burst = 1};
static const struct client_operation few = {
    .name = "slow", .rate = 2, .burst = 1};
static const struct client_operation some = {
    .name = "slow", .rate = 10, .burst = 1};

static void budget(struct bench *b, const struct client_operation *operation)
{
	b->client.defaults.operations = operation;
	b->client.defaults.n_operations = 1;
}

static void notify(struct bench *b, const char *kind, int n)
{
	char id[16];

	for (int i = 1; i <= n; i++) {
		snprintf(id, sizeof(id), "x%03d", i);
		bench_notify(b, kind, id);
	}
}

static struct object object(struct bench *b, const char *kind, const char *id)
{
	struct object out;

	assert_int_equal(bench_object(b, kind, id, &out), 0);
	return out;
}

/* What waits for its budget is neither lost nor left to the next run. */
static void test_a_small_budget_is_drained(void **state)
{
	struct bench *b = *state;
	const char *const ids[] = {"x001", "x002", "x003", "x004"};
	int64_t first_ms = INT64_MAX;
	int64_t last_ms = 0;

	budget(b, &some);
	notify(b, "slow", 4);
	bench_run(b);
	assert_int_equal(b->report.news, 4);
	assert_int_equal(world_count(&b->world, "slow/"), 4);
	/* A look begins when its question is sent, not when it is taken up. */
	for (size_t i = 0; i < 4; i++) {
		int64_t at_ms = object(b, "slow", ids[i]).fetch_started_ms;

		first_ms = at_ms < first_ms ? at_ms : first_ms;
		last_ms = at_ms > last_ms ? at_ms : last_ms;
	}
	assert_true(last_ms - first_ms >= 290);
}

/* Of looks that go on, each further question is charged as well. */
static void test_further_questions_are_charged(void **state)
{
	struct bench *b = *state;
	int64_t begun_ms = clock_mono_ms();

	budget(b, &some);
	b->world.pages = 4;
	notify(b, "slow", 1);
	bench_run(b);
	assert_int_equal(b->report.news, 1);
	assert_true(clock_mono_ms() - begun_ms >= 290);
}

/*
 * What cron starts anew, twenty times, sends no more than one worker would: n
 * at once, and n a second.
 */
static void check_cron(struct bench *b, const char *kind, size_t n)
{
	int64_t begun_ms = clock_mono_ms(), took_ms;
	size_t sent;

	notify(b, kind, 200);
	for (int i = 0; i < 20; i++)
		bench_run_for(b, 20);
	took_ms = clock_mono_ms() - begun_ms;
	sent = world_count(&b->world, kind);
	if (sent < n || (sent - n) * 1000 > n * (size_t)took_ms)
		fail_msg("%zu in %lld ms", sent, (long long)took_ms);
}

static void test_cron_keeps_to_the_budget(void **state)
{
	struct bench *b = *state;

	b->f->providers[0].rate = 5;
	b->f->providers[0].burst = 5;
	check_cron(b, "quick", 5);
}

static void test_cron_keeps_to_that_of_an_operation(void **state)
{
	static const struct client_operation five = {
	    .name = "slow", .rate = 5, .burst = 5};
	struct bench *b = *state;

	b->f->providers[0].concurrency = 8;
	budget(b, &five);
	check_cron(b, "slow", 5);
}

/* Tokens and budgets of operations together. */
static void test_with_tokens(void **state)
{
	struct bench *b = *state;

	bench_use_tokens(b);
	budget(b, &few);
	b->world.refuse_page = 1;
	notify(b, "slow", 2);
	notify(b, "quick", 6);
	bench_run(b);
	assert_int_equal(b->report.news, 8);
	assert_int_equal(b->world.n_tokens, 2);
	/* Made with the first token, set aside, and sent with the second. */
	assert_int_equal(world_count(&b->world, "slow/x002/1:tok1"), 0);
	assert_int_equal(world_count(&b->world, "slow/x002/1:tok2"), 1);
}

static void test_the_hopeless_costs_no_slot(void **state)
{
	struct bench *b = *state;
	struct job job;

	notify(b, "child", 9);
	bench_notify(b, "quick", "bad");
	notify(b, "quick", 3);
	bench_run(b);
	assert_int_equal(b->report.news, 3);
	assert_int_equal(b->report.parked, 10);
	assert_int_equal(world_count(&b->world, "child/"), 0);
	assert_int_equal(bench_job(b, "child", "x001", &job), 0);
	assert_int_equal(job.state, JOB_PARKED);
	assert_int_equal(job.attempts, 1);
	assert_non_null(strstr(job.last_error, "--parent KIND/ID"));
	assert_int_equal(bench_job(b, "quick", "bad", &job), 0);
	assert_string_equal(job.last_error, "an id that nobody asks for");
}

/*
 * Last, because it stops this program's workers for good: while three hundred
 * wait for a budget that never comes, everything else is done.
 */
static void test_others_pass_by(void **state)
{
	struct bench *b = *state;
	struct job job;

	budget(b, &hardly);
	notify(b, "slow", 300);
	b->f->now_ms++;
	notify(b, "quick", 20);
	b->world.stop_after = 20;
	bench_run(b);
	assert_int_equal(world_count(&b->world, "slow/"), 1);
	assert_int_equal(world_count(&b->world, "quick/"), 20);
	/* Those set aside went back as they were. */
	for (int i = 2; i <= 300; i += 1 + i / 10) {
		char id[16];

		snprintf(id, sizeof(id), "x%03d", i);
		assert_int_equal(bench_job(b, "slow", id, &job), 0);
		assert_int_equal(job.attempts, 0);
		assert_int_equal(job.notices, 1);
		assert_false(job.claimed);
	}
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST_BENCH(test_a_small_budget_is_drained),
	    TEST_BENCH(test_further_questions_are_charged),
	    TEST_BENCH(test_cron_keeps_to_the_budget),
	    TEST_BENCH(test_cron_keeps_to_that_of_an_operation),
	    TEST_BENCH(test_with_tokens),
	    TEST_BENCH(test_the_hopeless_costs_no_slot),
	    TEST_BENCH(test_others_pass_by),
	};
	struct err_text err;

	if (stop_install(&err) != 0)
		return 1;
	return cmocka_run_group_tests(all, NULL, NULL);
}
