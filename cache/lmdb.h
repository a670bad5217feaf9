/*
 * LMDB behind one door: cache/lmdb.c is the only file that includes <lmdb.h>.
 * Opening, transactions with a sticky error, cursors, the error map, and all of
 * LMDB's bad days (map full, map resized by another process, reader slots,
 * readers that died, disk full).
 */
#ifndef TRUEUP_CACHE_LMDB_H
#define TRUEUP_CACHE_LMDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;

/* The tables; cache/DESIGN.md describes keys and values. */
enum table {
	TABLE_META = 0,	  /* name -> value (format version, counters) */
	TABLE_INBOX,	  /* seq -> notice; append-only */
	TABLE_JOBS,	  /* object key -> job */
	TABLE_DUE,	  /* provider, priority, due, kind, id -> nothing */
	TABLE_OBJECTS,	  /* object key -> object (with its number) */
	TABLE_NUMBERS,	  /* number -> object key */
	TABLE_HISTORY,	  /* number, seq -> transition */
	TABLE_GRANTS,	  /* account, number, index -> grant as of now */
	TABLE_GRANT_LOG,  /* account, number, index, version -> grant then */
	TABLE_ACCOUNTS,	  /* account -> what was last announced */
	TABLE_BELONGINGS, /* account, number -> object key */
	TABLE_EDGES,	  /* time, account -> nothing */
	TABLE_CHANGES,	  /* seq -> change; append-only */
	TABLE_LINKS,	  /* provider, customer -> account */
	TABLE_CUSTOMERS,  /* provider, customer, number -> nothing */
	TABLE_MEMBERS,	  /* child object key -> parent object key */
	TABLE_CHECKS,	  /* time, number -> cause */
	TABLE_PROVIDERS,  /* provider, part -> health, tally */
	TABLE_CREDITS,	  /* account, number, index -> balance as of now */
	TABLE_EFFECTS,	  /* target's object key, number, seq -> effect */
	TABLE_TARGETS,	  /* number, target's kind, id -> nothing */
	TABLE_LISTS,	  /* provider, list -> how far it was read */
	TABLE_STRANGERS,  /* place -> an id that was nobody's, and when */
	TABLE_DELIVERIES, /* target, part, … -> changes to be handed on */
	TABLE_LINKED,	  /* account, provider, customer -> nothing */
	TABLE_LOOKS,	  /* place -> how a look that was waited for ended */
	TABLE_COUNT
};

struct lmdb;
struct lmdb_txn;
struct lmdb_cursor;

/* Borrowed bytes. From a transaction: valid until its next write or its end. */
struct span {
	const void *data;
	size_t len;
};

struct lmdb_options {
	const char *path;
	uint64_t map_bytes;
	bool read_only;
};

enum { LMDB_KEY_MAX = 511 };

/*
 * lmdb_open(options, out, err): map the files in the directory options->path
 * (made when absent, unless read_only: then ERR_ABSENT) and find the tables
 * that are there. map_bytes 0: as large as it was made. A data file that is
 * not ours is ERR_BAD, one of another LMDB ERR_FORMAT; both are left as they
 * are.
 */
int lmdb_open(const struct lmdb_options *options, struct lmdb **out,
    struct err_text *err);
void lmdb_close(struct lmdb *db);
/* lmdb_is_new(db): it holds no table at all yet. */
bool lmdb_is_new(const struct lmdb *db);
/* lmdb_create(txn): make, in this transaction, the tables that are missing. */
void lmdb_create(struct lmdb_txn *txn);
/* lmdb_data_fd(db): of the data file; stays the environment's. -1: none. */
int lmdb_data_fd(const struct lmdb *db);
/* lmdb_table_name(table): its name on disk, for messages. */
const char *lmdb_table_name(enum table table);

/*
 * lmdb_begin(db, write, out, err): start a transaction. A map resized by
 * another process, and reader slots left by dead ones, are handled here, once.
 */
