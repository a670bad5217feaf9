#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/ms.h"
#include "reconciler/core/schedule.h"

#include "cache/codec.h"
#include "cache/record.h"

#include "cache/ledger.h"

/*
 * The numbers come first and the number of the last fetch first of all, so that
 * objects_spaced reads it without touching the texts.
 */
static void encode(struct writer *w, const struct object_record *object)
{
	const struct object *shown = &object->shown;

	writer_i64(w, shown->fetch_started_ms);
	writer_u64(w, object->number);
	writer_u64(w, shown->entries);
	writer_u16(w, object->grants);
	writer_u16(w, object->credits);
	writer_u8(w, (uint8_t)shown->state);
	writer_u8(w, (uint8_t)object->check_cause);
	writer_bool(w, object->inherited);
	writer_bool(w, object->effects);
	writer_i64(w, shown->version_ms);
	writer_i64(w, shown->verified_at_ms);
	writer_i64(w, shown->first_seen_ms);
	writer_i64(w, shown->changed_at_ms);
	writer_i64(w, shown->missing_since_ms);
	writer_i64(w, shown->next_check_ms);
	writer_i64(w, object->boundary_ms);
	writer_text(w, shown->status);
	writer_text(w, shown->customer);
	writer_text(w, shown->account);
	writer_text(w, object->observed_account);
	writer_text(w, shown->parent_kind);
	writer_text(w, shown->parent_id);
	writer_text(w, shown->facts);
	writer_u8(w, (uint8_t)shown->tier);
}

static void decode_numbers(struct reader *r, struct object_record *out)
{
	struct object *shown = &out->shown;

	shown->fetch_started_ms = reader_i64(r);
	out->number = reader_u64(r);
	shown->entries = reader_u64(r);
	out->grants = reader_u16(r);
	out->credits = reader_u16(r);
	shown->state = (enum state)record_enum(r, STATE_COUNT);
	out->check_cause = (enum cause)record_enum(r, CAUSE_COUNT);
	out->inherited = reader_bool(r);
	out->effects = reader_bool(r);
	shown->version_ms = reader_i64(r);
	shown->verified_at_ms = reader_i64(r);
	shown->first_seen_ms = reader_i64(r);
	shown->changed_at_ms = reader_i64(r);
	shown->missing_since_ms = reader_i64(r);
	shown->next_check_ms = reader_i64(r);
	out->boundary_ms = reader_i64(r);
}

static void decode_texts(
    struct reader *r, struct arena *arena, struct object_record *out)
{
	struct object *shown = &out->shown;

	shown->status = reader_text(r, arena);
	shown->customer = reader_text(r, arena);
	shown->account = reader_text(r, arena);
	out->observed_account = reader_text(r, arena);
	shown->parent_kind = reader_text(r, arena);
	shown->parent_id = reader_text(r, arena);
	shown->facts = reader_text(r, arena);
	if (r->left > 0)
		shown->tier =
		    (enum schedule_tier)record_enum(r, SCHEDULE_TIER_COUNT);
}

static int64_t boundary_of(const struct object_record *object)
{
	if (object->check_cause == CAUSE_RECHECK &&
	    object->shown.next_check_ms != 0)
		return ms_add(
		    object->shown.next_check_ms, -SCHEDULE_BOUNDARY_SLACK_MS);
	return object->boundary_ms;
}

static int open_record(struct reader *r, struct span key, struct span value,
    struct arena *arena, struct object_record *out)
{
	int rc;

	memset(out, 0, sizeof(*out));
	reader_init(r, key);
	reader_ref(r, arena, &out->shown.ref);
	rc = record_end(r, arena);
	if (rc != 0)
		return rc;
	record_open(r, value);
	decode_numbers(r, out);
	out->shown.boundary_ms = boundary_of(out);
	return record_end(r, arena);
}

int objects_skim(struct span key, struct span value, struct arena *arena,
    struct object_record *out)
{
	struct reader r;

	return open_record(&r, key, value, arena, out);
}

int objects_decode(struct span key, struct span value, struct arena *arena,
    struct object_record *out)
{
	struct reader r;
	int rc = open_record(&r, key, value, arena, out);

	if (rc != 0)
		return rc;
	decode_texts(&r, arena, out);
	rc = record_end(&r, arena);
	if (rc == 0 && out->shown.status == NULL)
		rc = ERR_BAD;
	return rc;
}

static int get(struct lmdb_txn *txn, struct span key, struct arena *arena,
    struct object_record *out)
{
	struct span value;
	int rc = lmdb_get(txn, TABLE_OBJECTS, key, &value);

	if (rc != 0)
		return rc;
	return record_result(txn, objects_decode(key, value, arena, out),
	    "an object's record does not decode");
}

