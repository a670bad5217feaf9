#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "cache/store.h"
#include "clients/client.h"
#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/signature.h"

#include "reconciler/io/batch.h"
#include "reconciler/io/committer.h"
#include "reconciler/io/hook.h"
#include "reconciler/io/http.h"
#include "reconciler/io/replies.h"

#include "reconciler/io/desk.h"

enum { BATCHES = 4 }; /* one is filled, the others are under way */

struct desk {
	const struct settings *settings;
	const struct replies *replies;
	struct committer *committer;
	struct committer_lane *lane;
	struct batch *filling;
	struct batch *spare;
	size_t under_way;
	bool closed;
	struct batch *batches;
	_Atomic uint64_t *counts; /* provider by outcome */
	struct hook hook;	  /* of the request at hand */
};

static void count(struct desk *desk, size_t provider, enum desk_outcome outcome)
{
	atomic_fetch_add_explicit(
	    &desk->counts[provider * DESK_OUTCOMES + outcome], 1,
	    memory_order_relaxed);
}

uint64_t desk_count(
    const struct desk *desk, size_t provider, enum desk_outcome outcome)
{
	return atomic_load_explicit(
	    &desk->counts[provider * DESK_OUTCOMES + outcome],
	    memory_order_relaxed);
}

/* ---- batches ----------------------------------------------------------- */

static void reuse(struct desk *desk, struct batch *batch)
{
	arena_reset(&batch->arena);
	batch->n = 0;
	batch->n_waits = 0;
	batch->next = desk->spare;
	desk->spare = batch;
}

static void next_batch(struct desk *desk)
{
	desk->filling = desk->spare;
	desk->spare = desk->spare->next;
}

void desk_give(struct desk *desk)
{
	/* Without a spare one, what comes in goes on to fill this one. */
	if (desk->filling->n == 0 || desk->spare == NULL)
		return;
	committer_give(desk->lane, desk->filling);
	desk->under_way++;
	next_batch(desk);
}

static void settle(struct desk *desk, const struct batch *batch)
{
	bool stored = batch->rc == 0;

	for (size_t i = 0; i < batch->n_waits; i++) {
		count(desk, batch->waits[i].provider,
		    stored ? DESK_STORED : DESK_UNAVAILABLE);
		http_answer(batch->waits[i].exchange,
		    stored ? desk->replies->received
			   : desk->replies->unavailable);
	}
}

void desk_take_back(struct desk *desk)
{
	struct batch *batch;

	while ((batch = committer_take(desk->lane)) != NULL) {
		desk->under_way--;
		settle(desk, batch);
		reuse(desk, batch);
	}
}

/* No room is left for all that one notification may name. */
static bool is_full(const struct desk *desk)
{
	return desk->filling->n + CLIENT_NOTICES_MAX > BATCH_NOTICES ||
	       arena_failed(&desk->filling->arena);
}

static bool make_room(struct desk *desk)
{
	if (is_full(desk))
		desk_give(desk);
	return !is_full(desk);
}

/* ---- notifications ----------------------------------------------------- */

static const char *get_header(void *cookie, const char *name)
{
	return http_header(cookie, name);
}

static bool are_valid(const struct provider_settings *provider,
    const struct client_notices *found)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct object_ref ref = {
		    provider->name, found->items[i].kind, found->items[i].id};

		if (ref.kind == NULL || ref.id == NULL ||
		    !name_ref_is_valid(&ref))
			return false;
	}
	return true;
}

static void keep(struct desk *desk, size_t provider,
    const struct client_notices *found, int64_t now_ms,
    struct http_exchange *exchange)
{
	struct batch *batch = desk->filling;

	for (size_t i = 0; i < found->n; i++) {
		const struct client_notice *in = &found->items[i];

		batch->notices[batch->n++] = (struct notice){
		    .ref = {desk->settings->providers[provider].name, in->kind,
			in->id},
		    .parent_kind = in->parent_kind,
		    .parent_id = in->parent_id,
		    .delivery_id = in->delivery_id,
		    .arrived_ms = now_ms,
		    .cause = CAUSE_NOTIFIED,
		};
	}
	batch->waits[batch->n_waits++] =
	    (struct batch_wait){exchange, provider};
}

static void refuse(struct desk *desk, size_t provider, int rc,
    const struct err_text *err, struct http_exchange *exchange)
{
	bool is_unsigned = rc == ERR_DENIED;

	count(desk, provider, is_unsigned ? DESK_UNSIGNED : DESK_MALFORMED);
	replies_error(
	    desk->replies, exchange, is_unsigned ? 401 : 400, err->text);
}

static void ignore(struct desk *desk, size_t provider, const char *why,
    struct http_exchange *exchange)
{
	count(desk, provider, DESK_IGNORED);
	replies_ignored(
	    desk->replies, exchange, why != NULL ? why : "nothing to look at");
}

static void unavailable(
    struct desk *desk, size_t provider, struct http_exchange *exchange)
{
	count(desk, provider, DESK_UNAVAILABLE);
	http_answer(exchange, desk->replies->unavailable);
}

