#include <stdio.h>
#include <string.h>

#include "reconciler/base/text.h"

#include "reconciler/core/explain.h"

enum { WHILE_MAX = 48 };

/* From the largest: no weeks, since nobody writes them. */
static const struct {
	int64_t ms;
	const char *name;
} units[] = {
    {(int64_t)24 * 3600 * 1000, "day"},
    {(int64_t)3600 * 1000, "hour"},
    {(int64_t)60 * 1000, "minute"},
    {1000, "second"},
    {1, "millisecond"},
};

enum { N_UNITS = sizeof(units) / sizeof(units[0]) };

const char *explain_while(int64_t ms, char *out, size_t cap)
{
	size_t i = 0;

	while (i + 1 < N_UNITS && ms % units[i].ms != 0)
		i++;
	(void)snprintf(out, cap, "%lld %s%s", (long long)(ms / units[i].ms),
	    units[i].name, ms == units[i].ms ? "" : "s");
	return out;
}

static void explain_rule(const struct policy_rule *rule, char *out, size_t cap)
{
	static const char *const formats[] = {
	    [ACCESS_DENY] = "no access",
	    [ACCESS_ALLOW] = "access, between its beginning and its end",
	    [ACCESS_GRACE] = "access for %s from when the state began, then "
			     "none",
	    [ACCESS_UNKNOWN] = "no answer: neither yes nor no",
	    [ACCESS_KEEP] = "for %s what the state before it gives, then no "
			    "answer",
	};
	const char *format = formats[rule->access];
	const char *mark;
	char text[WHILE_MAX];

	mark = strstr(format, "%s");
	if (mark == NULL) {
		(void)text_copy(out, cap, format);
		return;
	}
	(void)snprintf(out, cap, "%.*s%s%s", (int)(mark - format), format,
	    explain_while(rule->grace_ms, text, sizeof(text)), mark + 2);
}

static bool rules_equal(
    const struct policy_rule *a, const struct policy_rule *b)
{
	return a->access == b->access && a->grace_ms == b->grace_ms;
}

static void add_state(const struct policy *policy,
    const struct policy *fallback, enum state state, struct explain_line *out)
{
	const struct policy_rule *rule = &policy->rules[state];

	out->word = state_name(state);
	(void)policy_rule_text(rule, out->rule, sizeof(out->rule));
	explain_rule(rule, out->meaning, sizeof(out->meaning));
	out->is_default = rules_equal(rule, &fallback->rules[state]);
}

static void add_effect(const struct policy *policy,
    const struct policy *fallback, enum effect_kind kind,
    struct explain_line *out)
{
	static const char *const what[EFFECT_COUNT] = {
	    [EFFECT_PARTIAL_REFUND] = "money refunded in part",
	    [EFFECT_REFUND] = "money refunded",
	    [EFFECT_CHARGEBACK] = "money charged back",
	};
	bool revokes = policy->revokes[kind];

	out->word = effect_name(kind);
	(void)text_copy(
	    out->rule, sizeof(out->rule), revokes ? "revoke" : "keep");
	(void)snprintf(out->meaning, sizeof(out->meaning),
	    "%s takes %s what it had paid for", what[kind],
	    revokes ? "away" : "nothing away of");
	out->is_default = revokes == fallback->revokes[kind];
}

/* Another name of `paid`, for the two rules that it has words for. */
static bool add_orders(const struct policy *policy,
    const struct policy *fallback, struct explain_line *out)
{
	const struct policy_rule *paid = &policy->rules[STATE_PAID];
	bool grants = paid->access == ACCESS_ALLOW;

	if (!grants && paid->access != ACCESS_DENY)
		return false;
	out->word = "orders";
	(void)text_copy(
	    out->rule, sizeof(out->rule), grants ? "grant" : "ignore");
	(void)text_copy(out->meaning, sizeof(out->meaning),
	    grants ? "what is paid gives access (as paid = \"allow\")"
		   : "what is paid gives none by itself (as paid = \"deny\")");
	out->is_default = rules_equal(paid, &fallback->rules[STATE_PAID]);
	return true;
}

static void add_renewal(const struct policy *policy,
    const struct policy *fallback, struct explain_line *out)
{
	char text[WHILE_MAX];

	out->word = "renewal";
	(void)policy_renewal_text(policy, out->rule, sizeof(out->rule));
	if (policy->patience_ms == 0)
		(void)text_copy(out->meaning, sizeof(out->meaning),
		    "however late a renewal is, the provider's word holds");
	else
		(void)snprintf(out->meaning, sizeof(out->meaning),
		    "no answer when a renewal is late for %s",
		    explain_while(policy->patience_ms, text, sizeof(text)));
	out->is_default = policy->patience_ms == fallback->patience_ms;
}

size_t explain_policy(const struct policy *policy,
    const struct policy *fallback, struct explain_line *out)
{
	size_t n = 0;

	for (int i = 0; i < STATE_COUNT; i++)
		add_state(policy, fallback, (enum state)i, &out[n++]);
	for (int i = EFFECT_NONE + 1; i < EFFECT_COUNT; i++)
		add_effect(policy, fallback, (enum effect_kind)i, &out[n++]);
	if (add_orders(policy, fallback, &out[n]))
		n++;
	add_renewal(policy, fallback, &out[n++]);
	return n;
}
