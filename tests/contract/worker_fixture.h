/*
 * The worker on a store of its own, against a provider type that is made for
 * it and a server in the same process that answers as the test scripts it.
 */
#ifndef TRUEUP_TESTS_CONTRACT_WORKER_FIXTURE_H
#define TRUEUP_TESTS_CONTRACT_WORKER_FIXTURE_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>

#include <microhttpd.h>

#include "clients/client.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/log.h"
#include "reconciler/base/stop.h"
#include "reconciler/base/text.h"
#include "reconciler/io/worker.h"
#include "tests/contract/store_fixture.h"

enum { WORLD_LOG_MAX = 64 * 1024, WORLD_TOKENS_MAX = 8 };

/* The provider as the test wants it, and what it was asked. */
struct world {
	struct MHD_Daemon *daemon;
	char base_url[64];
	pthread_mutex_t lock;
	pthread_cond_t all_there;
	/* Set before the run. */
	int token_status[WORLD_TOKENS_MAX]; /* of the n-th; 0: 200 */
	int expires_s;			    /* what a token says; 0: nothing */
	int pages;			    /* of each object; 0: one */
	int refuse_page; /* refuse the first token there; 0: nowhere */
	bool refuse_all; /* refuse every token */
	int stop_after;	 /* quick ones until SIGTERM; 0: never */
	int gather;	 /* answer to so many at once only; 0: to each */
	/* Written by the server. */
	int n_tokens;
	int n_quick;
	int n_gathered;
	char log[WORLD_LOG_MAX]; /* "token slow/s1:tok1 quick/q1/p2:tok2 " */
};

struct bench {
	struct fixture *f;
	struct world world;
	struct client client;
	struct worker_report report;
	char log_path[FIXTURE_PATH_MAX + 8];
};

/* ---- the server ------------------------------------------------------- */

static inline void world_note(
    struct world *w, const char *what, const char *token)
{
	size_t len = strlen(w->log);

	snprintf(w->log + len, sizeof(w->log) - len, "%s%s%s ", what,
	    token != NULL ? ":" : "", token != NULL ? token : "");
}

static inline int world_token(struct world *w, char *body, size_t cap)
{
	int n = w->n_tokens++;

	world_note(w, "token", NULL);
	snprintf(body, cap, "tok%d %d", n + 1, w->expires_s);
	return n < WORLD_TOKENS_MAX && w->token_status[n] != 0
		   ? w->token_status[n]
		   : 200;
}

/* path: "/KIND/ID/PAGE"; there is nothing whose id begins with "no" */
static inline int world_object(struct world *w, const char *path,
    const char *token, char *body, size_t cap)
{
	int page = path[strlen(path) - 1] - '0';

	world_note(w, path + 1, token);
	if (strncmp(path, "/quick/", 7) == 0 && ++w->n_quick == w->stop_after)
		raise(SIGTERM);
	if (token != NULL && (w->refuse_all || (w->refuse_page == page &&
						   strcmp(token, "tok1") == 0)))
		return 401;
	if (strstr(path, "/no") != NULL)
		return 404;
	snprintf(body, cap, "%s", page < w->pages ? "more" : "active");
	return 200;
}

/* Each waits until as many as are wanted are under way together. */
static inline void world_gather(struct world *w)
{
	int end;

	if (w->gather == 0)
		return;
	end = (w->n_gathered++ / w->gather + 1) * w->gather;
	while (w->n_gathered < end)
		pthread_cond_wait(&w->all_there, &w->lock);
	pthread_cond_broadcast(&w->all_there);
}

/* NOLINTNEXTLINE(readability-function-size) */
static inline enum MHD_Result world_serve(void *cls,
    struct MHD_Connection *connection, const char *path, const char *method,
    const char *version, const char *data, size_t *len, void **cookie)
{
	struct world *w = cls;
	const char *token =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Token");
	struct MHD_Response *response;
	enum MHD_Result result;
	char body[64] = "";
	int status;

	(void)version;
	(void)data;
	if (*cookie == NULL || *len > 0) {
		*cookie = w; /* the body is of no interest */
		*len = 0;
		return MHD_YES;
	}
	pthread_mutex_lock(&w->lock);
	world_gather(w);
	status = strcmp(method, "POST") == 0
		     ? world_token(w, body, sizeof(body))
		     : world_object(w, path, token, body, sizeof(body));
	pthread_mutex_unlock(&w->lock);
	response = MHD_create_response_from_buffer(
	    strlen(body), body, MHD_RESPMEM_MUST_COPY);
	result = MHD_queue_response(connection, (unsigned int)status, response);
	MHD_destroy_response(response);
	return result;
}

