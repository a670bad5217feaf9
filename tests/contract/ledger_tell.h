/*
 * What the store says about objects, jobs, accounts and the feed, as short text
 * to compare. Times are whole seconds after the fixture's start; "-" is none.
 */
#ifndef TRUEUP_TESTS_CONTRACT_LEDGER_TELL_H
#define TRUEUP_TESTS_CONTRACT_LEDGER_TELL_H

#include "reconciler/base/buf.h"

#include "tests/contract/ledger_fixture.h"

enum { TELL_MAX = 1024 * 1024 };

static inline void tell_time(struct buf *out, const char *before, int64_t ms)
{
	buf_adds(out, before);
	if (ms == 0)
		buf_adds(out, "-");
	else if ((ms - sec(0)) % 1000 != 0)
		buf_addf(out, "%lldms", (long long)(ms - sec(0)));
	else
		buf_addf(out, "%lld", (long long)((ms - sec(0)) / 1000));
}

static inline const char *tell_end(struct fixture *f, struct buf *out)
{
	const char *text = arena_text(&f->arena, buf_text(out));

	buf_fini(out);
	assert_non_null(text);
	return text;
}

static inline struct store_view *tell_begin(struct fixture *f, struct buf *out)
{
	struct store_view *view;

	buf_init(out, TELL_MAX);
	if (store_view_open(f->store, &view, &f->err) != 0)
		fail_msg("%s", f->err.text);
	return view;
}

/* SEQ FROM>STATUS@TIME cause, then o observed, c collapsed, x retracted,
 * ! reason. */
static inline const char *tell_history(struct fixture *f, struct object_ref ref)
{
	struct buf out;
	struct store_view *view = tell_begin(f, &out);
	const struct transition *entries;
	size_t n;
	int rc =
	    store_view_history(view, &ref, &f->arena, &entries, &n, &f->err);

	for (size_t i = 0; i < n; i++) {
		const struct transition *e = &entries[i];

		buf_addf(&out, "%s%llu %s>%s", i > 0 ? " | " : "",
		    (unsigned long long)e->seq, e->from ? e->from : "",
		    e->status);
		tell_time(&out, "@", e->at_ms);
		buf_addf(&out, " %s%s%s%s", cause_name(e->cause),
		    e->source == SOURCE_OBSERVED ? " o" : "",
		    e->collapsed ? " c" : "", e->retracted_at_ms ? " x" : "");
		buf_addf(&out, "%s%s", e->reason != NULL ? " !" : "",
		    e->reason != NULL ? e->reason : "");
	}
	if (rc != 0)
		buf_adds(&out, err_name(rc));
	store_view_close(view);
	return tell_end(f, &out);
}

/* SEQ ACCOUNT WAS>IS STATE@TIME/recorded cause PRODUCT of ID */
static inline const char *tell_changes(struct fixture *f, uint64_t since)
{
	struct buf out;
	struct store_view *view = tell_begin(f, &out);
	const struct change *changes;
	size_t n;

	assert_int_equal(store_view_changes(view, since, 1000, &f->arena,
			     &changes, &n, &f->err),
	    0);
	for (size_t i = 0; i < n; i++) {
		const struct change *c = &changes[i];

		buf_addf(&out, "%s%llu %s %s>%s %s", i > 0 ? " | " : "",
		    (unsigned long long)c->seq, c->account,
		    entitled_name(c->was), entitled_name(c->entitled),
		    state_name(c->state));
		tell_time(&out, "@", c->at_ms);
		tell_time(&out, "/", c->recorded_at_ms);
		buf_addf(&out, " %s %s", cause_name(c->cause),
		    c->has_grant ? c->object.id : "-");
	}
	store_view_close(view);
	return tell_end(f, &out);
}

static inline void tell_grants(
    struct buf *out, const struct account_view *account)
{
	for (size_t i = 0; i < account->n_grants; i++) {
		const struct grant *g = &account->grants[i].grant;

		buf_addf(
		    out, " %s:%s", account->grants[i].object.id, g->status);
		tell_time(out, "[", g->since_ms);
		tell_time(out, ",", g->until_ms);
		buf_adds(out, ")");
	}
}

/* ANSWER STATE, then each grant as ID:STATUS[SINCE,UNTIL). */
static inline const char *tell_answer(struct fixture *f, struct buf *out,
    const struct account_view *account, int64_t at_ms)
{
	struct entitlement answer;

	entitle_account(account->grants, account->n_grants, at_ms, &answer);
	buf_addf(out, "%s %s", entitled_name(answer.entitled),
	    state_name(answer.state));
	tell_grants(out, account);
	return tell_end(f, out);
}

