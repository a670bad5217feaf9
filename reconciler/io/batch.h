/*
 * Notices that wait together for one commit, and the requests that wait with
 * them. A batch is filled by one thread, committed by another, and comes back.
 */
#ifndef TRUEUP_IO_BATCH_H
#define TRUEUP_IO_BATCH_H

#include "cache/store.h"
#include "reconciler/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct http_exchange;
struct committer_lane;

enum { BATCH_NOTICES = 1024, BATCH_ARENA_BYTES = 4 * 1024 * 1024 };

struct batch_wait {
	struct http_exchange *exchange;
	size_t provider; /* index in the settings */
};

struct batch {
	struct batch *next;
	struct committer_lane *lane; /* where it comes back to */
	struct arena arena;	     /* of all that the notices point to */
	size_t n;
	size_t n_waits;
	int rc; /* of its commit: 0: on disk */
	struct notice notices[BATCH_NOTICES];
	struct batch_wait waits[BATCH_NOTICES];
};

#endif
