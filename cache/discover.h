/*
 * A part of store.h, which includes it: lists of a provider, and walks over all
 * that is known.
 */
#ifndef TRUEUP_CACHE_DISCOVER_H
#define TRUEUP_CACHE_DISCOVER_H

#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;
struct listing_log;
struct settings;
struct store;
struct store_turn;
struct store_view;

/* A list of a provider (core/listing.h) that is to be read. */
struct list_wish {
	const char *provider;
	const char *name;
	const struct listing_log *log; /* NULL: it is a list of objects */
	/* From its first page, wherever it was left; of a log: all that the
	 * provider keeps. */
	bool restart;
};

/*
 * store_discover(store, settings, wish, now, goes_on, err): read it on from
 * where it was left (*goes_on), or from its first page when it was never begun
 * or was read to its end. A log's first page begins at what happened after the
 * reading before this one, or now if there was none. A parked one is set going.
 */
int store_discover(struct store *store, const struct settings *settings,
    const struct list_wish *wish, int64_t now_ms, bool *goes_on,
    struct err_text *err);

/* A place among a provider's objects; but for its name zero: before the first.
 */
struct store_place {
	const char *provider; /* borrowed */
	uint8_t at[512];
	size_t len;
};

/*
 * store_resync(store, settings, place, max, now, n, err): up to max objects
 * behind the place are to be looked at as soon as the budget allows (cause
 * resync); the place moves on. *n: how many; 0: all are.
 */
int store_resync(struct store *store, const struct settings *settings,
    struct store_place *place, size_t max, int64_t now_ms, size_t *n,
    struct err_text *err);

/*
 * store_view_refs(view, place, max, arena, out, n, err): the names of up to max
 * objects behind the place, which moves on; *n 0: no more.
 */
int store_view_refs(struct store_view *view, struct store_place *place,
    size_t max, struct arena *arena, struct object_ref **out, size_t *n,
    struct err_text *err);

/*
 * A log that is read by itself, and what becomes of the provider when it turns
 * out not to be whole any more.
 */
struct catch_up {
	const char *provider;
	const char *name;
	const struct listing_log *log;
	int64_t every_ms;	  /* 0: not by itself */
	const char *const *lists; /* of objects, to be read after a gap */
	size_t n_lists;
	struct store_place place; /* how far the resync after a gap is */
};

struct catch_up_news {
	bool began;	 /* a reading did, just now */
	int64_t read_ms; /* when the last whole one began; 0: none did */
	bool refused;	 /* the key may not read it */
	int64_t next_ms; /* the next one; 0: not by itself */
	bool more;	 /* the resync is not all wanted yet: call again */
	bool mended;	 /* it is, just now, and so are the lists */
};

/*
 * store_turn_catch_up(turn, catch_up, max, out): begin a reading of the log if
 * one is due; after a gap make up to max objects due (cause resync), then read
 * all lists from their beginning. The first call ever begins at now and asks
 * for nothing.
 */
void store_turn_catch_up(struct store_turn *turn, struct catch_up *catch_up,
    size_t max, struct catch_up_news *out);

/* How far a list has been read. */
struct list_progress {
	const char *provider;
	const char *name;
	int64_t started_ms;
	int64_t finished_ms; /* 0: not read to its end */
	uint64_t pages;
	uint64_t seen;	    /* objects that it named */
	uint64_t unknown;   /* of these, not known before */
	const char *cursor; /* where it goes on; NULL: at its beginning */
	/* Of a log; positions by the provider's clock. */
	uint64_t behind;     /* of those seen: known, but from before it */
	int64_t since_ms;    /* where this reading begins */
	int64_t newest_ms;   /* the newest entry of it so far */
	int64_t position_ms; /* and of the last whole one */
	int64_t read_ms;     /* when the last whole one began; 0: none did */
	int64_t refused_ms;  /* since when the key may not read it; 0: it may */
	/* What happened after that is lost, and not made up for yet; or 0. */
	int64_t gap_ms;
};

/* store_view_lists(view, provider, …): of those that were ever begun. */
int store_view_lists(struct store_view *view, const char *provider,
    struct arena *arena, const struct list_progress **out, size_t *n,
    struct err_text *err);

#endif
