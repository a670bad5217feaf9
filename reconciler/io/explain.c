#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/history.h"

#include "reconciler/io/query.h"

#include "reconciler/io/explain.h"

/* The work of one explanation. */
struct work {
	struct store_view *view;
	const struct account_answer *answer;
	int64_t now_ms;
	struct arena *arena;
	struct explained_object *objects;
	size_t n;
	struct err_text *err;
};

static int no_memory(const struct work *w)
{
	return err_set(w->err, ERR_FULL, "the account is too large");
}

/* ---- what the grants say ------------------------------------------------ */

static const char *rule_of(const struct held_grant *held, struct arena *arena)
{
	struct policy fallback;
	const struct policy *policy = held->policy;
	enum state state = held->grant.state;
	char rule[CLOCK_TEXT_MAX + 16];

	if (policy == NULL) {
		policy_default(&fallback);
		policy = &fallback;
	}
	return arena_printf(arena, "%s = %s", state_name(state),
	    policy_rule_text(&policy->rules[state], rule, sizeof(rule)));
}

static void explain_grant(
    const struct work *w, size_t i, struct explained_grant *out)
{
	out->held = &w->answer->grants[i];
	out->decides = w->answer->entitlement.deciding == i;
	out->rule = rule_of(out->held, w->arena);
	entitle_account(out->held, 1, w->answer->as_of_ms, &out->alone);
}

/* The grants of one object are beside each other. */
static size_t group(const struct account_answer *answer, size_t from)
{
	size_t n = 1;

	while (from + n < answer->n_grants &&
	       name_ref_equal(&answer->grants[from].object,
		   &answer->grants[from + n].object))
		n++;
	return n;
}

static int add_granting(struct work *w)
{
	const struct account_answer *answer = w->answer;
	size_t len;

	for (size_t i = 0; i < answer->n_grants; i += len) {
		struct explained_object *object = &w->objects[w->n];
		struct explained_grant *grants;

		len = group(answer, i);
		grants = arena_alloc(w->arena, len, sizeof(*grants));
		if (grants == NULL)
			return no_memory(w);
		for (size_t k = 0; k < len; k++)
			explain_grant(w, i + k, &grants[k]);
		object->ref = answer->grants[i].object;
		object->grants = grants;
		object->n_grants = len;
		w->n++;
	}
	return 0;
}

/* ---- what is on record, and pending ------------------------------------- */

static int find_job(struct work *w, struct explained_object *object)
{
	struct job *job = arena_alloc(w->arena, 1, sizeof(*job));
	int rc;

	if (job == NULL)
		return no_memory(w);
	rc = store_view_job(
	    w->view, &object->ref, w->now_ms, w->arena, job, w->err);
	if (rc == 0)
		object->job = job;
	return rc == ERR_ABSENT ? 0 : rc;
}

static int find_record(struct work *w, struct explained_object *object)
{
	struct object *record = arena_alloc(w->arena, 1, sizeof(*record));

	if (record == NULL)
		return no_memory(w);
	object->record = record;
	return store_view_object(
	    w->view, &object->ref, w->arena, record, w->err);
}

static int find_tail(struct work *w, struct explained_object *object)
{
	const struct transition *entries = NULL;
	size_t n = 0, skip;
	int rc = store_view_history(
	    w->view, &object->ref, w->arena, &entries, &n, w->err);

	if (rc != 0)
		return rc == ERR_ABSENT ? 0 : rc;
	skip = n > EXPLAIN_TAIL_MAX ? n - EXPLAIN_TAIL_MAX : 0;
	object->entries = n;
	object->tail = entries + skip;
	object->n_tail = n - skip;
	return 0;
}

static struct explained_object *find(
    const struct work *w, const struct object_ref *ref)
{
	for (size_t i = 0; i < w->n; i++) {
		if (name_ref_equal(&w->objects[i].ref, ref))
			return &w->objects[i];
	}
	return NULL;
}

static bool revokes(const struct work *w, const struct object_ref *ref)
{
	for (size_t i = 0; i < w->answer->n_grants; i++) {
		const struct held_grant *held = &w->answer->grants[i];

		for (size_t k = 0; k < held->n_effects; k++) {
			if (name_ref_equal(&held->effects[k].source, ref))
				return true;
		}
	}
	return false;
}

/* One object of the account: it grants, it revokes, or it is pending. */
static int add_recorded(
    struct work *w, const struct object_ref *ref, size_t *n_others)
{
	struct explained_object *object = find(w, ref);
	struct explained_object other = {.ref = *ref};
	int rc;

	if (object != NULL)
		return find_record(w, object);
	rc = find_job(w, &other);
	if (rc == 0 && other.job == NULL && !revokes(w, ref)) {
		(*n_others)++;
		return 0;
	}
	if (rc == 0)
		rc = find_record(w, &other);
	if (rc == 0 && w->objects == NULL)
		rc = no_memory(w);
	if (rc == 0)
		w->objects[w->n++] = other;
	return rc;
}

static int look_up(struct work *w)
{
	int rc = 0;

	for (size_t i = 0; i < w->n && rc == 0; i++) {
		rc = find_tail(w, &w->objects[i]);
		if (rc == 0 && w->objects[i].job == NULL)
			rc = find_job(w, &w->objects[i]);
	}
	return rc;
}

int explain_account(struct store_view *view,
    const struct account_answer *answer, int64_t now_ms, struct arena *arena,
    struct explanation *out, struct err_text *err)
{
	struct work w = {.view = view,
	    .answer = answer,
	    .now_ms = now_ms,
	    .arena = arena,
	    .err = err};
	int rc;

	memset(out, 0, sizeof(*out));
	w.objects = arena_alloc(arena, answer->n_grants + answer->n_objects + 1,
	    sizeof(*w.objects));
	if (w.objects == NULL)
		return no_memory(&w);
	rc = add_granting(&w);
	for (size_t i = 0; i < answer->n_objects && rc == 0; i++)
		rc = add_recorded(&w, &answer->objects[i].ref, &out->n_others);
	if (rc == 0)
		rc = look_up(&w);
	out->objects = w.objects;
	out->n_objects = w.n;
	return rc;
}
