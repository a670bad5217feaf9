#include <stdbool.h>
#include <stdio.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"

#include "reconciler/core/ms.h"
#include "reconciler/core/revoke.h"

#include "reconciler/core/entitle.h"

/*
 * What one grant says from start until just before end; outside of it: no; and
 * no while an effect revokes it. INT64_MAX as an end is open.
 */
struct span {
	enum entitled says;
	int64_t start_ms;
	int64_t end_ms;
	bool graced; /* a yes for a while, whatever ends it */
	bool cut;    /* what ends it is an effect */
};

static enum state grant_state(const struct held_grant *held)
{
	if ((unsigned int)held->grant.state >= STATE_COUNT)
		return STATE_UNKNOWN;
	return held->grant.state;
}

static struct policy_rule grant_rule(const struct held_grant *held)
{
	struct policy fallback;

	if (held->policy != NULL)
		return held->policy->rules[grant_state(held)];
	policy_default(&fallback);
	return fallback.rules[grant_state(held)];
}

static struct span grant_span(const struct held_grant *held)
{
	const struct grant *grant = &held->grant;
	struct policy_rule rule = grant_rule(held);
	struct span span = {
	    .says = ENTITLED_NO, .start_ms = INT64_MIN, .end_ms = INT64_MAX};
	int64_t grace_end_ms;

	if (grant->since_ms != 0)
		span.start_ms = grant->since_ms;
	if (grant->until_ms != 0)
		span.end_ms = grant->until_ms;
	if (rule.access == ACCESS_ALLOW)
		span.says = ENTITLED_YES;
	/* A grace from an unknown moment on: neither yes nor no. */
	if (rule.access == ACCESS_UNKNOWN ||
	    (rule.access == ACCESS_GRACE && grant->state_at_ms == 0))
		span.says = ENTITLED_UNKNOWN;
	else if (rule.access == ACCESS_GRACE) {
		span.says = ENTITLED_YES;
		grace_end_ms = ms_add(grant->state_at_ms, rule.grace_ms);
		span.graced = true;
		if (grace_end_ms < span.end_ms)
			span.end_ms = grace_end_ms;
	}
	return span;
}

static bool is_within(const struct span *span, int64_t now_ms)
{
	return span->start_ms <= now_ms &&
	       (now_ms < span->end_ms || span->end_ms == INT64_MAX);
}

static enum entitled says_at(
    const struct held_grant *held, const struct span *span, int64_t now_ms)
{
	if (!is_within(span, now_ms) || revoke_at(held, now_ms) != NULL)
		return ENTITLED_NO;
	return span->says;
}

/* An effect that begins after that moment ends the span early. */
static void cut(
    struct span *span, const struct held_grant *held, int64_t now_ms)
{
	int64_t start_ms = revoke_start(held, now_ms);

	if (start_ms >= span->end_ms)
		return;
	span->end_ms = start_ms;
	span->cut = true;
}

enum entitled entitle_grant(const struct held_grant *held, int64_t now_ms)
{
	struct span span = grant_span(held);

	return says_at(held, &span, now_ms);
}

/* How much an answer weighs: one yes outweighs all, an unknown any no. */
static int weight(enum entitled entitled)
{
	static const int weights[] = {
	    [ENTITLED_NO] = 0, [ENTITLED_UNKNOWN] = 1, [ENTITLED_YES] = 2};

	return weights[entitled];
}

/*
 * Until when somebody says so without a gap, from now on: each grant that
 * begins before the end so far and goes beyond it moves the end. The passes go
 * to and fro, so that grants in the order of time, either way, are two of them.
 */
static int64_t chain_end(const struct held_grant *grants, size_t n,
    enum entitled says, int64_t now_ms)
{
	int64_t end_ms = now_ms;
	bool moved = true, back = false;
	const struct held_grant *held;
	struct span span;
	size_t i;

	while (moved && end_ms != INT64_MAX) {
		moved = false;
		for (i = 0; i < n; i++) {
			held = &grants[back ? n - 1 - i : i];
			span = grant_span(held);
			if (span.says != says || span.end_ms <= end_ms ||
			    says_at(held, &span, end_ms) != says)
				continue;
			cut(&span, held, end_ms);
			end_ms = span.end_ms;
			moved = true;
		}
		back = !back;
	}
	return end_ms;
}

/* The next moment after now at which a grant begins, or comes back, to say so.
 */
static int64_t next_start(const struct held_grant *grants, size_t n,
    enum entitled says, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX, start_ms;
	struct span span;
	size_t i;

	for (i = 0; i < n; i++) {
		span = grant_span(&grants[i]);
		if (span.says != says)
			continue;
		start_ms = span.start_ms > now_ms ? span.start_ms : now_ms;
		start_ms = revoke_end(&grants[i], start_ms);
		if (start_ms > now_ms && start_ms < span.end_ms &&
		    start_ms < next_ms)
			next_ms = start_ms;
	}
	return next_ms;
}

static int64_t valid_until(const struct held_grant *grants, size_t n,
    enum entitled entitled, int64_t now_ms)
{
	int64_t until_ms = INT64_MAX, start_ms;

	if (entitled != ENTITLED_NO)
		until_ms = chain_end(grants, n, entitled, now_ms);
	if (entitled != ENTITLED_YES) {
		start_ms = next_start(grants, n, ENTITLED_YES, now_ms);
		until_ms = start_ms < until_ms ? start_ms : until_ms;
	}
	if (entitled == ENTITLED_NO) {
		start_ms = next_start(grants, n, ENTITLED_UNKNOWN, now_ms);
		until_ms = start_ms < until_ms ? start_ms : until_ms;
	}
	return until_ms == INT64_MAX ? 0 : until_ms;
}

