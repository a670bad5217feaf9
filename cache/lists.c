#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/base/text.h"
#include "reconciler/core/catch_up.h"
#include "reconciler/core/listing.h"
#include "reconciler/core/ms.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/settlement.h"
#include "cache/turn.h"

#include "cache/lists.h"

enum { SOON_MS = 60 * 1000 };

/* ---- records ------------------------------------------------------------ */

static void list_key(struct key *key, const struct object_ref *ref)
{
	key_init(key);
	key_text(key, ref->provider);
	key_text(key, ref->id);
}

/* What an older program did not keep. */
static void decode_log(struct reader *r, struct list_progress *out)
{
	out->behind = reader_u64(r);
	out->since_ms = reader_i64(r);
	out->newest_ms = reader_i64(r);
	out->position_ms = reader_i64(r);
	out->read_ms = reader_i64(r);
	out->refused_ms = reader_i64(r);
	out->gap_ms = reader_i64(r);
}

static int decode(struct span key, struct span value, struct arena *arena,
    struct list_progress *out)
{
	struct reader r;
	int rc;

	memset(out, 0, sizeof(*out));
	reader_init(&r, key);
	out->provider = reader_key_text(&r, arena);
	out->name = reader_key_text(&r, arena);
	rc = record_end(&r, arena);
	if (rc != 0)
		return rc;
	record_open(&r, value);
	out->started_ms = reader_i64(&r);
	out->finished_ms = reader_i64(&r);
	out->pages = reader_u64(&r);
	out->seen = reader_u64(&r);
	out->unknown = reader_u64(&r);
	out->cursor = reader_text(&r, arena);
	if (reader_has_more(&r))
		decode_log(&r, out);
	return record_end(&r, arena);
}

int lists_get(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct list_progress *out)
{
	struct span value;
	struct key key;
	int rc;

	memset(out, 0, sizeof(*out));
	list_key(&key, ref);
	rc = lmdb_get(txn, TABLE_LISTS, key_span(&key), &value);
	if (rc != 0)
		return rc == ERR_ABSENT ? 0 : rc;
	return record_result(txn, decode(key_span(&key), value, arena, out),
	    "a list's record does not decode");
}

void lists_put(struct lmdb_txn *txn, const struct object_ref *ref,
    const struct list_progress *list)
{
	struct record record;
	struct key key;

	list_key(&key, ref);
	record_init(&record);
	writer_i64(&record.w, list->started_ms);
	writer_i64(&record.w, list->finished_ms);
	writer_u64(&record.w, list->pages);
	writer_u64(&record.w, list->seen);
	writer_u64(&record.w, list->unknown);
	writer_text(&record.w, list->cursor);
	writer_u64(&record.w, list->behind);
	writer_i64(&record.w, list->since_ms);
	writer_i64(&record.w, list->newest_ms);
	writer_i64(&record.w, list->position_ms);
	writer_i64(&record.w, list->read_ms);
	writer_i64(&record.w, list->refused_ms);
	writer_i64(&record.w, list->gap_ms);
	record_put(txn, TABLE_LISTS, &key, &record);
}

void lists_claim(struct lmdb_txn *txn, const struct object_ref *ref,
    struct arena *arena, struct claim *claim)
{
	struct list_progress list;

	if (lists_get(txn, ref, arena, &list) != 0)
		return;
	claim->cursor = list.cursor;
	claim->since_ms = list.since_ms;
}

/* ---- one page ----------------------------------------------------------- */

/*
 * There is a job, which looks soon enough, or is in trouble. Of a look that is
 * on its way while the entry is made, the overlap tells again.
 */
static bool is_wanted(struct settlement *s, const struct object_ref *ref)
{
	struct job_record job;

	if (jobs_get(s->turn->txn, ref, &s->turn->arena, &job) != 0)
		return false;
	return s->outcome->listing->log == NULL || job.claimed_ms != 0 ||
	       job.parked || job.attempts > 0 ||
	       job.due_ms <= s->turn->now_ms + SOON_MS;
}

/* Of what is known a log tells that it changed: it costs nothing if we looked
 * later than that. */
static bool is_up_to_date(
    struct settlement *s, const struct object_record *record, size_t item)
{
	const struct listing *listing = s->outcome->listing;

