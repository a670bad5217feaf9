/* Jobs that wait: parked, retried, spaced; what people see and do. */
#include "tests/contract/store_fixture.h"

#define TEST_OPEN(name) \
	cmocka_unit_test_setup_teardown( \
	    name, fixture_setup_open, fixture_teardown)

/* ---- parked ----------------------------------------------------------- */

static void test_unconfigured_provider_is_parked(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct claim claim;
	struct job job;

	f->settings.n_providers = 1; /* mint is gone */
	fixture_want(f, "mint", "s1", CAUSE_NOTIFIED);
	fixture_want(f, "mint", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_job(f, "mint", "s1", &job), 0);
	assert_int_equal(job.state, JOB_PARKED);
	assert_string_equal(job.last_error, "provider mint is not configured");
	assert_int_equal(job.notices, 2);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_parked(turn), 1);
	assert_int_equal(store_turn_next(turn, "mint", NULL), 0);
	store_turn_abort(turn);
	assert_int_equal(fixture_claim(f, "mint", 1, &claim), 0);

	/* Back again: the next notice takes it along. */
	f->settings.n_providers = 2;
	fixture_want(f, "mint", "s1", CAUSE_RESYNC);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 1);
	f->now_ms += 5000;
	fixture_want(f, "mint", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 0);
	assert_int_equal(fixture_job(f, "mint", "s1", &job), 0);
	assert_int_equal(job.due_ms, f->now_ms);
	assert_int_equal(fixture_claim(f, "mint", 1, &claim), 1);
	assert_int_equal(claim.notices, 3);
	assert_int_equal(claim.attempts, 0);
}

static void park_three(struct fixture *f)
{
	f->settings.n_providers = 1;
	fixture_want(f, "mint", "a", CAUSE_NOTIFIED);
	fixture_want(f, "mint", "b", CAUSE_NOTIFIED);
	fixture_want(f, "old", "c", CAUSE_NOTIFIED);
	f->settings.n_providers = 2;
	fixture_want(f, "shop", "d", CAUSE_NOTIFIED);
}

static void test_retry(void **state)
{
	struct fixture *f = *state;
	struct job_filter filter = {.provider = "mint", .state = JOB_PARKED};
	struct claim claims[4];
	size_t n = 9;

	park_three(f);
	assert_int_equal(
	    store_jobs_retry(f->store, &filter, true, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 2);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 3);
	assert_int_equal(
	    store_jobs_retry(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 2);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 1);
	assert_int_equal(fixture_claim(f, "mint", 4, claims), 2);

	/* In flight: whose they are will say how it ended. */
	filter.state = -1;
	assert_int_equal(
	    store_jobs_retry(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 0);
}

static void test_retry_does_not_wait(void **state)
{
	struct fixture *f = *state;
	struct job_filter filter = {.provider = "shop", .state = JOB_WAITING};
	struct claim claim;
	size_t n;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	fixture_settle(f, &claim, VERDICT_LATER, f->now_ms + 60000);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 0);
	assert_int_equal(
	    store_jobs_retry(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_int_equal(claim.attempts, 0);
	assert_int_equal(claim.notices, 1);
}

static void test_drop(void **state)
{
	struct fixture *f = *state;
	struct job_filter filter = {
	    .kind = "subscription", .id = "c", .state = -1};
	struct claim claim;
	struct job job;
	size_t n = 9;

	park_three(f);
	assert_int_equal(
	    store_jobs_drop(f->store, &filter, true, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(fixture_job(f, "old", "c", &job), 0);
	assert_int_equal(
	    store_jobs_drop(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 1);
	assert_int_equal(fixture_job(f, "old", "c", &job), ERR_ABSENT);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 2);

	filter = (struct job_filter){.state = -1};
	assert_int_equal(
	    store_jobs_drop(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(n, 3);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 0);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 0);
}

/* ---- listing ---------------------------------------------------------- */

struct seen {
	char text[256];
	int stop_at; /* 0: never */
	int n;
};

static int note(void *cookie, const struct job *job)
{
	struct seen *seen = cookie;
	size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "%s/%s:%s ",
	    job->ref.provider, job->ref.id, job_state_name(job->state));
	return ++seen->n == seen->stop_at ? 7 : 0;
}

static struct seen list(struct fixture *f, struct job_filter filter)
{
	struct store_view *view = NULL;
	struct seen seen = {.n = 0};

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_jobs(view, &filter, f->now_ms, note, &seen, &f->err), 0);
	store_view_close(view);
	return seen;
}

static void test_listing(void **state)
{
	struct fixture *f = *state;
	struct store_view *view = NULL;
	struct job_filter all = {.state = -1};
	struct seen stopped = {.stop_at = 2};

	park_three(f);
	assert_string_equal(list(f, all).text,
	    "mint/a:parked mint/b:parked old/c:parked shop/d:due ");
	assert_string_equal(
	    list(f, (struct job_filter){.state = JOB_DUE}).text, "shop/d:due ");
	assert_string_equal(list(f, (struct job_filter){.provider = "mint",
					.state = JOB_PARKED})
				.text,
	    "mint/a:parked mint/b:parked ");
	assert_string_equal(list(f, (struct job_filter){.provider = "mint",
					.kind = "subscription",
					.id = "b",
					.state = JOB_PARKED})
				.text,
	    "mint/b:parked ");
	assert_string_equal(list(f, (struct job_filter){.provider = "mint",
					.kind = "subscription",
					.id = "b",
					.state = JOB_WAITING})
				.text,
	    "");
	assert_string_equal(
	    list(f, (struct job_filter){.provider = "min", .state = -1}).text,
	    "");
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_jobs(view, &all, f->now_ms, note, &stopped, &f->err), 7);
	assert_int_equal(stopped.n, 2);
	store_view_close(view);
}

/* ---- waiting ---------------------------------------------------------- */

static void test_due_is_pulled_forward_never_back(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct settled settled;
	struct job job;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	settled = fixture_settle(f, &claim, VERDICT_LATER, f->now_ms + 60000);
	assert_int_equal(settled.fate, FATE_AGAIN);
	assert_true(settled.due_ms >= f->now_ms + 60000);
	assert_int_equal(fixture_stats(f).jobs[JOB_WAITING], 1);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 0);

	/* Nobody waits for a resync: the back-off stands. */
	f->now_ms += 5000;
	fixture_want(f, "shop", "s1", CAUSE_RESYNC);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_int_equal(job.due_ms, settled.due_ms);

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_int_equal(job.due_ms, f->now_ms);
	assert_int_equal(job.attempts, 1);
	f->now_ms += 5000;
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_int_equal(job.due_ms, f->now_ms - 5000);
}

