#include "reconciler/base/err.h"

#include "cache/lmdb_parts.h"

bool lmdb_is_new(const struct lmdb *db)
{
	return db->is_new;
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

int lmdb_check(struct lmdb_txn *txn, enum table table)
{
	if (txn->error == 0 && !txn->db->has[table]) {
		txn->error = err_set(&txn->text, ERR_BAD,
		    "store: table %s is missing; restore a backup",
		    lmdb_table_name(table));
	}
	return txn->error;
}

int lmdb_check_key(struct lmdb_txn *txn, enum table table, struct span key)
{
	if (lmdb_check(txn, table) == 0 &&
	    (key.len == 0 || key.len > LMDB_KEY_MAX)) {
		txn->error = err_set(&txn->text, ERR_BAD,
		    "store: table %s: a key is too long",
		    lmdb_table_name(table));
	}
	return txn->error;
}
