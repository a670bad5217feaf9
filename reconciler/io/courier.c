#include <stdlib.h>
#include <string.h>

#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/crash.h"
#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/ms.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/carrier.h"
#include "reconciler/io/delivery_tell.h"
#include "reconciler/io/window.h"
#include "reconciler/io/wire.h"

#include "reconciler/io/courier.h"

enum {
	LOOK_MS = 200, /* for new changes, as `changes --follow` does */
	/* What has ended is written down after so long, or so many. */
	WRITE_AFTER_MS = 200,
	WRITE_AFTER = 100,
	/* What is under way may still end within this after a stop. */
	STOP_GRACE_MS = 3000,
	FEED_ARENA_MAX = 64 * 1024 * 1024
};

static const char halt_text[] =
    "410 Gone: the receiver wants no more; once it does again, say "
    "`trueup queue retry on_change`";

struct courier {
	const struct courier_options *options;
	const struct delivery_settings *settings;
	struct carrier *carrier;
	struct window window;
	struct health health;
	struct random random;
	size_t out;	     /* under way */
	size_t retries;	     /* of these, such as have failed before */
	bool kept_first;     /* whose turn it is */
	bool halted;	     /* the other side wants no more */
	bool finishing;	     /* it leaves when nothing can be done */
	const char *halt;    /* not yet written: why */
	bool found;	     /* the last look at the store brought something */
	int64_t looked_ms;   /* monotonic, when that was; 0: look now */
	int64_t pending_ms;  /* monotonic, since when something is unwritten */
	int64_t write_at_ms; /* not before: the store had no room */
	int64_t stop_by_ms;  /* monotonic; 0: not stopping */
};

/* ---- taking from the store ---------------------------------------------- */

/* To be freed; NULL: there is none, or no memory. */
static char *line_of(const struct courier *c, const struct change *change)
{
	struct buf line;

	buf_init(&line, SIZE_MAX);
	wire_change(c->options->settings, change, &line);
	return buf_take(&line);
}

static bool take_kept(void *cookie, const struct delivery *delivery)
{
	struct courier *c = cookie;
	const char *account = delivery->change.account;
	char *line;

	if (window_find(&c->window, delivery->change.seq) != NULL ||
	    window_holds(&c->window, account) >= WINDOW_ACCOUNT_MAX)
		return true;
	if (window_count_kept(&c->window) >= WINDOW_KEPT_MAX)
		return false;
	line = line_of(c, &delivery->change);
	if (line == NULL ||
	    !window_add(&c->window, delivery, line, true, false))
		return false;
	c->found = true;
	return true;
}

/* false: there is no room for more. */
static bool take_fresh(
    struct courier *c, struct store_view *view, const struct change *change)
{
	const struct delivery fresh = {.change = *change};
	char *line;
	bool behind;

	if (window_find(&c->window, change->seq) != NULL)
		return true;
	behind =
	    store_view_is_behind(view, c->options->target, change->account);
	line = line_of(c, change);
	if (line == NULL ||
	    !window_add(&c->window, &fresh, line, false, behind))
		return false;
	if (behind && c->pending_ms == 0)
		c->pending_ms = clock_mono_ms();
	c->found = true;
	return true;
}

/* A target that was not configured for a while, longer than changes are kept.
 */
static void notice_gap(const struct courier *c, const struct change *first)
{
	struct err_text text;

	if (c->window.taken == 0 || first->seq <= c->window.taken + 1)
		return;
	(void)err_set(&text, ERR_ABSENT,
	    "changes %llu to %llu are no longer kept",
	    (unsigned long long)c->window.taken + 1,
	    (unsigned long long)first->seq - 1);
	delivery_tell_trouble(
	    c->options->log, c->options->target, "changes_missed", text.text);
}

static int take_feed(
    struct courier *c, struct store_view *view, struct err_text *err)
{
	const struct change *changes = NULL;
	size_t room = WINDOW_MAX - c->window.n;
	struct arena arena;
	size_t n = 0;
	int rc = 0;

	arena_init(&arena, FEED_ARENA_MAX);
	if (room > 0)
		rc = store_view_changes(
		    view, c->window.taken, room, &arena, &changes, &n, err);
	if (rc == 0 && n > 0)
		notice_gap(c, &changes[0]);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!take_fresh(c, view, &changes[i]))
			break;
	}
	arena_fini(&arena);
	return rc;
}

static int take_all(
    struct courier *c, struct store_view *view, struct err_text *err)
{
	struct delivery_state state;
	int rc =
	    store_view_delivery_state(view, c->options->target, &state, err);

	if (rc != 0)
		return rc;
	c->halted = state.halted;
	/* A person may have ended a rest of the target. */
	if (c->pending_ms == 0)
		c->health = state.health;
	if (c->window.taken < state.cursor)
		c->window.taken = state.cursor;
	if (c->halted)
		return 0;
	rc = store_view_deliveries_due(view, c->options->target,
	    clock_wall_ms(), WINDOW_ACCOUNT_MAX, take_kept, c, err);
	return rc != 0 ? rc : take_feed(c, view, err);
}

