/*
 * check: "is this account entitled?", asked of a store in this process, beside
 * the least that LMDB could do for it: one bare mdb_get.
 *
 *   check fill DIR ACCOUNTS    make the store
 *   check WAY DIR ACCOUNTS N   ask of N accounts drawn at random; prints
 *                              nanoseconds of processor time each
 *   check large WAY DIR N      ask N times of one account with 10,000 grants
 *
 * The ways: ours is a renewed view, the grants, the judgement; whole is all
 * that a query shows; bare is a renewed read transaction and one mdb_get of the
 * grant, unread. Of the large accounts one (yes) entitles by its first grant,
 * the other (no) by none; "told" is the whole answer of the first.
 */
#include <lmdb.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/entitle.h"

#include "tests/bench/fill.h"

enum {
	TABLES_MAX = 32,
	ARENA_MAX = 1 << 26,
	LARGE_OBJECTS = 10,
	LARGE_GRANTS = OBSERVATION_GRANTS_MAX /* of each of them */
};

/* Processor time: nothing here waits, and a busy machine says less of it. */
static int64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static uint64_t account_of(char *out, struct random *random, uint64_t accounts)
{
	uint64_t number = 1 + random_next(random) % accounts;

	(void)snprintf(out, BENCH_TEXT, "shop/%" PRIu64, number);
	return number;
}

/* ---- ours --------------------------------------------------------------- */

static enum entitled ask(struct bench *b, struct store_view *view,
    struct arena *arena, const char *name)
{
	enum entitled answer;

	bench_done(b, store_view_renew(view, &b->err));
	bench_done(b, store_view_entitled(view, &b->settings, name, b->now_ms,
			  arena, &answer, &b->err));
	return answer;
}

static bool is_entitled(struct bench *b, struct store_view *view,
    struct arena *arena, const char *name)
{
	return ask(b, view, arena, name) == ENTITLED_YES;
}

static void run_ours(const char *path, uint64_t accounts, uint64_t n)
{
	struct bench b;
	struct store_view *view = NULL;
	struct arena arena;
	char name[BENCH_TEXT];
	int64_t begin_ns;

	bench_open(&b, path);
	bench_done(&b, store_view_open(b.store, &view, &b.err));
	arena_init(&arena, ARENA_MAX);
	begin_ns = cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		account_of(name, &b.random, accounts);
		bench_need(is_entitled(&b, view, &arena, name), "not entitled");
		arena_reset(&arena);
	}
	printf("%.0f\n", (double)(cpu_ns() - begin_ns) / (double)n);
	arena_fini(&arena);
	store_view_close(view);
	bench_close(&b);
}

/* The whole answer, as a query gives it: with its reason and its objects. */
static bool is_told(struct bench *b, struct arena *arena, const char *name)
{
	struct store_view *view = NULL;
	struct account_view account;
	struct entitlement answer;

	bench_done(b, store_view_open(b->store, &view, &b->err));
	bench_done(b, store_view_account(view, &b->settings, name, b->now_ms,
			  arena, &account, &b->err));
	entitle_account_with(
	    account.grants, account.n_grants, b->now_ms, arena, &answer);
	store_view_close(view);
	return answer.entitled == ENTITLED_YES;
}

static void run_whole(const char *path, uint64_t accounts, uint64_t n)
{
	struct bench b;
	struct arena arena;
	char name[BENCH_TEXT];
	int64_t begin_ns;

	bench_open(&b, path);
	arena_init(&arena, ARENA_MAX);
	begin_ns = cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		account_of(name, &b.random, accounts);
		bench_need(is_told(&b, &arena, name), "not entitled");
		arena_reset(&arena);
	}
	printf("%.0f\n", (double)(cpu_ns() - begin_ns) / (double)n);
	arena_fini(&arena);
	bench_close(&b);
}

/* ---- bare --------------------------------------------------------------- */

static void done(int rc)
{
	bench_need(rc == 0, mdb_strerror(rc));
}

/* The key of the grant: account, NUL, object's number, index (cache/DESIGN.md).
 * The objects were numbered as they were filled in. */
static size_t key_of(char *out, const char *name, uint64_t number)
{
	size_t len = strlen(name) + 1;

	memcpy(out, name, len);
	for (int i = 7; i >= 0; i--)
		out[len++] = (char)(number >> 8 * i);
	out[len++] = 0;
	out[len++] = 0;
	return len;
}

