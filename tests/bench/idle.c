/*
 * idle: runs a program again and again and measures each run, whole process.
 *
 *   idle RUNS PROGRAM [ARGUMENT]...
 *
 * Prints one line: the best and the median in milliseconds, and the highest
 * resident memory of any run in KiB. Its output is dropped; a run that ends
 * otherwise than with status 0 ends all.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

enum { RUNS_MAX = 100000 };

extern char **environ;

static int64_t mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "idle: %s\n", what);
	exit(2);
}

/* Milliseconds of one run; *kib is raised to what it had in memory. */
static double run(
    char **argv, const posix_spawn_file_actions_t *actions, long *kib)
{
	struct rusage used = {0};
	int64_t begin_ns = mono_ns();
	int status = 0;
	pid_t pid;
	pid_t ended;

	need(posix_spawn(&pid, argv[0], actions, NULL, argv, environ) == 0,
	    "the program does not start");
	do
		ended = wait4(pid, &status, 0, &used);
	while (ended < 0 && errno == EINTR);
	need(ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "the program failed");
	if (used.ru_maxrss > *kib)
		*kib = used.ru_maxrss;
	return (double)(mono_ns() - begin_ns) / 1e6;
}

static int compare(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	long n = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	double *ms;
	long kib = 0;

	need(n > 0 && n <= RUNS_MAX, "usage: idle RUNS PROGRAM [ARGUMENT]...");
	ms = calloc((size_t)n, sizeof(*ms));
	need(ms != NULL, "out of memory");
	need(posix_spawn_file_actions_init(&actions) == 0 &&
		 posix_spawn_file_actions_addopen(
		     &actions, 1, "/dev/null", O_WRONLY, 0) == 0 &&
		 posix_spawn_file_actions_addopen(
		     &actions, 2, "/dev/null", O_WRONLY, 0) == 0,
	    "out of memory");
	for (long i = 0; i < n; i++)
		ms[i] = run(argv + 2, &actions, &kib);
	qsort(ms, (size_t)n, sizeof(*ms), compare);
	printf("%.3f %.3f %ld\n", ms[0], ms[n / 2], kib);
	posix_spawn_file_actions_destroy(&actions);
	free(ms);
	return 0;
}
