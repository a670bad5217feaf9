/* What the operator says that a provider's words mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/observation.h"
#include "reconciler/core/words.h"

static const struct word_meaning meanings[] = {
    {"subscription", "on hold", STATE_PAUSED},
    {"subscription", "live", STATE_ENDED},
    {"payment", "live", STATE_PAID},
};

static const struct words words = {.items = meanings, .n = 3};

static const struct listed listed[] = {
    {.status = "live", .state = STATE_ACTIVE, .at_ms = 1},
    {.status = "Live", .state = STATE_UNKNOWN, .at_ms = 2},
    {.status = "on hold", .state = STATE_UNKNOWN, .at_ms = 3},
};

static const struct grant grants[] = {
    {.status = "on hold", .state = STATE_UNKNOWN, .since_ms = 7},
    {.status = "other", .state = STATE_UNKNOWN, .until_ms = 8},
};

static struct observation answer(void)
{
	return (struct observation){.status = "on hold",
	    .state = STATE_UNKNOWN,
	    .lists_history = true,
	    .listed = listed,
	    .n_listed = 3,
	    .grants = grants,
	    .n_grants = 2};
}

static void test_words_of_a_kind_are_translated(void **state)
{
	struct observation obs = answer();
	struct arena arena;

	(void)state;
	arena_init(&arena, 4096);
	assert_int_equal(words_apply(&words, "subscription", &obs, &arena), 0);
	assert_int_equal(obs.state, STATE_PAUSED);
	assert_string_equal(obs.status, "on hold");
	assert_int_equal(obs.grants[0].state, STATE_PAUSED);
	assert_int_equal(obs.grants[0].since_ms, 7);
	assert_int_equal(obs.grants[1].state, STATE_UNKNOWN);
	assert_int_equal(obs.grants[1].until_ms, 8);
	/* Exactly: the case of letters counts. */
	assert_int_equal(obs.listed[0].state, STATE_ENDED);
	assert_int_equal(obs.listed[1].state, STATE_UNKNOWN);
	assert_int_equal(obs.listed[2].state, STATE_PAUSED);
	assert_int_equal(obs.listed[2].at_ms, 3);
	assert_string_equal(words_unknown(&obs), "other");
	/* What was handed in is not ours to change. */
	assert_int_equal(listed[0].state, STATE_ACTIVE);
	assert_int_equal(grants[0].state, STATE_UNKNOWN);
	arena_fini(&arena);
}

static void test_another_kind_is_left_alone(void **state)
{
	struct observation obs = answer();
	const struct words none = {.n = 0};
	struct arena arena;

	(void)state;
	arena_init(&arena, 4096);
	assert_int_equal(words_apply(&words, "customer", &obs, &arena), 0);
	assert_int_equal(obs.state, STATE_UNKNOWN);
	assert_string_equal(words_unknown(&obs), "on hold");
	assert_int_equal(words_apply(&words, "payment", &obs, &arena), 0);
	assert_int_equal(obs.listed[0].state, STATE_PAID);
	assert_int_equal(words_apply(&none, "payment", &obs, &arena), 0);
	obs = (struct observation){.status = "live", .state = STATE_ACTIVE};
	assert_null(words_unknown(&obs));
	arena_fini(&arena);
}

static void test_no_room_is_said(void **state)
{
	struct observation obs = answer();
	struct arena arena;

	(void)state;
	arena_init(&arena, 16);
	assert_int_equal(
	    words_apply(&words, "subscription", &obs, &arena), ERR_FULL);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test(test_words_of_a_kind_are_translated),
	    cmocka_unit_test(test_another_kind_is_left_alone),
	    cmocka_unit_test(test_no_room_is_said),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
