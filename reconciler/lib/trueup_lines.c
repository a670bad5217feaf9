#include <stdlib.h>

#include "cache/store.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"

#include "reconciler/lib/handle.h"
#include "reconciler/lib/slots.h"

#include "reconciler/lib/trueup.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, PAGE_CHANGES = 1000 };

struct trueup_lines {
	struct trueup *t;   /* borrowed */
	struct arena arena; /* of what follows: history, or a page of changes */
	struct history_lines history;
	const struct change *changes;
	size_t n_changes;
	size_t next; /* of either, to be given */
	bool is_feed;
	bool known; /* the feed's reader has been there: a gap is told */
	int64_t seq;
	char *json; /* what was given last */
};

/* ---- making ----------------------------------------------------------- */

static struct trueup_lines *new_lines(struct trueup *t)
{
	struct trueup_lines *lines = calloc(1, sizeof(*lines));

	if (lines == NULL)
		return NULL;
	lines->t = t;
	arena_init(&lines->arena, ARENA_BYTES);
	return lines;
}

void trueup_lines_close(struct trueup_lines *lines)
{
	if (lines == NULL)
		return;
	free(lines->json);
	arena_fini(&lines->arena);
	free(lines);
}

/* Whose history: one object's, or all of an account's. */
struct subject {
	struct object_ref ref;
	const char *account; /* NULL: the object's */
};

static int read_history(struct trueup_lines *lines,
    const struct subject *subject, struct err_text *why)
{
	struct account_question asked = {.account = subject->account};
	struct slot *slot;
	int rc = handle_enter(lines->t, &slot, why);

	if (rc != 0)
		return rc;
	asked.now_ms = clock_wall_ms();
	if (subject->account != NULL)
		rc = query_account_history(slots_view(slot), lines->t->settings,
		    &asked, &lines->arena, &lines->history, why);
	else
		rc = query_history(slots_view(slot), &subject->ref,
		    &lines->arena, &lines->history, why);
	slots_give(slot, rc);
	return rc;
}

static int history(struct trueup *t, const struct subject *subject,
    struct trueup_lines **out, struct trueup_error *err)
{
	struct trueup_lines *lines = new_lines(t);
	struct err_text why;
	int rc = lines != NULL ? read_history(lines, subject, &why)
			       : err_set(&why, ERR_FAIL, "out of memory");

	*out = rc == 0 ? lines : NULL;
	if (rc != 0)
		trueup_lines_close(lines);
	return handle_tell(rc, &why, err);
}

int trueup_account_history(struct trueup *t, const char *account,
    struct trueup_lines **out, struct trueup_error *err)
{
	const struct subject subject = {.account = account};
	struct err_text why;

	if (account != NULL)
		return history(t, &subject, out, err);
	*out = NULL;
	return handle_tell(
	    err_set(&why, ERR_BAD, "no account is given"), &why, err);
}

int trueup_object_history(struct trueup *t, const char *provider,
    const char *kind, const char *id, struct trueup_lines **out,
    struct trueup_error *err)
{
	const struct subject subject = {.ref = {provider, kind, id}};
	struct err_text why;

	if (provider != NULL && kind != NULL && id != NULL &&
	    name_ref_is_valid(&subject.ref))
		return history(t, &subject, out, err);
	*out = NULL;
	return handle_tell(
	    err_set(&why, ERR_BAD, "an object is a provider, a kind and an id"),
	    &why, err);
}

static int begin_feed(struct trueup *t, int64_t since,
    struct trueup_lines **out, struct err_text *why)
{
	struct slot *slot;
	int rc;

	if (since < -1)
		return err_set(why, ERR_BAD, "since: a seq is wanted, or -1");
	rc = handle_enter(t, &slot, why);
	if (rc != 0)
		return rc;
	slots_give(slot, 0);
	*out = new_lines(t);
	if (*out == NULL)
		return err_set(why, ERR_FAIL, "out of memory");
	(*out)->is_feed = true;
	(*out)->known = since >= 0;
	(*out)->seq = since >= 0 ? since : 0;
	return 0;
}

int trueup_changes(struct trueup *t, int64_t since, struct trueup_lines **out,
    struct trueup_error *err)
{
	struct err_text why;

	*out = NULL;
	return handle_tell(begin_feed(t, since, out, &why), &why, err);
}

/* ---- the feed --------------------------------------------------------- */

/* A feed does not keep everything for ever: a gap is never passed over. */
static int check_gap(
    struct trueup_lines *lines, struct store_view *view, struct err_text *why)
{
	uint64_t first;
	int rc = store_view_changes_from(view, &first, why);

	if (rc != 0 || !lines->known || (uint64_t)lines->seq + 1 >= first)
		return rc;
	(void)err_set(why, ERR_ABSENT,
	    "changes %lld to %llu are no longer kept (keep_changes in %s);"
	    " ask for each account anew, then go on with those since %llu",
	    (long long)lines->seq + 1, (unsigned long long)first - 1,
	    lines->t->settings->file, (unsigned long long)first - 1);
	return TRUEUP_ERR_GAP;
}

static int read_page(struct trueup_lines *lines, struct err_text *why)
{
	struct slot *slot;
	int rc;

	lines->n_changes = 0;
	lines->next = 0;
	arena_reset(&lines->arena);
	rc = handle_enter(lines->t, &slot, why);
	if (rc != 0)
		return rc;
	rc = check_gap(lines, slots_view(slot), why);
	if (rc == 0)
		rc = store_view_changes(slots_view(slot), (uint64_t)lines->seq,
		    PAGE_CHANGES, &lines->arena, &lines->changes,
		    &lines->n_changes, why);
	/* What is missing is no fault of the snapshot. */
	slots_give(slot, rc == TRUEUP_ERR_GAP ? 0 : rc);
	return rc;
}

/* ---- giving ----------------------------------------------------------- */

static int64_t make_change(struct trueup_lines *lines, struct buf *text)
{
	const struct change *change = &lines->changes[lines->next];

	wire_change(lines->t->settings, change, text);
	return (int64_t)change->seq;
}

static int64_t make_history(struct trueup_lines *lines, struct buf *text)
{
	const struct history_line *line = &lines->history.lines[lines->next];

	wire_history_line(line, text);
	return (int64_t)line->entry->seq;
}

/* 1, 0: there is none, or an error. */
static int give(struct trueup_lines *lines, struct err_text *why)
{
	struct buf text;
	int64_t seq;
	int rc = 0;

	if (lines->is_feed && lines->next == lines->n_changes)
		rc = read_page(lines, why);
	if (rc != 0 || lines->next == (lines->is_feed ? lines->n_changes
						      : lines->history.n))
		return rc;
	buf_init(&text, HANDLE_JSON_MAX);
	seq = lines->is_feed ? make_change(lines, &text)
			     : make_history(lines, &text);
	rc = handle_take(&text, &lines->json, why);
	if (rc != 0)
		return rc;
	lines->next++;
	lines->seq = seq;
	lines->known = true;
	return 1;
}

int trueup_lines_next(
    struct trueup_lines *lines, const char **json, struct trueup_error *err)
{
	struct err_text why;
	int rc;

	free(lines->json);
	lines->json = NULL;
	rc = give(lines, &why);
	*json = lines->json;
	(void)handle_tell(rc < 0 ? rc : 0, &why, err);
	return rc;
}

int64_t trueup_lines_seq(const struct trueup_lines *lines)
{
	return lines->seq;
}
