#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cache/counts.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/latency.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/committer.h"
#include "reconciler/io/desk.h"
#include "reconciler/io/intake.h"
#include "reconciler/io/listen.h"
#include "reconciler/io/replies.h"

#include "reconciler/io/receiver.h"

enum {
	LANES_MAX = 4,
	REPORT_MS = 1000,
	KEEP_MS = 5000,	 /* a commit of its own: not for each report */
	SPARE_FILES = 64 /* that are no connections */
};

_Static_assert((int)DESK_OUTCOMES == (int)RECEIVED_OUTCOMES,
    "an outcome is counted in the place that it has");

struct receiver {
	const struct settings *settings;
	const struct log *log;
	int listen_fd;
	struct committer *committer;
	struct replies *replies;
	struct intake *lanes[LANES_MAX];
	size_t n_lanes;
	uint64_t *told; /* provider by outcome: counts in the log so far */
	/* The same, of each provider, that is not yet in the store. */
	struct store *store;
	struct received *counted;
	struct latency commits;
	bool has_counted;
	int64_t kept_ms; /* monotonic */
};

/* ---- reports ----------------------------------------------------------------
 */

static uint64_t news(
    struct receiver *receiver, size_t provider, enum desk_outcome outcome)
{
	uint64_t *told = &receiver->told[provider * DESK_OUTCOMES + outcome];
	uint64_t before = *told;

	*told = 0;
	for (size_t i = 0; i < receiver->n_lanes; i++)
		*told += desk_count(
		    intake_desk(receiver->lanes[i]), provider, outcome);
	return *told - before;
}

static void report_provider(struct receiver *receiver, size_t provider)
{
	const char *name = receiver->settings->providers[provider].name;
	uint64_t n[DESK_OUTCOMES];

	for (int i = 0; i < DESK_OUTCOMES; i++) {
		n[i] = news(receiver, provider, (enum desk_outcome)i);
		receiver->counted[provider].counts.n[i] += n[i];
		receiver->has_counted |= n[i] > 0;
	}
	const struct log_pair good[] = {
	    log_text("provider", name),
	    log_number("stored", (int64_t)n[DESK_STORED]),
	    log_number("ignored", (int64_t)n[DESK_IGNORED]),
	};
	const struct log_pair bad[] = {
	    log_text("provider", name),
	    log_number("malformed", (int64_t)n[DESK_MALFORMED]),
	    log_number("unsigned", (int64_t)n[DESK_UNSIGNED]),
	    log_number("wrong_token", (int64_t)n[DESK_WRONG_TOKEN]),
	    log_number("unavailable", (int64_t)n[DESK_UNAVAILABLE]),
	};
	if (n[DESK_STORED] + n[DESK_IGNORED] > 0)
		log_event(receiver->log, LOG_INFO, "received", good, 3);
	if (n[DESK_MALFORMED] + n[DESK_UNSIGNED] + n[DESK_WRONG_TOKEN] +
		n[DESK_UNAVAILABLE] >
	    0)
		log_event(receiver->log, LOG_WARN, "refused", bad, 5);
}

/* What was received is said in sums: a line for each would cost more than the
 * request. */
static void report(struct receiver *receiver)
{
	for (size_t i = 0; i < receiver->settings->n_providers; i++)
		report_provider(receiver, i);
}

static void forget_counted(struct receiver *receiver)
{
	for (size_t i = 0; i < receiver->settings->n_providers; i++) {
		struct received *r = &receiver->counted[i];

		memset(&r->counts, 0, sizeof(r->counts));
		r->provider = receiver->settings->providers[i].name;
	}
	memset(&receiver->commits, 0, sizeof(receiver->commits));
	receiver->has_counted = false;
}

/* For monitors, who ask another process: what cannot be written now is written
 * later, and nobody is told. */
static void keep_counted(struct receiver *receiver)
{
	struct latency commits;
	struct err_text ignored;

	if (!receiver->has_counted)
		return;
	receiver->kept_ms = clock_mono_ms();
	committer_latency(receiver->committer, &commits);
	latency_join(&receiver->commits, &commits);
	if (store_add_received(receiver->store, receiver->counted,
		receiver->settings->n_providers, &receiver->commits,
		&ignored) == 0)
		forget_counted(receiver);
}

