/*
 * core/chain: until when somebody says the same without a gap, beside the plain
 * way of telling that: all times in order, followed from now on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/chain.h"

enum { GRANTS_MAX = 6000, NOW_MS = 1000 };

struct bag {
	struct policy policy;
	struct held_grant *grants;
	struct held_effect *effects; /* at most one of each grant */
	size_t n;
	uint64_t random;
};

static int setup(void **state)
{
	struct bag *bag = calloc(1, sizeof(*bag));

	assert_non_null(bag);
	bag->grants = calloc(GRANTS_MAX, sizeof(*bag->grants));
	bag->effects = calloc(GRANTS_MAX, sizeof(*bag->effects));
	assert_non_null(bag->grants);
	assert_non_null(bag->effects);
	bag->random = 11;
	policy_default(&bag->policy);
	*state = bag;
	return 0;
}

static int teardown(void **state)
{
	struct bag *bag = *state;

	free(bag->grants);
	free(bag->effects);
	free(bag);
	return 0;
}

static size_t draw(struct bag *bag, size_t below)
{
	bag->random = bag->random * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(bag->random >> 33) % below;
}

static void add(struct bag *bag, int64_t since_ms, int64_t until_ms)
{
	assert_true(bag->n < GRANTS_MAX);
	bag->grants[bag->n++] =
	    (struct held_grant){.object = {"shop", "subscription", "1"},
		.grant = {.status = "active",
		    .state = STATE_ACTIVE,
		    .since_ms = since_ms,
		    .until_ms = until_ms},
		.policy = &bag->policy};
}

/* A refund of the last one that was added. */
static void revoke(struct bag *bag, int64_t at_ms, int64_t until_ms)
{
	struct held_grant *held = &bag->grants[bag->n - 1];

	bag->effects[bag->n - 1] = (struct held_effect){.kind = EFFECT_REFUND,
	    .source = {"shop", "payment", "1"},
	    .at_ms = at_ms,
	    .until_ms = until_ms};
	held->effects = &bag->effects[bag->n - 1];
	held->n_effects = 1;
}

static void shuffle(struct bag *bag)
{
	for (size_t i = bag->n; i > 1; i--) {
		size_t k = draw(bag, i);
		struct held_grant held = bag->grants[i - 1];

		bag->grants[i - 1] = bag->grants[k];
		bag->grants[k] = held;
	}
}

/* ---- the plain way ------------------------------------------------------ */

struct stretch {
	int64_t start_ms;
	int64_t end_ms;
};

