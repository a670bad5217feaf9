/*
 * large: an account with 10,000 grants.
 *
 *   large fill DIR     add such accounts to the store, which is made if absent
 *   large WAY DIR N    ask N times; prints nanoseconds of processor time each
 *
 * The ways: walk is a bare cursor over the grants, unread, the least that any
 * answer costs; yes and no only ask whether, where the first grant says so, and
 * where none does; told is the whole answer, json that and its bytes; many the
 * whole answer where each grant is of an object of its own.
 */
#include "clients/client.h"
#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/core/entitle.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"

#include "tests/bench/bare.h"
#include "tests/bench/fill.h"

enum { ARENA_MAX = 1 << 26, LARGE_GRANTS = 10000 };

/* The k-th grant of an answer: no two have a product or a time in common. */
static struct grant grant_of(
    const struct bench_answer *answer, char product[BENCH_TEXT], uint64_t k)
{
	struct grant grant = answer->grant;

	(void)snprintf(product, BENCH_TEXT, "product-%" PRIu64, k);
	grant.product = product;
	grant.label = "pro";
	grant.since_ms -= (int64_t)k * 1000;
	grant.until_ms = BENCH_START_MS + 1000000000 + (int64_t)k * 60000;
	return grant;
}

/* An object of that customer with its share of the grants. */
static void settle_large(struct bench *b, struct store_turn *turn,
    const char *customer, enum state state, uint64_t number, size_t n)
{
	static struct grant grants[OBSERVATION_GRANTS_MAX];
	static char products[OBSERVATION_GRANTS_MAX][BENCH_TEXT];
	struct bench_answer answer;
	struct settled settled;

	bench_answer(b, &answer, 1, "word", state);
	(void)snprintf(
	    answer.id, sizeof(answer.id), "%s-%" PRIu64, customer, number);
	for (size_t k = 0; k < n; k++)
		grants[k] = grant_of(&answer, products[k], number * n + k);
	answer.seen.grants = grants;
	answer.seen.n_grants = n;
	answer.seen.customer = customer;
	store_turn_settle(turn, &answer.outcome, &settled);
}

static void fill_large(
    struct bench *b, const char *customer, enum state state, size_t objects)
{
	size_t turns = objects / BENCH_FILL_TURN + 1;

	for (size_t t = 0; t < turns; t++) {
		struct store_turn *turn = bench_turn(b);

		for (size_t i = t; i < objects; i += turns)
			settle_large(b, turn, customer, state, i,
			    LARGE_GRANTS / objects);
		bench_done(b, store_turn_commit(turn, &b->err));
	}
}

static bool begins_with(MDB_val key, const char *name)
{
	size_t len = strlen(name) + 1;

	return key.mv_size >= len && memcmp(key.mv_data, name, len) == 0;
}

/* A renewed transaction and a cursor over the rows of one account. */
static size_t walk(MDB_txn *txn, MDB_dbi table, const char *name)
{
	char start[BENCH_TEXT];
	MDB_val key = {.mv_size = strlen(name) + 1, .mv_data = start};
	MDB_cursor *cursor;
	MDB_val value;
	size_t n = 0;
	int rc;

	(void)snprintf(start, sizeof(start), "%s", name);
	bare_done(mdb_txn_renew(txn));
	bare_done(mdb_cursor_open(txn, table, &cursor));
	for (rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
	     rc == 0 && begins_with(key, name);
	     rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT))
		n++;
	mdb_cursor_close(cursor);
	mdb_txn_reset(txn);
	return n;
}

static void run_walk(const char *path, const char *name, uint64_t n)
{
	struct bare bare;
	int64_t begin_ns;

	bare_open(&bare, path);
	begin_ns = bench_cpu_ns();
	for (uint64_t i = 0; i < n; i++)
		bench_need(walk(bare.txn, bare.table, name) == LARGE_GRANTS,
		    "not all of its grants");
	printf("%.0f\n", (double)(bench_cpu_ns() - begin_ns) / (double)n);
	bare_close(&bare);
}