/* ---- life -------------------------------------------------------------- */

static size_t count_lanes(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores < 1)
		return 1;
	return cores < LANES_MAX ? (size_t)cores : LANES_MAX;
}

/* As many as are wanted, or as there can be descriptors for. */
static int64_t fit_connections(const struct receiver *receiver)
{
	int64_t want = receiver->settings->receiver.max_connections;
	rlim_t need = (rlim_t)want + SPARE_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need)
		return want;
	limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= need)
		return want;
	want = (int64_t)limit.rlim_cur - SPARE_FILES;
	if (want < 1)
		want = 1;
	const struct log_pair pairs[] = {
	    log_number("max_connections", want),
	    log_text("cause", "the limit of open files"),
	};
	log_event(receiver->log, LOG_WARN, "fewer_connections", pairs, 2);
	return want;
}

static int start_lanes(struct receiver *receiver, struct err_text *err)
{
	int64_t connections = fit_connections(receiver);
	size_t want = count_lanes();
	int rc = 0;

	if ((int64_t)want > connections)
		want = (size_t)connections;
	const struct intake_options options = {
	    .settings = receiver->settings,
	    .replies = receiver->replies,
	    .committer = receiver->committer,
	    .listen_fd = receiver->listen_fd,
	    .max_connections = (unsigned int)(connections / (int64_t)want),
	};
	while (rc == 0 && receiver->n_lanes < want) {
		rc = intake_start(
		    &options, &receiver->lanes[receiver->n_lanes], err);
		receiver->n_lanes += rc == 0;
	}
	return rc;
}

static int start(
    struct receiver *receiver, struct store *store, struct err_text *err)
{
	size_t n = receiver->settings->n_providers * DESK_OUTCOMES;
	int rc = listen_open(
	    receiver->settings->receiver.listen, &receiver->listen_fd, err);

	if (rc != 0)
		return rc;
	receiver->store = store;
	receiver->told = calloc(n > 0 ? n : 1, sizeof(*receiver->told));
	receiver->counted = calloc(
	    receiver->settings->n_providers + 1, sizeof(*receiver->counted));
	receiver->replies = replies_new();
	if (receiver->told == NULL || receiver->counted == NULL ||
	    receiver->replies == NULL)
		return err_set(err, ERR_FAIL, "out of memory");
	forget_counted(receiver);
	rc = committer_open(store, receiver->log, &receiver->committer, err);
	return rc == 0 ? start_lanes(receiver, err) : rc;
}

static void serve(struct receiver *receiver)
{
	struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
	char address[LISTEN_ADDRESS_MAX];
	struct log_pair pair =
	    log_text("address", listen_address(receiver->listen_fd, address));

	log_event(receiver->log, LOG_INFO, "listening", &pair, 1);
	while (!stop_requested()) {
		(void)poll(&stop, 1, REPORT_MS);
		report(receiver);
		if (clock_mono_ms() >= receiver->kept_ms + KEEP_MS)
			keep_counted(receiver);
	}
	log_event(receiver->log, LOG_INFO, "stopping", NULL, 0);
}

/* Lanes end by themselves once a signal came; else they are told. */
static void finish(struct receiver *receiver)
{
	for (size_t i = 0; i < receiver->n_lanes; i++)
		intake_stop(receiver->lanes[i]);
	for (size_t i = 0; i < receiver->n_lanes; i++)
		intake_join(receiver->lanes[i]);
	if (receiver->committer != NULL) {
		report(receiver);
		keep_counted(receiver);
	}
	for (size_t i = 0; i < receiver->n_lanes; i++)
		intake_free(receiver->lanes[i]);
	committer_close(receiver->committer);
	replies_free(receiver->replies);
	free(receiver->told);
	free(receiver->counted);
	if (receiver->listen_fd >= 0)
		close(receiver->listen_fd);
}

int receiver_run(const struct settings *settings, struct store *store,
    const struct log *log, struct err_text *err)
{
	struct receiver receiver = {
	    .settings = settings, .log = log, .listen_fd = -1};
	int rc = start(&receiver, store, err);

	if (rc == 0)
		serve(&receiver);
	finish(&receiver);
	return rc;
}
