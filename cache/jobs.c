#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/schedule.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/turn.h"

enum {
	FLAG_PARKED = 1,
	FLAG_LADDERED = 2,
	FLAG_STRANGER = 4,
	FLAG_REMEMBERED = 8,
	FLAG_GUESS = 16,
	FLAG_AGAIN = 32
};

static const enum priority priorities[CAUSE_COUNT] = {
    [CAUSE_NOTIFIED] = PRIORITY_NOTIFIED,
    [CAUSE_RECHECK] = PRIORITY_RECHECK,
    [CAUSE_RESYNC] = PRIORITY_RESYNC,
    [CAUSE_DISCOVER] = PRIORITY_DISCOVER,
    [CAUSE_MANUAL] = PRIORITY_MANUAL,
    [CAUSE_TIME] = PRIORITY_RECHECK,
};

enum priority jobs_priority(enum cause cause)
{
	if ((unsigned int)cause >= CAUSE_COUNT)
		return PRIORITY_DISCOVER;
	return priorities[cause];
}

/* ---- the due index ---------------------------------------------------- */

void jobs_lane(struct key *key, const char *provider, uint8_t lane)
{
	key_init(key);
	key_text(key, provider);
	key_u8(key, lane);
}

/* A job somebody waits for is not slowed by why it was made at first. */
static uint8_t lane_of(const struct job_record *job)
{
	enum priority priority = jobs_priority(job->cause);

	if (job->claimed_ms != 0)
		return LANE_FLIGHT;
	if (job->parked)
		return LANE_PARKED;
	if (job->stranger)
		return job->cause == CAUSE_MANUAL ? PRIORITY_GUESS
						  : PRIORITY_STRANGER;
	if (job->notices > 0 && priority > PRIORITY_NOTIFIED)
		priority = PRIORITY_NOTIFIED;
	return (uint8_t)priority;
}

static void due_key(struct key *key, const struct job_record *job)
{
	uint8_t lane = lane_of(job);
	int64_t time_ms = job->due_ms;

	if (lane == LANE_FLIGHT)
		time_ms = job->claimed_ms;
	else if (lane == LANE_PARKED)
		time_ms = 0;
	jobs_lane(key, job->ref.provider, lane);
	key_time(key, time_ms);
	key_text(key, job->ref.kind);
	key_text(key, job->ref.id);
}

int jobs_decode_due(struct span key, struct arena *arena, struct due_row *out)
{
	struct reader r;

	reader_init(&r, key);
	out->ref.provider = reader_key_text(&r, arena);
	out->lane = reader_u8(&r);
	out->time_ms = reader_i64(&r);
	out->ref.kind = reader_key_text(&r, arena);
	out->ref.id = reader_key_text(&r, arena);
	if (reader_is_ok(&r) && r.left == 0)
		return 0;
	return arena_failed(arena) ? ERR_FULL : ERR_BAD;
}

const char *jobs_next_provider(
    struct lmdb_cursor *cursor, const char *after, struct arena *arena)
{
	struct span k;
	struct span v;
	struct reader r;
	struct key key;

	key_init(&key);
	if (after != NULL) {
		key_text(&key, after);
		key.len--; /* "name\1" is after all of "name\0..." */
	}
	key_u8(&key, 1);
	if (!lmdb_seek(cursor, key_span(&key), &k, &v))
		return NULL;
	reader_init(&r, k);
	return reader_key_text(&r, arena);
}

static void move_due(struct lmdb_txn *txn, const struct job_record *before,
    const struct job_record *after)
{
	struct key old;
	struct key new;

	if (before != NULL)
		due_key(&old, before);
	if (after != NULL)
		due_key(&new, after);
	if (before != NULL && after != NULL &&
	    old.len == new.len &&memcmp(old.data, new.data, old.len) == 0)
		return;
	if (before != NULL)
		lmdb_delete(txn, TABLE_DUE, key_span(&old));
	if (after != NULL)
		lmdb_put(txn, TABLE_DUE, key_span(&new), (struct span){0});
}

static void count_parked(struct lmdb_txn *txn, bool before, bool after)
{
	if (before != after)
		meta_add(txn, META_PARKED, after ? 1 : -1);
}

/* ---- records ---------------------------------------------------------- */

