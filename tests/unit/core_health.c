/*
 * core/health as stories: each step is one ended request, and the state, the
 * wait and the permission that must come of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/health.h"

enum { STEPS_MAX = 5, HOUR_MS = 3600 * 1000, START_MS = 1000 * 1000 };

#define MANY UINT32_MAX

struct step {
	int64_t at_ms; /* from the start */
	enum verdict verdict;
	int http_status;
	int64_t retry_after_ms;
	int repeat; /* of this event; 0: no more steps */
	enum health_state state;
	int64_t wait_ms; /* until_ms from this step on; 0: not checked */
	uint32_t allows; /* right after */
};

struct story {
	const char *name;
	uint64_t random;
	struct step steps[STEPS_MAX];
};

static const struct story stories[] = {
    {"an answer is an answer", 0,
	{{0, VERDICT_TRUTH, 200, 0, 1, HEALTH_OK, 0, MANY},
	    {1, VERDICT_MORE, 200, 0, 1, HEALTH_OK, 0, MANY},
	    {2, VERDICT_GONE, 404, 0, 1, HEALTH_OK, 0, MANY},
	    {3, VERDICT_GARBLED, 200, 0, 99, HEALTH_OK, 0, MANY}}},
    {"seven failures are not yet down", 0,
	{{0, VERDICT_LATER, 500, 0, 7, HEALTH_OK, 0, MANY},
	    {1, VERDICT_TRUTH, 200, 0, 1, HEALTH_OK, 0, MANY},
	    {2, VERDICT_LATER, 0, 0, 7, HEALTH_OK, 0, MANY}}},
    {"eight are", 0, {{0, VERDICT_LATER, 0, 0, 8, HEALTH_WAITING, 500, 0}}},
    {"the wait has an upper half of chance", 500,
	{{0, VERDICT_LATER, 0, 0, 8, HEALTH_WAITING, 1000, 0}}},
    {"a probe that fails waits longer", 0,
	{{0, VERDICT_LATER, 500, 0, 8, HEALTH_WAITING, 500, 0},
	    {500, VERDICT_LATER, 500, 0, 1, HEALTH_WAITING, 1000, 0},
	    {1500, VERDICT_LATER, 500, 0, 1, HEALTH_WAITING, 2000, 0}}},
    {"a probe that is answered ends it", 0,
	{{0, VERDICT_LATER, 500, 0, 8, HEALTH_WAITING, 500, 0},
	    {500, VERDICT_GONE, 404, 0, 1, HEALTH_OK, 0, MANY},
	    {501, VERDICT_LATER, 500, 0, 7, HEALTH_OK, 0, MANY}}},
    {"what was under way does not lengthen a wait", 0,
	{{0, VERDICT_LATER, 500, 0, 8, HEALTH_WAITING, 500, 0},
	    {100, VERDICT_LATER, 500, 0, 60, HEALTH_WAITING, 400, 0}}},
    {"nor end it", 0,
	{{0, VERDICT_LATER, 429, 60000, 1, HEALTH_WAITING, 60000, 0},
	    {100, VERDICT_TRUTH, 200, 0, 1, HEALTH_WAITING, 59900, 0},
	    {60000, VERDICT_TRUTH, 200, 0, 1, HEALTH_OK, 0, MANY}}},
    {"429 waits at once", 0,
	{{0, VERDICT_LATER, 429, 0, 1, HEALTH_WAITING, 500, 0}}},
    {"so does any Retry-After", 0,
	{{0, VERDICT_LATER, 503, 7000, 1, HEALTH_WAITING, 7000, 0}}},
    {"the longest Retry-After under way holds", 0,
	{{0, VERDICT_LATER, 429, 7000, 1, HEALTH_WAITING, 7000, 0},
	    {10, VERDICT_LATER, 429, 3000, 1, HEALTH_WAITING, 6990, 0},
	    {20, VERDICT_LATER, 429, 9000, 1, HEALTH_WAITING, 9000, 0}}},
    {"a Retry-After is bounded", 0,
	{{0, VERDICT_LATER, 429, INT64_MAX, 1, HEALTH_WAITING, HOUR_MS, 0}}},
    {"a bad key bars", 0,
	{{0, VERDICT_BARRED, 401, 0, 1, HEALTH_BARRED, 30000, 0},
	    {30000, VERDICT_BARRED, 403, 0, 1, HEALTH_BARRED, 60000, 0}}},
    {"64 refusals at once are one", 0,
	{{0, VERDICT_BARRED, 401, 0, 64, HEALTH_BARRED, 30000, 0}}},
    {"a barred provider that is down stays barred", 0,
	{{0, VERDICT_BARRED, 401, 0, 1, HEALTH_BARRED, 30000, 0},
	    {30000, VERDICT_LATER, 500, 0, 1, HEALTH_BARRED, 60000, 0},
	    {90000, VERDICT_LATER, 503, 1800000, 1, HEALTH_BARRED, 1800000, 0},
	    {1890000, VERDICT_TRUTH, 200, 0, 1, HEALTH_OK, 0, MANY}}},
    {"a waiting one may turn out barred", 0,
	{{0, VERDICT_LATER, 429, 60000, 1, HEALTH_WAITING, 60000, 0},
	    {10, VERDICT_BARRED, 401, 0, 1, HEALTH_BARRED, 30000, 0}}},
    {"a barred one is well as soon as it answers", 0,
	{{0, VERDICT_BARRED, 401, 0, 1, HEALTH_BARRED, 30000, 0},
	    {10, VERDICT_TRUTH, 200, 0, 1, HEALTH_OK, 0, MANY}}},
    {"the clock stepped back: the next failure is a probe", 0,
	{{9 * HOUR_MS, VERDICT_LATER, 500, 0, 8, HEALTH_WAITING, 500, 0},
	    {0, VERDICT_LATER, 500, 0, 1, HEALTH_WAITING, 1000, 0}}},
    {"the clock stepped ahead: so is this", 0,
	{{0, VERDICT_LATER, 500, 0, 8, HEALTH_WAITING, 500, 0},
	    {9 * HOUR_MS, VERDICT_TRUTH, 200, 0, 1, HEALTH_OK, 0, MANY}}},
};

