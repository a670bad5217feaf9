#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>

#include "reconciler/base/crash.h"
#include "reconciler/base/err.h"

#include "cache/lmdb_parts.h"

enum { READERS_MAX = 512, FILE_MODE = 0640 };

/* The one map from LMDB's and the system's codes to what a caller can do. */
static const struct {
	int rc;
	int code;
	const char *hint;
} error_map[] = {
    {MDB_MAP_FULL, ERR_FULL, "; raise store.map_size in the configuration"},
    {MDB_TXN_FULL, ERR_FULL, "; do less in one turn"},
    {ENOSPC, ERR_FULL, "; make room on its disk"},
    {EDQUOT, ERR_FULL, "; raise the quota of its disk"},
    {EACCES, ERR_DENIED, "; check owner and mode of the store's files"},
    {EPERM, ERR_DENIED, "; check owner and mode of the store's files"},
    {EROFS, ERR_DENIED, ""},
    {MDB_READERS_FULL, ERR_AGAIN,
	"; all of the store's 512 readers are in use: let fewer processes or"
	" threads read it at a time"},
    {EAGAIN, ERR_AGAIN, ""},
    {EBUSY, ERR_AGAIN, ""},
    {MDB_CORRUPTED, ERR_BAD, "; restore a backup"},
    {MDB_PAGE_NOTFOUND, ERR_BAD, "; restore a backup"},
    {MDB_VERSION_MISMATCH, ERR_FORMAT,
	"; made by another LMDB version? open it with that one"},
    {MDB_INVALID, ERR_BAD,
	"; made by another LMDB version? open it with that one"},
    {ENOENT, ERR_ABSENT, ""},
};

static int map_error(int rc, const char *doing, struct err_text *err)
{
	for (size_t i = 0; i < sizeof(error_map) / sizeof(*error_map); i++) {
		if (error_map[i].rc == rc)
			return err_set(err, error_map[i].code,
			    "store: %s: %s%s", doing, mdb_strerror(rc),
			    error_map[i].hint);
	}
	return err_set(err, ERR_FAIL, "store: %s: %s", doing, mdb_strerror(rc));
}

/* ---- opening ---------------------------------------------------------- */

static int open_env(const struct lmdb_options *options, MDB_env *env)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t bytes = (options->map_bytes + page - 1) / page * page;
	int rc;

	rc = mdb_env_set_maxdbs(env, TABLE_COUNT);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(env, READERS_MAX);
	if (rc == 0 && bytes > 0)
		rc = mdb_env_set_mapsize(env, bytes);
	if (rc != 0)
		return rc;
	return mdb_env_open(env, options->path,
	    MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0), FILE_MODE);
}

/* Handles of the tables that are there: one short read transaction. */
static int find_tables(struct lmdb *db)
{
	MDB_txn *txn = NULL;
	MDB_dbi names;
	MDB_stat stat;
	int rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);

	for (int i = 0; rc == 0 && i < TABLE_COUNT; i++) {
		rc = mdb_dbi_open(
		    txn, lmdb_table_name((enum table)i), 0, &db->tables[i]);
		db->has[i] = rc == 0;
		if (rc == MDB_NOTFOUND)
			rc = 0;
	}
	/* Of this snapshot: somebody may be making the tables just now. */
	if (rc == 0)
		rc = mdb_dbi_open(txn, NULL, 0, &names);
	if (rc == 0)
		rc = mdb_stat(txn, names, &stat);
	if (rc != 0) {
		if (txn != NULL)
			mdb_txn_abort(txn);
		return rc;
	}
	db->is_new = stat.ms_entries == 0;
	db->page_bytes = stat.ms_psize;
	/* Only a committed transaction leaves its handles to the others. */
	return mdb_txn_commit(txn);
}

int lmdb_open(
    const struct lmdb_options *options, struct lmdb **out, struct err_text *err)
{
	struct lmdb *db = calloc(1, sizeof(*db));
	int dead = 0;
	int rc;

	*out = NULL;
	if (db == NULL || pthread_mutex_init(&db->gate, NULL) != 0) {
		free(db);
		return err_set(err, ERR_FAIL, "store: out of memory");
	}
	rc = mdb_env_create(&db->env);
	if (rc == 0)
		rc = open_env(options, db->env);
	if (rc == 0)
		rc = mdb_reader_check(db->env, &dead);
	if (rc == 0)
		rc = find_tables(db);
	if (rc != 0) {
		lmdb_close(db);
		return map_error(rc, options->path, err);
	}
	*out = db;
	return 0;
}

