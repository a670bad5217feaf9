#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "cache/changes.h"
#include "cache/codec.h"
#include "cache/entries.h"
#include "cache/ledger.h"
#include "cache/links.h"
#include "cache/looks.h"
#include "cache/record.h"
#include "cache/turn.h"

/* The result of a question, with the text of what broke the view, if so. */
static int finish(struct store_view *view, int rc, struct err_text *err)
{
	if (lmdb_error(view->txn) != 0) {
		lmdb_error_text(view->txn, err);
		return lmdb_error(view->txn);
	}
	return rc;
}

static int absent(const struct object_ref *ref, struct err_text *err)
{
	return err_set(err, ERR_ABSENT, "%s %s %s is not on record",
	    ref->provider, ref->kind, ref->id);
}

int store_view_object(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, struct object *out, struct err_text *err)
{
	struct object_record record;
	int rc = objects_get(view->txn, ref, arena, &record);

	if (rc == 0)
		*out = record.shown;
	else if (rc == ERR_ABSENT)
		(void)absent(ref, err);
	return finish(view, rc, err);
}

int store_view_history(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, const struct transition **out, size_t *n,
    struct err_text *err)
{
	struct object_record record;
	struct transition *entries = NULL;
	int rc = objects_get(view->txn, ref, arena, &record);

	*out = NULL;
	*n = 0;
	if (rc == ERR_ABSENT)
		(void)absent(ref, err);
	if (rc == 0)
		rc = entries_load(view->txn, &record, arena, &entries);
	if (rc == 0) {
		*out = entries;
		*n = record.shown.entries;
	}
	return finish(view, rc, err);
}

static int read_changes(struct lmdb_txn *txn, uint64_t since,
    struct arena *arena, struct change *out, size_t *n)
{
	struct lmdb_cursor *cursor = lmdb_cursor_open(txn, TABLE_CHANGES);
	size_t max = *n;
	struct span key, value;
	struct key start;
	bool more;
	int rc = 0;

	key_init(&start);
	key_u64(&start, since + 1);
	*n = 0;
	for (more = lmdb_seek(cursor, key_span(&start), &key, &value);
	     more && *n < max && rc == 0;
	     more = lmdb_next(cursor, &key, &value))
		rc = changes_decode(key, value, arena, &out[(*n)++]);
	lmdb_cursor_close(cursor);
	return record_result(txn, rc, "a change does not decode");
}

int store_view_changes(struct store_view *view, uint64_t since, size_t max,
    struct arena *arena, const struct change **out, size_t *n,
    struct err_text *err)
{
	uint64_t last = meta_get(view->txn, META_CHANGE_SEQ);
	struct change *changes = NULL;
	int rc = 0;

	*out = NULL;
	*n = last > since && last - since < max ? last - since : max;
	if (last <= since)
		*n = 0;
	if (*n > 0) {
		changes = arena_alloc(arena, *n, sizeof(*changes));
		rc = changes == NULL
			 ? err_set(err, ERR_FULL, "changes: no memory")
			 : read_changes(view->txn, since, arena, changes, n);
	}
	*out = changes;
	return finish(view, rc, err);
}

int store_view_changes_from(
    struct store_view *view, uint64_t *first, struct err_text *err)
{
	*first = changes_first(view->txn);
	return finish(view, 0, err);
}

int store_view_link(struct store_view *view, const char *provider,
    const char *customer, struct arena *arena, const char **account,
    struct err_text *err)
{
	*account = links_get(view->txn, provider, customer, arena);
	if (*account == NULL)
		return finish(view,
		    err_set(err, ERR_ABSENT, "%s/%s is not linked", provider,
			customer),
		    err);
	return finish(view, 0, err);
}

int store_view_links(struct store_view *view, const char *account,
    struct arena *arena, const struct linked_customer **out, size_t *n,
    struct err_text *err)
{
	struct linked_customer *found = NULL;
	int rc;

	*n = 0;
	rc = links_load(view->txn, account, arena, &found, n);
	*out = found;
	return finish(view, rc, err);
}

int store_view_look(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, struct look *out, struct err_text *err)
{
	int rc = looks_get(view->txn, ref, arena, out);

	if (rc == ERR_ABSENT)
		(void)err_set(err, ERR_ABSENT, "no such look is remembered");
	return finish(view, rc, err);
}
