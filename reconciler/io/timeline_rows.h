/*
 * The timeline of an account (core/timeline.h) from one snapshot of the store:
 * what the answer was, is and will be, and its objects' states. Everything
 * handed out lives in the caller's arena.
 */
#ifndef TRUEUP_IO_TIMELINE_ROWS_H
#define TRUEUP_IO_TIMELINE_ROWS_H

#include "reconciler/core/timeline.h"

#include <stdint.h>

struct account_answer;
struct arena;
struct err_text;
struct history_lines;
struct settings;
struct store_view;

enum {
	/* Moments at which the past is asked about, the latest ones. */
	TIMELINE_ROWS_ASKED_MAX = 48,
	/*
	 * Of more objects or grants than this it is not asked about at all:
	 * each of these questions reads them all.
	 */
	TIMELINE_ROWS_PAST_MAX = 200
};

/* What is to be drawn, of one snapshot. */
struct timeline_rows {
	const struct settings *settings;
	const struct account_answer *answer; /* about now */
	const struct history_lines *lines;   /* of the same account */
	int64_t now_ms;
};

/*
 * timeline_rows_make(view, from, arena, out, err): out->n is 0 where there is
 * nothing to draw. 0, ERR_FULL, or the store's.
 */
int timeline_rows_make(struct store_view *view,
    const struct timeline_rows *from, struct arena *arena, struct timeline *out,
    struct err_text *err);

#endif
