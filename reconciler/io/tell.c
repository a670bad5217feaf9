#include "reconciler/base/clock.h"
#include "reconciler/base/log.h"
#include "reconciler/core/listing.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/state.h"
#include "reconciler/core/words.h"

#include "reconciler/io/flight.h"
#include "reconciler/io/lane.h"

#include "reconciler/io/tell.h"

static const char *what_happened(const struct flight *f)
{
	if (f->outcome.verdict != VERDICT_TRUTH)
		return verdict_name(f->outcome.verdict);
	if (f->settled.superseded)
		return "superseded";
	switch (f->settled.news) {
	case HISTORY_NEWS:
		return "news";
	case HISTORY_STALE:
		return "stale";
	case HISTORY_SAME:
	default:
		return "same";
	}
}

static bool is_refused_list(const struct flight *f)
{
	return listing_is(&f->claim.ref) &&
	       f->outcome.verdict == VERDICT_GONE && f->outcome.gone_for_sure;
}

/* Someone must act; it heals by itself; or it simply happened. */
static enum log_level how_loud(const struct flight *f)
{
	if (f->settled.fate == FATE_PARKED)
		return LOG_ERR;
	if (is_refused_list(f))
		return LOG_INFO; /* see tell_list */
	if (f->outcome.verdict != VERDICT_TRUTH)
		return LOG_WARN;
	return LOG_INFO;
}

static const char *what_next(const struct settled *settled)
{
	switch (settled->fate) {
	case FATE_AGAIN:
		return "again";
	case FATE_PARKED:
		return "parked";
	case FATE_DONE:
	default:
		return settled->gone ? "gone" : "done";
	}
}

void tell_settled_look(const struct log *log, const struct flight *f)
{
	const struct settled *s = &f->settled;
	const struct observation *seen = f->outcome.observation;
	char due[CLOCK_TEXT_MAX];
	struct log_pair pairs[] = {
	    log_text("provider", f->claim.ref.provider),
	    log_text("kind", f->claim.ref.kind),
	    log_text("id", f->claim.ref.id),
	    log_text("result", what_happened(f)),
	    log_text("status", seen == NULL ? NULL : seen->status),
	    log_text("cause", cause_name(f->claim.cause)),
	    log_number("notices", (int64_t)f->claim.notices),
	    log_number("added", (int64_t)s->added),
	    log_number("changes", (int64_t)s->changes),
	    log_text("repair", s->repair ? "true" : NULL),
	    log_number("http", f->outcome.http_status),
	    log_number("took_ms", f->took_ms),
	    log_text("why", f->outcome.cause),
	    log_text("next", what_next(s)),
	    log_text("due",
		s->fate == FATE_AGAIN ? clock_format(s->due_ms, due) : NULL),
	};

	log_event(log, how_loud(f), "looked", pairs,
	    sizeof(pairs) / sizeof(pairs[0]));
}

void tell_handover(const struct log *log, const struct flight *f)
{
	const struct settled *s = &f->settled;
	struct log_pair pairs[] = {
	    log_text("provider", f->claim.ref.provider),
	    log_text("kind", f->claim.ref.kind),
	    log_text("id", f->claim.ref.id),
	    log_text("from", s->from_account),
	    log_text("to", s->to_account),
	    log_text("why", "the provider's data names another owner"),
	};

	if (s->from_account != NULL)
		log_event(log, LOG_WARN, "handover", pairs,
		    sizeof(pairs) / sizeof(pairs[0]));
}

void tell_unknown(const struct log *log, const struct flight *f)
{
	const struct observation *seen = f->outcome.observation;
	bool news = seen != NULL && f->settled.news == HISTORY_NEWS;
	const char *word = news ? words_unknown(seen) : NULL;
	struct log_pair pairs[] = {
	    log_text("provider", f->claim.ref.provider),
	    log_text("kind", f->claim.ref.kind),
	    log_text("id", f->claim.ref.id),
	    log_text("word", word),
	    log_text("do", "say what it means: words = ( { kind, word, state } "
			   ") of this provider in trueup.conf(5)"),
	};

	if (word != NULL)
		log_event(log, LOG_WARN, "unknown_word", pairs,
		    sizeof(pairs) / sizeof(pairs[0]));
}

