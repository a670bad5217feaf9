#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/listing.h"
#include "reconciler/core/schedule.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/lists.h"
#include "cache/turn.h"

enum {
	/* Kills in a row that one job's answers may cause before it is
	 * parked. */
	KILLED_MAX = 2 * SCHEDULE_GARBLED_MAX,
	PASSED_MAX = 1000, /* rows of a lane that are passed by */
	FORGET_MAX = 500,
	GUESS_MS = 60 * 1000, /* longer than anybody waits for an answer */
	SPACED_MAX = 64 /* rows looked at for a notice that only waits a bit */
};

/* The job of a row; false: the index and the jobs disagree, or an error. */
static bool get_job(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct job_record *out)
{
	int rc = jobs_get(txn, ref, arena, out);

	if (rc == ERR_ABSENT) {
		lmdb_fail(txn, ERR_BAD, "table due: a row without its job");
	}
	return rc == 0;
}

static bool decode_row(
    struct store_turn *turn, struct span key, struct due_row *out)
{
	int rc = jobs_decode_due(key, &turn->arena, out);

	if (rc != 0)
		lmdb_fail(turn->txn, rc, "table due: a bad key");
	return rc == 0;
}

/* ---- claiming --------------------------------------------------------- */

static bool is_lane_left_out(
    const struct claim_limits *limits, enum priority priority)
{
	bool stranger =
	    priority == PRIORITY_STRANGER || priority == PRIORITY_GUESS;
	bool waited = priority == PRIORITY_MANUAL || priority == PRIORITY_GUESS;

	if (limits->only_waited_for && !waited)
		return true;
	return stranger ? limits->no_strangers : limits->only_strangers;
}

static bool is_left_out(
    const struct claim_limits *limits, const struct due_row *row)
{
	for (size_t i = 0; i < limits->n_kinds; i++) {
		if (strcmp(limits->kinds[i], row->ref.kind) == 0)
			return true;
	}
	return false;
}

/*
 * Up to max rows of one lane, of those due by until; nothing is changed
 * meanwhile.
 */
static size_t read_lane(struct store_turn *turn, struct lmdb_cursor *cursor,
    const struct key *lane, const struct claim_limits *limits, int64_t until_ms,
    size_t max, struct due_row *out)
{
	size_t left = max + PASSED_MAX;
	struct span k;
	struct span v;
	size_t n = 0;
	bool found = max > 0 && lmdb_seek(cursor, key_span(lane), &k, &v);

	while (found && n < max && left-- > 0 && key_has_prefix(k, lane) &&
	       decode_row(turn, k, &out[n]) && out[n].time_ms <= until_ms) {
		if (!is_left_out(limits, &out[n]))
			n++;
		found = lmdb_next(cursor, &k, &v);
	}
	return n;
}

/* The most urgent first. */
static const enum priority order[PRIORITY_COUNT] = {
    PRIORITY_MANUAL,
    PRIORITY_GUESS,
    PRIORITY_NOTIFIED,
    PRIORITY_STRANGER,
    PRIORITY_RECHECK,
    PRIORITY_RESYNC,
    PRIORITY_DISCOVER,
};

/* By urgency, but for the one that is asked to come first. */
static void lanes_in_order(
    const struct claim_limits *limits, enum priority out[PRIORITY_COUNT])
{
	static const enum priority lanes[CLAIM_FIRST_COUNT] = {
	    [CLAIM_NOTIFIED] = PRIORITY_NOTIFIED,
	    [CLAIM_STRANGERS] = PRIORITY_STRANGER,
	    [CLAIM_RECHECKS] = PRIORITY_RECHECK,
	    [CLAIM_RESYNCS] = PRIORITY_RESYNC,
	    [CLAIM_DISCOVERIES] = PRIORITY_DISCOVER,
	};
	bool any = limits->first != CLAIM_URGENT;
	enum priority first = lanes[limits->first];
	size_t n = 0;

	if (any)
		out[n++] = first;
	for (size_t i = 0; i < PRIORITY_COUNT; i++) {
		if (!any || order[i] != first)
			out[n++] = order[i];
	}
}

static size_t read_due(struct store_turn *turn, const char *provider,
    const struct claim_limits *limits, size_t max, struct due_row *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_DUE);
	enum priority lanes[PRIORITY_COUNT];
	struct key lane;
	size_t n = 0;

	lanes_in_order(limits, lanes);
	for (size_t i = 0; i < PRIORITY_COUNT; i++) {
		if (is_lane_left_out(limits, lanes[i]))
			continue;
		jobs_lane(&lane, provider, (uint8_t)lanes[i]);
		n += read_lane(turn, cursor, &lane, limits, turn->now_ms,
		    max - n, out + n);
	}
	lmdb_cursor_close(cursor);
	return n;
}