void lmdb_close(struct lmdb *db)
{
	if (db == NULL)
		return;
	if (db->env != NULL)
		mdb_env_close(db->env);
	pthread_mutex_destroy(&db->gate);
	free(db);
}

int lmdb_data_fd(const struct lmdb *db)
{
	int fd = -1;

	return mdb_env_get_fd(db->env, &fd) == 0 ? fd : -1;
}

/* ---- transactions ----------------------------------------------------- */

static void count_active(struct lmdb *db, int by)
{
	pthread_mutex_lock(&db->gate);
	db->active += (unsigned int)by;
	pthread_mutex_unlock(&db->gate);
}

/* Another process let the map grow: LMDB allows to follow only while this
 * process has no transaction, and the gate keeps new ones out meanwhile. */
static int follow_map(struct lmdb *db)
{
	int rc = EAGAIN;

	pthread_mutex_lock(&db->gate);
	if (db->active == 1) /* the one that is just being begun */
		rc = mdb_env_set_mapsize(db->env, 0);
	pthread_mutex_unlock(&db->gate);
	return rc;
}

/* Both bad days are met at most once, then they are the caller's. */
static int begin(struct lmdb *db, bool write, MDB_txn **out)
{
	unsigned int flags = write ? 0 : MDB_RDONLY;
	int dead = 0;
	int rc = mdb_txn_begin(db->env, NULL, flags, out);

	if (rc == MDB_MAP_RESIZED) {
		rc = follow_map(db);
		if (rc == 0)
			rc = mdb_txn_begin(db->env, NULL, flags, out);
	} else if (rc == MDB_READERS_FULL) {
		rc = mdb_reader_check(db->env, &dead);
		if (rc == 0)
			rc = mdb_txn_begin(db->env, NULL, flags, out);
	}
	return rc;
}

int lmdb_begin(
    struct lmdb *db, bool write, struct lmdb_txn **out, struct err_text *err)
{
	struct lmdb_txn *txn = calloc(1, sizeof(*txn));
	int rc;

	*out = NULL;
	if (txn == NULL)
		return err_set(err, ERR_FAIL, "store: out of memory");
	count_active(db, 1);
	rc = begin(db, write, &txn->txn);
	if (rc != 0) {
		count_active(db, -1);
		free(txn);
		return map_error(rc, "begin", err);
	}
	txn->db = db;
	txn->write = write;
	*out = txn;
	return 0;
}

static void end(struct lmdb_txn *txn)
{
	count_active(txn->db, -1);
	free(txn);
}

static void end_cursor(struct lmdb_cursor *cursor)
{
	if (cursor == NULL)
		return;
	if (cursor->cursor != NULL)
		mdb_cursor_close(cursor->cursor);
	free(cursor);
}

int lmdb_commit(struct lmdb_txn *txn, struct err_text *err)
{
	int rc, code = txn->error;

	if (code != 0 || !txn->dirty) {
		lmdb_error_text(txn, err);
		lmdb_abort(txn);
		return code;
	}
	crash_point("before commit");
	rc = mdb_txn_commit(txn->txn);
	crash_point("after commit");
	if (rc != 0)
		code = map_error(rc, "commit", err);
	end(txn);
	return code;
}

void lmdb_abort(struct lmdb_txn *txn)
{
	if (txn == NULL)
		return;
	for (int i = 0; i < TABLE_COUNT; i++)
		end_cursor(txn->spare[i]);
	mdb_txn_abort(txn->txn);
	end(txn);
}

void lmdb_rest(struct lmdb_txn *txn)
{
	mdb_txn_reset(txn->txn);
}

int lmdb_renew(struct lmdb_txn *txn, struct err_text *err)
{
	int rc = 0;

	if (txn->error == 0) {
		mdb_txn_reset(txn->txn);
		rc = mdb_txn_renew(txn->txn);
	}
	if (rc == MDB_MAP_RESIZED) {
		rc = follow_map(txn->db);
		if (rc == 0)
			rc = mdb_txn_renew(txn->txn);
	}
	if (rc != 0)
		txn->error = map_error(rc, "renew", &txn->text);
	lmdb_error_text(txn, err);
	return txn->error;
}

