#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "cache/codec.h"
#include "cache/inbox.h"
#include "cache/jobs.h"
#include "cache/looks.h"
#include "cache/strangers.h"
#include "cache/turn.h"

enum {
	COLLECT_MAX = 16384, /* notices of one collect, whatever was asked */
	COLLECT_BYTES = 32 * 1024 * 1024
};

struct waiting {
	struct notice notice;
	uint64_t seq;
};

/* ---- reading the inbox ------------------------------------------------ */

static struct lmdb_cursor *first(
    struct lmdb_txn *txn, struct span *k, struct span *v, bool *found)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_INBOX);
	struct key key;

	key_init(&key);
	key_u64(&key, 0);
	*found = lmdb_seek(cursor, key_span(&key), k, v);
	return cursor;
}

static size_t read_inbox(
    struct lmdb_txn *txn, struct arena *arena, struct waiting *out, size_t max)
{
	struct span k;
	struct span v;
	bool found;
	struct lmdb_cursor *cursor = first(txn, &k, &v, &found);
	size_t n = 0;

	while (found && n < max) {
		int rc = inbox_decode(k, v, arena, &out[n].seq, &out[n].notice);

		if (rc != 0) {
			lmdb_fail(txn, rc, "table inbox: a bad record");
			break;
		}
		n++;
		found = lmdb_next(cursor, &k, &v);
	}
	lmdb_cursor_close(cursor);
	return lmdb_error(txn) == 0 ? n : 0;
}

static void delete_first(struct lmdb_txn *txn, size_t n)
{
	struct span k;
	struct span v;
	bool found;
	struct lmdb_cursor *cursor = first(txn, &k, &v, &found);

	for (size_t i = 0; found && i < n; i++) {
		lmdb_cursor_delete(cursor);
		found = lmdb_next(cursor, &k, &v);
	}
	lmdb_cursor_close(cursor);
}

/* By object, in its own order of arrival. */
static int compare(const void *a, const void *b)
{
	const struct waiting *x = a;
	const struct waiting *y = b;
	int c = strcmp(x->notice.ref.provider, y->notice.ref.provider);

	if (c == 0)
		c = strcmp(x->notice.ref.kind, y->notice.ref.kind);
	if (c == 0)
		c = strcmp(x->notice.ref.id, y->notice.ref.id);
	if (c == 0)
		c = x->seq < y->seq ? -1 : 1;
	return c;
}

/* ---- folding notices into a job --------------------------------------- */

static void count_notice(struct job_record *job, int64_t arrived_ms)
{
	if (job->notices == 0 || arrived_ms < job->first_notified_ms)
		job->first_notified_ms = arrived_ms;
	if (arrived_ms > job->last_notified_ms)
		job->last_notified_ms = arrived_ms;
	job->notices++;
}

/* The answer that is on its way may be older than this notice: one look more,
 * whoever asks. */
static void fold_in_flight(
    struct job_record *job, enum cause cause, int64_t arrived_ms)
{
	if (cause == CAUSE_NOTIFIED)
		count_notice(job, arrived_ms);
	else if (cause == CAUSE_MANUAL)
		job->again = true;
}

static void fold(struct job_record *job, enum cause cause, int64_t arrived_ms,
    int64_t due_ms)
{
	jobs_pull(job, cause, due_ms);
	if (cause != CAUSE_NOTIFIED)
		return;
	/* News may have come since: the ladder starts afresh. */
	job->laddered = false;
	job->rung = 0;
	job->rung_at_ms = 0;
	count_notice(job, arrived_ms);
}

static void take_parent(struct job_record *job, const struct notice *notice)
{
	if (notice->parent_kind == NULL || notice->parent_id == NULL)
		return;
	job->parent_kind = notice->parent_kind;
	job->parent_id = notice->parent_id;
}

/* Arrival, unless a clock that stepped back put it into the future. */
static int64_t arrival(const struct notice *notice, int64_t now_ms)
{
	if (notice->arrived_ms > 0 && notice->arrived_ms < now_ms)
		return notice->arrived_ms;
	return now_ms;
}

static void park_unconfigured(
    struct store_turn *turn, struct arena *arena, struct job_record *job)
{
	const char *name = job->ref.provider;

	if (job->claimed_ms != 0 ||
	    settings_provider(turn->settings, name) != NULL)
		return;
	job->parked = true;
	job->last_error =
	    arena_printf(arena, "provider %s is not configured", name);
}

/* A new job is a stranger's; any trusted wish makes it one like all others. */
static void judge_stranger(struct store_turn *turn, struct job_record *job,
    const struct waiting *waiting, size_t n, bool is_new)
{
	bool trusted = false;

	for (size_t i = 0; i < n && !trusted; i++)
		trusted = strangers_is_trusted(turn, &waiting[i].notice);
	if (is_new)
		job->stranger = !trusted && strangers_is_one(turn, &job->ref);
	else if (trusted)
		job->stranger = false;
	if (is_new && job->stranger)
		job->remembered = strangers_remembered(turn, &job->ref);
}

