#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"

#include "reconciler/core/outline.h"
#include "reconciler/core/revoke.h"

#include "reconciler/core/chain.h"

/* A time in which one grant says so, from start until just before end. */
struct link {
	int64_t start_ms;
	int64_t end_ms;
};

/*
 * The chain so far, and the links that begin next behind it. Room for twice as
 * many as are kept: when it is full and does not grow, the later half is given
 * up for the next pass, from bound on.
 */
struct chain {
	enum entitled says;
	int64_t end_ms;
	int64_t bound_ms; /* links that begin then or later may be missing */
	struct link *links;
	size_t n;
	size_t window;	       /* how many are kept */
	size_t most;	       /* that ever need to be kept */
	struct arena *scratch; /* to grow in, once; NULL: none, or no more */
};

static int by_start(const void *left, const void *right)
{
	const struct link *a = left, *b = right;

	return (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

static void shrink(struct chain *chain)
{
	qsort(chain->links, chain->n, sizeof(chain->links[0]), by_start);
	if (chain->n <= chain->window)
		return;
	chain->n = chain->window;
	chain->bound_ms = chain->links[chain->window].start_ms;
}

/* Room for all at once, if there is memory. Asking for too much would spoil the
 * arena for its owner. */
static bool grow(struct chain *chain)
{
	struct arena *scratch = chain->scratch;
	const size_t size = 2 * sizeof(struct link);
	struct link *links;

	chain->scratch = NULL;
	if (scratch == NULL || chain->most <= chain->window ||
	    chain->most > (scratch->max - scratch->used) / size / 2)
		return false;
	links = arena_alloc(scratch, chain->most, size);
	if (links == NULL)
		return false;
	memcpy(links, chain->links, chain->n * sizeof(links[0]));
	chain->links = links;
	chain->window = chain->most;
	return true;
}

/* What follows at once moves the end; what begins later is put aside. */
static void add_link(struct chain *chain, int64_t start_ms, int64_t end_ms)
{
	if (end_ms <= chain->end_ms || start_ms >= chain->bound_ms)
		return;
	if (start_ms <= chain->end_ms) {
		chain->end_ms = end_ms;
		return;
	}
	if (chain->n == 2 * chain->window && !grow(chain))
		shrink(chain);
	if (start_ms < chain->bound_ms)
		chain->links[chain->n++] = (struct link){start_ms, end_ms};
}

/* A piece without what effects cut out of it, from the end so far on. */
static void add_piece(struct chain *chain, const struct held_grant *held,
    const struct piece *piece)
{
	int64_t start_ms = piece->start_ms, end_ms;

	if (start_ms < chain->end_ms)
		start_ms = chain->end_ms;
	start_ms = revoke_end(held, start_ms);
	while (start_ms < piece->end_ms) {
		end_ms = revoke_start(held, start_ms);
		if (end_ms > piece->end_ms)
			end_ms = piece->end_ms;
		add_link(chain, start_ms, end_ms);
		start_ms = revoke_end(held, end_ms);
	}
}

static void add_grant(struct chain *chain, const struct held_grant *held)
{
	struct outline outline;

	if (held->grant.until_ms != 0 && held->grant.until_ms <= chain->end_ms)
		return;
	outline_make(held, &outline);
	for (size_t k = 0; k < outline.n; k++) {
		if (outline.pieces[k].says == chain->says)
			add_piece(chain, held, &outline.pieces[k]);
	}
}

static void pass(
    struct chain *chain, const struct held_grant *grants, size_t n, bool back)
{
	chain->bound_ms = INT64_MAX;
	chain->n = 0;
	for (size_t i = 0; i < n && chain->end_ms != INT64_MAX; i++)
		add_grant(chain, &grants[back ? n - 1 - i : i]);
	shrink(chain);
}

/* Takes up the links put aside. true: those that are missing may follow. */
static bool follow(struct chain *chain)
{
	for (size_t i = 0; i < chain->n; i++) {
		if (chain->links[i].start_ms > chain->end_ms)
			return false;
		if (chain->links[i].end_ms > chain->end_ms)
			chain->end_ms = chain->links[i].end_ms;
	}
	return chain->bound_ms <= chain->end_ms;
}

int64_t chain_end(const struct held_grant *grants, size_t n, enum entitled says,
    int64_t now_ms, struct arena *scratch)
{
	struct link few[2 * CHAIN_WINDOW];
	struct chain chain = {.says = says,
	    .end_ms = now_ms,
	    .links = few,
	    .window = CHAIN_WINDOW,
	    .most = n,
	    .scratch = scratch};
	bool back = false;

	do {
		pass(&chain, grants, n, back);
		back = !back;
	} while (follow(&chain) && chain.end_ms != INT64_MAX);
	return chain.end_ms;
}
