/* After a clock that was ahead: what it wrote must not be waited for. */
#include "reconciler/base/arena.h"
#include "reconciler/core/ms.h"
#include "reconciler/core/schedule.h"
#include "reconciler/core/settings.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/rows.h"
#include "cache/turn.h"

/* ---- jobs --------------------------------------------------------------- */

static void find_jobs(struct store_turn *turn, const char *provider,
    uint8_t lane, int64_t after_ms, size_t max, struct rows *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_DUE);
	struct key prefix, from;
	struct span k, v;
	bool more;

	jobs_lane(&prefix, provider, lane);
	from = prefix;
	key_time(&from, ms_add(after_ms, 1));
	more = lmdb_seek(cursor, key_span(&from), &k, &v);
	while (more && out->n < max && key_has_prefix(k, &prefix)) {
		struct due_row *row = rows_add(out);

		if (row == NULL || jobs_decode_due(k, &turn->arena, row) != 0)
			break; /* the turn fails at its commit */
		more = lmdb_next(cursor, &k, &v);
	}
	lmdb_cursor_close(cursor);
}

static void hurry(
    struct store_turn *turn, const struct due_row *row, int64_t after_ms)
{
	struct job_record before, job;

	if (jobs_get(turn->txn, &row->ref, &turn->arena, &before) != 0)
		return;
	job = before;
	job.due_ms = turn->now_ms;
	if (job.rung_at_ms > after_ms)
		job.rung_at_ms = turn->now_ms;
	jobs_put(turn->txn, &before, &job);
}

static size_t reclock_jobs(
    struct store_turn *turn, const struct provider_settings *p, size_t max)
{
	int64_t after_ms =
	    ms_add(turn->now_ms, schedule_longest_wait(&p->schedule));
	const struct due_row *found;
	struct rows rows;

	rows_init(&rows, &turn->arena, sizeof(*found));
	for (int i = 0; i < PRIORITY_COUNT; i++)
		find_jobs(turn, p->name, (uint8_t)i, after_ms, max, &rows);
	found = rows.data;
	for (size_t i = 0; i < rows.n; i++)
		hurry(turn, &found[i], after_ms);
	return rows.n;
}

/* ---- checks ------------------------------------------------------------- */

/* Nothing is read more rarely than this. */
static int64_t longest(const struct settings *settings)
{
	int64_t longest_ms = TURN_UNCONFIGURED_MS;

	for (size_t i = 0; i < settings->n_providers; i++) {
		int64_t ms = schedule_longest(&settings->providers[i].schedule);

		if (ms > longest_ms)
			longest_ms = ms;
	}
	return longest_ms;
}

struct check {
	int64_t at_ms;
	uint64_t number;
};

/* The farthest ones. */
static void find_checks(
    struct store_turn *turn, int64_t after_ms, size_t max, struct rows *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_CHECKS);
	struct span k, v;
	bool more = lmdb_last(cursor, &k, &v);

	while (more && out->n < max) {
		struct check check, *row;
		struct reader r;

		reader_init(&r, k);
		check.at_ms = reader_i64(&r);
		check.number = reader_u64(&r);
		if (check.at_ms <= after_ms)
			break;
		row = rows_add(out);
		if (row == NULL)
			break; /* the turn fails at its commit */
		*row = check;
		more = lmdb_prev(cursor, &k, &v);
	}
	lmdb_cursor_close(cursor);
}

/* A row that is no object's must not be found for ever. */
static void remove_check(struct lmdb_txn *txn, const struct check *check)
{
	struct key key;

	key_init(&key);
	key_time(&key, check->at_ms);
	key_u64(&key, check->number);
	lmdb_delete(txn, TABLE_CHECKS, key_span(&key));
}

static void plan_anew(struct store_turn *turn, const struct check *check)
{
	const struct provider_settings *p;
	struct object_record before, after;
	int64_t within_ms = TURN_UNCONFIGURED_MS;

	if (objects_get_number(
		turn->txn, check->number, &turn->arena, &before) != 0 ||
	    before.shown.next_check_ms != check->at_ms) {
		remove_check(turn->txn, check);
		return;
	}
	p = settings_provider(turn->settings, before.shown.ref.provider);
	if (p != NULL)
		within_ms = schedule_within(&p->schedule, before.shown.tier);
	after = before;
	after.check_cause = CAUSE_RESYNC;
	after.shown.next_check_ms = schedule_resync(
	    turn->now_ms, within_ms, objects_phase(&before.shown.ref));
	objects_put(turn->txn, &before, &after);
}

static size_t reclock_checks(struct store_turn *turn, size_t max)
{
	const struct check *found;
	struct rows rows;

	rows_init(&rows, &turn->arena, sizeof(*found));
	find_checks(
	    turn, ms_add(turn->now_ms, longest(turn->settings)), max, &rows);
	found = rows.data;
	for (size_t i = 0; i < rows.n; i++)
		plan_anew(turn, &found[i]);
	return rows.n;
}

size_t store_turn_reclock(struct store_turn *turn, size_t max)
{
	size_t n = reclock_checks(turn, max);

	for (size_t i = 0; i < turn->settings->n_providers; i++)
		n += reclock_jobs(turn, &turn->settings->providers[i], max);
	return n;
}