/* Two words of a sentence and a moment, for the makers of reasons below. */
struct subject {
	const char *kind;
	const char *word;
	char start[CLOCK_TEXT_MAX];
	char end[CLOCK_TEXT_MAX];
	const struct held_effect *effect; /* that revokes it, or NULL */
};

static void write_moment(int64_t ms, char out[CLOCK_TEXT_MAX])
{
	if (*clock_format(ms, out) == '\0')
		(void)text_copy(out, CLOCK_TEXT_MAX, "(no real date)");
}

static int say_yes(const struct span *span, const struct subject *subject,
    char *out, size_t cap)
{
	if (span->cut)
		return snprintf(out, cap, "%s %s at provider, revoked from %s",
		    subject->kind, subject->word, subject->end);
	if (span->graced)
		return snprintf(out, cap, "in grace until %s (%s at provider)",
		    subject->end, subject->word);
	if (span->end_ms != INT64_MAX)
		return snprintf(out, cap, "%s ends %s (%s at provider)",
		    subject->kind, subject->end, subject->word);
	return snprintf(
	    out, cap, "%s %s at provider", subject->kind, subject->word);
}

static int say_unknown(
    enum state state, const struct subject *subject, char *out, size_t cap)
{
	if (state == STATE_UNKNOWN)
		return snprintf(out, cap, "provider's word \"%s\" is not known",
		    subject->word);
	return snprintf(out, cap, "%s %s at provider, since when is not known",
	    subject->kind, subject->word);
}

/* What became of the money, of which object we know it, and for how long. */
static int say_revoked(const struct held_effect *effect, char *out, size_t cap)
{
	static const char *const words[EFFECT_COUNT] = {[EFFECT_NONE] = "paid",
	    [EFFECT_PARTIAL_REFUND] = "refunded in part",
	    [EFFECT_REFUND] = "refunded",
	    [EFFECT_CHARGEBACK] = "charged back"};
	char at[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];

	write_moment(effect->at_ms, at);
	write_moment(effect->until_ms, until);
	return snprintf(out, cap, "revoked%s%s: %s%s%s (%s %s)",
	    effect->until_ms != 0 ? " until " : "",
	    effect->until_ms != 0 ? until : "", words[effect->kind],
	    effect->at_ms != 0 ? " on " : "", effect->at_ms != 0 ? at : "",
	    effect->source.kind, effect->source.id);
}

static int say_no(const struct span *span, const struct subject *subject,
    int64_t now_ms, char *out, size_t cap)
{
	const char *what = span->graced ? "grace" : subject->kind;

	if (span->says == ENTITLED_NO)
		return snprintf(out, cap, "%s %s at provider", subject->kind,
		    subject->word);
	if (span->end_ms <= now_ms)
		return snprintf(out, cap, "%s ended %s (%s at provider)", what,
		    subject->end, subject->word);
	if (span->end_ms <= span->start_ms)
		return snprintf(out, cap,
		    "%s ends %s, before it starts (%s at provider)", what,
		    subject->end, subject->word);
	if (span->start_ms <= now_ms && subject->effect != NULL)
		return say_revoked(subject->effect, out, cap);
	return snprintf(
	    out, cap, "%s starts %s", subject->kind, subject->start);
}

static void say_reason(const struct held_grant *held, const struct span *span,
    int64_t now_ms, struct entitlement *out)
{
	struct subject subject = {.kind = held->object.kind,
	    .word = held->grant.status,
	    .effect = revoke_at(held, now_ms)};
	char text[NAME_KIND_MAX + OBSERVATION_WORD_MAX + sizeof(out->reason)];
	int len;

	write_moment(span->start_ms, subject.start);
	write_moment(span->end_ms, subject.end);
	switch (out->entitled) {
	case ENTITLED_YES:
		len = say_yes(span, &subject, text, sizeof(text));
		break;
	case ENTITLED_UNKNOWN:
		len = say_unknown(out->state, &subject, text, sizeof(text));
		break;
	default:
		len = say_no(span, &subject, now_ms, text, sizeof(text));
		break;
	}
	if (len < 0)
		text[0] = '\0';
	text[observation_cut(text, sizeof(out->reason) - 1)] = '\0';
	(void)text_copy(out->reason, sizeof(out->reason), text);
}

void entitle_account(const struct held_grant *grants, size_t n, int64_t now_ms,
    struct entitlement *out)
{
	struct span span, best = {.says = ENTITLED_NO};
	enum entitled says;
	size_t i;

	*out = (struct entitlement){
	    .entitled = ENTITLED_NO, .deciding = (size_t)-1};
	for (i = 0; i < n; i++) {
		span = grant_span(&grants[i]);
		says = says_at(&grants[i], &span, now_ms);
		if (says != ENTITLED_NO)
			cut(&span, &grants[i], now_ms);
		if (out->deciding != (size_t)-1 &&
		    (weight(says) < weight(out->entitled) ||
			(says == out->entitled && span.end_ms <= best.end_ms)))
			continue;
		out->entitled = says;
		out->deciding = i;
		best = span;
	}
	if (out->deciding == (size_t)-1) {
		(void)text_copy(out->reason, sizeof(out->reason),
		    "no grant is on record for this account");
		return;
	}
	out->state = grant_state(&grants[out->deciding]);
	out->valid_until_ms = valid_until(grants, n, out->entitled, now_ms);
	say_reason(&grants[out->deciding], &best, now_ms, out);
}

const char *entitled_name(enum entitled entitled)
{
	switch (entitled) {
	case ENTITLED_YES:
		return "true";
	case ENTITLED_NO:
		return "false";
	default:
		return "null";
	}
}