int objects_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct object_record *out)
{
	struct key key;

	key_init(&key);
	key_object(&key, ref);
	return get(txn, key_span(&key), arena, out);
}

int objects_get_number(struct lmdb_txn *txn, uint64_t number,
    struct arena *arena, struct object_record *out)
{
	struct span name;
	struct key key;
	int rc;

	key_init(&key);
	key_u64(&key, number);
	rc = lmdb_get(txn, TABLE_NUMBERS, key_span(&key), &name);
	return rc != 0 ? rc : get(txn, name, arena, out);
}

/* An index row moves from where it was to where it is now; 0 bytes: nowhere. */
static void move(struct lmdb_txn *txn, enum table table, const struct key *from,
    const struct key *to, struct span value)
{
	if (from->len == to->len && memcmp(from->data, to->data, to->len) == 0)
		return;
	if (from->len > 0)
		lmdb_delete(txn, table, key_span(from));
	if (to->len > 0 && !to->failed)
		lmdb_put(txn, table, key_span(to), value);
}

static void key_of_check(struct key *key, const struct object_record *object)
{
	key_init(key);
	if (object == NULL || object->shown.next_check_ms == 0)
		return;
	key_time(key, object->shown.next_check_ms);
	key_u64(key, object->number);
}

static void key_of_customer(struct key *key, const struct object_record *object)
{
	key_init(key);
	if (object == NULL || object->shown.customer == NULL)
		return;
	key_text(key, object->shown.ref.provider);
	key_text(key, object->shown.customer);
	key_u64(key, object->number);
}

static void key_of_belonging(
    struct key *key, const struct object_record *object)
{
	key_init(key);
	if (object == NULL || object->shown.account == NULL)
		return;
	key_text(key, object->shown.account);
	key_u64(key, object->number);
}

static void put_indexes(struct lmdb_txn *txn,
    const struct object_record *before, const struct object_record *after,
    struct span name)
{
	uint8_t cause = (uint8_t)after->check_cause;
	struct span cause_span = {&cause, 1};
	struct span nothing = {"", 0};
	struct key from, to;

	key_of_check(&from, before);
	key_of_check(&to, after);
	if (before != NULL && before->check_cause != after->check_cause &&
	    to.len > 0)
		lmdb_put(txn, TABLE_CHECKS, key_span(&to), cause_span);
	move(txn, TABLE_CHECKS, &from, &to, cause_span);
	key_of_customer(&from, before);
	key_of_customer(&to, after);
	move(txn, TABLE_CUSTOMERS, &from, &to, nothing);
	key_of_belonging(&from, before);
	key_of_belonging(&to, after);
	move(txn, TABLE_BELONGINGS, &from, &to, name);
}

void objects_put(struct lmdb_txn *txn, const struct object_record *before,
    struct object_record *after)
{
	struct record record;
	struct key key, number;

	key_init(&key);
	key_object(&key, &after->shown.ref);
	if (key.failed) {
		lmdb_fail(txn, ERR_BAD, "an object's name is too long");
		return;
	}
	if (before == NULL) {
		after->number = meta_add(txn, META_OBJECT_NUMBER, 1);
		key_init(&number);
		key_u64(&number, after->number);
		lmdb_put(txn, TABLE_NUMBERS, key_span(&number), key_span(&key));
	}
	population_note(txn, &after->shown.ref,
	    before == NULL ? NULL : &before->shown.tier, after->shown.tier);
	put_indexes(txn, before, after, key_span(&key));
	record_init(&record);
	encode(&record.w, after);
	record_put(txn, TABLE_OBJECTS, &key, &record);
}

uint64_t objects_phase(const struct object_ref *ref)
{
	struct key key;

	key_init(&key);
	key_object(&key, ref);
	return text_hash(key.data, key.len);
}

bool objects_is_known(struct lmdb_txn *txn, const struct object_ref *ref)
{
	struct span value;
	struct key key;

	key_init(&key);
	key_object(&key, ref);
	return lmdb_get(txn, TABLE_OBJECTS, key_span(&key), &value) == 0;
}

int64_t objects_spaced(
    struct lmdb_txn *txn, const struct object_ref *ref, int64_t now_ms)
{
	struct span value;
	struct reader r;
	struct key key;
	int64_t started_ms;

	key_init(&key);
	key_object(&key, ref);
	if (lmdb_get(txn, TABLE_OBJECTS, key_span(&key), &value) != 0)
		return schedule_spaced(now_ms, 0);
	record_open(&r, value);
	started_ms = reader_i64(&r);
	return schedule_spaced(now_ms, started_ms);
}