uint64_t lmdb_snapshot(const struct lmdb_txn *txn)
{
	return mdb_txn_id(txn->txn);
}

/* ---- entries ---------------------------------------------------------- */

static int fail(struct lmdb_txn *txn, enum table table, int rc)
{
	if (txn->error == 0)
		txn->error = map_error(rc, lmdb_table_name(table), &txn->text);
	return txn->error;
}

static MDB_val to_val(struct span span)
{
	MDB_val val = {.mv_size = span.len};

	/* LMDB takes what it only reads through a plain pointer. */
	memcpy(&val.mv_data, &span.data, sizeof(val.mv_data));
	return val;
}

static struct span to_span(const MDB_val *val)
{
	return (struct span){.data = val->mv_data, .len = val->mv_size};
}

void lmdb_create(struct lmdb_txn *txn)
{
	for (int i = 0; i < TABLE_COUNT && txn->error == 0; i++) {
		int rc = mdb_dbi_open(txn->txn, lmdb_table_name((enum table)i),
		    MDB_CREATE, &txn->db->tables[i]);

		if (rc != 0)
			fail(txn, (enum table)i, rc);
		txn->db->has[i] = rc == 0;
	}
	txn->dirty = true;
}

int lmdb_get(
    struct lmdb_txn *txn, enum table table, struct span key, struct span *out)
{
	MDB_val k = to_val(key);
	MDB_val v = {0};
	int rc;

	*out = (struct span){0};
	if (lmdb_check_key(txn, table, key) != 0)
		return txn->error;
	rc = mdb_get(txn->txn, txn->db->tables[table], &k, &v);
	if (rc == MDB_NOTFOUND)
		return ERR_ABSENT;
	if (rc != 0)
		return fail(txn, table, rc);
	*out = to_span(&v);
	return 0;
}

static void put(struct lmdb_txn *txn, enum table table, struct span key,
    struct span value, unsigned int flags)
{
	MDB_val k = to_val(key);
	MDB_val v = to_val(value);
	int rc;

	if (lmdb_check_key(txn, table, key) != 0)
		return;
	if (value.len > UINT32_MAX) { /* a writer that failed */
		txn->error = err_set(&txn->text, ERR_BAD,
		    "store: table %s: a record is too long",
		    lmdb_table_name(table));
		return;
	}
	rc = mdb_put(txn->txn, txn->db->tables[table], &k, &v, flags);
	if (rc != 0)
		fail(txn, table, rc);
	txn->dirty = true;
}

void lmdb_put(
    struct lmdb_txn *txn, enum table table, struct span key, struct span value)
{
	put(txn, table, key, value, 0);
}

void lmdb_append(
    struct lmdb_txn *txn, enum table table, struct span key, struct span value)
{
	put(txn, table, key, value, MDB_APPEND);
}

void lmdb_delete(struct lmdb_txn *txn, enum table table, struct span key)
{
	MDB_val k = to_val(key);
	int rc;

	if (lmdb_check_key(txn, table, key) != 0)
		return;
	rc = mdb_del(txn->txn, txn->db->tables[table], &k, NULL);
	if (rc == MDB_NOTFOUND)
		return;
	if (rc != 0)
		fail(txn, table, rc);
	txn->dirty = true;
}

uint64_t lmdb_count(struct lmdb_txn *txn, enum table table)
{
	MDB_stat stat = {0};
	int rc;

	if (lmdb_check(txn, table) != 0)
		return 0;
	rc = mdb_stat(txn->txn, txn->db->tables[table], &stat);
	if (rc != 0)
		fail(txn, table, rc);
	return stat.ms_entries;
}

/* ---- cursors ---------------------------------------------------------- */

struct lmdb_cursor *lmdb_cursor_open(struct lmdb_txn *txn, enum table table)
{
	struct lmdb_cursor *cursor = NULL;
	int rc = ENOMEM;

	if (lmdb_check(txn, table) != 0)
		return NULL;
	cursor = txn->spare[table];
	if (cursor != NULL) {
		txn->spare[table] = NULL;
		rc = mdb_cursor_renew(txn->txn, cursor->cursor);
	} else {
		cursor = calloc(1, sizeof(*cursor));
		if (cursor != NULL)
			rc = mdb_cursor_open(
			    txn->txn, txn->db->tables[table], &cursor->cursor);
	}
	if (rc != 0) {
		fail(txn, table, rc);
		end_cursor(cursor);
		return NULL;
	}
	cursor->txn = txn;
	cursor->table = table;
	cursor->at_end = false;
	return cursor;
}