static void tell_of_list(const struct log *log, const struct flight *f,
    enum log_level level, const char *event, int64_t since_ms, const char *why,
    const char *advice)
{
	char since[CLOCK_TEXT_MAX];
	struct log_pair pairs[] = {
	    log_text("provider", f->claim.ref.provider),
	    log_text("list", f->claim.ref.id),
	    log_text(
		"since", since_ms == 0 ? NULL : clock_format(since_ms, since)),
	    log_text("why", why),
	    log_text("do", advice),
	};

	log_event(log, level, event, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

void tell_list(const struct log *log, const struct flight *f)
{
	const struct settled *s = &f->settled;

	if (s->list_refused)
		tell_of_list(log, f, LOG_WARN, "list_refused", 0,
		    f->outcome.cause,
		    "let the key read it, or set catch_up = \"0s\"; all else "
		    "goes on without it");
	if (s->list_allowed)
		tell_of_list(log, f, LOG_INFO, "list_allowed", 0, NULL, NULL);
	if (s->gap_ms != 0)
		tell_of_list(log, f, LOG_WARN, "log_gap", s->gap_ms,
		    "it was not read for longer than it is kept: all that is "
		    "known is looked at again, and all lists are",
		    NULL);
}

void tell_recovered(const struct log *log, size_t n)
{
	struct log_pair pairs[] = {
	    log_number("jobs", (int64_t)n),
	    log_text("why", "an earlier worker was killed while it fetched"),
	};

	log_event(log, LOG_WARN, "recovered", pairs, 2);
}

void tell_reclocked(const struct log *log, size_t n)
{
	struct log_pair pairs[] = {
	    log_number("times", (int64_t)n),
	    log_text("why", "they were set by a clock that was ahead"),
	};

	log_event(log, LOG_WARN, "reclocked", pairs, 2);
}

void tell_token(const struct log *log, const struct lane *lane)
{
	int64_t at_ms = lane->token.renew_at_ms;
	char renew[CLOCK_TEXT_MAX];
	struct log_pair pairs[] = {
	    log_text("provider", lane->provider->name),
	    log_text("renew", at_ms == 0 ? NULL : clock_format(at_ms, renew)),
	};

	log_event(log, LOG_INFO, "token", pairs, 2);
}

void tell_pace(const struct log *log, const struct lane *lane)
{
	const struct throttle *t = &lane->throttle;
	bool slow = throttle_is_slow(t);
	struct log_pair pairs[] = {
	    log_text("provider", lane->provider->name),
	    log_text("pace", slow ? "slow" : "ok"),
	    log_number("latency_ms", (int64_t)t->recent_ms),
	    log_number("usual_latency_ms", (int64_t)t->usual_ms),
	    log_number("concurrency", t->limit),
	    log_number("of", t->most),
	    log_text("why", slow ? "answers take much longer than usual: fewer "
				   "are asked for at once"
				 : NULL),
	};

	log_event(log, slow ? LOG_WARN : LOG_INFO, "provider_pace", pairs,
	    sizeof(pairs) / sizeof(pairs[0]));
}

void tell_lifted(const struct log *log, const struct lane *lane)
{
	struct log_pair pairs[] = {
	    log_text("provider", lane->provider->name),
	    log_text("health", health_name(lane->health.state)),
	    log_text("why", "`queue retry`: it is asked again at once"),
	};

	log_event(log, LOG_INFO, "provider_lifted", pairs, 3);
}

void tell_silence(const struct log *log, const struct lane *lane)
{
	struct log_pair pairs[] = {
	    log_text("provider", lane->provider->name),
	    log_text("why", "re-checks found changes, but no notification came "
			    "for longer than `silence`"),
	    log_text("do", "look at the webhook settings at the provider"),
	};

	log_event(log, LOG_ERR, "silence", pairs, 3);
}
