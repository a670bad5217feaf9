/*
 * Inside of the store: changes that are kept for a target, and the indexes that
 * say which of them is the first of its account and when it may be tried.
 */
#ifndef TRUEUP_CACHE_KEPT_H
#define TRUEUP_CACHE_KEPT_H

#include "cache/codec.h"
#include "cache/deliveries.h"
#include "cache/lmdb.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Rows of TABLE_DELIVERIES, behind the target's byte. */
enum kept_part {
	KEPT_STATE = 'c',   /* cursor and counters */
	KEPT_CHANGE = 'd',  /* seq -> what is kept */
	KEPT_ACCOUNT = 'a', /* account, seq -> nothing */
	KEPT_DUE = 'w'	    /* time, seq -> nothing: firsts, not parked */
};

/* What is known of a target as a whole. */
struct kept_state {
	bool begun;
	uint64_t cursor;
	uint64_t kept;
	uint64_t parked;
	uint64_t delivered;
	bool halted;
};

struct kept {
	uint64_t seq;
	uint32_t attempts;
	int64_t first_tried_ms;
	int64_t due_ms;
	bool parked;
	int http_status;
	const char *last_error;
	const char *account;
	struct span change; /* as TABLE_CHANGES has it; in the arena */
};

/* One target in one transaction; put back with kept_close. */
struct kept_box {
	struct lmdb_txn *txn;
	enum delivery_target target;
	struct kept_state state;
};

enum { KEPT_NAME_BYTES = 32 };

/*
 * kept_health_name(target, out): under which name its health is kept; no
 * provider may have it. kept_wake(box): a rest of the target ends now.
 */
const char *kept_health_name(
    enum delivery_target target, char out[KEPT_NAME_BYTES]);
void kept_wake(struct kept_box *box);

/* kept_key(key, target, part): what all rows of a part begin with. */
void kept_key(
    struct key *key, enum delivery_target target, enum kept_part part);

/* kept_open(box, txn, target): read the state. kept_close(box): write it. */
void kept_open(
    struct kept_box *box, struct lmdb_txn *txn, enum delivery_target target);
void kept_close(struct kept_box *box);

/* kept_get(box, seq, arena, out): 0, ERR_ABSENT, or the sticky error. */
int kept_get(const struct kept_box *box, uint64_t seq, struct arena *arena,
    struct kept *out);
/* kept_decode(txn, key, value, arena, out): a row of KEPT_CHANGE. */
int kept_decode(struct lmdb_txn *txn, struct span key, struct span value,
    struct arena *arena, struct kept *out);
/* kept_change(kept, arena, out): the change itself; 0 or ERR_BAD. */
int kept_change(
    const struct kept *kept, struct arena *arena, struct change *out);

/*
 * kept_put(box, before, after): write it, and make indexes and counters right;
 * before: what kept_get gave, NULL for a new one. kept_remove(box, kept).
 */
void kept_put(
    struct kept_box *box, const struct kept *before, const struct kept *after);
void kept_remove(struct kept_box *box, const struct kept *kept);

/* kept_first(txn, target, account): the seq of its oldest; 0: it has none. */
uint64_t kept_first(
    struct lmdb_txn *txn, enum delivery_target target, const char *account);

/*
 * kept_floor(txn, settings): no target that is configured needs the changes up
 * to this seq any more, so that the feed may forget them. UINT64_MAX: there is
 * no target.
 */
uint64_t kept_floor(
    struct lmdb_txn *txn, const struct delivery_settings *settings);

#endif
