/*
 * The part of entitle.h about policies in plain words: what a rule means, for
 * people who have to say why somebody is, or is not, let in. Pure.
 */
#ifndef TRUEUP_CORE_EXPLAIN_H
#define TRUEUP_CORE_EXPLAIN_H

#include "reconciler/core/entitle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXPLAIN_MAX = 128, EXPLAIN_WORDS = STATE_COUNT + EFFECT_COUNT + 1 };

/* One word of a policy. The texts are constants, or the line's own. */
struct explain_line {
	const char *word;
	char rule[EXPLAIN_MAX];	   /* as policy_set reads it */
	char meaning[EXPLAIN_MAX]; /* in plain words */
	bool is_default;
};

/*
 * explain_policy(policy, fallback, out): a line for each word that policy_set
 * knows, fallback being what holds unless something is set. Returns how many
 * there are; out has room for EXPLAIN_WORDS.
 */
size_t explain_policy(const struct policy *policy,
    const struct policy *fallback, struct explain_line *out);

/*
 * explain_while(ms, out, cap): a duration as people say it: "7 days", "1 hour".
 */
const char *explain_while(int64_t ms, char *out, size_t cap);

#endif
