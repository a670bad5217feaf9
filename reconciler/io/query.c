#include <stdlib.h>
#include <string.h>

#include "clients/client.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/history.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/balance.h"
#include "reconciler/io/quantities.h"

#include "reconciler/io/query.h"

enum { CLOCK_SLACK_MS = 60 * 1000 /* clocks are corrected all the time */ };

static struct entitle_text text_of(const char *text)
{
	return (struct entitle_text){
	    .data = text, .len = text != NULL ? strlen(text) : 0};
}

static bool is_meant(
    const struct account_question *q, const struct held_grant *held)
{
	const struct grant *grant = &held->grant;

	if (q->product == NULL && q->label == NULL)
		return true;
	return entitle_is_meant(grant->state, text_of(grant->product),
	    text_of(grant->label), text_of(q->product), text_of(q->label));
}

static const char *noun_of(const struct held_grant *held)
{
	const struct client_kind *kind =
	    held->provider == NULL
		? NULL
		: client_kind_of(held->provider, held->object.kind);

	return kind == NULL ? NULL : kind->noun;
}

/*
 * Those that are meant, in the place of all of them. Grants that have their
 * kind's name in common have it in one place: it is looked up once.
 */
static void choose_grants(const struct account_question *q,
    struct account_view *seen, struct account_answer *out)
{
	const struct held_grant *before = NULL;

	for (size_t i = 0; i < seen->n_grants; i++) {
		struct held_grant *held = &seen->grants[out->n_grants];

		if (!is_meant(q, &seen->grants[i]))
			continue;
		if (held != &seen->grants[i])
			*held = seen->grants[i];
		if (before != NULL && held->provider == before->provider &&
		    held->object.kind == before->object.kind)
			held->noun = before->noun;
		else
			held->noun = noun_of(held);
		before = held;
		out->n_grants++;
	}
	out->grants = seen->grants;
}

/* A moment at which something was to happen, and nobody looked behind it. */
static bool has_passed(int64_t at_ms, int64_t verified_ms, int64_t now_ms)
{
	return at_ms != 0 && at_ms <= now_ms && verified_ms <= at_ms;
}

/* The last look at what it gives is not too long ago. */
static bool is_verified(const struct held_grant *held, int64_t now_ms)
{
	const struct provider_settings *p = held->provider;

	/* What a clock that has stepped back calls to come may be old. */
	return p != NULL && held->verified_at_ms - now_ms <= CLOCK_SLACK_MS &&
	       now_ms - held->verified_at_ms <=
		   schedule_fresh(&p->schedule, held->grant.state) &&
	       !has_passed(held->grant.renews_ms, held->verified_at_ms, now_ms);
}

/*
 * Nothing waits to be looked at, nor should: no worker may have run since
 * something was to happen.
 */
static bool is_fresh(const struct account_view *seen, int64_t now_ms)
{
	if (seen->pending > 0 || seen->n_grants == 0)
		return false;
	for (size_t i = 0; i < seen->n_grants; i++) {
		if (!is_verified(&seen->grants[i], now_ms))
			return false;
	}
	for (size_t i = 0; i < seen->n_objects; i++) {
		const struct belonging *object = &seen->objects[i];

		if (has_passed(
			object->boundary_ms, object->verified_at_ms, now_ms))
			return false;
	}
	return true;
}

static int64_t moment_of(const struct account_question *q)
{
	if (q->has_at)
		return q->at_ms;
	return q->has_known_at ? q->known_at_ms : q->now_ms;
}

static int read_account(struct store_view *view,
    const struct settings *settings, const struct account_question *q,
    struct arena *arena, struct account_view *seen, struct err_text *err)
{
	int64_t known_at_ms = q->has_known_at ? q->known_at_ms : 0;

	if (q->has_known_at || (q->has_at && q->at_ms < q->now_ms))
		return store_view_account_at(view, settings, q->account,
		    moment_of(q), known_at_ms, arena, seen, err);
	return store_view_account(
	    view, settings, q->account, q->now_ms, arena, seen, err);
}

int query_account(struct store_view *view, const struct settings *settings,
    const struct account_question *q, struct arena *arena,
    struct account_answer *out, struct err_text *err)
{
	struct account_view seen;
	int rc;

