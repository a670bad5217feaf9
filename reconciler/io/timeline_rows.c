#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/history.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/query.h"

#include "reconciler/io/timeline_rows.h"

enum {
	AHEAD_MAX = 8, /* changes that time alone will make */
	STEPS_MAX = 4, /* changes by time alone between two moments */
	SCRATCH_BYTES = 32 * 1024 * 1024
};

/* The work of one timeline. */
struct work {
	struct store_view *view;
	const struct settings *settings;
	const struct account_answer *answer;
	const struct history_lines *lines;
	int64_t now_ms;
	struct arena *arena;
	struct err_text *err;
	struct timeline_point *points;
	size_t n_points;
	size_t max_points;
};

static int no_memory(const struct work *w)
{
	return err_set(w->err, ERR_FULL, "the account is too large");
}

/* ---- what the answer was ------------------------------------------------ */

static void add_point(struct work *w, int64_t at_ms, enum entitled entitled)
{
	if (w->n_points < w->max_points)
		w->points[w->n_points++] =
		    (struct timeline_point){at_ms, entitled};
}

static int ask(const struct work *w, struct arena *scratch, int64_t at_ms,
    struct account_answer *out)
{
	const struct account_question question = {
	    .account = w->answer->account,
	    .has_at = true,
	    .at_ms = at_ms,
	    .now_ms = w->now_ms,
	};

	arena_reset(scratch);
	return query_account(
	    w->view, w->settings, &question, scratch, out, w->err);
}

/* From one moment on, and what time alone changed until the next. */
static int ask_between(
    struct work *w, struct arena *scratch, int64_t from_ms, int64_t to_ms)
{
	struct account_answer then;
	int64_t at_ms = from_ms;
	int rc = 0;

	for (int i = 0; i < STEPS_MAX && rc == 0; i++) {
		rc = ask(w, scratch, at_ms, &then);
		if (rc != 0)
			return rc;
		add_point(w, at_ms, then.entitlement.entitled);
		at_ms = then.entitlement.valid_until_ms;
		if (at_ms <= from_ms || at_ms >= to_ms)
			return 0;
	}
	return rc;
}

static int compare(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void take_moment(
    const struct work *w, int64_t ms, int64_t *out, size_t *n)
{
	if (ms > 0 && ms < w->now_ms)
		out[(*n)++] = ms;
}

/* When the answer may have changed: entries, beginnings and ends. */
static int64_t *past_moments(const struct work *w, size_t *n)
{
	const struct account_answer *a = w->answer;
	int64_t *all = arena_alloc(
	    w->arena, w->lines->n + 2 * a->n_grants + 1, sizeof(*all));
	size_t kept = 0;

	*n = 0;
	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < w->lines->n; i++)
		take_moment(w, w->lines->lines[i].entry->at_ms, all, n);
	for (size_t i = 0; i < a->n_grants; i++) {
		take_moment(w, a->grants[i].grant.since_ms, all, n);
		take_moment(w, a->grants[i].grant.until_ms, all, n);
	}
	qsort(all, *n, sizeof(*all), compare);
	for (size_t i = 0; i < *n; i++) {
		if (kept == 0 || all[i] != all[kept - 1])
			all[kept++] = all[i];
	}
	*n = kept;
	return all;
}

static int ask_past(struct work *w)
{
	struct arena scratch;
	size_t n, first = 0;
	int64_t *moments = past_moments(w, &n);
	int rc = 0;

	if (moments == NULL)
		return no_memory(w);
	if (n > TIMELINE_ROWS_ASKED_MAX)
		first = n - TIMELINE_ROWS_ASKED_MAX;
	arena_init(&scratch, SCRATCH_BYTES);
	for (size_t i = first; i < n && rc == 0; i++)
		rc = ask_between(w, &scratch, moments[i],
		    i + 1 < n ? moments[i + 1] : w->now_ms);
	arena_fini(&scratch);
	return rc;
}

static void add_future(struct work *w)
{
	const struct account_answer *a = w->answer;
	struct entitlement e = a->entitlement;
	int64_t at_ms = w->now_ms;

	for (int i = 0; i < AHEAD_MAX; i++) {
		add_point(w, at_ms, e.entitled);
		if (e.valid_until_ms <= at_ms)
			return;
		at_ms = e.valid_until_ms;
		entitle_account_with(
		    a->grants, a->n_grants, at_ms, w->arena, &e);
	}
}

static int make_access(struct work *w, struct timeline_row *out)
{
	int rc = 0;

	w->max_points = TIMELINE_ROWS_ASKED_MAX * STEPS_MAX + AHEAD_MAX;
	w->points = arena_alloc(w->arena, w->max_points, sizeof(*w->points));
	if (w->points == NULL)
		return no_memory(w);
	if (w->answer->n_objects <= TIMELINE_ROWS_PAST_MAX &&
	    w->answer->n_grants <= TIMELINE_ROWS_PAST_MAX)
		rc = ask_past(w);
	if (rc != 0)
		return rc;
	add_future(w);
	rc = timeline_access(w->points, w->n_points, w->now_ms, w->arena, out);
	return rc != 0 ? no_memory(w) : 0;
}

