/*
 * What a process may do to a handle and to a store that is not a question.
 *
 *   crowd fork CONFIG     a handle of the parent in a child
 *   crowd full CONFIG     all readers of the store are taken, by the dead too
 *   crowd twice CONFIG    the store is opened by two handles of one process
 *   crowd many CONFIG ACCOUNT yes|no COMMAND...
 *                         threads of one handle ask, the command is run, and in
 *                         the end each is answered so, without ever an error
 *
 * Says what was wrong and ends with 1, or with 0.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lmdb.h>

#include "reconciler/lib/trueup.h"

enum { READERS = 512, TABLES_MAX = 32, THREADS = 24 };

static void need(bool good, const char *what, const struct trueup_error *err)
{
	if (good)
		return;
	fprintf(stderr, "crowd: %s: %s\n", what, err != NULL ? err->text : "");
	_exit(1);
}

static struct trueup *opened(const char *config)
{
	struct trueup_error err;
	struct trueup *t;

	need(trueup_open(config, &t, &err) == 0, "open", &err);
	return t;
}

static int ask(struct trueup *t, struct trueup_error *err)
{
	return trueup_entitled(t, "nobody", NULL, NULL, err);
}

/* Runs it in a child, whose status is the result. */
static void in_child(void (*run)(struct trueup *t, const char *config),
    struct trueup *t, const char *config)
{
	int status = -1;
	pid_t pid = fork();

	need(pid >= 0, "fork", NULL);
	if (pid == 0) {
		run(t, config);
		_exit(0);
	}
	need(waitpid(pid, &status, 0) == pid && status == 0, "a child", NULL);
}

/* ---- fork ------------------------------------------------------------- */

static void use_of_parents(struct trueup *t, const char *config)
{
	struct trueup_lines *lines;
	struct trueup_error err;
	struct trueup *own;
	char *json;

	need(ask(t, &err) == TRUEUP_ERR_FORKED, "asked in a child", &err);
	need(err.code == TRUEUP_ERR_FORKED && strstr(err.text, "fork"),
	    "the text", &err);
	need(trueup_check(t, &err) == TRUEUP_ERR_FORKED, "check", &err);
	need(trueup_account_json(t, "a", NULL, NULL, 0, &json, &err) ==
		     TRUEUP_ERR_FORKED &&
		 json == NULL,
	    "json", &err);
	need(
	    trueup_account_history(t, "a", &lines, &err) == TRUEUP_ERR_FORKED &&
		lines == NULL,
	    "history", &err);
	need(trueup_changes(t, -1, &lines, &err) == TRUEUP_ERR_FORKED,
	    "changes", &err);

	/* A handle of its own is as good as any, also when the parent's is
	 * closed here. */
	own = opened(config);
	need(ask(own, &err) == TRUEUP_NO, "a child's own", &err);
	trueup_close(t);
	need(ask(own, &err) == TRUEUP_NO, "after closing the other", &err);
	need(trueup_open(config, &t, &err) == TRUEUP_ERR_TWICE,
	    "its locks are gone", &err);
	trueup_close(own);
}

static void try_fork(const char *config)
{
	struct trueup *t = opened(config);
	struct trueup_error err;

	need(ask(t, &err) == TRUEUP_NO, "before the fork", &err);
	in_child(use_of_parents, t, config);
	need(ask(t, &err) == TRUEUP_NO, "the parent, afterwards", &err);
	trueup_close(t);
}

/* ---- twice ------------------------------------------------------------ */

static void try_twice(const char *config)
{
	struct trueup *t = opened(config), *other;
	struct trueup_error err;

	need(trueup_open(config, &other, &err) == TRUEUP_ERR_TWICE &&
		 other == NULL && strstr(err.text, "already"),
	    "a second handle", &err);
	need(ask(t, &err) == TRUEUP_NO, "the first one goes on", &err);
	trueup_close(t);
	t = opened(config);
	need(ask(t, &err) == TRUEUP_NO, "one after the other", &err);
	trueup_close(t);
}

/* ---- readers ---------------------------------------------------------- */

