/*
 * check: "is this account entitled?", asked of a store in this process, beside
 * the least that LMDB could do for it: one bare mdb_get.
 *
 *   check fill DIR ACCOUNTS        make the store
 *   check ours DIR ACCOUNTS N      N accounts drawn at random: a view, its
 *                                  grants, the judgement; prints ns each
 *   check bare DIR ACCOUNTS N      renew a read transaction, get the account's
 *                                  record, reset; prints ns each
 */
#include <lmdb.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/entitle.h"

#include "tests/bench/fill.h"

enum { TABLES_MAX = 32, ARENA_MAX = 1 << 20 };

static size_t account_of(char *out, struct random *random, uint64_t accounts)
{
	int len = snprintf(out, BENCH_TEXT, "shop/%" PRIu64,
	    1 + random_next(random) % accounts);

	return (size_t)len;
}

/* ---- ours --------------------------------------------------------------- */

static bool is_entitled(struct bench *b, struct arena *arena, const char *name)
{
	struct store_view *view = NULL;
	struct account_view account;
	struct entitlement answer;

	bench_done(b, store_view_open(b->store, &view, &b->err));
	bench_done(b, store_view_account(view, &b->settings, name, b->now_ms,
			  arena, &account, &b->err));
	entitle_account(account.grants, account.n_grants, b->now_ms, &answer);
	store_view_close(view);
	arena_reset(arena);
	return answer.entitled == ENTITLED_YES;
}

static void run_ours(const char *path, uint64_t accounts, uint64_t n)
{
	struct bench b;
	struct arena arena;
	char name[BENCH_TEXT];
	int64_t begin_ns;

	bench_open(&b, path);
	arena_init(&arena, ARENA_MAX);
	begin_ns = bench_mono_ns();
	for (uint64_t i = 0; i < n; i++) {
		account_of(name, &b.random, accounts);
		bench_need(is_entitled(&b, &arena, name), "not entitled");
	}
	printf("%.0f\n", (double)(bench_mono_ns() - begin_ns) / (double)n);
	arena_fini(&arena);
	bench_close(&b);
}

/* ---- bare --------------------------------------------------------------- */

static void done(int rc)
{
	bench_need(rc == 0, mdb_strerror(rc));
}

/* The accounts' own table; its keys are the names with a NUL behind. */
static void get_one(MDB_txn *txn, MDB_dbi table, const char *name, size_t len)
{
	MDB_val key = {.mv_size = len + 1};
	MDB_val value;

	memcpy(&key.mv_data, &name, sizeof(key.mv_data));
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
	int64_t begin_ns;

	done(mdb_env_create(&env));
	done(mdb_env_set_maxdbs(env, TABLES_MAX));
	done(mdb_env_open(env, path, MDB_NOTLS | MDB_RDONLY, 0600));
	done(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
	done(mdb_dbi_open(txn, "accounts", 0, &table));
	done(mdb_txn_commit(txn)); /* which keeps the table's handle */
	done(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
	mdb_txn_reset(txn);
	random_seed_with(&random, 1);
	begin_ns = bench_mono_ns();
	for (uint64_t i = 0; i < n; i++)
		get_one(txn, table, name, account_of(name, &random, accounts));
	printf("%.0f\n", (double)(bench_mono_ns() - begin_ns) / (double)n);
	mdb_txn_abort(txn);
	mdb_env_close(env);
}

static void fill(const char *path, uint64_t accounts)
{
	struct bench b;

	bench_open(&b, path);
	bench_fill(&b, accounts);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	bool fills = argc == 4 && strcmp(argv[1], "fill") == 0;
	bool ours = argc == 5 && strcmp(argv[1], "ours") == 0;
	bool bare = argc == 5 && strcmp(argv[1], "bare") == 0;

	bench_need(fills || ours || bare, "usage: check fill DIR ACCOUNTS | "
					  "ours|bare DIR ACCOUNTS N");
	if (fills)
		fill(argv[2], bench_number(argv[3]));
	else if (ours)
		run_ours(argv[2], bench_number(argv[3]), bench_number(argv[4]));
	else
		run_bare(argv[2], bench_number(argv[3]), bench_number(argv[4]));
	return 0;
}
