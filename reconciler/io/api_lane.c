#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/stop.h"

#include "reconciler/io/api.h"
#include "reconciler/io/http.h"

#include "reconciler/io/api_lane.h"

enum {
	HEAD_BYTES = 8192,
	BODY_BYTES = 1024 * 1024,
	BODIES_BYTES = 8 * 1024 * 1024,
	TIMEOUT_MS = 15 * 1000,
	WAIT_MS = 1000,
	DRAIN_MS = 5000,
	DRAIN_WAIT_MS = 50
};

struct api_lane {
	struct api *api;
	struct http *http;
	pthread_t thread;
	atomic_bool stop;
};

static bool is_stopped(const struct api_lane *lane)
{
	return stop_requested() || atomic_load(&lane->stop);
}

/* Waits, serves, and says how long to wait next. */
static int64_t turn(struct api_lane *lane, int64_t wait_ms, bool draining)
{
	struct pollfd fds[] = {
	    {.fd = http_fd(lane->http), .events = POLLIN},
	    {.fd = stop_fd(), .events = POLLIN},
	};
	int64_t most_ms = draining ? DRAIN_WAIT_MS : WAIT_MS;

	if (api_wait_ms(lane->api) < most_ms)
		most_ms = api_wait_ms(lane->api);
	if (wait_ms < 0 || wait_ms > most_ms)
		wait_ms = most_ms;
	(void)poll(fds, draining ? 1 : 2, (int)wait_ms);
	api_look(lane->api, clock_mono_ms());
	wait_ms = http_run(lane->http, clock_mono_ms());
	api_rest(lane->api);
	return wait_ms;
}

static void drain(struct api_lane *lane)
{
	int64_t end_ms = clock_mono_ms() + DRAIN_MS;
	int64_t wait_ms = 0;

	http_drain(lane->http);
	api_close(lane->api);
	do {
		wait_ms = turn(lane, wait_ms, true);
	} while (!http_is_idle(lane->http) && clock_mono_ms() < end_ms);
}

static void *run(void *cookie)
{
	struct api_lane *lane = cookie;
	int64_t wait_ms = 0;

	while (!is_stopped(lane))
		wait_ms = turn(lane, wait_ms, false);
	drain(lane);
	return NULL;
}

static int open_http(struct api_lane *lane,
    const struct api_lane_options *options, struct err_text *err)
{
	const struct http_options http = {
	    .listen_fd = options->listen_fd,
	    .max_connections = options->max_connections,
	    .max_head_bytes = HEAD_BYTES,
	    .max_body_bytes = BODY_BYTES,
	    .max_bodies_bytes = BODIES_BYTES,
	    .timeout_ms = TIMEOUT_MS,
	    .too_large = options->too_large,
	    .crowded = options->crowded,
	    .malformed = options->malformed,
	    .may_park = true,
	    .handle = api_serve,
	    .cookie = lane->api,
	};

	return http_open(&http, &lane->http, err);
}

int api_lane_start(const struct api_lane_options *options,
    struct api_lane **out, struct err_text *err)
{
	struct api_lane *lane = calloc(1, sizeof(*lane));
	int rc = ERR_FAIL;

	*out = NULL;
	if (lane == NULL)
		return err_set(err, ERR_FAIL, "out of memory");
	atomic_init(&lane->stop, false);
	lane->api = api_new(options->api);
	if (lane->api == NULL)
		(void)err_set(err, ERR_FAIL, "out of memory");
	else
		rc = open_http(lane, options, err);
	if (rc == 0 && pthread_create(&lane->thread, NULL, run, lane) != 0)
		rc = err_set(err, ERR_FAIL, "cannot start a thread");
	if (rc != 0)
		api_lane_free(lane);
	else
		*out = lane;
	return rc;
}

void api_lane_stop(struct api_lane *lane)
{
	atomic_store(&lane->stop, true);
}

void api_lane_join(struct api_lane *lane)
{
	pthread_join(lane->thread, NULL);
}

void api_lane_free(struct api_lane *lane)
{
	if (lane == NULL)
		return;
	http_close(lane->http);
	api_free(lane->api);
	free(lane);
}
