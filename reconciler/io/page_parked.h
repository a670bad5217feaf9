/* Jobs that wait for a person, grouped by why. */
#ifndef TRUEUP_IO_PAGE_PARKED_H
#define TRUEUP_IO_PAGE_PARKED_H

#include "reconciler/core/name.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;
struct settings;
struct store_view;

enum {
	PAGE_PARKED_GROUPS = 20,
	PAGE_PARKED_LOOKED = 2000 /* jobs of one provider that are looked at */
};

/* Those of one provider and kind with the same error. */
struct page_parked_group {
	struct object_ref first; /* one of them */
	const char *error;	 /* or NULL */
	uint64_t n;
	int64_t since_ms; /* the oldest wish among them; 0: unknown */
};

struct page_parked {
	struct page_parked_group groups[PAGE_PARKED_GROUPS];
	size_t n;
	uint64_t others; /* that are in no group, for want of room */
};

/*
 * page_parked_collect(view, settings, now, arena, out, err): of the configured
 * providers, and of what is to be delivered. 0, ERR_FULL, or the store's.
 */
int page_parked_collect(struct store_view *view,
    const struct settings *settings, int64_t now_ms, struct arena *arena,
    struct page_parked *out, struct err_text *err);

#endif
