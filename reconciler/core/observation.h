/*
 * What one answer of a provider says about one object, in our words. Made by a
 * client, judged by core/history and core/entitle, written by the store.
 *
 * Ownership: everything that an observation points to lives in the arena that
 * its maker was given, or is a constant; it dies with that arena.
 */
#ifndef TRUEUP_CORE_OBSERVATION_H
#define TRUEUP_CORE_OBSERVATION_H

#include "reconciler/core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	OBSERVATION_LISTED_MAX = 2000,	/* entries of a provider's history */
	OBSERVATION_GRANTS_MAX = 1000,	/* grants of one object */
	OBSERVATION_MEMBERS_MAX = 5000, /* objects that belong to it */
	OBSERVATION_FACTS_MAX = 12,
	OBSERVATION_BOUNDARIES_MAX = 8,
	OBSERVATION_CREDITS_MAX = 100,
	OBSERVATION_EFFECTS_MAX = 8,
	OBSERVATION_WORD_MAX = 64,   /* a status, bytes; longer is GARBLED */
	OBSERVATION_REASON_MAX = 300 /* longer is cut at a character */
};

/* One entry of the history that the provider itself lists. */
struct listed {
	const char *status; /* the provider's word */
	enum state state;
	int64_t at_ms;
	const char *at_text;	 /* as the provider wrote it */
	int64_t attempt;	 /* from 1; 0 where there is no such thing */
	const char *reason;	 /* or NULL */
	const char *reason_code; /* or NULL */
};

/*
 * What one object gives to its account. It entitles while its state does (by
 * policy) and since <= now < until.
 */
struct grant {
	const char *product; /* or NULL */
	const char *label;   /* or NULL */
	/*
	 * How many of the product (seats, licences): decimal text without a
	 * sign. NULL: the provider does not say, which is not one; "0" is said.
	 */
	const char *quantity;
	const char *status; /* the provider's word */
	enum state state;
	int64_t since_ms; /* 0: always */
	int64_t until_ms; /* 0: open */
	/*
	 * Since when it is in this state, for a grace. On record: the earliest
	 * that was said while it stayed in it.
	 */
	int64_t state_at_ms;
	/*
	 * When the provider should have renewed it, while it calls it active or
	 * trialing and does not end it by then; 0: unknown. That alone ends
	 * nothing: providers are late.
	 */
	int64_t renews_ms;
	/*
	 * Of an unknown state, the last one that was known, since when that
	 * was, and when it became unknown. The record's, not a client's to
	 * say; zeros: none is on record.
	 */
	enum state was;
	int64_t was_at_ms;
	int64_t unknown_at_ms;
};

/*
 * A field that matters beside the status (plan, end, amount refunded): when its
 * value differs from the last one recorded, that is a transition too.
 */
struct fact {
	const char *name;
	const char *value; /* never NULL: an absent one is left out */
};

/* Another object, named by the provider's own data about the observed one. */
struct member {
	const char *kind;
	const char *id;
	/* To be asked for with: a parent known from the same data, or NULL. */
	const char *parent_kind;
	const char *parent_id;
};

/*
 * A balance that an account holds: not a grant, it entitles to nothing by
 * itself. Credits of different products or units are never added up.
 */
struct credit {
	const char *product; /* or NULL */
	const char *amount;  /* decimal text, exactly: "150.00" */
	const char *unit;    /* a currency code or the provider's word; NULL */
};

/*
 * What the observed payment-like object did to what it paid for: its money
 * went back. Acts on the grants of the target while the policy of that word
 * (refund, partial_refund, chargeback) says "revoke".
 */
enum effect_kind {
	EFFECT_NONE = 0, /* paid and kept: lifts what was said before */
	EFFECT_PARTIAL_REFUND,
	EFFECT_REFUND,
	EFFECT_CHARGEBACK,
	EFFECT_COUNT
};

struct effect {
	enum effect_kind kind;
	struct member target; /* whose grants it acts on */
	int64_t at_ms;	      /* since when, by the provider; 0: unknown */
	/* The end of what was paid for (a period's end); 0: all of it. */
	int64_t until_ms;
};

struct observation {
	const char *status; /* the provider's word, verbatim; never NULL */
	enum state state;

	/* When the status began, if the provider says; 0: it does not. */
	int64_t changed_at_ms;
	const char *changed_at_text; /* or NULL */

	/*
	 * The provider's own order of answers about this object (updated_at,
	 * version): larger is newer, 0: there is none. Compared only with
	 * another answer about the same object.
	 */
	int64_t version_ms;

	/* The provider's own history, oldest first, if it has one. */
	bool lists_history;
	const struct listed *listed;
	size_t n_listed;

	const struct fact *facts;
	size_t n_facts;

	const struct grant *grants; /* none: this object grants nothing */
	size_t n_grants;

	const struct credit *credits;
	size_t n_credits;

	const struct effect *effects;
	size_t n_effects;

	const char *customer; /* the provider's customer id, or NULL */
	const char *account;  /* what account_from or the type says, or NULL */

	const struct member *members;
	size_t n_members;

	/* Moments at which the answer is known to change; past ones allowed. */
	int64_t boundaries_ms[OBSERVATION_BOUNDARIES_MAX];
	size_t n_boundaries;

	/* It may be reversed until then (re-read it meanwhile); 0: no. */
	int64_t reversible_until_ms;

	/*
	 * Another mode (live or test) than this provider is configured for:
	 * nothing of it is recorded, it is counted.
	 */
	bool other_mode;

	/*
	 * The answer is about no object of its own, it only names others (a
	 * customer found by the user's own name): nothing of it is recorded.
	 */
	bool pointer;
};

/*
 * What an answer means, by how far the damage reaches. TRUTH: the observation
 * holds. MORE: ask this as well. GONE, GARBLED: this object. LATER: this
 * attempt. BARRED: the whole provider.
 */
enum verdict {
	VERDICT_TRUTH = 0,
	VERDICT_MORE,
	VERDICT_GONE,
	VERDICT_GARBLED,
	VERDICT_LATER,
	VERDICT_BARRED,
	VERDICT_COUNT
};

const char *verdict_name(enum verdict verdict);

/* effect_name(kind): "none" "partial_refund" "refund" "chargeback". */
const char *effect_name(enum effect_kind kind);

/*
 * observation_cut(text, max): how many bytes of a UTF-8 text, at most max, end
 * with a whole character. For what is kept in part, such as a long reason.
 */
size_t observation_cut(const char *text, size_t max);

#endif
