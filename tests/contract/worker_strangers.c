/* Notices that nobody signed, of ids that nobody knows. */
#include "tests/contract/worker_fixture.h"

enum { FLOOD = 300 };

static void setup_window(struct bench *b)
{
	b->f->providers[0].stranger_rate = 0.0001;
	b->f->providers[0].schedule.missing_window_ms = 600 * 1000;
}

static void notify(struct bench *b, const char *prefix, int n)
{
	char id[16];

	for (int i = 1; i <= n; i++) {
		snprintf(id, sizeof(id), "%s%03d", prefix, i);
		bench_notify(b, "quick", id);
	}
}

/* The first customers of a new store are all unknown, and real. */
static void test_genuine_ids_do_not_crawl(void **state)
{
	struct bench *b = *state;

	setup_window(b);
	notify(b, "x", FLOOD);
	bench_run(b);
	assert_int_equal(b->report.news, FLOOD);
}

static void test_a_flood_gets_little(void **state)
{
	struct bench *b = *state;
	struct notice asked = {.ref = {"shop", "quick", "q2"},
	    .cause = CAUSE_NOTIFIED,
	    .trusted = true};
	struct object object;
	struct job job;

	setup_window(b);
	bench_notify(b, "quick", "q1");
	bench_run(b);
	notify(b, "no", FLOOD);
	bench_run(b);
	/* Half a hundred until it is noticed, and a burst of ten. */
	assert_in_range(world_count(&b->world, "quick/no"), 61, 64);

	/* The known, and what a person asks for, come and go as ever. */
	b->f->now_ms = clock_wall_ms() + 2000; /* its spacing is no matter */
	bench_notify(b, "quick", "q1");
	asked.arrived_ms = b->f->now_ms;
	assert_int_equal(store_append(b->f->store, &asked, 1, &b->f->err), 0);
	bench_notify(b, "quick", "q3");
	bench_run(b);
	assert_int_equal(bench_object(b, "quick", "q2", &object), 0);
	assert_int_equal(world_count(&b->world, "quick/q1/"), 2);
	/* A worker that is new goes on with what the last one left. */
	assert_in_range(world_count(&b->world, "quick/no"), 61, 64);
	/* Nothing is lost. */
	assert_int_equal(bench_job(b, "quick", "q3", &job), 0);
	assert_int_equal(bench_job(b, "quick", "no300", &job), 0);
	assert_int_equal(job.attempts, 0);
	assert_int_equal(job.notices, 1);
}

/* A budget that has something again within a second is no reason to stop. */
static void test_a_generous_budget_is_used_up(void **state)
{
	struct bench *b = *state;

	setup_window(b);
	b->f->providers[0].stranger_rate = 1000;
	notify(b, "no", FLOOD);
	bench_run(b);
	assert_true(world_count(&b->world, "quick/no") >= FLOOD);
}

/* Who signs has no strangers. */
static void test_signed_ids_are_no_strangers(void **state)
{
	struct bench *b = *state;

	setup_window(b);
	b->f->providers[0].hook_secret_file = "/nonexistent";
	notify(b, "no", FLOOD);
	bench_run(b);
	assert_in_range(world_count(&b->world, "quick/no"), FLOOD, 2 * FLOOD);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    TEST_BENCH(test_genuine_ids_do_not_crawl),
	    TEST_BENCH(test_a_flood_gets_little),
	    TEST_BENCH(test_a_generous_budget_is_used_up),
	    TEST_BENCH(test_signed_ids_are_no_strangers),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