static inline struct account_view ledger_account(
    struct fixture *f, const char *account)
{
	struct account_view out;
	struct store_view *view;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(store_view_account(view, &f->settings, account,
			     f->now_ms, &f->arena, &out, &f->err),
	    0);
	store_view_close(view);
	return out;
}

static inline const char *tell_account(struct fixture *f, const char *account)
{
	struct account_view seen = ledger_account(f, account);
	struct buf out;

	buf_init(&out, TELL_MAX);
	return tell_answer(f, &out, &seen, f->now_ms);
}

/* As it was at a moment; known_at_ms 0: by all that is known now. */
static inline const char *tell_past(
    struct fixture *f, const char *account, int64_t at_ms, int64_t known_at_ms)
{
	struct account_view seen;
	struct buf out;
	struct store_view *view = tell_begin(f, &out);

	assert_int_equal(store_view_account_at(view, &f->settings, account,
			     at_ms, known_at_ms, &f->arena, &seen, &f->err),
	    0);
	store_view_close(view);
	return tell_answer(f, &out, &seen, at_ms);
}

static inline int ledger_object(
    struct fixture *f, struct object_ref ref, struct object *out)
{
	struct store_view *view;
	int rc;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	rc = store_view_object(view, &ref, &f->arena, out, &f->err);
	store_view_close(view);
	return rc;
}

/* STATUS/STATE account parent facts, and !missing. */
static inline const char *tell_object(struct fixture *f, struct object_ref ref)
{
	struct object o;
	struct buf out;
	int rc = ledger_object(f, ref, &o);

	if (rc != 0)
		return err_name(rc);
	buf_init(&out, TELL_MAX);
	buf_addf(&out, "%s/%s %s %s", o.status, state_name(o.state),
	    o.account ? o.account : "-", o.parent_id ? o.parent_id : "-");
	if (o.missing_since_ms != 0)
		tell_time(&out, " missing ", o.missing_since_ms);
	return tell_end(f, &out);
}

static inline int ledger_job(
    struct fixture *f, struct object_ref ref, struct job *out)
{
	struct store_view *view;
	int rc;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	rc = store_view_job(view, &ref, f->now_ms, &f->arena, out, &f->err);
	store_view_close(view);
	return rc;
}

/* STATE @due cause, n notices, a attempts, r rung, or "none". */
static inline const char *tell_job(struct fixture *f, struct object_ref ref)
{
	struct job job;
	struct buf out;

	if (ledger_job(f, ref, &job) != 0)
		return "none";
	buf_init(&out, TELL_MAX);
	buf_adds(&out, job_state_name(job.state));
	tell_time(&out, " @", job.due_ms);
	buf_addf(&out, " %s n%llu a%u r%u%s%s", cause_name(job.cause),
	    (unsigned long long)job.notices, job.attempts, job.rung,
	    job.last_error ? " " : "", job.last_error ? job.last_error : "");
	return tell_end(f, &out);
}

/* All that a reader can ask about these, times of checking left out. */
static inline const char *tell_all(struct fixture *f)
{
	static const char *const accounts[] = {"shop/7", "shop/8", "usr"};
	static const char *const ids[] = {"s1", "s2", "t1", "t2"};
	struct store_stats stats = fixture_stats(f);
	struct buf out;

	buf_init(&out, TELL_MAX);
	buf_addf(&out, "%llu objects %llu accounts %llu entries %llu changes\n",
	    (unsigned long long)stats.objects,
	    (unsigned long long)stats.accounts,
	    (unsigned long long)stats.transitions,
	    (unsigned long long)stats.changes);
	for (size_t i = 0; i < 3; i++) {
		struct account_view seen = ledger_account(f, accounts[i]);

		buf_addf(&out, "%s: %zu %zu %s %s %s\n", accounts[i],
		    seen.n_objects, seen.pending, tell_account(f, accounts[i]),
		    tell_past(f, accounts[i], f->now_ms, 0),
		    tell_past(f, accounts[i], sec(1), 0));
	}
	for (size_t i = 0; i < 4; i++) {
		struct object_ref sub = sub_ref(ids[i]);
		struct object_ref payment = payment_ref(ids[i]);

		buf_addf(&out, "%s: %s %s %s\n", ids[i], tell_object(f, sub),
		    tell_history(f, sub), tell_job(f, sub));
		buf_addf(&out, "%s: %s %s %s\n", ids[i],
		    tell_object(f, payment), tell_history(f, payment),
		    tell_job(f, payment));
	}
	buf_adds(&out, tell_changes(f, 0));
	return tell_end(f, &out);
}

#endif
