#include <stdlib.h>

#include "cache/steady.h"
#include "cache/store.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/api_call.h"
#include "reconciler/io/api_gate.h"
#include "reconciler/io/api_store.h"
#include "reconciler/io/barrier.h"
#include "reconciler/io/http.h"
#include "reconciler/io/page.h"
#include "reconciler/io/page_path.h"

#include "reconciler/io/api.h"

enum {
	KEEP_BYTES = 64 * 1024,
	REFRESHES_MAX = 16, /* of one thread; each may wait for thousands */
	REFRESH_MS = 5000,
	REFRESH_LOOK_MS = 25
};

/* A question about changes that has none yet. */
struct waiting {
	struct http_exchange *exchange;
	bool has_since;
	int64_t since;
	int64_t limit;
	int64_t wait_s;
	int64_t until_ms; /* monotonic */
};

/* A question about an account that waits for looks that begin now. */
struct refreshing {
	struct http_exchange *exchange;
	struct api_path path; /* where the barrier has the account's name */
	struct api_query query;
	struct steady_view held; /* what the barrier writes to */
	struct barrier *barrier;
};

struct api {
	struct api_options options;
	struct steady_view held; /* empty: none could be had */
	bool fresh;		 /* the view is of this turn */
	int view_error;
	struct arena arena;
	struct buf out;
	struct waiting *waiting;
	size_t n_waiting;
	struct refreshing *refreshing[REFRESHES_MAX];
	size_t n_refreshing;
	int64_t looked_ms; /* monotonic */
	bool closed;
};

struct api *api_new(const struct api_options *options)
{
	struct api *api = calloc(1, sizeof(*api));

	if (api == NULL)
		return NULL;
	api->options = *options;
	arena_init(&api->arena, API_ARENA_MAX);
	buf_init(&api->out, API_ANSWER_MAX);
	api->waiting = calloc(options->max_waiting + 1, sizeof(*api->waiting));
	if (api->waiting == NULL) {
		api_free(api);
		return NULL;
	}
	return api;
}

void api_free(struct api *api)
{
	if (api == NULL)
		return;
	steady_close(&api->held);
	arena_fini(&api->arena);
	buf_fini(&api->out);
	free(api->waiting);
	free(api);
}

/* ---- the view ----------------------------------------------------------- */

void api_rest(struct api *api)
{
	if (api->held.view != NULL && api->fresh) {
		store_view_rest(api->held.view);
	} else {
		/* Even one that rests would keep another thread from following
		 * a store that has grown, or that was replaced. */
		steady_close(&api->held);
	}
	api->fresh = false;
	/* One large answer must not make a small process a large one. */
	arena_reset(&api->arena);
	if (api->out.cap > KEEP_BYTES) {
		buf_fini(&api->out);
		buf_init(&api->out, API_ANSWER_MAX);
	}
}

/* Each request has a snapshot of its own: what was recorded before it was asked
 * is in its answer. */
static void take_view(struct api *api)
{
	api->view_error = api_store_view(api->options.store, &api->held);
	api->fresh = api->held.view != NULL;
}

/* ---- requests ----------------------------------------------------------- */

static void (*const answers[API_WHATS])(struct api_call *call) = {
    [API_ACCOUNT] = api_account_answer,
    [API_ACCOUNT_HISTORY] = api_account_history,
    [API_OBJECT] = api_object_answer,
    [API_OBJECT_HISTORY] = api_object_history,
    [API_CHANGES] = api_feed_answer,
    [API_STATS] = api_state_stats,
    [API_BATCH] = api_batch_answer,
    [API_METRICS] = api_state_metrics,
    [API_HEALTH] = api_state_health,
    [API_READY] = api_state_ready,
};

static bool answers_without(enum api_what what)
{
	return what == API_HEALTH || what == API_READY || what == API_METRICS;
}

