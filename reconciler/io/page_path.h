/* Which page is asked for, and where a page is. Pure. */
#ifndef TRUEUP_IO_PAGE_PATH_H
#define TRUEUP_IO_PAGE_PATH_H

#include "reconciler/core/name.h"

#include <stdbool.h>

struct buf;

enum page_what {
	PAGE_HOME = 0,
	PAGE_ACCOUNT, /* /accounts/REF */
	PAGE_LOGIN,
	PAGE_LOGOUT,
	PAGE_ABSENT /* of no page, nor of the API's */
};

struct page_path {
	enum page_what what;
	char account[NAME_ACCOUNT_MAX + 1]; /* "" unless PAGE_ACCOUNT */
};

/*
 * page_path_parse(path, out): as it was sent, without a query. 0: out->what is
 * set, at worst to PAGE_ABSENT. ERR_BAD: PAGE_ACCOUNT, but the name is not of
 * its form.
 */
int page_path_parse(const char *path, struct page_path *out);

/*
 * page_path_is_ours(path, accept): is this path, which is none of the API's,
 * the pages' to answer? A page's own is; an unknown one when a browser asks
 * (Accept has text/html), unless it begins as the API's do.
 */
bool page_path_is_ours(const char *path, const char *accept);

/* page_path_write(path, out): where it is; the login for what is no page. */
void page_path_write(const struct page_path *path, struct buf *out);

#endif
