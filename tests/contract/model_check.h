/*
 * What must hold in the model: the present, the past, what would have been said
 * then, the feed, and the histories, against what is true.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MODEL_CHECK_H
#define TRUEUP_TESTS_CONTRACT_MODEL_CHECK_H

#include "tests/contract/model_ask.h"

/* ---- what was answered -------------------------------------------------- */

static inline void snapshot_take(struct model *m)
{
	for (size_t i = 0; i < MODEL_NAMES; i++) {
		struct snapshot *s = &m->snapshots[m->n_snapshots];

		if (m->n_snapshots == MODEL_SNAPSHOTS_MAX)
			return;
		*s = (struct snapshot){.at_ms = m->f->now_ms,
		    .account = model_accounts[i],
		    .entitled = model_ask(m, model_accounts[i], NULL, 0)};
		if (model_recall(m, s->account, s->at_ms, 0) != s->entitled)
			model_fail(m, "%s: the record of %s's past says so not",
			    model_moment(m, s->at_ms), s->account);
		m->n_snapshots++;
	}
}

/* It is still known what was known then. */
static inline void check_snapshots(struct model *m)
{
	for (size_t i = 0; i < m->n_snapshots; i++) {
		const struct snapshot *s = &m->snapshots[i];
		enum entitled says =
		    model_recall(m, s->account, s->at_ms, s->at_ms);

		if (says != s->entitled)
			model_fail(m,
			    "%s: %s was %s, by what was known then %s",
			    model_moment(m, s->at_ms), s->account,
			    entitled_name(s->entitled), entitled_name(says));
		arena_reset(&m->f->arena);
	}
}

/* ---- in time ------------------------------------------------------------ */

static inline bool is_at_rest(const struct thing *thing, int64_t since_ms)
{
	return thing->n == 0 || thing->was[thing->n - 1].at_ms < since_ms;
}

/* Of what happened long enough ago we know, whatever went wrong meanwhile. */
static inline void check_news(struct model *m)
{
	int64_t now_ms = m->f->now_ms;

	for (size_t i = 0; i < MODEL_NAMES; i++) {
		const char *account = model_accounts[i];
		enum entitled is =
		    truth_of_account(&m->world, account, NULL, now_ms);
		bool resting = true;

		for (size_t k = 0; k < MODEL_THINGS; k++) {
			const struct thing *t = &m->world.things[k];

			if (truth_owns(&m->world, t->provider, t->customer,
				account, now_ms) &&
			    !is_at_rest(t, now_ms - MODEL_NEWS))
				resting = false;
		}
		if (resting && model_ask(m, account, NULL, 0) != is)
			model_fail(m, "%s: %s is %s, which nobody has noticed",
			    model_moment(m, now_ms), account,
			    entitled_name(is));
	}
}

/* Each notice led to a look that began after it. */
static inline void check_notices(struct model *m)
{
	for (size_t i = 0; i < MODEL_THINGS; i++) {
		const struct thing *thing = &m->world.things[i];

		if (thing->notified_ms != 0 &&
		    m->f->now_ms - thing->notified_ms > MODEL_DAY)
			model_fail(m, "%s: nobody has looked at %s since %s",
			    model_moment(m, m->f->now_ms), thing->id,
			    model_moment(m, thing->notified_ms));
	}
}

/* ---- the past ----------------------------------------------------------- */

static inline struct history_lines model_history(
    struct model *m, const struct thing *thing)
{
	struct object_ref ref = thing_ref(thing);
	struct store_view *view = model_view(m);
	struct history_lines history;

	if (query_history(view, &ref, &m->f->arena, &history, &m->f->err) != 0)
		model_fail(m, "%s", m->f->err.text);
	store_view_close(view);
	return history;
}

/*
 * Does its history say that nobody knows what it was at that moment? A replica
 * that lagged has vouched for the old status a little too long.
 */
static inline bool is_uncertain(
    struct model *m, const struct thing *thing, int64_t at_ms)
{
	struct history_lines history = model_history(m, thing);

	for (size_t i = 0; i < history.n; i++) {
		const struct transition *e = history.lines[i].entry;

		if (e->source == SOURCE_OBSERVED &&
		    at_ms > e->after_ms - MODEL_LAG && at_ms <= e->at_ms)
			return true;
	}
	return false;
}

/*
 * What is learnt after a customer got another name corrects the past under that
 * name; under the one before, what was known by then stays.
 */
