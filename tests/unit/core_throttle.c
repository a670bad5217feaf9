/*
 * core/throttle against simulated providers: one whose answers are as ever,
 * noisy, slower for a while, slower for good, slower the more is asked at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "reconciler/base/random.h"
#include "reconciler/core/throttle.h"

enum { MOST = 16, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

struct sim {
	struct throttle throttle;
	struct random random;
	int64_t now_ms;
	uint32_t lowest; /* limit that was seen */
	uint32_t begun;	 /* how often slowing down began */
	uint32_t ended;
	uint32_t steps; /* changes of the limit */
};

static struct sim sim_of(uint32_t most)
{
	struct sim s = {.now_ms = 1000 * (int64_t)HOUR_MS, .lowest = most};

	random_seed_with(&s.random, 7);
	throttle_init(&s.throttle, most);
	return s;
}

/* One request ended; the clock goes on as if all in force were under way. */
static void ended(
    struct sim *s, const char *kind, enum throttle_end end, int64_t took_ms)
{
	struct throttle_sample sample = {
	    .kind = kind, .end = end, .took_ms = took_ms, .now_ms = s->now_ms};
	uint32_t before = s->throttle.limit;
	bool was_slow = throttle_is_slow(&s->throttle);
	bool changed = throttle_after(&s->throttle, &sample);
	bool slow = throttle_is_slow(&s->throttle);

	assert_int_equal(changed, slow != was_slow);
	assert_in_range(s->throttle.limit, 1, s->throttle.most);
	s->begun += changed && slow;
	s->ended += changed && !slow;
	s->steps += s->throttle.limit != before;
	if (s->throttle.limit < s->lowest)
		s->lowest = s->throttle.limit;
	if (took_ms > HOUR_MS)
		took_ms = HOUR_MS;
	s->now_ms += took_ms / s->throttle.limit;
}

static void answers(struct sim *s, int n, int64_t took_ms)
{
	while (n-- > 0)
		ended(s, "order", THROTTLE_ANSWERED, took_ms);
}

/* Until nothing is slowed any more; how many answers that takes. */
static int heal(struct sim *s, int64_t took_ms)
{
	int n = 0;

	while (throttle_is_slow(&s->throttle) && n < 100000) {
		answers(s, 1, took_ms);
		n++;
	}
	return n;
}

/* A half to one and a half of it; now and then fifty times that. */
static int64_t noisy(struct sim *s, int64_t ms, uint32_t outliers)
{
	int64_t took_ms =
	    ms / 2 + (int64_t)(random_next(&s->random) % (uint64_t)(ms + 1));

	if (random_next(&s->random) % 100 < outliers)
		took_ms *= 50;
	return took_ms;
}

static void test_slower_and_quick_again(void **state)
{
	struct sim s = sim_of(MOST);

	(void)state;
	answers(&s, 200, 120);
	assert_int_equal(s.throttle.limit, MOST);
	assert_in_range((int64_t)s.throttle.usual_ms, 119, 121);
	/* Three times that, and the lane steps down within a few rounds. */
	answers(&s, 100, 1200);
	assert_int_equal(s.throttle.limit, 1);
	assert_int_equal(s.begun, 1);
	assert_int_equal(s.steps, 4); /* 8, 4, 2, 1 */
	/* Quick answers give back all of it, soon, and in one go. */
	assert_in_range(heal(&s, 120), 12 * 10, 12 * 30);
	assert_int_equal(s.ended, 1);
	answers(&s, 1000, 120);
	assert_int_equal(s.begun, 1);
}

/* One row: healthy answers, then these; what it comes to. */
struct row {
	const char *name;
	int64_t usual_ms;
	int64_t then_ms;
	enum throttle_end end;
	uint32_t lowest;
};

