/*
 * Inside of the store: what was last announced about each account, and when
 * time alone will change it. The one place that decides that an edge is there,
 * so that it is announced exactly once on every path.
 */
#ifndef TRUEUP_CACHE_ACCOUNTS_H
#define TRUEUP_CACHE_ACCOUNTS_H

#include "cache/lmdb.h"
#include "reconciler/core/name.h"
#include "reconciler/core/state.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_turn;

/* Why an account may have changed. */
struct accounts_event {
	enum cause cause;
	int64_t at_ms; /* when that happened, as far as is known */
	/* The object whose own times are about this event; NULL: none's. */
	const struct object_ref *about;
};

/*
 * accounts_catch_up(turn, account): first emit the edges that time made up to
 * now, each at its own moment; call it before changing anything of an account.
 * accounts_announce(turn, account, event): if the account's entitlement is no
 * longer what was last announced (never: not entitled), append the change; set
 * its next edge.
 * Both return the number of changes appended.
 */
size_t accounts_catch_up(struct store_turn *turn, const char *account);
size_t accounts_announce(struct store_turn *turn, const char *account,
    const struct accounts_event *event);

/* accounts_edge(key, arena, at, account): a row of TABLE_EDGES; 0 or ERR_BAD.
 */
int accounts_edge(
    struct span key, struct arena *arena, int64_t *at_ms, const char **account);

#endif
