/*
 * Any bytes as a page of any list of any type. The first byte picks the list,
 * the next two are the arena's size; then, up to a line feed (if there is one),
 * the cursor of the page; the rest is the answer.
 */
#include "reconciler/core/listing.h"

#include "tests/fuzz/promises.h"

enum { ARENA_MAX = 1 << 20, CURSOR_DIGITS = 9 };

/* The list of that number, counted round and round. */
static const struct client_list *pick(
    uint8_t which, const struct client **client)
{
	size_t left = which, i = 0;

	while (left >= client_at(i)->n_lists) {
		left -= client_at(i)->n_lists;
		i = client_at(i + 1) != NULL ? i + 1 : 0;
	}
	*client = client_at(i);
	return &(*client)->lists[left];
}

/* What is asked for is a path of ours, whatever the cursor is. */
static int asks(
    const struct provider_settings *provider, const struct client_place *place)
{
	struct client_request request;
	const char *dots; /* lead nowhere in a query */
	struct arena arena;
	struct err_text err;
	int rc;

	arena_init(&arena, ARENA_MAX);
	rc = place->list->ask(provider, place, &arena, &request, &err);
	must(rc == 0 || rc == ERR_BAD);
	if (rc == 0) {
		must(request.path[0] == '/' && request.operation != NULL);
		dots = strstr(request.path, "..");
		must(dots == NULL ||
		     memchr(request.path, '?', (size_t)(dots - request.path)) !=
			 NULL);
		must(strpbrk(request.path, " \\\r\n#\"") == NULL);
		must((request.body != NULL) == (request.method != NULL));
		must(request.body == NULL ||
		     strlen(request.body) == request.body_len);
	}
	arena_fini(&arena);
	return rc;
}

/* What a page names can be asked for, and is no more than ids. */
static void check_item(const struct client *client,
    const struct provider_settings *provider, const struct member *item)
{
	const struct client_kind *kind = client_kind_find(client, item->kind);
	const struct client_object object = {.kind = item->kind,
	    .id = item->id,
	    .parent_kind = item->parent_kind,
	    .parent_id = item->parent_id};
	struct client_request request;
	struct arena arena;
	struct err_text err;

	must(kind->id_is_valid(item->id));
	must(!kind->needs_parent || item->parent_id != NULL);
	arena_init(&arena, ARENA_MAX);
	must(client->ask(provider, &object, &arena, &request, &err) == 0);
	arena_fini(&arena);
}

/* Pages are counted up to a number that no list has. */
static void check_next(const struct provider_settings *provider,
    const struct client_list *list, const struct listing *listing)
{
	const struct client_place next = {
	    .list = list, .cursor = listing->next};

	if (listing->next == NULL)
		return;
	must(listing->next[0] != '\0');
	must(strlen(listing->next) <= LISTING_CURSOR_MAX);
	must(asks(provider, &next) == 0 ||
	     strspn(listing->next, "0123456789") > CURSOR_DIGITS);
}

static void check_page(const struct client *client,
    const struct provider_settings *provider, const struct client_list *list,
    const struct client_page *page)
{
	must(page->verdict == VERDICT_TRUTH ||
	     page->verdict == VERDICT_GARBLED ||
	     page->verdict == VERDICT_LATER);
	must((page->cause == NULL) == (page->verdict == VERDICT_TRUTH));
	must(page->cause == NULL || strlen(page->cause) < 500);
	if (page->verdict != VERDICT_TRUTH)
		return;
	must(page->listing.n <= LISTING_ITEMS_MAX);
	must(page->listing.log == list->log);
	must(page->listing.n == 0 ||
	     (page->listing.at_ms != NULL) == (list->log != NULL));
	for (size_t i = 0; i < page->listing.n; i++)
		check_item(client, provider, &page->listing.items[i]);
	check_next(provider, list, &page->listing);
}

static void read_page(uint8_t which, const char *cursor, const char *body,
    size_t len, size_t arena_max)
{
	const struct client *client;
	const struct client_list *list = pick(which, &client);
	const struct provider_settings provider = {.name = "shop",
	    .client = client,
	    .base_url = "https://api.example",
	    .mode = which & 0x80 ? MODE_LIVE : MODE_ANY};
	const struct client_place place = {.list = list, .cursor = cursor};
	const struct client_reply reply = {
	    .status = 200, "application/json", body, len};
	struct client_page page;
	struct arena arena;

	if (asks(&provider, &place) != 0)
		return;
	arena_init(&arena, arena_max);
	list->read(&provider, &place, &reply, &arena, &page);
	check_page(client, &provider, list, &page);
	arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t arena_max, len;
	char *text = size < 1
			 ? NULL
			 : promises_body(data + 1, size - 1, &len, &arena_max);
	char *line = text == NULL ? NULL : memchr(text, '\n', len);
	const char *body = line != NULL ? line + 1 : text;

	if (text == NULL)
		return 0;
	if (line != NULL)
		*line = '\0';
	/* as one page of few hundred items needs at least */
	read_page(data[0], line != NULL && line > text ? text : NULL, body,
	    len - (size_t)(body - text), arena_max * 4);
	free(text);
	return 0;
}
