/* io/process: programs that end well, badly, late, or never. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/io/process.h"

enum { LONG_MS = 60 * 1000, DEADLINE_MS = 60 * 1000 };

/* Runs a shell text to its end; what was wrong, or "". */
static const char *run(const char *script, const char *input, size_t len,
    int64_t timeout_ms, char why[256])
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	const char *const envp[] = {"PATH=/usr/bin:/bin", "WORD=given", NULL};
	const struct process_start start = {argv, envp, input, len, timeout_ms};
	int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
	struct process process;
	struct err_text err;

	assert_int_equal(process_start(&process, &start, &err), 0);
	do {
		int64_t now_ms = clock_mono_ms();

		assert_true(now_ms < until_ms);
		process_turn(&process, now_ms);
		(void)poll(NULL, 0, 1);
	} while (!process_ended(&process, why, 256));
	assert_int_equal(process.pid, 0);
	/* Nothing is left to be reaped. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	return why;
}

static const char *say(const char *script, char why[256])
{
	return run(script, "line\n", 5, LONG_MS, why);
}

static void test_how_it_ended(void **state)
{
	static const struct {
		const char *script, *why;
	} cases[] = {
	    {"read x; test \"$x\" = line", ""},
	    {"exit 0", ""}, /* without reading */
	    {"exec <&-; exit 0", ""},
	    {"exit 3", "exit status 3"},
	    {"echo oops >&2; exit 4", "exit status 4: oops"},
	    {"echo one; echo; echo two; echo; exit 1", "exit status 1: two"},
	    {"printf 'a\\377b'; exit 1", "exit status 1: a?b"},
	    {"printf 'a\\303\\251b'; exit 1", "exit status 1: a\303\251b"},
	    {"printf 'a\\000b'; exit 1", "exit status 1: a?b"},
	    {"echo no; kill -9 $$", "ended by signal 9: no"},
	    {"test \"$WORD\" = given && test -z \"$HOME\"", ""},
	    {"test \"$(pwd)\" = /", ""},
	    /* No descriptor of ours. */
	    {"for f in /proc/self/fd/*; do case ${f##*/} in [0123]) ;; *) echo "
	     "$f; exit 1 ;; esac; done",
		""},
	    {"kill -PIPE $$", "ended by signal 13"},
	};
	char why[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(say(cases[i].script, why), cases[i].why);
}

static void test_no_such_program(void **state)
{
	static const char *const argv[] = {"/nowhere/program", NULL};
	static const char *const envp[] = {NULL};
	const struct process_start start = {argv, envp, "x", 1, LONG_MS};
	struct process process;
	struct err_text err;
	char why[256];

	(void)state;
	assert_int_equal(process_start(&process, &start, &err), 0);
	do {
		process_turn(&process, clock_mono_ms());
		(void)poll(NULL, 0, 1);
	} while (!process_ended(&process, why, sizeof(why)));
	assert_string_equal(why, "exit status 127: it cannot be executed");
}

static void test_much_in_and_out(void **state)
{
	size_t len = 1024 * 1024;
	char *input = malloc(len);
	char why[256];

	(void)state;
	assert_non_null(input);
	memset(input, 'x', len);
	/* All of it, although more comes out than a pipe holds. */
	assert_string_equal(
	    run("n=$(tee /dev/stderr | wc -c); test $n = 1048576", input, len,
		LONG_MS, why),
	    "");
	assert_string_equal(
	    run("head -c 10 >/dev/null; exit 0", input, len, LONG_MS, why), "");
	free(input);
}

static void test_too_long(void **state)
{
	char why[256];

	(void)state;
	assert_string_equal(run("echo wait; sleep 1000", "", 0, 100, why),
	    "it took longer than allowed: wait");
	/* It does not hear SIGTERM. */
	assert_string_equal(
	    run("trap '' TERM; while :; do sleep 1; done", "", 0, 100, why),
	    "it took longer than allowed");
	/* To end well then is too late. */
	assert_string_equal(
	    run("trap 'exit 0' TERM; sleep 1000 & wait", "", 0, 100, why),
	    "it took longer than allowed");
}

/* What it leaves behind holds our pipes, and does not hold us. */
static void test_a_daemon(void **state)
{
	int64_t began_ms = clock_mono_ms();
	char why[256];

	(void)state;
	say("setsid sleep 1000 & echo $! >&2; exit 1", why);
	assert_true(clock_mono_ms() - began_ms < DEADLINE_MS);
	assert_int_equal(strncmp(why, "exit status 1: ", 15), 0);
	assert_int_equal(kill((pid_t)strtol(why + 15, NULL, 10), SIGKILL), 0);
}

static void test_killed(void **state)
{
	static const char *const argv[] = {"/bin/sleep", "1000", NULL};
	static const char *const envp[] = {NULL};
	const struct process_start start = {argv, envp, "x", 1, LONG_MS};
	struct process process;
	struct err_text err;

	(void)state;
	assert_int_equal(process_start(&process, &start, &err), 0);
	process_kill(&process);
	assert_int_equal(process.pid, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	process_kill(&process); /* once more is nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_how_it_ended),
	    cmocka_unit_test(test_no_such_program),
	    cmocka_unit_test(test_much_in_and_out),
	    cmocka_unit_test(test_too_long),
	    cmocka_unit_test(test_a_daemon),
	    cmocka_unit_test(test_killed),
	};

	(void)signal(SIGPIPE, SIG_IGN); /* as stop_install does */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
