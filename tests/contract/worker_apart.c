/*
 * One provider's outage does not cost another a millisecond: while one hangs in
 * every way that there is, with more due than there are slots for all, the
 * other is asked as much at once as ever, and all of its objects are recorded.
 *
 * Nothing is measured. The provider that is well answers only when as many
 * requests as are its share are there together: one slot less, and it would
 * never answer. Each case is a process of its own, because it ends with
 * SIGTERM.
 */
#include <netdb.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/contract/worker_fixture.h"

extern char **environ;

enum {
	SHARE = 4,
	SLOTS = 2 * SHARE,
	HANGING = 300,
	WELL = 5 * SHARE,
	LATE = 2 * SHARE, /* told after the first time-out */
	DEADLINE_MS = 60 * 1000,
	FILLERS = 8
};

/* ---- a resolver that hangs ---------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t released;
	bool is_released;
	int n;
} resolver = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .released = PTHREAD_COND_INITIALIZER};

/* In the place of libc's, for libcurl too. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int getaddrinfo(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **out)
{
	(void)service;
	(void)hints;
	*out = NULL;
	if (node == NULL || strcmp(node, "hangs.invalid") != 0)
		return EAI_NONAME;
	pthread_mutex_lock(&resolver.lock);
	resolver.n++;
	while (!resolver.is_released)
		pthread_cond_wait(&resolver.released, &resolver.lock);
	pthread_mutex_unlock(&resolver.lock);
	return EAI_AGAIN;
}

static int resolving(void)
{
	int n;

	pthread_mutex_lock(&resolver.lock);
	n = resolver.n;
	pthread_mutex_unlock(&resolver.lock);
	return n;
}

static void release(void)
{
	pthread_mutex_lock(&resolver.lock);
	resolver.is_released = true;
	pthread_cond_broadcast(&resolver.released);
	pthread_mutex_unlock(&resolver.lock);
}

/* ---- a server that hangs ------------------------------------------------ */

struct hole {
	int listener;
	int fillers[FILLERS];
	unsigned int port;
};

/* Connections are made by the kernel, and nobody ever takes them. */
static void dig(struct hole *hole, int backlog)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(at);

	hole->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(hole->listener >= 0);
	assert_int_equal(
	    bind(hole->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(hole->listener, backlog), 0);
	assert_int_equal(
	    getsockname(hole->listener, (struct sockaddr *)&at, &len), 0);
	hole->port = ntohs(at.sin_port);
}

/* With a full backlog the kernel no longer answers who wants to connect. */
static void fill(struct hole *hole)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)hole->port),
	    .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};

	for (int i = 0; i < FILLERS; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		assert_true(fd >= 0);
		assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
		(void)connect(fd, (struct sockaddr *)&at, sizeof(at));
		hole->fillers[i] = fd;
	}
}

/* ---- the cases ---------------------------------------------------------- */

struct trial {
	const char *name;
	const char *host;   /* and its scheme; the port is the hole's */
	int backlog;	    /* of the hole */
	int64_t timeout_ms; /* of the provider that hangs */
};

static const struct trial trials[] = {
    {"no answer", "http://127.0.0.1", 64, 600000},
    {"no handshake", "https://127.0.0.1", 64, 600000},
    {"no connection", "http://127.0.0.1", 0, 600000},
    {"no address", "http://hangs.invalid", 64, 600000},
    {"no answer, in time", "http://127.0.0.1", 64, 200},
    {"no address, in time", "http://hangs.invalid", 64, 200},
};

enum { N_TRIALS = sizeof(trials) / sizeof(trials[0]) };

struct watch {
	struct bench *b;
	bool in_time; /* it gives up, and goes on to hang */
	bool done;
	size_t claimed; /* of the one that hangs, when the other was done */
	bool was_told;	/* that one of it had ended by then */
};

static void notify_all(
    struct bench *b, const char *provider, const char *prefix, int n)
{
	struct notice *notices = calloc((size_t)n, sizeof(*notices));
	char(*ids)[16] = calloc((size_t)n, sizeof(*ids));

	assert_non_null(notices);
	assert_non_null(ids);
	for (int i = 0; i < n; i++) {
		snprintf(ids[i], sizeof(ids[i]), "%s%d", prefix, i);
		notices[i] = (struct notice){.ref = {provider, "quick", ids[i]},
		    .arrived_ms = clock_wall_ms(),
		    .cause = CAUSE_NOTIFIED,
		    .trusted = true};
	}
	assert_int_equal(
	    store_append(b->f->store, notices, (size_t)n, &b->f->err), 0);
	free(ids);
	free(notices);
}

static int count_claimed(void *cookie, const struct job *job)
{
	size_t *n = cookie;

	*n += job->claimed;
	return 0;
}

/* What is on record now. */
static uint64_t objects(struct bench *b, size_t *claimed)
{
	const struct job_filter hanging = {.provider = "shop", .state = -1};
	struct store_view *view = NULL;
	struct store_stats stats = {.objects = 0};
	struct err_text err;

	*claimed = 0;
	if (store_view_open(b->f->store, &view, &err) == 0 &&
	    store_view_stats(view, clock_wall_ms(), &stats, &err) == 0)
		(void)store_view_jobs(view, &hanging, clock_wall_ms(),
		    count_claimed, claimed, &err);
	store_view_close(view);
	return stats.objects;
}

