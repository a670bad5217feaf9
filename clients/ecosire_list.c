/*
 * ECOSIRE's lists (its API pages orders, licenses, billing). Orders come in
 * pages; licences and subscriptions all at once, which is cut into pages here.
 * An item's id is all that is taken: a licence's key is a secret.
 */
#include <string.h>

#include <jansson.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/name.h"

#include "clients/page.h"
#include "clients/types.h"

#include "clients/ecosire.h"

enum { PAGE_SIZE = 100 /* ECOSIRE, API orders */ };

struct row {
	const char *path;
	const char *kind;
	bool is_paged; /* by the provider */
};

/* Of subscriptions ECOSIRE shows the active ones, and nothing shows others. */
static const struct row rows[ECOSIRE_LISTS] = {
    {"/licenses", ECOSIRE_LICENSE, false},
    {"/billing/subscriptions", ECOSIRE_SUBSCRIPTION, false},
    {"/orders", ECOSIRE_ORDER, true},
};

static const struct row *row_of(const struct client_place *place)
{
	return &rows[place->list - ecosire_lists];
}

/* Orders by when they were made, which never changes: none is passed over. */
static int ask(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct row *row = row_of(place);
	int64_t number = page_number(place->cursor);
	const char *path = row->path;

	if (number == 0)
		return err_set(err, ERR_BAD, "not the number of a page");
	if (row->is_paged)
		path = arena_printf(arena,
		    "%s?page=%lld&limit=%d&sortBy=createdAt", row->path,
		    (long long)number, PAGE_SIZE);
	if (ecosire_request(provider, path, place->list->name, arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

/* A UUID is the same in either case. */
static void take(
    struct page *page, const struct client_kind *kind, const field_value *item)
{
	const char *id =
	    field_need_text(&page->fields, item, "id", NAME_ID_MAX);
	struct member found = {.kind = kind->name, .id = id};

	if (id != NULL && kind->id_is_valid == client_uuid_is_valid)
		found.id = client_uuid(page->arena, id);
	page_take(page, kind, &found);
}

/* A bare list, {"data": […]}, or the same with an error that is null. */
static const field_value *items_of(struct page *page)
{
	const field_value *items;

	if (json_is_array(page->root))
		return page->root;
	items = field_array(&page->fields, page->root, "data");
	if (field_has(page->root, "error"))
		field_complain(&page->fields, "error", "an error with a 200");
	if (items == NULL)
		field_complain(&page->fields, "data", "missing");
	return items;
}

/* What of the items is this page: all, or a part that can be taken at once. */
struct part {
	size_t begin;
	size_t end;
	bool is_last;
};

/* How the end shows is not documented: by a page that is not full. */
static struct part part_of(
    struct page *page, const struct row *row, int64_t number, size_t n)
{
	size_t begin = (size_t)(number - 1) * LISTING_ITEMS_MAX;
	size_t left = begin < n ? n - begin : 0;

	if (row->is_paged) {
		if (n > PAGE_SIZE)
			field_complain(
			    &page->fields, "data", "more than were asked for");
		return (struct part){0, n, n < PAGE_SIZE};
	}
	if (left > LISTING_ITEMS_MAX)
		return (struct part){begin, begin + LISTING_ITEMS_MAX, false};
	return (struct part){begin, begin + left, true};
}

static void read_items(struct page *page, const struct row *row, int64_t number)
{
	const struct client_kind *kind =
	    client_kind_find(&ecosire_client, row->kind);
	const field_value *items = items_of(page);
	struct part part = part_of(page, row, number, field_count(items));

	for (size_t i = part.begin; i < part.end && page->fields.error == NULL;
	     i++)
		take(page, kind, field_at(items, i));
	page_close(
	    page, part.is_last ? NULL : page_cursor(page->arena, number + 1));
}

static void read(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	struct page page;

	(void)provider;
	if (page_open(&page, reply, arena, out))
		read_items(&page, row_of(place), page_number(place->cursor));
	else
		page_close(&page, NULL);
}

const struct client_list ecosire_lists[ECOSIRE_LISTS] = {
    {.name = "licenses", .ask = ask, .read = read},
    {.name = "subscriptions", .ask = ask, .read = read},
    {.name = "orders", .ask = ask, .read = read},
};