/*
 * Not while something that failed is not written yet: the store would still
 * show what is behind it as next.
 */
static bool may_look(const struct courier *c)
{
	return c->stop_by_ms == 0 && c->halt == NULL &&
	       window_count(&c->window, PARCEL_FAILED) == 0 &&
	       window_count(&c->window, PARCEL_BEHIND) == 0;
}

static int look(struct courier *c, struct err_text *err)
{
	struct store_view *view = NULL;
	int64_t now_ms = clock_mono_ms();
	int rc;

	if (!may_look(c) ||
	    (c->looked_ms != 0 && !c->found && now_ms - c->looked_ms < LOOK_MS))
		return 0;
	c->found = false;
	c->looked_ms = now_ms;
	rc = store_view_open(c->options->store, &view, err);
	if (rc == 0)
		rc = take_all(c, view, err);
	store_view_close(view);
	return rc;
}

/* ---- carrying ----------------------------------------------------------- */

static void learn(struct courier *c, const struct carried *end, int64_t now_ms)
{
	struct health_event event = {
	    .verdict = end->ok ? VERDICT_TRUTH : VERDICT_LATER,
	    .http_status = end->http_status,
	    .retry_after_ms = end->retry_after_ms,
	    .cause = end->error,
	    .now_ms = now_ms,
	    .random = random_next(&c->random),
	};

	if (health_after(&c->health, &event))
		delivery_tell_health(
		    c->options->log, c->options->target, &c->health);
}

static void fail(struct courier *c, const struct carried *end, int64_t now_ms)
{
	struct parcel *parcel = end->parcel;
	int64_t asked_ms = ms_add(now_ms, end->retry_after_ms);

	parcel->attempts++;
	parcel->http_status = end->http_status;
	memcpy(parcel->error, end->error, sizeof(parcel->error));
	parcel->due_ms = delivery_retry(
	    c->settings, now_ms, parcel->attempts, random_next(&c->random));
	if (parcel->due_ms < asked_ms)
		parcel->due_ms = asked_ms;
	parcel->parked = end->gone || delivery_is_over(c->settings, now_ms,
					  parcel->first_tried_ms);
	window_fail(&c->window, parcel);
	if (!end->gone || c->halt != NULL)
		return;
	c->halt = halt_text;
	delivery_tell_trouble(
	    c->options->log, c->options->target, "target_halted", c->halt);
}

static void take_end(struct courier *c, const struct carried *end)
{
	struct parcel *parcel = end->parcel;
	int64_t now_ms = clock_wall_ms();

	crash_point("carried");
	c->out--;
	c->retries -= parcel->attempts > 0;
	learn(c, end, now_ms);
	if (end->ok)
		parcel->state = PARCEL_DELIVERED;
	else
		fail(c, end, now_ms);
	if (c->pending_ms == 0)
		c->pending_ms = clock_mono_ms();
	delivery_tell_end(c->options->log, c->options->target, parcel, end);
}

static void take_ends(struct courier *c)
{
	struct carried end;

	while (c->carrier->next(c->carrier->self, &end))
		take_end(c, &end);
}

/* How many may be under way now. */
static size_t room_of(const struct courier *c)
{
	size_t most = (size_t)c->settings->concurrency;
	uint32_t allowed = health_allows(&c->health, clock_wall_ms(), 0);

	if (c->stop_by_ms != 0 || c->halted || c->halt != NULL ||
	    c->write_at_ms != 0)
		return 0;
	return allowed < most ? allowed : most;
}

static struct parcel *pick(struct courier *c)
{
	size_t most = (size_t)c->settings->concurrency;

	if (c->out >= room_of(c))
		return NULL;
	/* What is slow or broken again and again never has all the room. */
	return window_pick(
	    &c->window, c->kept_first, most == 1 || c->retries < most / 2);
}

static void start_one(struct courier *c, struct parcel *parcel)
{
	struct carried end = {.parcel = parcel};
	struct err_text err;

	c->kept_first = !parcel->kept;
	if (parcel->first_tried_ms == 0)
		parcel->first_tried_ms = clock_wall_ms();
	parcel->state = PARCEL_OUT;
	c->out++;
	c->retries += parcel->attempts > 0;
	if (c->carrier->start(c->carrier->self, parcel, &err) == 0)
		return;
	carrier_say(&end, err.text);
	take_end(c, &end);
}

static void start_all(struct courier *c)
{
	struct parcel *parcel;

	while ((parcel = pick(c)) != NULL)
		start_one(c, parcel);
}

/* ---- writing down ------------------------------------------------------- */

