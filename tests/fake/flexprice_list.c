#include <stdlib.h>
#include <string.h>

#include "tests/fake/flexprice.h"

enum { DEFAULT_LIMIT = 50, MAX_LIMIT = 1000 };

/* Which part of a list is asked for. */
struct part {
	size_t limit;
	size_t offset;
	bool is_ascending; /* by created_at; else newest first */
};

static struct part part_of(json_int_t limit, json_int_t offset)
{
	struct part part = {.limit = DEFAULT_LIMIT};

	if (limit >= 1 && limit <= MAX_LIMIT)
		part.limit = (size_t)limit;
	if (offset > 0)
		part.offset = (size_t)offset;
	return part;
}

/* A search of wallets takes one order, the others a list of them. */
static struct part searched_part(const struct ask *ask)
{
	const json_t *sort = json_object_get(ask->body, "sort");
	const json_t *order = json_object_get(ask->body, "order");
	struct part part =
	    part_of(json_integer_value(json_object_get(ask->body, "limit")),
		json_integer_value(json_object_get(ask->body, "offset")));

	if (json_is_array(sort))
		order = json_object_get(json_array_get(sort, 0), "direction");
	part.is_ascending = json_is_string(order) &&
			    strcmp(json_string_value(order), "asc") == 0;
	return part;
}

static json_int_t query_number(const struct ask *ask, const char *name)
{
	const char *text = ask->query(ask->cookie, name);

	return text != NULL ? strtoll(text, NULL, 10) : 0;
}

static bool has_word(const json_t *words, const char *word)
{
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)words, i, one)
	{
		if (word != NULL && strcmp(json_string_value(one), word) == 0)
			return true;
	}
	return false;
}

/* Of subscriptions the active ones only, unless other words are named. */
static bool is_wanted(const struct ask *ask, int kind, const json_t *document)
{
	const json_t *words = json_object_get(ask->body, "subscription_status");
	const char *word =
	    json_string_value(json_object_get(document, "subscription_status"));

	if (kind != FLEXPRICE_SUBSCRIPTION)
		return true;
	if (!json_is_array(words))
		return word != NULL && strcmp(word, "active") == 0;
	return has_word(words, word);
}

static json_t *all_of(const struct ask *ask, int kind, bool is_ascending)
{
	const struct list *all = &ask->state->kinds[kind];
	json_t *found = json_array();
	size_t i;

	for (i = 0; i < all->len; i++) {
		json_t *document = flexprice_api_object(ask, all->items[i]);

		if (document == NULL)
			continue;
		if (!is_wanted(ask, kind, document))
			json_decref(document);
		else if (is_ascending)
			json_array_append_new(found, document);
		else
			json_array_insert_new(found, 0, document);
	}
	return found;
}

/*
 * The offset that an answer tells is that of the next page already. An empty
 * list of Go's is null; the total may be overstated (quirk "total").
 */
static json_t *list_of(const struct ask *ask, int kind, const struct part *part)
{
	json_t *all = all_of(ask, kind, part->is_ascending);
	json_t *items = json_array();
	const json_t *told = json_object_get(ask->quirks, "total");
	json_int_t total = told != NULL ? json_integer_value(told)
					: (json_int_t)json_array_size(all);
	size_t i;

	for (i = part->offset; i < part->offset + part->limit; i++)
		json_array_append(items, json_array_get(all, i));
	json_decref(all);
	if (json_array_size(items) == 0) {
		json_decref(items);
		items = json_null();
	}
	return json_pack("{s:o, s:{s:I, s:I, s:I}}", "items", items,
	    "pagination", "total", total, "limit", (json_int_t)part->limit,
	    "offset", (json_int_t)part->offset + (json_int_t)part->limit);
}

static json_t *search(const struct ask *ask, int kind)
{
	struct part part = searched_part(ask);

	return list_of(ask, kind, &part);
}

static json_t *search_subscriptions(const struct ask *ask)
{
	return search(ask, FLEXPRICE_SUBSCRIPTION);
}

static json_t *search_invoices(const struct ask *ask)
{
	return search(ask, FLEXPRICE_INVOICE);
}

static json_t *search_wallets(const struct ask *ask)
{
	return search(ask, FLEXPRICE_WALLET);
}

json_t *flexprice_list_payments(const struct ask *ask)
{
	struct part part =
	    part_of(query_number(ask, "limit"), query_number(ask, "offset"));
	const char *order = ask->query(ask->cookie, "order");

	part.is_ascending = order != NULL && strcmp(order, "asc") == 0;
	return list_of(ask, FLEXPRICE_PAYMENT, &part);
}

const struct route flexprice_list_searches[] = {
    {"/v1/subscriptions/search", -1, search_subscriptions, false},
    {"/v1/invoices/search", -1, search_invoices, false},
    {"/v1/wallets/search", -1, search_wallets, false}, {NULL, -1, NULL, false}};