static bool is_entitled(struct bench *b, struct store_view *view,
    struct arena *arena, const char *name)
{
	const struct entitled_question asked = {
	    .account = name, .now_ms = b->now_ms};
	enum entitled answer;

	bench_done(b, store_view_renew(view, &b->err));
	bench_done(b, store_view_entitled(
			  view, &b->settings, &asked, arena, &answer, &b->err));
	return answer == ENTITLED_YES;
}

static void tell(struct bench *b, struct store_view *view, struct arena *arena,
    const char *name, struct account_answer *out)
{
	const struct account_question question = {
	    .account = name, .now_ms = b->now_ms};

	bench_done(b, store_view_renew(view, &b->err));
	bench_done(b,
	    query_account(view, &b->settings, &question, arena, out, &b->err));
}

static bool is_told(struct bench *b, struct store_view *view,
    struct arena *arena, const char *name)
{
	struct account_answer answer;

	tell(b, view, arena, name, &answer);
	return answer.entitlement.entitled == ENTITLED_YES;
}

/* The answer as `account REF --json` has it. */
static bool is_written(struct bench *b, struct store_view *view,
    struct arena *arena, const char *name)
{
	struct account_answer answer;
	struct buf text;

	tell(b, view, arena, name, &answer);
	buf_init(&text, SIZE_MAX);
	wire_account(&answer, &text);
	bench_need(text.error == 0 && text.len > LARGE_GRANTS, "no answer");
	buf_fini(&text);
	return answer.entitlement.entitled == ENTITLED_YES;
}

static void run_large(const char *way, const char *path, uint64_t n)
{
	static const struct {
		const char *way;
		const char *account;
		bool (*ask)(struct bench *b, struct store_view *view,
		    struct arena *arena, const char *name);
		bool says;
	} ways[] = {
	    {"yes", "shop/yes", is_entitled, true},
	    {"no", "shop/no", is_entitled, false},
	    {"told", "shop/yes", is_told, true},
	    {"many", "shop/many", is_told, true},
	    {"json", "shop/yes", is_written, true},
	};
	struct bench b;
	struct store_view *view = NULL;
	struct arena arena;
	size_t w = 0;
	int64_t begin_ns;

	while (
	    w < sizeof(ways) / sizeof(*ways) && strcmp(ways[w].way, way) != 0)
		w++;
	bench_need(w < sizeof(ways) / sizeof(*ways), "no such way");
	bench_open(&b, path);
	b.provider.client = client_find(b.provider.type);
	bench_done(&b, store_view_open(b.store, &view, &b.err));
	arena_init(&arena, ARENA_MAX);
	b.now_ms += 10000;
	begin_ns = bench_cpu_ns();
	for (uint64_t i = 0; i < n; i++) {
		bench_need(ways[w].ask(&b, view, &arena, ways[w].account) ==
			       ways[w].says,
		    "a wrong answer");
		arena_reset(&arena);
	}
	printf("%.0f\n", (double)(bench_cpu_ns() - begin_ns) / (double)n);
	arena_fini(&arena);
	store_view_close(view);
	bench_close(&b);
}

static void fill(const char *path)
{
	struct bench b;

	bench_open(&b, path);
	fill_large(&b, "yes", STATE_ACTIVE, 10);
	fill_large(&b, "no", STATE_ENDED, 10);
	fill_large(&b, "many", STATE_ACTIVE, LARGE_GRANTS);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	bool fills = argc == 3 && strcmp(argv[1], "fill") == 0;

	bench_need(fills || argc == 4, "usage: large fill DIR | "
				       "walk|yes|no|told|many|json DIR N");
	if (fills)
		fill(argv[2]);
	else if (strcmp(argv[1], "walk") == 0)
		run_walk(argv[2], "shop/yes", bench_number(argv[3]));
	else
		run_large(argv[1], argv[2], bench_number(argv[3]));
	return 0;
}