static inline bool is_leaving(
    const struct model *m, const char *account, int64_t at_ms)
{
	for (size_t i = 0; i < (size_t)2 * MODEL_CUSTOMERS; i++) {
		size_t p = i % 2, c = i / 2;
		const struct owner *owners = m->world.owners[p][c];

		for (size_t k = 1; k < m->world.n_owners[p][c]; k++) {
			if (strcmp(owners[k - 1].account, account) == 0 &&
			    at_ms < owners[k].since_ms &&
			    at_ms > owners[k].since_ms - MODEL_NEWS)
				return true;
		}
	}
	return false;
}

static inline bool is_account_uncertain(
    struct model *m, const char *account, int64_t at_ms)
{
	for (size_t i = 0; i < MODEL_THINGS; i++) {
		const struct thing *thing = &m->world.things[i];

		if (truth_owns(&m->world, thing->provider, thing->customer,
			account, at_ms) &&
		    is_uncertain(m, thing, at_ms))
			return true;
	}
	return is_leaving(m, account, at_ms);
}

/* Nobody moved it away until well after that moment. */
static inline bool is_unmoved(
    const struct model *m, const char *account, int64_t at_ms)
{
	for (size_t p = 0; p < 2; p++) {
		for (size_t c = 0; c < MODEL_CUSTOMERS; c++) {
			const struct owner *owners = m->world.owners[p][c];

			if (strcmp(owners[0].account, account) == 0)
				return m->world.n_owners[p][c] == 1 ||
				       at_ms + MODEL_DWELL < owners[1].since_ms;
		}
	}
	return false;
}

static inline bool is_near(int64_t at_ms, int64_t other_ms)
{
	return other_ms != 0 && other_ms > at_ms - MODEL_DWELL &&
	       other_ms < at_ms + MODEL_DWELL;
}

/* How much happened to it about then, or was to happen. */
static inline size_t count_moves(const struct thing *thing, int64_t at_ms)
{
	const struct truth none = {.at_ms = 0}, *before = &none;
	size_t n = 0;

	for (size_t i = 0; i < thing->n; i++) {
		const struct truth *v = &thing->was[i];

		n += is_near(at_ms, v->at_ms);
		n += v->since_ms > v->at_ms && is_near(at_ms, v->since_ms);
		n += v->until_ms != before->until_ms &&
		     is_near(at_ms, v->until_ms);
		n += v->effect_until_ms != before->effect_until_ms &&
		     is_near(at_ms, v->effect_until_ms);
		before = v;
	}
	return n;
}

/*
 * What happens at about the same time may be learnt of in the wrong order; and
 * what the feed has told by then is not told anew.
 */
static inline bool is_tangled(
    const struct model *m, const char *account, int64_t at_ms)
{
	size_t n = 0;

	for (size_t i = 0; i < MODEL_THINGS; i++) {
		const struct thing *thing = &m->world.things[i];

		if (truth_owns(&m->world, thing->provider, thing->customer,
			account, at_ms))
			n += count_moves(thing, at_ms);
	}
	return n > 1;
}

/*
 * By the times that it gives, the feed tells the same past: each line from its
 * time on, or from that of the line before if it is dated behind that (a
 * replica's old answer is dated by the old end that it gives).
 */
static inline void check_feed_moment(struct model *m, int64_t at_ms)
{
	enum entitled says[MODEL_NAMES] = {ENTITLED_NO};
	int64_t last_ms[MODEL_NAMES] = {0};
	struct store_view *view = model_view(m);
	const struct change *changes;
	size_t n;

	if (store_view_changes(view, 0, MODEL_CHANGES_MAX, &m->f->arena,
		&changes, &n, &m->f->err) != 0)
		model_fail(m, "%s", m->f->err.text);
	store_view_close(view);
	for (size_t i = 0; i < n; i++) {
		size_t k = replay_account(m, changes[i].account);

		if (changes[i].at_ms > last_ms[k])
			last_ms[k] = changes[i].at_ms;
		if (last_ms[k] <= at_ms)
			says[k] = changes[i].entitled;
	}
	for (size_t i = 0; i < MODEL_NAMES; i++) {
		const char *account = model_accounts[i];

		if (is_unmoved(m, account, at_ms) &&
		    !is_tangled(m, account, at_ms) &&
		    says[i] !=
			truth_of_account(&m->world, account, NULL, at_ms) &&
		    !is_account_uncertain(m, account, at_ms))
			model_fail(m, "the feed has %s %s at %s", account,
			    entitled_name(says[i]), model_moment(m, at_ms));
	}
}

