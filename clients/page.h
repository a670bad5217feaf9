/*
 * What all clients do to a page of a list: check that there is an answer, parse
 * it, gather what it names, and say where the next page begins.
 */
#ifndef TRUEUP_CLIENTS_PAGE_H
#define TRUEUP_CLIENTS_PAGE_H

#include "clients/client.h"
#include "clients/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One page being read. */
struct page {
	struct client_page *out;
	struct arena *arena;
	struct fields fields; /* complaints go here */
	const field_value *root;
	struct member *items;
	int64_t *at_ms;	       /* of a log: when each of them was */
	field_value *document; /* owned until page_close */
};

/*
 * page_open(page, reply, arena, out): true: page->root is the document, read on
 * and page_close. false: out says what was wrong; page_close all the same.
 */
bool page_open(struct page *page, const struct client_reply *reply,
    struct arena *arena, struct client_page *out);

/*
 * page_take(page, kind, item): one object that the page names, by its members
 * (parents may be NULL). What client_kind's id_is_valid refuses is a complaint.
 */
void page_take(struct page *page, const struct client_kind *kind,
    const struct member *item);

/* page_take_at(page, kind, item, at): the same of a log. */
void page_take_at(struct page *page, const struct client_kind *kind,
    const struct member *item, int64_t at_ms);

/* page_close(page, next): its end; next NULL: it was the last page. */
void page_close(struct page *page, const char *next);

/* page_number(cursor): of lists that count their pages: 1 for NULL; 0: it is no
 * number. page_cursor(arena, number): the text of it; NULL: arena full. */
int64_t page_number(const char *cursor);
const char *page_cursor(struct arena *arena, int64_t number);

/*
 * page_link_is_ours(provider, link): it stays at the origin (RFC 6454) of
 * base_url, or of the type's own address, which a gateway may leave in it.
 */
bool page_link_is_ours(
    const struct provider_settings *provider, const char *link);

/*
 * page_link_value(arena, link, name): the value of a parameter of a link's
 * query, percent-decoded; NULL: it has none, or the arena is full. Of what a
 * provider links to nothing else is ever used.
 */
const char *page_link_value(
    struct arena *arena, const char *link, const char *name);

#endif
