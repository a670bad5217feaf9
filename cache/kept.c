#include <stdio.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/changes.h"
#include "cache/record.h"
#include "cache/turn.h"

#include "cache/kept.h"

enum { ROW_BYTES = 2 * RECORD_MAX /* of memory for one row */ };

static const char broken[] = "table deliveries: a bad record";

void kept_key(struct key *key, enum delivery_target target, enum kept_part part)
{
	key_init(key);
	key_u8(key, (uint8_t)target);
	key_u8(key, (uint8_t)part);
}

/* ---- the state of a target -------------------------------------------- */

void kept_open(
    struct kept_box *box, struct lmdb_txn *txn, enum delivery_target target)
{
	struct kept_state *s = &box->state;
	struct span value;
	struct reader r;
	struct key key;

	memset(box, 0, sizeof(*box));
	box->txn = txn;
	box->target = target;
	kept_key(&key, target, KEPT_STATE);
	if (lmdb_get(txn, TABLE_DELIVERIES, key_span(&key), &value) != 0)
		return;
	record_open(&r, value);
	s->begun = true;
	s->cursor = reader_u64(&r);
	s->kept = reader_u64(&r);
	s->parked = reader_u64(&r);
	s->delivered = reader_u64(&r);
	s->halted = reader_bool(&r);
	record_result(txn, record_end(&r, NULL), broken);
}

void kept_close(struct kept_box *box)
{
	const struct kept_state *s = &box->state;
	struct record record;
	struct key key;

	record_init(&record);
	writer_u64(&record.w, s->cursor);
	writer_u64(&record.w, s->kept);
	writer_u64(&record.w, s->parked);
	writer_u64(&record.w, s->delivered);
	writer_bool(&record.w, s->halted);
	kept_key(&key, box->target, KEPT_STATE);
	record_put(box->txn, TABLE_DELIVERIES, &key, &record);
}

const char *kept_health_name(
    enum delivery_target target, char out[KEPT_NAME_BYTES])
{
	(void)snprintf(out, KEPT_NAME_BYTES, "%s/%s", DELIVERY_PROVIDER,
	    delivery_target_name(target));
	return out;
}

void kept_wake(struct kept_box *box)
{
	char name[KEPT_NAME_BYTES];
	struct health health;

	health_get(box->txn, kept_health_name(box->target, name), &health);
	health.until_ms = 0;
	health_put(box->txn, name, &health);
}

/* ---- one change ------------------------------------------------------- */

static void change_key(
    struct key *key, enum delivery_target target, uint64_t seq)
{
	kept_key(key, target, KEPT_CHANGE);
	key_u64(key, seq);
}

int kept_decode(struct lmdb_txn *txn, struct span key, struct span value,
    struct arena *arena, struct kept *out)
{
	struct reader r;

	memset(out, 0, sizeof(*out));
	reader_init(&r, key);
	(void)reader_u8(&r);
	(void)reader_u8(&r);
	out->seq = reader_u64(&r);
	if (!reader_is_ok(&r))
		return record_result(txn, ERR_BAD, broken);
	record_open(&r, value);
	out->attempts = reader_u32(&r);
	out->first_tried_ms = reader_i64(&r);
	out->due_ms = reader_i64(&r);
	out->parked = reader_bool(&r);
	out->http_status = reader_u16(&r);
	out->last_error = reader_text(&r, arena);
	out->account = reader_text(&r, arena);
	if (out->account == NULL)
		r.failed = true;
	/* A copy: what LMDB shows dies with the next write. */
	out->change = (struct span){
	    .data = arena_bytes(arena, r.data, r.left), .len = r.left};
	return record_result(txn, record_end(&r, arena), broken);
}

int kept_get(const struct kept_box *box, uint64_t seq, struct arena *arena,
    struct kept *out)
{
	struct span value;
	struct key key;
	int rc;

	change_key(&key, box->target, seq);
	rc = lmdb_get(box->txn, TABLE_DELIVERIES, key_span(&key), &value);
	if (rc != 0)
		return rc;
	return kept_decode(box->txn, key_span(&key), value, arena, out);
}

int kept_change(
    const struct kept *kept, struct arena *arena, struct change *out)
{
	struct key key;

	key_init(&key);
	key_u64(&key, kept->seq);
	return changes_decode(key_span(&key), kept->change, arena, out);
}