/* Takes all readers that are left, and keeps them until it is killed. */
static void take_all(const char *path, int ready)
{
	MDB_env *env;
	MDB_txn *txn;
	int rc = mdb_env_create(&env);

	if (rc == 0)
		rc = mdb_env_set_maxdbs(env, TABLES_MAX);
	if (rc == 0)
		rc = mdb_env_open(env, path, MDB_RDONLY | MDB_NOTLS, 0600);
	for (int n = 0; rc == 0 && n <= READERS; n++)
		rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
	if (write(ready, rc == MDB_READERS_FULL ? "1" : "0", 1) == 1)
		pause();
	_exit(1);
}

static pid_t take_readers(const char *path)
{
	char said = '0';
	int ready[2];
	pid_t pid;

	need(pipe(ready) == 0, "pipe", NULL);
	pid = fork();
	need(pid >= 0, "fork", NULL);
	if (pid == 0)
		take_all(path, ready[1]);
	close(ready[1]);
	need(read(ready[0], &said, 1) == 1 && said == '1',
	    "the readers could not be taken", NULL);
	close(ready[0]);
	return pid;
}

/* What could not be opened is tried again soon: until it is not that any more,
 * half a minute at most. */
static int ask_again(struct trueup *t, struct trueup_error *err)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	int rc = ask(t, err);

	for (int i = 0; i < 1500 && rc == TRUEUP_ERR_AGAIN; i++) {
		nanosleep(&pause, NULL);
		rc = ask(t, err);
	}
	return rc;
}

static void try_full(const char *config)
{
	const char *path = getenv("STORE");
	pid_t pid = take_readers(path != NULL ? path : "");
	struct trueup *t = opened(config);
	struct trueup_error err;

	need(ask(t, &err) == TRUEUP_ERR_AGAIN, "no reader is left", &err);
	need(strstr(err.text, "512 readers") != NULL, "the text", &err);
	/* Who had them dies, and nobody tidies up but who comes next. */
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	need(ask_again(t, &err) == TRUEUP_NO, "the dead's readers", &err);

	/* Who has one is not pushed aside. */
	pid = take_readers(path);
	need(ask(t, &err) == TRUEUP_NO, "its own reader", &err);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	trueup_close(t);
}

/* ---- many ------------------------------------------------------------- */

struct asker {
	struct trueup *t;
	const char *account;
	int wanted; /* -1: whatever it is */
	atomic_bool *failed;
};

/* Without an error, and at last as wanted. */
static void *ask_until(void *cookie)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	struct asker *a = cookie;
	struct trueup_error err;
	int rc = -1;

	for (int i = 0; i < 1500; i++) {
		rc = trueup_entitled(a->t, a->account, NULL, NULL, &err);
		if (rc < 0)
			fprintf(stderr, "crowd: many: %s\n", err.text);
		if (rc < 0 || a->wanted < 0 || rc == a->wanted)
			break;
		nanosleep(&pause, NULL);
	}
	if (rc < 0 || (a->wanted >= 0 && rc != a->wanted))
		atomic_store(a->failed, true);
	return NULL;
}

/* Threads that stay, so that each has a place of its own in memory. */
static void ask_all(const struct asker *asker)
{
	pthread_t threads[THREADS];
	struct asker askers[THREADS];

	for (int i = 0; i < THREADS; i++) {
		askers[i] = *asker;
		need(pthread_create(&threads[i], NULL, ask_until, &askers[i]) ==
			 0,
		    "a thread", NULL);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	need(!atomic_load(asker->failed), "not as wanted", NULL);
}

static void run_command(char **command)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	need(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0,
	    "the command", NULL);
}

static void try_many(char **argv)
{
	atomic_bool failed;
	struct asker asker = {.t = opened(argv[0]),
	    .account = argv[1],
	    .wanted = -1,
	    .failed = &failed};

	atomic_init(&failed, false);
	for (int i = 0; i < 10; i++)
		ask_all(&asker);
	run_command(argv + 3);
	asker.wanted = strcmp(argv[2], "yes") == 0 ? TRUEUP_YES : TRUEUP_NO;
	ask_all(&asker);
	trueup_close(asker.t);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *word;
		void (*run)(const char *config);
	} ways[] = {
	    {"fork", try_fork}, {"twice", try_twice}, {"full", try_full}};

	for (size_t i = 0; argc == 3 && i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(argv[1], ways[i].word) == 0) {
			ways[i].run(argv[2]);
			return 0;
		}
	}
	if (argc > 5 && strcmp(argv[1], "many") == 0) {
		try_many(argv + 2);
		return 0;
	}
	return 2;
}
