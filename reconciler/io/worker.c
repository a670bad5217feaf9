#include <stdlib.h>
#include <string.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/base/secret.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/catcher.h"
#include "reconciler/io/flight.h"
#include "reconciler/io/lane.h"
#include "reconciler/io/lanes.h"
#include "reconciler/io/silence.h"
#include "reconciler/io/worker_turn.h"

#include "reconciler/io/worker.h"

enum {
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
	int rc = worker_turn_take(w, err);

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
		rc = worker_turn_take(w, err);
	}
	return rc;
}

/* Whatever ended the loop, its claims go back if that can be. */
static int end(struct worker *w, int rc, struct err_text *err)
{
	struct err_text ignored;

	if (rc == 0)
		return worker_turn_give_back(w, err);
	(void)worker_turn_give_back(w, &ignored);
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
