#include "reconciler/core/ms.h"
#include "reconciler/core/revoke.h"

#include "reconciler/core/outline.h"

enum state outline_state(const struct held_grant *held)
{
	if ((unsigned int)held->grant.state >= STATE_COUNT)
		return STATE_UNKNOWN;
	return held->grant.state;
}

static struct policy_rule rule_of(
    const struct held_grant *held, enum state state)
{
	struct policy fallback;

	if (held->policy != NULL)
		return held->policy->rules[state];
	policy_default(&fallback);
	return fallback.rules[state];
}

/* What it says in that time, unless there is none. */
static void add(
    struct outline *out, enum entitled says, int64_t start_ms, int64_t end_ms)
{
	if ((start_ms < end_ms || end_ms == INT64_MAX) &&
	    out->n < OUTLINE_PIECES_MAX)
		out->pieces[out->n++] = (struct piece){
		    .says = says, .start_ms = start_ms, .end_ms = end_ms};
}

/* A state, since when, and the part of the grant's time that it is about. */
struct stay {
	enum state state;
	int64_t at_ms;
	int64_t start_ms;
	int64_t end_ms;
};

/* What a state gives. Returns until when, at the latest. */
static int64_t add_state(
    struct outline *out, const struct held_grant *held, const struct stay *stay)
{
	struct policy_rule rule = rule_of(held, stay->state);
	int64_t end_ms = stay->end_ms, grace_end_ms;

	out->denied = rule.access == ACCESS_DENY;
	if (out->denied)
		return end_ms;
	/* A grace from an unknown moment on: neither yes nor no. */
	if (rule.access == ACCESS_UNKNOWN || rule.access == ACCESS_KEEP ||
	    (rule.access == ACCESS_GRACE && stay->at_ms == 0)) {
		add(out, ENTITLED_UNKNOWN, stay->start_ms, end_ms);
		return end_ms;
	}
	if (rule.access == ACCESS_GRACE) {
		grace_end_ms = ms_add(stay->at_ms, rule.grace_ms);
		out->graced = true;
		if (grace_end_ms < end_ms)
			end_ms = grace_end_ms;
	}
	add(out, ENTITLED_YES, stay->start_ms, end_ms);
	return end_ms;
}

/* Until when the state before the unknown one is kept; 0: it is not. */
static int64_t keep_until(const struct held_grant *held)
{
	const struct grant *grant = &held->grant;
	struct policy_rule rule;

	if (outline_state(held) != STATE_UNKNOWN ||
	    grant->was == STATE_UNKNOWN ||
	    (unsigned int)grant->was >= STATE_COUNT ||
	    grant->unknown_at_ms == 0)
		return 0;
	rule = rule_of(held, STATE_UNKNOWN);
	if (rule.access != ACCESS_KEEP)
		return 0;
	return ms_add(grant->unknown_at_ms, rule.grace_ms);
}

void outline_make(const struct held_grant *held, struct outline *out)
{
	const struct grant *grant = &held->grant;
	struct stay stay = {
	    .state = outline_state(held), .at_ms = grant->state_at_ms};
	int64_t kept_ms = keep_until(held);

	out->start_ms = grant->since_ms != 0 ? grant->since_ms : INT64_MIN;
	out->end_ms = grant->until_ms != 0 ? grant->until_ms : INT64_MAX;
	out->n = 0;
	out->denied = false;
	out->graced = false;
	out->kept_until_ms = kept_ms;
	stay.start_ms = out->start_ms;
	stay.end_ms = out->end_ms;
	if (kept_ms == 0) {
		out->end_ms = add_state(out, held, &stay);
		return;
	}
	stay.state = grant->was;
	stay.at_ms = grant->was_at_ms;
	if (kept_ms < stay.end_ms)
		stay.end_ms = kept_ms;
	(void)add_state(out, held, &stay);
	out->denied = false;
	out->graced = false;
	add(out, ENTITLED_UNKNOWN,
	    kept_ms > out->start_ms ? kept_ms : out->start_ms, out->end_ms);
}

static bool covers(const struct piece *piece, int64_t now_ms)
{
	return piece->start_ms <= now_ms &&
	       (now_ms < piece->end_ms || piece->end_ms == INT64_MAX);
}

const struct piece *outline_at(const struct outline *outline,
    const struct held_grant *held, int64_t now_ms)
{
	for (size_t i = 0; i < outline->n; i++) {
		if (covers(&outline->pieces[i], now_ms))
			return revoke_at(held, now_ms) == NULL
				   ? &outline->pieces[i]
				   : NULL;
	}
	return NULL;
}