/* Has a look at the one that hangs come to an end? */
static bool is_told(struct bench *b)
{
	char line[1024];
	FILE *log = fopen(b->log_path, "re");
	bool found = false;

	while (log != NULL && !found && fgets(line, sizeof(line), log) != NULL)
		found = strstr(line, "looked provider=shop") != NULL;
	if (log != NULL)
		(void)fclose(log);
	return found;
}

static void nap(void)
{
	struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};

	nanosleep(&pause, NULL);
}

static bool wait_for_objects(
    struct bench *b, uint64_t n, int64_t until_ms, size_t *claimed)
{
	while (objects(b, claimed) < n && clock_mono_ms() < until_ms)
		nap();
	return objects(b, claimed) == n;
}

/* Beside the worker: until the one that is well is done, then SIGTERM. */
static void *watch(void *cookie)
{
	struct watch *w = cookie;
	int64_t until_ms = clock_mono_ms() + DEADLINE_MS;

	w->done = wait_for_objects(w->b, WELL, until_ms, &w->claimed);
	w->was_told = is_told(w->b);
	while (w->in_time && !is_told(w->b) && clock_mono_ms() < until_ms)
		nap();
	if (w->in_time && w->done) {
		size_t ignored;

		notify_all(w->b, "mint", "late", LATE);
		w->done =
		    wait_for_objects(w->b, WELL + LATE, until_ms, &ignored);
	}
	kill(getpid(), SIGTERM);
	return NULL;
}

static void run(struct bench *b)
{
	struct worker_options options = {.follow = true};
	struct log log = {.level = LOG_DEBUG};

	log.fd = open(b->log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(log.fd >= 0);
	if (worker_run(&b->f->settings, b->f->store, &options, &log, &b->report,
		&b->f->err) != 0)
		fail_msg("%s", b->f->err.text);
	close(log.fd);
}

static void try_it(const struct trial *trial)
{
	struct watch w = {.in_time = trial->timeout_ms < 1000};
	struct hole hole = {.listener = -1};
	struct provider_settings *p;
	void *state = NULL;
	char url[64];
	pthread_t thread;

	assert_int_equal(bench_setup(&state), 0);
	w.b = state;
	bench_use_both(w.b, 64);
	p = w.b->f->providers;
	w.b->f->settings.worker.concurrency = SLOTS;
	w.b->world.gather = SHARE;
	dig(&hole, trial->backlog);
	if (trial->backlog == 0)
		fill(&hole);
	snprintf(url, sizeof(url), "%s:%u", trial->host, hole.port);
	p[0].base_url = url;
	p[0].timeout_ms = trial->timeout_ms;
	p[1].timeout_ms = DEADLINE_MS;
	notify_all(w.b, "shop", "stuck", HANGING);
	notify_all(w.b, "mint", "well", WELL);
	assert_int_equal(pthread_create(&thread, NULL, watch, &w), 0);
	run(w.b);
	pthread_join(thread, NULL);
	assert_true(w.done);
	if (!w.in_time) {
		assert_false(w.was_told);
		assert_int_equal(w.claimed, SHARE);
	}
	if (strstr(trial->host, "hangs") != NULL)
		assert_true(resolving() >= SHARE);
	release();
	for (int i = 0; i < FILLERS && trial->backlog == 0; i++)
		close(hole.fillers[i]);
	close(hole.listener);
	assert_int_equal(bench_teardown(&state), 0);
}

/* ---- processes ---------------------------------------------------------- */

struct process {
	const char *self;
	pid_t pids[N_TRIALS];
};

static int start_all(void **state)
{
	struct process *p = *state;
	char number[16];

	for (size_t i = 0; i < N_TRIALS; i++) {
		char *self = strdup(p->self);
		char *args[] = {self, number, NULL};
		int rc;

		snprintf(number, sizeof(number), "%zu", i);
		rc = posix_spawn(
		    &p->pids[i], p->self, NULL, NULL, args, environ);
		free(self);
		if (rc != 0)
			return -1;
	}
	return 0;
}

static void test_nothing_is_lost(void **state)
{
	struct process *p = *state;
	bool failed = false;
	int status = 0;

	for (size_t i = 0; i < N_TRIALS; i++) {
		assert_int_equal(waitpid(p->pids[i], &status, 0), p->pids[i]);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			print_error("%s: failed\n", trials[i].name);
			failed = true;
		}
	}
	assert_false(failed);
}

int main(int argc, char **argv)
{
	struct process process = {.self = argv[0]};
	const struct CMUnitTest all[] = {
	    cmocka_unit_test_prestate_setup_teardown(
		test_nothing_is_lost, start_all, NULL, &process),
	};
	struct err_text err;

	if (argc < 2)
		return cmocka_run_group_tests(all, NULL, NULL);
	/* Whatever hangs, this ends. */
	alarm(2 * DEADLINE_MS / 1000);
	if (stop_install(&err) != 0)
		return 1;
	try_it(&trials[strtoul(argv[1], NULL, 10) % N_TRIALS]);
	return 0;
}
