/* run: receiver, worker and query API, each a process of its own, supervised.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"

#include "reconciler/cmd/child.h"
#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

enum {
	CHILDREN = 3,
	RESTART_BASE_MS = 500,
	RESTART_CAP_MS = 30 * 1000,
	/* A child that lived this long did not fail at its start. */
	SETTLED_MS = 10 * 1000,
	LOOK_MS = 200,
	STOP_GRACE_MS = 15 * 1000
};

/* A child is running (pid > 0) or waits for start_at_ms. */
struct child {
	const char *name;
	const char *args[3];
	pid_t pid;
	int64_t started_ms; /* monotonic */
	int64_t start_at_ms;
	int64_t delay_ms;
};

/* The same binary, so that a trust domain is a process: nothing is shared. */
static void become(const struct cmd_context *context, const struct child *child)
{
	const char *argv[CHILD_ARGS_MAX];

	child_args(context, child->args, argv);
	child_become(argv);
}

static void tell(const struct cmd_context *context, const char *event,
    enum log_level level, const struct child *child, int64_t number,
    const char *key)
{
	struct log_pair pairs[] = {
	    log_text("process", child->name),
	    log_number(key, number),
	};

	log_event(&context->log, level, event, pairs, 2);
}

static void start(const struct cmd_context *context, struct child *child)
{
	pid_t pid = fork();

	if (pid == 0)
		become(context, child);
	child->started_ms = clock_mono_ms();
	if (pid < 0) {
		child->start_at_ms = child->started_ms + RESTART_CAP_MS;
		return;
	}
	child->pid = pid;
	tell(context, "started", LOG_INFO, child, (int64_t)pid, "pid");
}

static void bury(
    const struct cmd_context *context, struct child *child, int status)
{
	int64_t now_ms = clock_mono_ms();
	bool settled = now_ms - child->started_ms > SETTLED_MS;

	child->pid = 0;
	child->delay_ms = settled ? RESTART_BASE_MS : 2 * child->delay_ms;
	if (child->delay_ms > RESTART_CAP_MS)
		child->delay_ms = RESTART_CAP_MS;
	child->start_at_ms = now_ms + child->delay_ms;
	if (!stop_requested())
		tell(context, "ended", LOG_ERR, child,
		    WIFSIGNALED(status) ? -WTERMSIG(status)
					: WEXITSTATUS(status),
		    "status");
}

static size_t reap(const struct cmd_context *context, struct child *children)
{
	size_t alive = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < CHILDREN; i++) {
			if (children[i].pid == pid)
				bury(context, &children[i], status);
		}
	}
	for (size_t i = 0; i < CHILDREN; i++)
		alive += children[i].pid > 0;
	return alive;
}

static void send_all(const struct child *children, int number)
{
	for (size_t i = 0; i < CHILDREN; i++) {
		if (children[i].pid > 0)
			kill(children[i].pid, number);
	}
}

static void pause_a_little(bool stopping)
{
	struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};

	/* Once asked to stop, its descriptor would end every wait. */
	poll(&stop, stopping ? 0 : 1, LOOK_MS);
}

static void supervise(const struct cmd_context *context, struct child *children)
{
	while (!stop_requested()) {
		reap(context, children);
		for (size_t i = 0; i < CHILDREN; i++) {
			if (children[i].pid == 0 &&
			    clock_mono_ms() >= children[i].start_at_ms)
				start(context, &children[i]);
		}
		pause_a_little(false);
	}
}

static void stop_children(
    const struct cmd_context *context, struct child *children)
{
	int64_t until_ms = clock_mono_ms() + STOP_GRACE_MS;

	send_all(children, SIGTERM);
	while (reap(context, children) > 0 && clock_mono_ms() < until_ms)
		pause_a_little(true);
	send_all(children, SIGKILL);
	while (reap(context, children) > 0)
		pause_a_little(true);
}

int cmd_run(struct cmd_context *context)
{
	struct child children[CHILDREN] = {
	    {.name = "receive",
		.args = {"receive", NULL},
		.delay_ms = RESTART_BASE_MS},
	    {.name = "work",
		.args = {"work", "--follow", NULL},
		.delay_ms = RESTART_BASE_MS},
	    {.name = "serve",
		.args = {"serve", NULL},
		.delay_ms = RESTART_BASE_MS},
	};
	struct cmd_session session;
	struct err_text err;
	int rc;

	if (!cmd_parse(context, NULL, 0, 0, 0))
		return CMD_ERROR;
	/* An honest start: what is wrong is said before anything runs. */
	rc = cmd_open_settings(context, SETTINGS_ALL_SECRETS, &session);
	cmd_close(&session);
	if (rc != 0)
		return CMD_ERROR;
	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	supervise(context, children);
	stop_children(context, children);
	return CMD_OK;
}
