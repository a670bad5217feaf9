#include <stdlib.h>
#include <string.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/base/random.h"
#include "reconciler/base/secret.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/catcher.h"
#include "reconciler/io/flight.h"
#include "reconciler/io/lane.h"
#include "reconciler/io/lanes.h"
#include "reconciler/io/purse.h"
#include "reconciler/io/requests.h"
#include "reconciler/io/silence.h"
#include "reconciler/io/tell.h"

#include "reconciler/io/worker.h"

enum {
	COLLECT_MAX = 20000, /* notices moved in one turn */
	CHECKS_MAX = 1000,
	ADVANCE_MAX = 1000,
	REJUDGE_MAX = 1000,
	PRUNE_MAX = 1000, /* changes that are kept long enough */
	RECLOCK_MAX = 1000,
	STEP_MS = 1000, /* of the wall clock, back: less is a correction */
	/* A wake that got lost (it cannot, but) is made up for after this. */
	FOLLOW_LOOK_MS = 1000,
	/* One is on its way while the one before is recorded: so the turn that
	 * settles can claim the next ones, and no commit is for claims only. */
	FLIGHTS_PER_SLOT = 2,
	IDLE_PAUSE_MS = 10, /* after a turn for nothing, with something due */
	SILENCE_LOOK_MS = 10 * 1000,
	/* What is in flight may still end within this after a stop. */
	STOP_GRACE_MS = 3000
};

/*
 * A turn is one write transaction: it takes in what was notified, records how
 * the ended looks came out, and marks what is looked at next. The requests of
 * the newly marked are sent only after it has committed, so the mark always
 * exists before the provider is asked.
 */
struct worker {
	const struct settings *settings;
	struct store *store;
	const struct worker_options *options;
	const struct log *log;
	struct worker_report *report;
	struct random random;
	struct requests requests;
	struct lane *lanes;
	struct catcher *catchers; /* one for each lane */
	size_t n_lanes;
	struct flight *flights;
	size_t n_flights;
	size_t active;		/* flights that are not free */
	size_t turns;		/* to begin with another lane each time */
	bool recovered;		/* claims of a killed worker were taken back */
	bool reclocked;		/* nothing waits for a clock that was ahead */
	int64_t ahead_ms;	/* of the wall clock before the monotonic one */
	bool all_judged;	/* by the policies in force */
	bool more_inbox;	/* the last turn did not collect everything */
	bool idle;		/* the last turn wrote nothing */
	bool stopping;		/* no new claims */
	int64_t stop_by_ms;	/* monotonic; 0: no limit */
	int64_t next_other_ms;	/* next check or time edge; 0: none */
	int64_t listen_ms;	/* monotonic: next look at who is silent */
	struct latency commits; /* of turns, that are not on record yet */
};

/* ---- a turn ------------------------------------------------------------ */

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

