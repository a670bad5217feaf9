/*
 * One program that is run with a text on its standard input, for a bounded
 * time, in a process group of its own and with nothing of ours: no environment,
 * no open file, no signal that is ignored.
 */
#ifndef TRUEUP_IO_PROCESS_H
#define TRUEUP_IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err_text;

enum {
	PROCESS_SAID_MAX = 400, /* of what it wrote, the end */
	PROCESS_TERM_MS = 2000	/* from SIGTERM to SIGKILL */
};

struct process {
	pid_t pid;	   /* and its process group; 0: none */
	int in;		   /* -1: it has all its input, or wants no more */
	int out;	   /* -1: nobody can write there any more */
	const char *input; /* borrowed */
	size_t left;
	int64_t started_ms; /* monotonic */
	int64_t term_at_ms; /* when it has had its time */
	int64_t kill_at_ms; /* 0: SIGTERM was not sent yet */
	unsigned int looks; /* since out is closed */
	char said[PROCESS_SAID_MAX + 1];
	size_t n_said;
};

struct process_start {
	const char *const *argv; /* argv[0] is a path */
	const char *const *envp;
	const char *input;
	size_t len;
	int64_t timeout_ms;
};

/* process_start(process, start, err): input is borrowed until it has ended. */
int process_start(struct process *process, const struct process_start *start,
    struct err_text *err);

/*
 * process_turn(process, now): (monotonic) feed and listen as far as that goes
 * without waiting; SIGTERM and SIGKILL to the group when it is time.
 */
void process_turn(struct process *process, int64_t now_ms);

/*
 * process_wait_ms(process, now): how soon to look again if neither in is
 * writable nor out readable before.
 */
int64_t process_wait_ms(const struct process *process, int64_t now_ms);

/*
 * process_ended(process, why, cap): it has ended and is reaped; what is left of
 * its group after a failure is killed. *why: "" for success, which is exit
 * status 0 in time; else what was wrong and the end of what it said, in UTF-8.
 * What left its group, or outlives a success, is nobody's.
 */
bool process_ended(struct process *process, char *why, size_t cap);

/* process_kill(process): SIGKILL to the group, and reap. */
void process_kill(struct process *process);

#endif
