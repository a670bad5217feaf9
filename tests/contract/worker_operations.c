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
	int64_t first_ms;
	int64_t last_ms;

	budget(b, &some);
	notify(b, "slow", 4);
	bench_run(b);
	assert_int_equal(b->report.news, 4);
	assert_int_equal(world_count(&b->world, "slow/"), 4);
	/* A look begins when its question is sent, not when it is taken up. */
	first_ms = object(b, "slow", "x001").fetch_started_ms;
	last_ms = object(b, "slow", "x004").fetch_started_ms;
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
	    TEST_BENCH(test_with_tokens),
	    TEST_BENCH(test_the_hopeless_costs_no_slot),
	    TEST_BENCH(test_others_pass_by),
	};
	struct err_text err;

	if (stop_install(&err) != 0)
		return 1;
	return cmocka_run_group_tests(all, NULL, NULL);
}
