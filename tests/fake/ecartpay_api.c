#include <stdlib.h>
#include <string.h>

#include "tests/fake/ecartpay.h"

enum { DEFAULT_LIMIT = 20, MAX_LIMIT = 100, MAX_PAGE = 10 };

/* What is served of a document: all that does not begin with "_". */
static json_t *served(const json_t *document)
{
	json_t *copy = json_deep_copy(document);

	json_object_del(copy, "_event");
	return copy;
}

static json_t *answer_one(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);

	return seen ? served(seen) : NULL;
}

/* It is answered by token_path; here it only has a name. */
static json_t *answer_nothing(const struct ask *ask)
{
	(void)ask;
	return NULL;
}

/* ---- lists -----------------------------------------------------------------
 */

static long number_of(
    const struct ask *ask, const char *name, long fallback, long max)
{
	const char *text = ask->query(ask->cookie, name);
	long value = text ? strtol(text, NULL, 10) : fallback;

	return value < 1 ? fallback : value > max ? max : value;
}

/* Does the filter NAME let the document pass? */
static bool passes(
    const struct ask *ask, const json_t *document, const char *name)
{
	const char *wanted = ask->query(ask->cookie, name);
	const char *is = json_string_value(json_object_get(document, name));

	return wanted == NULL || (is != NULL && strcmp(is, wanted) == 0);
}

/* All of a kind that are there, newest first, after the filters. */
static json_t *all_of(const struct ask *ask, int kind)
{
	static const char *const filters[] = {
	    "status", "user_id", "provider_id", "customer_id"};
	const struct list *all = &ask->state->kinds[kind];
	json_t *found = json_array();
	size_t i, f;

	for (i = all->len; i > 0; i--) {
		json_t *document = state_see(all->items[i - 1], &ask->view);
		bool is_wanted = document != NULL;

		for (f = 0; is_wanted && f < 4; f++)
			is_wanted = passes(ask, document, filters[f]);
		if (is_wanted)
			json_array_append_new(found, served(document));
	}
	return found;
}

static json_t *slice_of(const json_t *all, long from, long limit)
{
	json_t *slice = json_array();
	long i;

	for (i = from; i < from + limit; i++)
		json_array_append(slice, json_array_get(all, (size_t)i));
	return slice;
}

/*
 * Where the page begins: by its number, of which there are ten, or by the token
 * that the tenth and all after it name. -1: there is no such page.
 */
static long begin_of(const struct ask *ask, long limit)
{
	const char *token = ask->query(ask->cookie, "next");
	long page = number_of(ask, "page", 1, MAX_PAGE + 1);
	char *end;
	long from;

	if (token == NULL)
		return page <= MAX_PAGE ? (page - 1) * limit : -1;
	/* what looks like base64, with all that has to be escaped */
	if (strncmp(token, "dG9r+", 5) != 0)
		return -1;
	from = strtol(token + 5, &end, 10);
	return strcmp(end, "/a==") == 0 ? from : -1;
}

static json_t *list_transactions(const struct ask *ask)
{
	long limit = number_of(ask, "limit", DEFAULT_LIMIT, MAX_LIMIT);
	long from = begin_of(ask, limit);
	json_t *all = all_of(ask, ECARTPAY_TRANSACTION);
	long count = (long)json_array_size(all);
	json_t *page = NULL;

	if (from >= 0)
		page = json_pack("{s:i, s:o}", "count", (int)count, "docs",
		    slice_of(all, from, limit));
	if (page != NULL && from + limit < count &&
	    from + limit >= MAX_PAGE * limit) {
		json_object_set_new(page, "token_page", json_integer(from));
		json_object_set_new(page, "next_token",
		    json_sprintf("dG9r+%d/a==", (int)(from + limit)));
	}
	json_decref(all);
	return page;
}

static json_t *list_subscriptions(const struct ask *ask)
{
	long limit = number_of(ask, "limit", DEFAULT_LIMIT, MAX_LIMIT);
	long page = number_of(ask, "page", 1, 1000000);
	json_t *all = all_of(ask, ECARTPAY_SUBSCRIPTION);
	json_t *slice = slice_of(all, (page - 1) * limit, limit);
	json_t *answer = json_pack(
	    "{s:i, s:o}", "count", (int)json_array_size(all), "docs", slice);

	json_decref(all);
	return answer;
}

/*
 * Nobody knows which: the quirk "billing" is "docs", "array", "object" (the
 * first one) or "bare" (docs without a count); "wants_user" asks for a filter,
 * "count_more" tells of more than there is.
 */
static json_t *list_billing(const struct ask *ask)
{
	const char *how =
	    json_string_value(json_object_get(ask->quirks, "billing"));
	json_int_t more =
	    json_integer_value(json_object_get(ask->quirks, "count_more"));
	long limit = number_of(ask, "limit", DEFAULT_LIMIT, MAX_LIMIT);
	long page = number_of(ask, "page", 1, 1000000);
	json_t *all, *slice, *answer;
	json_int_t count;

	if (json_is_true(json_object_get(ask->quirks, "wants_user")) &&
	    ask->query(ask->cookie, "user_id") == NULL)
		return NULL;
	all = all_of(ask, ECARTPAY_BILLING);
	count = (json_int_t)json_array_size(all) + more;
	slice = slice_of(all, (page - 1) * limit, limit);
	if (how != NULL && strcmp(how, "array") == 0)
		answer = json_incref(slice);
	else if (how != NULL && strcmp(how, "object") == 0)
		answer = json_incref(json_array_get(slice, 0));
	else if (how != NULL && strcmp(how, "bare") == 0)
		answer = json_pack("{s:O}", "docs", slice);
	else
		answer = json_pack("{s:I, s:O}", "count", count, "docs", slice);
	json_decref(slice);
	json_decref(all);
	return answer;
}

const struct route ecartpay_api_routes[] = {
    {ECARTPAY_TOKEN_PATH, -1, answer_nothing, false},
    {"/api/orders/{id}", ECARTPAY_ORDER, answer_one, true},
    {"/api/subscriptions/{id}", ECARTPAY_SUBSCRIPTION, answer_one, true},
    {"/api/subscriptions", -1, list_subscriptions, false},
    {"/api/transactions/{id}", ECARTPAY_TRANSACTION, answer_one, true},
    {"/api/transactions", -1, list_transactions, false},
    {"/api/billings/clients", -1, list_billing, false},
    {NULL, -1, NULL, false}};

json_t *ecartpay_api_error(int status, const char *detail)
{
	return json_pack("{s:s, s:i}", "message",
	    status == 401 ? "Unauthorized" : detail, "statusCode", status);
}