/* What every answer is made with. */
static void begin_answer(struct api *api, struct api_call *call)
{
	arena_reset(&api->arena);
	buf_reset(&api->out);
	call->settings = api->options.settings;
	call->arena = &api->arena;
	call->out = &api->out;
	call->now_ms = clock_wall_ms();
}

static void answer(struct api *api, struct api_call *call)
{
	enum api_what what = call->path.what;

	begin_answer(api, call);
	if (what != API_HEALTH)
		take_view(api);
	call->view = api->held.view;
	call->view_error = api->view_error;
	if (call->view == NULL && !answers_without(what))
		api_call_fail(call, call->view_error);
	else
		answers[what](call);
}

/* What is asked for, after it is clear that the asker may. */
static bool understand(struct api_call *call, int rc)
{
	const char *method = http_method(call->asker.exchange);
	enum api_what what = call->path.what;

	if (rc == ERR_ABSENT) {
		api_reply_problem(&call->asker, 404, "there is no such path");
		return false;
	}
	if (!api_path_takes(what, method)) {
		api_reply_wrong_method(&call->asker, api_path_methods(what));
		return false;
	}
	if (rc != 0)
		api_call_wrong(call,
		    "a name in the path is not percent-encoded UTF-8 of its "
		    "form, without control characters, and not too long");
	return rc == 0;
}

static bool may_ask(struct api_call *call, const struct settings *settings)
{
	int rc = api_gate_judge(
	    settings, http_header(call->asker.exchange, "Authorization"));

	if (rc != 0)
		api_reply_problem(&call->asker, 401,
		    rc == ERR_ABSENT ? "a bearer token is wanted"
				     : "this is not a token that is known");
	return rc == 0;
}

struct query_cookie {
	struct api_call *call;
	struct err_text err;
};

static int take_argument(void *cookie, const char *name, const char *value)
{
	struct query_cookie *c = cookie;

	return api_query_add(
	    &c->call->query, c->call->path.what, name, value, &c->err);
}

static bool read_query(struct api_call *call)
{
	struct query_cookie cookie = {.call = call};

	api_query_init(&call->query);
	if (http_each_query(call->asker.exchange, take_argument, &cookie) == 0)
		return true;
	api_call_wrong(call, cookie.err.text);
	return false;
}

/* ---- refreshes ---------------------------------------------------------- */

static void free_refreshing(struct refreshing *r)
{
	if (r == NULL)
		return;
	barrier_close(r->barrier);
	steady_close(&r->held);
	free(r);
}

static void answer_refreshed(struct api *api, struct refreshing *r)
{
	struct api_call call = {
	    .asker = {r->exchange, api->options.counts},
	    .path = r->path,
	    .query = r->query,
	    .barrier = r->barrier,
	};

	answer(api, &call);
	free_refreshing(r);
}

/* The call begins: 0 and *out, or why it cannot. */
static int begin_refresh(
    struct api *api, const struct api_call *call, struct refreshing **out)
{
	struct refreshing *r = calloc(1, sizeof(*r));
	struct err_text err;
	int rc = r == NULL ? ERR_FAIL
			   : api_store_writer(api->options.store, &r->held);

	if (rc == 0) {
		r->exchange = call->asker.exchange;
		r->path = call->path;
		r->query = call->query;
		rc = barrier_open(steady_store_of(&r->held),
		    api->options.settings, REFRESH_MS, &r->barrier, &err);
	}
	if (rc == 0)
		rc = barrier_want_account(r->barrier, r->path.account, &err);
	if (rc != 0)
		free_refreshing(r);
	*out = rc == 0 ? r : NULL;
	return rc;
}

static void refresh(struct api *api, const struct api_call *call)
{
	struct refreshing *r = NULL;
	int rc;

	if (api->closed || api->n_refreshing == REFRESHES_MAX) {
		api_reply_problem(&call->asker, 503,
		    "too many ask for a refresh: come again, or ask without");
		return;
	}
	rc = begin_refresh(api, call, &r);
	if (rc == ERR_DENIED) {
		api_reply_problem(&call->asker, 501,
		    "this process may only read the store, so it cannot have "
		    "anything refreshed");
	} else if (rc != 0) {
		api_call_fail(call, rc);
	} else if (barrier_step(r->barrier)) {
		answer_refreshed(api, r);
	} else {
		api->refreshing[api->n_refreshing++] = r;
		http_park(r->exchange);
	}
}

