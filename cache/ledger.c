#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/listing.h"
#include "reconciler/core/settings.h"

#include "cache/lists.h"
#include "cache/looks.h"
#include "cache/settlement.h"
#include "cache/turn.h"

#include "cache/ledger.h"

/* Of a provider that is no longer configured: seldom, and nothing waits. */
static const struct schedule unconfigured = {
    .resync_ms = (int64_t)24 * 3600 * 1000};

static void gather(struct settlement *s, struct store_turn *turn,
    const struct outcome *outcome, struct settled *out)
{
	const struct claim *claim = outcome->claim;
	const struct provider_settings *provider =
	    settings_provider(turn->settings, claim->ref.provider);

	*out = (struct settled){.fate = FATE_DONE};
	*s = (struct settlement){.turn = turn,
	    .outcome = outcome,
	    .schedule = provider != NULL ? &provider->schedule : &unconfigured,
	    .ref = claim->ref,
	    .out = out};
	s->has_job = jobs_get(turn->txn, &s->ref, &turn->arena, &s->job) == 0;
	s->known =
	    objects_get(turn->txn, &s->ref, &turn->arena, &s->object) == 0;
	s->notified = claim->notices > 0 ||
		      (s->job.laddered && s->job.first_notified_ms != 0);
	tally_get(turn->txn, s->ref.provider, &s->tally);
}

static void settle_garbled(struct settlement *s)
{
	verdicts_garbled(s, s->outcome->cause);
}

/* A list that is not there now was there when its type was written. */
static bool is_lost_list(const struct outcome *outcome)
{
	return outcome->verdict == VERDICT_GONE &&
	       listing_is(&outcome->claim->ref);
}

void store_turn_settle(
    struct store_turn *turn, const struct outcome *outcome, struct settled *out)
{
	/* MORE is no end: a look that stops there did not make sense. */
	static void (*const by_verdict[VERDICT_COUNT])(struct settlement *) = {
	    [VERDICT_TRUTH] = truth_settle,
	    [VERDICT_MORE] = settle_garbled,
	    [VERDICT_GONE] = verdicts_gone,
	    [VERDICT_GARBLED] = settle_garbled,
	    [VERDICT_LATER] = verdicts_later,
	    [VERDICT_BARRED] = verdicts_barred,
	};
	struct settlement s;

	gather(&s, turn, outcome, out);
	if (lmdb_error(turn->txn) != 0)
		return;
	s.tally.looks++;
	if (outcome->verdict == VERDICT_TRUTH && outcome->listing != NULL)
		lists_settle(&s);
	else if (is_lost_list(outcome))
		(outcome->gone_for_sure ? lists_refused : settle_garbled)(&s);
	else
		by_verdict[outcome->verdict](&s);
	looks_note(&s);
	tally_put(turn->txn, s.ref.provider, &s.tally);
}