static void test_looks_are_spaced(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct claim claim;
	bool spaced = true;
	int64_t begun = f->now_ms;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_next(turn, "shop", &spaced), begun);
	assert_false(spaced);
	store_turn_abort(turn);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_int_equal(fixture_settle_truth(f, &claim).fate, FATE_DONE);

	f->now_ms += 200;
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 0);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_next(turn, "shop", &spaced),
	    begun + SCHEDULE_SPACING_MS);
	assert_true(spaced);
	store_turn_abort(turn);
	f->now_ms = begun + SCHEDULE_SPACING_MS;
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
}

static void test_garbled_is_parked_and_retried(void **state)
{
	struct fixture *f = *state;
	struct job_filter filter = {.state = JOB_PARKED};
	struct claim claim;
	struct job job;
	size_t n;
	int looks = 0;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	while (looks < 100 && fixture_claim(f, "shop", 1, &claim) == 1) {
		fixture_settle(f, &claim, VERDICT_GARBLED, 0);
		f->now_ms += 2 * (int64_t)SCHEDULE_RETRY_CAP_MS;
		looks++;
	}
	assert_int_equal(looks, SCHEDULE_GARBLED_MAX);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_int_equal(job.state, JOB_PARKED);
	assert_string_equal(job.last_error, "it said so");
	assert_int_equal(
	    store_jobs_retry(f->store, &filter, false, f->now_ms, &n, &f->err),
	    0);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_int_equal(claim.attempts, 0);
	/* Afresh: one more bad answer does not park it at once. */
	assert_int_equal(
	    fixture_settle(f, &claim, VERDICT_GARBLED, 0).fate, FATE_AGAIN);
}

/* ---- providers -------------------------------------------------------- */

static void test_health_and_tally_are_kept(void **state)
{
	struct fixture *f = *state;
	struct health health = {
	    .state = HEALTH_BARRED,
	    .until_ms = f->now_ms + 60000,
	    .since_ms = f->now_ms,
	    .failures = 3,
	    .probes = 2,
	    .key_stamp = UINT64_MAX,
	    .last_ok_ms = 5,
	    .last_error_ms = 6,
	    .fetches = 7,
	    .errors = 8,
	    .reason = "the key is refused",
	};
	struct health got;
	struct tally tally;
	struct store_view *view = NULL;
	struct store_turn *turn = fixture_begin(f);

	store_turn_health(turn, "shop", &health);
	fixture_commit(f, turn);
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	fixture_want(f, "shop", "s1", CAUSE_RESYNC);
	fixture_close(f);
	fixture_open(f);
	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_provider(view, "shop", &got, &tally, &f->err), 0);
	assert_int_equal(got.state, HEALTH_BARRED);
	assert_int_equal(got.until_ms, health.until_ms);
	assert_int_equal(got.since_ms, health.since_ms);
	assert_int_equal(got.failures, 3);
	assert_int_equal(got.probes, 2);
	assert_true(got.key_stamp == UINT64_MAX);
	assert_int_equal(got.last_ok_ms, 5);
	assert_int_equal(got.last_error_ms, 6);
	assert_int_equal(got.fetches, 7);
	assert_int_equal(got.errors, 8);
	assert_string_equal(got.reason, "the key is refused");
	assert_int_equal(tally.notices, 2); /* a resync is no notification */
	assert_int_equal(tally.last_notice_ms, f->now_ms);
	/* Nothing is known of the other one. */
	assert_int_equal(
	    store_view_provider(view, "mint", &got, &tally, &f->err), 0);
	assert_int_equal(got.state, HEALTH_OK);
	assert_int_equal(tally.notices, 0);
	store_view_close(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_OPEN(test_unconfigured_provider_is_parked),
	    TEST_OPEN(test_retry),
	    TEST_OPEN(test_retry_does_not_wait),
	    TEST_OPEN(test_drop),
	    TEST_OPEN(test_listing),
	    TEST_OPEN(test_due_is_pulled_forward_never_back),
	    TEST_OPEN(test_looks_are_spaced),
	    TEST_OPEN(test_garbled_is_parked_and_retried),
	    TEST_OPEN(test_health_and_tally_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
