#include <string.h>
#include <sys/statvfs.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"

#include "cache/codec.h"
#include "cache/inbox.h"
#include "cache/turn.h"

enum {
	NOTICE_BYTES = 1024, /* more than any notice takes */
	/* What a waiting notice or job may still come to cost: its job and
	 * rows, then an object that is new with history and grants, in pages
	 * that are half full. */
	WORK_BYTES = 2048,
	/* A turn writes every page that it changes anew before the old ones
	 * are free: at most all there are, and never more than this. */
	TURN_BYTES = 16 * 1024 * 1024,
	ROOM_MS = 100,	     /* how long an answer about room is good */
	TRIM_NOTICES = 32768 /* after so many, some megabytes were mapped */
};

/* ---- room ------------------------------------------------------------- */

/* What is left of the map below the high-water mark, and what is taken. */
static int64_t map_room(struct store *store, int64_t *used_bytes)
{
	uint64_t map;
	uint64_t used;

	lmdb_usage(store->db, &map, &used);
	*used_bytes = (int64_t)used;
	return (int64_t)(map / 100) * store->high_water - (int64_t)used;
}

static int64_t disk_room(const struct store *store)
{
	struct statvfs fs;

	/* Not knowing is no reason to refuse: the write itself will tell. */
	if (statvfs(store->path, &fs) != 0)
		return INT64_MAX;
	return (int64_t)(fs.f_bavail * fs.f_frsize) -
	       (int64_t)store->reserve_bytes;
}

static int refuse(struct lmdb_txn *txn, bool map)
{
	return lmdb_fail(txn, ERR_FULL,
	    map ? "above the high-water mark; let the worker drain it, or"
		  " raise store.map_size"
		: "its disk is filled up to the reserve; make room on it");
}

/* What finishing it all will take: new pages, and those of a turn. */
static int64_t work_ahead(struct lmdb_txn *txn, size_t n, int64_t used)
{
	int64_t work = WORK_BYTES * (int64_t)(lmdb_count(txn, TABLE_INBOX) +
					      lmdb_count(txn, TABLE_JOBS) + n);
	int64_t turn = used + work;

	return work + (turn < TURN_BYTES ? turn : TURN_BYTES);
}

/*
 * The end of accepted work is paid for when it is accepted: where it could not
 * be finished no notice is taken. Only when room is short does it matter which
 * pages are free again.
 */
static int check_room(struct store *store, struct lmdb_txn *txn, size_t n)
{
	int64_t now = clock_mono_ms();
	int64_t need = (int64_t)n * (NOTICE_BYTES + WORK_BYTES);
	int64_t used, map, disk, left, room, free;

	if (now < store->room_until_ms && store->room_bytes >= need) {
		store->room_bytes -= need;
		return 0;
	}
	map = map_room(store, &used);
	disk = disk_room(store);
	left = map < disk ? map : disk;
	room = left - work_ahead(txn, n, used);
	if (room < (int64_t)n * NOTICE_BYTES) {
		free = (int64_t)lmdb_free_bytes(store->db);
		room = left + free - work_ahead(txn, n, used - free);
	}
	if (room < (int64_t)n * NOTICE_BYTES)
		return refuse(txn, map < disk);
	/* What is taken on this answer is paid for twice: in its turn, too. */
	store->room_bytes = room / 2;
	store->room_until_ms = now + ROOM_MS;
	return 0;
}

/* ---- records ---------------------------------------------------------- */

static bool is_valid(const struct notice *notice)
{
	return name_ref_is_valid(&notice->ref) &&
	       (unsigned int)notice->cause < CAUSE_COUNT &&
	       notice->cause != CAUSE_TIME;
}

/* A hint that could not be an object's name is no hint. */
static bool has_parent(const struct notice *notice)
{
	return notice->parent_kind != NULL && notice->parent_id != NULL &&
	       name_kind_is_valid(notice->parent_kind) &&
	       name_id_is_valid(notice->parent_id);
}

static const char *cut(const char *text, char out[NAME_ID_MAX + 1])
{
	size_t len = text != NULL ? strnlen(text, NAME_ID_MAX + 1) : 0;

	if (len <= NAME_ID_MAX)
		return text;
	len = NAME_ID_MAX;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--; /* not in the middle of a character */
	memcpy(out, text, len);
	out[len] = '\0';
	return out;
}