/* ---- objects ------------------------------------------------------------ */

/* The entries of one object, by time, and what it gives. */
struct group {
	struct timeline_object object;
	int64_t newest_ms;
};

static int by_object(const void *left, const void *right)
{
	const struct history_line *a =
	    *(const struct history_line *const *)left;
	const struct history_line *b =
	    *(const struct history_line *const *)right;
	int d = strcmp(a->object.provider, b->object.provider);

	if (d == 0)
		d = strcmp(a->object.kind, b->object.kind);
	if (d == 0)
		d = strcmp(a->object.id, b->object.id);
	/* They stand by time already. */
	return d != 0 ? d : (a > b) - (a < b);
}

/* What gives something comes first, then what was heard of last. */
static int by_weight(const void *left, const void *right)
{
	const struct group *a = left, *b = right;

	if (a->object.has_grant != b->object.has_grant)
		return a->object.has_grant ? -1 : 1;
	return (a->newest_ms < b->newest_ms) - (a->newest_ms > b->newest_ms);
}

static void find_grant(const struct work *w, struct timeline_object *object)
{
	const struct account_answer *a = w->answer;

	for (size_t i = 0; i < a->n_grants; i++) {
		const struct held_grant *held = &a->grants[i];

		if (!name_ref_equal(&held->object, &object->object))
			continue;
		if (!object->has_grant || held->grant.until_ms == 0 ||
		    (object->until_ms != 0 &&
			held->grant.until_ms > object->until_ms))
			object->until_ms = held->grant.until_ms;
		object->has_grant = true;
		if (object->until_ms == 0)
			return;
	}
}

/* Groups of the sorted lines; entries has room for all of them. */
static size_t group(const struct work *w,
    const struct history_line *const *sorted, const struct transition **entries,
    struct group *groups)
{
	size_t n = 0;

	for (size_t i = 0; i < w->lines->n; i++) {
		struct group *g = n > 0 ? &groups[n - 1] : NULL;

		if (g == NULL ||
		    !name_ref_equal(&g->object.object, &sorted[i]->object)) {
			g = &groups[n++];
			g->object.object = sorted[i]->object;
			g->object.entries = &entries[i];
			find_grant(w, &g->object);
		}
		entries[i] = sorted[i]->entry;
		g->object.n++;
		g->newest_ms = sorted[i]->entry->at_ms;
	}
	qsort(groups, n, sizeof(*groups), by_weight);
	return n;
}

static int make_objects(
    struct work *w, struct timeline_row *rows, size_t *n, size_t *hidden)
{
	size_t lines = w->lines->n, found, max = TIMELINE_ROWS_MAX - *n;
	const struct history_line **sorted =
	    arena_alloc(w->arena, lines + 1, sizeof(*sorted));
	const struct transition **entries =
	    arena_alloc(w->arena, lines + 1, sizeof(*entries));
	struct group *groups =
	    arena_alloc(w->arena, lines + 1, sizeof(*groups));
	int rc = 0;

	if (sorted == NULL || entries == NULL || groups == NULL)
		return no_memory(w);
	for (size_t i = 0; i < lines; i++)
		sorted[i] = &w->lines->lines[i];
	qsort(sorted, lines, sizeof(*sorted), by_object);
	found = group(w, sorted, entries, groups);
	*hidden = found > max ? found - max : 0;
	for (size_t i = 0; i < found && i < max && rc == 0; i++)
		rc = timeline_object(
		    &groups[i].object, w->now_ms, w->arena, &rows[(*n)++]);
	return rc != 0 ? no_memory(w) : 0;
}

int timeline_rows_make(struct store_view *view,
    const struct timeline_rows *from, struct arena *arena, struct timeline *out,
    struct err_text *err)
{
	struct work w = {.view = view,
	    .settings = from->settings,
	    .answer = from->answer,
	    .lines = from->lines,
	    .now_ms = from->now_ms,
	    .arena = arena,
	    .err = err};
	struct timeline_row *rows;
	size_t n = 1, hidden = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	if (from->lines->n == 0)
		return 0;
	rows = arena_alloc(arena, TIMELINE_ROWS_MAX, sizeof(*rows));
	if (rows == NULL)
		return no_memory(&w);
	rc = make_access(&w, &rows[0]);
	if (rc == 0)
		rc = make_objects(&w, rows, &n, &hidden);
	if (rc != 0)
		return rc;
	if (timeline_make(rows, n, from->now_ms, arena, out) != 0)
		return no_memory(&w);
	out->hidden = hidden;
	return 0;
}
