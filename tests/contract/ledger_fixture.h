/*
 * What the contract programs over the ledger share: hand-made answers, and
 * looks as one call each. Times are whole seconds after the fixture's start.
 */
#ifndef TRUEUP_TESTS_CONTRACT_LEDGER_FIXTURE_H
#define TRUEUP_TESTS_CONTRACT_LEDGER_FIXTURE_H

#include "tests/contract/store_fixture.h"

static inline int64_t sec(int64_t s)
{
	return (int64_t)1000000000 + s * 1000;
}

static inline int ledger_setup(void **state)
{
	int rc = fixture_setup_open(state);
	struct fixture *f = *state;

	f->now_ms = sec(0);
	return rc;
}

/* ---- answers ---------------------------------------------------------- */

/* A subscription of customer 7 with one grant; fields are the test's to set. */
struct answer {
	struct observation seen;
	struct grant grants[4];
	struct listed listed[8];
	struct fact facts[4];
	struct member members[4];
	struct credit credits[4];
	struct effect effects[4];
};

static inline void answer_grant(struct answer *a, size_t i, const char *status,
    enum state state, int64_t since_ms, int64_t until_ms)
{
	a->grants[i] = (struct grant){.product = "plan",
	    .status = status,
	    .state = state,
	    .since_ms = since_ms,
	    .until_ms = until_ms};
	a->seen.grants = a->grants;
	if (a->seen.n_grants <= i)
		a->seen.n_grants = i + 1;
}

static inline void answer_list(
    struct answer *a, const char *status, enum state state, int64_t at_ms)
{
	size_t i = a->seen.n_listed++;

	a->listed[i] = (struct listed){
	    .status = status, .state = state, .at_ms = at_ms, .attempt = 1};
	a->seen.listed = a->listed;
	a->seen.lists_history = true;
}

static inline void answer_member(struct answer *a, const char *id)
{
	a->members[a->seen.n_members++] =
	    (struct member){.kind = "transaction", .id = id};
	a->seen.members = a->members;
}

static inline void answer_fact(
    struct answer *a, const char *name, const char *value)
{
	a->facts[a->seen.n_facts++] =
	    (struct fact){.name = name, .value = value};
	a->seen.facts = a->facts;
}

static inline void answer_credit(
    struct answer *a, const char *product, const char *amount, const char *unit)
{
	a->credits[a->seen.n_credits++] =
	    (struct credit){.product = product, .amount = amount, .unit = unit};
	a->seen.credits = a->credits;
}

/* Of a subscription. */
static inline void answer_effect(struct answer *a, enum effect_kind kind,
    const char *id, int64_t at_ms, int64_t until_ms)
{
	a->effects[a->seen.n_effects++] = (struct effect){.kind = kind,
	    .target = {.kind = "subscription", .id = id},
	    .at_ms = at_ms,
	    .until_ms = until_ms};
	a->seen.effects = a->effects;
}

/* answer_sub(a, status, state): with an open grant in the same state. */
static inline void answer_sub(
    struct answer *a, const char *status, enum state state)
{
	*a = (struct answer){
	    .seen = {.status = status, .state = state, .customer = "7"}};
	answer_grant(a, 0, status, state, 0, 0);
}

/* answer_payment(a, status, state): grants nothing, and is nobody's. */
static inline void answer_payment(
    struct answer *a, const char *status, enum state state)
{
	*a = (struct answer){.seen = {.status = status, .state = state}};
}

/* ---- looks ------------------------------------------------------------ */

static inline struct object_ref sub_ref(const char *id)
{
	return (struct object_ref){"shop", "subscription", id};
}

static inline struct object_ref payment_ref(const char *id)
{
	return (struct object_ref){"shop", "transaction", id};
}

/* A wish for a look, collected. parent NULL: the notice names none. */
static inline void ledger_want(struct fixture *f, struct object_ref ref,
    const char *parent, enum cause cause)
{
	struct notice notice = {.ref = ref,
	    .parent_kind = parent != NULL ? "subscription" : NULL,
	    .parent_id = parent,
	    .arrived_ms = f->now_ms,
	    .cause = cause};

	assert_int_equal(store_append(f->store, &notice, 1, &f->err), 0);
	assert_int_equal(fixture_collect(f), 1);
}

/* The one job that is due now. */
static inline struct claim ledger_claim(struct fixture *f)
{
	struct claim claims[2];

	assert_int_equal(fixture_claim(f, "shop", 2, claims), 1);
	return claims[0];
}

static inline struct settled ledger_settle(
    struct fixture *f, const struct outcome *outcome)
{
	struct store_turn *turn = fixture_begin(f);
	struct settled settled;

	store_turn_settle(turn, outcome, &settled);
	settled.status = arena_text(&f->arena, settled.status);
	settled.from_account = arena_text(&f->arena, settled.from_account);
	settled.to_account = arena_text(&f->arena, settled.to_account);
	fixture_commit(f, turn);
	return settled;
}

static inline struct outcome ledger_truth(
    struct fixture *f, const struct claim *claim, const struct answer *answer)
{
	return (struct outcome){.claim = claim,
	    .verdict = VERDICT_TRUTH,
	    .http_status = 200,
	    .started_ms = f->now_ms,
	    .observation = &answer->seen};
}

/* The due job's look, answered now. */
static inline struct settled ledger_answer(
    struct fixture *f, const struct answer *answer)
{
	struct claim claim = ledger_claim(f);
	struct outcome outcome = ledger_truth(f, &claim, answer);

	return ledger_settle(f, &outcome);
}

/* A look that somebody wants now, answered now. */
static inline struct settled ledger_look(struct fixture *f,
    struct object_ref ref, enum cause cause, const struct answer *answer)
{
	ledger_want(f, ref, NULL, cause);
	return ledger_answer(f, answer);
}

/* The due job's look, failed now. */
static inline struct settled ledger_fail(
    struct fixture *f, enum verdict verdict, const char *cause)
{
	struct claim claim = ledger_claim(f);
	struct outcome outcome = {.claim = &claim,
	    .verdict = verdict,
	    .cause = cause,
	    .http_status = 404,
	    .started_ms = f->now_ms};

	return ledger_settle(f, &outcome);
}

static inline size_t ledger_advance(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);
	size_t n = store_turn_advance(turn, 1000);

	fixture_commit(f, turn);
	return n;
}

static inline size_t ledger_checks(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);
	size_t n = store_turn_checks(turn, 1000);

	fixture_commit(f, turn);
	return n;
}

static inline int64_t ledger_next_other(struct fixture *f)
{
	struct store_turn *turn = fixture_begin(f);
	int64_t at_ms = store_turn_next_other(turn);

	store_turn_abort(turn);
	return at_ms;
}

static inline struct tally ledger_tally(struct fixture *f)
{
	struct store_view *view;
	struct health health;
	struct tally tally;

	assert_int_equal(store_view_open(f->store, &view, &f->err), 0);
	assert_int_equal(
	    store_view_provider(view, "shop", &health, &tally, &f->err), 0);
	store_view_close(view);
	return tally;
}

static inline void ledger_link(
    struct fixture *f, const char *customer, const char *account)
{
	if (store_link(f->store, &f->settings, "shop", customer, account,
		f->now_ms, &f->err) != 0)
		fail_msg("%s", f->err.text);
}

#endif
