#include <string.h>

#include "reconciler/core/listing.h"

const char listing_kind[] = "list";

bool listing_is(const struct object_ref *ref)
{
	return strcmp(ref->kind, listing_kind) == 0;
}

const char *listing_problem(const struct listing *listing, const char *cursor)
{
	if (listing->n > LISTING_ITEMS_MAX)
		return "a page has more items than are ever read";
	if (listing->next == NULL)
		return NULL;
	if (listing->next[0] == '\0' ||
	    strlen(listing->next) > LISTING_CURSOR_MAX)
		return "where the next page begins is empty or too long";
	if (cursor != NULL && strcmp(listing->next, cursor) == 0)
		return "the next page is this page again";
	return NULL;
}