static void write_row(struct kept_box *box, const struct kept *kept)
{
	struct record record;
	struct writer *w = &record.w;
	struct key key;

	record_init(&record);
	writer_u32(w, kept->attempts);
	writer_i64(w, kept->first_tried_ms);
	writer_i64(w, kept->due_ms);
	writer_bool(w, kept->parked);
	writer_u16(w, (uint16_t)kept->http_status);
	writer_text(w, kept->last_error);
	writer_text(w, kept->account);
	if (w->failed || kept->change.len > w->cap - w->len) {
		w->failed = true;
	} else {
		memcpy(w->data + w->len, kept->change.data, kept->change.len);
		w->len += kept->change.len;
	}
	change_key(&key, box->target, kept->seq);
	record_put(box->txn, TABLE_DELIVERIES, &key, &record);
}

/* ---- indexes ---------------------------------------------------------- */

uint64_t kept_first(
    struct lmdb_txn *txn, enum delivery_target target, const char *account)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_DELIVERIES);
	struct key key;
	struct span k, v;
	struct reader r;
	uint64_t seq = 0;

	kept_key(&key, target, KEPT_ACCOUNT);
	key_text(&key, account);
	if (lmdb_seek(cursor, key_span(&key), &k, &v) &&
	    key_has_prefix(k, &key) && k.len == key.len + 8) {
		reader_init(
		    &r, (struct span){(const uint8_t *)k.data + key.len, 8});
		seq = reader_u64(&r);
	}
	lmdb_cursor_close(cursor);
	return seq;
}

static void mark(const struct kept_box *box, const struct key *key, bool there)
{
	static const struct span nothing = {.data = "", .len = 0};

	if (there)
		lmdb_put(box->txn, TABLE_DELIVERIES, key_span(key), nothing);
	else
		lmdb_delete(box->txn, TABLE_DELIVERIES, key_span(key));
}

static void mark_account(
    const struct kept_box *box, const struct kept *kept, bool there)
{
	struct key key;

	kept_key(&key, box->target, KEPT_ACCOUNT);
	key_text(&key, kept->account);
	key_u64(&key, kept->seq);
	mark(box, &key, there);
}

/* The first of the account has a row in the due index unless it is parked. */
static void mark_first(
    const struct kept_box *box, const char *account, bool there)
{
	uint64_t seq = kept_first(box->txn, box->target, account);
	struct arena arena;
	struct kept kept;
	struct key key;

	arena_init(&arena, ROW_BYTES);
	if (seq != 0 && kept_get(box, seq, &arena, &kept) == 0 &&
	    !kept.parked) {
		kept_key(&key, box->target, KEPT_DUE);
		key_time(&key, kept.due_ms);
		key_u64(&key, seq);
		mark(box, &key, there);
	}
	arena_fini(&arena);
}

static void count(struct kept_box *box, const struct kept *kept, int64_t by)
{
	uint64_t *counter =
	    kept->parked ? &box->state.parked : &box->state.kept;

	*counter += (uint64_t)by;
}

void kept_put(
    struct kept_box *box, const struct kept *before, const struct kept *after)
{
	mark_first(box, after->account, false);
	if (before != NULL)
		count(box, before, -1);
	else
		mark_account(box, after, true);
	write_row(box, after);
	count(box, after, 1);
	mark_first(box, after->account, true);
}

void kept_remove(struct kept_box *box, const struct kept *kept)
{
	struct key key;

	mark_first(box, kept->account, false);
	change_key(&key, box->target, kept->seq);
	lmdb_delete(box->txn, TABLE_DELIVERIES, key_span(&key));
	mark_account(box, kept, false);
	count(box, kept, -1);
	mark_first(box, kept->account, true);
}

uint64_t kept_floor(
    struct lmdb_txn *txn, const struct delivery_settings *settings)
{
	uint64_t floor = UINT64_MAX;
	struct kept_box box;

	for (int i = 0; i < DELIVERY_TARGET_COUNT; i++) {
		if (!delivery_is_wanted(settings, (enum delivery_target)i))
			continue;
		kept_open(&box, txn, (enum delivery_target)i);
		if (box.state.begun && box.state.cursor < floor)
			floor = box.state.cursor;
	}
	return floor;
}
