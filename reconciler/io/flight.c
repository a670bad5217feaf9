#include <string.h>

#include "reconciler/base/err.h"
#include "reconciler/core/excerpt.h"
#include "reconciler/core/health.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/fetch.h"
#include "reconciler/io/lane.h"

#include "reconciler/io/flight.h"

enum {
	FLIGHT_ARENA_MAX = 512 * 1024 * 1024, /* fifty full replies */
	HTTP_UNAUTHORIZED = 401
};

void flight_init(struct flight *flight)
{
	memset(flight, 0, sizeof(*flight));
	arena_init(&flight->arena, FLIGHT_ARENA_MAX);
}

void flight_fini(struct flight *flight)
{
	arena_fini(&flight->arena);
}

void flight_clear(struct flight *flight)
{
	arena_reset(&flight->arena);
	flight->state = FLIGHT_FREE;
	flight->lane = NULL;
	flight->paid = false;
	flight->aside = false;
	flight->repeated = false;
	flight->n_replies = 0;
	flight->took_ms = 0;
	memset(&flight->outcome, 0, sizeof(flight->outcome));
	memset(&flight->settled, 0, sizeof(flight->settled));
}

/* A client may hand the token on as it is: it has to live as the rest does. */
static struct client_object looked_at(struct flight *flight)
{
	struct client_object object = {
	    .kind = flight->claim.ref.kind,
	    .id = flight->claim.ref.id,
	    .parent_kind = flight->claim.parent_kind,
	    .parent_id = flight->claim.parent_id,
	    .token = arena_text(&flight->arena, flight->lane->token.text),
	};

	flight->token_serial = flight->lane->token.serial;
	return object;
}

void flight_fail(struct flight *flight, enum verdict verdict, const char *cause)
{
	flight->state = FLIGHT_ENDED;
	flight->outcome.claim = &flight->claim;
	flight->outcome.verdict = verdict;
	flight->outcome.cause = arena_text(&flight->arena, cause);
}

static bool needs_parent(const struct flight *flight)
{
	const struct client_kind *kind =
	    client_kind_of(flight->lane->provider, flight->claim.ref.kind);

	return kind != NULL && kind->needs_parent;
}

static bool lacks_parent(const struct flight *flight)
{
	const struct claim *claim = &flight->claim;

	return (claim->parent_kind == NULL || claim->parent_id == NULL) &&
	       needs_parent(flight);
}

/* What cannot be asked for now cannot be asked for later. */
static void give_up(struct flight *flight, const char *cause)
{
	flight_fail(flight, VERDICT_GARBLED, cause);
	flight->outcome.hopeless = true;
}

static int ask_page(struct flight *flight, struct err_text *err)
{
	const struct provider_settings *provider = flight->lane->provider;
	const struct client_list *list =
	    client_list_find(provider->client, flight->claim.ref.id);
	struct client_place place = {.list = list,
	    .cursor = flight->claim.cursor,
	    .since_ms = flight->claim.since_ms,
	    .token = looked_at(flight).token};

	if (list == NULL)
		return err_set(err, ERR_BAD, "%s has no such list any more",
		    provider->type);
	return list->ask(
	    provider, &place, &flight->arena, &flight->request, err);
}

static int ask_object(struct flight *flight, struct err_text *err)
{
	const struct provider_settings *provider = flight->lane->provider;
	struct client_object object = looked_at(flight);

	return provider->client->ask(
	    provider, &object, &flight->arena, &flight->request, err);
}

static void ask_first(struct flight *flight)
{
	struct err_text err;
	int rc;

	if (lacks_parent(flight)) {
		give_up(flight, "it cannot be asked for without its parent: "
				"enqueue it with --parent KIND/ID");
		return;
	}
	rc = listing_is(&flight->claim.ref) ? ask_page(flight, &err)
					    : ask_object(flight, &err);
	if (rc == ERR_BAD)
		give_up(flight, err.text);
	else if (rc != 0)
		flight_fail(flight, VERDICT_GARBLED, err.text);
}

void flight_begin(struct flight *flight, struct lane *lane)
{
	flight->lane = lane;
	flight->errand.lane = lane;
	flight->errand.flight = flight;
	flight->state = FLIGHT_HELD;
}

/* Keep an answer for the reading of those that follow it. */
static bool keep(struct flight *flight, struct client_reply *reply)
{
	reply->body = arena_bytes(&flight->arena, reply->body, reply->len);
	reply->content_type = arena_text(&flight->arena, reply->content_type);
	return reply->body != NULL && flight->n_replies < CLIENT_STEPS_MAX;
}

static void conclude(struct flight *flight)
{
	const struct client_reading *reading = &flight->reading;
	struct outcome *outcome = &flight->outcome;

	flight->state = FLIGHT_ENDED;
	outcome->claim = &flight->claim;
	outcome->verdict = reading->verdict;
	outcome->gone_for_sure = reading->gone_for_sure;
	outcome->cause = reading->cause;
	if (reading->verdict != VERDICT_TRUTH)
		return;
	if (listing_is(&flight->claim.ref)) {
		outcome->listing = &flight->page.listing;
		return;
	}
	outcome->observation = &reading->observation;
	outcome->under_parent =
	    needs_parent(flight) || reading->parent_confirmed;
	outcome->also = reading->also;
	outcome->n_also = reading->n_also;
}

/* The shop has the last word on what the provider's words mean. */
static void translate(struct flight *flight)
{
	struct client_reading *reading = &flight->reading;

	if (reading->verdict != VERDICT_TRUTH ||
	    words_apply(&flight->lane->provider->words, flight->claim.ref.kind,
		&reading->observation, &flight->arena) == 0)
		return;
	reading->verdict = VERDICT_GARBLED;
	reading->cause = "the answer is larger than we are ready to hold";
}