/* How many of what there was. Returns how many differ as they may. */
static inline size_t check_sums(struct model *m, int64_t at_ms, bool for_sure)
{
	char says[MODEL_SUMS_MAX], is[MODEL_SUMS_MAX];
	size_t uncertain = 0;

	for (size_t i = 0; i < MODEL_NAMES; i++) {
		const char *account = model_accounts[i];

		model_sums(m, account, at_ms, says, sizeof(says));
		truth_sums(&m->world, account, at_ms, is, sizeof(is));
		if (strcmp(says, is) == 0)
			continue;
		if (for_sure || !is_account_uncertain(m, account, at_ms))
			model_fail(m, "%s had \"%s\" at %s, not \"%s\"",
			    account, is, model_moment(m, at_ms), says);
		uncertain++;
	}
	return uncertain;
}

/* Returns how many answers differ from the truth as they may. */
static inline size_t check_moment(struct model *m, int64_t at_ms)
{
	size_t uncertain = check_sums(m, at_ms, false);

	for (size_t i = 0; i < MODEL_NAMES * 3; i++) {
		const char *account = model_accounts[i / 3];
		const char *product = model_products[i % 3];
		enum entitled says = model_ask(m, account, product, at_ms);
		enum entitled is =
		    truth_of_account(&m->world, account, product, at_ms);

		if (says == is)
			continue;
		if (!is_account_uncertain(m, account, at_ms))
			model_fail(m, "%s %s was %s at %s, not %s", account,
			    product != NULL ? product : "", entitled_name(is),
			    model_moment(m, at_ms), entitled_name(says));
		uncertain++;
	}
	check_feed_moment(m, at_ms);
	arena_reset(&m->f->arena);
	return uncertain;
}

/* ---- the present -------------------------------------------------------- */

static inline void check_present(struct model *m)
{
	for (size_t i = 0; i < MODEL_NAMES * 3; i++) {
		const char *account = model_accounts[i / 3];
		const char *product = model_products[i % 3];
		enum entitled says = model_ask(m, account, product, 0);
		enum entitled is =
		    truth_of_account(&m->world, account, product, m->f->now_ms);

		if (says != is)
			model_fail(m, "%s %s is %s at the end, not %s", account,
			    product != NULL ? product : "", entitled_name(is),
			    entitled_name(says));
	}
	(void)check_sums(m, m->f->now_ms, true);
}

/* The provider's list, as far as it is on record: all of it, in order. */
static inline void check_list(struct model *m, const struct thing *thing)
{
	struct history_lines history = model_history(m, thing);
	size_t k = 0;

	for (size_t i = 0; i < history.n; i++) {
		const struct transition *e = history.lines[i].entry;

		if (e->source != SOURCE_PROVIDER || e->retracted_at_ms != 0)
			continue;
		while (k < thing->n && !thing->was[k].other_status)
			k++;
		if (k == thing->n || thing->was[k].at_ms != e->at_ms ||
		    strcmp(thing->was[k].status, e->status) != 0)
			model_fail(m, "%s: %s at %s is not listed", thing->id,
			    e->status, model_moment(m, e->at_ms));
		k++;
	}
	while (k < thing->n && !thing->was[k].other_status)
		k++;
	if (k < thing->n)
		model_fail(
		    m, "%s: %s is missing", thing->id, thing->was[k].status);
}

static inline void check_thing(struct model *m, const struct thing *thing)
{
	struct object_ref ref = thing_ref(thing);
	struct store_view *view = model_view(m);
	struct object object;
	int rc =
	    store_view_object(view, &ref, &m->f->arena, &object, &m->f->err);

	store_view_close(view);
	if (thing->n == 0 || thing->deleted)
		return;
	if (rc != 0)
		model_fail(m, "%s is not on record", thing->id);
	if (strcmp(object.status, thing->was[thing->n - 1].status) != 0)
		model_fail(m, "%s is %s at the end, not %s", thing->id,
		    thing->was[thing->n - 1].status, object.status);
	if (thing->lists)
		check_list(m, thing);
}

static inline void check_end(struct model *m)
{
	struct store_stats stats = fixture_stats(m->f);

	if (stats.inbox + stats.jobs[JOB_DUE] + stats.jobs[JOB_WAITING] +
		stats.jobs[JOB_PARKED] >
	    0)
		model_fail(m, "%llu notices and %llu jobs are left",
		    (unsigned long long)stats.inbox,
		    (unsigned long long)(stats.jobs[JOB_DUE] +
					 stats.jobs[JOB_WAITING] +
					 stats.jobs[JOB_PARKED]));
	check_present(m);
	for (size_t i = 0; i < MODEL_THINGS; i++) {
		check_thing(m, &m->world.things[i]);
		arena_reset(&m->f->arena);
	}
}

#endif
