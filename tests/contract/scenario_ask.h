/*
 * Questions and the answers that are expected:
 *
 *   ask usr_1: yes, until 2026-02-01, because "…"
 *   ask usr_1 product gold at 2026-01-05: no
 *
 * Beside what is written, every answer is held against itself: a question about
 * the present moment by --at, and the moments around its end.
 */
#ifndef TRUEUP_TESTS_CONTRACT_SCENARIO_ASK_H
#define TRUEUP_TESTS_CONTRACT_SCENARIO_ASK_H

#include "reconciler/io/balance.h"
#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"

#include "tests/contract/scenario_world.h"

enum { ASK_TEXT_MAX = 200 };

static const char *const ask_words[] = {[ENTITLED_NO] = "no",
    [ENTITLED_YES] = "yes",
    [ENTITLED_UNKNOWN] = "unknown"};

static inline enum entitled ask_word(const struct line *line, const char *word)
{
	for (int i = 0; i < 3; i++) {
		if (strcmp(word, ask_words[i]) == 0)
			return (enum entitled)i;
	}
	line_fail(line, "\"%s\" is not yes, no or unknown", word);
}

static inline const char *ask_moment(
    struct scene *s, int64_t ms, const char *none)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == 0)
		return none;
	return arena_text(&s->f->arena, clock_format(ms, text));
}

static inline void ask_compare(const struct line *line, const char *what,
    const char *expected, const char *got)
{
	if (strcmp(expected, got) != 0)
		line_fail(
		    line, "%s is \"%s\", not \"%s\"", what, got, expected);
}

static inline struct store_view *ask_view(struct scene *s)
{
	struct store_view *view = NULL;

	if (store_view_open(s->f->store, &view, &s->f->err) != 0)
		fail_msg("%s", s->f->err.text);
	return view;
}

static inline struct account_answer ask_query(
    struct scene *s, const struct account_question *q)
{
	struct store_view *view = ask_view(s);
	struct account_answer answer;
	int rc = query_account(
	    view, &s->f->settings, q, &s->f->arena, &answer, &s->f->err);

	store_view_close(view);
	if (rc != 0)
		fail_msg("%s", s->f->err.text);
	return answer;
}

/* By what was known at an earlier moment. */
static inline struct account_answer ask_known(
    struct scene *s, const struct account_question *q, int64_t known_at_ms)
{
	struct account_answer answer = {.account = q->account};
	struct store_view *view = ask_view(s);
	struct account_view seen;
	int64_t at_ms = q->has_at ? q->at_ms : q->now_ms;

	if (store_view_account_at(view, &s->f->settings, q->account, at_ms,
		known_at_ms, &s->f->arena, &seen, &s->f->err) != 0)
		fail_msg("%s", s->f->err.text);
	store_view_close(view);
	answer.grants = seen.grants;
	answer.n_grants = seen.n_grants;
	entitle_account(seen.grants, seen.n_grants, at_ms, &answer.entitlement);
	if (quantities_sum(seen.grants, seen.n_grants, at_ms, &s->f->arena,
		&answer.quantities, &answer.n_quantities, &s->f->err) != 0)
		fail_msg("%s", s->f->err.text);
	return answer;
}

/* ---- what every answer must hold to ------------------------------------ */

static inline enum entitled ask_at(
    struct scene *s, const struct account_question *q, int64_t at_ms)
{
	struct account_question at = *q;

	at.has_at = true;
	at.at_ms = at_ms;
	return ask_query(s, &at).entitlement.entitled;
}

/* The answer holds until its end, and not on it. */
static inline void ask_check_end(struct scene *s, const struct line *line,
    const struct account_question *q, const struct account_answer *answer)
{
	int64_t end_ms = answer->entitlement.valid_until_ms;

	if (end_ms == 0)
		return;
	if (end_ms <= answer->as_of_ms)
		line_fail(line, "the answer's end has passed");
	if (ask_at(s, q, end_ms - 1) != answer->entitlement.entitled)
		line_fail(line, "the answer changes before its end");
	if (ask_at(s, q, end_ms) == answer->entitlement.entitled)
		line_fail(line, "the answer does not change at its end");
}

/* The record of the past, at the present moment, is the present. */
static inline void ask_check_past(struct scene *s, const struct line *line,
    const struct account_question *q, const struct account_answer *answer)
{
	struct account_answer past;

	if (q->has_at || q->product != NULL || q->label != NULL)
		return;
	past = ask_known(s, q, 0);
	if (past.entitlement.entitled != answer->entitlement.entitled ||
	    past.n_grants != answer->n_grants)
		line_fail(line, "by the record of the past it is \"%s\" now",
		    ask_words[past.entitlement.entitled]);
	if (past.n_quantities != answer->n_quantities)
		line_fail(line, "the record of the past has other quantities");
	for (size_t i = 0; i < past.n_quantities; i++)
		ask_compare(line, "a quantity, by the record of the past",
		    answer->quantities[i].sum, past.quantities[i].sum);
}

/* ---- what is written --------------------------------------------------- */

static inline void ask_compare_number(
    const struct line *line, const char *what, int64_t expected, int64_t got)
{
	if (expected != got)
		line_fail(line, "%s: %lld, not %lld", what, (long long)got,
		    (long long)expected);
}

static inline void ask_compare_time(struct scene *s, const struct line *line,
    const char *what, int64_t expected_ms, int64_t got_ms)
{
	if (expected_ms != got_ms)
		line_fail(line, "%s is %s, not %s", what,
		    ask_moment(s, got_ms, "never"),
		    ask_moment(s, expected_ms, "never"));
}

