/*
 * Ecart Pay's lists (its references of list-subscriptions and of
 * list-transactions): pages by number, which those of transactions have ten of;
 * beyond, a token leads on. Orders have none. The list of billing information
 * is what its objects are looked for in, too.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

#include "clients/page.h"
#include "clients/types.h"

#include "clients/ecartpay.h"

/* A cursor is the number of a page, or this and a token. */
static const char token_mark[] = "next:";

enum {
	COUNTLESS_PAGES_MAX = 1000,
	MARK_BYTES = sizeof(token_mark) - 1,
	TOKEN_BYTES_MAX = LISTING_CURSOR_MAX - MARK_BYTES
};

static bool is_token(const char *cursor)
{
	return cursor != NULL && strncmp(cursor, token_mark, MARK_BYTES) == 0;
}

/* ---- questions ------------------------------------------------------------
 */

static int ask_list(const struct provider_settings *provider, const char *kind,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	const struct client_object object = {
	    .kind = kind, .token = place->token};
	struct ecartpay_place at = {.page = 1};

	if (is_token(place->cursor) && strcmp(kind, ECARTPAY_TRANSACTION) == 0)
		at.token = place->cursor + MARK_BYTES;
	else
		at.page = (size_t)page_number(place->cursor);
	if (at.page == 0 || (at.token != NULL && *at.token == '\0'))
		return err_set(err, ERR_BAD, "not where a page begins");
	if (ecartpay_request(provider, &object,
		ecartpay_place_path(
		    &object, ecartpay_options_of(provider), &at, arena),
		arena, out) != 0)
		return err_set(err, ERR_FULL, "no room for the request");
	out->operation = "list";
	return 0;
}

static int ask_subscriptions(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	return ask_list(
	    provider, ECARTPAY_SUBSCRIPTION, place, arena, out, err);
}

static int ask_transactions(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	return ask_list(provider, ECARTPAY_TRANSACTION, place, arena, out, err);
}

static int ask_billing(const struct provider_settings *provider,
    const struct client_place *place, struct arena *arena,
    struct client_request *out, struct err_text *err)
{
	return ask_list(provider, ECARTPAY_BILLING, place, arena, out, err);
}

/* ---- answers --------------------------------------------------------------
 */

/* One list while a page of it is read. */
struct list {
	struct page page;
	const struct client_kind *kind;
	const struct client_place *place;
	size_t size; /* of a page; 0: it has no pages */
};

static void take(struct list *l, const field_value *item)
{
	struct page *page = &l->page;
	const char *id =
	    field_need_text(&page->fields, item, "id", NAME_ID_MAX);
	struct member found = {.kind = l->kind->name};

	if (id == NULL)
		return;
	found.id = ecartpay_object_id(page->arena, id);
	if (strcmp(l->kind->name, ECARTPAY_BILLING) == 0) {
		found.parent_id = ecartpay_user_of(page->arena, item);
		if (found.parent_id != NULL)
			found.parent_kind = ECARTPAY_USER;
	}
	page_take(page, l->kind, &found);
}

/* {count, docs}, an array, or (of billing information) one object. */
static size_t take_all(struct list *l)
{
	struct fields *fields = &l->page.fields;
	const field_value *root = l->page.root;
	bool is_billing = strcmp(l->kind->name, ECARTPAY_BILLING) == 0;
	const field_value *docs = is_billing
				      ? ecartpay_docs(fields, root)
				      : field_array(fields, root, "docs");
	size_t n = field_count(docs);

	if (docs == NULL && is_billing && field_has_key(root, "id")) {
		take(l, root);
		return 1;
	}
	if (docs == NULL)
		field_complain(fields, "docs", "missing");
	for (size_t i = 0; i < n && fields->error == NULL; i++)
		take(l, field_at(docs, i));
	return n;
}

/* Behind page ten, and behind every page that a token led to. */
static const char *next_by_token(struct list *l)
{
	const char *token = field_text(&l->page.fields, l->page.root,
	    "next_token", (size_t)TOKEN_BYTES_MAX);

	if (token == NULL)
		return NULL;
	return arena_printf(l->page.arena, "%s%s", token_mark, token);
}

/*
 * Without a count a page that is not full is the end; who minds no page numbers
 * and gives a full one again and again is left at some time.
 */
static bool is_last(struct list *l, size_t n, int64_t number)
{
	struct fields *fields = &l->page.fields;

	if (field_has(l->page.root, "count"))
		return number * (int64_t)l->size >=
		       field_int(fields, l->page.root, "count", 0, INT64_MAX);
	if (number == COUNTLESS_PAGES_MAX)
		field_complain(fields, "count", "missing in so long a list");
	return n != l->size;
}

static const char *next_of(struct list *l, size_t n)
{
	struct fields *fields = &l->page.fields;
	int64_t number = page_number(l->place->cursor);
	const char *next;

	if (n == 0 || l->size == 0)
		return NULL;
	if (is_token(l->place->cursor))
		return next_by_token(l);
	if (is_last(l, n, number))
		return NULL;
	if (strcmp(l->kind->name, ECARTPAY_TRANSACTION) != 0 ||
	    number < ECARTPAY_NUMBERED_PAGES)
		return page_cursor(l->page.arena, number + 1);
	next = next_by_token(l);
	if (next == NULL)
		field_complain(
		    fields, "next_token", "missing where it is needed");
	return next;
}

static void read_list(const struct provider_settings *provider,
    const char *kind, const struct client_place *place,
    const struct client_reply *reply, struct arena *arena,
    struct client_page *out)
{
	const struct client_object object = {.kind = kind};
	struct list l = {.kind = client_kind_find(&ecartpay_client, kind),
	    .place = place,
	    .size = ecartpay_page_size(&object, ecartpay_options_of(provider))};
	const char *next = NULL;

	if (page_open(&l.page, reply, arena, out))
		next = next_of(&l, take_all(&l));
	page_close(&l.page, next);
}

static void read_subscriptions(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	read_list(provider, ECARTPAY_SUBSCRIPTION, place, reply, arena, out);
}

static void read_transactions(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	read_list(provider, ECARTPAY_TRANSACTION, place, reply, arena, out);
}

static void read_billing(const struct provider_settings *provider,
    const struct client_place *place, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	read_list(provider, ECARTPAY_BILLING, place, reply, arena, out);
}

const struct client_list ecartpay_lists[ECARTPAY_LISTS] = {
    {.name = "subscriptions",
	.ask = ask_subscriptions,
	.read = read_subscriptions},
    {.name = "transactions",
	.ask = ask_transactions,
	.read = read_transactions},
    {.name = "billing", .ask = ask_billing, .read = read_billing},
};
