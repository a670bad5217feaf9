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
struct settings;
struct store;
struct store_view;

/* A list of a provider (core/listing.h) that is to be read. */
struct list_wish {
	const char *provider;
	const char *name;
	bool restart; /* from its first page, wherever it was left */
};

/*
 * store_discover(store, settings, wish, now, goes_on, err): read it on from
 * where it was left (*goes_on), or from its first page when it was never begun
 * or was read to its end. A parked one is set going.
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
};

/* store_view_lists(view, provider, …): of those that were ever begun. */
int store_view_lists(struct store_view *view, const char *provider,
    struct arena *arena, const struct list_progress **out, size_t *n,
    struct err_text *err);

#endif
