/*
 * Arbitrary bytes as a row of any table: everything that reads the store must
 * answer or refuse, never crash. The first byte says which table, the second
 * how long the key is; then come the key and the record. The row is put into a
 * transaction that is never committed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/inbox.h"
#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/turn.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/core/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW_MS = 2000000, MAP_BYTES = 16 * 1024 * 1024, MEMORY = 4 << 20 };

static const struct object_ref known = {"shop", "subscription", "s1"};

static void settle(struct store_turn *turn)
{
	const struct grant grant = {.status = "active",
	    .quantity = "5",
	    .state = STATE_ACTIVE,
	    .until_ms = NOW_MS + 1000000};
	const struct credit credit = {.amount = "1.5", .unit = "EUR"};
	const struct effect effect = {.kind = EFFECT_REFUND,
	    .target = {.kind = known.kind, .id = known.id},
	    .at_ms = NOW_MS + 1000};
	const struct observation seen = {
	    .status = "active",
	    .state = STATE_ACTIVE,
	    .customer = "c1",
	    .grants = &grant,
	    .n_grants = 1,
	    .credits = &credit,
	    .n_credits = 1,
	    .effects = &effect,
	    .n_effects = 1,
	};
	struct claim claim;
	struct outcome outcome = {
	    .claim = &claim,
	    .verdict = VERDICT_TRUTH,
	    .started_ms = NOW_MS,
	    .observation = &seen,
	};
	struct settled settled;

	if (store_turn_collect(turn, 1) == 1 &&
	    store_turn_claim(turn, "shop", 1, &turn->arena, &claim) == 1)
		store_turn_settle(turn, &outcome, &settled);
}

/* One object that has history, a grant, a balance, an effect and an account: a
 * bad row beside it is come upon from there. */
static void add_object(struct store *store, const struct settings *settings)
{
	struct notice notice = {.ref = known, .arrived_ms = NOW_MS};
	struct random random;
	struct store_turn *turn = NULL;

	random_seed_with(&random, 1);
	if (store_append(store, &notice, 1, NULL) != 0 ||
	    store_turn_begin(store, settings, NOW_MS, &random, &turn, NULL) !=
		0)
		abort();
	settle(turn);
	if (store_turn_commit(turn, NULL) != 0)
		abort();
}

/* Its files have no name any more once it is open. */
static struct store *open_store(void)
{
	static const char *const files[] = {"data.mdb", "lock.mdb", "wake"};
	char path[] = "/tmp/trueup-fuzz-XXXXXX";
	struct store_options options = {
	    .path = path, .map_bytes = MAP_BYTES, .high_water = 80};
	struct store *store = NULL;
	struct err_text err;
	char file[64];

	if (mkdtemp(path) == NULL || store_open(&options, &store, &err) != 0)
		abort();
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, files[i]);
		unlink(file);
	}
	rmdir(path);
	return store;
}

static void decode(struct span key, struct span value, struct arena *arena)
{
	struct object_record object;
	struct job_record job;
	struct due_row row;
	struct notice notice;
	uint64_t seq;

	(void)jobs_decode(key, value, arena, &job);
	(void)jobs_decode_due(key, arena, &row);
	(void)inbox_decode(key, value, arena, &seq, &notice);
	(void)objects_decode(key, value, arena, &object);
}

static int visit(void *cookie, const struct job *job)
{
	size_t *n = cookie;

	*n += strlen(job->ref.id);
	return 0;
}

static void read_all(struct store_view *view, struct arena *arena,
    const struct settings *settings)
{
	const struct job_filter filter = {.state = -1};
	const struct entitled_question asked = {
	    .account = "shop/c1", .now_ms = NOW_MS};
	const struct transition *entries;
	const struct change *changes;
	const char *account = NULL;
	struct account_view held;
	enum entitled answer;
	struct store_stats stats;
	struct object object;
	struct health health;
	struct tally tally;
	size_t n = 0;

	(void)store_view_jobs(view, &filter, NOW_MS, visit, &n, NULL);
	(void)store_view_stats(view, NOW_MS, &stats, NULL);
	(void)store_view_provider(view, "shop", &health, &tally, NULL);
	(void)store_view_object(view, &known, arena, &object, NULL);
	(void)store_view_history(view, &known, arena, &entries, &n, NULL);
	(void)store_view_account(
	    view, settings, "shop/c1", NOW_MS, arena, &held, NULL);
	(void)store_view_account_at(
	    view, settings, "shop/c1", NOW_MS, 0, arena, &held, NULL);
	(void)store_view_entitled(view, settings, &asked, arena, &answer, NULL);
	(void)store_view_changes(view, 0, 10, arena, &changes, &n, NULL);
	(void)store_view_link(view, "shop", "c1", arena, &account, NULL);
}

static void work(struct store_turn *turn, struct arena *arena)
{
	struct claim claims[4];

	(void)store_turn_recover(turn);
	(void)store_turn_collect(turn, 10);
	(void)store_turn_checks(turn, 10);
	(void)store_turn_advance(turn, 10);
	(void)store_turn_next(turn, "shop", NULL);
	(void)store_turn_next_other(turn);
	(void)store_turn_claim(turn, "shop", 4, arena, claims);
}

/* A turn or view around a transaction of our own, so that a failed reading of
 * the row by one of them does not hide it from the others. */
static void with_row(struct store *store, enum table table, struct span key,
    struct span value, const struct settings *settings, bool writes)
{
	struct random random;
	struct store_turn turn = {.store = store,
	    .settings = settings,
	    .now_ms = NOW_MS,
	    .random = &random};
	struct store_view view = {.store = store};

	random_seed_with(&random, 1);
	if (lmdb_begin(store->db, true, &turn.txn, NULL) != 0)
		abort();
	view.txn = turn.txn;
	arena_init(&turn.arena, MEMORY);
	lmdb_put(turn.txn, table, key, value);
	if (writes)
		work(&turn, &turn.arena);
	else
		read_all(&view, &turn.arena, settings);
	arena_fini(&turn.arena);
	lmdb_abort(turn.txn);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct store *store;
	struct provider_settings shop = {.name = "shop"};
	const struct settings settings = {.providers = &shop, .n_providers = 1};
	struct arena arena;
	struct span key;
	struct span value;
	enum table table;

	shop.schedule.resync_ms = 86400000;
	policy_default(&shop.policy);
	if (store == NULL) {
		store = open_store();
		add_object(store, &settings);
	}
	if (size < 2 || size - 2 < data[1])
		return 0;
	table = (enum table)(data[0] % TABLE_COUNT);
	key = (struct span){.data = data + 2, .len = data[1]};
	value = (struct span){
	    .data = data + 2 + data[1], .len = size - 2 - data[1]};
	arena_init(&arena, MEMORY);
	decode(key, value, &arena);
	arena_fini(&arena);
	with_row(store, table, key, value, &settings, false);
	with_row(store, table, key, value, &settings, true);
	return 0;
}
