/*
 * What the store of the model answers: about accounts, now and then, and by its
 * feed, which must be in order and end in what is answered.
 */
#ifndef TRUEUP_TESTS_CONTRACT_MODEL_ASK_H
#define TRUEUP_TESTS_CONTRACT_MODEL_ASK_H

#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"

#include "tests/contract/model_run.h"

enum {
	MODEL_NAMES = 2 * MODEL_CUSTOMERS + MODEL_ACCOUNTS,
	MODEL_CHANGES_MAX = 5000,
	MODEL_SUMS_MAX = 200
};

static const char *const model_accounts[MODEL_NAMES] = {"shop/c0", "shop/c1",
    "shop/c2", "shop/c3", "mint/c0", "mint/c1", "mint/c2", "mint/c3", "usr_0",
    "usr_1", "usr_2"};
static const char *const model_products[] = {NULL, "gold", "silver"};

/* How the seed gets into every failure. */
#define model_fail(m, format, ...) \
	fail_msg( \
	    "seed %llu: " format, (unsigned long long)(m)->seed, __VA_ARGS__)

static inline const char *model_moment(struct model *m, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	return arena_text(&m->f->arena, clock_format(ms, text));
}

static inline struct store_view *model_view(struct model *m)
{
	struct store_view *view = NULL;

	if (store_view_open(m->f->store, &view, &m->f->err) != 0)
		model_fail(m, "%s", m->f->err.text);
	return view;
}

/* at_ms 0: now. */
static inline struct account_answer model_answer(
    struct model *m, const char *account, const char *product, int64_t at_ms)
{
	struct account_question q = {.account = account,
	    .product = product,
	    .has_at = at_ms != 0,
	    .at_ms = at_ms,
	    .now_ms = m->f->now_ms};
	struct store_view *view = model_view(m);
	struct account_answer answer;

	if (query_account(view, &m->f->settings, &q, &m->f->arena, &answer,
		&m->f->err) != 0)
		model_fail(m, "%s", m->f->err.text);
	store_view_close(view);
	return answer;
}

static inline enum entitled model_ask(
    struct model *m, const char *account, const char *product, int64_t at_ms)
{
	return model_answer(m, account, product, at_ms).entitlement.entitled;
}

/* As truth_sums tells it. */
static inline void model_sums(
    struct model *m, const char *account, int64_t at_ms, char *out, size_t cap)
{
	struct account_answer answer = model_answer(m, account, NULL, at_ms);
	size_t len = 0;

	*out = '\0';
	for (size_t i = 0; i < answer.n_quantities; i++) {
		const struct quantity *q = &answer.quantities[i];

		len += (size_t)snprintf(out + len, cap - len, "%s%s %s %s%s",
		    i > 0 ? " | " : "", q->provider, q->product, q->sum,
		    q->partial ? " in part" : "");
	}
}

/* By what was known then. */
static inline enum entitled model_recall(
    struct model *m, const char *account, int64_t at_ms, int64_t known_at_ms)
{
	struct store_view *view = model_view(m);
	struct account_view seen;

	if (store_view_account_at(view, &m->f->settings, account, at_ms,
		known_at_ms, &m->f->arena, &seen, &m->f->err) != 0)
		model_fail(m, "%s", m->f->err.text);
	store_view_close(view);
	return entitle_answer(seen.grants, seen.n_grants, at_ms);
}

/* ---- the feed ----------------------------------------------------------- */

struct replay {
	enum entitled says[MODEL_NAMES];
	uint64_t seq;
};

static inline size_t replay_account(struct model *m, const char *account)
{
	for (size_t i = 0; i < MODEL_NAMES; i++) {
		if (strcmp(model_accounts[i], account) == 0)
			return i;
	}
	model_fail(m, "the feed speaks of %s", account);
	return 0;
}

static inline void replay_change(
    struct model *m, struct replay *replay, const struct change *change)
{
	enum entitled *says = &replay->says[replay_account(m, change->account)];

	if (change->seq != ++replay->seq)
		model_fail(m, "change %llu instead of %llu",
		    (unsigned long long)change->seq,
		    (unsigned long long)replay->seq);
	if (change->was != *says || change->entitled == change->was)
		model_fail(m, "change %llu: %s from %s to %s, it was %s",
		    (unsigned long long)change->seq, change->account,
		    entitled_name(change->was), entitled_name(change->entitled),
		    entitled_name(*says));
	if (change->at_ms > change->recorded_at_ms)
		model_fail(m, "change %llu is to come",
		    (unsigned long long)change->seq);
	*says = change->entitled;
}

/* From its beginning, in pieces. */
static inline void replay_run(struct model *m, struct replay *replay)
{
	const struct change *changes;
	size_t n = 1;

	*replay = (struct replay){.seq = 0};
	while (n > 0) {
		struct store_view *view = model_view(m);

		if (store_view_changes(view, replay->seq, 100, &m->f->arena,
			&changes, &n, &m->f->err) != 0)
			model_fail(m, "%s", m->f->err.text);
		store_view_close(view);
		for (size_t i = 0; i < n; i++)
			replay_change(m, replay, &changes[i]);
	}
}

/* Whoever read all of the feed knows what would be answered. */
static inline void check_feed(struct model *m)
{
	struct store_turn *turn = fixture_begin(m->f);
	struct replay replay;

	while (store_turn_advance(turn, 1000) > 0)
		;
	fixture_commit(m->f, turn);
	replay_run(m, &replay);
	for (size_t i = 0; i < MODEL_NAMES; i++) {
		enum entitled says = model_ask(m, model_accounts[i], NULL, 0);

		if (says != replay.says[i])
			model_fail(m, "%s: %s says %s, the feed %s",
			    model_moment(m, m->f->now_ms), model_accounts[i],
			    entitled_name(says), entitled_name(replay.says[i]));
	}
}

#endif