/* Claims of a killed worker, and times that a wrong clock wrote. */
static void mend(struct worker *w, struct store_turn *turn)
{
	struct lane_now now = lane_now_is();
	int64_t ahead_ms = now.wall_ms - now.mono_ms;
	size_t n;

	if (!w->recovered) {
		n = store_turn_recover(turn);
		if (n > 0)
			tell_recovered(w->log, n);
		w->recovered = true;
	}
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

static int take_turn(struct worker *w, struct err_text *err)
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

/* ---- waiting ------------------------------------------------------------ */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool has_ended(const struct worker *w)
{
	for (size_t i = 0; w->active > 0 && i < w->n_flights; i++) {
		if (w->flights[i].state == FLIGHT_ENDED)
			return true;
	}
	return false;
}

static int64_t next_wait_ms(struct worker *w, struct lane_now now)
{
	int64_t wait_ms = requests_wait_ms(&w->requests, now);

	if (w->stop_by_ms != 0)
		wait_ms = least(wait_ms, w->stop_by_ms - now.mono_ms);
	if (w->stopping)
		return wait_ms < 0 ? 0 : wait_ms;
	for (size_t i = 0; i < w->n_lanes; i++) {
		wait_ms = least(wait_ms, lane_wait_ms(&w->lanes[i], now));
		wait_ms = least(
		    wait_ms, catcher_wait_ms(&w->catchers[i], now.wall_ms));
	}
	if (w->next_other_ms != 0)
		wait_ms = least(wait_ms, w->next_other_ms - now.wall_ms);
	if (w->more_inbox || !w->all_judged || !w->reclocked || has_ended(w) ||
	    wait_ms < 0)
		wait_ms = 0;
	if (w->idle && wait_ms < IDLE_PAUSE_MS)
		wait_ms = IDLE_PAUSE_MS;
	return least(wait_ms, FOLLOW_LOOK_MS);
}

static int wait_for_news(struct worker *w, struct err_text *err)
{
	int wake = store_wake_fd(w->store, err);
	int fds[2] = {stop_fd(), wake};
	int64_t wait_ms = next_wait_ms(w, lane_now_is());
	int rc;

	if (wake < 0)
		return wake;
	/* Once asked to stop its descriptor stays readable: look elsewhere. */
	if (w->stopping)
		fds[0] = wake;
	rc = requests_wait(&w->requests, fds, 2, wait_ms, err);
	store_wake_drain(w->store);
	return rc;
}

/* ---- ending ------------------------------------------------------------- */

static void notice_stop(struct worker *w)
{
	int64_t now_ms = clock_mono_ms();

	if (w->stopping)
		return;
	if (!stop_requested() && (w->stop_by_ms == 0 || now_ms < w->stop_by_ms))
		return;
	w->stopping = true;
	w->stop_by_ms = now_ms + STOP_GRACE_MS;
}

static bool is_drained(struct worker *w)
{
	struct lane_now now = lane_now_is();

	if (w->active > 0 || w->more_inbox || !w->all_judged || !w->reclocked)
		return false;
	for (size_t i = 0; i < w->n_lanes; i++) {
		if (!lane_is_drained(&w->lanes[i], now) ||
		    w->catchers[i].news.more)
			return false;
	}
	return w->next_other_ms == 0 || w->next_other_ms > now.wall_ms;
}

static bool is_over(struct worker *w)
{
	if (w->options->enough != NULL)
		return w->options->enough(w->options->cookie);
	if (w->stopping)
		return w->active == 0 || clock_mono_ms() >= w->stop_by_ms;
	return !w->options->follow && is_drained(w);
}

/* What is still in flight goes back to the store, due and untried. */
static int give_back(struct worker *w, struct err_text *err)
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

/* A refused key whose file was replaced: the settings have to be read anew. */
static bool key_was_replaced(const struct worker *w)
{
	for (size_t i = 0; i < w->n_lanes; i++) {
		const struct lane *lane = &w->lanes[i];
		uint64_t stamp;

		if (lane->health.state != HEALTH_BARRED)
			continue;
		stamp = secret_stamp(lane->provider->api_key_file);
		if (stamp != 0 && stamp != lane->provider->key_stamp)
			return true;
	}
	return false;
}

/* ---- the run ------------------------------------------------------------ */

static int open_lanes(struct worker *w, struct err_text *err)
{
	size_t limit = (size_t)w->settings->worker.concurrency;

	w->n_lanes = w->settings->n_providers;
	w->lanes = calloc(w->n_lanes, sizeof(*w->lanes));
	if (w->lanes == NULL)
		return err_set(err, ERR_FAIL, "no memory for the worker");
	return lanes_open(w->lanes, w->settings, w->store, limit, err);
}

static int open_worker(struct worker *w, struct err_text *err)
{
	int rc = open_lanes(w, err);

	if (rc != 0)
		return rc;
	w->n_flights = FLIGHTS_PER_SLOT * lanes_slots(w->lanes, w->n_lanes);
	w->flights = calloc(w->n_flights, sizeof(*w->flights));
	w->catchers = calloc(w->n_lanes, sizeof(*w->catchers));
	if (w->flights == NULL || w->catchers == NULL)
		return err_set(err, ERR_FAIL, "no memory for the worker");
	for (size_t i = 0; i < w->n_flights; i++)
		flight_init(&w->flights[i]);
	for (size_t i = 0; i < w->n_lanes; i++)
		catcher_init(&w->catchers[i], &w->settings->providers[i],
		    !w->options->follow);
	random_seed(&w->random);
	w->requests = (struct requests){
	    .lanes = w->lanes,
	    .n_lanes = w->n_lanes,
	    .flights = w->flights,
	    .n_flights = w->n_flights,
	    .random = &w->random,
	    .log = w->log,
	    .max_reply = (size_t)w->settings->worker.max_reply,
	};
	if (w->options->max_time_ms > 0)
		w->stop_by_ms = clock_mono_ms() + w->options->max_time_ms;
	return 0;
}

static void close_worker(struct worker *w)
{
	requests_close(&w->requests);
	lanes_close(w->lanes, w->n_lanes);
	for (size_t i = 0; w->flights != NULL && i < w->n_flights; i++)
		flight_fini(&w->flights[i]);
	free(w->flights);
	free(w->catchers);
	free(w->lanes);
}

static void report_lanes(struct worker *w)
{
	for (size_t i = 0; i < w->n_lanes; i++) {
		const struct lane *lane = &w->lanes[i];

		w->report->barred += lane->health.state == HEALTH_BARRED;
		w->report->silent += lane->silent;
	}
}

/* One that stays tells of silence when it begins, one that ends at its end. */
static void listen_for_silence(struct worker *w)
{
	int64_t now_ms = clock_mono_ms();

	if (w->options->follow && now_ms < w->listen_ms)
		return;
	w->listen_ms = now_ms + SILENCE_LOOK_MS;
	silence_listen(w->store, w->lanes, w->n_lanes, w->log);
}

static int loop(struct worker *w, struct err_text *err)
{
	int rc = take_turn(w, err);

	while (rc == 0) {
		rc = requests_send(&w->requests, err);
		if (rc != 0 || is_over(w))
			break;
		rc = wait_for_news(w, err);
		requests_take(&w->requests);
		notice_stop(w);
		if (w->options->follow)
			listen_for_silence(w);
		w->report->reload = w->options->follow && key_was_replaced(w);
		if (rc != 0 || w->report->reload)
			break;
		rc = take_turn(w, err);
	}
	return rc;
}

/* Whatever ended the loop, its claims go back if that can be. */
static int end(struct worker *w, int rc, struct err_text *err)
{
	struct err_text ignored;

	if (rc == 0)
		return give_back(w, err);
	(void)give_back(w, &ignored);
	return rc;
}

int worker_run(const struct settings *settings, struct store *store,
    const struct worker_options *options, const struct log *log,
    struct worker_report *report, struct err_text *err)
{
	struct worker w = {
	    .settings = settings,
	    .store = store,
	    .options = options,
	    .log = log,
	    .report = report,
	};
	int rc = open_worker(&w, err);

	memset(report, 0, sizeof(*report));
	if (rc == 0)
		rc = end(&w, loop(&w, err), err);
	report->fetches = w.requests.sent;
	if (rc == 0)
		listen_for_silence(&w);
	report_lanes(&w);
	close_worker(&w);
	return rc;
}
