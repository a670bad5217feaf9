#include <string.h>
#include <strings.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/page.h"

/* What is wrong with an answer is the same, whatever it was to be read as. */
static void refuse(struct client_page *out, const struct client_reading *why)
{
	out->verdict = why->verdict;
	out->cause = why->cause;
}

bool page_open(struct page *page, const struct client_reply *reply,
    struct arena *arena, struct client_page *out)
{
	struct client_reading why;

	*page = (struct page){.out = out, .arena = arena};
	memset(out, 0, sizeof(*out));
	memset(&why, 0, sizeof(why));
	out->verdict = VERDICT_TRUTH;
	fields_init(&page->fields, arena);
	page->items =
	    arena_alloc(arena, LISTING_ITEMS_MAX, sizeof(*page->items));
	if (page->items == NULL)
		reading_refuse(&why, VERDICT_LATER, "no memory");
	else if (client_read_status(reply, arena, &why))
		page->document = reading_document(reply, arena, &why);
	page->root = page->document;
	if (page->document == NULL)
		refuse(out, &why);
	return page->document != NULL;
}

void page_take(struct page *page, const struct client_kind *kind,
    const struct member *item)
{
	struct listing *listing = &page->out->listing;

	if (page->fields.error != NULL)
		return;
	if (item->id == NULL || !kind->id_is_valid(item->id))
		field_complain(&page->fields, kind->name, "not an id");
	else if (listing->n == LISTING_ITEMS_MAX)
		field_complain(&page->fields, kind->name,
		    "more of them than a page is read to");
	else
		page->items[listing->n++] = *item;
}

void page_take_at(struct page *page, const struct client_kind *kind,
    const struct member *item, int64_t at_ms)
{
	size_t before = page->out->listing.n;

	if (page->at_ms == NULL)
		page->at_ms = arena_alloc(
		    page->arena, LISTING_ITEMS_MAX, sizeof(*page->at_ms));
	page_take(page, kind, item);
	if (page->at_ms != NULL && page->out->listing.n > before)
		page->at_ms[before] = at_ms;
}

void page_close(struct page *page, const char *next)
{
	struct client_reading why;

	field_free(page->document);
	page->document = NULL;
	if (page->out->verdict != VERDICT_TRUTH)
		return;
	memset(&why, 0, sizeof(why));
	why.verdict = VERDICT_TRUTH;
	reading_close(&page->fields, page->arena, &why);
	refuse(page->out, &why);
	page->out->listing.items = page->items;
	page->out->listing.at_ms = page->at_ms;
	page->out->listing.next = next;
}

int64_t page_number(const char *cursor)
{
	int64_t number;

	if (cursor == NULL)
		return 1;
	if (text_int(cursor, 2, 1000000000, &number) != 0)
		return 0;
	return number;
}

const char *page_cursor(struct arena *arena, int64_t number)
{
	return arena_printf(arena, "%lld", (long long)number);
}

/* "https://host:port" of a URL; 0: it has none. */
static size_t origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	if (host == NULL)
		return 0;
	host += strlen("://");
	return (size_t)(host - url) + strcspn(host, "/?#");
}

static bool is_same_origin(const char *url, const char *ours)
{
	size_t n = ours == NULL ? 0 : origin_len(ours);

	return n > 0 && origin_len(url) == n && strncasecmp(url, ours, n) == 0;
}

bool page_link_is_ours(
    const struct provider_settings *provider, const char *link)
{
	if (link[0] == '/')
		return link[1] != '/' && link[1] != '\\';
	return is_same_origin(link, provider->base_url) ||
	       is_same_origin(link, provider->client->defaults.base_url);
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* A percent sign that begins nothing stays as it is (WHATWG URL, 1.3). */
static const char *decode(struct arena *arena, const char *text, size_t len)
{
	char *out = arena_alloc(arena, len + 1, 1);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i < len; i++) {
		int high =
		    i + 2 < len && text[i] == '%' ? hex(text[i + 1]) : -1;
		int low = high >= 0 ? hex(text[i + 2]) : -1;

		if (low >= 0) {
			out[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = text[i];
		}
	}
	return out;
}

const char *page_link_value(
    struct arena *arena, const char *link, const char *name)
{
	size_t name_len = strlen(name), len;
	const char *at = strchr(link, '?');

	while (at != NULL) {
		at++;
		len = strcspn(at, "&#");
		if (len > name_len && strncmp(at, name, name_len) == 0 &&
		    at[name_len] == '=')
			return decode(
			    arena, at + name_len + 1, len - name_len - 1);
		at = at[len] == '&' ? at + len : NULL;
	}
	return NULL;
}
