/* A provider whose key only buys a token: who asks for it, and when. */
#include "tests/contract/worker_fixture.h"

static void want(struct bench *b, int n)
{
	char id[16];

	bench_use_tokens(b);
	for (int i = 1; i <= n; i++) {
		snprintf(id, sizeof(id), "q%d", i);
		bench_notify(b, "quick", id);
	}
}

static void test_one_token_serves_all(void **state)
{
	struct bench *b = *state;

	want(b, 5);
	bench_run(b);
	assert_memory_equal(b->world.log, "token ", 6);
	assert_int_equal(world_count(&b->world, "token "), 1);
	assert_int_equal(world_count(&b->world, ":tok1 "), 5);
	assert_int_equal(b->report.settled, 5);
	assert_int_equal(b->report.fetches, 6);
	assert_int_equal(bench_health(b).fetches, 6);
}

static void test_no_token_where_none_is_sold(void **state)
{
	struct bench *b = *state;

	bench_notify(b, "quick", "q1");
	bench_run(b);
	assert_string_equal(b->world.log, "quick/q1/1 ");
}

/* Renewed halfway, or there would be a new one before each question. */
static void test_a_short_life_is_life(void **state)
{
	struct bench *b = *state;

	b->world.expires_s = 100;
	want(b, 3);
	bench_run(b);
	assert_int_equal(b->world.n_tokens, 1);
	assert_int_equal(b->report.settled, 3);
}

static void test_a_refused_token_is_replaced_once(void **state)
{
	struct bench *b = *state;

	b->world.refuse_page = 1; /* tok1 is revoked at once */
	want(b, 4);
	bench_run(b);
	assert_int_equal(b->world.n_tokens, 2);
	assert_int_equal(world_count(&b->world, ":tok2 "), 4);
	assert_true(world_count(&b->world, ":tok1 ") <= 2);
	assert_int_equal(b->report.news, 4);
	assert_int_equal(bench_health(b).state, HEALTH_OK);
	assert_int_equal(bench_health(b).errors, 0);
}

/* In the middle of a look: what was answered so far is not asked again. */
static void test_a_further_question_is_repeated(void **state)
{
	struct bench *b = *state;

	b->world.pages = 3;
	b->world.refuse_page = 2;
	want(b, 1);
	bench_run(b);
	assert_string_equal(b->world.log,
	    "token quick/q1/1:tok1 quick/q1/2:tok1 token quick/q1/2:tok2 "
	    "quick/q1/3:tok2 ");
	assert_int_equal(b->report.news, 1);
}

static void test_refused_twice_is_barred(void **state)
{
	struct bench *b = *state;
	struct job job;

	b->world.refuse_all = true;
	want(b, 1);
	bench_run(b);
	assert_string_equal(
	    b->world.log, "token quick/q1/1:tok1 token quick/q1/1:tok2 ");
	assert_int_equal(b->report.barred, 1);
	assert_int_equal(bench_job(b, "quick", "q1", &job), 0);
	assert_int_equal(job.attempts, 0);
	assert_int_equal(job.notices, 1);
	assert_false(job.claimed);
}

static void test_a_refused_key_bars(void **state)
{
	struct bench *b = *state;
	struct job job;

	b->world.token_status[0] = 401;
	want(b, 3);
	bench_run(b);
	assert_string_equal(b->world.log, "token ");
	assert_int_equal(b->report.barred, 1);
	assert_string_equal(
	    bench_health(b).reason, "the provider refuses the key (HTTP 401)");
	for (int i = 0; i < 3; i++) {
		const char *const ids[] = {"q1", "q2", "q3"};

		assert_int_equal(bench_job(b, "quick", ids[i], &job), 0);
		assert_int_equal(job.attempts, 0);
		assert_int_equal(job.notices, 1);
		assert_false(job.claimed);
	}
}

/* Without a token nothing can be asked: one failure is enough to wait. */
static void test_no_token_now_waits(void **state)
{
	struct bench *b = *state;
	int64_t end_ms = clock_mono_ms() + 30000;
	struct job job;

	b->world.token_status[0] = 503;
	want(b, 3);
	bench_run(b);
	assert_string_equal(b->world.log, "token ");
	assert_int_equal(bench_health(b).state, HEALTH_WAITING);
	assert_int_equal(bench_job(b, "quick", "q1", &job), 0);
	assert_int_equal(job.attempts, 0);
	while (b->report.settled == 0 && clock_mono_ms() < end_ms)
		bench_run(b);
	assert_int_equal(b->report.news, 3);
	assert_int_equal(b->world.n_tokens, 2);
	assert_int_equal(bench_health(b).state, HEALTH_OK);
}

static void test_a_token_is_never_told(void **state)
{
	struct bench *b = *state;
	char text[16384];
	FILE *file;
	size_t n;

	b->world.refuse_page = 1;
	want(b, 2);
	bench_run(b);
	file = fopen(b->log_path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	assert_non_null(strstr(text, "token provider=shop"));
	assert_null(strstr(text, "tok1"));
	assert_null(strstr(text, "tok2"));
	assert_null(strstr(text, "the-key"));
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST_BENCH(test_one_token_serves_all),
	    TEST_BENCH(test_no_token_where_none_is_sold),
	    TEST_BENCH(test_a_short_life_is_life),
	    TEST_BENCH(test_a_refused_token_is_replaced_once),
	    TEST_BENCH(test_a_further_question_is_repeated),
	    TEST_BENCH(test_refused_twice_is_barred),
	    TEST_BENCH(test_a_refused_key_bars),
	    TEST_BENCH(test_no_token_now_waits),
	    TEST_BENCH(test_a_token_is_never_told),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
