#include "reconciler/base/arena.h"
#include "reconciler/core/settings.h"

#include "cache/accounts.h"
#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/rows.h"
#include "cache/turn.h"

struct check {
	int64_t at_ms;
	uint64_t number;
};

static void decode(struct span key, struct check *out)
{
	struct reader r;

	reader_init(&r, key);
	out->at_ms = (int64_t)reader_u64(&r);
	out->number = reader_u64(&r);
}

/* The row of a table that is ordered by time. false: it has none. */
static bool first(struct lmdb_cursor *cursor, struct span *key)
{
	struct span value;
	struct key start;

	key_init(&start);
	key_time(&start, 0);
	return lmdb_seek(cursor, key_span(&start), key, &value);
}

static void find_due(struct store_turn *turn, size_t max, struct rows *out)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_CHECKS);
	struct span key, value;
	struct check check;
	bool more;

	rows_init(out, &turn->arena, sizeof(struct check));
	for (more = first(cursor, &key); more && out->n < max;
	     more = lmdb_next(cursor, &key, &value)) {
		struct check *row;

		decode(key, &check);
		if (check.at_ms > turn->now_ms)
			break;
		row = rows_add(out);
		if (row == NULL)
			break; /* the turn fails at its commit */
		*row = check;
	}
	lmdb_cursor_close(cursor);
}

static void remove_check(struct lmdb_txn *txn, const struct check *check)
{
	struct key key;

	key_init(&key);
	key_time(&key, check->at_ms);
	key_u64(&key, check->number);
	lmdb_delete(txn, TABLE_CHECKS, key_span(&key));
}

/*
 * The next check is written at once, far away: were the job lost or dropped,
 * the object would still be looked at some day.
 */
static void make_due(struct store_turn *turn, const struct check *check)
{
	const struct provider_settings *provider;
	struct object_record before, after;
	const struct object *shown = &before.shown;

	if (objects_get_number(
		turn->txn, check->number, &turn->arena, &before) != 0 ||
	    shown->next_check_ms != check->at_ms) {
		remove_check(turn->txn, check);
		return;
	}
	after = before;
	after.check_cause = CAUSE_RESYNC;
	after.shown.next_check_ms = turn->now_ms + TURN_UNCONFIGURED_MS;
	provider = settings_provider(turn->settings, shown->ref.provider);
	if (provider != NULL) {
		jobs_want(turn, &shown->ref, shown->parent_kind,
		    shown->parent_id, before.check_cause,
		    objects_spaced(turn->txn, &shown->ref, turn->now_ms));
		after.shown.next_check_ms =
		    turn->now_ms +
		    schedule_within(&provider->schedule, shown->tier);
		/* What is overdue was announced by the first moment of it. */
		if (before.check_cause == CAUSE_RECHECK &&
		    before.boundary_ms == 0)
			after.boundary_ms =
			    check->at_ms - SCHEDULE_BOUNDARY_SLACK_MS;
	}
	objects_put(turn->txn, &before, &after);
}

size_t store_turn_checks(struct store_turn *turn, size_t max)
{
	const struct check *checks;
	struct rows due;

	find_due(turn, max, &due);
	checks = due.data;
	for (size_t i = 0; i < due.n; i++)
		make_due(turn, &checks[i]);
	return due.n;
}

/* The first edge. false: there is none that is a row. */
static bool first_edge(
    struct store_turn *turn, int64_t *at_ms, const char **account)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_EDGES);
	struct span key;
	bool found = first(cursor, &key) &&
		     accounts_edge(key, &turn->arena, at_ms, account) == 0;

	lmdb_cursor_close(cursor);
	return found;
}

/* It has moved on; a row that is nobody's must not come first for ever. */
static void remove_edge(
    struct lmdb_txn *txn, int64_t at_ms, const char *account)
{
	struct key key;

	key_init(&key);
	key_time(&key, at_ms);
	key_text(&key, account);
	lmdb_delete(txn, TABLE_EDGES, key_span(&key));
}

size_t store_turn_advance(struct store_turn *turn, size_t max)
{
	const char *account;
	int64_t at_ms;
	size_t n;

	for (n = 0; n < max; n++) {
		if (!first_edge(turn, &at_ms, &account) || at_ms > turn->now_ms)
			break;
		(void)accounts_catch_up(turn, account);
		remove_edge(turn->txn, at_ms, account);
	}
	return n;
}

static int64_t first_check(struct store_turn *turn)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(turn->txn, TABLE_CHECKS);
	struct check check = {0};
	struct span key;

	if (first(cursor, &key))
		decode(key, &check);
	lmdb_cursor_close(cursor);
	return check.at_ms;
}

int64_t store_turn_next_other(struct store_turn *turn)
{
	int64_t check_ms = first_check(turn);
	const char *account;
	int64_t edge_ms;

	if (!first_edge(turn, &edge_ms, &account))
		return check_ms;
	return check_ms != 0 && check_ms < edge_ms ? check_ms : edge_ms;
}
