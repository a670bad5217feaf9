/* From a notice to a job in somebody's hands, and back. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/contract/store_fixture.h"

static void test_notice_becomes_claim(void **state)
{
	struct fixture *f = *state;
	struct notice notice = {
	    .ref = {"shop", "subscription", "s1"},
	    .parent_kind = "customer",
	    .parent_id = "c9",
	    .delivery_id = "d-1",
	    .arrived_ms = f->now_ms - 500,
	    .cause = CAUSE_NOTIFIED,
	};
	struct claim claim;
	struct job job;

	assert_int_equal(store_append(f->store, &notice, 1, &f->err), 0);
	assert_int_equal(fixture_stats(f).inbox, 1);
	assert_int_equal(fixture_collect(f), 1);
	assert_int_equal(fixture_stats(f).inbox, 0);
	assert_int_equal(fixture_stats(f).jobs[JOB_DUE], 1);
	assert_int_equal(fixture_stats(f).oldest_due_ms, f->now_ms - 500);

	assert_int_equal(fixture_claim(f, "shop", 8, &claim), 1);
	assert_string_equal(claim.ref.provider, "shop");
	assert_string_equal(claim.ref.kind, "subscription");
	assert_string_equal(claim.ref.id, "s1");
	assert_string_equal(claim.parent_kind, "customer");
	assert_string_equal(claim.parent_id, "c9");
	assert_int_equal(claim.cause, CAUSE_NOTIFIED);
	assert_int_equal(claim.attempts, 0);
	assert_int_equal(claim.notices, 1);
	assert_int_equal(claim.first_notified_ms, f->now_ms - 500);

	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_true(job.claimed);
	assert_int_equal(job.state, JOB_DUE);
	/* In flight once: nobody else gets it. */
	assert_int_equal(fixture_claim(f, "shop", 8, &claim), 0);
	assert_int_equal(fixture_stats(f).jobs[JOB_DUE], 1);
}

static void test_fifty_notices_cost_one_look(void **state)
{
	struct fixture *f = *state;
	struct notice notices[50];
	struct claim claims[50];

	for (int i = 0; i < 50; i++) {
		notices[i] = (struct notice){
		    .ref = {"shop", "subscription", i % 2 ? "b" : "a"},
		    .arrived_ms = f->now_ms - 100 + i,
		};
	}
	assert_int_equal(store_append(f->store, notices, 50, &f->err), 0);
	assert_int_equal(fixture_collect(f), 50);
	assert_int_equal(fixture_claim(f, "shop", 50, claims), 2);
	assert_string_equal(claims[0].ref.id, "a"); /* came first */
	assert_int_equal(claims[0].notices, 25);
	assert_int_equal(claims[1].notices, 25);
	assert_int_equal(claims[0].first_notified_ms, f->now_ms - 100);
	assert_int_equal(claims[1].first_notified_ms, f->now_ms - 99);
}

static void test_collect_takes_no_more_than_asked(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct job job;

	assert_int_equal(fixture_append(f, "shop", "x", CAUSE_NOTIFIED), 0);
	assert_int_equal(fixture_append(f, "shop", "y", CAUSE_NOTIFIED), 0);
	assert_int_equal(fixture_append(f, "shop", "x", CAUSE_NOTIFIED), 0);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_collect(turn, 2), 2);
	fixture_commit(f, turn);
	assert_int_equal(fixture_stats(f).inbox, 1);
	assert_int_equal(fixture_collect(f), 1);
	assert_int_equal(fixture_job(f, "shop", "x", &job), 0);
	assert_int_equal(job.notices, 2);
	assert_int_equal(fixture_job(f, "shop", "y", &job), 0);
	assert_int_equal(job.notices, 1);
}

static void test_dirty_while_in_flight(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct job job;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	f->now_ms += 2000;
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_true(job.claimed);
	assert_int_equal(job.notices, 2);
	assert_int_equal(job.last_notified_ms, f->now_ms);
	/* Not a second flight of the same object. */
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 0);
}

/* The child is the worker that dies; the parent the one that comes after. */
static void die_in_flight(struct fixture *f)
{
	struct claim claim;

	fixture_open(f);
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	(void)kill(getpid(), SIGKILL);
	_exit(1);
}

static void test_dirty_mark_survives_a_kill(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct job job;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		die_in_flight(f);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));

	fixture_open(f);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_true(job.claimed);
	assert_int_equal(job.notices, 2);
	assert_int_equal(fixture_recover(f), 1);
	assert_int_equal(fixture_recover(f), 0);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_false(job.claimed);
	assert_int_equal(job.attempts, 1);
	assert_non_null(strstr(job.last_error, "killed"));
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_int_equal(claim.notices, 2);
	assert_int_equal(claim.attempts, 1);
}

