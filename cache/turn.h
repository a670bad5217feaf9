/*
 * Inside of the store: what its files share about an open store, a turn and a
 * view. Not for anyone outside cache/.
 */
#ifndef TRUEUP_CACHE_TURN_H
#define TRUEUP_CACHE_TURN_H

#include "cache/lmdb.h"
#include "cache/place.h"
#include "cache/store.h"
#include "reconciler/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STORE_FORMAT = 2, /* see cache/DESIGN.md before raising it */
	TURN_ARENA_MAX = 64 * 1024 * 1024,
	RECORD_MAX = 16 * 1024 /* bytes of one encoded record, at most */
};

/* How soon to ask again whether a provider is configured meanwhile. */
#define TURN_UNCONFIGURED_MS ((int64_t)24 * 3600 * 1000)

struct store {
	struct lmdb *db;
	char *path; /* owned */
	uint64_t reserve_bytes;
	int64_t high_water;
	bool read_only;
	struct place_file data; /* what it has open */
	/* The newest snapshot whose format was found to be ours (turn.c). */
	_Atomic uint64_t checked;
	int wake;	 /* both ends of the fifo; -1: not open */
	int worker_lock; /* -1: not ours */
	int deliverer_lock;
	/* The last answer about room: how long and for how much (inbox.c). */
	_Atomic int64_t room_until_ms; /* monotonic */
	_Atomic int64_t room_bytes;
	/* Notices appended since memory was last given back (inbox.c). */
	_Atomic uint64_t untrimmed;
};

struct store_turn {
	struct store *store;
	struct lmdb_txn *txn;
	const struct settings *settings;
	int64_t now_ms;
	struct random *random;
	struct arena arena; /* lives as long as the turn */
};

struct store_view {
	struct store *store;
	struct lmdb_txn *txn;
};

/*
 * store_check_format(txn, err): 0, or ERR_FORMAT: the store was made, or made
 * over, by another version.
 */
int store_check_format(struct lmdb_txn *txn, struct err_text *err);

/* wake_open(path): the fifo of the store directory, made when absent, or -1.
 * wake_ring(fd): one byte into it; never blocks, never fails. */
int wake_open(const char *path);
void wake_ring(int fd);

/*
 * Counters in TABLE_META, one eight-byte number each: next change seq, object
 * numbers handed out, collected inbox position, repairs, parked jobs.
 */
enum meta {
	META_OBJECT_NUMBER = 0, /* last number given */
	META_INBOX_SEQ,		/* last inbox seq that was collected */
	META_CHANGE_SEQ,	/* last change seq given */
	META_REPAIRS,
	META_PARKED,
	META_COUNT
};

/* meta_format(txn): the format version that is written there; 0: none. */
uint64_t meta_format(struct lmdb_txn *txn);
void meta_set_format(struct lmdb_txn *txn, uint64_t version);
uint64_t meta_get(struct lmdb_txn *txn, enum meta which);
void meta_set(struct lmdb_txn *txn, enum meta which, uint64_t value);
/* meta_add(txn, which, n): the value after adding n (may be negative). */
uint64_t meta_add(struct lmdb_txn *txn, enum meta which, int64_t n);

/* health_put(txn, provider, health), health_get(txn, provider, out): or of what
 * has a name that no provider may have. All zero: none is kept. */
void health_put(
    struct lmdb_txn *txn, const char *provider, const struct health *health);
void health_get(struct lmdb_txn *txn, const char *provider, struct health *out);

/* A provider's tally inside a turn: read, change, write back. */
void tally_get(struct lmdb_txn *txn, const char *provider, struct tally *out);
void tally_put(
    struct lmdb_txn *txn, const char *provider, const struct tally *tally);

/*
 * How many objects of a provider are on record, by tier. population_note(txn,
 * ref, before, after): one of them is about to be written; before NULL: it is
 * new. A store that was not counted yet is counted then.
 */
void population_note(struct lmdb_txn *txn, const struct object_ref *ref,
    const enum schedule_tier *before, enum schedule_tier after);

#endif