	return listing->log == NULL ||
	       catch_up_shows(listing->log, listing->at_ms[item],
		   record->shown.fetch_started_ms, s->turn->now_ms);
}

static void take_item(struct settlement *s, struct list_progress *list,
    const struct object_ref *ref, size_t i)
{
	const struct member *item = &s->outcome->listing->items[i];
	/* A moment before the next page: a lane is in time's order. */
	int64_t due_ms = s->turn->now_ms - 1, spaced_ms;
	struct object_record record;

	list->seen++;
	if (is_wanted(s, ref))
		return;
	if (objects_get(s->turn->txn, ref, &s->turn->arena, &record) == 0) {
		if (is_up_to_date(s, &record, i))
			return;
		list->behind++;
		spaced_ms = objects_spaced(s->turn->txn, ref, s->turn->now_ms);
		due_ms = spaced_ms > s->turn->now_ms ? spaced_ms : due_ms;
	} else {
		list->unknown++;
	}
	jobs_want(s->turn, ref, item->parent_kind, item->parent_id,
	    CAUSE_DISCOVER, due_ms);
}

static void take_items(struct settlement *s, struct list_progress *list)
{
	const struct listing *listing = s->outcome->listing;

	for (size_t i = 0; i < listing->n; i++) {
		struct object_ref ref = {.provider = s->ref.provider,
		    .kind = listing->items[i].kind,
		    .id = listing->items[i].id};

		if (!name_ref_is_valid(&ref) || listing_is(&ref))
			continue;
		take_item(s, list, &ref, i);
		if (listing->log != NULL && listing->at_ms[i] > list->newest_ms)
			list->newest_ms = listing->at_ms[i];
	}
	s->tally.other_mode += listing->other_mode;
}

static void go_on(struct settlement *s)
{
	struct job_record job = s->job;

	jobs_restart(&job);
	endings_retry(s, &job, s->turn->now_ms);
}

/*
 * A log that was not read for too long: what it does not tell any more is made
 * up for by looking at everything, which covers all until now.
 */
static void see_gap(struct settlement *s, struct list_progress *list)
{
	const struct listing_log *log = s->outcome->listing->log;

	if (list->refused_ms != 0)
		s->out->list_allowed = true;
	list->refused_ms = 0;
	if (list->read_ms == 0 || catch_up_window(log, list->read_ms,
				      s->turn->now_ms) != CATCH_UP_GAP)
		return;
	s->out->gap_ms = list->read_ms;
	list->gap_ms = list->read_ms;
	list->read_ms = list->started_ms;
}

static void end_log(struct list_progress *list)
{
	list->read_ms = list->started_ms;
	if (list->newest_ms > list->position_ms)
		list->position_ms = list->newest_ms;
}

static void turn_page(struct settlement *s, struct list_progress *list)
{
	const struct listing *listing = s->outcome->listing;

	if (list->started_ms == 0)
		list->started_ms = s->turn->now_ms;
	if (listing->log != NULL && list->cursor == NULL)
		see_gap(s, list);
	take_items(s, list);
	list->pages++;
	list->cursor = listing->next;
	list->finished_ms = listing->next == NULL ? s->turn->now_ms : 0;
	if (listing->log != NULL && listing->next == NULL)
		end_log(list);
	lists_put(s->turn->txn, &s->ref, list);
}

void lists_settle(struct settlement *s)
{
	const struct listing *listing = s->outcome->listing;
	struct list_progress list;
	const char *problem;

	if (lists_get(s->turn->txn, &s->ref, &s->turn->arena, &list) != 0)
		return;
	/* Somebody had it begin anew meanwhile: this page leads nowhere. */
	if (!text_equal(list.cursor, s->outcome->claim->cursor) ||
	    list.since_ms != s->outcome->claim->since_ms) {
		go_on(s);
		return;
	}
	problem = listing_problem(listing, list.cursor);
	if (problem != NULL) {
		verdicts_garbled(s, problem);
		return;
	}
	turn_page(s, &list);
	if (listing->next == NULL)
		endings_done(s);
	else
		go_on(s);
}

void lists_refused(struct settlement *s)
{
	struct list_progress list;

	if (lists_get(s->turn->txn, &s->ref, &s->turn->arena, &list) != 0)
		return;
	s->out->list_refused = list.refused_ms == 0;
	if (list.refused_ms == 0)
		list.refused_ms = s->turn->now_ms;
	list.finished_ms = s->turn->now_ms;
	list.cursor = NULL;
	lists_put(s->turn->txn, &s->ref, &list);
	endings_done(s);
}

