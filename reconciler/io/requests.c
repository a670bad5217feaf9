#include <string.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/crash.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/core/listing.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/fetch.h"
#include "reconciler/io/tell.h"

#include "reconciler/io/requests.h"

/* Beside the flights' requests each lane may have one for its token. */
static int open_fetch(struct requests *r, struct err_text *err)
{
	size_t n = r->n_lanes;

	if (r->fetch != NULL)
		return 0;
	for (size_t i = 0; i < r->n_lanes; i++)
		n += r->lanes[i].throttle.most;
	return fetch_open(n, r->max_reply, &r->fetch, err);
}

void requests_close(struct requests *r)
{
	fetch_close(r->fetch);
	r->fetch = NULL;
}

static int start(struct requests *r, struct lane *lane,
    const struct client_request *request, struct errand *errand,
    struct err_text *err)
{
	struct fetch_target target = {
	    .base_url = lane->provider->base_url,
	    .request = request,
	    .timeout_ms = lane->provider->timeout_ms,
	};
	int rc = fetch_start(r->fetch, &target, errand, err);

	if (rc == 0)
		r->sent++;
	return rc;
}

static void fold(
    struct requests *r, struct lane *lane, struct health_event *event)
{
	event->random = random_next(r->random);
	event->key_stamp = lane->provider->key_stamp;
	lane_fold(lane, event, r->log);
}

/* A flight has ended; its place in the lane is free. */
static void leave(struct flight *f)
{
	if (f->aside)
		f->lane->aside--;
	else
		f->lane->in_flight--;
	f->aside = false;
}

/* ---- tokens ------------------------------------------------------------- */

static void token_failed(struct requests *r, struct lane *lane, const char *why)
{
	struct health_event event = {
	    .verdict = VERDICT_LATER,
	    .stops_all = true,
	    .cause = why,
	    .now_ms = clock_wall_ms(),
	};

	fold(r, lane, &event);
}

/* One question at a time; the flights that need its answer wait for it. */
static void want_token(
    struct requests *r, struct lane *lane, struct lane_now now)
{
	struct token *token = &lane->token;
	struct err_text err;

	if (token->asked || !lane_is_allowed(lane, now) ||
	    pace_available(&lane->pace, now.mono_ms) == 0)
		return;
	if (token_ask(token, &err) == 0 &&
	    start(r, lane, &token->request, &lane->errand, &err) == 0) {
		lane_spend(lane);
		token->asked = true;
		return;
	}
	token_failed(r, lane, err.text);
}

static void take_token(
    struct requests *r, struct lane *lane, const struct fetch_result *result)
{
	struct health_event event;

	if (!token_answer(&lane->token, result, clock_wall_ms(), &event)) {
		fold(r, lane, &event);
		return;
	}
	/* No answer about an object yet: that one decides on the health. */
	lane->health.fetches++;
	lane->health_dirty = true;
	tell_token(r->log, lane);
}

/* ---- sending ------------------------------------------------------------ */

static bool has_good_token(const struct flight *f, struct lane_now now)
{
	return token_is_good(&f->lane->token, now.wall_ms);
}

/* Is its question there, and with the token that is held now? */
static bool is_ready(struct requests *r, struct flight *f, struct lane_now now)
{
	/* Made with another one, or while there was none. */
	if (f->state == FLIGHT_READY &&
	    (f->token_serial != f->lane->token.serial ||
		!has_good_token(f, now)))
		f->state = FLIGHT_HELD;
	if (f->state == FLIGHT_HELD && !has_good_token(f, now))
		want_token(r, f->lane, now);
	else if (f->state == FLIGHT_HELD)
		flight_ask(f, now.wall_ms);
	if (f->state == FLIGHT_ENDED)
		leave(f);
	return f->state == FLIGHT_READY;
}

/* Others may take its place until its operation has budget again. */
static void set_aside(struct flight *f)
{
	if (f->aside)
		return;
	if (f->paid)
		lane_unspend(f->lane);
	f->paid = false;
	f->aside = true;
	f->lane->in_flight--;
	f->lane->aside++;
}

/* A look that has begun goes on whatever the provider's health. */
static bool may_come_back(const struct flight *f, struct lane_now now)
{
	return f->n_replies > 0 ? f->lane->in_flight < f->lane->throttle.limit
				: lane_has_slot(f->lane, now);
}

static void come_back(struct flight *f)
{
	f->aside = false;
	f->lane->aside--;
	f->lane->in_flight++;
	f->lane->more = true;
}

/* Charge the budgets; false: one of them has nothing left. */
static bool pay(struct flight *f, struct lane_now now)
{
	struct lane *lane = f->lane;
	struct pace *own = lane_operation(lane, f->request.operation);

	if (own != NULL && pace_available(own, now.mono_ms) == 0) {
		set_aside(f);
		return false;
	}
	if (f->aside && !may_come_back(f, now))
		return false;
	if (!f->paid && pace_available(&lane->pace, now.mono_ms) == 0)
		return false;
	if (!f->paid)
		lane_spend(lane);
	if (own != NULL)
		lane_spend_of(lane, own);
	f->paid = true;
	if (f->aside)
		come_back(f);
	return true;
}