static const struct row rows[] = {
    {"as ever", 300, 300, THROTTLE_ANSWERED, MOST},
    {"twice as slow", 300, 600, THROTTLE_ANSWERED, MOST},
    {"three times", 300, 900, THROTTLE_ANSWERED, 1},
    {"little time is never slow", 5, 200, THROTTLE_ANSWERED, MOST},
    {"little time, much more than usual", 5, 400, THROTTLE_ANSWERED, 1},
    {"no time at all", 0, 0, THROTTLE_ANSWERED, MOST},
    {"the clock of a madman", 300, -5, THROTTLE_ANSWERED, MOST},
    {"for ever", 300, INT64_MAX, THROTTLE_ANSWERED, 1},
    {"time-outs are slow", 300, 60000, THROTTLE_TIMED_OUT, 1},
    {"short ones, too", 300, 300, THROTTLE_TIMED_OUT, 1},
    {"slow failures are slow", 300, 30000, THROTTLE_FAILED, 1},
    {"quick failures are nothing", 300, 1, THROTTLE_FAILED, MOST},
    {"slow refusals are slow", 300, 3000, THROTTLE_ASIDE, 1},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct sim s = sim_of(MOST);

		answers(&s, 200, row->usual_ms);
		for (int n = 0; n < 100; n++) {
			s.now_ms -= s.now_ms / 2; /* and back it steps */
			ended(&s, "order", row->end, row->then_ms);
			s.now_ms = 1000 * (int64_t)HOUR_MS + n;
		}
		if (s.lowest != row->lowest)
			fail_msg("%s: %u", row->name, s.lowest);
	}
}

/* Failures that come quickly must not look like a provider that is well. */
static void test_quick_failures_heal_nothing(void **state)
{
	struct sim s = sim_of(MOST);

	(void)state;
	answers(&s, 100, 300);
	answers(&s, 100, 3000);
	for (int n = 0; n < 1000; n++)
		ended(&s, "order", THROTTLE_FAILED, 1);
	assert_int_equal(s.throttle.limit, 1);
	/* "No such object" is an answer. */
	for (int n = 0; n < 1000; n++)
		ended(&s, "order", THROTTLE_ASIDE, 300);
	assert_int_equal(s.throttle.limit, MOST);
}

/* A hundred thousand noisy answers are no reason for anything. */
static void test_noise(void **state)
{
	static const uint32_t outliers[] = {0, 1, 5, 10};

	(void)state;
	for (size_t i = 0; i < sizeof(outliers) / sizeof(outliers[0]); i++) {
		struct sim s = sim_of(MOST);

		for (int n = 0; n < 100000; n++)
			answers(&s, 1, noisy(&s, 300, outliers[i]));
		if (s.begun > 0)
			fail_msg("%u in a hundred: slowed %u times",
			    outliers[i], s.begun);
	}
}

/* The same noise while it is slow: it goes down once, and stays there. */
static void test_noise_while_slow(void **state)
{
	struct sim s = sim_of(MOST);

	(void)state;
	for (int n = 0; n < 1000; n++)
		answers(&s, 1, noisy(&s, 300, 1));
	for (int n = 0; n < 200; n++)
		answers(&s, 1, noisy(&s, 3000, 1));
	assert_int_equal(s.throttle.limit, 1);
	assert_int_equal(s.steps, 4);
	for (int n = 0; n < 2000; n++)
		answers(&s, 1, noisy(&s, 300, 1));
	assert_int_equal(s.throttle.limit, MOST);
	assert_int_equal(s.begun, 1);
	assert_int_equal(s.ended, 1);
}

/*
 * One that takes the longer the more is asked at once, and is too weak for what
 * it is asked: it settles, and nothing swings.
 */
static void test_a_weak_provider(void **state)
{
	struct sim s = sim_of(MOST);
	uint32_t before;

	(void)state;
	answers(&s, 1000, 200);
	for (int n = 0; n < 1000; n++) /* 100 ms for each at once */
		answers(&s, 1, noisy(&s, 100 * (int64_t)s.throttle.limit, 0));
	assert_in_range(s.throttle.limit, 2, 5);
	before = s.steps;
	for (int n = 0; n < 1000; n++)
		answers(&s, 1, noisy(&s, 100 * (int64_t)s.throttle.limit, 0));
	assert_true(s.steps - before <= 4);
	assert_int_equal(s.begun, 1);
	assert_int_equal(s.ended, 0);
}

/* A creeping growth, in a hundred steps within five minutes, is seen as well.
 */
static void test_creeping(void **state)
{
	struct sim s = sim_of(MOST);

	(void)state;
	answers(&s, 1000, 200);
	for (int i = 0; i < 100; i++) {
		answers(&s, 30, 200 + 18 * i);
		s.now_ms += 1000;
	}
	assert_int_equal(s.throttle.limit, 1);
	assert_int_equal(s.begun, 1);
}

