#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "reconciler/io/process.h"

enum {
	FIRST_FD = 3,
	FDS_MAX = 1024, /* closed one by one where the kernel cannot */
	READ_BYTES = 4096,
	/* Its end shows at once where it holds our pipe, else by looking. */
	LOOK_MS = 50,
	SOON_MS = 1,
	SOON_LOOKS = 20
};

/* ---- starting ----------------------------------------------------------- */

static void close_rest(void)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, FIRST_FD, ~0U, 0) == 0)
		return;
#endif
	for (int fd = FIRST_FD; fd < FDS_MAX; fd++)
		close(fd);
}

/* In the child, where only what is safe in a signal handler may be called. */
static void become(const struct process_start *start, int in, int out)
{
	static const char sorry[] = "it cannot be executed\n";
	sigset_t none;
	ssize_t written;

	(void)setpgid(0, 0);
	/* Killed, we could not keep the order of one account otherwise. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(127);
	close_rest();
	(void)signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir("/") == 0)
		/* execve takes what it never changes as char *. */
		execve(start->argv[0], (char *const *)(const void *)start->argv,
		    (char *const *)(const void *)start->envp);
	written = write(2, sorry, sizeof(sorry) - 1);
	(void)written;
	_exit(127);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Ours at [ours] is closed on exec and never waits. */
static int open_pipe(int fds[2], int ours, struct err_text *err)
{
	if (pipe(fds) != 0)
		return err_set(err, ERR_AGAIN, "pipe: %s", strerror(errno));
	if (fcntl(fds[0], F_SETFD, FD_CLOEXEC) == 0 &&
	    fcntl(fds[1], F_SETFD, FD_CLOEXEC) == 0 &&
	    fcntl(fds[ours], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	close(fds[0]);
	close(fds[1]);
	return err_set(err, ERR_FAIL, "fcntl: %s", strerror(errno));
}

static void begin(struct process *process, const struct process_start *start,
    pid_t pid, int in, int out)
{
	*process = (struct process){
	    .pid = pid,
	    .in = in,
	    .out = out,
	    .input = start->input,
	    .left = start->len,
	    .started_ms = clock_mono_ms(),
	};
	process->term_at_ms = process->started_ms + start->timeout_ms;
}

int process_start(struct process *process, const struct process_start *start,
    struct err_text *err)
{
	int in[2], out[2];
	pid_t pid;
	int rc = open_pipe(in, 1, err);

	if (rc != 0)
		return rc;
	rc = open_pipe(out, 0, err);
	if (rc != 0) {
		close(in[0]);
		close(in[1]);
		return rc;
	}
	pid = fork();
	if (pid == 0)
		become(start, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (pid < 0) {
		rc = err_set(err, ERR_AGAIN, "fork: %s", strerror(errno));
		close(in[1]);
		close(out[0]);
		return rc;
	}
	(void)setpgid(pid, pid); /* whoever of the two comes first */
	begin(process, start, pid, in[1], out[0]);
	return 0;
}

/* ---- while it runs ------------------------------------------------------ */

static void feed(struct process *process)
{
	while (process->in >= 0 && process->left > 0) {
		ssize_t n = write(process->in, process->input, process->left);

		if (n > 0) {
			process->input += n;
			process->left -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			return;
		} else if (n < 0 && errno != EINTR) {
			break; /* it does not want to hear it */
		}
	}
	close_fd(&process->in);
}

/* Only the end is kept: that is where programs say what was wrong. */
static void remember(struct process *process, const char *data, size_t len)
{
	size_t keep;

	if (len >= PROCESS_SAID_MAX) {
		data += len - PROCESS_SAID_MAX;
		len = PROCESS_SAID_MAX;
	}
	keep = PROCESS_SAID_MAX - len;
	if (process->n_said > keep) {
		memmove(process->said, process->said + process->n_said - keep,
		    keep);
		process->n_said = keep;
	}
	memcpy(process->said + process->n_said, data, len);
	process->n_said += len;
}

/* A few reads a turn: one that never stops writing must not stop us. */
static void listen_to(struct process *process)
{
	char data[READ_BYTES];

	for (int i = 0; process->out >= 0 && i < 16; i++) {
		ssize_t n = read(process->out, data, sizeof(data));

		if (n > 0)
			remember(process, data, (size_t)n);
		else if (n == 0)
			close_fd(&process->out);
		else if (errno != EINTR)
			return;
	}
}

void process_turn(struct process *process, int64_t now_ms)
{
	feed(process);
	listen_to(process);
	if (process->out < 0)
		process->looks++;
	if (process->kill_at_ms == 0 && now_ms >= process->term_at_ms) {
		(void)kill(-process->pid, SIGTERM);
		process->kill_at_ms = now_ms + PROCESS_TERM_MS;
	} else if (process->kill_at_ms != 0 && now_ms >= process->kill_at_ms) {
		(void)kill(-process->pid, SIGKILL);
		process->kill_at_ms = now_ms + PROCESS_TERM_MS;
	}
}

int64_t process_wait_ms(const struct process *process, int64_t now_ms)
{
	int64_t until_ms = process->kill_at_ms != 0 ? process->kill_at_ms
						    : process->term_at_ms;
	int64_t wait_ms =
	    process->out < 0 && process->looks < SOON_LOOKS ? SOON_MS : LOOK_MS;

	if (until_ms - now_ms < wait_ms)
		wait_ms = until_ms - now_ms;
	return wait_ms > 0 ? wait_ms : 0;
}

/* ---- its end ------------------------------------------------------------ */

/* The last line that is not empty; bytes that are no text are marked. */
static const char *last_line(struct process *process)
{
	char *said = process->said;
	size_t len = process->n_said;
	size_t at;

	while (len > 0 && strchr("\r\n\t ", said[len - 1]) != NULL)
		len--;
	for (at = len; at > 0 && said[at - 1] != '\n'; at--)
		;
	said[len] = '\0';
	for (size_t i = at; i < len; i++) {
		if (said[i] == '\0' || ((unsigned char)said[i] >= 0x80 &&
					   !text_is_utf8(said + at, len - at)))
			said[i] = '?';
	}
	return said + at;
}

static void explain(
    struct process *process, const siginfo_t *info, char *why, size_t cap)
{
	const char *line = last_line(process);
	const char *colon = *line == '\0' ? "" : ": ";
	struct err_text text;

	if (process->kill_at_ms != 0)
		(void)err_set(&text, ERR_FAIL,
		    "it took longer than allowed%s%s", colon, line);
	else if (info->si_code == CLD_EXITED)
		(void)err_set(&text, ERR_FAIL, "exit status %d%s%s",
		    info->si_status, colon, line);
	else
		(void)err_set(&text, ERR_FAIL, "ended by signal %d%s%s",
		    info->si_status, colon, line);
	(void)snprintf(why, cap, "%s", text.text);
}

static void reap(struct process *process)
{
	int status;

	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	close_fd(&process->in);
	close_fd(&process->out);
	process->pid = 0;
}

bool process_ended(struct process *process, char *why, size_t cap)
{
	siginfo_t info;
	bool ok;

	memset(&info, 0, sizeof(info));
	/* Not reaped yet, so that its number still is its group's. */
	if (waitid(P_PID, (id_t)process->pid, &info,
		WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    info.si_pid == 0)
		return false;
	listen_to(process);
	ok = process->kill_at_ms == 0 && info.si_code == CLD_EXITED &&
	     info.si_status == 0;
	why[0] = '\0';
	if (!ok) {
		explain(process, &info, why, cap);
		(void)kill(-process->pid, SIGKILL);
	}
	reap(process);
	return true;
}

void process_kill(struct process *process)
{
	if (process->pid == 0)
		return;
	(void)kill(-process->pid, SIGKILL);
	(void)kill(process->pid, SIGKILL); /* it may have no group yet */
	reap(process);
}
