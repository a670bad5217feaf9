/* Geometry of timelines: pieces of rows, and places on the line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/history.h"
#include "reconciler/core/timeline.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOW INT64_C(1000000000)
#define FAR INT64_MAX

static const struct object_ref subscription = {"shop", "subscription", "1"};

static int setup(void **state)
{
	struct arena *arena = malloc(sizeof(*arena));

	if (arena == NULL)
		return -1;
	arena_init(arena, 1 << 20);
	*state = arena;
	return 0;
}

static int teardown(void **state)
{
	arena_fini(*state);
	free(*state);
	return 0;
}

static struct transition told(int64_t at_ms, enum state to, const char *status)
{
	return (struct transition){.status = status,
	    .state = to,
	    .at_ms = at_ms,
	    .source = SOURCE_PROVIDER};
}

static struct transition seen(
    int64_t after_ms, int64_t at_ms, enum state to, const char *status)
{
	struct transition t = told(at_ms, to, status);

	t.source = SOURCE_OBSERVED;
	t.after_ms = after_ms;
	return t;
}

static struct timeline_row row_of(struct arena *arena,
    const struct transition *entries, size_t n, bool grants, int64_t until_ms)
{
	const struct transition *list[16];
	struct timeline_row row;
	const struct timeline_object object = {.object = subscription,
	    .entries = list,
	    .n = n,
	    .has_grant = grants,
	    .until_ms = until_ms};

	for (size_t i = 0; i < n; i++)
		list[i] = &entries[i];
	assert_int_equal(timeline_object(&object, NOW, arena, &row), 0);
	assert_false(row.is_access);
	return row;
}

static void expect(const struct timeline_row *row, size_t i, int64_t begin_ms,
    int64_t end_ms, const char *word, enum timeline_certainty certainty)
{
	assert_true(i < row->n);
	assert_int_equal(row->pieces[i].begin_ms, begin_ms);
	assert_int_equal(row->pieces[i].end_ms, end_ms);
	assert_string_equal(row->pieces[i].word, word);
	assert_int_equal(row->pieces[i].certainty, certainty);
}

static void test_states_follow_one_another(void **state)
{
	const struct transition entries[] = {
	    told(NOW - 500, STATE_PENDING, "new"),
	    told(NOW - 300, STATE_ACTIVE, "active"),
	    told(NOW - 100, STATE_ENDED, "cancelled")};
	struct timeline_row row = row_of(*state, entries, 3, false, 0);

	assert_int_equal(row.n, 3);
	expect(&row, 0, NOW - 500, NOW - 300, "pending", TIMELINE_KNOWN);
	expect(&row, 1, NOW - 300, NOW - 100, "active", TIMELINE_KNOWN);
	expect(&row, 2, NOW - 100, NOW, "ended", TIMELINE_KNOWN);
	assert_string_equal(row.pieces[2].status, "cancelled");
	assert_int_equal(row.pieces[0].tone, TIMELINE_PART);
	assert_int_equal(row.pieces[1].tone, TIMELINE_FULL);
	assert_int_equal(row.pieces[2].tone, TIMELINE_NONE);
}

/* Two words that mean the same state to us are two pieces; an entry that only
 * tells of a fact is none. */
static void test_words_count(void **state)
{
	const struct transition entries[] = {
	    told(NOW - 500, STATE_PENDING, "scheduled"),
	    told(NOW - 300, STATE_PENDING, "succeeded"),
	    told(NOW - 200, STATE_PENDING, "succeeded")};
	struct timeline_row row = row_of(*state, entries, 3, false, 0);

	assert_int_equal(row.n, 2);
	expect(&row, 1, NOW - 300, NOW, "pending", TIMELINE_KNOWN);
}

static void test_retracted_ones_are_left_out(void **state)
{
	struct transition entries[] = {told(NOW - 500, STATE_ACTIVE, "active"),
	    told(NOW - 300, STATE_ENDED, "cancelled")};
	struct timeline_row row;

	entries[1].retracted_at_ms = NOW - 10;
	row = row_of(*state, entries, 2, false, 0);
	assert_int_equal(row.n, 1);
	expect(&row, 0, NOW - 500, NOW, "active", TIMELINE_KNOWN);
}

static void test_observed_ones_are_between(void **state)
{
	const struct transition entries[] = {
	    told(NOW - 500, STATE_ACTIVE, "active"),
	    seen(NOW - 400, NOW - 100, STATE_PAUSED, "paused")};
	struct timeline_row row = row_of(*state, entries, 2, false, 0);

	assert_int_equal(row.n, 3);
	expect(&row, 0, NOW - 500, NOW - 400, "active", TIMELINE_KNOWN);
	expect(&row, 1, NOW - 400, NOW - 100, "paused", TIMELINE_BETWEEN);
	expect(&row, 2, NOW - 100, NOW, "paused", TIMELINE_KNOWN);
}