/* A kind that needs its parent is asked for with the one that we know. */
static void learn_parent(
    struct store_turn *turn, struct arena *arena, struct claim *claim)
{
	struct object_record record;

	if (claim->parent_id != NULL ||
	    objects_get(turn->txn, &claim->ref, arena, &record) != 0)
		return;
	claim->parent_kind = record.shown.parent_kind;
	claim->parent_id = record.shown.parent_id;
}

static bool claim_job(struct store_turn *turn, const struct object_ref *ref,
    struct arena *arena, struct claim *out)
{
	struct job_record before;
	struct job_record job;

	if (!get_job(turn->txn, ref, arena, &before))
		return false;
	job = before;
	job.claimed_ms = turn->now_ms;
	job.claimed_notices = job.notices;
	jobs_put(turn->txn, &before, &job);
	*out = (struct claim){
	    .ref = job.ref,
	    .parent_kind = job.parent_kind,
	    .parent_id = job.parent_id,
	    .cause = job.notices > 0 ? CAUSE_NOTIFIED : job.cause,
	    .attempts = job.attempts,
	    .notices = job.notices,
	    .first_notified_ms = job.first_notified_ms,
	    .stranger = job.stranger,
	};
	if (listing_is(&out->ref))
		lists_claim(turn->txn, &out->ref, arena, out);
	else
		learn_parent(turn, arena, out);
	return true;
}

static const struct claim_limits no_limits;

size_t store_turn_claim(struct store_turn *turn, const char *provider,
    size_t max, struct arena *arena, struct claim *out)
{
	return store_turn_claim_within(
	    turn, provider, &no_limits, max, arena, out);
}

size_t store_turn_claim_within(struct store_turn *turn, const char *provider,
    const struct claim_limits *limits, size_t max, struct arena *arena,
    struct claim *out)
{
	struct due_row *rows =
	    max > 0 ? arena_alloc(&turn->arena, max, sizeof(*rows)) : NULL;
	size_t n = 0;
	size_t i = 0;

	if (rows != NULL)
		n = read_due(turn, provider, limits, max, rows);
	while (i < n && claim_job(turn, &rows[i].ref, arena, &out[i]))
		i++;
	return i;
}

void store_turn_release(struct store_turn *turn, const struct claim *claim)
{
	struct job_record before;
	struct job_record job;
	int rc = jobs_get(turn->txn, &claim->ref, &turn->arena, &before);

	/* Dropped by a person meanwhile: there is nothing to give back. */
	if (rc != 0 || before.claimed_ms == 0)
		return;
	job = before;
	jobs_land(turn, &job);
	jobs_put(turn->txn, &before, &job);
}

void store_turn_abandon(
    struct store_turn *turn, const struct claim *claim, int64_t started_ms)
{
	struct job_record before;
	struct job_record job;
	int64_t spaced_ms;
	int rc = jobs_get(turn->txn, &claim->ref, &turn->arena, &before);

	if (rc != 0 || before.claimed_ms == 0)
		return;
	job = before;
	job.tried_ms = started_ms;
	jobs_land(turn, &job);
	spaced_ms = jobs_spaced(turn, &job);
	if (job.due_ms < spaced_ms)
		job.due_ms = spaced_ms;
	jobs_put(turn->txn, &before, &job);
}

/* ---- guesses that nobody waits for -------------------------------------- */

/* A guess that somebody else vouched for meanwhile is none. */
static void forget(struct store_turn *turn, const struct object_ref *ref)
{
	struct job_record job;

	if (get_job(turn->txn, ref, &turn->arena, &job) && job.guess)
		jobs_remove(turn->txn, &job);
}

void store_turn_forget(struct store_turn *turn, const char *provider)
{
	const struct claim_limits all = {.n_kinds = 0};
	struct due_row *rows =
	    arena_alloc(&turn->arena, FORGET_MAX, sizeof(*rows));
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_DUE);
	struct key lane;
	size_t n = 0;

	jobs_lane(&lane, provider, PRIORITY_GUESS);
	if (rows != NULL)
		n = read_lane(turn, cursor, &lane, &all,
		    turn->now_ms - GUESS_MS, FORGET_MAX, rows);
	lmdb_cursor_close(cursor);
	for (size_t i = 0; i < n; i++)
		forget(turn, &rows[i].ref);
}

/* ---- after a kill ----------------------------------------------------- */

