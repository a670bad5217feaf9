/*
 * Mollie's lists, newest first (its pagination page). A link to the next page
 * is never followed: of it only the id is taken at which that page begins, and
 * one to another origin is not Mollie's.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "clients/page.h"

#include "clients/mollie.h"

enum { PAGE_SIZE = 250 /* Mollie's pagination page */, LINK_MAX = 1000 };

static int ask_list(const struct provider_settings *provider, const char *list,
    bool (*is_valid)(const char *id), const char *cursor, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	if (cursor != NULL && !is_valid(cursor))
		return err_set(
		    err, ERR_BAD, "not the id that a page begins at");
	return mollie_request(provider, arena,
	    arena_printf(arena, "/v2/%s?limit=%d%s%s", list, PAGE_SIZE,
		cursor == NULL ? "" : "&from=", cursor == NULL ? "" : cursor),
	    "list", out);
}

static int ask_subscriptions(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	return ask_list(provider, "subscriptions", mollie_is_subscription,
	    place->cursor, arena, out, err);
}

static int ask_payments(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	return ask_list(provider, "payments", mollie_is_payment, place->cursor,
	    arena, out, err);
}

/* A subscription can be asked for below its customer only. */
static void take(const struct provider_settings *provider, struct page *page,
    const struct client_kind *kind, const field_value *item)
{
	struct member found = {.kind = kind->name,
	    .id = field_need_text(&page->fields, item, "id", NAME_ID_MAX)};

	if (kind->needs_parent) {
		found.parent_kind = MOLLIE_CUSTOMER;
		found.parent_id = field_need_text(
		    &page->fields, item, "customerId", NAME_ID_MAX);
	}
	if (page->fields.error == NULL && found.parent_id != NULL &&
	    !mollie_is_customer(found.parent_id))
		field_complain(&page->fields, "customerId", "not an id");
	if (!mollie_is_other_mode(provider, &page->fields, item))
		page_take(page, kind, &found);
}

/* Where the next page begins; NULL: this is the last one. */
static const char *next_of(const struct provider_settings *provider,
    struct page *page, const struct client_kind *kind)
{
	const char *link =
	    field_text(&page->fields, page->root, "_links.next.href", LINK_MAX);
	const char *from;

	if (link == NULL)
		return NULL;
	if (!page_link_is_ours(provider, link))
		field_complain(&page->fields, "_links.next.href",
		    "it leads to another origin");
	from = page_link_value(page->arena, link, "from");
	if (from == NULL || !kind->id_is_valid(from))
		field_complain(&page->fields, "_links.next.href",
		    "it does not say where the next page begins");
	return from;
}

static void read_list(const struct provider_settings *provider,
    const struct client_kind *kind, const char *path,
    const struct client_reply *reply, struct arena *arena,
    struct client_page *out)
{
	struct page page;
	const field_value *list;
	size_t n;

	if (!page_open(&page, reply, arena, out)) {
		page_close(&page, NULL);
		return;
	}
	list = field_array(&page.fields, page.root, path);
	n = field_count(list);
	if (list == NULL)
		field_complain(&page.fields, path, "missing");
	for (size_t i = 0; i < n && page.fields.error == NULL; i++)
		take(provider, &page, kind, field_at(list, i));
	page_close(&page, next_of(provider, &page, kind));
}

static void read_subscriptions(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	(void)place;
	read_list(provider, mollie_kind(MOLLIE_SUBSCRIPTION),
	    "_embedded.subscriptions", reply, arena, out);
}

static void read_payments(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	(void)place;
	read_list(provider, mollie_kind(MOLLIE_PAYMENT), "_embedded.payments",
	    reply, arena, out);
}

const struct client_list mollie_lists[MOLLIE_LISTS] = {
    {.name = "subscriptions",
	.ask = ask_subscriptions,
	.read = read_subscriptions},
    {.name = "payments", .ask = ask_payments, .read = read_payments},
};
