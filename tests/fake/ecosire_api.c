#include <stdlib.h>
#include <string.h>

#include "tests/fake/ecosire.h"

enum { DEFAULT_LIMIT = 20, MAX_LIMIT = 100 };

/* What is served of a document: all that does not begin with "_". */
static json_t *served(const json_t *document)
{
	json_t *copy = json_deep_copy(document);

	json_object_del(copy, "_event");
	json_object_del(copy, "_by_key");
	return copy;
}

/*
 * The quirk "envelope" says which: "data", "both" (data and error), "list"
 * (data with a list of one) or "bare"; the pages differ in it.
 */
static json_t *wrapped(
    const struct ask *ask, json_t *value, const char *fallback)
{
	const char *how =
	    json_string_value(json_object_get(ask->quirks, "envelope"));

	if (how == NULL)
		how = fallback;
	if (strcmp(how, "list") == 0 && !json_is_array(value))
		return json_pack("{s:[o]}", "data", value);
	if (strcmp(how, "both") == 0)
		return json_pack("{s:o, s:n}", "data", value, "error");
	if (strcmp(how, "bare") == 0)
		return value;
	return json_pack("{s:o}", "data", value);
}

static json_t *answer_one(const struct ask *ask)
{
	json_t *seen = state_see(ask->object, &ask->view);

	return seen ? wrapped(ask, served(seen), "data") : NULL;
}

/* All of a kind that are there and, unless NULL, have that status. */
static json_t *all_of(const struct ask *ask, int kind, const char *status)
{
	const struct list *all = &ask->state->kinds[kind];
	json_t *found = json_array();
	size_t i;

	for (i = 0; i < all->len; i++) {
		json_t *document = state_see(all->items[i], &ask->view);
		const char *word =
		    json_string_value(json_object_get(document, "status"));

		if (document != NULL &&
		    (status == NULL || (word && strcmp(word, status) == 0)))
			json_array_append_new(found, served(document));
	}
	return found;
}

static long number_of(
    const struct ask *ask, const char *name, long fallback, long max)
{
	const char *text = ask->query(ask->cookie, name);
	long value = text ? strtol(text, NULL, 10) : fallback;

	return value < 1 ? fallback : value > max ? max : value;
}

static json_t *list_orders(const struct ask *ask)
{
	long limit = number_of(ask, "limit", DEFAULT_LIMIT, MAX_LIMIT);
	long page = number_of(ask, "page", 1, 1000000);
	json_t *all =
	    all_of(ask, ECOSIRE_ORDER, ask->query(ask->cookie, "status"));
	json_t *slice = json_array();
	long i;

	for (i = (page - 1) * limit; i < page * limit; i++) {
		json_t *item = json_array_get(all, (size_t)i);

		if (item != NULL)
			json_array_append(slice, item);
	}
	json_decref(all);
	return wrapped(ask, slice, "data");
}

/* Of subscriptions it shows the active ones only. */
static json_t *list_subscriptions(const struct ask *ask)
{
	return wrapped(
	    ask, all_of(ask, ECOSIRE_SUBSCRIPTION, "active"), "data");
}

static json_t *list_invoices(const struct ask *ask)
{
	return wrapped(ask, all_of(ask, ECOSIRE_INVOICE, NULL), "data");
}

static json_t *list_licenses(const struct ask *ask)
{
	return wrapped(ask, all_of(ask, ECOSIRE_LICENSE, NULL), "bare");
}

const struct route ecosire_api_routes[] = {
    {"/api/orders/{id}", ECOSIRE_ORDER, answer_one, false},
    {"/api/orders", -1, list_orders, false},
    {"/api/billing/subscriptions/{id}", ECOSIRE_SUBSCRIPTION, answer_one,
	false},
    {"/api/billing/subscriptions", -1, list_subscriptions, false},
    {"/api/billing/invoices/{id}", ECOSIRE_INVOICE, answer_one, false},
    {"/api/billing/invoices", -1, list_invoices, false},
    {"/api/licenses", -1, list_licenses, false}, {NULL, -1, NULL, false}};

/* The message is a text, or a list of texts where it is about the request. */
json_t *ecosire_api_error(int status, const char *detail)
{
	static const struct {
		int status;
		const char *name;
	} names[] = {{400, "Bad Request"}, {401, "Unauthorized"},
	    {403, "Forbidden"}, {404, "Not Found"}, {409, "Conflict"},
	    {422, "Unprocessable Entity"}, {429, "Too Many Requests"},
	    {502, "Bad Gateway"}, {503, "Service Unavailable"}};
	const char *name = "Internal Server Error";
	json_t *message = json_string(detail);
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].status == status)
			name = names[i].name;
	}
	if (status == 400 || status == 422)
		message = json_pack("[o, s]", message, "see the documentation");
	return json_pack("{s:i, s:o, s:s}", "statusCode", status, "message",
	    message, "error", name);
}
