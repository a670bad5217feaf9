#include <string.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/catcher.h"
#include "reconciler/io/flight.h"
#include "reconciler/io/lane.h"
#include "reconciler/io/lanes.h"
#include "reconciler/io/purse.h"
#include "reconciler/io/tell.h"
#include "reconciler/io/worker.h"

#include "reconciler/io/worker_turn.h"

enum {
	COLLECT_MAX = 20000, /* notices moved in one turn */
	CHECKS_MAX = 1000,
	ADVANCE_MAX = 1000,
	REJUDGE_MAX = 1000,
	PRUNE_MAX = 1000, /* changes that are kept long enough */
	RECLOCK_MAX = 1000,
	STEP_MS = 1000 /* of the wall clock, back: less is a correction */
};

static void settle(struct store_turn *turn, struct flight *f)
{
	struct settled *s = &f->settled;

	store_turn_settle(turn, &f->outcome, s);
	flight_count(f, clock_wall_ms());
	/* Told after the commit, when the turn's memory is gone. */
	s->status = NULL;
	s->from_account = arena_text(&f->arena, s->from_account);
	s->to_account = arena_text(&f->arena, s->to_account);
}

static void settle_ended(struct worker *w, struct store_turn *turn)
{
	for (size_t i = 0; w->active > 0 && i < w->n_flights; i++) {
		struct flight *f = &w->flights[i];

		if (f->state == FLIGHT_ENDED)
			settle(turn, f);
	}
	for (size_t i = 0; i < w->n_lanes; i++) {
		struct lane *lane = &w->lanes[i];

		if (lane->health_dirty)
			store_turn_health(
			    turn, lane->provider->name, &lane->health);
	}
}

/* After the commit: what was recorded is told, and the flights are free. */
static void tell_settled(struct worker *w)
{
	for (size_t i = 0; i < w->n_lanes; i++)
		catcher_tell(&w->catchers[i], w->log);
	for (size_t i = 0; w->active > 0 && i < w->n_flights; i++) {
		struct flight *f = &w->flights[i];

		if (f->state != FLIGHT_ENDED)
			continue;
		tell_settled_look(w->log, f);
		tell_handover(w->log, f);
		tell_unknown(w->log, f);
		tell_list(w->log, f);
		w->report->settled++;
		w->report->changes += f->settled.changes;
		w->report->news += f->settled.news == HISTORY_NEWS &&
				   f->outcome.verdict == VERDICT_TRUTH;
		flight_clear(f);
		w->active--;
	}
	for (size_t i = 0; i < w->n_lanes; i++)
		w->lanes[i].health_dirty = false;
}

static struct flight *free_flight(struct worker *w)
{
	for (size_t i = 0; w->active < w->n_flights && i < w->n_flights; i++) {
		if (w->flights[i].state == FLIGHT_FREE)
			return &w->flights[i];
	}
	return NULL;
}

/* A look that only waits to be asked: as if it had not been taken up. */
static bool is_untried(const struct flight *f)
{
	return f->state == FLIGHT_HELD ||
	       (f->state == FLIGHT_READY && f->n_replies == 0);
}

static void give_up(struct worker *w, struct store_turn *turn, struct flight *f)
{
	/* What was not asked for has cost nothing. */
	if (f->paid)
		lane_unspend(f->lane);
	store_turn_release(turn, &f->claim);
	if (f->aside)
		f->lane->aside--;
	else
		f->lane->in_flight--;
	flight_clear(f);
	w->active--;
}

/* What waits for a token or a budget must not outwait a closed provider. */
static void release_untried(struct worker *w, struct store_turn *turn)
{
	struct lane_now now = lane_now_is();

	for (size_t i = 0; w->active > 0 && i < w->n_flights; i++) {
		struct flight *f = &w->flights[i];

		if (is_untried(f) &&
		    (w->stopping || !lane_is_allowed(f->lane, now)))
			give_up(w, turn, f);
	}
}

/*
 * Kinds of which one is set aside already: more of them would only wait in the
 * place of others.
 */
static struct claim_limits limits_of(
    const struct worker *w, const struct lane *lane)
{
	struct claim_limits limits = {
	    .only_waited_for = w->options->enough != NULL};

	for (size_t i = 0; lane->aside > 0 && i < w->n_flights; i++) {
		const struct flight *f = &w->flights[i];

		if (f->state == FLIGHT_READY && f->lane == lane && f->aside &&
		    f->n_replies == 0 && limits.n_kinds < CLAIM_KINDS_MAX)
			limits.kinds[limits.n_kinds++] = f->claim.ref.kind;
	}
	return limits;
}

/* Take up what the lane has room for; the requests go out after the commit. */
static void claim_lane(
    struct worker *w, struct store_turn *turn, struct lane *lane)
{
	struct claim_limits limits = limits_of(w, lane);
	size_t room = lane_room(lane, lane_now_is());

	while (room-- > 0) {
		struct flight *f = free_flight(w);

		limits.no_strangers =
		    !lane_takes_strangers(lane, lane_now_is());
		limits.first = lane_first(lane);
		if (f == NULL ||
		    store_turn_claim_within(turn, lane->provider->name, &limits,
			1, &f->arena, &f->claim) == 0)
			break;
		flight_begin(f, lane);
		w->active++;
		lane->claims++;
		lane->in_flight++;
		lane_spend(lane);
		if (lane->flood && f->claim.stranger)
			pace_take(&lane->strangers, 1);
		f->paid = true;
	}
}

static void claim_lanes(struct worker *w, struct store_turn *turn)
{
	/* Each turn begins with another lane, so that none is always last. */
	size_t first = w->turns++ % w->n_lanes;

	for (size_t i = 0; i < w->n_lanes; i++) {
		struct lane *lane = &w->lanes[(first + i) % w->n_lanes];

		store_turn_forget(turn, lane->provider->name);
		lane->flood = store_turn_flood(turn, lane->provider->name);
		claim_lane(w, turn, lane);
	}
}

