/*
 * A part of the store's contract (store.h has the rest): what processes count
 * for monitors and nobody decides by. Lost with a process that is killed, since
 * it was written last.
 */
#ifndef TRUEUP_CACHE_COUNTS_H
#define TRUEUP_CACHE_COUNTS_H

#include "reconciler/core/latency.h"
#include "reconciler/core/observation.h"

#include <stddef.h>
#include <stdint.h>

struct err_text;
struct store;
struct store_turn;
struct store_view;

/* What the worker saw of one provider, since the store was made. */
struct look_counts {
	uint64_t ends[VERDICT_COUNT]; /* looks, by how they ended */
	struct latency fetch;	      /* of one request */
	/* From the first notice to the record of the news that it told of. */
	struct latency notice;
};

enum { RECEIVED_OUTCOMES = 6 };

/* What the receiver answered of one provider; by enum desk_outcome. */
struct received_counts {
	uint64_t n[RECEIVED_OUTCOMES];
};

/* Who commits. */
enum commit_by { COMMIT_BY_WORKER = 0, COMMIT_BY_RECEIVER, COMMIT_BY_COUNT };

/* commit_by_name(by): "worker" or "receiver". */
const char *commit_by_name(enum commit_by by);

/*
 * store_turn_looks(turn, provider, counts): write them, in the place of what
 * was there. store_turn_commits(turn, commits): add the worker's to them.
 */
void store_turn_looks(struct store_turn *turn, const char *provider,
    const struct look_counts *counts);
void store_turn_commits(struct store_turn *turn, const struct latency *commits);

/* What the receiver has to say of one provider. */
struct received {
	const char *provider;
	struct received_counts counts;
};

/*
 * store_add_received(store, received, n, commits, err): add them to what is
 * there, in a commit of its own.
 */
int store_add_received(struct store *store, const struct received *received,
    size_t n, const struct latency *commits, struct err_text *err);

/* Zeros where nothing was counted yet. 0, or the store's. */
int store_view_looks(struct store_view *view, const char *provider,
    struct look_counts *out, struct err_text *err);
int store_view_received(struct store_view *view, const char *provider,
    struct received_counts *out, struct err_text *err);
int store_view_commits(struct store_view *view, enum commit_by by,
    struct latency *out, struct err_text *err);

#endif