static int write_down(struct courier *c, struct err_text *err)
{
	struct delivery_end ends[WINDOW_MAX];
	struct delivery_turn turn = {
	    .ends = ends, .health = &c->health, .halt = c->halt};
	int rc;

	turn.n = window_ends(&c->window, ends, &turn.cursor);
	crash_point("write");
	rc = store_deliveries_commit(
	    c->options->store, c->options->target, &turn, err);
	crash_point("written");
	if ((rc == ERR_FULL || rc == ERR_AGAIN) && !c->finishing) {
		if (c->write_at_ms == 0)
			delivery_tell_trouble(c->options->log,
			    c->options->target, "cannot_store", err->text);
		c->write_at_ms = clock_mono_ms() + 1000;
		return 0;
	}
	if (rc != 0)
		return rc;
	window_written(&c->window, turn.cursor);
	if (c->halt != NULL)
		window_forget_ready(&c->window, 0);
	c->halted |= c->halt != NULL;
	c->halt = NULL;
	c->pending_ms = 0;
	c->write_at_ms = 0;
	c->looked_ms = 0;
	return 0;
}

static bool is_due_to_write(struct courier *c)
{
	int64_t now_ms = clock_mono_ms();
	size_t n;

	if (c->pending_ms == 0 || now_ms < c->write_at_ms)
		return false;
	n = window_count(&c->window, PARCEL_DELIVERED) +
	    window_count(&c->window, PARCEL_FAILED) +
	    window_count(&c->window, PARCEL_BEHIND);
	return n >= WRITE_AFTER || now_ms - c->pending_ms >= WRITE_AFTER_MS ||
	       (c->out == 0 && pick(c) == NULL);
}

/* ---- the run ------------------------------------------------------------ */

static void notice_stop(struct courier *c)
{
	int64_t now_ms = clock_mono_ms();
	int64_t stop_at_ms = c->options->stop_at_ms;

	if (c->stop_by_ms == 0 &&
	    (stop_requested() || (stop_at_ms != 0 && now_ms >= stop_at_ms)))
		c->stop_by_ms = now_ms + STOP_GRACE_MS;
}

/* What was recorded before we were told to finish is still taken. */
static void notice_finish(struct courier *c)
{
	if (c->finishing || atomic_load(c->options->follow))
		return;
	c->finishing = true;
	c->looked_ms = 0;
}

static bool is_over(struct courier *c)
{
	if (c->stop_by_ms != 0)
		return c->out == 0 || clock_mono_ms() >= c->stop_by_ms;
	return c->finishing && c->out == 0 && c->pending_ms == 0 && !c->found &&
	       pick(c) == NULL;
}

static int64_t wait_ms_of(const struct courier *c)
{
	int64_t now_ms = clock_mono_ms();
	int64_t until_ms = now_ms + LOOK_MS;

	if (c->pending_ms != 0 && c->pending_ms + WRITE_AFTER_MS < until_ms)
		until_ms = c->pending_ms + WRITE_AFTER_MS;
	if (until_ms < c->write_at_ms)
		until_ms = c->write_at_ms;
	if (c->stop_by_ms != 0 && c->stop_by_ms < until_ms)
		until_ms = c->stop_by_ms;
	return until_ms > now_ms ? until_ms - now_ms : 0;
}

static int wait_for_news(struct courier *c, struct err_text *err)
{
	/* Once readable, these stay so: then only time is waited for. */
	int fds[2];
	size_t n = 0;

	if (c->stop_by_ms == 0)
		fds[n++] = stop_fd();
	if (!c->finishing)
		fds[n++] = c->options->wake_fd;
	return c->carrier->wait(c->carrier->self, fds, n, wait_ms_of(c), err);
}

static int take_turn(struct courier *c, struct err_text *err)
{
	int rc = 0;

	if (is_due_to_write(c))
		rc = write_down(c, err);
	if (rc == 0)
		rc = look(c, err);
	if (rc == 0)
		start_all(c);
	return rc;
}

static int loop(struct courier *c, struct err_text *err)
{
	int rc;

	notice_finish(c);
	rc = take_turn(c, err);
	while (rc == 0 && !is_over(c)) {
		/* What was taken and can be done needs no wait. */
		if (c->out > 0 || !c->found)
			rc = wait_for_news(c, err);
		take_ends(c);
		notice_stop(c);
		notice_finish(c);
		if (rc == 0)
			rc = take_turn(c, err);
	}
	return rc;
}

/* What was under way and did not end goes back, untried. */
static int leave(struct courier *c, int rc, struct err_text *err)
{
	take_ends(c);
	c->carrier->close(c->carrier->self);
	c->carrier->self = NULL;
	if (rc == 0 && c->pending_ms != 0)
		rc = write_down(c, err);
	return rc;
}

int courier_run(const struct courier_options *options, struct carrier *carrier,
    struct err_text *err)
{
	struct courier *c = calloc(1, sizeof(*c));
	int rc = 0;

	if (c == NULL) {
		carrier->close(carrier->self);
		return err_set(err, ERR_FAIL, "no memory for deliveries");
	}
	c->options = options;
	c->settings = &options->settings->on_change;
	c->carrier = carrier;
	random_seed(&c->random);
	rc = leave(c, loop(c, err), err);
	window_fini(&c->window);
	free(c);
	return rc;
}