static bool recover_job(struct store_turn *turn, const struct object_ref *ref)
{
	struct job_record before;
	struct job_record job;

	if (!get_job(turn->txn, ref, &turn->arena, &before))
		return false;
	job = before;
	jobs_land(turn, &job);
	job.due_ms = turn->now_ms;
	job.attempts++;
	job.garbled++;
	job.parked = job.garbled >= KILLED_MAX;
	job.last_error = "worker was killed during the fetch";
	jobs_put(turn->txn, &before, &job);
	return lmdb_error(turn->txn) == 0;
}

/* Every job that is put leaves the lane: its first row is always the next. */
static size_t recover_lane(
    struct store_turn *turn, struct lmdb_cursor *cursor, const char *provider)
{
	struct due_row row;
	struct key lane;
	struct span k;
	struct span v;
	size_t n = 0;

	jobs_lane(&lane, provider, LANE_FLIGHT);
	while (lmdb_seek(cursor, key_span(&lane), &k, &v) &&
	       key_has_prefix(k, &lane) && decode_row(turn, k, &row) &&
	       recover_job(turn, &row.ref))
		n++;
	return n;
}

size_t store_turn_recover(struct store_turn *turn)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_DUE);
	const char *provider = jobs_next_provider(cursor, NULL, &turn->arena);
	size_t n = 0;

	while (provider != NULL) {
		n += recover_lane(turn, cursor, provider);
		provider = jobs_next_provider(cursor, provider, &turn->arena);
	}
	lmdb_cursor_close(cursor);
	return n;
}

/* ---- what comes next -------------------------------------------------- */

/* Does the job only wait because its object was fetched just now? */
static bool is_spaced(struct store_turn *turn, const struct due_row *row)
{
	struct job_record job;
	int64_t spaced;

	if (row->time_ms <= turn->now_ms ||
	    !get_job(turn->txn, &row->ref, &turn->arena, &job))
		return false;
	spaced = jobs_spaced(turn, &job);
	return job.notices > 0 && !job.laddered && job.attempts == 0 &&
	       job.due_ms <= spaced;
}

/* A retry in front of the lane must not hide a notice behind it. */
static bool has_spaced(struct store_turn *turn, struct lmdb_cursor *cursor,
    const char *provider, enum priority priority)
{
	struct due_row row;
	struct key lane;
	struct span k;
	struct span v;
	size_t n = 0;
	bool found;

	jobs_lane(&lane, provider, (uint8_t)priority);
	found = lmdb_seek(cursor, key_span(&lane), &k, &v);
	while (found && key_has_prefix(k, &lane) && n++ < SPACED_MAX &&
	       decode_row(turn, k, &row) &&
	       row.time_ms <= turn->now_ms + SCHEDULE_SPACING_MS) {
		if (is_spaced(turn, &row))
			return true;
		found = lmdb_next(cursor, &k, &v);
	}
	return false;
}

int64_t store_turn_next(
    struct store_turn *turn, const char *provider, bool *spaced)
{
	return store_turn_next_within(turn, provider, &no_limits, spaced);
}

static bool any_spaced(struct store_turn *turn, struct lmdb_cursor *cursor,
    const char *provider, const struct claim_limits *limits)
{
	return has_spaced(turn, cursor, provider, PRIORITY_NOTIFIED) ||
	       has_spaced(turn, cursor, provider, PRIORITY_MANUAL) ||
	       (!limits->no_strangers &&
		   has_spaced(turn, cursor, provider, PRIORITY_STRANGER));
}

int64_t store_turn_next_within(struct store_turn *turn, const char *provider,
    const struct claim_limits *limits, bool *spaced)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_DUE);
	int64_t next_ms = 0;
	struct due_row row;
	struct key lane;

	for (int i = 0; i < PRIORITY_COUNT; i++) {
		if (is_lane_left_out(limits, (enum priority)i))
			continue;
		jobs_lane(&lane, provider, (uint8_t)i);
		if (read_lane(turn, cursor, &lane, limits, INT64_MAX, 1, &row) >
			0 &&
		    (next_ms == 0 || row.time_ms < next_ms))
			next_ms = row.time_ms;
	}
	if (spaced != NULL)
		*spaced = any_spaced(turn, cursor, provider, limits);
	lmdb_cursor_close(cursor);
	return next_ms;
}

bool store_turn_flood(struct store_turn *turn, const char *provider)
{
	struct tally tally;

	tally_get(turn->txn, provider, &tally);
	return strangers_is_flood(&tally.strangers);
}

uint64_t store_turn_parked(struct store_turn *turn)
{
	return meta_get(turn->txn, META_PARKED);
}
