/*
 * The store's file without the store: a read transaction that rests, and the
 * table of the grants. What LMDB itself costs is measured with it.
 */
#ifndef TRUEUP_TESTS_BENCH_BARE_H
#define TRUEUP_TESTS_BENCH_BARE_H

#include "tests/bench/fill.h"

#include <lmdb.h>

enum { BARE_TABLES_MAX = 32 };

struct bare {
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi table;
};

static inline void bare_done(int rc)
{
	bench_need(rc == 0, mdb_strerror(rc));
}

static inline void bare_open(struct bare *bare, const char *path)
{
	bare_done(mdb_env_create(&bare->env));
	bare_done(mdb_env_set_maxdbs(bare->env, BARE_TABLES_MAX));
	bare_done(mdb_env_open(bare->env, path, MDB_NOTLS | MDB_RDONLY, 0600));
	bare_done(mdb_txn_begin(bare->env, NULL, MDB_RDONLY, &bare->txn));
	bare_done(mdb_dbi_open(bare->txn, "grants", 0, &bare->table));
	bare_done(
	    mdb_txn_commit(bare->txn)); /* which keeps the table's handle */
	bare_done(mdb_txn_begin(bare->env, NULL, MDB_RDONLY, &bare->txn));
	mdb_txn_reset(bare->txn);
}

static inline void bare_close(struct bare *bare)
{
	mdb_txn_abort(bare->txn);
	mdb_env_close(bare->env);
}

#endif
