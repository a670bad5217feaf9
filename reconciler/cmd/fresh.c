#include <poll.h>
#include <stdio.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"

#include "reconciler/io/barrier.h"
#include "reconciler/io/worker.h"

#include "reconciler/cmd/cmd.h"
#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/fresh.h"

enum {
	LOOK_MS = 25, /* how often it is seen what another worker has done */
	/* and how often whether there is another one at all */
	LOCK_MS = 100
};

/* One wait. */
struct wait {
	const struct cmd_context *context;
	struct cmd_session *session;
	struct barrier *barrier;
	bool can_work;
	int64_t lock_at_ms; /* monotonic: when the lock is tried next */
};

int fresh_open(const struct cmd_context *context, struct cmd_session *session,
    struct fresh *out)
{
	struct loaded_settings *loaded = NULL;

	out->has_keys = settings_load(context->config_path, SETTINGS_API_KEYS,
			    &loaded, &out->why) == 0;
	settings_unload(loaded);
	return cmd_open(context,
	    out->has_keys ? SETTINGS_API_KEYS : SETTINGS_NO_SECRETS, session);
}

static void say(void *cookie, const char *line)
{
	const struct cmd_context *context = cookie;

	fprintf(stderr, "trueup %s: %s\n", context->cmd->name, line);
}

static bool is_enough(void *cookie)
{
	return barrier_step(cookie);
}

/* As the store's one worker, for this and nothing else. */
static void work(struct wait *wait)
{
	struct worker_options options = {
	    .max_time_ms = barrier_left_ms(wait->barrier),
	    .enough = is_enough,
	    .cookie = wait->barrier};
	bool loud = wait->context->log.level == LOG_DEBUG;
	struct worker_report report;
	struct err_text err;

	if (options.max_time_ms == 0)
		return;
	if (worker_run(wait->session->settings, wait->session->store, &options,
		loud ? &wait->context->log : NULL, &report, &err) == 0)
		return;
	cmd_fail(wait->context, &err);
	wait->can_work = false;
}

static void work_if_alone(struct wait *wait)
{
	struct store *store = wait->session->store;
	struct err_text err;
	int rc;

	if (!wait->can_work || clock_mono_ms() < wait->lock_at_ms)
		return;
	wait->lock_at_ms = clock_mono_ms() + LOCK_MS;
	rc = store_lock_worker(store, &err);
	if (rc == ERR_AGAIN)
		return; /* that one does it */
	if (rc == 0)
		work(wait);
	else
		wait->can_work = false;
	if (rc != 0)
		cmd_fail(wait->context, &err);
	store_unlock_worker(store);
}

static void pause_a_little(const struct barrier *barrier)
{
	struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
	int64_t left_ms = barrier_left_ms(barrier);

	(void)poll(&stop, 1, left_ms < LOOK_MS ? (int)left_ms : LOOK_MS);
}

/* Nobody is there to fetch anything, as it seems: that is worth a line. */
static void warn(const struct wait *wait, const struct fresh *fresh)
{
	if (fresh->has_keys || store_has_worker(wait->session->store))
		return;
	fprintf(stderr,
	    "trueup %s: no worker runs, and this process cannot be it (%s): "
	    "waiting for one\n",
	    wait->context->cmd->name, fresh->why.text);
}

static int see(const struct cmd_context *context, struct cmd_session *session)
{
	struct err_text err;
	int rc = store_view_open(session->store, &session->view, &err);

	if (rc != 0)
		cmd_fail(context, &err);
	session->now_ms = clock_wall_ms();
	return rc;
}

int fresh_wait(const struct cmd_context *context, struct cmd_session *session,
    const struct fresh *fresh, struct barrier *barrier)
{
	struct wait wait = {.context = context,
	    .session = session,
	    .barrier = barrier,
	    .can_work = fresh->has_keys};
	struct cmd_context copy = *context;

	if (!barrier_step(barrier)) {
		warn(&wait, fresh);
		work_if_alone(&wait);
		while (!barrier_step(barrier)) {
			pause_a_little(barrier);
			work_if_alone(&wait);
		}
	}
	barrier_tell(barrier, say, &copy);
	return see(context, session);
}
