#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/delivery.h"

#include "reconciler/io/carrier.h"
#include "reconciler/io/process.h"
#include "reconciler/io/window.h"

#include "reconciler/io/command.h"

enum {
	OTHER_FDS_MAX = 2,
	VARIABLE_MAX = 48,
	/* How long one that was told to end may take. */
	CLOSE_MS = 1000,
	CLOSE_LOOK_MS = 20
};

static const char PATH[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
			   "/usr/bin:/sbin:/bin";

struct running {
	struct process process; /* pid 0: free */
	struct parcel *parcel;
};

struct command {
	const struct delivery_settings *settings;
	struct running *running;
	size_t n;
	struct pollfd *fds; /* two for each, and the others */
};

static int start(void *self, struct parcel *parcel, struct err_text *err)
{
	struct command *c = self;
	char seq[VARIABLE_MAX], attempt[VARIABLE_MAX];
	const char *envp[] = {PATH, seq, attempt, NULL};
	const struct process_start how = {
	    .argv = c->settings->command,
	    .envp = envp,
	    .input = parcel->line,
	    .len = parcel->line_len + 1,
	    .timeout_ms = c->settings->timeout_ms,
	};

	(void)snprintf(seq, sizeof(seq), "TRUEUP_SEQ=%llu",
	    (unsigned long long)parcel->seq);
	(void)snprintf(attempt, sizeof(attempt), "TRUEUP_ATTEMPT=%u",
	    parcel->attempts + 1);
	for (size_t i = 0; i < c->n; i++) {
		struct running *r = &c->running[i];

		if (r->process.pid != 0)
			continue;
		r->parcel = parcel;
		return process_start(&r->process, &how, err);
	}
	return err_set(err, ERR_FULL, "too many commands at once");
}

static void add_fd(struct pollfd *fds, size_t *n, int fd, short events)
{
	if (fd >= 0)
		fds[(*n)++] = (struct pollfd){.fd = fd, .events = events};
}

static int wait_for(void *self, const int *fds, size_t n, int64_t timeout_ms,
    struct err_text *err)
{
	struct command *c = self;
	int64_t now_ms = clock_mono_ms();
	size_t used = 0;

	(void)err;
	for (size_t i = 0; i < n && i < OTHER_FDS_MAX; i++)
		add_fd(c->fds, &used, fds[i], POLLIN);
	for (size_t i = 0; i < c->n; i++) {
		const struct process *p = &c->running[i].process;
		int64_t wait_ms;

		if (p->pid == 0)
			continue;
		add_fd(c->fds, &used, p->in, POLLOUT);
		add_fd(c->fds, &used, p->out, POLLIN);
		wait_ms = process_wait_ms(p, now_ms);
		if (wait_ms < timeout_ms)
			timeout_ms = wait_ms;
	}
	(void)poll(c->fds, (nfds_t)used, timeout_ms > 0 ? (int)timeout_ms : 0);
	now_ms = clock_mono_ms();
	for (size_t i = 0; i < c->n; i++) {
		if (c->running[i].process.pid != 0)
			process_turn(&c->running[i].process, now_ms);
	}
	return 0;
}

static bool next(void *self, struct carried *out)
{
	struct command *c = self;
	char why[ERR_TEXT_MAX];

	for (size_t i = 0; i < c->n; i++) {
		struct running *r = &c->running[i];

		if (r->process.pid == 0 ||
		    !process_ended(&r->process, why, sizeof(why)))
			continue;
		memset(out, 0, sizeof(*out));
		out->parcel = r->parcel;
		out->ok = why[0] == '\0';
		out->took_ms = clock_mono_ms() - r->process.started_ms;
		carrier_say(out, why);
		return true;
	}
	return false;
}

static bool any_left(struct command *c)
{
	char why[ERR_TEXT_MAX];
	bool left = false;

	for (size_t i = 0; i < c->n; i++) {
		struct process *p = &c->running[i].process;

		if (p->pid == 0 || process_ended(p, why, sizeof(why)))
			continue;
		left = true;
	}
	return left;
}

/* Asked to end, given a moment, and made to. */
static void end_all(struct command *c)
{
	int64_t until_ms = clock_mono_ms() + CLOSE_MS;

	for (size_t i = 0; i < c->n; i++) {
		if (c->running[i].process.pid != 0)
			(void)kill(-c->running[i].process.pid, SIGTERM);
	}
	while (any_left(c) && clock_mono_ms() < until_ms)
		(void)poll(NULL, 0, CLOSE_LOOK_MS);
	for (size_t i = 0; i < c->n; i++)
		process_kill(&c->running[i].process);
}

static void close_command(void *self)
{
	struct command *c = self;

	if (c == NULL)
		return;
	if (c->running != NULL)
		end_all(c);
	free(c->running);
	free(c->fds);
	free(c);
}

int command_open(const struct delivery_settings *settings, struct carrier *out,
    struct err_text *err)
{
	struct command *c = calloc(1, sizeof(*c));

	*out = (struct carrier){.self = c,
	    .start = start,
	    .wait = wait_for,
	    .next = next,
	    .close = close_command};
	if (c == NULL)
		return err_set(err, ERR_FAIL, "no memory for commands");
	c->settings = settings;
	c->n = (size_t)settings->concurrency;
	c->running = calloc(c->n, sizeof(*c->running));
	c->fds = calloc(2 * c->n + OTHER_FDS_MAX, sizeof(*c->fds));
	if (c->running == NULL || c->fds == NULL)
		return err_set(err, ERR_FAIL, "no memory for commands");
	return 0;
}
