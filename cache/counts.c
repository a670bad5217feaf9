#include <string.h>

#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/record.h"
#include "cache/turn.h"

#include "cache/counts.h"

/* Beside the parts of providers.c; a commit's under names that no provider can
 * have. */
enum { PART_LOOKS = 'l', PART_RECEIVED = 'r', PART_COMMITS = 'c' };

static const char broken[] = "table providers: a bad record";

const char *commit_by_name(enum commit_by by)
{
	static const char *const names[COMMIT_BY_COUNT] = {
	    [COMMIT_BY_WORKER] = "worker",
	    [COMMIT_BY_RECEIVER] = "receiver",
	};

	return names[by];
}

static const char *commit_key(enum commit_by by)
{
	static const char *const keys[COMMIT_BY_COUNT] = {
	    [COMMIT_BY_WORKER] = "/worker",
	    [COMMIT_BY_RECEIVER] = "/receiver",
	};

	return keys[by];
}

static void part_key(struct key *key, const char *name, uint8_t part)
{
	key_init(key);
	key_text(key, name);
	key_u8(key, part);
}

static void put(struct lmdb_txn *txn, const char *name, uint8_t part,
    const struct record *record)
{
	struct key key;

	part_key(&key, name, part);
	record_put(txn, TABLE_PROVIDERS, &key, record);
}

/* false: there is none. */
static bool get(
    struct lmdb_txn *txn, const char *name, uint8_t part, struct reader *out)
{
	struct span value;
	struct key key;

	part_key(&key, name, part);
	if (lmdb_get(txn, TABLE_PROVIDERS, key_span(&key), &value) != 0)
		return false;
	record_open(out, value);
	return true;
}

static void write_latency(struct writer *w, const struct latency *latency)
{
	for (size_t i = 0; i <= LATENCY_BUCKETS; i++)
		writer_u64(w, latency->n[i]);
	writer_u64(w, latency->sum_ms);
}

static void read_latency(struct reader *r, struct latency *out)
{
	for (size_t i = 0; i <= LATENCY_BUCKETS; i++)
		out->n[i] = reader_u64(r);
	out->sum_ms = reader_u64(r);
}

static void end(struct lmdb_txn *txn, const struct reader *r)
{
	record_result(txn, record_end(r, NULL), broken);
}

static int view_result(struct store_view *view, struct err_text *err)
{
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}

/* ---- looks -------------------------------------------------------------- */

void store_turn_looks(struct store_turn *turn, const char *provider,
    const struct look_counts *counts)
{
	struct record record;

	record_init(&record);
	write_latency(&record.w, &counts->fetch);
	write_latency(&record.w, &counts->notice);
	for (int i = 0; i < VERDICT_COUNT; i++)
		writer_u64(&record.w, counts->ends[i]);
	put(turn->txn, provider, PART_LOOKS, &record);
}

int store_view_looks(struct store_view *view, const char *provider,
    struct look_counts *out, struct err_text *err)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (get(view->txn, provider, PART_LOOKS, &r)) {
		read_latency(&r, &out->fetch);
		read_latency(&r, &out->notice);
		for (int i = 0; i < VERDICT_COUNT; i++)
			out->ends[i] = reader_u64(&r);
		end(view->txn, &r);
	}
	return view_result(view, err);
}

/* ---- commits ------------------------------------------------------------ */

static void get_commits(
    struct lmdb_txn *txn, enum commit_by by, struct latency *out)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (!get(txn, commit_key(by), PART_COMMITS, &r))
		return;
	read_latency(&r, out);
	end(txn, &r);
}

static void put_commits(
    struct lmdb_txn *txn, enum commit_by by, const struct latency *commits)
{
	struct record record;

	record_init(&record);
	write_latency(&record.w, commits);
	put(txn, commit_key(by), PART_COMMITS, &record);
}

static void add_commits(
    struct lmdb_txn *txn, enum commit_by by, const struct latency *commits)
{
	struct latency all;

	get_commits(txn, by, &all);
	latency_join(&all, commits);
	put_commits(txn, by, &all);
}

void store_turn_commits(struct store_turn *turn, const struct latency *commits)
{
	add_commits(turn->txn, COMMIT_BY_WORKER, commits);
}

int store_view_commits(struct store_view *view, enum commit_by by,
    struct latency *out, struct err_text *err)
{
	get_commits(view->txn, by, out);
	return view_result(view, err);
}

/* ---- received ----------------------------------------------------------- */

static void get_received(
    struct lmdb_txn *txn, const char *provider, struct received_counts *out)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (!get(txn, provider, PART_RECEIVED, &r))
		return;
	for (int i = 0; i < RECEIVED_OUTCOMES; i++)
		out->n[i] = reader_u64(&r);
	end(txn, &r);
}

static void add_received(struct lmdb_txn *txn, const struct received *received)
{
	struct received_counts counts;
	struct record record;

	get_received(txn, received->provider, &counts);
	record_init(&record);
	for (int i = 0; i < RECEIVED_OUTCOMES; i++)
		writer_u64(&record.w, counts.n[i] + received->counts.n[i]);
	put(txn, received->provider, PART_RECEIVED, &record);
}

int store_add_received(struct store *store, const struct received *received,
    size_t n, const struct latency *commits, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	int rc;

	if (store->read_only)
		return err_set(err, ERR_DENIED, "store: opened for reading");
	rc = lmdb_begin(store->db, true, &txn, err);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		add_received(txn, &received[i]);
	add_commits(txn, COMMIT_BY_RECEIVER, commits);
	return lmdb_commit(txn, err);
}

int store_view_received(struct store_view *view, const char *provider,
    struct received_counts *out, struct err_text *err)
{
	get_received(view->txn, provider, out);
	return view_result(view, err);
}
