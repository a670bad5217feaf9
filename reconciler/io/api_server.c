#include <poll.h>
#include <unistd.h>

#include "reconciler/base/err.h"
#include "reconciler/base/log.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/api.h"
#include "reconciler/io/api_lane.h"
#include "reconciler/io/api_reply.h"
#include "reconciler/io/api_store.h"
#include "reconciler/io/http.h"
#include "reconciler/io/listen.h"

#include "reconciler/io/api_server.h"

enum {
	LANES_MAX = 4,
	REPORT_MS = 1000,
	/* With all else below the usual limit of open files, 1024. */
	CONNECTIONS_MAX = 896
};

struct server {
	const struct settings *settings;
	const struct log *log;
	int listen_fd;
	struct api_store *store;
	struct api_counts counts;
	uint64_t told[API_OUTCOMES]; /* counts in the log so far */
	struct http_reply *too_large;
	struct http_reply *crowded;
	struct http_reply *malformed;
	struct api_lane *lanes[LANES_MAX];
	size_t n_lanes;
};

/* What was answered is said in sums, and of nobody. */
static void report(struct server *server)
{
	uint64_t n[API_OUTCOMES];

	for (int i = 0; i < API_OUTCOMES; i++) {
		uint64_t count = atomic_load(&server->counts.n[i]);

		n[i] = count - server->told[i];
		server->told[i] = count;
	}
	const struct log_pair good[] = {
	    log_number("answers", (int64_t)n[API_SERVED]),
	    log_number("unchanged", (int64_t)n[API_UNCHANGED]),
	};
	const struct log_pair bad[] = {
	    log_number("unauthorized", (int64_t)n[API_UNAUTHORIZED]),
	    log_number("bad", (int64_t)n[API_REFUSED]),
	    log_number("failed", (int64_t)n[API_FAILED]),
	};
	if (n[API_SERVED] + n[API_UNCHANGED] > 0)
		log_event(server->log, LOG_INFO, "served", good, 2);
	if (n[API_UNAUTHORIZED] + n[API_REFUSED] + n[API_FAILED] > 0)
		log_event(server->log, LOG_WARN, "refused", bad, 3);
}

static size_t count_lanes(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores < 1)
		return 1;
	return cores < LANES_MAX ? (size_t)cores : LANES_MAX;
}

static int start_lanes(struct server *server, struct err_text *err)
{
	size_t want = count_lanes();
	unsigned int connections = CONNECTIONS_MAX / (unsigned int)want;
	const struct api_options api = {
	    .settings = server->settings,
	    .store = server->store,
	    .counts = &server->counts,
	    /* Who only waits leaves room for those that ask. */
	    .max_waiting = connections / 4 * 3,
	};
	const struct api_lane_options options = {
	    .api = &api,
	    .listen_fd = server->listen_fd,
	    .max_connections = connections,
	    .too_large = server->too_large,
	    .crowded = server->crowded,
	    .malformed = server->malformed,
	};
	int rc = 0;

	while (rc == 0 && server->n_lanes < want) {
		rc = api_lane_start(
		    &options, &server->lanes[server->n_lanes], err);
		server->n_lanes += rc == 0;
	}
	return rc;
}

static int start(struct server *server, struct err_text *err)
{
	int rc =
	    listen_open(server->settings->api.listen, &server->listen_fd, err);

	if (rc != 0)
		return rc;
	server->store = api_store_new(server->settings, server->log);
	server->too_large = api_reply_fixed(413, "at most 1 MiB is read");
	server->crowded = api_reply_fixed(503, "too much is sent at a time");
	server->malformed = api_reply_fixed(400, "this is not proper HTTP");
	if (server->store == NULL || server->too_large == NULL ||
	    server->crowded == NULL || server->malformed == NULL)
		return err_set(err, ERR_FAIL, "out of memory");
	return start_lanes(server, err);
}

static void serve(struct server *server)
{
	struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
	char address[LISTEN_ADDRESS_MAX];
	struct log_pair pair =
	    log_text("address", listen_address(server->listen_fd, address));

	log_event(server->log, LOG_INFO, "serving", &pair, 1);
	while (!stop_requested()) {
		(void)poll(&stop, 1, REPORT_MS);
		report(server);
	}
	log_event(server->log, LOG_INFO, "stopping", NULL, 0);
}

/* Lanes end by themselves once a signal came; else they are told. */
static void finish(struct server *server)
{
	for (size_t i = 0; i < server->n_lanes; i++)
		api_lane_stop(server->lanes[i]);
	for (size_t i = 0; i < server->n_lanes; i++)
		api_lane_join(server->lanes[i]);
	report(server);
	for (size_t i = 0; i < server->n_lanes; i++)
		api_lane_free(server->lanes[i]);
	api_store_free(server->store);
	http_reply_free(server->too_large);
	http_reply_free(server->crowded);
	http_reply_free(server->malformed);
	if (server->listen_fd >= 0)
		close(server->listen_fd);
}

int api_server_run(const struct settings *settings, const struct log *log,
    struct err_text *err)
{
	struct server server = {
	    .settings = settings, .log = log, .listen_fd = -1};
	int rc = start(&server, err);

	if (rc == 0)
		serve(&server);
	finish(&server);
	return rc;
}
