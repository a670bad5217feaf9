/*
 * scale: what one notification costs the store, by how much it knows.
 *
 *   scale fill DIR OBJECTS                 a new store that knows so many
 *   scale compare DIR FEW DIR MANY ROUNDS BATCHES
 *
 * Of two new stores, in turn for either: batches of 64 notices of objects drawn
 * at random are appended, collected, claimed and settled with news, each step
 * in its own durable commit. Prints a line a round: microseconds a notice with
 * few and with many objects.
 */
#include "reconciler/base/arena.h"

#include "tests/bench/fill.h"

enum {
	BATCH = 64,
	ARENA_MAX = 1 << 20,
	STEP_MS = 10000,
	AFTER_FILL_MS = 60000
};

/* A batch arrives: one durable append, as the receiver makes it. */
static void receive(struct bench *b, uint64_t objects)
{
	struct notice notices[BATCH];
	char ids[BATCH][BENCH_TEXT];

	for (size_t i = 0; i < BATCH; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "%" PRIu64,
		    1 + random_next(&b->random) % objects);
		notices[i] =
		    (struct notice){.ref = {"shop", "subscription", ids[i]},
			.arrived_ms = b->now_ms,
			.cause = CAUSE_NOTIFIED};
	}
	bench_done(b, store_append(b->store, notices, BATCH, &b->err));
}

/* The worker's turns: take in and claim; then record what was answered. */
static size_t work(struct bench *b, struct arena *arena, const char *status)
{
	struct store_turn *turn = bench_turn(b);
	struct claim claims[BATCH];
	size_t n;

	store_turn_collect(turn, BATCH);
	n = store_turn_claim(turn, "shop", BATCH, arena, claims);
	(void)store_turn_next(turn, "shop", NULL);
	bench_done(b, store_turn_commit(turn, &b->err));
	b->now_ms += 100;
	turn = bench_turn(b);
	for (size_t i = 0; i < n; i++) {
		struct bench_answer answer;
		struct settled settled;

		bench_answer(b, &answer, bench_number(claims[i].ref.id), status,
		    STATE_ACTIVE);
		answer.outcome.claim = &claims[i];
		store_turn_settle(turn, &answer.outcome, &settled);
		bench_need(settled.fate == FATE_DONE, "a look did not settle");
	}
	bench_done(b, store_turn_commit(turn, &b->err));
	return n;
}

/* Microseconds of one notice, over so many batches. */
static double run(struct bench *b, uint64_t objects, uint64_t batches)
{
	struct arena arena;
	char word[BENCH_TEXT]; /* a new status each time: every look is news */
	int64_t begin_ns = bench_mono_ns();

	arena_init(&arena, ARENA_MAX);
	for (uint64_t i = 0; i < batches; i++) {
		(void)snprintf(word, sizeof(word), "at-%" PRId64, b->now_ms);
		receive(b, objects);
		bench_need(work(b, &arena, word) > 0, "no job");
		arena_reset(&arena);
		b->now_ms += STEP_MS;
	}
	arena_fini(&arena);
	return (double)(bench_mono_ns() - begin_ns) / 1e3 /
	       (double)(batches * BATCH);
}

static void fill(const char *path, uint64_t objects)
{
	struct bench b;
	int64_t begin_ns = bench_mono_ns();

	bench_open(&b, path);
	bench_fill(&b, objects);
	bench_close(&b);
	fprintf(stderr, "bench: filled with %" PRIu64 " objects in %.1f s\n",
	    objects, (double)(bench_mono_ns() - begin_ns) / 1e9);
}

static void compare(char **argv)
{
	struct bench few, many;
	uint64_t n_few = bench_number(argv[1]);
	uint64_t n_many = bench_number(argv[3]);
	uint64_t rounds = bench_number(argv[4]);
	uint64_t batches = bench_number(argv[5]);

	bench_open(&few, argv[0]);
	bench_open(&many, argv[2]);
	few.now_ms += AFTER_FILL_MS;
	many.now_ms += AFTER_FILL_MS;
	for (uint64_t i = 0; i < rounds; i++) {
		double us = run(&few, n_few, batches);

		printf("%.2f %.2f\n", us, run(&many, n_many, batches));
		fflush(stdout);
	}
	bench_close(&few);
	bench_close(&many);
}

int main(int argc, char **argv)
{
	bool fills = argc == 4 && strcmp(argv[1], "fill") == 0;
	bool compares = argc == 8 && strcmp(argv[1], "compare") == 0;

	bench_need(fills || compares,
	    "usage: scale fill DIR OBJECTS | "
	    "compare DIR FEW DIR MANY ROUNDS BATCHES");
	if (fills)
		fill(argv[2], bench_number(argv[3]));
	else
		compare(argv + 2);
	return 0;
}
