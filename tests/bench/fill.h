/*
 * What the programs that measure the store share: a store of any size, filled
 * quickly through the same doors that the worker uses. Object N is the
 * subscription N of customer N, so it belongs to the account "shop/N".
 */
#ifndef TRUEUP_TESTS_BENCH_FILL_H
#define TRUEUP_TESTS_BENCH_FILL_H

#include "cache/store.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/core/settings.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_TEXT = 32, BENCH_FILL_TURN = 5000 };

/* A moment at which every bench begins; only the store reads it. */
static const int64_t BENCH_START_MS = INT64_C(1700000000000);

struct bench {
	struct store *store;
	struct provider_settings provider;
	struct settings settings;
	struct random random;
	int64_t now_ms;
	struct err_text err;
};

/* An answer about one object, with the texts that it points to. */
struct bench_answer {
	char id[BENCH_TEXT];
	struct fact facts[2];
	struct grant grant;
	struct observation seen;
	struct claim claim;
	struct outcome outcome;
};

static inline void bench_need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(2);
}

static inline void bench_done(const struct bench *b, int rc)
{
	bench_need(rc == 0, b->err.text);
}

static inline int64_t bench_mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Processor time: nothing here waits, and a busy machine says less of it. */
static inline int64_t bench_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* bench_number(text): a positive decimal number, or the program ends. */
static inline uint64_t bench_number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	bench_need(*text != '\0' && *end == '\0' && value > 0, "not a number");
	return value;
}

/* bench_open(b, path): the store in that directory, made when absent. */
static inline void bench_open(struct bench *b, const char *path)
{
	struct store_options options = {
	    .path = path, .map_bytes = UINT64_C(256) << 30, .high_water = 90};

	memset(b, 0, sizeof(*b));
	b->provider = (struct provider_settings){.name = "shop",
	    .type = "ecurring",
	    .schedule = {.rungs_ms = {5000},
		.n_rungs = 1,
		.resync_ms = INT64_C(365) * 24 * 3600 * 1000,
		.missing_window_ms = 60000}};
	policy_default(&b->provider.policy);
	b->settings.providers = &b->provider;
	b->settings.n_providers = 1;
	b->now_ms = BENCH_START_MS;
	random_seed_with(&b->random, 1);
	bench_done(b, store_open(&options, &b->store, &b->err));
}

static inline void bench_close(struct bench *b)
{
	store_close(b->store);
}

static inline struct store_turn *bench_turn(struct bench *b)
{
	struct store_turn *turn = NULL;

	bench_done(b, store_turn_begin(b->store, &b->settings, b->now_ms,
			  &b->random, &turn, &b->err));
	return turn;
}

/* bench_answer(b, a, number, status): what the provider says of an object. */
static inline void bench_answer(const struct bench *b, struct bench_answer *a,
    uint64_t number, const char *status, enum state state)
{
	memset(a, 0, sizeof(*a));
	(void)snprintf(a->id, sizeof(a->id), "%" PRIu64, number);
	a->facts[0] = (struct fact){.name = "plan", .value = "1"};
	a->facts[1] =
	    (struct fact){.name = "start_date", .value = "2023-01-01"};
	a->grant = (struct grant){.product = "1",
	    .status = status,
	    .state = state,
	    .since_ms = BENCH_START_MS - 1000,
	    .state_at_ms = b->now_ms};
	a->seen = (struct observation){.status = status,
	    .state = state,
	    .changed_at_ms = b->now_ms,
	    .version_ms = b->now_ms,
	    .facts = a->facts,
	    .n_facts = 2,
	    .grants = &a->grant,
	    .n_grants = 1,
	    .customer = a->id};
	a->claim.ref = (struct object_ref){"shop", "subscription", a->id};
	a->outcome = (struct outcome){.claim = &a->claim,
	    .verdict = VERDICT_TRUTH,
	    .http_status = 200,
	    .started_ms = b->now_ms,
	    .observation = &a->seen};
}

/* bench_settle(b, n, status): of the objects 1 to n, thousands in a turn. */
static inline void bench_settle(struct bench *b, uint64_t n, const char *status)
{
	for (uint64_t i = 1; i <= n;) {
		struct store_turn *turn = bench_turn(b);

		for (size_t k = 0; k < BENCH_FILL_TURN && i <= n; k++, i++) {
			struct bench_answer answer;
			struct settled settled;

			bench_answer(b, &answer, i, status, STATE_ACTIVE);
			store_turn_settle(turn, &answer.outcome, &settled);
		}
		bench_done(b, store_turn_commit(turn, &b->err));
	}
}

/*
 * bench_fill(b, n): make the objects 1 to n, and then each of them has news: a
 * store that has lived has no pages that are full to the brim.
 */
static inline void bench_fill(struct bench *b, uint64_t n)
{
	bench_settle(b, n, "new");
	b->now_ms += 1000;
	bench_settle(b, n, "active");
	b->now_ms += 1000;
}

#endif