/* Which object decides. */
static inline const char *ask_decider(const struct account_answer *answer)
{
	size_t i = answer->entitlement.deciding;

	return i < answer->n_grants ? answer->grants[i].object.id : "nothing";
}

/* false: the next word is no clause of an answer. */
static inline bool ask_clause(struct scene *s, struct phrase *w,
    const struct account_answer *answer, int64_t *until_ms)
{
	const struct line *line = w->line;

	if (phrase_take(w, "until"))
		*until_ms = phrase_time(w);
	else if (phrase_take(w, "state"))
		ask_compare(line, "the state", phrase_next(w),
		    state_name(answer->entitlement.state));
	else if (phrase_take(w, "because"))
		ask_compare(line, "the reason", phrase_next(w),
		    answer->entitlement.reason);
	else if (phrase_take(w, "by"))
		ask_compare(
		    line, "what decides", phrase_next(w), ask_decider(answer));
	else if (phrase_take(w, "fresh") || phrase_take(w, "stale"))
		ask_compare(line, "it", w->word[w->at - 1],
		    answer->fresh ? "fresh" : "stale");
	else if (phrase_take(w, "pending"))
		ask_compare_number(line, "pending", phrase_number(w),
		    (int64_t)answer->pending);
	else if (phrase_take(w, "grants"))
		ask_compare_number(line, "grants", phrase_number(w),
		    (int64_t)answer->n_grants);
	else if (phrase_take(w, "verified"))
		ask_compare_time(s, line, "last verified", phrase_time(w),
		    answer->verified_at_ms);
	else
		return false;
	return true;
}

/* "150.00 EUR" or "150.00 EUR product gold". */
static inline void ask_credit(
    struct phrase *w, const struct account_answer *got, size_t n)
{
	const struct balance *b = &got->credits[n];
	const char *product = "";

	if (n >= got->n_credits)
		line_fail(w->line, "there is no such credit");
	ask_compare(w->line, "the credit", phrase_next(w), b->amount);
	ask_compare(w->line, "its unit", phrase_next(w), b->unit);
	if (phrase_take(w, "product"))
		product = phrase_next(w);
	ask_compare(
	    w->line, "its product", product, b->product ? b->product : "");
}

/* "13 product gold", or "13 product gold at mint, in part". */
static inline void ask_quantity(
    struct phrase *w, const struct account_answer *got, size_t n)
{
	const struct quantity *q = &got->quantities[n];
	const char *product = "", *provider = "shop";
	bool partial;

	if (n >= got->n_quantities)
		line_fail(w->line, "there is no such quantity");
	ask_compare(w->line, "the quantity", phrase_next(w), q->sum);
	if (phrase_take(w, "product"))
		product = phrase_next(w);
	ask_compare(
	    w->line, "its product", product, q->product ? q->product : "");
	if (phrase_take(w, "at"))
		provider = phrase_next(w);
	ask_compare(w->line, "its provider", provider, q->provider);
	partial = phrase_take(w, "in");
	if (partial)
		phrase_need(w, "part");
	ask_compare(w->line, "it", partial ? "in part" : "the whole",
	    q->partial ? "in part" : "the whole");
}

/* One a line. Credits may be left out altogether, quantities may not. */
static inline void ask_sums(
    struct scene *s, const struct line *line, const struct account_answer *got)
{
	struct phrase w;
	size_t credits = 0, quantities = 0;

	while (scene_next_part(s, &w)) {
		if (phrase_take(&w, "quantity")) {
			ask_quantity(&w, got, quantities++);
		} else {
			phrase_need(&w, "credit");
			ask_credit(&w, got, credits++);
		}
		phrase_done(&w);
	}
	if (credits > 0 && credits != got->n_credits)
		line_fail(line, "there are %zu credits", got->n_credits);
	if (quantities != got->n_quantities)
		line_fail(line, "there are %zu quantities", got->n_quantities);
}

/* An end that is not written is none; of the past it may be left out. */
static inline void ask_expect(struct scene *s, struct phrase *w,
    const struct account_question *q, const struct account_answer *answer)
{
	bool past = q->has_at && q->at_ms < q->now_ms;
	int64_t until_ms = 0;
	enum entitled expected = ask_word(w->line, phrase_next(w));

	if (answer->entitlement.entitled != expected)
		line_fail(w->line, "the answer is \"%s\" (%s), not \"%s\"",
		    ask_words[answer->entitlement.entitled],
		    answer->entitlement.reason, ask_words[expected]);
	while (ask_clause(s, w, answer, &until_ms))
		;
	phrase_done(w);
	if (until_ms != 0 || !past)
		ask_compare_time(s, w->line, "its end", until_ms,
		    answer->entitlement.valid_until_ms);
	ask_sums(s, w->line, answer);
}

static inline void ask(struct scene *s, struct phrase *w)
{
	struct account_question q = {.now_ms = s->f->now_ms};
	struct account_answer answer;
	int64_t known_at_ms = 0;

	q.account = phrase_next(w);
	if (phrase_take(w, "product"))
		q.product = phrase_next(w);
	if (phrase_take(w, "label"))
		q.label = phrase_next(w);
	q.has_at = phrase_take(w, "at");
	if (q.has_at)
		q.at_ms = phrase_time(w);
	if (phrase_take(w, "known"))
		known_at_ms = phrase_time(w);
	answer =
	    known_at_ms != 0 ? ask_known(s, &q, known_at_ms) : ask_query(s, &q);
	ask_expect(s, w, &q, &answer);
	if (known_at_ms == 0 && (!q.has_at || q.at_ms >= q.now_ms))
		ask_check_end(s, w->line, &q, &answer);
	if (known_at_ms == 0)
		ask_check_past(s, w->line, &q, &answer);
	s->asked++;
}

#endif
