#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/base/text.h"
#include "reconciler/core/listing.h"

#include "cache/codec.h"
#include "cache/jobs.h"
#include "cache/ledger.h"
#include "cache/record.h"
#include "cache/rows.h"
#include "cache/settlement.h"
#include "cache/turn.h"

#include "cache/lists.h"

/* ---- records ------------------------------------------------------------ */

static void list_key(struct key *key, const struct object_ref *ref)
{
	key_init(key);
	key_text(key, ref->provider);
	key_text(key, ref->id);
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
	return record_end(&r, arena);
}

/* A list that was never read is an empty record. */
static int get(struct lmdb_txn *txn, const struct object_ref *ref,
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

static void put(struct lmdb_txn *txn, const struct object_ref *ref,
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
	record_put(txn, TABLE_LISTS, &key, &record);
}

const char *lists_cursor(
    struct lmdb_txn *txn, const struct object_ref *ref, struct arena *arena)
{
	struct list_progress list;

	return get(txn, ref, arena, &list) == 0 ? list.cursor : NULL;
}

/* ---- one page ----------------------------------------------------------- */

/* Known already, or about to be: then nothing has to be done for it. */
static bool is_known(struct settlement *s, const struct object_ref *ref)
{
	struct job_record job;

	return objects_is_known(s->turn->txn, ref) ||
	       jobs_get(s->turn->txn, ref, &s->turn->arena, &job) == 0;
}

static void take_items(struct settlement *s, struct list_progress *list)
{
	const struct listing *listing = s->outcome->listing;

	for (size_t i = 0; i < listing->n; i++) {
		const struct member *item = &listing->items[i];
		struct object_ref ref = {.provider = s->ref.provider,
		    .kind = item->kind,
		    .id = item->id};

		if (!name_ref_is_valid(&ref) || listing_is(&ref))
			continue;
		list->seen++;
		if (is_known(s, &ref))
			continue;
		list->unknown++;
		/* A moment before the next page: a lane is in time's order. */
		jobs_want(s->turn, &ref, item->parent_kind, item->parent_id,
		    CAUSE_DISCOVER, s->turn->now_ms - 1);
	}
}

static void go_on(struct settlement *s)
{
	struct job_record job = s->job;

	jobs_restart(&job);
	endings_retry(s, &job, s->turn->now_ms);
}

void lists_settle(struct settlement *s)
{
	const struct listing *listing = s->outcome->listing;
	struct lmdb_txn *txn = s->turn->txn;
	struct list_progress list;
	const char *problem;

	if (get(txn, &s->ref, &s->turn->arena, &list) != 0)
		return;
	/* Somebody had it begin anew meanwhile: this page leads nowhere. */
	if (!text_equal(list.cursor, s->outcome->claim->cursor)) {
		go_on(s);
		return;
	}
	problem = listing_problem(listing, list.cursor);
	if (problem != NULL) {
		verdicts_garbled(s, problem);
		return;
	}
	take_items(s, &list);
	list.pages++;
	list.cursor = listing->next;
	if (list.started_ms == 0)
		list.started_ms = s->turn->now_ms;
	list.finished_ms = listing->next == NULL ? s->turn->now_ms : 0;
	put(txn, &s->ref, &list);
	if (listing->next == NULL)
		endings_done(s);
	else
		go_on(s);
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

/* From where it was left, if it was left; else from its first page. */
static void begin(struct store_turn *turn, const struct object_ref *ref,
    bool restart, bool *goes_on)
{
	struct list_progress list;

	if (get(turn->txn, ref, &turn->arena, &list) != 0)
		return;
	*goes_on = !restart && list.cursor != NULL;
	if (!*goes_on) {
		memset(&list, 0, sizeof(list));
		list.started_ms = turn->now_ms;
		put(turn->txn, ref, &list);
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
	begin(turn, &ref, wish->restart, goes_on);
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
