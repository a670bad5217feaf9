#include <stdio.h>
#include <string.h>

#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/turn.h"

/* What TABLE_PROVIDERS holds of each provider, and its record's version. */
enum { PART_HEALTH = 'h', PART_TALLY = 't', PART_BUDGET = 'b', VERSION = 1 };

static void part_key(struct key *key, const char *provider, uint8_t part)
{
	key_init(key);
	key_text(key, provider);
	key_u8(key, part);
}

/* A reader on the record; false: there is none, or the transaction failed. */
static bool get_part(struct lmdb_txn *txn, const char *provider, uint8_t part,
    struct reader *out)
{
	struct span value;
	struct key key;

	part_key(&key, provider, part);
	if (lmdb_get(txn, TABLE_PROVIDERS, key_span(&key), &value) != 0)
		return false;
	reader_init(out, value);
	if (reader_u8(out) != VERSION)
		out->failed = true;
	return true;
}

static int check(struct lmdb_txn *txn, const struct reader *r)
{
	if (!reader_is_ok(r))
		lmdb_fail(txn, ERR_BAD, "table providers: a bad record");
	return lmdb_error(txn);
}

static void put_part(struct lmdb_txn *txn, const char *provider, uint8_t part,
    const struct writer *w)
{
	struct key key;

	part_key(&key, provider, part);
	lmdb_put(txn, TABLE_PROVIDERS, key_span(&key), writer_span(w));
}

/* ---- tally ------------------------------------------------------------ */

void tally_get(struct lmdb_txn *txn, const char *provider, struct tally *out)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (!get_part(txn, provider, PART_TALLY, &r))
		return;
	out->notices = reader_u64(&r);
	out->last_notice_ms = reader_i64(&r);
	out->looks = reader_u64(&r);
	out->news = reader_u64(&r);
	out->repairs = reader_u64(&r);
	out->last_repair_ms = reader_i64(&r);
	out->gone = reader_u64(&r);
	out->other_mode = reader_u64(&r);
	if (r.left > 0) {
		out->strangers.missing[0] = reader_u64(&r);
		out->strangers.missing[1] = reader_u64(&r);
		out->strangers.next = reader_u32(&r);
	}
	if (r.left > 0)
		out->handovers = reader_u64(&r);
	if (r.left > 0)
		out->told = reader_u64(&r);
	if (r.left > 0)
		out->caught_up = reader_u64(&r);
	check(txn, &r);
}

void tally_put(
    struct lmdb_txn *txn, const char *provider, const struct tally *tally)
{
	uint8_t data[128];
	struct writer w;

	writer_init(&w, data, sizeof(data));
	writer_u8(&w, VERSION);
	writer_u64(&w, tally->notices);
	writer_i64(&w, tally->last_notice_ms);
	writer_u64(&w, tally->looks);
	writer_u64(&w, tally->news);
	writer_u64(&w, tally->repairs);
	writer_i64(&w, tally->last_repair_ms);
	writer_u64(&w, tally->gone);
	writer_u64(&w, tally->other_mode);
	writer_u64(&w, tally->strangers.missing[0]);
	writer_u64(&w, tally->strangers.missing[1]);
	writer_u32(&w, tally->strangers.next);
	writer_u64(&w, tally->handovers);
	writer_u64(&w, tally->told);
	writer_u64(&w, tally->caught_up);
	put_part(txn, provider, PART_TALLY, &w);
}

/* ---- health ----------------------------------------------------------- */

void health_put(
    struct lmdb_txn *txn, const char *provider, const struct health *health)
{
	uint8_t data[128 + HEALTH_REASON_MAX];
	struct writer w;

	writer_init(&w, data, sizeof(data));
	writer_u8(&w, VERSION);
	writer_u8(&w, (uint8_t)health->state);
	writer_i64(&w, health->until_ms);
	writer_i64(&w, health->since_ms);
	writer_u32(&w, health->failures);
	writer_u32(&w, health->probes);
	writer_u64(&w, health->key_stamp);
	writer_i64(&w, health->last_ok_ms);
	writer_i64(&w, health->last_error_ms);
	writer_u64(&w, health->fetches);
	writer_u64(&w, health->errors);
	writer_text(&w, health->reason);
	put_part(txn, provider, PART_HEALTH, &w);
}

void store_turn_health(
    struct store_turn *turn, const char *provider, const struct health *health)
{
	health_put(turn->txn, provider, health);
}

void health_get(struct lmdb_txn *txn, const char *provider, struct health *out)
{
	struct arena arena;
	struct reader r;
	const char *reason;
	uint8_t state;

	memset(out, 0, sizeof(*out));
	if (!get_part(txn, provider, PART_HEALTH, &r))
		return;
	state = reader_u8(&r);
	if (state > HEALTH_BARRED)
		r.failed = true;
	out->state = (enum health_state)(r.failed ? 0 : state);
	out->until_ms = reader_i64(&r);
	out->since_ms = reader_i64(&r);
	out->failures = reader_u32(&r);
	out->probes = reader_u32(&r);
	out->key_stamp = reader_u64(&r);
	out->last_ok_ms = reader_i64(&r);
	out->last_error_ms = reader_i64(&r);
	out->fetches = reader_u64(&r);
	out->errors = reader_u64(&r);
	arena_init(&arena, RECORD_MAX);
	reason = reader_text(&r, &arena);
	if (reason == NULL || strlen(reason) >= sizeof(out->reason))
		r.failed = true;
	else
		snprintf(out->reason, sizeof(out->reason), "%s", reason);
	arena_fini(&arena);
	check(txn, &r);
}

int store_view_provider(struct store_view *view, const char *provider,
    struct health *health, struct tally *tally, struct err_text *err)
{
	health_get(view->txn, provider, health);
	tally_get(view->txn, provider, tally);
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}

/* ---- budgets ---------------------------------------------------------- */

void store_turn_budget(
    struct store_turn *turn, const char *provider, const struct budget *budget)
{
	uint8_t data[32];
	struct writer w;

	writer_init(&w, data, sizeof(data));
	writer_u8(&w, VERSION);
	writer_i64(&w, budget->at_ms);
	writer_u64(&w, budget->tokens);
	writer_u64(&w, budget->strangers);
	put_part(turn->txn, provider, PART_BUDGET, &w);
}

int store_view_budget(struct store_view *view, const char *provider,
    struct budget *out, struct err_text *err)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	if (get_part(view->txn, provider, PART_BUDGET, &r)) {
		out->at_ms = reader_i64(&r);
		out->tokens = reader_u64(&r);
		out->strangers = reader_u64(&r);
		check(view->txn, &r);
	}
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}
