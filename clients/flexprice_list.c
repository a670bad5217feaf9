/*
 * Flexprice's lists, oldest first, so that what is made meanwhile comes behind
 * what was read (its API reference, "query" of each kind). A cursor is how many
 * were read already, by our own count: pagination.offset of an answer is
 * another one in most lists.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/page.h"
#include "clients/types.h"

#include "clients/flexprice.h"

/*
 * A thousand are allowed, but a page with the customers and plans of so many
 * would be larger than worker.max_reply.
 */
enum { PAGE_SIZE = 250, OFFSET_MAX = 1000000000 };

struct row {
	const char *path;
	const char *kind;
	const char *filter; /* of a search, in JSON; NULL: a GET */
};

#define OLDEST_FIRST \
	"\"sort\":[{\"field\":\"created_at\",\"direction\":\"asc\"}]"

/* Without its six words a search gives the active subscriptions only. */
static const struct row rows[FLEXPRICE_LISTS] = {
    {"/subscriptions/search", FLEXPRICE_SUBSCRIPTION,
	OLDEST_FIRST ",\"with_line_items\":false,\"subscription_status\":["
		     "\"active\",\"paused\",\"cancelled\",\"incomplete\","
		     "\"trialing\",\"draft\"]"},
    {"/invoices/search", FLEXPRICE_INVOICE,
	OLDEST_FIRST ",\"skip_line_items\":true"},
    {"/wallets/search", FLEXPRICE_WALLET, "\"sort\":\"created_at\""},
    {"/payments", FLEXPRICE_PAYMENT, NULL},
};

static const struct row *row_of(const struct client_place *place)
{
	return &rows[place->list - flexprice_lists];
}

/* How many were read; -1: the cursor is not ours. */
static int64_t offset_of(const char *cursor)
{
	int64_t offset = 0;

	if (cursor != NULL && text_int(cursor, 1, OFFSET_MAX, &offset) != 0)
		return -1;
	return offset;
}

static int search(const struct provider_settings *provider,
    const struct row *row, int64_t offset, const char *operation,
    struct arena *arena, struct client_request *out)
{
	const char *body = arena_printf(arena,
	    "{\"limit\":%d,\"offset\":%lld,\"order\":\"asc\",%s}", PAGE_SIZE,
	    (long long)offset, row->filter);
	int rc = flexprice_request(provider, row->path, operation, arena, out);

	if (rc != 0)
		return rc;
	out->method = "POST";
	out->body = body;
	out->body_len = strlen(body);
	out->headers[out->n_headers++] = (struct client_header){
	    .name = "Content-Type", .value = "application/json"};
	return 0;
}

static int ask(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct row *row = row_of(place);
	const char *operation = place->list->name;
	int64_t offset = offset_of(place->cursor);
	int rc;

	if (offset < 0)
		return err_set(err, ERR_BAD, "not a number of what was read");
	if (row->filter != NULL)
		rc = search(provider, row, offset, operation, arena, out);
	else
		rc = flexprice_request(provider,
		    arena_printf(arena,
			"%s?limit=%d&offset=%lld&sort=created_at&order=asc",
			row->path, PAGE_SIZE, (long long)offset),
		    operation, arena, out);
	if (rc != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	return 0;
}

static void take(
    struct page *page, const struct row *row, const field_value *item)
{
	struct member found = {.kind = row->kind,
	    .id = field_need_text(&page->fields, item, "id", NAME_ID_MAX)};

	page_take(page, client_kind_find(&flexprice_client, row->kind), &found);
}

/*
 * An empty page is the end, whatever total says. Go writes an empty list as
 * null; but what has no such member is no list.
 */
static void read_items(struct page *page, const struct row *row, int64_t offset)
{
	struct fields *fields = &page->fields;
	const field_value *items = field_array(fields, page->root, "items");
	size_t n = field_count(items);

	if (!field_has_key(page->root, "items"))
		field_complain(fields, "items", "missing");
	else if (n > PAGE_SIZE)
		field_complain(fields, "items", "more than were asked for");
	for (size_t i = 0; i < n && fields->error == NULL; i++)
		take(page, row, field_at(items, i));
	page_close(page,
	    n == 0 ? NULL : page_cursor(page->arena, offset + (int64_t)n));
}

/* As for an object: 409 passes, 501 stays. */
static void judge_error(int status, struct client_page *out)
{
	if (status == 409)
		out->verdict = VERDICT_LATER;
	else if (status == 501)
		out->verdict = VERDICT_GARBLED;
}

static void read(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	struct page page;

	(void)provider;
	if (page_open(&page, reply, arena, out)) {
		read_items(&page, row_of(place), offset_of(place->cursor));
		return;
	}
	page_close(&page, NULL);
	judge_error(reply->status, out);
}

const struct client_list flexprice_lists[FLEXPRICE_LISTS] = {
    {.name = "subscriptions", .ask = ask, .read = read},
    {.name = "invoices", .ask = ask, .read = read},
    {.name = "wallets", .ask = ask, .read = read},
    {.name = "payments", .ask = ask, .read = read},
};