static void look_ahead_lane(
    struct worker *w, struct store_turn *turn, struct lane *lane)
{
	const char *provider = lane->provider->name;
	struct claim_limits limits = limits_of(w, lane);

	lane->more = false;
	limits.no_strangers = lane->flood;
	lane->next_due_ms =
	    store_turn_next_within(turn, provider, &limits, &lane->next_spaced);
	lane->next_stranger_ms = 0;
	if (!lane->flood)
		return;
	limits.no_strangers = false;
	limits.only_strangers = true;
	lane->next_stranger_ms =
	    store_turn_next_within(turn, provider, &limits, NULL);
}

static void look_ahead(struct worker *w, struct store_turn *turn)
{
	for (size_t i = 0; i < w->n_lanes; i++)
		look_ahead_lane(w, turn, &w->lanes[i]);
	w->next_other_ms = store_turn_next_other(turn);
	w->report->parked = store_turn_parked(turn);
}

/* A caller who is the worker for a moment has no time for what is past. */
static void catch_up(struct worker *w, struct store_turn *turn)
{
	bool here = w->options->enough == NULL && !w->stopping;

	for (size_t i = 0; here && i < w->n_lanes; i++)
		catcher_turn(&w->catchers[i], turn);
}

/* Of what was asked meanwhile the answer decides. */
static void take_lifts(struct worker *w, struct store_turn *turn)
{
	for (size_t i = 0; i < w->n_lanes; i++) {
		struct lane *lane = &w->lanes[i];

		if (lane->health.state != HEALTH_OK && !lane->health_dirty &&
		    store_turn_lifted(
			turn, lane->provider->name, &lane->health))
			tell_lifted(w->log, lane);
	}
}

/* What was under way when a worker was killed. */
static void recover(struct worker *w, struct store_turn *turn)
{
	size_t n = store_turn_recover(turn);

	w->recovered = true;
	if (n == 0)
		return;
	tell_recovered(w->log, n);
	for (size_t i = 0; i < w->n_lanes; i++)
		lane_spend_unseen(&w->lanes[i], n, lane_now_is());
}

/* Claims of a killed worker, and times that a wrong clock wrote. */
static void mend(struct worker *w, struct store_turn *turn)
{
	struct lane_now now = lane_now_is();
	int64_t ahead_ms = now.wall_ms - now.mono_ms;
	size_t n;

	if (!w->recovered)
		recover(w, turn);
	if (ahead_ms < w->ahead_ms - STEP_MS)
		w->reclocked = false;
	w->ahead_ms = ahead_ms;
	if (w->reclocked)
		return;
	n = store_turn_reclock(turn, RECLOCK_MAX);
	if (n > 0)
		tell_reclocked(w->log, n);
	w->reclocked = n == 0;
}

static void do_turn(struct worker *w, struct store_turn *turn)
{
	take_lifts(w, turn);
	mend(w, turn);
	w->more_inbox = store_turn_collect(turn, COLLECT_MAX) == COLLECT_MAX;
	settle_ended(w, turn);
	w->report->changes += store_turn_advance(turn, ADVANCE_MAX);
	store_turn_checks(turn, CHECKS_MAX);
	w->all_judged = store_turn_rejudge(turn, REJUDGE_MAX);
	store_turn_prune(turn, PRUNE_MAX);
	catch_up(w, turn);
	release_untried(w, turn);
	if (!w->stopping)
		claim_lanes(w, turn);
	look_ahead(w, turn);
	if (store_turn_is_idle(turn))
		return;
	purse_keep(w->lanes, w->n_lanes, turn);
	store_turn_commits(turn, &w->commits);
}

/* An empty turn is not waited for. */
static int commit(
    struct worker *w, struct store_turn *turn, struct err_text *err)
{
	bool idle = store_turn_is_idle(turn);
	int64_t began_ms = clock_mono_ms();
	int rc = store_turn_commit(turn, err);

	if (rc != 0 || idle)
		return rc;
	/* The others are on disk with this one. */
	memset(&w->commits, 0, sizeof(w->commits));
	latency_add(&w->commits, clock_mono_ms() - began_ms);
	return 0;
}

int worker_turn_take(struct worker *w, struct err_text *err)
{
	struct store_turn *turn = NULL;
	int rc = store_turn_begin(
	    w->store, w->settings, clock_wall_ms(), &w->random, &turn, err);

	if (rc != 0)
		return rc;
	do_turn(w, turn);
	w->idle = store_turn_is_idle(turn);
	rc = commit(w, turn, err);
	if (rc != 0)
		return rc;
	tell_settled(w);
	return 0;
}

int worker_turn_give_back(struct worker *w, struct err_text *err)
{
	struct store_turn *turn = NULL;
	int rc;

	if (w->active == 0)
		return 0;
	rc = store_turn_begin(
	    w->store, w->settings, clock_wall_ms(), &w->random, &turn, err);
	if (rc != 0)
		return rc;
	settle_ended(w, turn);
	purse_keep(w->lanes, w->n_lanes, turn);
	for (size_t i = 0; i < w->n_flights; i++) {
		struct flight *f = &w->flights[i];

		if (f->state == FLIGHT_SENT && w->options->enough != NULL)
			store_turn_abandon(
			    turn, &f->claim, f->outcome.started_ms);
		else if (is_untried(f) || f->state == FLIGHT_READY ||
			 f->state == FLIGHT_SENT)
			store_turn_release(turn, &f->claim);
	}
	rc = store_turn_commit(turn, err);
	if (rc == 0)
		tell_settled(w);
	return rc;
}