	memset(out, 0, sizeof(*out));
	memset(&seen, 0, sizeof(seen));
	rc = read_account(view, settings, q, arena, &seen, err);
	if (rc == 0) {
		out->fresh = is_fresh(&seen, q->now_ms);
		choose_grants(q, &seen, out);
		rc = balance_sum(seen.credits, seen.n_credits, q->product,
		    arena, &out->credits, &out->n_credits, err);
	}
	if (rc == 0)
		rc = quantities_sum(out->grants, out->n_grants, moment_of(q),
		    arena, &out->quantities, &out->n_quantities, err);
	if (rc != 0)
		return rc;
	out->account = q->account;
	out->as_of_ms = moment_of(q);
	out->objects = seen.objects;
	out->n_objects = seen.n_objects;
	out->pending = seen.pending;
	out->verified_at_ms = seen.verified_at_ms;
	entitle_account_with(out->grants, out->n_grants, out->as_of_ms, arena,
	    &out->entitlement);
	return 0;
}

/* A growing list in an arena: doubled when it is full. */
struct line_list {
	struct history_line *lines;
	size_t n;
	size_t cap;
	struct arena *arena;
};

static int add_lines(struct line_list *list, const struct object_ref *ref,
    const struct transition *entries, size_t n)
{
	if (list->n + n > list->cap) {
		size_t cap = 2 * (list->n + n);
		struct history_line *lines =
		    arena_alloc(list->arena, cap, sizeof(*lines));

		if (lines == NULL)
			return ERR_FULL;
		if (list->n > 0)
			memcpy(lines, list->lines, list->n * sizeof(*lines));
		list->lines = lines;
		list->cap = cap;
	}
	for (size_t i = 0; i < n; i++) {
		list->lines[list->n].object = *ref;
		list->lines[list->n].entry = &entries[i];
		list->n++;
	}
	return 0;
}

static int compare_text(const struct object_ref *a, const struct object_ref *b)
{
	int d = strcmp(a->provider, b->provider);

	if (d == 0)
		d = strcmp(a->kind, b->kind);
	return d != 0 ? d : strcmp(a->id, b->id);
}

static int by_time(const void *left, const void *right)
{
	const struct history_line *a = left;
	const struct history_line *b = right;
	int d;

	if (a->entry->at_ms != b->entry->at_ms)
		return a->entry->at_ms < b->entry->at_ms ? -1 : 1;
	d = compare_text(&a->object, &b->object);
	if (d != 0)
		return d;
	return a->entry->seq < b->entry->seq ? -1 : 1;
}

static int add_object(struct store_view *view, const struct object_ref *ref,
    struct line_list *list, struct err_text *err)
{
	const struct transition *entries = NULL;
	size_t n = 0;
	int rc = store_view_history(view, ref, list->arena, &entries, &n, err);

	if (rc == 0 && add_lines(list, ref, entries, n) != 0)
		return err_set(err, ERR_FULL, "the history is too large");
	return rc;
}

static void give(struct line_list *list, struct history_lines *out)
{
	if (list->n > 0)
		qsort(list->lines, list->n, sizeof(*list->lines), by_time);
	out->lines = list->lines;
	out->n = list->n;
}

int query_history(struct store_view *view, const struct object_ref *ref,
    struct arena *arena, struct history_lines *out, struct err_text *err)
{
	struct line_list list = {.arena = arena};
	int rc = add_object(view, ref, &list, err);

	if (rc == ERR_ABSENT)
		rc = 0;
	give(&list, out);
	return rc;
}

int query_account_history(struct store_view *view,
    const struct settings *settings, const struct account_question *question,
    struct arena *arena, struct history_lines *out, struct err_text *err)
{
	struct line_list list = {.arena = arena};
	struct account_view seen;
	int rc;

	memset(&seen, 0, sizeof(seen));
	rc = store_view_account(view, settings, question->account,
	    question->now_ms, arena, &seen, err);
	for (size_t i = 0; rc == 0 && i < seen.n_objects; i++)
		rc = add_object(view, &seen.objects[i].ref, &list, err);
	give(&list, out);
	return rc;
}