static bool feed(
    struct health *health, const struct story *story, const struct step *step)
{
	const struct health_event event = {
	    .verdict = step->verdict,
	    .http_status = step->http_status,
	    .retry_after_ms = step->retry_after_ms,
	    .cause = "cause",
	    .now_ms = START_MS + step->at_ms,
	    .random = story->random,
	    .key_stamp = 7,
	};
	enum health_state before = health->state;
	bool changed = false;
	int i;

	for (i = 0; i < step->repeat; i++)
		changed |= health_after(health, &event);
	assert_int_equal(changed, health->state != before);
	return changed;
}

static void check_step(
    const struct story *story, size_t i, const struct health *health)
{
	const struct step *step = &story->steps[i];
	int64_t now_ms = START_MS + step->at_ms;
	int64_t wait_ms = health->until_ms - now_ms;

	if (health->state != step->state)
		fail_msg("%s: step %zu: %s", story->name, i + 1,
		    health_name(health->state));
	if (step->wait_ms != 0 && wait_ms != step->wait_ms)
		fail_msg("%s: step %zu: wait %lld ms", story->name, i + 1,
		    (long long)wait_ms);
	if (health_allows(health, now_ms, 7) != step->allows)
		fail_msg("%s: step %zu: allows %u", story->name, i + 1,
		    health_allows(health, now_ms, 7));
	if (health->state == HEALTH_OK)
		assert_int_equal(health->until_ms, 0);
	else
		assert_int_equal(health_allows(health, health->until_ms, 7), 1);
}

static void test_stories(void **state)
{
	struct health health;
	const struct step *step;
	size_t i, s;

	(void)state;
	for (i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		health = (struct health){.state = HEALTH_OK};
		for (s = 0; s < STEPS_MAX && stories[i].steps[s].repeat; s++) {
			step = &stories[i].steps[s];
			if (feed(&health, &stories[i], step))
				assert_true(
				    health.since_ms == START_MS + step->at_ms);
			check_step(&stories[i], s, &health);
		}
	}
}

struct allows_row {
	const char *name;
	enum health_state state;
	int64_t until_ms; /* from now */
	uint64_t key_stamp;
	uint32_t allows;
};

static const struct allows_row allows[] = {
    {"ok", HEALTH_OK, 0, 7, MANY},
    {"ok with a stale until", HEALTH_OK, 5000, 8, MANY},
    {"waiting", HEALTH_WAITING, 1, 7, 0},
    {"waiting, over", HEALTH_WAITING, 0, 7, 1},
    {"waiting, long over", HEALTH_WAITING, -9 * HOUR_MS, 7, 1},
    {"waiting for the longest time", HEALTH_WAITING, HOUR_MS, 7, 0},
    {"waiting for longer: another clock", HEALTH_WAITING, HOUR_MS + 1, 7, 1},
    {"waiting for ever", HEALTH_WAITING, INT64_MAX - START_MS, 7, 1},
    {"a new key does not end a wait", HEALTH_WAITING, 1, 8, 0},
    {"barred", HEALTH_BARRED, 1, 7, 0},
    {"barred, over", HEALTH_BARRED, 0, 7, 1},
    {"barred, another key", HEALTH_BARRED, 1, 8, 1},
    {"barred for longer: another clock", HEALTH_BARRED, HOUR_MS + 1, 7, 1},
};

static void test_allows(void **state)
{
	struct health health = {.key_stamp = 7};
	uint32_t got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(allows) / sizeof(allows[0]); i++) {
		health.state = allows[i].state;
		health.until_ms = START_MS + allows[i].until_ms;
		got = health_allows(&health, START_MS, allows[i].key_stamp);
		if (got != allows[i].allows)
			fail_msg("%s: %u", allows[i].name, got);
	}
}

