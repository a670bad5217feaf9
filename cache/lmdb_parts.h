/*
 * Inside of cache/lmdb*.c: what an environment, a transaction and a cursor are
 * made of, and the questions about them that LMDB need not be asked.
 */
#ifndef TRUEUP_CACHE_LMDB_PARTS_H
#define TRUEUP_CACHE_LMDB_PARTS_H

#include "cache/lmdb.h"
#include "reconciler/base/err.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* LMDB's own, by the names that <lmdb.h> gives them. */
struct MDB_cursor;
struct MDB_env;
struct MDB_txn;

struct lmdb {
	struct MDB_env *env;
	unsigned int tables[TABLE_COUNT]; /* MDB_dbi */
	bool has[TABLE_COUNT];
	bool is_new;
	uint64_t page_bytes;
	pthread_mutex_t gate; /* guards active */
	unsigned int active;  /* transactions of this process */
};

struct lmdb_txn {
	struct lmdb *db;
	struct MDB_txn *txn;
	bool write;
	bool dirty;
	int error; /* sticky; 0 or a negative enum err */
	struct err_text text;
	/*
	 * Of a snapshot: cursors that were closed, for the next of their table.
	 * So who asks the same again and again allocates nothing.
	 */
	struct lmdb_cursor *spare[TABLE_COUNT];
};

struct lmdb_cursor {
	struct lmdb_txn *txn;
	struct MDB_cursor *cursor;
	enum table table;
	bool at_end; /* the last seek found nothing */
};

/* lmdb_check(txn, table): may it be used at all now? 0 or the sticky error. */
int lmdb_check(struct lmdb_txn *txn, enum table table);
/* lmdb_check_key(…): and with this key? One that could not be built is empty.
 */
int lmdb_check_key(struct lmdb_txn *txn, enum table table, struct span key);

#endif
