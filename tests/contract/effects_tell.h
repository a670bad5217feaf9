/*
 * What the contract programs over effects share: looks at subscriptions and at
 * payments for them, and what a reader then finds.
 */
#ifndef TRUEUP_TESTS_CONTRACT_EFFECTS_TELL_H
#define TRUEUP_TESTS_CONTRACT_EFFECTS_TELL_H

#include "tests/contract/ledger_tell.h"

/* ANSWER UNTIL REASON, now. */
static inline const char *tell_why(struct fixture *f, const char *account)
{
	struct account_view seen = ledger_account(f, account);
	struct entitlement answer;
	struct buf out;

	entitle_account(seen.grants, seen.n_grants, f->now_ms, &answer);
	buf_init(&out, TELL_MAX);
	buf_addf(&out, "%s", entitled_name(answer.entitled));
	tell_time(&out, " ", answer.valid_until_ms);
	buf_addf(&out, " %s", answer.reason);
	return tell_end(f, &out);
}

/* KIND by ID [AT,UNTIL) for each grant's effects, as a reader finds them. */
static inline const char *tell_effects(struct fixture *f, const char *account)
{
	struct account_view seen = ledger_account(f, account);
	struct buf out;

	buf_init(&out, TELL_MAX);
	for (size_t i = 0; i < seen.n_grants; i++) {
		buf_addf(&out, "%s%s:", i > 0 ? " | " : "",
		    seen.grants[i].object.id);
		for (size_t k = 0; k < seen.grants[i].n_effects; k++) {
			const struct held_effect *e =
			    &seen.grants[i].effects[k];

			buf_addf(&out, " %s by %s", effect_name(e->kind),
			    e->source.id);
			tell_time(&out, "[", e->at_ms);
			tell_time(&out, ",", e->until_ms);
			buf_adds(&out, ")");
		}
	}
	return tell_end(f, &out);
}

/* "true" or "false" at a moment, by what was known at another. */
static inline const char *tell_was(
    struct fixture *f, const char *account, int64_t at_s, int64_t known_s)
{
	const char *text =
	    tell_past(f, account, sec(at_s), known_s != 0 ? sec(known_s) : 0);

	return strncmp(text, "true", 4) == 0 ? "true" : "false";
}

static inline void see_sub(
    struct fixture *f, const char *id, const char *customer)
{
	struct answer a;

	answer_sub(&a, "active", STATE_ACTIVE);
	a.seen.customer = customer;
	ledger_look(f, sub_ref(id), CAUSE_NOTIFIED, &a);
}

/* A look at payment id that says this of subscription target. */
static inline struct settled see_payment(struct fixture *f, const char *id,
    enum effect_kind kind, const char *target, int64_t at_ms, int64_t until_ms)
{
	bool paid = kind == EFFECT_NONE;
	struct answer a;

	answer_payment(
	    &a, paid ? "paid" : "refunded", paid ? STATE_PAID : STATE_REFUNDED);
	if (target != NULL)
		answer_effect(&a, kind, target, at_ms, until_ms);
	return ledger_look(f, payment_ref(id), CAUSE_NOTIFIED, &a);
}

#endif