static void send_one(struct requests *r, struct flight *f)
{
	struct err_text err;

	/* The first request's start guards the record at the write. */
	if (f->n_replies == 0)
		f->outcome.started_ms = clock_wall_ms();
	if (start(r, f->lane, &f->request, &f->errand, &err) != 0) {
		flight_fail(f, VERDICT_LATER, err.text);
		leave(f);
		return;
	}
	f->state = FLIGHT_SENT;
	crash_point("sent");
}

static bool is_to_be_sent(const struct flight *f)
{
	return f->state == FLIGHT_HELD || f->state == FLIGHT_READY;
}

static bool any_to_be_sent(const struct requests *r)
{
	for (size_t i = 0; i < r->n_flights; i++) {
		if (is_to_be_sent(&r->flights[i]))
			return true;
	}
	return false;
}

int requests_send(struct requests *r, struct err_text *err)
{
	struct lane_now now;
	int rc;

	if (!any_to_be_sent(r))
		return 0;
	/* Takes its time once: the budgets are charged for what comes after. */
	rc = open_fetch(r, err);
	now = lane_now_is();
	for (size_t i = 0; rc == 0 && i < r->n_flights; i++) {
		struct flight *f = &r->flights[i];

		if (is_to_be_sent(f) && is_ready(r, f, now) && pay(f, now))
			send_one(r, f);
	}
	return rc;
}

/* ---- answers ------------------------------------------------------------ */

/* How quickly did it answer? Pages of lists take what they take. */
static void measure(struct requests *r, const struct flight *f,
    const struct fetch_result *result, const struct health_event *event)
{
	static const enum throttle_end ends[] = {
	    [VERDICT_TRUTH] = THROTTLE_ANSWERED,
	    [VERDICT_MORE] = THROTTLE_ANSWERED,
	    [VERDICT_GONE] = THROTTLE_ASIDE,
	    [VERDICT_GARBLED] = THROTTLE_ASIDE,
	    [VERDICT_LATER] = THROTTLE_FAILED,
	    [VERDICT_BARRED] = THROTTLE_FAILED,
	};
	struct throttle_sample sample = {.kind = f->claim.ref.kind,
	    .end =
		result->timed_out ? THROTTLE_TIMED_OUT : ends[event->verdict],
	    .took_ms = result->waited_ms,
	    .now_ms = event->now_ms};

	if (listing_is(&f->claim.ref))
		return;
	f->lane->spent = true;
	if (throttle_after(&f->lane->throttle, &sample))
		tell_pace(r->log, f->lane);
}

static void take_answer(
    struct requests *r, struct flight *f, const struct fetch_result *result)
{
	struct lane *lane = f->lane;
	struct health_event event;

	if (flight_answer(f, result, clock_wall_ms(), &event)) {
		fold(r, lane, &event);
		measure(r, f, result, &event);
	} else {
		lane->health.fetches++;
		lane->health_dirty = true;
	}
	if (f->state == FLIGHT_ENDED)
		leave(f);
}

void requests_take(struct requests *r)
{
	struct fetch_result result;

	while (r->fetch != NULL && fetch_next(r->fetch, &result)) {
		struct errand *errand = result.cookie;

		crash_point("answered");
		lane_count_fetch(errand->lane, result.took_ms);
		if (errand->flight == NULL)
			take_token(r, errand->lane, &result);
		else
			take_answer(r, errand->flight, &result);
	}
}

/* ---- waiting ------------------------------------------------------------ */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t flight_wait_ms(struct flight *f, struct lane_now now)
{
	struct lane *lane = f->lane;
	struct pace *own;
	int64_t wait_ms = 0;

	if (f->state == FLIGHT_HELD && lane->token.asked)
		return INT64_MAX;
	if (f->aside && !may_come_back(f, now))
		return INT64_MAX; /* an answer makes room */
	if (!f->paid || f->state == FLIGHT_HELD)
		wait_ms = pace_wait_ms(&lane->pace, now.mono_ms);
	own = lane_operation(lane, f->request.operation);
	if (f->state == FLIGHT_READY && own != NULL)
		wait_ms = later(wait_ms, pace_wait_ms(own, now.mono_ms));
	return wait_ms;
}

int64_t requests_wait_ms(struct requests *r, struct lane_now now)
{
	int64_t least_ms = INT64_MAX;

	for (size_t i = 0; i < r->n_flights; i++) {
		struct flight *f = &r->flights[i];
		int64_t wait_ms = INT64_MAX;

		if (is_to_be_sent(f))
			wait_ms = flight_wait_ms(f, now);
		if (wait_ms < least_ms)
			least_ms = wait_ms;
	}
	return least_ms;
}

int requests_wait(struct requests *r, const int *fds, size_t n,
    int64_t timeout_ms, struct err_text *err)
{
	int rc = open_fetch(r, err);

	return rc != 0 ? rc : fetch_wait(r->fetch, fds, n, timeout_ms, err);
}
