#include <stdlib.h>
#include <string.h>

#include "tests/fake/ecom9_api.h"

enum { DEFAULT_PAGE_SIZE = 20, MAX_PAGE_SIZE = 100 };

static json_t *answer_status(const struct ask *ask)
{
	json_t *document = state_see(ask->object, &ask->view);
	json_t *shown = document ? json_copy(document) : NULL;

	json_object_del(shown, "credits");
	json_object_del(shown, "event");
	return shown;
}

/* No ledger reads as 0. */
static json_t *answer_credits(const struct ask *ask)
{
	const json_t *document = state_see(ask->object, &ask->view);
	json_t *credits = json_object_get(document, "credits");

	if (document == NULL)
		return NULL;
	return json_pack("{s:O?, s:o}", "account_ref_id",
	    json_object_get(document, "account_ref_id"), "credits",
	    credits && !json_is_null(credits) ? json_deep_copy(credits)
					      : json_integer(0));
}

static json_int_t number(
    const struct ask *ask, const char *name, json_int_t fallback)
{
	const char *text = ask->query(ask->cookie, name);
	long long n = text ? strtoll(text, NULL, 10) : 0;

	return n > 0 ? n : fallback;
}

static json_t *link_to(
    const struct ask *ask, json_int_t page, json_int_t size, bool is_there)
{
	const char *base =
	    json_string_value(json_object_get(ask->quirks, "links_base"));

	if (!is_there)
		return json_null();
	return json_sprintf("%s/api/transactions/%s/?page=%lld&page_size=%lld",
	    base ? base : ask->base_url, ask->object->id, (long long)page,
	    (long long)size);
}

/* Does the query ask for this one? */
static bool is_wanted(const struct ask *ask, const json_t *document)
{
	const char *wanted = ask->query(ask->cookie, "status");
	const char *status =
	    json_string_value(json_object_get(document, "status"));

	return wanted == NULL ||
	       (status != NULL && strcmp(wanted, status) == 0);
}

/* Newest first: one more moves all others on. */
static json_t *answer_list(const struct ask *ask)
{
	const struct object *o = ask->object;
	json_int_t page = number(ask, "page", 1);
	json_int_t size = number(ask, "page_size", DEFAULT_PAGE_SIZE);
	json_int_t count = 0;
	json_t *results = json_array();
	size_t i;

	if (size > MAX_PAGE_SIZE)
		size = MAX_PAGE_SIZE;
	for (i = o->children_len; i > 0; i--) {
		json_t *document = state_see(o->children[i - 1], &ask->view);

		if (document == NULL || !is_wanted(ask, document))
			continue;
		if (count++ / size == page - 1)
			json_array_append(results, document);
	}
	if (page > 1 && count <= (page - 1) * size) {
		json_decref(results);
		return NULL;
	}
	return json_pack("{s:I, s:o, s:o, s:o}", "count", count, "next",
	    link_to(ask, page + 1, size, count > page * size), "previous",
	    link_to(ask, page - 1, size, page > 1), "results", results);
}

const struct route ecom9_api_routes[] = {
    {"/api/account/{id}/status/", ECOM9_ACCOUNT, answer_status, true},
    {"/api/account/{id}/credits/", ECOM9_ACCOUNT, answer_credits, false},
    {"/api/transactions/{id}/", ECOM9_ACCOUNT, answer_list, false},
    {NULL, -1, NULL, false}};

json_t *ecom9_api_error(int status, const char *detail)
{
	(void)status;
	return json_pack("{s:s}", "detail", detail);
}
