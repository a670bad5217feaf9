#include <stdio.h>
#include <string.h>

#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/turn.h"

/* What TABLE_PROVIDERS holds of each provider, and its record's version. */
enum {
	PART_HEALTH = 'h',
	PART_TALLY = 't',
	PART_BUDGET = 'b',
	VERSION = 1,
	BUDGET_BYTES = 4096
};

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

int store_lift(struct store *store, const char *provider, int64_t now_ms,
    struct health *was, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	struct health lifted;
	int rc = lmdb_begin(store->db, true, &txn, err);

	memset(was, 0, sizeof(*was));
	if (rc != 0)
		return rc;
	health_get(txn, provider, was);
	lifted = *was;
	lifted.until_ms = now_ms;
	lifted.probes = 0;
	if (was->state != HEALTH_OK)
		health_put(txn, provider, &lifted);
	rc = lmdb_commit(txn, err);
	if (rc == 0 && was->state != HEALTH_OK)
		wake_ring(store->wake);
	return rc;
}

bool store_turn_lifted(
    struct store_turn *turn, const char *provider, struct health *health)
{
	struct health kept;

	health_get(turn->txn, provider, &kept);
	if (kept.state != health->state || kept.until_ms >= health->until_ms)
		return false;
	health->until_ms = kept.until_ms;
	health->probes = kept.probes;
	return true;
}

/* ---- budgets ---------------------------------------------------------- */

static void put_operations(struct writer *w, const struct budget *budget)
{
	writer_u32(w, (uint32_t)budget->n_operations);
	for (size_t i = 0; i < budget->n_operations; i++) {
		writer_text(w, budget->operations[i].name);
		writer_u64(w, budget->operations[i].tokens);
	}
}

/* Milliseconds in thousandths. */
static void put_ms(struct writer *w, double ms)
{
	writer_u64(w, (uint64_t)(ms * 1000));
}

static double get_ms(struct reader *r)
{
	return (double)reader_u64(r) / 1000;
}

static void put_throttle(struct writer *w, const struct throttle *t)
{
	writer_u32(w, t->most);
	writer_u32(w, t->limit);
	writer_u32(w, t->answers);
	put_ms(w, t->recent_ms);
	put_ms(w, t->usual_ms);
	writer_u32(w, (uint32_t)t->n_kinds);
	for (size_t i = 0; i < t->n_kinds; i++) {
		writer_text(w, t->kinds[i].name);
		put_ms(w, t->kinds[i].usual_ms);
		writer_u32(w, t->kinds[i].answers);
		writer_i64(w, t->kinds[i].last_ms);
	}
}

void store_turn_budget(
    struct store_turn *turn, const char *provider, const struct budget *budget)
{
	uint8_t data[BUDGET_BYTES];
	struct writer w;

	writer_init(&w, data, sizeof(data));
	writer_u8(&w, VERSION);
	writer_i64(&w, budget->at_ms);
	writer_u64(&w, budget->tokens);
	writer_u64(&w, budget->strangers);
	put_operations(&w, budget);
	put_throttle(&w, &budget->throttle);
	writer_i64(&w, budget->mono_ms);
	put_part(turn->txn, provider, PART_BUDGET, &w);
}

/* A text into a place of its own; the reader fails if it is too long. */
static void get_name(struct reader *r, char *out, size_t cap)
{
	struct span text = reader_span(r);

	if (text.data == NULL || text.len >= cap)
		r->failed = true;
	else
		memcpy(out, text.data, text.len);
}

/* A number of items that follow. */
static size_t get_count(struct reader *r, size_t max)
{
	uint32_t n = reader_u32(r);

	if (n > max)
		r->failed = true;
	return r->failed ? 0 : n;
}

static void get_operations(struct reader *r, struct budget *out)
{
	out->n_operations = get_count(r, BUDGET_OPERATIONS_MAX);
	for (size_t i = 0; i < out->n_operations; i++) {
		get_name(r, out->operations[i].name,
		    sizeof(out->operations[i].name));
		out->operations[i].tokens = reader_u64(r);
	}
}

static void get_throttle(struct reader *r, struct throttle *out)
{
	out->most = reader_u32(r);
	out->limit = reader_u32(r);
	out->answers = reader_u32(r);
	out->recent_ms = get_ms(r);
	out->usual_ms = get_ms(r);
	out->n_kinds = get_count(r, THROTTLE_KINDS_MAX);
	for (size_t i = 0; i < out->n_kinds; i++) {
		get_name(r, out->kinds[i].name, sizeof(out->kinds[i].name));
		out->kinds[i].usual_ms = get_ms(r);
		out->kinds[i].answers = reader_u32(r);
		out->kinds[i].last_ms = reader_i64(r);
	}
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
		if (reader_has_more(&r)) {
			get_operations(&r, out);
			get_throttle(&r, &out->throttle);
		}
		if (reader_has_more(&r))
			out->mono_ms = reader_i64(&r);
		check(view->txn, &r);
	}
	lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}