/* The old status was known until after the next one began: not before it. */
static void test_between_never_goes_back(void **state)
{
	const struct transition entries[] = {
	    told(NOW - 300, STATE_ACTIVE, "active"),
	    seen(NOW - 900, NOW - 100, STATE_PAUSED, "paused"),
	    seen(NOW - 50, NOW - 100, STATE_ENDED, "ended")};
	struct timeline_row row = row_of(*state, entries, 3, false, 0);

	assert_int_equal(row.n, 4);
	expect(&row, 0, NOW - 300, NOW - 300, "active", TIMELINE_KNOWN);
	expect(&row, 1, NOW - 300, NOW - 100, "paused", TIMELINE_BETWEEN);
	expect(&row, 2, NOW - 100, NOW - 100, "paused", TIMELINE_KNOWN);
	expect(&row, 3, NOW - 100, NOW, "ended", TIMELINE_KNOWN);
}

static void test_a_grant_has_a_future(void **state)
{
	const struct transition active[] = {
	    told(NOW - 500, STATE_ACTIVE, "active")};
	const struct transition ended[] = {
	    told(NOW - 500, STATE_ENDED, "cancelled")};
	struct timeline_row row = row_of(*state, active, 1, true, 0);

	assert_int_equal(row.n, 2);
	expect(&row, 1, NOW, FAR, "active", TIMELINE_FORESEEN);
	row = row_of(*state, active, 1, true, NOW + 700);
	assert_int_equal(row.n, 3);
	expect(&row, 1, NOW, NOW + 700, "active", TIMELINE_FORESEEN);
	expect(&row, 2, NOW + 700, FAR, "ended", TIMELINE_FORESEEN);
	assert_null(row.pieces[2].status);
	/* An end that has passed, or of what has ended, foresees nothing. */
	row = row_of(*state, active, 1, true, NOW - 1);
	assert_int_equal(row.n, 1);
	row = row_of(*state, ended, 1, true, NOW + 700);
	assert_int_equal(row.n, 1);
	/* What begins later is foreseen. */
	const struct transition later[] = {told(NOW - 5, STATE_PENDING, "new"),
	    told(NOW + 9, STATE_ACTIVE, "active")};
	row = row_of(*state, later, 2, true, 0);
	assert_int_equal(row.n, 2);
	expect(&row, 0, NOW - 5, NOW + 9, "pending", TIMELINE_KNOWN);
	expect(&row, 1, NOW + 9, FAR, "active", TIMELINE_FORESEEN);
}

static void test_access_is_split_at_now(void **state)
{
	static const struct timeline_point points[] = {{NOW - 500, ENTITLED_NO},
	    {NOW - 300, ENTITLED_YES}, {NOW - 200, ENTITLED_YES},
	    {NOW, ENTITLED_YES}, {NOW + 100, ENTITLED_UNKNOWN}};
	struct timeline_row row;

	assert_int_equal(
	    timeline_access(points, COUNT(points), NOW, *state, &row), 0);
	assert_true(row.is_access);
	assert_int_equal(row.n, 4);
	expect(&row, 0, NOW - 500, NOW - 300, "no", TIMELINE_KNOWN);
	expect(&row, 1, NOW - 300, NOW, "yes", TIMELINE_KNOWN);
	expect(&row, 2, NOW, NOW + 100, "yes", TIMELINE_FORESEEN);
	expect(&row, 3, NOW + 100, FAR, "unknown", TIMELINE_FORESEEN);
	/* Without a point of its own at now. */
	assert_int_equal(timeline_access(points, 2, NOW, *state, &row), 0);
	assert_int_equal(row.n, 3);
	expect(&row, 1, NOW - 300, NOW, "yes", TIMELINE_KNOWN);
	expect(&row, 2, NOW, FAR, "yes", TIMELINE_FORESEEN);
}

/* ---- places ------------------------------------------------------------- */

static void test_half_is_time_and_half_is_rank(void **state)
{
	const struct transition entries[] = {
	    told(NOW - 1000, STATE_PENDING, "a"),
	    told(NOW - 10, STATE_ACTIVE, "b"), told(NOW - 5, STATE_PAUSED, "c"),
	    told(NOW - 1, STATE_ENDED, "d")};
	struct timeline_row row = row_of(*state, entries, 4, false, 0);
	struct timeline t;

	assert_int_equal(timeline_make(&row, 1, NOW, *state, &t), 0);
	assert_int_equal(t.begin_ms, NOW - 1000);
	assert_int_equal(t.end_ms, NOW);
	assert_int_equal(t.n_moments, 5);
	assert_true(t.is_scaled);
	assert_false(t.is_cut);
	assert_int_equal(timeline_place(&t, NOW - 1000), 0);
	assert_int_equal(timeline_place(&t, NOW - 10), (9900 + 2500) / 2);
	assert_int_equal(timeline_place(&t, NOW - 5), (9950 + 5000) / 2);
	assert_int_equal(timeline_place(&t, NOW - 1), (9990 + 7500) / 2);
	assert_int_equal(timeline_place(&t, NOW), TIMELINE_SCALE);
	/* In between, and beyond. */
	assert_int_equal(timeline_place(&t, NOW - 505), 3100);
	assert_int_equal(timeline_place(&t, 0), 0);
	assert_int_equal(timeline_place(&t, FAR), TIMELINE_SCALE);
}

