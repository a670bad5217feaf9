#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cache/store.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/core/latency.h"

#include "reconciler/io/batch.h"

#include "reconciler/io/committer.h"

enum { PROBE_MS = 1000, SAY_EVERY_MS = 1000, MS_PER_S = 1000 };

static const long ns_per_ms = 1000000;

struct queue {
	struct batch *first;
	struct batch *last;
};

struct committer_lane {
	struct committer *committer;
	struct queue back; /* under the committer's lock */
	bool rung;	   /* under it too: a byte is in the pipe */
	int pipe[2];
};

struct committer {
	struct store *store;
	const struct log *log;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct queue given;  /* under the lock */
	bool stop;	     /* under the lock */
	struct latency took; /* under the lock */
	atomic_bool can_store;
	/* The thread's own. */
	struct notice *notices;
	size_t cap;
	int64_t probed_ms;
	int64_t said_ms;
	int64_t unsaid; /* failures since then */
};

/* ---- queues ---------------------------------------------------------------
 */

static void push(struct queue *queue, struct batch *batch)
{
	batch->next = NULL;
	if (queue->last != NULL)
		queue->last->next = batch;
	else
		queue->first = batch;
	queue->last = batch;
}

static struct batch *pop(struct queue *queue)
{
	struct batch *batch = queue->first;

	if (batch == NULL)
		return NULL;
	queue->first = batch->next;
	if (queue->first == NULL)
		queue->last = NULL;
	return batch;
}

/* ---- lanes ----------------------------------------------------------------
 */

static int open_pipe(int fds[2], struct err_text *err)
{
	if (pipe(fds) != 0) {
		fds[0] = fds[1] = -1;
		return err_set(err, ERR_FAIL, "pipe: %s", strerror(errno));
	}
	for (int i = 0; i < 2; i++) {
		if (fcntl(fds[i], F_SETFL, O_NONBLOCK) != 0 ||
		    fcntl(fds[i], F_SETFD, FD_CLOEXEC) != 0)
			return err_set(
			    err, ERR_FAIL, "fcntl: %s", strerror(errno));
	}
	return 0;
}

struct committer_lane *committer_lane_new(
    struct committer *committer, struct err_text *err)
{
	struct committer_lane *lane = calloc(1, sizeof(*lane));

	if (lane == NULL) {
		err_set(err, ERR_FAIL, "out of memory");
		return NULL;
	}
	lane->committer = committer;
	if (open_pipe(lane->pipe, err) != 0) {
		committer_lane_free(lane);
		return NULL;
	}
	return lane;
}

void committer_lane_free(struct committer_lane *lane)
{
	if (lane == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		if (lane->pipe[i] >= 0)
			close(lane->pipe[i]);
	}
	free(lane);
}

int committer_lane_fd(const struct committer_lane *lane)
{
	return lane->pipe[0];
}

void committer_give(struct committer_lane *lane, struct batch *batch)
{
	struct committer *committer = lane->committer;

	batch->lane = lane;
	pthread_mutex_lock(&committer->lock);
	push(&committer->given, batch);
	pthread_cond_signal(&committer->news);
	pthread_mutex_unlock(&committer->lock);
}

struct batch *committer_take(struct committer_lane *lane)
{
	struct batch *batch;
	char byte;

	pthread_mutex_lock(&lane->committer->lock);
	batch = pop(&lane->back);
	if (lane->back.first == NULL && lane->rung)
		lane->rung = read(lane->pipe[0], &byte, 1) != 1;
	pthread_mutex_unlock(&lane->committer->lock);
	return batch;
}

/* ---- the thread ------------------------------------------------------------
 */

static void say_failure(
    struct committer *committer, size_t n, const struct err_text *err)
{
	int64_t now = clock_mono_ms();

	committer->unsaid += (int64_t)n;
	if (committer->said_ms != 0 && now < committer->said_ms + SAY_EVERY_MS)
		return;
	struct log_pair pairs[] = {
	    log_number("notices", committer->unsaid),
	    log_text("cause", err->text),
	};
	log_event(committer->log, LOG_ERR, "not_stored", pairs, 2);
	committer->said_ms = now;
	committer->unsaid = 0;
}

static void set_state(
    struct committer *committer, bool can_store, const struct err_text *err)
{
	struct log_pair cause = log_text("cause", err->text);

	committer->probed_ms = clock_mono_ms();
	if (atomic_load(&committer->can_store) == can_store)
		return;
	atomic_store(&committer->can_store, can_store);
	if (can_store)
		log_event(committer->log, LOG_INFO, "storing", NULL, 0);
	else
		log_event(committer->log, LOG_ERR, "cannot_store", &cause, 1);
}

/* Nothing comes in, perhaps because we said that we cannot store. */
static void probe(struct committer *committer)
{
	bool failed = !atomic_load(&committer->can_store);
	struct err_text err = {""};
	int rc = store_probe(committer->store, failed, &err);

	set_state(committer, rc == 0, &err);
}

