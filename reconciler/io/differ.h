/*
 * In what do the record of an object and an answer about it differ? Pure but
 * for the view that the record is read from.
 */
#ifndef TRUEUP_IO_DIFFER_H
#define TRUEUP_IO_DIFFER_H

#include "cache/store.h"

#include <stdint.h>

struct arena;
struct drift;
struct err_text;
struct settings;

/* What is compared, and to whom it is told. */
struct comparison {
	struct store_view *view;
	const struct settings *settings;
	const struct object *record;
	const struct outcome *outcome; /* TRUTH or GONE */
	bool pending;
	bool unknown; /* it is not on record: only its name is set there */
	int64_t now_ms;
	struct arena *arena;
	void (*found)(void *cookie, const struct drift *drift);
	void *cookie;
};

/* differ_tell(c, err): how many differences were told; negative: the store. */
int differ_tell(const struct comparison *c, struct err_text *err);

#endif
