#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/carrier.h"
#include "reconciler/io/command.h"
#include "reconciler/io/courier.h"
#include "reconciler/io/post.h"

#include "reconciler/io/deliver.h"

/* One target's courier, its thread, and how it ended. */
struct route {
	pthread_t thread;
	bool started;
	struct courier_options options;
	struct carrier carrier;
	int done_fd; /* told when it has ended */
	int rc;
	struct err_text err;
};

struct dispatch {
	struct route routes[DELIVERY_TARGET_COUNT];
	size_t n;	    /* that have not ended */
	atomic_bool follow; /* couriers look at it */
	int wake[2];	    /* readable for couriers when follow has changed */
	int done[2];	    /* a byte from each courier that has ended */
};

int deliver_begin(
    const struct settings *settings, struct store *store, struct err_text *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < DELIVERY_TARGET_COUNT; i++) {
		if (delivery_is_wanted(
			&settings->on_change, (enum delivery_target)i))
			rc = store_deliveries_begin(store,
			    (enum delivery_target)i,
			    settings->on_change.from_start, err);
	}
	return rc;
}

int deliver_parked(const struct settings *settings, struct store *store,
    uint64_t *out, struct err_text *err)
{
	struct delivery_state state;
	struct store_view *view = NULL;
	int rc = store_view_open(store, &view, err);

	*out = 0;
	for (int i = 0; rc == 0 && i < DELIVERY_TARGET_COUNT; i++) {
		if (!delivery_is_wanted(
			&settings->on_change, (enum delivery_target)i))
			continue;
		rc = store_view_delivery_state(
		    view, (enum delivery_target)i, &state, err);
		if (rc == 0)
			*out += state.parked + state.halted;
	}
	store_view_close(view);
	return rc;
}

/* ---- the couriers' threads ---------------------------------------------- */

static void *run_route(void *cookie)
{
	struct route *route = cookie;
	ssize_t written;

	route->rc = courier_run(&route->options, &route->carrier, &route->err);
	written = write(route->done_fd, "", 1);
	(void)written; /* there is room: one byte for each route */
	return NULL;
}

static int open_carrier(const struct settings *settings,
    enum delivery_target target, struct carrier *out, struct err_text *err)
{
	return target == DELIVERY_COMMAND
		   ? command_open(&settings->on_change, out, err)
		   : post_open(&settings->on_change, out, err);
}

/* Signals are for the first thread, which looks at them. */
static int start_thread(struct route *route, struct err_text *err)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&route->thread, NULL, run_route, route);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		return 0;
	return err_set(err, ERR_FAIL, "no thread: %s", strerror(rc));
}

static int start_route(struct dispatch *d, const struct courier_options *common,
    enum delivery_target target, struct err_text *err)
{
	struct route *route = &d->routes[target];
	int rc = open_carrier(common->settings, target, &route->carrier, err);

	route->options = *common;
	route->options.target = target;
	route->done_fd = d->done[1];
	if (rc == 0)
		rc = start_thread(route, err);
	route->started = rc == 0;
	d->n += route->started;
	if (rc != 0)
		route->carrier.close(route->carrier.self);
	return rc;
}

static int start_routes(struct dispatch *d,
    const struct courier_options *common, struct err_text *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < DELIVERY_TARGET_COUNT; i++) {
		if (delivery_is_wanted(
			&common->settings->on_change, (enum delivery_target)i))
			rc = start_route(
			    d, common, (enum delivery_target)i, err);
	}
	return rc;
}

/* ---- waiting for them --------------------------------------------------- */

/* They finish what can be done now, and leave. */
static void finish(struct dispatch *d)
{
	ssize_t written;

	atomic_store(&d->follow, false);
	written = write(d->wake[1], "", 1);
	(void)written; /* one that is lost is made up for within 200 ms */
}

/* Nobody says anything there: what is read is thrown away. */
static bool input_has_ended(void)
{
	char data[512];
	ssize_t n = read(STDIN_FILENO, data, sizeof(data));

	return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

static void wait_for_routes(
    struct dispatch *d, const struct deliver_options *options)
{
	bool open = options->until_eof;
	char byte;

	while (d->n > 0) {
		struct pollfd fds[2] = {
		    {.fd = d->done[0], .events = POLLIN},
		    {.fd = open ? STDIN_FILENO : -1, .events = POLLIN},
		};

		if (poll(fds, 2, -1) < 0)
			continue;
		/* One that could not go on is no reason to stay with the other:
		 * both are begun anew. */
		if (fds[0].revents != 0 && read(d->done[0], &byte, 1) == 1) {
			d->n--;
			finish(d);
		}
		if (fds[1].revents != 0 && input_has_ended()) {
			open = false;
			finish(d);
		}
	}
}

static int join_routes(struct dispatch *d, int rc, struct err_text *err)
{
	for (size_t i = 0; i < DELIVERY_TARGET_COUNT; i++) {
		struct route *route = &d->routes[i];

		if (!route->started)
			continue;
		pthread_join(route->thread, NULL);
		if (rc != 0 || route->rc == 0)
			continue;
		rc = route->rc;
		*err = route->err;
	}
	return rc;
}

static int open_pipes(struct dispatch *d, struct err_text *err)
{
	int *const pipes[] = {d->wake, d->done};

	for (size_t i = 0; i < 2; i++) {
		if (pipe(pipes[i]) != 0)
			return err_set(
			    err, ERR_FAIL, "pipe: %s", strerror(errno));
		for (size_t k = 0; k < 2; k++)
			(void)fcntl(pipes[i][k], F_SETFD, FD_CLOEXEC);
	}
	return 0;
}

static void close_pipes(struct dispatch *d)
{
	int *const pipes[] = {d->wake, d->done};

	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < 2; k++) {
			if (pipes[i][k] >= 0)
				close(pipes[i][k]);
		}
	}
}

int deliver_run(const struct settings *settings, struct store *store,
    const struct deliver_options *options, const struct log *log,
    struct err_text *err)
{
	struct dispatch d = {.wake = {-1, -1}, .done = {-1, -1}};
	struct courier_options common = {
	    .settings = settings,
	    .store = store,
	    .log = log,
	    .follow = &d.follow,
	};
	int rc = deliver_begin(settings, store, err);

	atomic_init(&d.follow, options->follow || options->until_eof);
	if (options->max_time_ms > 0)
		common.stop_at_ms = clock_mono_ms() + options->max_time_ms;
	if (rc == 0)
		rc = open_pipes(&d, err);
	common.wake_fd = d.wake[0];
	if (rc == 0)
		rc = start_routes(&d, &common, err);
	if (rc != 0)
		finish(&d); /* those that did start */
	wait_for_routes(&d, options);
	rc = join_routes(&d, rc, err);
	close_pipes(&d);
	return rc;
}