/* What stays slow becomes the usual; not within minutes, but for good. */
static void test_slow_for_good(void **state)
{
	struct sim s = sim_of(MOST);
	int64_t began_ms;

	(void)state;
	answers(&s, 1000, 200);
	began_ms = s.now_ms;
	answers(&s, 100, 2000);
	assert_int_equal(s.throttle.limit, 1);
	heal(&s, 2000);
	assert_int_equal(s.throttle.limit, MOST);
	assert_in_range(
	    s.now_ms - began_ms, (int64_t)30 * MINUTE_MS, 2 * HOUR_MS);
	answers(&s, 10000, 2000);
	assert_int_equal(s.begun, 1);
	/* And when it is as quick as once, that is learnt again. */
	answers(&s, 1000000, 200);
	assert_in_range((int64_t)s.throttle.usual_ms, 200, 300);
}

/* Nor do slow answers teach the more quickly the less is known before. */
static void test_little_known(void **state)
{
	struct sim s = sim_of(MOST);

	(void)state;
	answers(&s, 40, 200);
	answers(&s, 60, 2000);
	assert_int_equal(s.throttle.limit, 1);
	answers(&s, 200, 2000); /* not seven minutes */
	assert_int_equal(s.throttle.limit, 1);
	assert_true(s.throttle.usual_ms < 400);
}

/* Kinds that differ, in whatever order they come, are no growth. */
static void test_kinds_differ(void **state)
{
	struct sim s = sim_of(MOST);
	char name[16];

	(void)state;
	for (int round = 0; round < 20; round++) {
		answers(&s, 500, 100);
		for (int n = 0; n < 500; n++)
			ended(&s, "report", THROTTLE_ANSWERED, 2500);
	}
	assert_int_equal(s.begun, 0);
	/* More of them than there are places for: no harm. */
	for (int n = 0; n < 5000; n++) {
		snprintf(name, sizeof(name), "kind%d", n % 40);
		ended(&s, name, THROTTLE_ANSWERED, 200);
	}
	assert_int_equal(s.throttle.n_kinds, THROTTLE_KINDS_MAX);
	assert_int_equal(s.begun, 0);
}

/* A pause, or a clock that jumps, teaches as much as a minute does. */
static void test_pauses_teach_nothing(void **state)
{
	static const int64_t jumps_ms[] = {
	    9000 * (int64_t)HOUR_MS, -9 * HOUR_MS, INT64_MAX / 2};

	(void)state;
	for (size_t i = 0; i < sizeof(jumps_ms) / sizeof(jumps_ms[0]); i++) {
		struct sim s = sim_of(MOST);

		answers(&s, 1000, 200);
		s.now_ms += jumps_ms[i];
		answers(&s, 1, 20000);
		assert_in_range(
		    (int64_t)s.throttle.kinds[0].usual_ms, 199, 207);
	}
}

/* The next worker goes on where this one was, whatever may be at once now. */
static void test_resume(void **state)
{
	struct sim s = sim_of(MOST);
	struct throttle next;

	(void)state;
	answers(&s, 200, 200);
	throttle_init(&next, 64);
	throttle_resume(&next, &s.throttle);
	assert_int_equal(next.limit, 64); /* it was not slowed down */
	for (int n = 0; n < 100 && s.throttle.limit > 4; n++)
		answers(&s, 1, 2000);
	assert_int_equal(s.throttle.limit, 4);
	throttle_init(&next, MOST);
	throttle_resume(&next, &s.throttle);
	assert_int_equal(next.limit, 4);
	assert_true(throttle_is_slow(&next));
	assert_string_equal(next.kinds[0].name, "order");
	throttle_init(&next, 2);
	throttle_resume(&next, &s.throttle);
	assert_int_equal(next.limit, 2);
	throttle_init(&next, 0);
	assert_int_equal(next.limit, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_slower_and_quick_again),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_quick_failures_heal_nothing),
	    cmocka_unit_test(test_noise),
	    cmocka_unit_test(test_noise_while_slow),
	    cmocka_unit_test(test_a_weak_provider),
	    cmocka_unit_test(test_creeping),
	    cmocka_unit_test(test_slow_for_good),
	    cmocka_unit_test(test_little_known),
	    cmocka_unit_test(test_kinds_differ),
	    cmocka_unit_test(test_pauses_teach_nothing),
	    cmocka_unit_test(test_resume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