/* ---- operators ---------------------------------------------------------- */

/* A person wishes for it, so it is un-parked; it stays as urgent as lists are.
 */
static void set_going(struct store_turn *turn, const struct object_ref *ref)
{
	struct job_record before, job;

	if (jobs_get(turn->txn, ref, &turn->arena, &before) == 0 &&
	    before.parked) {
		job = before;
		jobs_restart(&job);
		job.due_ms = turn->now_ms;
		jobs_put(turn->txn, &before, &job);
		return;
	}
	jobs_want(turn, ref, NULL, NULL, CAUSE_DISCOVER, turn->now_ms);
}

/* A reading of a log begins where the one before it had come to. */
static void begin_log(struct store_turn *turn, struct list_progress *list,
    const struct list_wish *wish)
{
	struct list_progress last = *list;
	int64_t now_ms = turn->now_ms;

	memset(list, 0, sizeof(*list));
	list->position_ms = last.position_ms != 0 ? last.position_ms : now_ms;
	list->read_ms = last.read_ms;
	list->refused_ms = last.refused_ms;
	list->gap_ms = last.gap_ms;
	if (wish->restart)
		list->since_ms = now_ms - wish->log->window_ms;
	else
		list->since_ms =
		    catch_up_from(wish->log, list->position_ms, now_ms);
}

static bool is_stale(const struct list_progress *list, int64_t now_ms)
{
	return ms_between(list->started_ms, now_ms) > CATCH_UP_STALE_MS;
}

void lists_begin(struct store_turn *turn, const struct object_ref *ref,
    const struct list_wish *wish, bool *goes_on)
{
	struct list_progress list;

	if (lists_get(turn->txn, ref, &turn->arena, &list) != 0)
		return;
	*goes_on = !wish->restart && list.cursor != NULL &&
		   (wish->log == NULL || !is_stale(&list, turn->now_ms));
	if (!*goes_on) {
		if (wish->log != NULL)
			begin_log(turn, &list, wish);
		else
			memset(&list, 0, sizeof(list));
		list.started_ms = turn->now_ms;
		lists_put(turn->txn, ref, &list);
	}
	set_going(turn, ref);
}

int store_discover(struct store *store, const struct settings *settings,
    const struct list_wish *wish, int64_t now_ms, bool *goes_on,
    struct err_text *err)
{
	struct object_ref ref = {
	    .provider = wish->provider, .kind = listing_kind, .id = wish->name};
	struct store_turn *turn;
	struct random random;
	int rc;

	*goes_on = false;
	if (!name_ref_is_valid(&ref))
		return err_set(err, ERR_BAD, "not the name of a list");
	random_seed(&random);
	rc = store_turn_begin(store, settings, now_ms, &random, &turn, err);
	if (rc != 0)
		return rc;
	lists_begin(turn, &ref, wish, goes_on);
	rc = store_turn_commit(turn, err);
	if (rc == 0)
		wake_ring(store->wake);
	return rc;
}

/* ---- reading ------------------------------------------------------------ */

int store_view_lists(struct store_view *view, const char *provider,
    struct arena *arena, const struct list_progress **out, size_t *n,
    struct err_text *err)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(view->txn, TABLE_LISTS);
	struct rows rows;
	struct key prefix;
	struct span k, v;
	bool more;
	int rc = 0;

	rows_init(&rows, arena, sizeof(struct list_progress));
	key_init(&prefix);
	key_text(&prefix, provider);
	for (more = lmdb_seek(cursor, key_span(&prefix), &k, &v);
	     more && rc == 0 && key_has_prefix(k, &prefix);
	     more = lmdb_next(cursor, &k, &v)) {
		struct list_progress *list = rows_add(&rows);

		rc = list == NULL ? ERR_FULL : decode(k, v, arena, list);
	}
	lmdb_cursor_close(cursor);
	*out = rows.data;
	*n = rows.n;
	record_result(view->txn, rc, "a list's record does not decode");
	if (lmdb_error(view->txn) != 0)
		lmdb_error_text(view->txn, err);
	return lmdb_error(view->txn);
}
