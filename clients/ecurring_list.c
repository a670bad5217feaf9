/* eCurring's list of subscriptions, page by page (its documentation, paging).
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "clients/page.h"

#include "clients/ecurring.h"

enum { PAGE_SIZE = 50, ID_BYTES_MAX = 64, LINK_MAX = 2000 };

static int ask(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	int64_t number = page_number(place->cursor);
	const char *path;

	if (number == 0)
		return err_set(err, ERR_BAD, "not the number of a page");
	path = arena_printf(arena,
	    "/subscriptions?page%%5Bnumber%%5D=%lld&page%%5Bsize%%5D=%d",
	    (long long)number, PAGE_SIZE);
	return ecurring_request(provider, path, "list", out, err);
}

static void take(struct page *page, const field_value *item)
{
	const char *type =
	    field_need_text(&page->fields, item, "type", NAME_KIND_MAX);
	struct member found = {.kind = ECURRING_SUBSCRIPTION,
	    .id = field_id(&page->fields, item, "id", ID_BYTES_MAX)};

	if (page->fields.error == NULL && strcmp(type, found.kind) != 0)
		field_complain(
		    &page->fields, "data.type", "not a subscription");
	page_take(page, ecurring_kind(found.kind), &found);
}

/*
 * The samples' own `last` and `total` contradict each other: the end is where
 * there is no next link, or an empty page (the provider page's paging section).
 */
static bool is_last(struct page *page, size_t n)
{
	bool told = field_has_key(page->root, "links.next");
	const char *next =
	    field_text(&page->fields, page->root, "links.next", LINK_MAX);

	return n == 0 || (told && next == NULL);
}

static void read_items(struct page *page, int64_t number)
{
	const field_value *data =
	    field_array(&page->fields, page->root, "data");
	size_t n = field_count(data);

	if (data == NULL)
		field_complain(&page->fields, "data", "missing");
	for (size_t i = 0; i < n && page->fields.error == NULL; i++)
		take(page, field_at(data, i));
	page_close(page,
	    is_last(page, n) ? NULL : page_cursor(page->arena, number + 1));
}

static void read(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	struct page page;

	(void)provider;
	if (page_open(&page, reply, arena, out))
		read_items(&page, page_number(place->cursor));
	else
		page_close(&page, NULL);
}

const struct client_list ecurring_lists[ECURRING_LISTS] = {
    {.name = "subscriptions", .ask = ask, .read = read},
};