/* Cut at a character: last_error is for people. */
static const char *cut(const char *text, char out[JOBS_ERROR_MAX + 1])
{
	size_t len;

	if (text == NULL || strlen(text) <= JOBS_ERROR_MAX)
		return text;
	len = JOBS_ERROR_MAX;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	memcpy(out, text, len);
	out[len] = '\0';
	return out;
}

static uint8_t flags_of(const struct job_record *job)
{
	return (uint8_t)((job->parked ? FLAG_PARKED : 0) |
			 (job->laddered ? FLAG_LADDERED : 0) |
			 (job->stranger ? FLAG_STRANGER : 0) |
			 (job->remembered ? FLAG_REMEMBERED : 0) |
			 (job->guess ? FLAG_GUESS : 0) |
			 (job->again ? FLAG_AGAIN : 0));
}

static void take_flags(struct job_record *job, uint8_t flags)
{
	job->parked = (flags & FLAG_PARKED) != 0;
	job->laddered = (flags & FLAG_LADDERED) != 0;
	job->stranger = (flags & FLAG_STRANGER) != 0;
	job->remembered = (flags & FLAG_REMEMBERED) != 0;
	job->guess = (flags & FLAG_GUESS) != 0;
	job->again = (flags & FLAG_AGAIN) != 0;
}

static void encode(struct writer *w, const struct job_record *job)
{
	char text[JOBS_ERROR_MAX + 1];

	writer_u8(w, JOBS_VERSION);
	writer_u8(w, (uint8_t)job->cause);
	writer_u8(w, flags_of(job));
	writer_i64(w, job->due_ms);
	writer_i64(w, job->claimed_ms);
	writer_u64(w, job->notices);
	writer_u64(w, job->claimed_notices);
	writer_i64(w, job->first_notified_ms);
	writer_i64(w, job->last_notified_ms);
	writer_u32(w, job->attempts);
	writer_u32(w, job->garbled);
	writer_u32(w, job->rung);
	writer_i64(w, job->missing_since_ms);
	writer_i64(w, job->tried_ms);
	writer_u16(w, (uint16_t)job->http_status);
	writer_text(w, job->parent_kind);
	writer_text(w, job->parent_id);
	writer_text(w, cut(job->last_error, text));
	writer_i64(w, job->rung_at_ms);
	writer_text(w, job->excerpt);
}

static void decode(
    struct reader *r, struct arena *arena, struct job_record *out)
{
	uint8_t version = reader_u8(r);
	uint8_t cause = reader_u8(r);
	uint8_t flags = reader_u8(r);

	if (version != JOBS_VERSION || cause >= CAUSE_COUNT)
		r->failed = true;
	out->cause = (enum cause)(r->failed ? 0 : cause);
	take_flags(out, flags);
	out->due_ms = reader_i64(r);
	out->claimed_ms = reader_i64(r);
	out->notices = reader_u64(r);
	out->claimed_notices = reader_u64(r);
	out->first_notified_ms = reader_i64(r);
	out->last_notified_ms = reader_i64(r);
	out->attempts = reader_u32(r);
	out->garbled = reader_u32(r);
	out->rung = reader_u32(r);
	out->missing_since_ms = reader_i64(r);
	out->tried_ms = reader_i64(r);
	out->http_status = reader_u16(r);
	out->parent_kind = reader_text(r, arena);
	out->parent_id = reader_text(r, arena);
	out->last_error = reader_text(r, arena);
	out->rung_at_ms = r->left > 0 ? reader_i64(r) : 0;
	out->excerpt = r->left > 0 ? reader_text(r, arena) : NULL;
}

int jobs_decode(struct span key, struct span value, struct arena *arena,
    struct job_record *out)
{
	struct reader k;
	struct reader v;

	memset(out, 0, sizeof(*out));
	reader_init(&k, key);
	reader_init(&v, value);
	reader_ref(&k, arena, &out->ref);
	decode(&v, arena, out);
	if (reader_is_ok(&k) && k.left == 0 && reader_is_ok(&v))
		return 0;
	return arena_failed(arena) ? ERR_FULL : ERR_BAD;
}

int jobs_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct job_record *out)
{
	struct span value;
	struct key key;
	int rc;

	memset(out, 0, sizeof(*out));
	key_init(&key);
	key_object(&key, ref);
	rc = lmdb_get(txn, TABLE_JOBS, key_span(&key), &value);
	if (rc != 0)
		return rc;
	rc = jobs_decode(key_span(&key), value, arena, out);
	if (rc != 0)
		return lmdb_fail(txn, rc, "table jobs: a bad record");
	return 0;
}

