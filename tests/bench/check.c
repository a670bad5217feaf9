/*
 * check: "is this account entitled?", asked of a store in this process, beside
 * the least that LMDB could do for it: one bare mdb_get.
 *
 *   check fill DIR ACCOUNTS    make the store, and DIR.conf
 *   check WAY DIR ACCOUNTS N   ask of N accounts drawn at random; prints
 *                              nanoseconds of processor time each
 *
 * The ways: ours is libtrueup, as programs use it; whole is all that a query
 * shows; bare is a renewed read transaction and one mdb_get of the
 * grant, unread.
 */
#include "reconciler/base/arena.h"
#include "reconciler/core/entitle.h"
#include "reconciler/lib/trueup.h"

#include "tests/bench/bare.h"
#include "tests/bench/fill.h"

enum { ARENA_MAX = 1 << 26, PATH_BYTES = 4096 };

static uint64_t account_of(char *out, struct random *random, uint64_t accounts)
{
	uint64_t number = 1 + random_next(random) % accounts;

	(void)snprintf(out, BENCH_TEXT, "shop/%" PRIu64, number);
	return number;
}

/* ---- ours --------------------------------------------------------------- */

/* The library wants a configuration: it lies beside the store. */
static void write_config(const char *path)
{
	char file[PATH_BYTES];
	FILE *out;

	(void)snprintf(file, sizeof(file), "%s.conf", path);
	out = fopen(file, "w");
	bench_need(out != NULL, "no configuration");
	fprintf(out,
	    "store = { path = \"%s\"; };\n"
	    "providers = ( { name = \"shop\"; type = \"ecurring\";\n"
	    "  api_key_file = \"/dev/null\"; } );\n",
	    path);
	bench_need(fclose(out) == 0, "no configuration");
}

static struct trueup *opened(const char *path)
{
	struct trueup_error err;
	struct trueup *t;
	char file[PATH_BYTES];

	(void)snprintf(file, sizeof(file), "%s.conf", path);
	bench_need(trueup_open(file, &t, &err) == 0, err.text);
	return t;
}

static void run_ours(const char *path, uint64_t accounts, uint64_t n)
{
	struct trueup *t = opened(path);
	struct random random;
	char name[BENCH_TEXT];
	int64_t begin_ns;

	random_seed_with(&random, 1);
	begin_ns = bench_cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		account_of(name, &random, accounts);
		bench_need(
		    trueup_entitled(t, name, NULL, NULL, NULL) == TRUEUP_YES,
		    "not entitled");
	}
	printf("%.0f\n", (double)(bench_cpu_ns() - begin_ns) / (double)n);
	trueup_close(t);
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
	begin_ns = bench_cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		account_of(name, &b.random, accounts);
		bench_need(is_told(&b, &arena, name), "not entitled");
		arena_reset(&arena);
	}
	printf("%.0f\n", (double)(bench_cpu_ns() - begin_ns) / (double)n);
	arena_fini(&arena);
	bench_close(&b);
}

/* ---- bare --------------------------------------------------------------- */

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

	bare_done(mdb_txn_renew(txn));
	bare_done(mdb_get(txn, table, &key, &value));
	bench_need(value.mv_size > 0, "an empty record");
	mdb_txn_reset(txn);
}

static void run_bare(const char *path, uint64_t accounts, uint64_t n)
{
	struct random random;
	struct bare bare;
	char name[BENCH_TEXT];
	char key[2 * BENCH_TEXT];
	uint64_t number;
	int64_t begin_ns;

	bare_open(&bare, path);
	random_seed_with(&random, 1);
	begin_ns = bench_cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		number = account_of(name, &random, accounts);
		get_one(bare.txn, bare.table, key, key_of(key, name, number));
	}
	printf("%.0f\n", (double)(bench_cpu_ns() - begin_ns) / (double)n);
	bare_close(&bare);
}

static void fill(const char *path, uint64_t accounts)
{
	struct bench b;

	write_config(path);
	bench_open(&b, path);
	bench_fill(&b, accounts);
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
	for (size_t i = 0; argc == 5 && i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(argv[1], ways[i].name) == 0) {
			ways[i].run(argv[2], bench_number(argv[3]),
			    bench_number(argv[4]));
			return 0;
		}
	}
	bench_need(false, "usage: check fill DIR ACCOUNTS | "
			  "ours|whole|bare DIR ACCOUNTS N");
	return 2;
}
