#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reconciler/base/err.h"

#include "cache/lmdb_inside.h"

enum { READERS_MAX = 512, FILE_MODE = 0640 };

/* The one map from LMDB's and the system's codes to what a caller can do. */
static const struct {
	int rc;
	int code;
	const char *hint;
} error_map[] = {
    {MDB_MAP_FULL, ERR_FULL, "; let the store's map grow"},
    {MDB_TXN_FULL, ERR_FULL, "; do less in one turn"},
    {ENOSPC, ERR_FULL, "; make room on its disk"},
    {EDQUOT, ERR_FULL, "; raise the quota of its disk"},
    {EACCES, ERR_DENIED, "; check owner and mode of the store's files"},
    {EPERM, ERR_DENIED, "; check owner and mode of the store's files"},
    {EROFS, ERR_DENIED, ""},
    {MDB_READERS_FULL, ERR_AGAIN, "; too many processes read the store"},
    {EAGAIN, ERR_AGAIN, ""},
    {EBUSY, ERR_AGAIN, ""},
    {MDB_CORRUPTED, ERR_BAD, "; restore a backup"},
    {MDB_PAGE_NOTFOUND, ERR_BAD, "; restore a backup"},
    {MDB_VERSION_MISMATCH, ERR_BAD,
	"; made by another LMDB version? dump with the old, load with the new"},
    {MDB_INVALID, ERR_BAD,
	"; made by another LMDB version? dump with the old, load with the new"},
    {ENOENT, ERR_ABSENT, ""},
};

int lmdb_map_error(int rc, const char *doing, struct err_text *err)
{
	for (size_t i = 0; i < sizeof(error_map) / sizeof(*error_map); i++) {
		if (error_map[i].rc == rc) {
			return err_set(err, error_map[i].code,
			    "store: %s: %s%s", doing, mdb_strerror(rc),
			    error_map[i].hint);
		}
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
	MDB_stat stat;
	int rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn);

	for (int i = 0; rc == 0 && i < TABLE_COUNT; i++) {
		rc = mdb_dbi_open(
		    txn, lmdb_table_name((enum table)i), 0, &db->tables[i]);
		db->has[i] = rc == 0;
		if (rc == MDB_NOTFOUND)
			rc = 0;
	}
	if (rc == 0)
		rc = mdb_env_stat(db->env, &stat);
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
		return lmdb_map_error(rc, options->path, err);
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

bool lmdb_is_new(const struct lmdb *db)
{
	return db->is_new;
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
		return lmdb_map_error(rc, "begin", err);
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

int lmdb_commit(struct lmdb_txn *txn, struct err_text *err)
{
	int code = txn->error;
	int rc;

	if (code != 0 || !txn->dirty) {
		lmdb_error_text(txn, err);
		lmdb_abort(txn);
		return code;
	}
	rc = mdb_txn_commit(txn->txn);
	if (rc != 0)
		code = lmdb_map_error(rc, "commit", err);
	end(txn);
	return code;
}

void lmdb_abort(struct lmdb_txn *txn)
{
	if (txn == NULL)
		return;
	mdb_txn_abort(txn->txn);
	end(txn);
}

int lmdb_error(const struct lmdb_txn *txn)
{
	return txn->error;
}

int lmdb_fail(struct lmdb_txn *txn, int code, const char *text)
{
	if (txn->error == 0)
		txn->error = err_set(&txn->text, code, "store: %s", text);
	return txn->error;
}

void lmdb_error_text(const struct lmdb_txn *txn, struct err_text *err)
{
	if (txn->error != 0 && err != NULL)
		*err = txn->text;
}

bool lmdb_is_dirty(const struct lmdb_txn *txn)
{
	return txn->dirty;
}

/* ---- use of the map --------------------------------------------------- */

void lmdb_usage(struct lmdb *db, uint64_t *map_bytes, uint64_t *used_bytes)
{
	MDB_envinfo info = {0};

	mdb_env_info(db->env, &info);
	*map_bytes = info.me_mapsize;
	*used_bytes = (info.me_last_pgno + 1) * db->page_bytes;
}

uint64_t lmdb_free_bytes(struct lmdb_txn *txn)
{
	MDB_cursor *cursor = NULL;
	MDB_val key = {0};
	MDB_val value = {0};
	uint64_t pages = 0;
	int rc;

	/* Database 0 is LMDB's own list of free pages: transaction -> a
	 * count and that many page numbers. */
	rc = mdb_cursor_open(txn->txn, 0, &cursor);
	while (rc == 0) {
		size_t n = 0;

		rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
		if (rc == 0 && value.mv_size >= sizeof(n))
			memcpy(&n, value.mv_data, sizeof(n));
		pages += n;
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	return pages * txn->db->page_bytes;
}
