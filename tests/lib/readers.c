/*
 * readers CONFIG ACCOUNTS PROCESSES THREADS: asks libtrueup about the accounts
 * a1 to aN, in so many processes, each with one handle and so many threads,
 * until standard input ends. Each account has two grants of one object, and in
 * every committed state just one of them is active: whoever sees none or both
 * has seen two moments in one. And the feed has no gap, a history only grows.
 *
 * Prints the processes' ids in one line, and at the end how often was asked,
 * how often an account was seen to have changed, and what was wrong; then its
 * status is 1.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "reconciler/lib/trueup.h"

enum { PROCESSES_MAX = 64, THREADS_MAX = 32, ACCOUNTS_MAX = 1000, NAME = 24 };

/* Of all processes. */
struct shared {
	atomic_bool stop;
	atomic_ulong asked;
	atomic_ulong changed;
	atomic_ulong wrong;
};

struct reader {
	struct trueup *t;
	struct shared *shared;
	unsigned long accounts;
	unsigned int random;
	char seen[ACCOUNTS_MAX + 1]; /* which of the grants was active */
	unsigned long lines;	     /* of the first account's history */
};

static bool wrong(
    struct reader *r, const char *account, const char *what, const char *text)
{
	/* The first few tell what there is to know. */
	if (atomic_fetch_add(&r->shared->wrong, 1) < 5)
		fprintf(stderr, "readers: %s: %s: %s\n", account, what, text);
	return false;
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int n = 0;

	for (text = strstr(text, word); text != NULL;
	     text = strstr(text + 1, word))
		n++;
	return n;
}

/* The account's own "true", and one of the two grants'. */
static bool is_whole(const char *json)
{
	return count(json, "\"entitled\":true") == 2 &&
	       count(json, "\"entitled\":false") == 1;
}

static void note(struct reader *r, unsigned long n, const char *json)
{
	const char *first = strstr(json, "\"product\":\"A\"");
	char now = first != NULL && strncmp(strstr(first, "\"entitled\":"),
					"\"entitled\":true", 15) == 0
		       ? 'A'
		       : 'B';

	if (r->seen[n] != 0 && r->seen[n] != now)
		atomic_fetch_add(&r->shared->changed, 1);
	r->seen[n] = now;
}

static bool ask(struct reader *r, unsigned long n, const char *account)
{
	struct trueup_error err;
	char *json;
	bool good;
	int rc = trueup_entitled(r->t, account, NULL, NULL, &err);

	if (rc != TRUEUP_YES)
		return wrong(r, account, rc < 0 ? err.text : "not a yes", "");
	if (trueup_account_json(r->t, account, NULL, NULL, 0, &json, &err) != 0)
		return wrong(r, account, "json", err.text);
	good = is_whole(json) || wrong(r, account, "a mixed answer", json);
	if (good)
		note(r, n, json);
	trueup_free(json);
	return good;
}

static bool follow(struct reader *r)
{
	struct trueup_lines *lines;
	struct trueup_error err;
	const char *json;
	int64_t seq = 0;
	int rc;

	if (trueup_changes(r->t, -1, &lines, &err) != 0)
		return wrong(r, "changes", err.text, "");
	do {
		rc = trueup_lines_next(lines, &json, &err);
		if (rc < 0 || (rc > 0 && trueup_lines_seq(lines) != ++seq))
			wrong(r, "changes", rc < 0 ? err.text : "a gap", json);
	} while (rc > 0);
	trueup_lines_close(lines);
	return true;
}

static bool remember(struct reader *r)
{
	struct trueup_lines *lines;
	struct trueup_error err;
	const char *json;
	unsigned long n = 0;

	if (trueup_account_history(r->t, "a1", &lines, &err) != 0)
		return wrong(r, "history", err.text, "");
	while (trueup_lines_next(lines, &json, &err) == 1)
		n++;
	trueup_lines_close(lines);
	if (n < r->lines)
		return wrong(r, "history", "it became shorter", "");
	r->lines = n;
	return true;
}

static void *run(void *cookie)
{
	struct reader *r = cookie;
	const struct timespec pause = {.tv_nsec = 200 * 1000};
	char account[NAME];
	unsigned long n;

	for (unsigned long i = 0; !atomic_load(&r->shared->stop); i++) {
		r->random = r->random * 1103515245 + 12345;
		n = 1 + (r->random >> 16) % r->accounts;
		(void)snprintf(account, sizeof(account), "a%lu", n);
		ask(r, n, account);
		if (i % 256 == 0) {
			follow(r);
			remember(r);
		}
		atomic_fetch_add(&r->shared->asked, 1);
		/* The worker and the others want their share of the machine. */
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* ---- processes -------------------------------------------------------- */

static int child(struct shared *shared, const char *config,
    unsigned long accounts, unsigned long n_threads)
{
	static struct reader readers[THREADS_MAX];
	static pthread_t threads[THREADS_MAX];
	struct trueup_error err;
	struct trueup *t;
	unsigned long n = 0;

	if (trueup_open(config, &t, &err) != 0) {
		fprintf(stderr, "readers: %s\n", err.text);
		return 2;
	}
	for (; n < n_threads; n++) {
		readers[n] = (struct reader){.t = t,
		    .shared = shared,
		    .accounts = accounts,
		    .random = (unsigned int)(n + (unsigned long)getpid() * 64)};
		if (pthread_create(&threads[n], NULL, run, &readers[n]) != 0)
			break;
	}
	for (unsigned long i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	trueup_close(t);
	return n == n_threads ? 0 : 2;
}

static bool wait_for_all(const pid_t *pids, unsigned long n)
{
	bool good = true;

	for (unsigned long i = 0; i < n; i++) {
		int status = -1;

		if (waitpid(pids[i], &status, 0) != pids[i] || status != 0) {
			fprintf(stderr, "readers: a process ended with %d\n",
			    status);
			good = false;
		}
	}
	return good;
}

static bool read_all(struct shared *shared, char **argv)
{
	unsigned long accounts = strtoul(argv[2], NULL, 10);
	unsigned long processes = strtoul(argv[3], NULL, 10);
	unsigned long threads = strtoul(argv[4], NULL, 10);
	pid_t pids[PROCESSES_MAX];
	int end;

	if (accounts == 0 || accounts > ACCOUNTS_MAX ||
	    processes > PROCESSES_MAX || threads > THREADS_MAX)
		return false;
	for (unsigned long i = 0; i < processes; i++) {
		pids[i] = fork();
		if (pids[i] == 0) /* exit, so that leaks are looked for */
			exit(child(shared, argv[1], accounts, threads));
		printf("%ld%c", (long)pids[i], i + 1 < processes ? ' ' : '\n');
		fflush(stdout);
	}
	do
		end = getchar();
	while (end != EOF);
	atomic_store(&shared->stop, true);
	return wait_for_all(pids, processes);
}

int main(int argc, char **argv)
{
	struct shared *shared = mmap(NULL, sizeof(*shared),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long bad;
	bool good;

	if (argc != 5 || shared == MAP_FAILED)
		return 2;
	good = read_all(shared, argv);
	bad = atomic_load(&shared->wrong);
	printf("asked %lu changed %lu wrong %lu\n", atomic_load(&shared->asked),
	    atomic_load(&shared->changed), bad);
	return good && bad == 0 ? 0 : 1;
}