/* Whoever names it, and does not only ask whether it is there, ends that. */
static void judge_guess(struct job_record *job, const struct waiting *waiting,
    size_t n, bool is_new)
{
	bool guess = is_new || job->guess;

	for (size_t i = 0; i < n; i++)
		guess = guess && waiting[i].notice.guess;
	job->guess = guess;
}

/* All notices of one object at once: its job is written once. */
static void collect_object(struct store_turn *turn, struct arena *arena,
    const struct waiting *waiting, size_t n)
{
	const struct object_ref *ref = &waiting[0].notice.ref;
	struct job_record before;
	struct job_record job;
	int64_t floor_ms;
	int rc = jobs_get(turn->txn, ref, arena, &before);

	if (rc != 0 && rc != ERR_ABSENT)
		return;
	job = before;
	if (rc == ERR_ABSENT) {
		job.ref = *ref;
		job.cause = waiting[0].notice.cause;
		job.due_ms = INT64_MAX;
		/* What is nobody's has no record that could space it. */
		job.tried_ms = looks_started(turn->txn, ref);
	}
	floor_ms = jobs_spaced(turn, &job);
	for (size_t i = 0; i < n; i++) {
		const struct notice *notice = &waiting[i].notice;
		int64_t at = arrival(notice, turn->now_ms);

		take_parent(&job, notice);
		if (job.claimed_ms != 0)
			fold_in_flight(&job, notice->cause, at);
		else
			fold(&job, notice->cause, at,
			    floor_ms > turn->now_ms ? floor_ms : at);
	}
	judge_stranger(turn, &job, waiting, n, rc == ERR_ABSENT);
	judge_guess(&job, waiting, n, rc == ERR_ABSENT);
	park_unconfigured(turn, arena, &job);
	jobs_put(turn->txn, rc == 0 ? &before : NULL, &job);
}

/* ---- a provider's notices --------------------------------------------- */

static void count_provider(
    struct store_turn *turn, const struct waiting *waiting, size_t n)
{
	const char *provider = waiting[0].notice.ref.provider;
	struct tally tally;

	tally_get(turn->txn, provider, &tally);
	for (size_t i = 0; i < n; i++) {
		const struct notice *notice = &waiting[i].notice;
		int64_t at = arrival(notice, turn->now_ms);

		if (notice->cause != CAUSE_NOTIFIED)
			continue;
		tally.notices++;
		if (at > tally.last_notice_ms ||
		    tally.last_notice_ms > turn->now_ms)
			tally.last_notice_ms = at;
	}
	tally_put(turn->txn, provider, &tally);
}

static size_t count_same(const struct waiting *waiting, size_t n,
    bool (*same)(const struct object_ref *a, const struct object_ref *b))
{
	size_t i = 1;

	while (i < n && same(&waiting[0].notice.ref, &waiting[i].notice.ref))
		i++;
	return i;
}

static bool same_provider(
    const struct object_ref *a, const struct object_ref *b)
{
	return strcmp(a->provider, b->provider) == 0;
}

static void collect_provider(struct store_turn *turn, struct arena *arena,
    const struct waiting *waiting, size_t n)
{
	size_t group;

	for (size_t i = 0; i < n; i += group) {
		group = count_same(waiting + i, n - i, name_ref_equal);
		collect_object(turn, arena, waiting + i, group);
	}
	count_provider(turn, waiting, n);
}

static void collect(struct store_turn *turn, struct arena *arena,
    struct waiting *waiting, size_t n)
{
	uint64_t last = waiting[n - 1].seq;
	size_t group;

	qsort(waiting, n, sizeof(*waiting), compare);
	for (size_t i = 0; i < n; i += group) {
		group = count_same(waiting + i, n - i, same_provider);
		collect_provider(turn, arena, waiting + i, group);
	}
	delete_first(turn->txn, n);
	meta_set(turn->txn, META_INBOX_SEQ, last);
	if (arena_failed(arena))
		lmdb_fail(turn->txn, ERR_FULL, "a collect is too large");
}

size_t store_turn_collect(struct store_turn *turn, size_t max)
{
	uint64_t waits = lmdb_count(turn->txn, TABLE_INBOX);
	size_t n = COLLECT_MAX;
	struct waiting *waiting;
	struct arena arena;

	if (max < n)
		n = max;
	if (waits < n)
		n = (size_t)waits;
	if (n == 0)
		return 0;
	arena_init(&arena, COLLECT_BYTES);
	waiting = arena_alloc(&arena, n, sizeof(*waiting));
	if (waiting == NULL)
		lmdb_fail(turn->txn, ERR_FAIL, "out of memory");
	else
		n = read_inbox(turn->txn, &arena, waiting, n);
	if (waiting != NULL && n > 0)
		collect(turn, &arena, waiting, n);
	arena_fini(&arena);
	return lmdb_error(turn->txn) == 0 ? n : 0;
}
