/*
 * How the month ended: the record against the truth, the feed against the
 * answers, and the record as a text, to be compared with another worker's.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MONTH_CHECK_H
#define TRUEUP_TESTS_CONTRACT_MONTH_CHECK_H

#include "reconciler/core/history.h"

#include "tests/contract/month_net.h"

enum { FEED_PAGE = 1000, RECORD_TEXT_MAX = 64 * 1024 * 1024 };

static inline struct store_view *month_view(struct month *m)
{
	struct store_view *view = NULL;

	arena_reset(&m->f->arena);
	if (store_view_open(m->f->store, &view, &m->f->err) != 0)
		month_fail(m, "%s", m->f->err.text);
	return view;
}

static inline const char *moment(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	return ms == 0 ? "-" : clock_format(ms, out);
}

/* ---- one object --------------------------------------------------------- */

static inline struct object_ref thing_ref(
    const struct thing *thing, char id[WORLD_ID_MAX])
{
	return (struct object_ref){place_name(thing_place(thing)),
	    thing_kind_name(thing), thing_id(thing->kind, thing->number, id)};
}

/* Of what is listed every entry; else the last one that counts. */
static inline void write_history(struct month *m, struct store_view *view,
    const struct thing *thing, const struct object_ref *ref, struct buf *out)
{
	const struct transition *entries, *last = NULL;
	char text[CLOCK_TEXT_MAX];
	size_t n = 0;

	if (store_view_history(
		view, ref, &m->f->arena, &entries, &n, &m->f->err) != 0)
		month_fail(m, "%s: %s", ref->id, m->f->err.text);
	for (size_t i = 0; i < n; i++) {
		if (entries[i].retracted_at_ms != 0)
			continue;
		last = &entries[i];
		if (thing->kind == THING_TRANSACTION)
			buf_addf(out, " %s@%s", last->status,
			    clock_format(last->at_ms, text));
	}
	if (thing->kind != THING_TRANSACTION && last != NULL)
		buf_addf(out, " %s", last->status);
}

static inline void write_object(struct month *m, struct store_view *view,
    const struct thing *thing, struct buf *out)
{
	char id[WORLD_ID_MAX], text[CLOCK_TEXT_MAX];
	struct object_ref ref = thing_ref(thing, id);
	struct object object;
	int rc =
	    store_view_object(view, &ref, &m->f->arena, &object, &m->f->err);

	if (rc == ERR_ABSENT || (rc == 0 && object.missing_since_ms != 0)) {
		/* Whether it was known before it went is chance. */
		buf_addf(out, "%s/%s gone\n", ref.kind, ref.id);
		return;
	}
	if (rc != 0)
		month_fail(m, "%s", m->f->err.text);
	buf_addf(out, "%s/%s %s %s %s %s", ref.kind, ref.id, object.status,
	    object.account != NULL ? object.account : "-",
	    object.parent_id != NULL ? object.parent_id : "-",
	    moment(object.version_ms, text));
	write_history(m, view, thing, &ref, out);
	buf_addf(out, " [%s]\n", object.facts != NULL ? object.facts : "");
}

/* ---- one account -------------------------------------------------------- */

static inline int by_object(const void *a, const void *b)
{
	const struct held_grant *const *x = a, *const *y = b;

	return strcmp((*x)->object.id, (*y)->object.id);
}

/* They stand in the order in which their objects were found: that is chance. */
static inline void write_grants(
    struct month *m, const struct account_view *account, struct buf *out)
{
	size_t n = account->n_grants;
	const struct held_grant **grants =
	    arena_alloc(&m->f->arena, n + 1, sizeof(const struct held_grant *));
	char a[CLOCK_TEXT_MAX], b[CLOCK_TEXT_MAX];

	assert_non_null(grants);
	for (size_t i = 0; i < n; i++)
		grants[i] = &account->grants[i];
	qsort(grants, n, sizeof(const struct held_grant *), by_object);
	for (size_t i = 0; i < n; i++) {
		const struct grant *grant = &grants[i]->grant;

		buf_addf(out, " %s:%s:%s:%s:%s", grants[i]->object.id,
		    grant->product, grant->status, moment(grant->since_ms, a),
		    moment(grant->until_ms, b));
	}
}

static inline int month_entitled(struct month *m, struct store_view *view,
    const char *account, enum entitled *out)
{
	const struct entitled_question asked = {
	    .account = account, .now_ms = clock_wall_ms()};

	return store_view_entitled(
	    view, m->settings, &asked, &m->f->arena, out, &m->f->err);
}

static inline void write_account(
    struct month *m, struct store_view *view, size_t number, struct buf *out)
{
	char name[WORLD_ACCOUNT_MAX];
	struct account_view account;
	enum entitled entitled = ENTITLED_NO;

