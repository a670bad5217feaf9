#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/err.h"

#include "cache/lmdb_inside.h"

struct lmdb_cursor {
	struct lmdb_txn *txn;
	MDB_cursor *cursor;
	enum table table;
	bool at_end; /* the last seek found nothing */
};

static const char *const table_names[TABLE_COUNT] = {
    [TABLE_META] = "meta",
    [TABLE_INBOX] = "inbox",
    [TABLE_JOBS] = "jobs",
    [TABLE_DUE] = "due",
    [TABLE_OBJECTS] = "objects",
    [TABLE_NUMBERS] = "numbers",
    [TABLE_HISTORY] = "history",
    [TABLE_GRANTS] = "grants",
    [TABLE_GRANT_LOG] = "grant_log",
    [TABLE_ACCOUNTS] = "accounts",
    [TABLE_BELONGINGS] = "belongings",
    [TABLE_EDGES] = "edges",
    [TABLE_CHANGES] = "changes",
    [TABLE_LINKS] = "links",
    [TABLE_CUSTOMERS] = "customers",
    [TABLE_MEMBERS] = "members",
    [TABLE_CHECKS] = "checks",
    [TABLE_PROVIDERS] = "providers",
};

const char *lmdb_table_name(enum table table)
{
	return (unsigned int)table < TABLE_COUNT ? table_names[table] : "?";
}

static int fail(struct lmdb_txn *txn, enum table table, int rc)
{
	if (txn->error == 0)
		txn->error =
		    lmdb_map_error(rc, lmdb_table_name(table), &txn->text);
	return txn->error;
}

/* May this table be used at all now? 0 or the sticky error. */
static int check(struct lmdb_txn *txn, enum table table)
{
	if (txn->error == 0 && !txn->db->has[table]) {
		txn->error = err_set(&txn->text, ERR_BAD,
		    "store: table %s is missing; restore a backup",
		    lmdb_table_name(table));
	}
	return txn->error;
}

/* A key that could not be built arrives here empty. */
static int check_key(struct lmdb_txn *txn, enum table table, struct span key)
{
	if (check(txn, table) == 0 &&
	    (key.len == 0 || key.len > LMDB_KEY_MAX)) {
		txn->error = err_set(&txn->text, ERR_BAD,
		    "store: table %s: a key is too long",
		    lmdb_table_name(table));
	}
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
		int rc = mdb_dbi_open(
		    txn->txn, table_names[i], MDB_CREATE, &txn->db->tables[i]);

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
	if (check_key(txn, table, key) != 0)
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

	if (check_key(txn, table, key) != 0)
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

	if (check_key(txn, table, key) != 0)
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

	if (check(txn, table) != 0)
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

	if (check(txn, table) != 0)
		return NULL;
	cursor = calloc(1, sizeof(*cursor));
	if (cursor != NULL) {
		rc = mdb_cursor_open(
		    txn->txn, txn->db->tables[table], &cursor->cursor);
	}
	if (rc != 0) {
		fail(txn, table, rc);
		free(cursor);
		return NULL;
	}
	cursor->txn = txn;
	cursor->table = table;
	return cursor;
}

void lmdb_cursor_close(struct lmdb_cursor *cursor)
{
	if (cursor == NULL)
		return;
	mdb_cursor_close(cursor->cursor);
	free(cursor);
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
		check_key(cursor->txn, cursor->table, key);
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
