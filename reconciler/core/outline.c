#include "reconciler/core/ms.h"
#include "reconciler/core/revoke.h"

#include "reconciler/core/outline.h"

enum state outline_state(const struct held_grant *held)
{
	if ((unsigned int)held->grant.state >= STATE_COUNT)
		return STATE_UNKNOWN;
	return held->grant.state;
}

/* A grant, and the policy that it is read by. */
struct reader {
	const struct grant *grant;
	const struct policy *policy;
	struct policy fallback;
};

static void reader_make(struct reader *reader, const struct held_grant *held)
{
	reader->grant = &held->grant;
	reader->policy = held->policy;
	if (reader->policy != NULL)
		return;
	policy_default(&reader->fallback);
	reader->policy = &reader->fallback;
}

static int64_t later(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
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

/*
 * Yes, as long as the provider may be believed: a renewal that did not come for
 * so long is more likely missed by us or forgotten by it.
 */
static void add_yes(struct outline *out, const struct reader *reader,
    int64_t start_ms, int64_t end_ms)
{
	int64_t lapsed_ms = INT64_MAX;

	if (reader->grant->renews_ms != 0 && reader->policy->patience_ms != 0)
		lapsed_ms = ms_add(
		    reader->grant->renews_ms, reader->policy->patience_ms);
	if (lapsed_ms >= end_ms) {
		add(out, ENTITLED_YES, start_ms, end_ms);
		return;
	}
	out->lapsed_ms = lapsed_ms;
	add(out, ENTITLED_YES, start_ms, lapsed_ms);
	add(out, ENTITLED_UNKNOWN, later(start_ms, lapsed_ms), end_ms);
}

/* What a state gives. Returns until when, at the latest. */
static int64_t add_state(
    struct outline *out, const struct reader *reader, const struct stay *stay)
{
	struct policy_rule rule = reader->policy->rules[stay->state];
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
	add_yes(out, reader, stay->start_ms, end_ms);
	return end_ms;
}

/* Until when the state before the unknown one is kept; 0: it is not. */
static int64_t keep_until(const struct reader *reader, enum state state)
{
	const struct policy_rule *rule = &reader->policy->rules[STATE_UNKNOWN];
	const struct grant *grant = reader->grant;

	if (state != STATE_UNKNOWN || rule->access != ACCESS_KEEP ||
	    grant->was == STATE_UNKNOWN ||
	    (unsigned int)grant->was >= STATE_COUNT ||
	    grant->unknown_at_ms == 0)
		return 0;
	return ms_add(grant->unknown_at_ms, rule->grace_ms);
}

/* The state before, then nobody knows. */
static void add_kept(struct outline *out, const struct reader *reader)
{
	struct stay stay = {.state = reader->grant->was,
	    .at_ms = reader->grant->was_at_ms,
	    .start_ms = out->start_ms,
	    .end_ms = out->end_ms};

	if (out->kept_until_ms < stay.end_ms)
		stay.end_ms = out->kept_until_ms;
	(void)add_state(out, reader, &stay);
	out->denied = false;
	out->graced = false;
	add(out, ENTITLED_UNKNOWN, later(out->kept_until_ms, out->start_ms),
	    out->end_ms);
}

void outline_make(const struct held_grant *held, struct outline *out)
{
	const struct grant *grant = &held->grant;
	struct stay stay = {
	    .state = outline_state(held), .at_ms = grant->state_at_ms};
	struct reader reader;

	reader_make(&reader, held);
	out->start_ms = grant->since_ms != 0 ? grant->since_ms : INT64_MIN;
	out->end_ms = grant->until_ms != 0 ? grant->until_ms : INT64_MAX;
	out->n = 0;
	out->denied = false;
	out->graced = false;
	out->lapsed_ms = 0;
	out->kept_until_ms = keep_until(&reader, stay.state);
	stay.start_ms = out->start_ms;
	stay.end_ms = out->end_ms;
	if (out->kept_until_ms != 0)
		add_kept(out, &reader);
	else
		out->end_ms = add_state(out, &reader, &stay);
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
