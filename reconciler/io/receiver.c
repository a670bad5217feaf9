#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/committer.h"
#include "reconciler/io/desk.h"
#include "reconciler/io/intake.h"
#include "reconciler/io/listen.h"
#include "reconciler/io/replies.h"

#include "reconciler/io/receiver.h"

enum { LANES_MAX = 4, REPORT_MS = 1000 };

struct receiver {
	const struct settings *settings;
	const struct log *log;
	int listen_fd;
	struct committer *committer;
	struct replies *replies;
	struct intake *lanes[LANES_MAX];
	size_t n_lanes;
	uint64_t *told; /* provider by outcome: counts in the log so far */
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

	for (int i = 0; i < DESK_OUTCOMES; i++)
		n[i] = news(receiver, provider, (enum desk_outcome)i);
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

/* ---- life -------------------------------------------------------------- */

static size_t count_lanes(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores < 1)
		return 1;
	return cores < LANES_MAX ? (size_t)cores : LANES_MAX;
}

static int start_lanes(struct receiver *receiver, struct err_text *err)
{
	int64_t connections = receiver->settings->receiver.max_connections;
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
	receiver->told = calloc(n > 0 ? n : 1, sizeof(*receiver->told));
	receiver->replies = replies_new();
	if (receiver->told == NULL || receiver->replies == NULL)
		return err_set(err, ERR_FAIL, "out of memory");
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
	if (receiver->told != NULL)
		report(receiver);
	for (size_t i = 0; i < receiver->n_lanes; i++)
		intake_free(receiver->lanes[i]);
	committer_close(receiver->committer);
	replies_free(receiver->replies);
	free(receiver->told);
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