static inline void world_open(struct world *w)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};

	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->all_there, NULL);
	w->daemon = MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0,
	    NULL, NULL, world_serve, w, MHD_OPTION_SOCK_ADDR, &address,
	    MHD_OPTION_END);
	assert_non_null(w->daemon);
	snprintf(w->base_url, sizeof(w->base_url), "http://127.0.0.1:%u",
	    MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
}

/* How often a word stands in the log of what the provider was asked. */
static inline size_t world_count(const struct world *w, const char *word)
{
	size_t n = 0;

	for (const char *at = w->log; (at = strstr(at, word)) != NULL; at++)
		n++;
	return n;
}

/* ---- the type ----------------------------------------------------------- */

static inline bool bench_id(const char *id)
{
	return id[0] != '\0';
}

static inline int bench_path(struct arena *arena,
    const struct client_object *object, size_t page, struct client_request *out)
{
	out->path =
	    arena_printf(arena, "/%s/%s/%zu", object->kind, object->id, page);
	out->operation = object->kind;
	if (object->token != NULL)
		out->headers[out->n_headers++] = (struct client_header){
		    .name = "X-Token", .value = object->token};
	return out->path != NULL ? 0 : ERR_FULL;
}

static inline int bench_ask(const struct provider_settings *provider,
    const struct client_object *object, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	(void)provider;
	if (strcmp(object->id, "bad") == 0)
		return err_set(err, ERR_BAD, "an id that nobody asks for");
	return bench_path(arena, object, 1, out);
}

static inline void bench_read(const struct provider_settings *provider,
    const struct client_object *object, const struct client_reply *replies,
    size_t n, int64_t now_ms, struct arena *arena, struct client_reading *out)
{
	(void)provider;
	(void)now_ms;
	if (!client_read_status(&replies[n - 1], arena, out))
		return;
	if (strcmp(replies[n - 1].body, "more") == 0) {
		out->verdict = VERDICT_MORE;
		bench_path(arena, object, n + 1, &out->next);
		return;
	}
	out->verdict = VERDICT_TRUTH;
	out->observation.status = arena_text(arena, replies[n - 1].body);
	out->observation.state = STATE_ACTIVE;
}

static inline int bench_ask_token(const struct provider_settings *provider,
    struct arena *arena, struct client_request *out, struct err_text *err)
{
	(void)err;
	out->path = "/token";
	out->body = arena_text(arena, provider->api_key);
	out->body_len = strlen(out->body);
	return 0;
}

/* "TOKEN SECONDS", the seconds being 0 where it says nothing. */
static inline void bench_read_token(const struct provider_settings *provider,
    const struct client_reply *reply, int64_t now_ms, struct arena *arena,
    struct client_token *out)
{
	struct client_reading reading = {.cause = NULL};
	const char *blank = strchr(reply->body, ' ');
	int64_t expires_s = 0;

	(void)provider;
	if (!client_read_status(reply, arena, &reading)) {
		out->verdict = reading.verdict;
		out->cause = reading.cause;
		return;
	}
	if (blank == NULL || text_int(blank + 1, 0, 1000000, &expires_s) != 0) {
		out->verdict = VERDICT_GARBLED;
		out->cause = "no token in it";
		return;
	}
	out->verdict = VERDICT_TRUTH;
	out->token =
	    arena_bytes(arena, reply->body, (size_t)(blank - reply->body));
	out->expires_ms = expires_s == 0 ? 0 : now_ms + expires_s * 1000;
}

static const struct client_kind bench_kinds[] = {
    {.name = "slow", .id_is_valid = bench_id},
    {.name = "quick", .id_is_valid = bench_id},
    {.name = "child", .id_is_valid = bench_id, .needs_parent = true},
};

/* ---- the bench ---------------------------------------------------------- */

