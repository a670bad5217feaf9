/*
 * Inside of cache/lmdb*.c, and the one place that includes <lmdb.h>: what its
 * two halves, the environment (lmdb.c) and the tables (lmdb_table.c), share.
 */
#ifndef TRUEUP_CACHE_LMDB_INSIDE_H
#define TRUEUP_CACHE_LMDB_INSIDE_H

#include <pthread.h>

#include <lmdb.h>

#include "reconciler/base/err.h"

#include "cache/lmdb.h"

struct lmdb {
	MDB_env *env;
	MDB_dbi tables[TABLE_COUNT];
	bool has[TABLE_COUNT];
	bool is_new;
	uint64_t page_bytes;
	pthread_mutex_t gate; /* guards active */
	unsigned int active;  /* transactions of this process */
};

struct lmdb_txn {
	struct lmdb *db;
	MDB_txn *txn;
	bool write;
	bool dirty;
	int error; /* sticky; 0 or a negative enum err */
	struct err_text text;
};

/* lmdb_map_error(rc, doing, err): LMDB's or the system's code as ours. */
int lmdb_map_error(int rc, const char *doing, struct err_text *err);

#endif
