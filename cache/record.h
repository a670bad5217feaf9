/*
 * Inside of the store: what all records of the ledger have in common: a version
 * byte in front, a bounded size, and one way to say that one does not decode.
 */
#ifndef TRUEUP_CACHE_RECORD_H
#define TRUEUP_CACHE_RECORD_H

#include "cache/codec.h"
#include "cache/lmdb.h"
#include "cache/turn.h"

#include <stdint.h>

struct arena;

enum { RECORD_VERSION = 1 };

/* A record being written. */
struct record {
	struct writer w;
	uint8_t data[RECORD_MAX];
};

/* record_init(record): empty but for its version. */
void record_init(struct record *record);
/* record_put(txn, table, key, record): write it; too large fails the txn. */
void record_put(struct lmdb_txn *txn, enum table table, const struct key *key,
    const struct record *record);

/* record_open(r, value): start reading; another version fails the reader. */
void record_open(struct reader *r, struct span value);
/* record_enum(r, count): one byte below count, else the reader fails. */
static inline int record_enum(struct reader *r, int count)
{
	int value = reader_u8(r);

	if (value >= count) {
		r->failed = true;
		return 0;
	}
	return value;
}
/* record_end(r, arena): 0, ERR_BAD (does not decode), ERR_FULL (arena). */
int record_end(const struct reader *r, const struct arena *arena);
/*
 * record_result(txn, rc, what): a decoder's result; on failure the transaction
 * fails with it. Returns rc.
 */
int record_result(struct lmdb_txn *txn, int rc, const char *what);

#endif