/* One answer is one page: there is no more of it. */
static void read_page(struct flight *flight)
{
	const struct provider_settings *provider = flight->lane->provider;
	const struct client_list *list =
	    client_list_find(provider->client, flight->claim.ref.id);
	struct client_place place = {.list = list,
	    .cursor = flight->claim.cursor,
	    .since_ms = flight->claim.since_ms,
	    .token = looked_at(flight).token};

	memset(&flight->page, 0, sizeof(flight->page));
	list->read(provider, &place, &flight->replies[0], &flight->arena,
	    &flight->page);
	flight->reading.verdict = flight->page.verdict;
	flight->reading.cause = flight->page.cause;
	flight->reading.gone_for_sure = flight->page.refused;
}

static void read_replies(struct flight *flight, int64_t now_ms)
{
	const struct provider_settings *provider = flight->lane->provider;
	struct client_object object = looked_at(flight);

	memset(&flight->reading, 0, sizeof(flight->reading));
	if (listing_is(&flight->claim.ref)) {
		read_page(flight);
		return;
	}
	provider->client->read(provider, &object, flight->replies,
	    flight->n_replies, now_ms, &flight->arena, &flight->reading);
	translate(flight);
}

/* A further question is what the answers so far lead to: read them again. */
static void ask_on(struct flight *flight, int64_t now_ms)
{
	read_replies(flight, now_ms);
	if (flight->reading.verdict != VERDICT_MORE)
		conclude(flight);
	else
		flight->request = flight->reading.next;
}

void flight_ask(struct flight *flight, int64_t now_ms)
{
	memset(&flight->request, 0, sizeof(flight->request));
	flight->state = FLIGHT_READY;
	if (flight->n_replies == 0)
		ask_first(flight);
	else
		ask_on(flight, now_ms);
}

static void read_answer(
    struct flight *flight, const struct fetch_result *result, int64_t now_ms)
{
	struct client_reply *reply = &flight->replies[flight->n_replies++];

	reply->status = result->status;
	reply->content_type = result->content_type;
	reply->body = result->body;
	reply->len = result->len;
	read_replies(flight, now_ms);
	if (flight->reading.verdict != VERDICT_MORE) {
		conclude(flight);
	} else if (keep(flight, reply)) {
		flight->request = flight->reading.next;
		flight->state = FLIGHT_READY;
		flight->paid = false;
		flight->repeated = false;
	} else {
		flight_fail(flight, VERDICT_GARBLED,
		    "the answer has more parts than are ever read");
	}
}

/* A token may end before its time: one more try with a fresh one. */
static bool is_refused(struct flight *flight, const struct fetch_result *result)
{
	struct token *token = &flight->lane->token;
	bool again = !flight->repeated;

	if (result->status != HTTP_UNAUTHORIZED || !token_is_needed(token))
		return false;
	token_refused(token, flight->token_serial);
	flight->repeated = true;
	return again;
}

/* Of what could not be used, a few words for the person who looks at it. */
static const char *excerpt(
    struct flight *flight, const struct fetch_result *result)
{
	const char *key = flight->lane->provider->api_key;
	const char *half = key == NULL ? NULL : strchr(key, ':');
	const char *const secrets[] = {
	    key, half == NULL ? NULL : half + 1, flight->lane->token.text};
	char text[EXCERPT_MAX + 1];

	if (flight->state != FLIGHT_ENDED ||
	    flight->outcome.verdict == VERDICT_TRUTH || result->body == NULL ||
	    result->len == 0 || result->too_large)
		return NULL;
	excerpt_make(result->body, result->len, secrets, 3, text);
	return arena_text(&flight->arena, text);
}

/* What the provider's health learns from an answer. */
static struct health_event learnt(const struct flight *flight,
    const struct fetch_result *result, int64_t wait_ms, int64_t now_ms)
{
	bool more = flight->state == FLIGHT_READY;
	struct health_event event = {
	    .verdict = more ? VERDICT_MORE : flight->outcome.verdict,
	    .http_status = result->status,
	    .retry_after_ms = wait_ms,
	    .cause = flight->outcome.cause,
	    .now_ms = now_ms,
	};

	return event;
}

bool flight_answer(struct flight *flight, const struct fetch_result *result,
    int64_t now_ms, struct health_event *event)
{
	int64_t wait_ms = fetch_retry_after_ms(result, now_ms);

	flight->took_ms += result->took_ms;
	flight->outcome.http_status = result->status;
	if (is_refused(flight, result)) {
		flight->state = FLIGHT_HELD;
		flight->paid = false;
		return false;
	}
	if (result->error != NULL)
		flight_fail(flight, VERDICT_LATER, result->error);
	else if (result->too_large)
		flight_fail(flight, VERDICT_GARBLED,
		    "the answer is larger than worker.max_reply");
	else
		read_answer(flight, result, now_ms);
	flight->outcome.excerpt = excerpt(flight, result);
	if (wait_ms > 0)
		flight->outcome.retry_at_ms = now_ms + wait_ms;
	*event = learnt(flight, result, wait_ms, now_ms);
	return true;
}

void flight_count(const struct flight *flight, int64_t now_ms)
{
	const struct claim *claim = &flight->claim;
	enum verdict verdict = flight->outcome.verdict;

	lane_count_end(flight->lane, verdict);
	if (verdict == VERDICT_TRUTH && claim->notices > 0 &&
	    claim->first_notified_ms != 0 &&
	    flight->settled.news == HISTORY_NEWS && !flight->settled.superseded)
		lane_count_notice(
		    flight->lane, now_ms - claim->first_notified_ms);
}