static void test_what_goes_on_has_room(void **state)
{
	const struct transition entries[] = {
	    told(NOW - 120000000, STATE_ACTIVE, "a")};
	struct timeline_row row = row_of(*state, entries, 1, true, 0);
	struct timeline t;

	assert_int_equal(timeline_make(&row, 1, NOW, *state, &t), 0);
	assert_int_equal(t.end_ms, NOW + 10000000);
	assert_true(timeline_place(&t, NOW) < TIMELINE_SCALE * 3 / 4);
	assert_int_equal(timeline_place(&t, FAR), TIMELINE_SCALE);
}

static void test_nothing_but_now(void **state)
{
	const struct transition entries[] = {told(NOW, STATE_ENDED, "a")};
	struct timeline_row row = row_of(*state, entries, 1, false, 0);
	struct timeline t;

	assert_int_equal(timeline_make(&row, 1, NOW, *state, &t), 0);
	assert_int_equal(t.n_moments, 2);
	assert_false(t.is_scaled);
	assert_int_equal(timeline_place(&t, NOW), 0);
}

/* Of very many the latest are drawn, and now is always on the line. */
static void test_the_oldest_are_cut(void **state)
{
	static struct transition entries[400];
	static const struct transition *list[400];
	struct timeline_row row;
	struct timeline t;
	const struct timeline_object object = {
	    .object = subscription, .entries = list, .n = COUNT(entries)};

	for (size_t i = 0; i < COUNT(entries); i++) {
		entries[i] = told(NOW - 10 * (int64_t)(400 - i),
		    i % 2 == 0 ? STATE_ACTIVE : STATE_PAUSED, "x");
		list[i] = &entries[i];
	}
	assert_int_equal(timeline_object(&object, NOW, *state, &row), 0);
	assert_int_equal(row.n, 400);
	assert_int_equal(timeline_make(&row, 1, NOW, *state, &t), 0);
	assert_int_equal(t.n_moments, TIMELINE_MOMENTS_MAX);
	assert_true(t.is_cut);
	assert_int_equal(t.begin_ms, NOW - 10 * (TIMELINE_MOMENTS_MAX - 1));
	assert_int_equal(t.end_ms, NOW);
	assert_int_equal(row.n, TIMELINE_MOMENTS_MAX - 1);
	assert_int_equal(row.pieces[0].begin_ms, t.begin_ms);
}

/* Moments out of any calendar do no harm; places never go back. */
static void test_wild_moments(void **state)
{
	const struct transition entries[] = {
	    told(INT64_MIN, STATE_PENDING, "a"), told(-5, STATE_ACTIVE, "b"),
	    told(NOW, STATE_PAUSED, "c"), told(FAR, STATE_ENDED, "d")};
	struct timeline_row row = row_of(*state, entries, 4, true, FAR);
	struct timeline t;
	int last = 0;

	assert_int_equal(timeline_make(&row, 1, NOW, *state, &t), 0);
	for (int64_t at = INT64_MIN / 2; at < FAR / 2; at += FAR / 64) {
		int place = timeline_place(&t, at);

		assert_true(place >= last && place <= TIMELINE_SCALE);
		last = place;
	}
}

static void test_a_full_arena_is_told(void **state)
{
	const struct transition entry = told(NOW - 1, STATE_ACTIVE, "a");
	const struct transition *list[] = {&entry};
	const struct timeline_object object = {
	    .object = subscription, .entries = list, .n = 1};
	const struct timeline_point point = {NOW, ENTITLED_YES};
	struct timeline_row row;
	struct timeline t;
	struct arena small;

	(void)state;
	arena_init(&small, 1);
	assert_int_not_equal(timeline_object(&object, NOW, &small, &row), 0);
	assert_int_not_equal(timeline_access(&point, 1, NOW, &small, &row), 0);
	row.n = 0;
	assert_int_not_equal(timeline_make(&row, 1, NOW, &small, &t), 0);
	arena_fini(&small);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_states_follow_one_another),
	    CASE(test_words_count),
	    CASE(test_retracted_ones_are_left_out),
	    CASE(test_observed_ones_are_between),
	    CASE(test_between_never_goes_back),
	    CASE(test_a_grant_has_a_future),
	    CASE(test_access_is_split_at_now),
	    CASE(test_half_is_time_and_half_is_rank),
	    CASE(test_what_goes_on_has_room),
	    CASE(test_nothing_but_now),
	    CASE(test_the_oldest_are_cut),
	    CASE(test_wild_moments),
	    CASE(test_a_full_arena_is_told),
	};

	return cmocka_run_group_tests_name("core_timeline", tests, NULL, NULL);
}
