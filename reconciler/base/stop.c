#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "reconciler/base/err.h"

#include "reconciler/base/stop.h"

/* The flag is what waits look at; the pipe is what wakes them. */
static atomic_int stop_flag; /* threads look at it too */
static volatile sig_atomic_t stop_pipe[2] = {-1, -1};

static void on_signal(int number)
{
	int saved = errno;
	ssize_t written;

	(void)number;
	atomic_store(&stop_flag, 1);
	written = write(stop_pipe[1], "", 1);
	(void)written; /* a full pipe is readable already */
	errno = saved;
}

static int open_pipe(struct err_text *err)
{
	int fds[2];

	if (pipe(fds) != 0)
		return err_set(err, ERR_FAIL, "pipe: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		if (fcntl(fds[i], F_SETFL, O_NONBLOCK) != 0 ||
		    fcntl(fds[i], F_SETFD, FD_CLOEXEC) != 0) {
			err_set(err, ERR_FAIL, "fcntl: %s", strerror(errno));
			close(fds[0]);
			close(fds[1]);
			return ERR_FAIL;
		}
		stop_pipe[i] = fds[i];
	}
	return 0;
}

int stop_install(struct err_text *err)
{
	struct sigaction action;
	int rc = open_pipe(err);

	if (rc != 0)
		return rc;
	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_handler = on_signal;
	if (sigaction(SIGTERM, &action, NULL) != 0 ||
	    sigaction(SIGINT, &action, NULL) != 0)
		return err_set(err, ERR_FAIL, "sigaction: %s", strerror(errno));
	action.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &action, NULL) != 0)
		return err_set(err, ERR_FAIL, "sigaction: %s", strerror(errno));
	return 0;
}

bool stop_requested(void)
{
	return atomic_load(&stop_flag) != 0;
}

int stop_fd(void)
{
	return stop_pipe[0];
}