static int append(struct committer *committer, size_t n)
{
	struct err_text err = {""};
	int64_t began_ms = clock_mono_ms();
	int rc = store_append(committer->store, committer->notices, n, &err);

	if (rc == 0) {
		pthread_mutex_lock(&committer->lock);
		latency_add(&committer->took, clock_mono_ms() - began_ms);
		pthread_mutex_unlock(&committer->lock);
	}
	if (rc != 0)
		say_failure(committer, n, &err);
	set_state(committer, rc == 0, &err);
	return rc;
}

/* false: out of memory. */
static bool gather(
    struct committer *committer, const struct batch *first, size_t *n)
{
	size_t need = 0;

	*n = 0;
	for (const struct batch *b = first; b != NULL; b = b->next)
		need += b->n;
	if (need > committer->cap) {
		struct notice *more =
		    realloc(committer->notices, need * sizeof(*more));

		if (more == NULL)
			return false;
		committer->notices = more;
		committer->cap = need;
	}
	for (const struct batch *b = first; b != NULL; b = b->next) {
		memcpy(committer->notices + *n, b->notices,
		    b->n * sizeof(*b->notices));
		*n += b->n;
	}
	return true;
}

static void ring(struct committer_lane *lane)
{
	if (!lane->rung)
		lane->rung = write(lane->pipe[1], "!", 1) == 1;
}

static void commit(struct committer *committer, struct queue *given)
{
	struct batch *batch;
	size_t n;
	int rc = ERR_FAIL;

	if (gather(committer, given->first, &n))
		rc = append(committer, n);
	pthread_mutex_lock(&committer->lock);
	while ((batch = pop(given)) != NULL) {
		batch->rc = rc;
		push(&batch->lane->back, batch);
		ring(batch->lane);
	}
	pthread_mutex_unlock(&committer->lock);
}

/* Waits for batches, at most until the next probe. false: stop, all is done. */
static bool await(struct committer *committer, struct queue *out)
{
	int64_t wait_ms = committer->probed_ms + PROBE_MS - clock_mono_ms();
	struct timespec until;
	int rc = 0;
	bool go;

	clock_gettime(CLOCK_MONOTONIC, &until);
	if (wait_ms > 0) {
		until.tv_sec += (time_t)(wait_ms / MS_PER_S);
		until.tv_nsec += (long)(wait_ms % MS_PER_S) * ns_per_ms;
	}
	if (until.tv_nsec >= MS_PER_S * ns_per_ms) {
		until.tv_nsec -= MS_PER_S * ns_per_ms;
		until.tv_sec++;
	}
	pthread_mutex_lock(&committer->lock);
	while (rc == 0 && committer->given.first == NULL && !committer->stop)
		rc = pthread_cond_timedwait(
		    &committer->news, &committer->lock, &until);
	*out = committer->given;
	committer->given = (struct queue){NULL, NULL};
	go = out->first != NULL || !committer->stop;
	pthread_mutex_unlock(&committer->lock);
	return go;
}

static void *run(void *cookie)
{
	struct committer *committer = cookie;
	struct queue given;

	while (await(committer, &given)) {
		if (given.first != NULL)
			commit(committer, &given);
		else
			probe(committer);
	}
	return NULL;
}

/* ---- life ------------------------------------------------------------------
 */

static int init_locks(struct committer *committer)
{
	pthread_condattr_t attr;
	int rc;

	if (pthread_condattr_init(&attr) != 0)
		return -1;
	rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (rc == 0)
		rc = pthread_cond_init(&committer->news, &attr);
	pthread_condattr_destroy(&attr);
	if (rc != 0)
		return -1;
	if (pthread_mutex_init(&committer->lock, NULL) == 0)
		return 0;
	pthread_cond_destroy(&committer->news);
	return -1;
}

int committer_open(struct store *store, const struct log *log,
    struct committer **out, struct err_text *err)
{
	struct committer *committer = calloc(1, sizeof(*committer));

	*out = NULL;
	if (committer == NULL || init_locks(committer) != 0) {
		free(committer);
		return err_set(err, ERR_FAIL, "out of memory");
	}
	committer->store = store;
	committer->log = log;
	atomic_init(&committer->can_store, true);
	probe(committer);
	if (pthread_create(&committer->thread, NULL, run, committer) != 0) {
		pthread_mutex_destroy(&committer->lock);
		pthread_cond_destroy(&committer->news);
		free(committer);
		return err_set(err, ERR_FAIL, "cannot start a thread");
	}
	*out = committer;
	return 0;
}

void committer_close(struct committer *committer)
{
	if (committer == NULL)
		return;
	pthread_mutex_lock(&committer->lock);
	committer->stop = true;
	pthread_cond_signal(&committer->news);
	pthread_mutex_unlock(&committer->lock);
	pthread_join(committer->thread, NULL);
	pthread_mutex_destroy(&committer->lock);
	pthread_cond_destroy(&committer->news);
	free(committer->notices);
	free(committer);
}

void committer_latency(struct committer *committer, struct latency *out)
{
	pthread_mutex_lock(&committer->lock);
	*out = committer->took;
	memset(&committer->took, 0, sizeof(committer->took));
	pthread_mutex_unlock(&committer->lock);
}

bool committer_can_store(const struct committer *committer)
{
	return atomic_load(&committer->can_store);
}
