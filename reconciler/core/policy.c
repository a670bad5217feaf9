#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"

#include "reconciler/core/entitle.h"

/* A month: most renewals come once a month, so one may be missed. */
#define PATIENCE_MS (INT64_C(30) * 24 * 3600 * 1000)

void policy_default(struct policy *policy)
{
	*policy = (struct policy){
	    .rules = {[STATE_UNKNOWN] = {.access = ACCESS_UNKNOWN},
		[STATE_TRIALING] = {.access = ACCESS_ALLOW},
		[STATE_ACTIVE] = {.access = ACCESS_ALLOW},
		[STATE_PAST_DUE] = {.access = ACCESS_ALLOW}},
	    .patience_ms = PATIENCE_MS,
	    .revokes = {[EFFECT_REFUND] = true, [EFFECT_CHARGEBACK] = true}};
}

/* Rules that last a while, and which state may have them. */
struct lasting {
	const char *word;
	enum access access;
	bool unknown_only;
};

static const struct lasting lastings[] = {
    {"grace ", ACCESS_GRACE, false},
    {"keep-last ", ACCESS_KEEP, true},
};

enum { N_LASTINGS = sizeof(lastings) / sizeof(lastings[0]) };

/* A duration that is not nothing. 0, or ERR_BAD. */
static int parse_while(const char *text, int64_t *out_ms)
{
	if (clock_parse_duration(text, out_ms) != 0)
		return ERR_BAD;
	return *out_ms > 0 ? 0 : ERR_BAD;
}

static int parse_lasting(
    enum state state, const char *rule, struct policy_rule *out)
{
	for (size_t i = 0; i < N_LASTINGS; i++) {
		size_t len = strlen(lastings[i].word);

		if (strncmp(rule, lastings[i].word, len) != 0 ||
		    (lastings[i].unknown_only && state != STATE_UNKNOWN))
			continue;
		out->access = lastings[i].access;
		return parse_while(rule + len, &out->grace_ms);
	}
	return ERR_BAD;
}

/* 0 and *out, or ERR_BAD. */
static int rule_parse(
    enum state state, const char *rule, struct policy_rule *out)
{
	*out = (struct policy_rule){.access = ACCESS_DENY};
	if (strcmp(rule, "deny") == 0)
		return 0;
	if (strcmp(rule, "allow") == 0) {
		out->access = ACCESS_ALLOW;
		return 0;
	}
	if (strcmp(rule, "unknown") == 0 && state == STATE_UNKNOWN) {
		out->access = ACCESS_UNKNOWN;
		return 0;
	}
	return parse_lasting(state, rule, out);
}

static int set_state(struct policy *policy, const char *word, const char *rule,
    struct err_text *err)
{
	struct policy_rule parsed;
	enum state which;

	if (state_parse(word, &which) != 0)
		return err_set(err, ERR_BAD,
		    "no such word \"%s\": a state (pending, trialing, active, "
		    "past_due, paused, ended, paid, failed, refunded, "
		    "reversed, unknown), refund, partial_refund, chargeback, "
		    "orders or renewal",
		    word);
	if (rule_parse(which, rule, &parsed) != 0)
		return err_set(err, ERR_BAD,
		    "\"%s\" for %s: allow, deny%s or grace DURATION "
		    "(such as \"grace 7d\")",
		    rule, word,
		    which == STATE_UNKNOWN ? ", unknown, keep-last DURATION"
					   : "");
	policy->rules[which] = parsed;
	return 0;
}

static int set_effect(struct policy *policy, enum effect_kind kind,
    const char *rule, struct err_text *err)
{
	bool revokes = strcmp(rule, "revoke") == 0;

	if (!revokes && strcmp(rule, "keep") != 0)
		return err_set(err, ERR_BAD, "\"%s\" for %s: revoke or keep",
		    rule, effect_name(kind));
	policy->revokes[kind] = revokes;
	return 0;
}

static int set_orders(
    struct policy *policy, const char *rule, struct err_text *err)
{
	bool grants = strcmp(rule, "grant") == 0;

	if (!grants && strcmp(rule, "ignore") != 0)
		return err_set(
		    err, ERR_BAD, "\"%s\" for orders: grant or ignore", rule);
	policy->rules[STATE_PAID] =
	    (struct policy_rule){.access = grants ? ACCESS_ALLOW : ACCESS_DENY};
	return 0;
}

static int set_renewal(
    struct policy *policy, const char *rule, struct err_text *err)
{
	static const char patience[] = "patience ";
	const size_t len = sizeof(patience) - 1;
	int64_t ms = 0;

	if (strcmp(rule, "trust") != 0 &&
	    (strncmp(rule, patience, len) != 0 ||
		parse_while(rule + len, &ms) != 0))
		return err_set(err, ERR_BAD,
		    "\"%s\" for renewal: trust or patience DURATION (such as "
		    "\"patience 30d\")",
		    rule);
	policy->patience_ms = ms;
	return 0;
}

int policy_set(struct policy *policy, const char *word, const char *rule,
    struct err_text *err)
{
	for (int i = EFFECT_NONE + 1; i < EFFECT_COUNT; i++) {
		if (strcmp(word, effect_name((enum effect_kind)i)) == 0)
			return set_effect(
			    policy, (enum effect_kind)i, rule, err);
	}
	if (strcmp(word, "orders") == 0)
		return set_orders(policy, rule, err);
	if (strcmp(word, "renewal") == 0)
		return set_renewal(policy, rule, err);
	return set_state(policy, word, rule, err);
}

/* As people write it: 7d, not 1w. */
static const char *duration_text(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	const int64_t day_ms = INT64_C(24) * 3600 * 1000;

	if (ms % day_ms != 0)
		return clock_format_duration(ms, out);
	(void)snprintf(out, CLOCK_TEXT_MAX, "%lldd", (long long)(ms / day_ms));
	return out;
}

const char *policy_rule_text(
    const struct policy_rule *rule, char *out, size_t cap)
{
	static const char *const words[] = {
	    [ACCESS_DENY] = "deny",
	    [ACCESS_ALLOW] = "allow",
	    [ACCESS_GRACE] = "grace",
	    [ACCESS_UNKNOWN] = "unknown",
	    [ACCESS_KEEP] = "keep-last",
	};
	char duration[CLOCK_TEXT_MAX];

	if (rule->access == ACCESS_GRACE || rule->access == ACCESS_KEEP)
		(void)snprintf(out, cap, "%s %s", words[rule->access],
		    duration_text(rule->grace_ms, duration));
	else
		(void)snprintf(out, cap, "%s", words[rule->access]);
	return out;
}

const char *policy_renewal_text(
    const struct policy *policy, char *out, size_t cap)
{
	char duration[CLOCK_TEXT_MAX];

	if (policy->patience_ms == 0)
		(void)snprintf(out, cap, "trust");
	else
		(void)snprintf(out, cap, "patience %s",
		    duration_text(policy->patience_ms, duration));
	return out;
}
