/*
 * Stripe's log of events, newest first, of the last 30 days ("List all
 * events"): of each, what a notification of it would have asked us to look at.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/page.h"

#include "clients/types.h"

#include "clients/stripe.h"

enum {
	/* Each carries a snapshot of its object: half of what Stripe gives. */
	PAGE_SIZE = 50,
	WORD_MAX = 64,
	HTTP_FORBIDDEN = 403,
	HTTP_NOT_FOUND = 404
};

const struct listing_log stripe_events_log = {
    .window_ms = INT64_C(30) * 24 * 3600 * 1000,
    /* Ids are in the order of time only roughly, and appear late. */
    .overlap_ms = 10 * 60 * 1000,
    /* Whole seconds, and one for the clocks. */
    .slack_ms = 2000,
};

static bool is_event(const char *id)
{
	return strncmp(id, "evt_", 4) == 0 && id[4] != '\0' &&
	       stripe_is_token(id);
}

/* "&types[]=" and a name for each that is asked for. */
static const char *types_of(
    const struct provider_settings *provider, struct arena *arena)
{
	const struct config_texts *types = &stripe_options_of(provider)->events;
	const char *text = "";

	for (size_t i = 0; i < types->n && text != NULL; i++)
		text = arena_printf(
		    arena, "%s&types%%5B%%5D=%s", text, types->items[i]);
	return text;
}

int stripe_events_ask(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const char *after = place->cursor;
	const char *types = types_of(provider, arena);
	const char *path = NULL;

	if (after != NULL && !is_event(after))
		return err_set(
		    err, ERR_BAD, "not the id that a page begins behind");
	if (types != NULL)
		path = arena_printf(arena,
		    "/v1/events?limit=%d&created%%5Bgte%%5D=%lld%s%s%s",
		    PAGE_SIZE, (long long)(place->since_ms / 1000), types,
		    after == NULL ? "" : "&starting_after=",
		    after == NULL ? "" : after);
	if (stripe_request(provider, path, place->list->name, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/*
 * What it is about, if that is of ours. A thing whose id we would refuse in a
 * notification must not hold up the log, so what is wrong with it is not said.
 */
static void take_object(const struct provider_settings *provider,
    struct page *page, const field_value *event, int64_t at_ms)
{
	struct client_notices notices;
	struct fields fields;

	if (page->fields.error != NULL)
		return;
	memset(&notices, 0, sizeof(notices));
	fields_init(&fields, page->arena);
	stripe_event_names(provider, &fields, event, &notices);
	if (fields.error != NULL)
		return;
	for (size_t i = 0; i < notices.n; i++) {
		const struct client_notice *notice = &notices.items[i];
		const struct member found = {
		    .kind = notice->kind, .id = notice->id};

		page_take_at(page,
		    client_kind_find(&stripe_client, notice->kind), &found,
		    at_ms);
	}
}

/* The event's own id, which the next page may begin behind. */
static const char *take(const struct provider_settings *provider,
    struct page *page, const field_value *event)
{
	struct fields *fields = &page->fields;
	const char *object = field_need_text(fields, event, "object", WORD_MAX);
	const char *id = field_need_text(fields, event, "id", NAME_ID_MAX);
	int64_t at_ms = stripe_time(fields, event, "created");

	if (object != NULL && strcmp(object, "event") != 0)
		field_complain(fields, "data.object", "not an event");
	if (id != NULL && !is_event(id))
		field_complain(fields, "data.id", "not an event's id");
	if (at_ms == 0)
		field_complain(fields, "data.created", "missing");
	if (stripe_is_other_mode(provider, fields, event))
		page->out->listing.other_mode++;
	else
		take_object(provider, page, event, at_ms);
	return id;
}

static void read_events(
    const struct provider_settings *provider, struct page *page)
{
	const field_value *data = stripe_page_data(page);
	const char *last = NULL;

	page->out->listing.log = &stripe_events_log;
	for (size_t i = 0; i < field_count(data) && page->fields.error == NULL;
	     i++)
		last = take(provider, page, field_at(data, i));
	page_close(page, stripe_page_next(page, last));
}

/*
 * A restricted key may read objects and no events (403), and a stand-in for
 * Stripe may have none: that is no reason to ask it for nothing.
 */
void stripe_events_read(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	struct page page;

	(void)place;
	if (page_open(&page, reply, arena, out)) {
		read_events(provider, &page);
		return;
	}
	page_close(&page, NULL);
	if (stripe_is_passing(reply->status))
		out->verdict = VERDICT_LATER;
	if (reply->status != HTTP_FORBIDDEN && reply->status != HTTP_NOT_FOUND)
		return;
	out->verdict = VERDICT_GONE;
	out->refused = true;
}
