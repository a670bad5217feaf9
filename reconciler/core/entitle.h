/*
 * Who may, now? Derives an account's entitlement from its grants, at read
 * time: a grant entitles while its state does by policy, and
 * since <= now < until. Any entitling grant: yes; else any unknown: unknown;
 * else no. Pure.
 */
#ifndef TRUEUP_CORE_ENTITLE_H
#define TRUEUP_CORE_ENTITLE_H

#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"
#include "reconciler/core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct provider_settings;
struct err_text;

enum entitled { ENTITLED_NO = 0, ENTITLED_YES, ENTITLED_UNKNOWN };

/*
 * What a state gives: nothing, access, access for a while, no answer; or (of
 * the state unknown) for a while what the state before it gave, then no answer.
 */
enum access {
	ACCESS_DENY = 0,
	ACCESS_ALLOW,
	ACCESS_GRACE,
	ACCESS_UNKNOWN,
	ACCESS_KEEP
};

struct policy_rule {
	enum access access;
	/* ACCESS_GRACE: from state_at_ms; ACCESS_KEEP: from unknown_at_ms. */
	int64_t grace_ms;
};

/* One provider's policy: a rule for each state. Immutable once loaded. */
struct policy {
	struct policy_rule rules[STATE_COUNT];
	/*
	 * For how long behind its renews_ms a grant is believed that says yes;
	 * then there is no answer. 0: for ever.
	 */
	int64_t patience_ms;
	/* By effect: does money that went back revoke what it paid for? */
	bool revokes[EFFECT_COUNT];
};

/*
 * policy_default(policy): trialing, active and past_due allow; paid denies
 * (a payment by itself opens nothing unless the type or policy says so);
 * unknown has no answer; everything else denies. A full refund and a
 * chargeback revoke what they paid for, a partial refund does not. A renewal
 * that does not come is waited for for 30 days.
 */
void policy_default(struct policy *policy);

/*
 * policy_set(policy, word, rule, err): one line of a `policy` group. word is a
 * state and rule "allow", "deny", "grace DURATION", or, for the state unknown
 * only, "unknown" or "keep-last DURATION"; or word is `refund`,
 * `partial_refund` or `chargeback` and rule "revoke" or "keep"; or word is
 * `orders` and rule "grant" or "ignore" (the same as paid = "allow" or "deny");
 * or word is `renewal` and rule "patience DURATION" or "trust". 0, or ERR_BAD
 * with what is allowed.
 */
int policy_set(struct policy *policy, const char *word, const char *rule,
    struct err_text *err);

/* policy_rule_text(rule, out, cap): the rule as policy_set reads it. */
const char *policy_rule_text(
    const struct policy_rule *rule, char *out, size_t cap);

/* policy_renewal_text(policy, out, cap): the rule of `renewal`, as it is read.
 */
const char *policy_renewal_text(
    const struct policy *policy, char *out, size_t cap);

/* An effect as recorded at its target: by which object it was made. */
struct held_effect {
	enum effect_kind kind;
	struct object_ref source;
	int64_t at_ms;
	int64_t until_ms;
};

/* A grant as recorded, with whose it is and the policy that applies. */
struct held_grant {
	struct object_ref object;
	const char *noun; /* what a reason calls it; NULL: the object's kind */
	struct grant grant;
	int64_t verified_at_ms;
	const struct provider_settings *provider; /* NULL: not configured */
	const struct policy *policy;
	/*
	 * Effects on it, of payments for it (n_effects may be 0). Each is of
	 * another payment; the grant is revoked from at_ms (0: always) until
	 * until_ms (0: open) of each one that the policy says revokes.
	 */
	const struct held_effect *effects;
	size_t n_effects;
};

/* The answer about an account. */
struct entitlement {
	enum entitled entitled;
	enum state state; /* of the deciding grant; unknown without any */
	/* The deciding grant's index; (size_t)-1 without any. */
	size_t deciding;
	/*
	 * The earliest moment at which time alone changes `entitled`; 0:
	 * never, as far as is known.
	 */
	int64_t valid_until_ms;
	char reason[200]; /* one sentence, for people */
};

/* Some bytes of text; data NULL: none at all. */
struct entitle_text {
	const char *data;
	size_t len;
};

/*
 * entitle_is_meant(state, product, label, of_product, of_label): does a
 * question about this product and label (none: about any) mean a grant of that
 * state, product and label? One of which not even that is known may be of
 * anything.
 */
bool entitle_is_meant(enum state state, struct entitle_text product,
    struct entitle_text label, struct entitle_text of_product,
    struct entitle_text of_label);

/* entitle_grant(held, now): this grant alone, at now. */
enum entitled entitle_grant(const struct held_grant *held, int64_t now_ms);

/*
 * entitle_account(grants, n, now, out): the best survivor decides. Among
 * grants that say the same the one with the latest end (open last) decides,
 * then the first. Linear in n, but for long chains of grants that follow one
 * another in no order (core/chain.h).
 */
void entitle_account(const struct held_grant *grants, size_t n, int64_t now_ms,
    struct entitlement *out);

/*
 * entitle_account_with(…, scratch, out): the same; of thousands of grants that
 * follow one another in no order it is told much faster with memory to sort
 * them in.
 */
void entitle_account_with(const struct held_grant *grants, size_t n,
    int64_t now_ms, struct arena *scratch, struct entitlement *out);

/*
 * entitle_answer(grants, n, now): only whether, as entitle_account says it: for
 * callers that ask a million times a second.
 */
enum entitled entitle_answer(
    const struct held_grant *grants, size_t n, int64_t now_ms);

/* entitled_name(e): "true" "false" "null", as in the JSON. */
const char *entitled_name(enum entitled entitled);

#endif