	account_name(number, name);
	if (store_view_account(view, m->settings, name, clock_wall_ms(),
		&m->f->arena, &account, &m->f->err) != 0 ||
	    month_entitled(m, view, name, &entitled) != 0)
		month_fail(m, "%s", m->f->err.text);
	buf_addf(out, "%s %s", name, entitled_name(entitled));
	write_grants(m, &account, out);
	buf_adds(out, "\n");
}

/*
 * What two workers must agree on: of each object its status, owner, parent,
 * version and facts, its last history entry (every one where the provider lists
 * them); of each account its answer and its grants. When they looked, and what
 * came and went between two looks, may differ.
 */
static inline void write_record(struct month *m, struct buf *out)
{
	struct store_view *view = month_view(m);

	buf_init(out, RECORD_TEXT_MAX);
	for (size_t i = 1; i <= m->world.n; i++) {
		if (m->world.things[i].n > 0)
			write_object(m, view, &m->world.things[i], out);
		arena_reset(&m->f->arena);
	}
	for (size_t i = 0; i < m->world.n_accounts; i++) {
		write_account(m, view, i, out);
		arena_reset(&m->f->arena);
	}
	store_view_close(view);
	if (out->error != 0)
		month_fail(m, "%s", "the record is too large");
}

/* ---- against the truth -------------------------------------------------- */

static inline void check_listed(struct month *m, struct store_view *view,
    const struct thing *thing, const struct object_ref *ref)
{
	const struct transition *entries;
	size_t n = 0, shown = 0;

	if (store_view_history(
		view, ref, &m->f->arena, &entries, &n, &m->f->err) != 0)
		month_fail(m, "%s: %s", ref->id, m->f->err.text);
	for (size_t i = 0; i < n; i++) {
		if (entries[i].retracted_at_ms == 0 &&
		    entries[i].source == SOURCE_PROVIDER)
			shown++;
	}
	if (shown != thing->n)
		month_fail(m, "%s: %zu of %zu listed entries are on record",
		    ref->id, shown, thing->n);
}

static inline void check_parent(
    struct month *m, const struct thing *thing, const struct object *object)
{
	const struct thing *parent = &m->world.things[thing->parent];
	char id[WORLD_ID_MAX], name[WORLD_ACCOUNT_MAX];

	if (parent->deleted_ms != 0)
		return;
	if (object->parent_id == NULL ||
	    strcmp(object->parent_id,
		thing_id(THING_SUBSCRIPTION, parent->number, id)) != 0)
		month_fail(m, "%s: not of its subscription", object->ref.id);
	if (object->account == NULL ||
	    strcmp(object->account, account_name(thing->account, name)) != 0)
		month_fail(m, "%s: not its account's", object->ref.id);
}

static inline void check_thing(
    struct month *m, struct store_view *view, const struct thing *thing)
{
	const struct version *v = thing_at(thing, m->true_ms);
	char id[WORLD_ID_MAX];
	struct object_ref ref = thing_ref(thing, id);
	struct object object;
	int rc =
	    store_view_object(view, &ref, &m->f->arena, &object, &m->f->err);

	/* It may have gone before anybody found it. */
	if (v == NULL || (rc == ERR_ABSENT && thing->deleted_ms != 0))
		return;
	if (rc != 0)
		month_fail(m, "%s/%s: %s", ref.kind, ref.id,
		    rc == ERR_ABSENT ? "nobody has found it" : m->f->err.text);
	if (strcmp(object.status, v->status) != 0)
		month_fail(m, "%s/%s is %s, on record %s", ref.kind, ref.id,
		    v->status, object.status);
	if ((object.missing_since_ms != 0) != (thing->deleted_ms != 0))
		month_fail(m, "%s/%s: on record it is %s", ref.kind, ref.id,
		    object.missing_since_ms != 0 ? "gone" : "there");
	if (thing->kind != THING_TRANSACTION || thing->deleted_ms != 0)
		return;
	check_listed(m, view, thing, &ref);
	check_parent(m, thing, &object);
}

/* For whoever has to find out why. */
static inline void explain(
    struct month *m, struct store_view *view, size_t number)
{
	char at[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];
	struct buf record;

	for (size_t i = 1; i <= m->world.n; i++) {
		const struct thing *thing = &m->world.things[i];
		const struct version *v = thing_at(thing, m->true_ms);

		if (thing->account == number && v != NULL)
			print_error("true: %zu %s since %s until %s%s\n", i,
			    v->status, moment(v->at_ms, at),
			    moment(v->until_ms, until),
			    thing->deleted_ms != 0 ? ", deleted" : "");
	}
	buf_init(&record, RECORD_TEXT_MAX);
	write_account(m, view, number, &record);
	print_error("on record: %s", buf_text(&record));
	buf_fini(&record);
}