static void test_recover_every_provider(void **state)
{
	struct fixture *f = *state;
	struct claim claims[4];

	fixture_want(f, "shop", "a", CAUSE_NOTIFIED);
	fixture_want(f, "shop", "b", CAUSE_NOTIFIED);
	fixture_want(f, "mint", "c", CAUSE_NOTIFIED);
	fixture_want(f, "mint", "d", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 4, claims), 2);
	assert_int_equal(fixture_claim(f, "mint", 1, claims), 1);
	assert_int_equal(fixture_recover(f), 3);
	assert_int_equal(fixture_claim(f, "mint", 4, claims), 2);
}

static void test_a_job_that_kills_is_parked(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct job job;
	int kills = 0;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	while (kills < 100 && fixture_claim(f, "shop", 1, &claim) == 1) {
		assert_int_equal(fixture_recover(f), 1);
		kills++;
	}
	assert_int_equal(kills, 2 * SCHEDULE_GARBLED_MAX);
	assert_int_equal(fixture_job(f, "shop", "s1", &job), 0);
	assert_int_equal(job.state, JOB_PARKED);
	assert_int_equal(fixture_stats(f).jobs[JOB_PARKED], 1);
}

static void test_urgency_then_age(void **state)
{
	static const enum cause causes[] = {CAUSE_DISCOVER, CAUSE_RESYNC,
	    CAUSE_RECHECK, CAUSE_NOTIFIED, CAUSE_MANUAL};
	static const char *const ids[] = {"e", "d", "c", "b", "a"};
	struct fixture *f = *state;
	struct claim claims[8];

	for (int i = 0; i < 5; i++)
		fixture_want(f, "shop", ids[i], causes[i]);
	f->now_ms -= 10;
	fixture_want(f, "shop", "older", CAUSE_NOTIFIED);
	f->now_ms += 10;
	assert_int_equal(fixture_claim(f, "shop", 2, claims), 2);
	assert_string_equal(claims[0].ref.id, "a");
	assert_int_equal(claims[0].cause, CAUSE_MANUAL);
	assert_string_equal(claims[1].ref.id, "older");
	assert_int_equal(fixture_claim(f, "shop", 8, claims), 4);
	assert_string_equal(claims[0].ref.id, "b");
	assert_string_equal(claims[1].ref.id, "c");
	assert_string_equal(claims[2].ref.id, "d");
	assert_int_equal(claims[2].cause, CAUSE_RESYNC);
	assert_int_equal(claims[2].notices, 0);
	assert_string_equal(claims[3].ref.id, "e");
}

static void test_a_notice_makes_a_resync_urgent(void **state)
{
	struct fixture *f = *state;
	struct claim claims[3];

	fixture_want(f, "shop", "idle", CAUSE_RESYNC);
	fixture_want(f, "shop", "hot", CAUSE_RESYNC);
	fixture_want(f, "shop", "hot", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 3, claims), 2);
	assert_string_equal(claims[0].ref.id, "hot");
	assert_int_equal(claims[0].cause, CAUSE_NOTIFIED);
	assert_int_equal(claims[0].notices, 1);
}

/* A notice that came during a resync's flight is what the next look is for. */
static void test_a_notice_in_flight_makes_it_urgent(void **state)
{
	struct fixture *f = *state;
	struct claim claim;

	fixture_want(f, "shop", "hot", CAUSE_RESYNC);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	fixture_want(f, "shop", "hot", CAUSE_NOTIFIED);
	fixture_want(f, "shop", "idle", CAUSE_RECHECK);
	f->now_ms++;
	assert_int_equal(fixture_recover(f), 1);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_string_equal(claim.ref.id, "hot");
	assert_int_equal(claim.cause, CAUSE_NOTIFIED);
}

static void test_lanes_are_apart(void **state)
{
	struct fixture *f = *state;
	struct claim claim;
	struct store_turn *turn;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "mint", 1, &claim), 0);
	assert_int_equal(fixture_claim(f, "sho", 1, &claim), 0);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_next(turn, "mint", NULL), 0);
	assert_int_equal(store_turn_next(turn, "shop", NULL), f->now_ms);
	store_turn_abort(turn);
}

static void test_release_gives_back_untried(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn;
	struct claim claim;
	struct claim again;

	fixture_want(f, "shop", "s1", CAUSE_NOTIFIED);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	turn = fixture_begin(f);
	store_turn_release(turn, &claim);
	fixture_commit(f, turn);
	assert_int_equal(fixture_recover(f), 0);
	assert_int_equal(fixture_claim(f, "shop", 1, &again), 1);
	assert_int_equal(again.attempts, 0);
	assert_int_equal(again.notices, 1);
}

