/*
 * A part of store.h, which includes it: what those need who wait for a look.
 */
#ifndef TRUEUP_CACHE_WAITED_H
#define TRUEUP_CACHE_WAITED_H

#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;
struct store_view;

/* A customer that was linked to an account. */
struct linked_customer {
	const char *provider;
	const char *customer;
};

/*
 * store_view_links(view, account, arena, out, n, err): all that are linked to
 * it, by provider and customer; costs what the account has, however many links
 * there are.
 */
int store_view_links(struct store_view *view, const char *account,
    struct arena *arena, const struct linked_customer **out, size_t *n,
    struct err_text *err);

/* How a look that somebody waits for came out. */
enum look_end {
	LOOK_TRUE = 0,	 /* it is on record; or it only led on to others */
	LOOK_OLDER,	 /* older than the record: not taken, asked again */
	LOOK_OTHER_MODE, /* of the other mode: ignored */
	LOOK_GONE,	 /* the provider knows no such object */
	LOOK_GARBLED,
	LOOK_LATER,  /* no answer this time */
	LOOK_BARRED, /* the provider refused the key */
	LOOK_END_COUNT
};

struct look {
	int64_t started_ms; /* wall clock, when its first request began */
	enum look_end end;
	bool parked;	   /* and its job waits for a person */
	const char *cause; /* for people; NULL: LOOK_TRUE */
	/* LOOK_TRUE: what the answer said is to be looked at as well. */
	const struct member *also;
	size_t n_also;
};

/*
 * store_view_look(view, ref, arena, out): how the last look at this object
 * came out, of those that a person asked for or that named others. 0, or
 * ERR_ABSENT: not remembered; newer ones take the place of older ones.
 */
int store_view_look(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, struct look *out, struct err_text *err);

#endif
