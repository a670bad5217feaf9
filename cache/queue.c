#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/turn.h"

enum { ROW_BYTES = 64 * 1024 /* of memory for one job at a time */ };

const char *job_state_name(enum job_state state)
{
	static const char *const names[JOB_STATE_COUNT] = {
	    [JOB_DUE] = "due",
	    [JOB_WAITING] = "waiting",
	    [JOB_PARKED] = "parked",
	};

	return (unsigned int)state < JOB_STATE_COUNT ? names[state] : "unknown";
}

static enum job_state state_of(const struct job_record *job, int64_t now_ms)
{
	if (job->parked)
		return JOB_PARKED;
	if (job->claimed_ms != 0 || job->due_ms <= now_ms)
		return JOB_DUE;
	return JOB_WAITING;
}

static struct job show(const struct job_record *job, int64_t now_ms)
{
	return (struct job){
	    .ref = job->ref,
	    .parent_kind = job->parent_kind,
	    .parent_id = job->parent_id,
	    .state = state_of(job, now_ms),
	    .claimed = job->claimed_ms != 0,
	    .claimed_ms = job->claimed_ms,
	    .cause = job->cause,
	    .due_ms = job->due_ms,
	    .attempts = job->attempts,
	    .notices = job->notices,
	    .first_notified_ms = job->first_notified_ms,
	    .last_notified_ms = job->last_notified_ms,
	    .missing_since_ms = job->missing_since_ms,
	    .rung = job->rung,
	    .http_status = job->http_status,
	    .tried_ms = job->tried_ms,
	    .last_error = job->last_error,
	    .excerpt = job->excerpt,
	};
}

/* ---- walking what a filter means -------------------------------------- */

/*
 * A walk over the jobs that match, by provider, kind, id. Parked ones are found
 * by their lane of the due index where the provider is known, so that a long
 * queue does not hide the few that need a person.
 */
struct walk {
	struct lmdb_txn *txn;
	const struct job_filter *filter;
	int64_t now_ms;
	enum table table;
	struct lmdb_cursor *cursor;
	struct arena arena; /* of the row it is on */
	struct key prefix;  /* what all its rows begin with */
	struct key at;	    /* the row it is on */
	struct job_record job;
};

static void add_names(struct key *key, const struct job_filter *filter)
{
	if (filter->kind == NULL)
		return;
	key_text(key, filter->kind);
	if (filter->id != NULL)
		key_text(key, filter->id);
}

static void walk_init(struct walk *walk, struct lmdb_txn *txn,
    const struct job_filter *filter, int64_t now_ms)
{
	bool lane = filter->provider != NULL && filter->state == JOB_PARKED;

	memset(walk, 0, sizeof(*walk));
	walk->txn = txn;
	walk->filter = filter;
	walk->now_ms = now_ms;
	walk->table = lane ? TABLE_DUE : TABLE_JOBS;
	walk->cursor = lmdb_cursor_open(txn, walk->table);
	arena_init(&walk->arena, ROW_BYTES);
	key_init(&walk->prefix);
	if (lane) {
		jobs_lane(&walk->prefix, filter->provider, LANE_PARKED);
		key_time(&walk->prefix, 0);
		add_names(&walk->prefix, filter);
	} else if (filter->provider != NULL) {
		key_text(&walk->prefix, filter->provider);
		add_names(&walk->prefix, filter);
	}
	key_init(&walk->at);
}

static void walk_fini(struct walk *walk)
{
	lmdb_cursor_close(walk->cursor);
	arena_fini(&walk->arena);
}

static bool matches(const struct walk *walk)
{
	const struct job_filter *filter = walk->filter;
	const struct object_ref *ref = &walk->job.ref;

	if (filter->state >= 0 &&
	    state_of(&walk->job, walk->now_ms) != (enum job_state)filter->state)
		return false;
	return (filter->provider == NULL ||
		   text_equal(filter->provider, ref->provider)) &&
	       (filter->kind == NULL || text_equal(filter->kind, ref->kind)) &&
	       (filter->id == NULL || text_equal(filter->id, ref->id));
}

/* The next row. It is sought anew each time, because the caller may have
 * changed or removed the one before. */
