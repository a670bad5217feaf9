/*
 * Stripe's lists, newest first (its pagination page): what was bought, and what
 * money went back for. A page begins behind the last item of the one before.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/name.h"

#include "clients/page.h"

#include "clients/types.h"

#include "clients/stripe.h"

enum { PAGE_SIZE = 100 /* Stripe's pagination page */, WORD_MAX = 64 };

/* Subscriptions that ended are left out unless all are asked for. */
struct row {
	const char *path;   /* with the query that shows what is hidden */
	const char *object; /* that member of the items */
	const char *kind;   /* what they name */
	const char *id;	    /* by this member */
};

static const struct row rows[] = {
    {"/v1/subscriptions?status=all&", "subscription", STRIPE_SUBSCRIPTION,
	"id"},
    {"/v1/checkout/sessions?", "checkout.session", STRIPE_SESSION, "id"},
    {"/v1/refunds?", "refund", STRIPE_REFUND, "id"},
    {"/v1/disputes?", "dispute", STRIPE_CHARGE, "charge"},
};

static const struct row *row_of(const struct client_place *place)
{
	return &rows[place->list - stripe_lists];
}

/* The id of an item of the list; disputes are no kind of ours. */
static bool is_item(const struct row *row, const char *id)
{
	if (strcmp(row->id, "id") == 0)
		return stripe_id_is(row->kind, id);
	return (strncmp(id, "du_", 3) == 0 || strncmp(id, "dp_", 3) == 0) &&
	       stripe_is_token(id);
}

/* Each list is an operation of its own, whose budget others may use too. */
static int ask(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct row *row = row_of(place);
	const char *after = place->cursor;
	const char *path;

	if (after != NULL && !is_item(row, after))
		return err_set(
		    err, ERR_BAD, "not the id that a page begins behind");
	path = arena_printf(arena, "%slimit=%d%s%s", row->path, PAGE_SIZE,
	    after == NULL ? "" : "&starting_after=",
	    after == NULL ? "" : after);
	if (stripe_request(provider, path, place->list->name, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/* The item's own id, which the next page may begin behind; NULL: a complaint.
 */
static const char *take(const struct provider_settings *provider,
    struct page *page, const struct row *row, const field_value *item)
{
	struct fields *fields = &page->fields;
	const char *object = field_need_text(fields, item, "object", WORD_MAX);
	const char *id = field_need_text(fields, item, "id", NAME_ID_MAX);
	struct member found = {.kind = row->kind,
	    .id = stripe_ref(fields, item, row->id, row->kind)};

	if (fields->error == NULL && strcmp(object, row->object) != 0)
		field_complain(fields, "data.object", "not one of this list");
	if (fields->error == NULL && !is_item(row, id))
		field_complain(fields, "data.id", "not an id");
	if (!stripe_is_other_mode(provider, fields, item))
		page_take(
		    page, client_kind_find(&stripe_client, row->kind), &found);
	return id;
}

/* Nothing but has_more tells the end (Stripe's pagination page). */
const char *stripe_page_next(struct page *page, const char *last)
{
	bool more = field_bool(&page->fields, page->root, "has_more");

	if (!field_has(page->root, "has_more"))
		field_complain(&page->fields, "has_more", "missing");
	if (more && last == NULL)
		field_complain(
		    &page->fields, "has_more", "behind an empty page");
	return more ? last : NULL;
}

const field_value *stripe_page_data(struct page *page)
{
	struct fields *fields = &page->fields;
	const char *object =
	    field_need_text(fields, page->root, "object", WORD_MAX);
	const field_value *data = field_array(fields, page->root, "data");

	if (object != NULL && strcmp(object, "list") != 0)
		field_complain(fields, "object", "not a list");
	if (data == NULL)
		field_complain(fields, "data", "missing");
	return data;
}

static void read_items(const struct provider_settings *provider,
    struct page *page, const struct row *row)
{
	const field_value *data = stripe_page_data(page);
	const char *last = NULL;

	for (size_t i = 0; i < field_count(data) && page->fields.error == NULL;
	     i++)
		last = take(provider, page, row, field_at(data, i));
	page_close(page, stripe_page_next(page, last));
}

static void read(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	struct page page;

	if (page_open(&page, reply, arena, out)) {
		read_items(provider, &page, row_of(place));
		return;
	}
	page_close(&page, NULL);
	if (stripe_is_passing(reply->status))
		out->verdict = VERDICT_LATER;
}

const struct client_list stripe_lists[STRIPE_LISTS] = {
    {.name = "subscriptions", .ask = ask, .read = read},
    {.name = "checkout_sessions", .ask = ask, .read = read},
    {.name = "refunds", .ask = ask, .read = read},
    {.name = "disputes", .ask = ask, .read = read},
    {.name = "events",
	.log = &stripe_events_log,
	.ask = stripe_events_ask,
	.read = stripe_events_read},
};