static void look_at_refreshes(struct api *api)
{
	size_t kept = 0;

	for (size_t i = 0; i < api->n_refreshing; i++) {
		struct refreshing *r = api->refreshing[i];

		if (api->closed || http_has_left(r->exchange) ||
		    barrier_step(r->barrier))
			answer_refreshed(api, r);
		else
			api->refreshing[kept++] = r;
	}
	api->n_refreshing = kept;
}

/* ---- questions ---------------------------------------------------------- */

static void wait_for_more(struct api *api, const struct api_call *call)
{
	struct waiting *w = &api->waiting[api->n_waiting++];

	w->exchange = call->asker.exchange;
	w->has_since = call->query.has_since;
	w->since = call->query.since;
	w->limit = call->query.limit;
	w->wait_s = call->query.wait_s;
	w->until_ms = clock_mono_ms() + call->query.wait_s * 1000;
	http_park(w->exchange);
}

static void answer_page(struct api *api, struct api_call *call)
{
	begin_answer(api, call);
	take_view(api);
	call->view = api->held.view;
	call->view_error = api->view_error;
	page_answer(call);
}

void api_serve(void *cookie, struct http_exchange *exchange)
{
	struct api *api = cookie;
	struct api_call call = {.asker = {exchange, api->options.counts}};
	int rc = api_path_parse(http_path(exchange), &call.path);
	bool open = rc == 0 && api_path_is_open(call.path.what);

	if (rc == ERR_ABSENT && page_path_is_ours(http_path(exchange),
				    http_header(exchange, "Accept"))) {
		answer_page(api, &call);
		return;
	}
	if (!open && !may_ask(&call, api->options.settings))
		return;
	if (!understand(&call, rc) || !read_query(&call))
		return;
	call.if_none_match = http_header(exchange, "If-None-Match");
	call.may_wait =
	    !api->closed && api->n_waiting < api->options.max_waiting;
	if (call.path.what == API_ACCOUNT && call.query.refresh) {
		refresh(api, &call);
		return;
	}
	answer(api, &call);
	if (call.waits)
		wait_for_more(api, &call);
}

/* ---- those that wait ---------------------------------------------------- */

/* true: it was answered. */
static bool look_again(struct api *api, const struct waiting *w, int64_t now_ms)
{
	struct api_call call = {
	    .asker = {w->exchange, api->options.counts},
	    .path = {.what = API_CHANGES},
	    .query = {.has_since = w->has_since,
		.since = w->since,
		.limit = w->limit,
		.wait_s = w->wait_s},
	    .may_wait = !api->closed && now_ms < w->until_ms &&
			!http_has_left(w->exchange),
	};

	answer(api, &call);
	return !call.waits;
}

static void look(struct api *api, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < api->n_waiting; i++) {
		if (!look_again(api, &api->waiting[i], now_ms))
			api->waiting[kept++] = api->waiting[i];
	}
	api->n_waiting = kept;
}

void api_look(struct api *api, int64_t now_ms)
{
	if (api->n_refreshing > 0)
		look_at_refreshes(api);
	if (api->n_waiting == 0 || now_ms < api->looked_ms + API_LOOK_MS)
		return;
	api->looked_ms = now_ms;
	look(api, now_ms);
}

void api_close(struct api *api)
{
	api->closed = true;
	look_at_refreshes(api);
	look(api, INT64_MAX);
}

int64_t api_wait_ms(const struct api *api)
{
	if (api->n_refreshing > 0)
		return REFRESH_LOOK_MS;
	return api->n_waiting > 0 ? API_LOOK_MS : INT64_MAX;
}