/* A new key is tried once; when it fails as well, it waits like the old. */
static void test_new_key(void **state)
{
	static const enum verdict verdicts[] = {VERDICT_BARRED, VERDICT_LATER};
	struct health_event event = {
	    .verdict = VERDICT_BARRED, .now_ms = START_MS, .key_stamp = 7};
	struct health health = {.state = HEALTH_OK};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		event.verdict = VERDICT_BARRED;
		assert_int_equal(health_after(&health, &event), i == 0);
		event.key_stamp++;
		event.verdict = verdicts[i];
		assert_int_equal(
		    health_allows(&health, START_MS, event.key_stamp), 1);
		assert_false(health_after(&health, &event));
		assert_int_equal(health.state, HEALTH_BARRED);
		assert_int_equal(health.probes, 0);
		assert_int_equal(
		    health_allows(&health, START_MS, event.key_stamp), 0);
	}
}

static void test_counts_and_reason(void **state)
{
	static const char cause[] = "no answer within 10 s";
	struct health_event event = {
	    .verdict = VERDICT_LATER, .cause = cause, .now_ms = START_MS};
	struct health health = {.state = HEALTH_OK};
	char longest[HEALTH_REASON_MAX + 9];

	(void)state;
	(void)health_after(&health, &event);
	assert_string_equal(health.reason, cause);
	assert_int_equal(health.fetches, 1);
	assert_int_equal(health.errors, 1);
	assert_int_equal(health.last_error_ms, START_MS);
	assert_int_equal(health.last_ok_ms, 0);
	event.verdict = VERDICT_GONE;
	event.now_ms++;
	(void)health_after(&health, &event);
	assert_int_equal(health.fetches, 2);
	assert_int_equal(health.errors, 1);
	assert_int_equal(health.last_ok_ms, START_MS + 1);
	assert_int_equal(health.failures, 0);
	assert_string_equal(health.reason, cause);
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	event.verdict = VERDICT_GARBLED;
	event.cause = longest;
	(void)health_after(&health, &event);
	assert_int_equal(strlen(health.reason), HEALTH_REASON_MAX - 1);
	assert_int_equal(health.errors, 2);
	event.cause = NULL;
	event.verdict = VERDICT_BARRED;
	(void)health_after(&health, &event);
	assert_string_equal(health.reason, "");
}

/* Waits grow to their cap and no further, also past every counter's end. */
static void test_caps(void **state)
{
	struct health_event event = {.verdict = VERDICT_LATER,
	    .random = UINT64_MAX - 1,
	    .now_ms = START_MS};
	struct health health = {
	    .failures = UINT32_MAX, .probes = UINT32_MAX - 2};
	int i;

	(void)state;
	health.state = HEALTH_WAITING;
	for (i = 0; i < 5; i++) {
		(void)health_after(&health, &event);
		assert_in_range(health.until_ms - event.now_ms,
		    HEALTH_WAIT_CAP_MS / 2, HEALTH_WAIT_CAP_MS);
		event.now_ms = health.until_ms;
	}
	assert_int_equal(health.probes, UINT32_MAX);
	assert_int_equal(health.failures, UINT32_MAX);
	health.state = HEALTH_BARRED;
	(void)health_after(&health, &event);
	assert_in_range(health.until_ms - event.now_ms,
	    HEALTH_BARRED_CAP_MS / 2, HEALTH_BARRED_CAP_MS);
	event.now_ms = INT64_MAX;
	(void)health_after(&health, &event);
	assert_true(health.until_ms == INT64_MAX);
}

/* Without its token nothing at all can be asked: one failure is enough. */
static void test_what_stops_all(void **state)
{
	struct health_event event = {.verdict = VERDICT_LATER,
	    .http_status = 503,
	    .cause = "no token",
	    .now_ms = START_MS,
	    .key_stamp = 7};
	struct health health = {.state = HEALTH_OK};

	(void)state;
	assert_false(health_after(&health, &event));
	health = (struct health){.state = HEALTH_OK};
	event.stops_all = true;
	assert_true(health_after(&health, &event));
	assert_int_equal(health.state, HEALTH_WAITING);
	assert_int_equal(health.until_ms, START_MS + 500);
	event.now_ms += 500;
	health_after(&health, &event);
	assert_int_equal(health.until_ms, START_MS + 500 + 1000);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(health_name(HEALTH_OK), "ok");
	assert_string_equal(health_name(HEALTH_WAITING), "waiting");
	assert_string_equal(health_name(HEALTH_BARRED), "barred");
	assert_string_equal(health_name((enum health_state)9), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stories),
	    cmocka_unit_test(test_allows),
	    cmocka_unit_test(test_new_key),
	    cmocka_unit_test(test_counts_and_reason),
	    cmocka_unit_test(test_caps),
	    cmocka_unit_test(test_what_stops_all),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
