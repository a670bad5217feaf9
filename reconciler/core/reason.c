#include <stdbool.h>
#include <stdio.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"

#include "reconciler/core/revoke.h"

#include "reconciler/core/reason.h"

enum { SENTENCE_MAX = 512 };

/* What the makers of sentences below need to know. */
struct subject {
	const struct held_grant *held;
	const struct outline *outline;
	const struct piece *piece; /* in force; NULL: it says no */
	int64_t now_ms;
	const char *noun;
	const char *word;
};

/* A moment as text, for the length of a sentence. */
struct moment {
	char text[CLOCK_TEXT_MAX];
};

static struct moment moment(int64_t ms)
{
	struct moment out;

	if (*clock_format(ms, out.text) == '\0')
		(void)text_copy(out.text, sizeof(out.text), "(no real date)");
	return out;
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

static bool is_kept(const struct subject *s)
{
	return s->outline->kept_until_ms != 0 &&
	       s->now_ms < s->outline->kept_until_ms;
}

/* The word is not known: for a while the state before it stands for it. */
static int say_kept(const struct subject *s, char *out, size_t cap)
{
	int64_t until_ms =
	    earlier(s->outline->kept_until_ms, s->outline->end_ms);

	return snprintf(out, cap,
	    "kept as %s until %s: provider's word \"%s\" is not known",
	    state_name(s->held->grant.was), moment(until_ms).text, s->word);
}

static int say_yes(const struct subject *s, char *out, size_t cap)
{
	int64_t cut_ms = revoke_start(s->held, s->now_ms);

	if (cut_ms < s->piece->end_ms)
		return snprintf(out, cap, "%s %s at provider, revoked from %s",
		    s->noun, s->word, moment(cut_ms).text);
	if (is_kept(s))
		return say_kept(s, out, cap);
	if (s->outline->graced)
		return snprintf(out, cap, "in grace until %s (%s at provider)",
		    moment(s->piece->end_ms).text, s->word);
	if (s->held->grant.renews_ms != 0 &&
	    s->held->grant.renews_ms <= s->now_ms)
		return snprintf(out, cap,
		    "%s %s at provider, renewal due since %s", s->noun, s->word,
		    moment(s->held->grant.renews_ms).text);
	if (s->outline->end_ms != INT64_MAX)
		return snprintf(out, cap, "%s ends %s (%s at provider)",
		    s->noun, moment(s->outline->end_ms).text, s->word);
	return snprintf(out, cap, "%s %s at provider", s->noun, s->word);
}

/* The provider says yes, but of a time that should have been followed. */
static bool is_lapsed(const struct subject *s)
{
	const struct outline *outline = s->outline;

	return outline->lapsed_ms != 0 && outline->lapsed_ms <= s->now_ms &&
	       (outline->kept_until_ms == 0 || is_kept(s));
}

static int say_unknown(const struct subject *s, char *out, size_t cap)
{
	if (is_lapsed(s))
		return snprintf(out, cap,
		    "%s %s at provider, but the renewal due %s did not come",
		    s->noun, s->word, moment(s->held->grant.renews_ms).text);
	if (outline_state(s->held) != STATE_UNKNOWN)
		return snprintf(out, cap,
		    "%s %s at provider, since when is not known", s->noun,
		    s->word);
	if (s->outline->kept_until_ms != 0)
		return snprintf(out, cap,
		    "provider's word \"%s\" is not known (kept as %s until %s)",
		    s->word, state_name(s->held->grant.was),
		    moment(s->outline->kept_until_ms).text);
	return snprintf(
	    out, cap, "provider's word \"%s\" is not known", s->word);
}

/* What became of the money, of which object we know it, and for how long. */
static int say_revoked(const struct held_effect *effect, char *out, size_t cap)
{
	static const char *const words[EFFECT_COUNT] = {[EFFECT_NONE] = "paid",
	    [EFFECT_PARTIAL_REFUND] = "refunded in part",
	    [EFFECT_REFUND] = "refunded",
	    [EFFECT_CHARGEBACK] = "charged back"};
	struct moment at = moment(effect->at_ms);
	struct moment until = moment(effect->until_ms);

	return snprintf(out, cap, "revoked%s%s: %s%s%s (%s %s)",
	    effect->until_ms != 0 ? " until " : "",
	    effect->until_ms != 0 ? until.text : "", words[effect->kind],
	    effect->at_ms != 0 ? " on " : "", effect->at_ms != 0 ? at.text : "",
	    effect->source.kind, effect->source.id);
}

/* Its time has gone by, or never comes. */
static int say_over(const struct subject *s, char *out, size_t cap)
{
	const char *what = s->outline->graced ? "grace" : s->noun;
	struct moment end = moment(s->outline->end_ms);

	if (s->outline->end_ms <= s->now_ms)
		return snprintf(out, cap, "%s ended %s (%s at provider)", what,
		    end.text, s->word);
	return snprintf(out, cap,
	    "%s ends %s, before it starts (%s at provider)", what, end.text,
	    s->word);
}

static int say_no(const struct subject *s, char *out, size_t cap)
{
	const struct outline *outline = s->outline;
	const struct held_effect *effect = revoke_at(s->held, s->now_ms);

	if (outline->denied)
		return snprintf(
		    out, cap, "%s %s at provider", s->noun, s->word);
	if (outline->end_ms <= s->now_ms ||
	    outline->end_ms <= outline->start_ms)
		return say_over(s, out, cap);
	if (outline->start_ms > s->now_ms)
		return snprintf(out, cap, "%s starts %s", s->noun,
		    moment(outline->start_ms).text);
	if (effect != NULL)
		return say_revoked(effect, out, cap);
	return say_kept(s, out, cap);
}

static int say(const struct subject *s, char *out, size_t cap)
{
	if (s->piece == NULL)
		return say_no(s, out, cap);
	if (s->piece->says == ENTITLED_YES)
		return say_yes(s, out, cap);
	return say_unknown(s, out, cap);
}

void reason_write(const struct held_grant *held, const struct outline *outline,
    int64_t now_ms, char *out, size_t cap)
{
	struct subject subject = {.held = held,
	    .outline = outline,
	    .piece = outline_at(outline, held, now_ms),
	    .now_ms = now_ms,
	    .noun = held->noun != NULL ? held->noun : held->object.kind,
	    .word = held->grant.status};
	char text[SENTENCE_MAX];

	if (say(&subject, text, sizeof(text)) < 0)
		text[0] = '\0';
	text[observation_cut(text, cap - 1)] = '\0';
	(void)text_copy(out, cap, text);
}
