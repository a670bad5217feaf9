#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/child.h"
#include "reconciler/cmd/cmd.h"

#include "reconciler/cmd/keeper.h"

enum {
	RESTART_BASE_MS = 500,
	RESTART_CAP_MS = 30 * 1000,
	/* One that lived this long did not fail at its start. */
	SETTLED_MS = 10 * 1000,
	/* From SIGTERM to SIGKILL: more than it allows itself. */
	KILL_AFTER_MS = 8 * 1000
};

struct keeper {
	const struct cmd_context *context;
	const char *argv[CHILD_ARGS_MAX];
	pthread_t thread;
	int wake[2]; /* to the thread: it is to end */
	atomic_bool ending;
	_Atomic int64_t until_ms; /* monotonic; 0: no limit */
	/* Of the thread alone. */
	pid_t pid;    /* 0: none runs */
	int line;     /* its standard input, our end; -1 */
	bool hung_up; /* it was told that nothing more comes */
	int status;   /* of the last that ended */
	int64_t started_ms;
	int64_t start_at_ms;
	int64_t delay_ms;
	int64_t kill_at_ms; /* 0: SIGTERM was not sent */
};

static void tell(const struct keeper *k, const char *event,
    enum log_level level, const char *key, int64_t number)
{
	struct log_pair pairs[] = {
	    log_text("process", "deliver"), log_number(key, number)};

	log_event(&k->context->log, level, event, pairs, 2);
}

/* ---- the process -------------------------------------------------------- */

static void become(const struct keeper *k, int line)
{
	sigset_t none;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(line, STDIN_FILENO) >= 0)
		child_become(k->argv);
	_exit(127);
}

static void put_off(struct keeper *k, int64_t now_ms)
{
	bool settled = now_ms - k->started_ms > SETTLED_MS;

	k->delay_ms =
	    settled || k->delay_ms == 0 ? RESTART_BASE_MS : 2 * k->delay_ms;
	if (k->delay_ms > RESTART_CAP_MS)
		k->delay_ms = RESTART_CAP_MS;
	k->start_at_ms = now_ms + k->delay_ms;
}

static void start(struct keeper *k)
{
	int pair[2];

	k->started_ms = clock_mono_ms();
	put_off(k, k->started_ms);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	k->pid = fork();
	if (k->pid == 0)
		become(k, pair[1]);
	close(pair[1]);
	k->line = pair[0];
	k->hung_up = false;
	k->kill_at_ms = 0;
	if (k->pid > 0) {
		tell(k, "started", LOG_DEBUG, "pid", (int64_t)k->pid);
		return;
	}
	k->pid = 0;
	close(k->line);
	k->line = -1;
}

/* Its end of the line is closed: it has ended, or is about to. */
static void bury(struct keeper *k)
{
	int status = 0;
	bool asked = k->hung_up || k->kill_at_ms != 0 || stop_requested();

	while (waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
		;
	k->status =
	    WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	close(k->line);
	k->line = -1;
	k->pid = 0;
	put_off(k, clock_mono_ms());
	if (!asked && k->status != CMD_OK)
		tell(k, "ended", LOG_ERR, "status", k->status);
}

static void press(struct keeper *k, int64_t now_ms)
{
	int64_t until_ms = atomic_load(&k->until_ms);
	bool ending = atomic_load(&k->ending);

	if (k->pid == 0)
		return;
	if (ending && !k->hung_up) {
		(void)shutdown(k->line, SHUT_WR);
		k->hung_up = true;
	}
	if (k->kill_at_ms == 0 &&
	    (stop_requested() ||
		(ending && until_ms != 0 && now_ms >= until_ms))) {
		(void)kill(k->pid, SIGTERM);
		k->kill_at_ms = now_ms + KILL_AFTER_MS;
	} else if (k->kill_at_ms != 0 && now_ms >= k->kill_at_ms) {
		(void)kill(k->pid, SIGKILL);
	}
}

/* ---- the thread --------------------------------------------------------- */

/* Until something is to be done about time; -1: nothing. */
static int wait_ms(const struct keeper *k, int64_t now_ms)
{
	int64_t at_ms = 0;

	if (k->pid == 0)
		at_ms = k->start_at_ms;
	else if (k->kill_at_ms != 0)
		at_ms = k->kill_at_ms;
	else if (atomic_load(&k->ending))
		at_ms = atomic_load(&k->until_ms);
	if (at_ms == 0)
		return -1;
	return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

static void pause_until_news(struct keeper *k)
{
	struct pollfd fds[] = {
	    {.fd = k->line, .events = POLLIN},
	    {.fd = atomic_load(&k->ending) ? -1 : k->wake[0], .events = POLLIN},
	    {.fd = k->kill_at_ms != 0 ? -1 : stop_fd(), .events = POLLIN},
	};

	(void)poll(fds, 3, wait_ms(k, clock_mono_ms()));
	if (k->pid != 0 && fds[0].revents != 0)
		bury(k);
}

static bool is_over(const struct keeper *k)
{
	bool tried = k->started_ms != 0;

	return k->pid == 0 &&
	       ((tried && atomic_load(&k->ending)) || stop_requested());
}

static void *keep(void *cookie)
{
	struct keeper *k = cookie;

	while (!is_over(k)) {
		int64_t now_ms = clock_mono_ms();

		if (k->pid == 0 && now_ms >= k->start_at_ms)
			start(k);
		press(k, now_ms);
		pause_until_news(k);
	}
	return NULL;
}

/* ---- from outside ------------------------------------------------------- */

static void keeper_free(struct keeper *k)
{
	for (size_t i = 0; i < 2; i++) {
		if (k->wake[i] >= 0)
			close(k->wake[i]);
	}
	free(k);
}

static int start_thread(struct keeper *k, struct err_text *err)
{
	sigset_t all, before;
	int rc;

	if (pipe(k->wake) != 0)
		return err_set(err, ERR_FAIL, "pipe: %s", strerror(errno));
	for (size_t i = 0; i < 2; i++)
		(void)fcntl(k->wake[i], F_SETFD, FD_CLOEXEC);
	/* Signals are for the first thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&k->thread, NULL, keep, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc == 0 ? 0
		       : err_set(err, ERR_FAIL, "no thread: %s", strerror(rc));
}

int keeper_start(const struct cmd_context *context,
    const struct settings *settings, struct keeper **out, struct err_text *err)
{
	static const char *const args[] = {"deliver", "--until-eof", NULL};
	const struct delivery_settings *s = &settings->on_change;
	struct keeper *k;
	int rc;

	*out = NULL;
	if (s->command == NULL && s->url == NULL)
		return 0;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return err_set(err, ERR_FAIL, "no memory for the keeper");
	k->context = context;
	k->line = k->wake[0] = k->wake[1] = -1;
	child_args(context, args, k->argv);
	rc = start_thread(k, err);
	if (rc != 0)
		keeper_free(k);
	else
		*out = k;
	return rc;
}

bool keeper_end(struct keeper *k, int64_t until_ms)
{
	ssize_t written;
	bool ok;

	if (k == NULL)
		return true;
	atomic_store(&k->until_ms, until_ms);
	atomic_store(&k->ending, true);
	written = write(k->wake[1], "", 1);
	(void)written; /* an empty pipe has room for it */
	pthread_join(k->thread, NULL);
	ok = k->status == CMD_OK || k->status == CMD_ATTENTION;
	keeper_free(k);
	return ok;
}