static void test_turns_that_did_nothing(void **state)
{
	struct fixture *f = *state;
	struct store_turn *turn = fixture_begin(f);
	struct claim claim;

	assert_int_equal(store_turn_recover(turn), 0);
	assert_int_equal(store_turn_collect(turn, 100), 0);
	assert_int_equal(
	    store_turn_claim(turn, "shop", 1, &f->arena, &claim), 0);
	assert_int_equal(store_turn_next(turn, "shop", NULL), 0);
	assert_int_equal(store_turn_parked(turn), 0);
	assert_true(store_turn_is_idle(turn));
	store_turn_abort(turn);

	assert_int_equal(fixture_append(f, "shop", "s1", CAUSE_NOTIFIED), 0);
	turn = fixture_begin(f);
	assert_int_equal(store_turn_collect(turn, 100), 1);
	assert_false(store_turn_is_idle(turn));
	store_turn_abort(turn);
	/* Aborted: as if it had never been. */
	assert_int_equal(fixture_stats(f).inbox, 1);
	assert_int_equal(fixture_stats(f).jobs[JOB_DUE], 0);
}

static void test_arrivals_of_a_clock_that_stepped_back(void **state)
{
	struct fixture *f = *state;
	struct claim claim;

	f->now_ms += 5000000;
	assert_int_equal(fixture_append(f, "shop", "s1", CAUSE_NOTIFIED), 0);
	f->now_ms -= 5000000;
	assert_int_equal(fixture_collect(f), 1);
	assert_int_equal(fixture_claim(f, "shop", 1, &claim), 1);
	assert_int_equal(claim.first_notified_ms, f->now_ms);
}

#define TEST_OPEN(name) \
	cmocka_unit_test_setup_teardown( \
	    name, fixture_setup_open, fixture_teardown)

static const char *claim_one(struct fixture *f, enum claim_first first)
{
	struct claim_limits limits = {.first = first};
	struct store_turn *turn = fixture_begin(f);
	struct claim claim = {.ref = {.id = "none"}};

	store_turn_claim_within(turn, "shop", &limits, 1, &f->arena, &claim);
	fixture_commit(f, turn);
	return claim.ref.id;
}

/* What nobody waits for may be asked to come first, the rest stays in order. */
static void test_a_turn_of_the_less_urgent(void **state)
{
	struct fixture *f = *state;
	static const enum cause causes[] = {CAUSE_NOTIFIED, CAUSE_RECHECK,
	    CAUSE_RESYNC, CAUSE_DISCOVER, CAUSE_MANUAL};
	static const char *const names[] = {"n", "k", "r", "d", "m"};
	char id[16] = "";

	for (size_t c = 0; c < 5; c++) {
		for (int i = 1; i <= 3; i++) {
			snprintf(id, sizeof(id), "%s%d", names[c], i);
			fixture_want(f, "shop", id, causes[c]);
		}
	}
	f->now_ms += 1000;
	assert_string_equal(claim_one(f, CLAIM_DISCOVERIES), "d1");
	assert_string_equal(claim_one(f, CLAIM_RESYNCS), "r1");
	assert_string_equal(claim_one(f, CLAIM_RECHECKS), "k1");
	assert_string_equal(claim_one(f, CLAIM_STRANGERS), "n1");
	assert_string_equal(claim_one(f, CLAIM_URGENT), "m1");
	/* These are strangers; of the notified there is none. */
	assert_string_equal(claim_one(f, CLAIM_NOTIFIED), "m2");
	assert_string_equal(claim_one(f, CLAIM_DISCOVERIES), "d2");
	assert_string_equal(claim_one(f, CLAIM_DISCOVERIES), "d3");
	/* None of that: the most urgent of the rest. */
	assert_string_equal(claim_one(f, CLAIM_DISCOVERIES), "m3");
	assert_string_equal(claim_one(f, CLAIM_URGENT), "n2");
	assert_string_equal(claim_one(f, CLAIM_RESYNCS), "r2");
	assert_string_equal(claim_one(f, CLAIM_DISCOVERIES), "n3");
	assert_string_equal(claim_one(f, CLAIM_URGENT), "k2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_OPEN(test_notice_becomes_claim),
	    TEST_OPEN(test_fifty_notices_cost_one_look),
	    TEST_OPEN(test_collect_takes_no_more_than_asked),
	    TEST_OPEN(test_dirty_while_in_flight),
	    cmocka_unit_test_setup_teardown(test_dirty_mark_survives_a_kill,
		fixture_setup, fixture_teardown),
	    TEST_OPEN(test_recover_every_provider),
	    TEST_OPEN(test_a_job_that_kills_is_parked),
	    TEST_OPEN(test_urgency_then_age),
	    TEST_OPEN(test_a_turn_of_the_less_urgent),
	    TEST_OPEN(test_a_notice_makes_a_resync_urgent),
	    TEST_OPEN(test_a_notice_in_flight_makes_it_urgent),
	    TEST_OPEN(test_lanes_are_apart),
	    TEST_OPEN(test_release_gives_back_untried),
	    TEST_OPEN(test_turns_that_did_nothing),
	    TEST_OPEN(test_arrivals_of_a_clock_that_stepped_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