static void encode(struct writer *w, const struct notice *notice)
{
	bool parent = has_parent(notice);
	char delivery[NAME_ID_MAX + 1];

	writer_u8(w, INBOX_VERSION);
	writer_u8(w, (uint8_t)notice->cause);
	writer_i64(w, notice->arrived_ms);
	writer_text(w, notice->ref.provider);
	writer_text(w, notice->ref.kind);
	writer_text(w, notice->ref.id);
	writer_text(w, parent ? notice->parent_kind : NULL);
	writer_text(w, parent ? notice->parent_id : NULL);
	writer_text(w, cut(notice->delivery_id, delivery));
	writer_bool(w, notice->trusted);
	writer_bool(w, notice->guess);
}

int inbox_decode(struct span key, struct span value, struct arena *arena,
    uint64_t *seq, struct notice *out)
{
	struct reader k;
	struct reader v;
	uint8_t cause;

	memset(out, 0, sizeof(*out));
	reader_init(&k, key);
	*seq = reader_u64(&k);
	reader_init(&v, value);
	if (reader_u8(&v) != INBOX_VERSION)
		v.failed = true;
	cause = reader_u8(&v);
	if (cause >= CAUSE_COUNT)
		v.failed = true;
	out->cause = (enum cause)(v.failed ? 0 : cause);
	out->arrived_ms = reader_i64(&v);
	out->ref.provider = reader_text(&v, arena);
	out->ref.kind = reader_text(&v, arena);
	out->ref.id = reader_text(&v, arena);
	out->parent_kind = reader_text(&v, arena);
	out->parent_id = reader_text(&v, arena);
	out->delivery_id = reader_text(&v, arena);
	out->trusted = v.left > 0 && reader_bool(&v);
	out->guess = v.left > 0 && reader_bool(&v);
	if (reader_is_ok(&k) && k.left == 0 && reader_is_ok(&v) &&
	    out->ref.provider != NULL && out->ref.kind != NULL &&
	    out->ref.id != NULL)
		return 0;
	return arena_failed(arena) ? ERR_FULL : ERR_BAD;
}

/* ---- appending -------------------------------------------------------- */

/* The inbox is emptied all the time: what was collected counts as well. */
static uint64_t last_seq(struct lmdb_txn *txn)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_INBOX);
	uint64_t collected = meta_get(txn, META_INBOX_SEQ);
	uint64_t seq = 0;
	struct reader r;
	struct span k;
	struct span v;

	if (lmdb_last(cursor, &k, &v)) {
		reader_init(&r, k);
		seq = reader_u64(&r);
		if (!reader_is_ok(&r))
			lmdb_fail(txn, ERR_BAD, "table inbox: a bad key");
	}
	lmdb_cursor_close(cursor);
	return seq > collected ? seq : collected;
}

static void append(
    struct lmdb_txn *txn, uint64_t seq, const struct notice *notice)
{
	uint8_t data[NOTICE_BYTES];
	struct writer w;
	struct key key;

	key_init(&key);
	key_u64(&key, seq);
	writer_init(&w, data, sizeof(data));
	encode(&w, notice);
	lmdb_append(txn, TABLE_INBOX, key_span(&key), writer_span(&w));
}

static void trim(struct store *store, size_t n)
{
	store->untrimmed += n;
	if (store->untrimmed < TRIM_NOTICES)
		return;
	store->untrimmed = 0;
	lmdb_trim(store->db);
}

int store_append(struct store *store, const struct notice *notices, size_t n,
    struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	uint64_t seq;
	int rc;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_valid(&notices[i]))
			return err_set(err, ERR_BAD, "not a valid object name");
	}
	if (store->read_only)
		return err_set(err, ERR_DENIED, "store: opened for reading");
	rc = lmdb_begin(store->db, true, &txn, err);
	if (rc != 0)
		return rc;
	check_room(store, txn, n);
	seq = last_seq(txn);
	for (size_t i = 0; i < n && lmdb_error(txn) == 0; i++)
		append(txn, seq + 1 + i, &notices[i]);
	rc = lmdb_commit(txn, err);
	if (rc == 0)
		wake_ring(store->wake);
	trim(store, n);
	return rc;
}

int store_probe(struct store *store, bool write, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	int rc = lmdb_begin(store->db, write, &txn, err);

	if (rc != 0)
		return rc;
	rc = check_room(store, txn, 1);
	if (rc == 0 && write) {
		meta_set(txn, META_INBOX_SEQ, meta_get(txn, META_INBOX_SEQ));
		return lmdb_commit(txn, err);
	}
	lmdb_error_text(txn, err);
	lmdb_abort(txn);
	return rc;
}