void lmdb_cursor_close(struct lmdb_cursor *cursor)
{
	struct lmdb_cursor **spare;

	if (cursor == NULL)
		return;
	spare = &cursor->txn->spare[cursor->table];
	if (cursor->txn->write || *spare != NULL)
		end_cursor(cursor);
	else
		*spare = cursor;
}

static bool move(struct lmdb_cursor *cursor, MDB_cursor_op op, MDB_val *key,
    struct span *k, struct span *v)
{
	MDB_val value = {0};
	int rc;

	*k = (struct span){0};
	*v = (struct span){0};
	if (cursor == NULL || cursor->txn->error != 0)
		return false;
	rc = mdb_cursor_get(cursor->cursor, key, &value, op);
	cursor->at_end = op == MDB_SET_RANGE && rc == MDB_NOTFOUND;
	if (rc == MDB_NOTFOUND)
		return false;
	if (rc != 0) {
		fail(cursor->txn, cursor->table, rc);
		return false;
	}
	*k = to_span(key);
	*v = to_span(&value);
	return true;
}

bool lmdb_seek(
    struct lmdb_cursor *cursor, struct span key, struct span *k, struct span *v)
{
	MDB_val start = to_val(key);

	if (cursor != NULL)
		lmdb_check_key(cursor->txn, cursor->table, key);
	return move(cursor, MDB_SET_RANGE, &start, k, v);
}

bool lmdb_next(struct lmdb_cursor *cursor, struct span *k, struct span *v)
{
	return move(cursor, MDB_NEXT, &(MDB_val){0}, k, v);
}

bool lmdb_last(struct lmdb_cursor *cursor, struct span *k, struct span *v)
{
	return move(cursor, MDB_LAST, &(MDB_val){0}, k, v);
}

bool lmdb_prev(struct lmdb_cursor *cursor, struct span *k, struct span *v)
{
	if (cursor != NULL && cursor->at_end)
		return lmdb_last(cursor, k, v);
	return move(cursor, MDB_PREV, &(MDB_val){0}, k, v);
}

void lmdb_cursor_delete(struct lmdb_cursor *cursor)
{
	int rc;

	if (cursor == NULL || cursor->txn->error != 0)
		return;
	rc = mdb_cursor_del(cursor->cursor, 0);
	if (rc != 0)
		fail(cursor->txn, cursor->table, rc);
	cursor->txn->dirty = true;
}

/* ---- use of the map --------------------------------------------------- */

void lmdb_usage(struct lmdb *db, uint64_t *map_bytes, uint64_t *used_bytes)
{
	MDB_envinfo info = {0};

	mdb_env_info(db->env, &info);
	*map_bytes = info.me_mapsize;
	*used_bytes = (info.me_last_pgno + 1) * db->page_bytes;
}

static uint64_t count_free(MDB_cursor *cursor)
{
	MDB_val key = {0};
	MDB_val value = {0};
	uint64_t pages = 0;

	/* Each entry is a count and that many page numbers. */
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
		size_t n = 0;

		if (value.mv_size >= sizeof(n))
			memcpy(&n, value.mv_data, sizeof(n));
		pages += n;
	}
	return pages;
}

uint64_t lmdb_free_bytes(struct lmdb *db)
{
	struct lmdb_txn *txn = NULL;
	MDB_cursor *cursor = NULL;
	uint64_t pages = 0;

	/* Database 0 is LMDB's own list of free pages. It is shown to readers
	 * only, so it needs a transaction of its own. */
	if (lmdb_begin(db, false, &txn, NULL) != 0 || txn == NULL)
		return 0;
	if (mdb_cursor_open(txn->txn, 0, &cursor) == 0) {
		pages = count_free(cursor);
		mdb_cursor_close(cursor);
	}
	lmdb_abort(txn);
	return pages * db->page_bytes;
}

void lmdb_trim(struct lmdb *db)
{
	MDB_envinfo info = {0};

	mdb_env_info(db->env, &info);
	pthread_mutex_lock(&db->gate);
	/* The size stays, but to set it is to map the file anew. */
	if (db->active == 0)
		(void)mdb_env_set_mapsize(db->env, info.me_mapsize);
	pthread_mutex_unlock(&db->gate);
}