int lmdb_begin(
    struct lmdb *db, bool write, struct lmdb_txn **out, struct err_text *err);
/* lmdb_commit(txn, err): the first error of the transaction, or of the commit
 * itself; the transaction is gone either way. */
int lmdb_commit(struct lmdb_txn *txn, struct err_text *err);
void lmdb_abort(struct lmdb_txn *txn);
/* lmdb_rest(txn): let go of its snapshot; for lmdb_renew or lmdb_abort only. */
void lmdb_rest(struct lmdb_txn *txn);
/* lmdb_renew(txn, err): a read transaction's snapshot becomes that of now. On
 * an error, and with an earlier one, it can only be aborted. */
int lmdb_renew(struct lmdb_txn *txn, struct err_text *err);
/* lmdb_snapshot(txn): which commit it sees; a later one has a larger number. */
uint64_t lmdb_snapshot(const struct lmdb_txn *txn);
/* lmdb_error(txn): the sticky error so far; lmdb_fail(txn, code, text): set it
 * from outside (a record that does not decode), the first one stays. */
int lmdb_error(const struct lmdb_txn *txn);
int lmdb_fail(struct lmdb_txn *txn, int code, const char *text);
/* lmdb_error_text(txn, err): its text. */
void lmdb_error_text(const struct lmdb_txn *txn, struct err_text *err);
/* lmdb_is_dirty(txn): something was written. */
bool lmdb_is_dirty(const struct lmdb_txn *txn);

/* 0 and *out, ERR_ABSENT, or the sticky error. */
int lmdb_get(
    struct lmdb_txn *txn, enum table table, struct span key, struct span *out);
void lmdb_put(
    struct lmdb_txn *txn, enum table table, struct span key, struct span value);
/* lmdb_append(…): key must be larger than every key in the table. */
void lmdb_append(
    struct lmdb_txn *txn, enum table table, struct span key, struct span value);
/* lmdb_delete(…): an absent key is no error. */
void lmdb_delete(struct lmdb_txn *txn, enum table table, struct span key);
/* lmdb_count(txn, table): entries. */
uint64_t lmdb_count(struct lmdb_txn *txn, enum table table);

/*
 * Cursors: close them before the transaction ends or is renewed. false: no such
 * entry, or the transaction has failed.
 */
struct lmdb_cursor *lmdb_cursor_open(struct lmdb_txn *txn, enum table table);
void lmdb_cursor_close(struct lmdb_cursor *cursor);
/* lmdb_seek(cursor, key, k, v): the first entry at or after key. */
bool lmdb_seek(struct lmdb_cursor *cursor, struct span key, struct span *k,
    struct span *v);
bool lmdb_next(struct lmdb_cursor *cursor, struct span *k, struct span *v);
bool lmdb_last(struct lmdb_cursor *cursor, struct span *k, struct span *v);
/* lmdb_prev(…): the entry before the one the cursor is on; after an lmdb_seek
 * that found none, the last one. */
bool lmdb_prev(struct lmdb_cursor *cursor, struct span *k, struct span *v);
/* lmdb_cursor_delete(cursor): remove the entry it is on; lmdb_next goes on. */
void lmdb_cursor_delete(struct lmdb_cursor *cursor);

/*
 * lmdb_usage(db, map, used): the map, and how far into it pages were ever used.
 * Cheap. lmdb_free_bytes(db): how much of that is free again, never more than
 * lmdb_usage says afterwards (a walk over the list of free pages).
 */
void lmdb_usage(struct lmdb *db, uint64_t *map_bytes, uint64_t *used_bytes);
uint64_t lmdb_free_bytes(struct lmdb *db);

/*
 * lmdb_trim(db): forget the pages that were looked at (they stay in the
 * system's cache), so that the memory of the process does not grow with the
 * file. Nothing happens while this process has a transaction.
 */
void lmdb_trim(struct lmdb *db);

#endif