/* What each account has, by the world, and by its grants' ends. */
static inline void check_account(
    struct month *m, struct store_view *view, size_t number, bool entitled)
{
	char name[WORLD_ACCOUNT_MAX];
	enum entitled says;

	account_name(number, name);
	if (month_entitled(m, view, name, &says) != 0)
		month_fail(m, "%s", m->f->err.text);
	if (says == (entitled ? ENTITLED_YES : ENTITLED_NO))
		return;
	explain(m, view, number);
	month_fail(m, "%s: entitled is %d, on record %s", name, entitled,
	    entitled_name(says));
}

static inline void check_truth(struct month *m)
{
	struct store_view *view = month_view(m);
	bool *entitled = calloc(m->world.n_accounts, sizeof(*entitled));

	assert_non_null(entitled);
	world_entitled(&m->world, m->true_ms, entitled);
	for (size_t i = 1; i <= m->world.n; i++) {
		check_thing(m, view, &m->world.things[i]);
		arena_reset(&m->f->arena);
	}
	for (size_t i = 0; i < m->world.n_accounts; i++) {
		check_account(m, view, i, entitled[i]);
		arena_reset(&m->f->arena);
	}
	store_view_close(view);
	free(entitled);
}

/* ---- the feed ----------------------------------------------------------- */

static inline void replay(struct month *m, const struct change *change)
{
	unsigned long long number;
	char *end;

	/* Before its own data named the account, it was the customer's. */
	if (strncmp(change->account, "usr_", 4) != 0)
		return;
	number = strtoull(change->account + 4, &end, 10);
	if (*end != '\0' || number >= m->world.n_accounts)
		month_fail(m, "%s is nobody", change->account);
	if (change->was != m->told[number] || change->was == change->entitled)
		month_fail(m, "change %llu: %s was %s before",
		    (unsigned long long)change->seq, change->account,
		    entitled_name(m->told[number]));
	m->told[number] = change->entitled;
}

static inline void check_told(
    struct month *m, struct store_view *view, size_t number)
{
	char name[WORLD_ACCOUNT_MAX];
	enum entitled says;

	account_name(number, name);
	if (month_entitled(m, view, name, &says) != 0)
		month_fail(m, "%s", m->f->err.text);
	if (says == m->told[number])
		return;
	explain(m, view, number);
	month_fail(m, "%s is %s, by the feed %s", name, entitled_name(says),
	    entitled_name(m->told[number]));
}

/* From its beginning the feed says what is answered, each edge once. */
static inline void check_feed(struct month *m)
{
	struct store_view *view = month_view(m);
	const struct change *changes;
	size_t n = 1;

	while (n > 0) {
		if (store_view_changes(view, m->told_seq, FEED_PAGE,
			&m->f->arena, &changes, &n, &m->f->err) != 0)
			month_fail(m, "%s", m->f->err.text);
		for (size_t i = 0; i < n; i++)
			replay(m, &changes[i]);
		m->told_seq = n > 0 ? changes[n - 1].seq : m->told_seq;
		arena_reset(&m->f->arena);
	}
	for (size_t i = 0; i < m->world.n_accounts; i++) {
		check_told(m, view, i);
		arena_reset(&m->f->arena);
	}
	store_view_close(view);
}

/* ---- the queue ---------------------------------------------------------- */

static inline int fail_parked(void *cookie, const struct job *job)
{
	struct month *m = cookie;

	month_fail(m, "%s/%s/%s is parked: %s", job->ref.provider,
	    job->ref.kind, job->ref.id,
	    job->last_error != NULL ? job->last_error : "");
	return 1;
}

static inline void check_queue(struct month *m)
{
	struct job_filter parked = {.state = JOB_PARKED};
	struct store_view *view = month_view(m);
	struct store_stats stats;

	(void)store_view_jobs(
	    view, &parked, clock_wall_ms(), fail_parked, m, &m->f->err);
	if (store_view_stats(view, clock_wall_ms(), &stats, &m->f->err) != 0)
		month_fail(m, "%s", m->f->err.text);
	store_view_close(view);
	if (stats.inbox + stats.jobs[JOB_DUE] != 0 || m->tally.refused != 0)
		month_fail(m, "%llu notices, %llu jobs are left, %llu refused",
		    (unsigned long long)stats.inbox,
		    (unsigned long long)stats.jobs[JOB_DUE],
		    (unsigned long long)m->tally.refused);
}

#endif