static int identify(struct desk *desk, size_t index, int64_t now_ms,
    struct http_exchange *exchange, struct client_notices *found,
    struct err_text *err)
{
	const struct provider_settings *provider =
	    &desk->settings->providers[index];
	struct client_hook hook = {
	    .content_type = http_header(exchange, "Content-Type"),
	    .header = get_header,
	    .cookie = exchange,
	    .now_ms = now_ms,
	};
	int rc;

	hook.body = http_body(exchange, &hook.len);
	if (hook.body == NULL)
		hook.body = "";
	found->n = 0;
	found->ignored = NULL;
	rc = provider->client->identify(
	    provider, &hook, &desk->filling->arena, found, err);
	if (arena_failed(&desk->filling->arena))
		return ERR_AGAIN;
	if (rc == 0 && !are_valid(provider, found))
		return err_set(err, ERR_BAD, "no valid id");
	return rc;
}

static void notify(
    struct desk *desk, size_t provider, struct http_exchange *exchange)
{
	struct client_notices found;
	struct err_text err = {""};
	int64_t now_ms = clock_wall_ms();
	int rc;

	if (desk->closed || !make_room(desk)) {
		unavailable(desk, provider, exchange);
		return;
	}
	rc = identify(desk, provider, now_ms, exchange, &found, &err);
	if (rc == ERR_BAD || rc == ERR_DENIED)
		refuse(desk, provider, rc, &err, exchange);
	else if (rc != 0)
		unavailable(desk, provider, exchange);
	else if (found.n == 0)
		ignore(desk, provider, found.ignored, exchange);
	else
		keep(desk, provider, &found, now_ms, exchange);
	if (desk->filling->n == 0)
		arena_reset(&desk->filling->arena);
}

/* ---- requests ---------------------------------------------------------- */

static bool is_allowed(
    const struct provider_settings *provider, const struct hook *hook)
{
	if (provider->hook_token == NULL)
		return !hook->has_token;
	return signature_token_equal(
	    provider->hook_token, hook->token, hook->token_len);
}

/* What is not allowed looks like what does not exist. */
static void on_hook(struct desk *desk, struct http_exchange *exchange)
{
	const struct settings *settings = desk->settings;
	const struct provider_settings *provider =
	    settings_provider(settings, desk->hook.name);
	size_t index;

	if (provider == NULL) {
		http_answer(exchange, desk->replies->unknown);
		return;
	}
	index = (size_t)(provider - settings->providers);
	if (!is_allowed(provider, &desk->hook)) {
		count(desk, index, DESK_WRONG_TOKEN);
		http_answer(exchange, desk->replies->unknown);
	} else if (strcmp(http_method(exchange), "POST") != 0) {
		http_answer(exchange, desk->replies->only_post);
	} else {
		notify(desk, index, exchange);
	}
}

static void on_health(struct desk *desk, struct http_exchange *exchange)
{
	const struct replies *replies = desk->replies;
	const char *method = http_method(exchange);

	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		http_answer(exchange, replies->only_get);
	else if (desk->closed || is_full(desk) ||
		 !committer_can_store(desk->committer))
		http_answer(exchange, replies->unavailable);
	else
		http_answer(exchange, replies->healthy);
}

void desk_serve(void *cookie, struct http_exchange *exchange)
{
	struct desk *desk = cookie;

	if (hook_parse(http_path(exchange), &desk->hook) == 0)
		on_hook(desk, exchange);
	else if (strcmp(http_path(exchange), "/healthz") == 0)
		on_health(desk, exchange);
	else
		http_answer(exchange, desk->replies->unknown);
}

void desk_close(struct desk *desk)
{
	desk->closed = true;
}

int desk_fd(const struct desk *desk)
{
	return committer_lane_fd(desk->lane);
}

bool desk_is_busy(const struct desk *desk)
{
	return desk->under_way > 0;
}

/* ---- life -------------------------------------------------------------- */

struct desk *desk_new(const struct settings *settings,
    const struct replies *replies, struct committer *committer,
    struct err_text *err)
{
	size_t n = settings->n_providers * DESK_OUTCOMES;
	struct desk *desk = calloc(1, sizeof(*desk));

	if (desk == NULL) {
		err_set(err, ERR_FAIL, "out of memory");
		return NULL;
	}
	desk->settings = settings;
	desk->replies = replies;
	desk->committer = committer;
	desk->counts = calloc(n > 0 ? n : 1, sizeof(*desk->counts));
	desk->batches = calloc(BATCHES, sizeof(*desk->batches));
	if (desk->counts == NULL || desk->batches == NULL) {
		err_set(err, ERR_FAIL, "out of memory");
		desk_free(desk);
		return NULL;
	}
	for (size_t i = 0; i < BATCHES; i++) {
		arena_init(&desk->batches[i].arena, BATCH_ARENA_BYTES);
		reuse(desk, &desk->batches[i]);
	}
	next_batch(desk);
	desk->lane = committer_lane_new(committer, err);
	if (desk->lane == NULL) {
		desk_free(desk);
		return NULL;
	}
	return desk;
}

void desk_free(struct desk *desk)
{
	if (desk == NULL)
		return;
	committer_lane_free(desk->lane);
	for (size_t i = 0; desk->batches != NULL && i < BATCHES; i++)
		arena_fini(&desk->batches[i].arena);
	free(desk->batches);
	free(desk->counts);
	free(desk);
}
