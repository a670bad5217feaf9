/*
 * What held when: of an account whether it was, is and will be entitled, and of
 * each of its objects the states that it was in, as pieces of time, and where
 * on a line of a fixed length each moment stands. What draws it, in a terminal
 * or a browser, takes all of it from here. Pure.
 */
#ifndef TRUEUP_CORE_TIMELINE_H
#define TRUEUP_CORE_TIMELINE_H

#include "reconciler/core/entitle.h"
#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct transition;

enum {
	TIMELINE_SCALE = 10000,	   /* the length of the line */
	TIMELINE_ROWS_MAX = 12,	   /* that are drawn */
	TIMELINE_MOMENTS_MAX = 96, /* of these the latest */
};

/* How a piece is to look, whatever else is said about it. */
enum timeline_tone {
	TIMELINE_NONE = 0, /* gives nothing: ended, failed, refunded; no */
	TIMELINE_PART,	   /* on its way: pending, past_due, paused */
	TIMELINE_FULL,	   /* active, trialing, paid; yes */
	TIMELINE_DARK	   /* nobody knows */
};

enum timeline_certainty {
	TIMELINE_KNOWN = 0,
	/* It became so at some moment in this piece: seen, not told of. */
	TIMELINE_BETWEEN,
	TIMELINE_FORESEEN /* unless something is notified until then */
};

/* From begin until just before end; both the same: a state that gave way in the
 * moment in which it came. */
struct timeline_piece {
	int64_t begin_ms;
	int64_t end_ms; /* INT64_MAX: open */
	enum timeline_tone tone;
	enum timeline_certainty certainty;
	const char *word;   /* ours: a state; of access yes, no, unknown */
	const char *status; /* the provider's, or NULL */
};

struct timeline_row {
	bool is_access;		  /* the account's; else the object's */
	struct object_ref object; /* borrowed from who asked */
	const struct timeline_piece *pieces; /* by time, without overlap */
	size_t n;
};

/* One object, for timeline_object: what is on record of it. */
struct timeline_object {
	struct object_ref object;
	const struct transition *const *entries; /* by time */
	size_t n;
	bool has_grant;
	int64_t until_ms; /* the latest end of its grants; 0: open */
};

/* What the answer about the account is from a moment on. */
struct timeline_point {
	int64_t at_ms;
	enum entitled entitled;
};

struct timeline {
	int64_t begin_ms;
	int64_t now_ms;
	int64_t end_ms;
	struct timeline_row *rows;
	size_t n;
	size_t hidden;	/* objects that have no row */
	bool is_cut;	/* there was more before begin_ms */
	bool is_scaled; /* long times are shortened */
	/* Where the line bends, and where that is on it. */
	int64_t *moments;
	int *places;
	size_t n_moments;
};

/*
 * timeline_object(object, now, arena, out): its states, by the entries that
 * are not retracted; where an entry was only observed, the piece before its
 * time, back to when the old status was last known, is between. The last state
 * holds until now, and of an object with a grant from there on as foreseen,
 * until the grant's end. 0, or ERR_FULL (arena).
 */
int timeline_object(const struct timeline_object *object, int64_t now_ms,
    struct arena *arena, struct timeline_row *out);

/*
 * timeline_access(points, n, now, arena, out): the account's row; points by
 * time. From now on it is foreseen. 0, or ERR_FULL.
 */
int timeline_access(const struct timeline_point *points, size_t n,
    int64_t now_ms, struct arena *arena, struct timeline_row *out);

/*
 * timeline_make(rows, n, now, arena, out): rows are the caller's (out->hidden
 * as well) and are cut to what is drawn. Half of the line is by time, half by
 * the number of moments, so that what happened within seconds in a year can be
 * seen. 0, or ERR_FULL.
 */
int timeline_make(struct timeline_row *rows, size_t n, int64_t now_ms,
    struct arena *arena, struct timeline *out);

/* timeline_place(timeline, ms): 0 to TIMELINE_SCALE, never back in time. */
int timeline_place(const struct timeline *timeline, int64_t at_ms);

/* timeline_tone(state): how a state looks. */
enum timeline_tone timeline_tone(enum state state);
/* timeline_certainty_name(c): "known" "between" "foreseen". */
const char *timeline_certainty_name(enum timeline_certainty certainty);

#endif