static bool step(struct walk *walk, struct span *k, struct span *v)
{
	static const uint8_t start[1] = {0};
	struct span from = key_span(&walk->at);
	bool found;

	if (walk->at.len == 0)
		from = key_span(&walk->prefix);
	if (from.len == 0)
		from = (struct span){.data = start, .len = 1};
	found = lmdb_seek(walk->cursor, from, k, v);
	if (found && walk->at.len > 0 && k->len == walk->at.len &&
	    memcmp(k->data, walk->at.data, k->len) == 0)
		found = lmdb_next(walk->cursor, k, v);
	return found && key_has_prefix(*k, &walk->prefix);
}

static int read_row(struct walk *walk, struct span k, struct span v)
{
	struct due_row row;
	int rc;

	if (walk->table == TABLE_JOBS)
		return jobs_decode(k, v, &walk->arena, &walk->job);
	rc = jobs_decode_due(k, &walk->arena, &row);
	if (rc == 0)
		rc = jobs_get(walk->txn, &row.ref, &walk->arena, &walk->job);
	return rc == ERR_ABSENT ? ERR_BAD : rc;
}

static bool walk_next(struct walk *walk)
{
	struct span k;
	struct span v;
	int rc;

	do {
		if (!step(walk, &k, &v))
			return false;
		arena_reset(&walk->arena);
		memcpy(walk->at.data, k.data, k.len);
		walk->at.len = k.len;
		rc = read_row(walk, k, v);
		if (rc != 0) {
			lmdb_fail(walk->txn, rc, "table jobs: a bad record");
			return false;
		}
	} while (!matches(walk));
	return true;
}

/* ---- operators -------------------------------------------------------- */

static void retry(
    struct lmdb_txn *txn, const struct job_record *before, int64_t now_ms)
{
	struct job_record job = *before;

	jobs_restart(&job);
	job.stranger = false; /* a person vouches for it */
	job.due_ms = now_ms;
	jobs_put(txn, before, &job);
}

static void drop(
    struct lmdb_txn *txn, const struct job_record *job, int64_t now_ms)
{
	(void)now_ms;
	jobs_remove(txn, job);
}

/* Jobs in flight belong to the worker that has them, until they are settled or
 * recovered. */
static int change_jobs(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms,
    void (*change)(
	struct lmdb_txn *txn, const struct job_record *job, int64_t now_ms),
    size_t *n, struct err_text *err)
{
	struct lmdb_txn *txn = NULL;
	struct walk walk;
	int rc;

	*n = 0;
	rc = lmdb_begin(store->db, !dry_run, &txn, err);
	if (rc != 0)
		return rc;
	walk_init(&walk, txn, filter, now_ms);
	while (walk_next(&walk)) {
		if (walk.job.claimed_ms != 0)
			continue;
		(*n)++;
		if (!dry_run)
			change(txn, &walk.job, now_ms);
	}
	walk_fini(&walk);
	rc = lmdb_commit(txn, err);
	if (rc != 0)
		*n = 0;
	else if (!dry_run && *n > 0)
		wake_ring(store->wake);
	return rc;
}

int store_jobs_retry(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err)
{
	return change_jobs(store, filter, dry_run, now_ms, retry, n, err);
}

int store_jobs_drop(struct store *store, const struct job_filter *filter,
    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err)
{
	return change_jobs(store, filter, dry_run, now_ms, drop, n, err);
}

/* ---- reading ---------------------------------------------------------- */

int store_view_job(struct store_view *view, const struct object_ref *ref,
    int64_t now_ms, struct arena *arena, struct job *out, struct err_text *err)
{
	struct job_record job;
	int rc = jobs_get(view->txn, ref, arena, &job);

	if (rc == ERR_ABSENT) {
		return err_set(err, rc, "no job for %s %s %s", ref->provider,
		    ref->kind, ref->id);
	}
	if (rc != 0) {
		lmdb_error_text(view->txn, err);
		return rc;
	}
	*out = show(&job, now_ms);
	return 0;
}

int store_view_jobs(struct store_view *view, const struct job_filter *filter,
    int64_t now_ms, int (*visit)(void *cookie, const struct job *job),
    void *cookie, struct err_text *err)
{
	struct walk walk;
	int rc = 0;

	walk_init(&walk, view->txn, filter, now_ms);
	while (rc == 0 && walk_next(&walk)) {
		struct job job = show(&walk.job, now_ms);

		rc = visit(cookie, &job);
	}
	walk_fini(&walk);
	if (lmdb_error(view->txn) != 0) {
		lmdb_error_text(view->txn, err);
		return lmdb_error(view->txn);
	}
	return rc;
}