static void get_one(MDB_txn *txn, MDB_dbi table, char *bytes, size_t len)
{
	MDB_val key = {.mv_size = len, .mv_data = bytes};
	MDB_val value;

	done(mdb_txn_renew(txn));
	done(mdb_get(txn, table, &key, &value));
	bench_need(value.mv_size > 0, "an empty record");
	mdb_txn_reset(txn);
}

static void run_bare(const char *path, uint64_t accounts, uint64_t n)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi table;
	struct random random;
	char name[BENCH_TEXT];
	char key[2 * BENCH_TEXT];
	uint64_t number;
	int64_t begin_ns;

	done(mdb_env_create(&env));
	done(mdb_env_set_maxdbs(env, TABLES_MAX));
	done(mdb_env_open(env, path, MDB_NOTLS | MDB_RDONLY, 0600));
	done(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
	done(mdb_dbi_open(txn, "grants", 0, &table));
	done(mdb_txn_commit(txn)); /* which keeps the table's handle */
	done(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
	mdb_txn_reset(txn);
	random_seed_with(&random, 1);
	begin_ns = cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		number = account_of(name, &random, accounts);
		get_one(txn, table, key, key_of(key, name, number));
	}
	printf("%.0f\n", (double)(cpu_ns() - begin_ns) / (double)n);
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

/* ---- large accounts ----------------------------------------------------- */

/* "shop/yes" and "shop/no". */
static void fill_large(struct bench *b, const char *customer, enum state state)
{
	struct grant *grants = calloc(LARGE_GRANTS, sizeof(*grants));
	struct store_turn *turn = bench_turn(b);
	struct bench_answer answer;
	struct settled settled;

	bench_need(grants != NULL, "no memory");
	for (size_t i = 0; i < LARGE_OBJECTS; i++) {
		bench_answer(b, &answer, 1, "word", state);
		(void)snprintf(
		    answer.id, sizeof(answer.id), "%s-%zu", customer, i);
		for (size_t k = 0; k < LARGE_GRANTS; k++)
			grants[k] = answer.grant;
		answer.seen.grants = grants;
		answer.seen.n_grants = LARGE_GRANTS;
		answer.seen.customer = customer;
		store_turn_settle(turn, &answer.outcome, &settled);
	}
	bench_done(b, store_turn_commit(turn, &b->err));
	free(grants);
}

static void run_large(const char *way, const char *path, uint64_t n)
{
	struct bench b;
	struct store_view *view = NULL;
	struct arena arena;
	bool yes = strcmp(way, "no") != 0;
	bool told = strcmp(way, "told") == 0;
	const char *name = yes ? "shop/yes" : "shop/no";
	int64_t begin_ns;

	bench_open(&b, path);
	bench_done(&b, store_view_open(b.store, &view, &b.err));
	arena_init(&arena, ARENA_MAX);
	b.now_ms += 10000;
	begin_ns = cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		bench_need((told ? is_told(&b, &arena, name)
				 : is_entitled(&b, view, &arena, name)) == yes,
		    "a wrong answer");
		arena_reset(&arena);
	}
	printf("%.0f\n", (double)(cpu_ns() - begin_ns) / (double)n);
	arena_fini(&arena);
	store_view_close(view);
	bench_close(&b);
}

static void fill(const char *path, uint64_t accounts)
{
	struct bench b;

	bench_open(&b, path);
	bench_fill(&b, accounts);
	fill_large(&b, "yes", STATE_ACTIVE);
	fill_large(&b, "no", STATE_ENDED);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const char *path, uint64_t accounts, uint64_t n);
	} ways[] = {
	    {"ours", run_ours},
	    {"whole", run_whole},
	    {"bare", run_bare},
	};

	if (argc == 4 && strcmp(argv[1], "fill") == 0) {
		fill(argv[2], bench_number(argv[3]));
		return 0;
	}
	if (argc == 5 && strcmp(argv[1], "large") == 0) {
		run_large(argv[2], argv[3], bench_number(argv[4]));
		return 0;
	}
	for (size_t i = 0; argc == 5 && i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(argv[1], ways[i].name) == 0) {
			ways[i].run(argv[2], bench_number(argv[3]),
			    bench_number(argv[4]));
			return 0;
		}
	}
	bench_need(false, "usage: check fill DIR ACCOUNTS | "
			  "ours|whole|bare DIR ACCOUNTS N | "
			  "large yes|no|told DIR N");
	return 2;
}