static inline int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fixture *f;
	void *inner = NULL;

	assert_non_null(b);
	assert_int_equal(fixture_setup_open(&inner), 0);
	b->f = f = inner;
	f->now_ms = clock_wall_ms();
	world_open(&b->world);
	b->client = (struct client){.type = "bench",
	    .kinds = bench_kinds,
	    .n_kinds = sizeof(bench_kinds) / sizeof(bench_kinds[0]),
	    .ask = bench_ask,
	    .read = bench_read};
	f->settings.n_providers = 1;
	f->settings.worker.concurrency = 8;
	f->settings.worker.max_reply = 1024 * 1024;
	f->providers[0].client = &b->client;
	f->providers[0].base_url = b->world.base_url;
	f->providers[0].api_key = "the-key";
	f->providers[0].api_key_file = "/nonexistent";
	f->providers[0].rate = 10000;
	f->providers[0].burst = 10000;
	f->providers[0].concurrency = 2;
	f->providers[0].timeout_ms = 10000;
	snprintf(b->log_path, sizeof(b->log_path), "%s.log", f->path);
	*state = b;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *b = *state;
	void *inner = b->f;

	MHD_stop_daemon(b->world.daemon);
	pthread_cond_destroy(&b->world.all_there);
	pthread_mutex_destroy(&b->world.lock);
	unlink(b->log_path);
	free(b);
	return fixture_teardown(&inner);
}

/* A second provider, as the first; so many requests at once for each. */
static inline void bench_use_both(struct bench *b, int64_t concurrency)
{
	struct provider_settings *p = b->f->providers;
	const char *name = p[1].name;

	p[0].concurrency = concurrency;
	p[1] = p[0];
	p[1].name = name;
	b->f->settings.n_providers = 2;
}

/* The type's key only buys a token. */
static inline void bench_use_tokens(struct bench *b)
{
	b->client.ask_token = bench_ask_token;
	b->client.read_token = bench_read_token;
}

static inline void bench_notify(
    struct bench *b, const char *kind, const char *id)
{
	struct notice notice = {.ref = {"shop", kind, id},
	    .arrived_ms = b->f->now_ms,
	    .cause = CAUSE_NOTIFIED};

	assert_int_equal(store_append(b->f->store, &notice, 1, &b->f->err), 0);
}

/* One run of the worker, until all that can be done is done, or so long. */
static inline void bench_run_for(struct bench *b, int64_t max_time_ms)
{
	struct worker_options options = {.max_time_ms = max_time_ms};
	struct log log = {.level = LOG_DEBUG};

	log.fd = open(b->log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(log.fd >= 0);
	if (worker_run(&b->f->settings, b->f->store, &options, &log, &b->report,
		&b->f->err) != 0)
		fail_msg("%s", b->f->err.text);
	close(log.fd);
}

static inline void bench_run(struct bench *b)
{
	bench_run_for(b, 60000);
}

static inline int bench_job(
    struct bench *b, const char *kind, const char *id, struct job *out)
{
	struct object_ref ref = {"shop", kind, id};
	struct store_view *view = NULL;
	int rc;

	assert_int_equal(store_view_open(b->f->store, &view, &b->f->err), 0);
	rc = store_view_job(
	    view, &ref, clock_wall_ms(), &b->f->arena, out, &b->f->err);
	store_view_close(view);
	return rc;
}

/* 0 and *out, or ERR_ABSENT: nothing is recorded. */
static inline int bench_object(
    struct bench *b, const char *kind, const char *id, struct object *out)
{
	struct object_ref ref = {"shop", kind, id};
	struct store_view *view = NULL;
	int rc;

	assert_int_equal(store_view_open(b->f->store, &view, &b->f->err), 0);
	rc = store_view_object(view, &ref, &b->f->arena, out, &b->f->err);
	store_view_close(view);
	return rc;
}

static inline struct health bench_health(struct bench *b)
{
	struct store_view *view = NULL;
	struct health health;
	struct tally tally;

	assert_int_equal(store_view_open(b->f->store, &view, &b->f->err), 0);
	assert_int_equal(
	    store_view_provider(view, "shop", &health, &tally, &b->f->err), 0);
	store_view_close(view);
	return health;
}

#define TEST_BENCH(name) \
	cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

#endif
