/*
 * What all pages have around them: head, search, the way out; and one page
 * under construction. Inside of page*.c.
 */
#ifndef TRUEUP_IO_PAGE_FRAME_H
#define TRUEUP_IO_PAGE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct buf;
struct health;
struct provider_status;
struct settings;
struct store_view;

struct page_frame {
	const struct settings *settings;
	struct store_view *view; /* NULL: there is none */
	struct arena *arena;
	struct buf *out;
	int64_t now_ms;
	bool may_leave; /* there is a session that can be ended */
	bool is_known;	/* who asks may see more than the login */
};

/*
 * page_frame_begin(frame, title, account): all until the main part; title and
 * account, which the search begins with, come from outside; account may be
 * NULL. page_frame_end(frame): all behind it.
 */
void page_frame_begin(
    struct page_frame *frame, const char *title, const char *account);
void page_frame_end(struct page_frame *frame);

/*
 * page_frame_health(frame, provider): if a provider's health or silence is such
 * that its answers may be old: why, and what lifts it.
 */
void page_frame_health(
    struct page_frame *frame, const struct provider_status *provider);

#endif