static int by_start(const void *left, const void *right)
{
	const struct stretch *a = left, *b = right;

	return (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

/* At most two: before and behind the effect. */
static size_t stretches_of(const struct held_grant *held, struct stretch *out)
{
	int64_t start_ms = held->grant.since_ms;
	int64_t end_ms =
	    held->grant.until_ms != 0 ? held->grant.until_ms : INT64_MAX;
	const struct held_effect *effect = held->effects;
	size_t n = 0;

	if (effect == NULL) {
		out[n++] = (struct stretch){start_ms, end_ms};
		return n;
	}
	if (effect->at_ms != 0)
		out[n++] = (struct stretch){
		    start_ms, effect->at_ms < end_ms ? effect->at_ms : end_ms};
	if (effect->until_ms != 0)
		out[n++] = (struct stretch){
		    effect->until_ms > start_ms ? effect->until_ms : start_ms,
		    end_ms};
	return n;
}

static int64_t plain_end(const struct bag *bag)
{
	struct stretch *all = calloc(2 * bag->n + 1, sizeof(*all));
	int64_t end_ms = NOW_MS;
	size_t n = 0;

	assert_non_null(all);
	for (size_t i = 0; i < bag->n; i++)
		n += stretches_of(&bag->grants[i], &all[n]);
	qsort(all, n, sizeof(*all), by_start);
	for (size_t i = 0; i < n && all[i].start_ms <= end_ms; i++) {
		if (all[i].start_ms < all[i].end_ms && all[i].end_ms > end_ms)
			end_ms = all[i].end_ms;
	}
	free(all);
	return end_ms;
}

/* Without memory, with too little of it, and with enough. */
static int64_t end_of(const struct bag *bag, enum entitled says, int64_t now_ms)
{
	static const size_t rooms[] = {1, 4096, 1 << 20};
	int64_t end_ms = chain_end(bag->grants, bag->n, says, now_ms, NULL);

	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		struct arena scratch;

		arena_init(&scratch, rooms[i]);
		assert_true(chain_end(bag->grants, bag->n, says, now_ms,
				&scratch) == end_ms);
		assert_false(arena_failed(&scratch));
		arena_fini(&scratch);
	}
	return end_ms;
}

static void check(const struct bag *bag)
{
	assert_true(end_of(bag, ENTITLED_YES, NOW_MS) == plain_end(bag));
}

/* ---- tests -------------------------------------------------------------- */

static void test_few_of_all_kinds(void **state)
{
	struct bag *bag = *state;

	for (int round = 0; round < 20000; round++) {
		size_t n = draw(bag, 12);

		bag->n = 0;
		for (size_t i = 0; i < n; i++) {
			int64_t since = NOW_MS - 5 + (int64_t)draw(bag, 30);

			add(bag, since,
			    draw(bag, 20) == 0
				? 0
				: NOW_MS - 5 + (int64_t)draw(bag, 40));
			if (draw(bag, 3) == 0)
				revoke(bag, NOW_MS - 5 + (int64_t)draw(bag, 40),
				    draw(bag, 4) == 0
					? 0
					: NOW_MS + (int64_t)draw(bag, 40));
		}
		check(bag);
	}
}

/* Longer than a window, in every order, with and without a gap somewhere. */
static void check_long(struct bag *bag, size_t n, size_t gap, int order)
{
	bag->n = 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = order == 1 ? n - 1 - i : i;
		int64_t since = NOW_MS + 10 * (int64_t)at;

		add(bag, since, since + (at == gap ? 9 : 10));
	}
	if (order == 2)
		shuffle(bag);
	check(bag);
	assert_true(end_of(bag, ENTITLED_YES, NOW_MS) ==
		    (gap < n ? NOW_MS + 10 * (int64_t)gap + 9
			     : NOW_MS + 10 * (int64_t)n));
}

static void test_long_chains(void **state)
{
	static const size_t lengths[] = {1, CHAIN_WINDOW - 1, CHAIN_WINDOW,
	    CHAIN_WINDOW + 1, 2 * CHAIN_WINDOW, 2 * CHAIN_WINDOW + 1, 5000};
	struct bag *bag = *state;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (int order = 0; order < 3; order++) {
			size_t n = lengths[i];

			check_long(bag, n, SIZE_MAX, order);
			check_long(bag, n, 0, order);
			check_long(bag, n, n - 1, order);
			check_long(bag, n, draw(bag, n), order);
		}
	}
}

/* Many that overlap, begin at the same moments, and are revoked meanwhile. */
static void test_long_and_mixed(void **state)
{
	struct bag *bag = *state;

	for (int round = 0; round < 60; round++) {
		size_t n = 1000 + draw(bag, GRANTS_MAX - 1000);

		bag->n = 0;
		for (size_t i = 0; i < n; i++) {
			int64_t since = NOW_MS + (int64_t)draw(bag, n);
			int64_t length = 1 + (int64_t)draw(bag, 15);

			add(bag, since, since + length);
			if (draw(bag, 4) == 0)
				revoke(bag, since + (int64_t)draw(bag, 10),
				    since + (int64_t)draw(bag, 15));
		}
		add(bag, NOW_MS - 1, NOW_MS + 1);
		check(bag);
	}
}

static void test_others_do_not_count(void **state)
{
	struct bag *bag = *state;

	add(bag, NOW_MS, NOW_MS + 10);
	add(bag, NOW_MS + 10, NOW_MS + 20);
	bag->grants[1].grant.state = STATE_UNKNOWN;
	assert_true(end_of(bag, ENTITLED_YES, NOW_MS) == NOW_MS + 10);
	assert_true(end_of(bag, ENTITLED_UNKNOWN, NOW_MS + 10) == NOW_MS + 20);
	assert_true(end_of(bag, ENTITLED_YES, NOW_MS + 15) == NOW_MS + 15);
	bag->n = 0;
	assert_true(end_of(bag, ENTITLED_YES, NOW_MS) == NOW_MS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_few_of_all_kinds),
	    TEST(test_long_chains),
	    TEST(test_long_and_mixed),
	    TEST(test_others_do_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