void jobs_put(struct lmdb_txn *txn, const struct job_record *before,
    const struct job_record *after)
{
	uint8_t data[RECORD_MAX];
	struct writer w;
	struct key key;

	key_init(&key);
	key_object(&key, &after->ref);
	writer_init(&w, data, sizeof(data));
	encode(&w, after);
	lmdb_put(txn, TABLE_JOBS, key_span(&key), writer_span(&w));
	move_due(txn, before, after);
	count_parked(txn, before != NULL && before->parked, after->parked);
}

void jobs_remove(struct lmdb_txn *txn, const struct job_record *job)
{
	struct key key;

	key_init(&key);
	key_object(&key, &job->ref);
	lmdb_delete(txn, TABLE_JOBS, key_span(&key));
	move_due(txn, job, NULL);
	count_parked(txn, job->parked, false);
}

/* ---- wanting ---------------------------------------------------------- */

void jobs_restart(struct job_record *job)
{
	job->parked = false;
	job->attempts = 0;
	job->garbled = 0;
	job->rung = 0;
	job->laddered = false;
	job->rung_at_ms = 0;
	job->missing_since_ms = 0;
	job->last_error = NULL;
	job->excerpt = NULL;
}

bool jobs_is_asked(enum cause cause)
{
	return cause == CAUSE_NOTIFIED || cause == CAUSE_MANUAL;
}

void jobs_pull(struct job_record *job, enum cause cause, int64_t due_ms)
{
	if (job->claimed_ms != 0 || (job->parked && !jobs_is_asked(cause)))
		return;
	if (job->parked) {
		jobs_restart(job);
		job->due_ms = due_ms;
	}
	if (jobs_priority(cause) < jobs_priority(job->cause))
		job->cause = cause;
	if (due_ms >= job->due_ms ||
	    (job->attempts > 0 && !jobs_is_asked(cause)))
		return;
	/* A person's look is none of the ladder's: that goes on in its time. */
	if (job->laddered && cause == CAUSE_MANUAL && job->rung_at_ms == 0)
		job->rung_at_ms = job->due_ms;
	job->due_ms = due_ms;
}

void jobs_land(struct store_turn *turn, struct job_record *job)
{
	bool again = job->again;

	job->claimed_ms = 0;
	job->claimed_notices = 0;
	job->again = false;
	if (again)
		jobs_pull(job, CAUSE_MANUAL, jobs_spaced(turn, job));
}

static bool is_changed(
    const struct job_record *before, const struct job_record *after)
{
	return before->due_ms != after->due_ms ||
	       before->cause != after->cause ||
	       before->parked != after->parked ||
	       before->stranger != after->stranger ||
	       before->guess != after->guess ||
	       !text_equal(before->parent_kind, after->parent_kind) ||
	       !text_equal(before->parent_id, after->parent_id);
}

void jobs_want(struct store_turn *turn, const struct object_ref *ref,
    const char *parent_kind, const char *parent_id, enum cause cause,
    int64_t due_ms)
{
	struct job_record before;
	struct job_record after;
	int rc = jobs_get(turn->txn, ref, &turn->arena, &before);

	if (rc != 0 && rc != ERR_ABSENT)
		return;
	after = before;
	if (rc == ERR_ABSENT) {
		after.ref = *ref;
		after.cause = cause;
		after.due_ms = due_ms;
	} else {
		jobs_pull(&after, cause, due_ms);
		after.stranger = false; /* our own data knows of it */
		after.guess = false;
	}
	if (parent_kind != NULL && parent_id != NULL) {
		after.parent_kind = parent_kind;
		after.parent_id = parent_id;
	}
	if (rc == ERR_ABSENT)
		jobs_put(turn->txn, NULL, &after);
	else if (is_changed(&before, &after))
		jobs_put(turn->txn, &before, &after);
}

int64_t jobs_spaced(struct store_turn *turn, const struct job_record *job)
{
	int64_t seen_ms = objects_spaced(turn->txn, &job->ref, turn->now_ms);
	int64_t tried_ms = schedule_spaced(turn->now_ms, job->tried_ms);

	return seen_ms > tried_ms ? seen_ms : tried_ms;
}
