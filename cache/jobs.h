/*
 * Inside of the store: job records and the due index, always changed together.
 * Life of a job:
 *
 *   (nothing) --notice, check, also--> due --claim--> in flight --settle-->
 *      (nothing)   done, nothing newer
 *      due         a newer notice came meanwhile (dirty), after the spacing
 *      waiting     retry, ladder, missing window
 *      parked      malformed too often, provider not configured
 */
#ifndef TRUEUP_CACHE_JOBS_H
#define TRUEUP_CACHE_JOBS_H

#include "cache/lmdb.h"
#include "reconciler/core/name.h"
#include "reconciler/core/state.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct key;
struct lmdb_cursor;
struct store_turn;

enum {
	JOBS_VERSION = 1, /* of a job record */
	/* Lanes of the due index that are no priority: see jobs_lane. */
	LANE_PARKED = 254,
	LANE_FLIGHT = 255,
	JOBS_ERROR_MAX = 500 /* bytes of last_error that are kept */
};

/* Urgency inside a provider's lane; smaller first. */
enum priority {
	PRIORITY_MANUAL = 0,
	PRIORITY_NOTIFIED,
	PRIORITY_RECHECK,
	PRIORITY_RESYNC,
	PRIORITY_DISCOVER,
	/* The last in number only: see the order of claims. */
	PRIORITY_STRANGER, /* right after the notified */
	PRIORITY_GUESS,	   /* a stranger that a caller waits for: before them */
	PRIORITY_COUNT
};

/* A job as stored. Text lives in the arena it was read into. */
struct job_record {
	struct object_ref ref;
	const char *parent_kind; /* hint or confirmed; NULL: none */
	const char *parent_id;
	enum cause cause;
	int64_t due_ms; /* also while parked or in flight: when it was due */
	bool parked;
	int64_t claimed_ms;	  /* 0: not in flight */
	uint64_t notices;	  /* collected and not yet settled */
	uint64_t claimed_notices; /* of these, counted at the claim */
	int64_t first_notified_ms;
	int64_t last_notified_ms;
	uint32_t attempts; /* failed since the last notice */
	int64_t tried_ms;  /* when the last failed one began; 0: none */
	uint32_t garbled;  /* malformed answers in a row */
	uint32_t rung;
	bool laddered; /* waits on the re-check ladder */
	bool stranger; /* see core/stranger.h; trusted from the next wish on */
	bool remembered; /* a stranger that was nobody's not long ago */
	bool guess;	 /* see struct notice; until anything else names it */
	/* A person asked while it was in flight: one more look, then. */
	bool again;
	/* When the ladder goes on, if a person was quicker; 0: at due_ms. */
	int64_t rung_at_ms;
	int64_t missing_since_ms;
	int http_status;
	const char *last_error;
	const char *excerpt; /* of the answer, see core/excerpt.h; or NULL */
};

/* jobs_get(txn, ref, arena, out): 0, ERR_ABSENT, or the sticky error. */
int jobs_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct job_record *out);
/* jobs_decode(key, value, arena, out): a row of TABLE_JOBS; 0 or ERR_BAD. */
int jobs_decode(struct span key, struct span value, struct arena *arena,
    struct job_record *out);
/*
 * jobs_put(turn, before, after): write after, and make the due index and the
 * parked counter right; before: what jobs_get gave, NULL for a new job.
 */
void jobs_put(struct lmdb_txn *txn, const struct job_record *before,
    const struct job_record *after);
void jobs_remove(struct lmdb_txn *txn, const struct job_record *job);

/*
 * jobs_want(turn, ref, parent_kind, parent_id, cause, due): somebody wants this
 * object looked at by due. Makes the job, or pulls its due time forward (never
 * back) and raises its urgency; an in-flight or parked job is left alone except
 * that CAUSE_NOTIFIED and CAUSE_MANUAL un-park it. A job that is being retried
 * keeps its back-off unless these two ask. Counts no notice, and is no
 * stranger's wish.
 */
void jobs_want(struct store_turn *turn, const struct object_ref *ref,
    const char *parent_kind, const char *parent_id, enum cause cause,
    int64_t due_ms);

/*
 * jobs_spaced(turn, job): the earliest moment at which the job's object may be
 * asked for again: a failed look spaces the next one as a good one does.
 */
int64_t jobs_spaced(struct store_turn *turn, const struct job_record *job);

enum priority jobs_priority(enum cause cause);
/* jobs_restart(job): un-park it, attempts and ladder start afresh. */
void jobs_restart(struct job_record *job);
/* jobs_is_asked(cause): somebody waits for the answer. */
bool jobs_is_asked(enum cause cause);
/* jobs_pull(job, cause, due): what jobs_want does to a job that exists. */
void jobs_pull(struct job_record *job, enum cause cause, int64_t due_ms);
/*
 * jobs_land(turn, job): it is in flight no longer, whatever else becomes of it;
 * a person who asked meanwhile gets a look of their own, after the spacing.
 */
void jobs_land(struct store_turn *turn, struct job_record *job);

/* A row of the due index. */
struct due_row {
	struct object_ref ref;
	uint8_t lane; /* enum priority, or one of LANE_* */
	int64_t time_ms;
};

/*
 * jobs_lane(key, provider, lane): what all rows of one lane begin with. A job
 * that may be taken is in its priority's lane at its due time; one in flight
 * in LANE_FLIGHT at its claim; a parked one in LANE_PARKED at time 0. So both
 * can be found without a look at the others.
 */
void jobs_lane(struct key *key, const char *provider, uint8_t lane);
/* jobs_decode_due(key, arena, out): 0, ERR_BAD or ERR_FULL. */
int jobs_decode_due(struct span key, struct arena *arena, struct due_row *out);
/*
 * jobs_next_provider(cursor, after, arena): the next provider that has a row in
 * the due index (the cursor is on it), by name; after NULL: the first. NULL:
 * there is none, or the transaction failed.
 */
const char *jobs_next_provider(
    struct lmdb_cursor *cursor, const char *after, struct arena *arena);

#endif
