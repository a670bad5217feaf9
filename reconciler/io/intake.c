#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/desk.h"
#include "reconciler/io/http.h"
#include "reconciler/io/replies.h"

#include "reconciler/io/intake.h"

enum {
	HEAD_BYTES = 8192,
	BODIES_BYTES = 8 * 1024 * 1024, /* not counting small ones */
	WAIT_MS = 1000,
	DRAIN_MS = 5000,
	DRAIN_WAIT_MS = 50
};

struct intake {
	struct desk *desk;
	struct http *http;
	pthread_t thread;
	atomic_bool stop;
};

static bool is_stopped(const struct intake *intake)
{
	return stop_requested() || atomic_load(&intake->stop);
}

/* Waits, serves, and says how long to wait next. */
static int64_t turn(struct intake *intake, int64_t wait_ms, bool draining)
{
	struct pollfd fds[] = {
	    {.fd = desk_fd(intake->desk), .events = POLLIN},
	    {.fd = http_fd(intake->http), .events = POLLIN},
	    {.fd = stop_fd(), .events = POLLIN},
	};
	int64_t most_ms = draining ? DRAIN_WAIT_MS : WAIT_MS;

	if (wait_ms < 0 || wait_ms > most_ms)
		wait_ms = most_ms;
	(void)poll(fds, draining ? 2 : 3, (int)wait_ms);
	if (fds[0].revents != 0)
		desk_take_back(intake->desk);
	wait_ms = http_run(intake->http, clock_mono_ms());
	desk_give(intake->desk);
	return wait_ms;
}

/* What was handed to the committer is answered, however long it takes; who is
 * still sending has a limit. */
static void drain(struct intake *intake)
{
	int64_t end_ms = clock_mono_ms() + DRAIN_MS;
	int64_t wait_ms = 0;

	desk_close(intake->desk);
	http_drain(intake->http);
	do {
		wait_ms = turn(intake, wait_ms, true);
	} while (desk_is_busy(intake->desk) ||
		 (!http_is_idle(intake->http) && clock_mono_ms() < end_ms));
}

static void *run(void *cookie)
{
	struct intake *intake = cookie;
	int64_t wait_ms = 0;

	while (!is_stopped(intake))
		wait_ms = turn(intake, wait_ms, false);
	drain(intake);
	return NULL;
}

static int open_http(struct intake *intake,
    const struct intake_options *options, struct err_text *err)
{
	size_t max_body = (size_t)options->settings->receiver.max_body;
	const struct http_options http = {
	    .listen_fd = options->listen_fd,
	    .max_connections = options->max_connections,
	    .max_head_bytes = HEAD_BYTES,
	    .max_body_bytes = max_body,
	    .max_bodies_bytes =
		max_body > BODIES_BYTES ? max_body : BODIES_BYTES,
	    .timeout_ms = options->settings->receiver.timeout_ms,
	    .too_large = options->replies->too_large,
	    .crowded = options->replies->unavailable,
	    .malformed = options->replies->malformed,
	    .handle = desk_serve,
	    .cookie = intake->desk,
	};

	return http_open(&http, &intake->http, err);
}

int intake_start(const struct intake_options *options, struct intake **out,
    struct err_text *err)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	int rc = ERR_FAIL;

	*out = NULL;
	if (intake == NULL)
		return err_set(err, ERR_FAIL, "out of memory");
	atomic_init(&intake->stop, false);
	intake->desk = desk_new(
	    options->settings, options->replies, options->committer, err);
	if (intake->desk != NULL)
		rc = open_http(intake, options, err);
	if (rc == 0 && pthread_create(&intake->thread, NULL, run, intake) != 0)
		rc = err_set(err, ERR_FAIL, "cannot start a thread");
	if (rc != 0)
		intake_free(intake);
	else
		*out = intake;
	return rc;
}

void intake_stop(struct intake *intake)
{
	atomic_store(&intake->stop, true);
}

void intake_join(struct intake *intake)
{
	pthread_join(intake->thread, NULL);
}

void intake_free(struct intake *intake)
{
	if (intake == NULL)
		return;
	http_close(intake->http);
	desk_free(intake->desk);
	free(intake);
}

const struct desk *intake_desk(const struct intake *intake)
{
	return intake->desk;
}
