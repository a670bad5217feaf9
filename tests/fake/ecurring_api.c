#include <stdlib.h>
#include <string.h>

#include "tests/fake/ecurring_api.h"

enum { DEFAULT_PAGE_SIZE = 10, MAX_PAGE_SIZE = 1000 };

static const char *const plurals[] = {[ECURRING_CUSTOMER] = "customers",
    [ECURRING_SUBSCRIPTION] = "subscriptions",
    [ECURRING_TRANSACTION] = "transactions"};

/* Whether WORD is in the list "a,b,c". */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list != NULL) {
		if (strncmp(list, word, len) == 0 &&
		    (list[len] == ',' || list[len] == '\0'))
			return true;
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
	}
	return false;
}

static json_t *self_link(const struct ask *ask, const struct object *o)
{
	return json_pack("{s:o}", "self",
	    json_sprintf("%s/%s/%s", ask->base_url, plurals[o->kind], o->id));
}

static json_t *linkages(const struct ask *ask, const struct object *parent)
{
	json_t *data = json_array();
	size_t i;

	for (i = 0; i < parent->children_len; i++) {
		const struct object *child = parent->children[i];

		if (!state_has_child(parent, child, &ask->view))
			continue;
		/* the name of the kind is the plural without its "s" */
		json_array_append_new(data,
		    json_pack("{s:s%, s:s}", "type", plurals[child->kind],
			strlen(plurals[child->kind]) - 1, "id", child->id));
	}
	return data;
}

/* What "transactions" (or a customer's "subscriptions") relates to. */
static void relate(const struct ask *ask, const struct object *o, json_t *data)
{
	const char *name = plurals[o->kind + 1];
	json_t *known = json_object_get(data, "relationships");
	json_t *all = known ? json_copy(known) : json_object();

	if (json_object_get(all, name) == NULL)
		json_object_set_new(all, name,
		    json_pack("{s:{s:o}, s:o}", "links", "related",
			json_sprintf("%s/%s/%s/%s", ask->base_url,
			    plurals[o->kind], o->id, name),
			"data", linkages(ask, o)));
	json_object_set_new(data, "relationships", all);
}

static void filter(const struct ask *ask, const struct object *o, json_t *data)
{
	char name[64];
	const char *wanted;
	const char *key;
	json_t *value;
	json_t *kept;

	text_print(name, sizeof(name), "fields[%.*s]",
	    (int)strlen(plurals[o->kind]) - 1, plurals[o->kind]);
	wanted = ask->query(ask->cookie, name);
	if (wanted == NULL)
		return;
	kept = json_object();
	json_object_foreach(json_object_get(data, "attributes"), key, value)
	{
		if (has_word(wanted, key))
			json_object_set(kept, key, value);
	}
	json_object_set_new(data, "attributes", kept);
}

/* The "data" of one object; NULL when the view has none. */
static json_t *resource(const struct ask *ask, const struct object *o)
{
	json_t *document = state_see(o, &ask->view);
	json_t *data;

	if (document == NULL)
		return NULL;
	data = json_object();
	json_object_set(data, "type", json_object_get(document, "type"));
	json_object_set(data, "id", json_object_get(document, "id"));
	json_object_set_new(data, "links", self_link(ask, o));
	json_object_update(data, document);
	if (o->kind != ECURRING_TRANSACTION)
		relate(ask, o, data);
	filter(ask, o, data);
	return data;
}

/* The documents of "include=customer,transactions". */
static json_t *included(const struct ask *ask, const char *wanted)
{
	const struct object *o = ask->object;
	json_t *list = json_array();
	size_t i;

	if (o->kind == ECURRING_SUBSCRIPTION && has_word(wanted, "customer"))
		json_array_append_new(list, resource(ask, o->parent));
	if (!has_word(wanted, plurals[o->kind + 1]))
		return list;
	for (i = 0; i < o->children_len; i++) {
		if (state_has_child(o, o->children[i], &ask->view))
			json_array_append_new(
			    list, resource(ask, o->children[i]));
	}
	return list;
}

static json_t *answer_one(const struct ask *ask)
{
	const char *include = ask->query(ask->cookie, "include");
	json_t *data = resource(ask, ask->object);
	json_t *body;

	if (data == NULL)
		return NULL;
	body = json_pack(
	    "{s:o, s:o}", "links", self_link(ask, ask->object), "data", data);
	if (include != NULL && ask->object->kind != ECURRING_TRANSACTION)
		json_object_set_new(body, "included", included(ask, include));
	return body;
}

/* The sub-resource list is not paged: all of it, and no links. */
static json_t *answer_children(const struct ask *ask)
{
	const struct object *o = ask->object;
	json_t *data = json_array();
	size_t i;

	if (state_see(o, &ask->view) == NULL) {
		json_decref(data);
		return NULL;
	}
	for (i = 0; i < o->children_len; i++) {
		if (state_has_child(o, o->children[i], &ask->view))
			json_array_append_new(
			    data, resource(ask, o->children[i]));
	}
	return json_pack("{s:{s:I}, s:o}", "meta", "total",
	    (json_int_t)json_array_size(data), "data", data);
}

static json_int_t page_number(
    const struct ask *ask, const char *name, json_int_t fallback)
{
	const char *text = ask->query(ask->cookie, name);
	long long n = text ? strtoll(text, NULL, 10) : 0;

	return n > 0 ? n : fallback;
}

struct page {
	const char *name; /* of the list */
	json_int_t size;
	json_int_t number;
	json_int_t total;
};

static void link_page(const struct ask *ask, const struct page *p,
    json_t *links, const char *name, json_int_t number)
{
	const char *base =
	    json_string_value(json_object_get(ask->quirks, "links_base"));

	json_object_set_new(links, name,
	    json_sprintf("%s/%s?page[number]=%lld&page[size]=%lld",
		base ? base : ask->base_url, p->name, (long long)number,
		(long long)p->size));
}

/*
 * The brackets stand unescaped, and the quirks are those of the provider's
 * own samples: a "last" that contradicts the total, a "next" left out.
 */
static json_t *page_links(const struct ask *ask, const struct page *p)
{
	json_t *links = json_object();
	json_int_t pages = p->total ? (p->total + p->size - 1) / p->size : 1;
	const json_t *last = json_object_get(ask->quirks, "last_page");

	link_page(ask, p, links, "self", p->number);
	link_page(ask, p, links, "first", 1);
	link_page(
	    ask, p, links, "last", last ? json_integer_value(last) : pages);
	json_object_set_new(links, "prev", json_null());
	if (p->number > 1)
		link_page(ask, p, links, "prev", p->number - 1);
	if (p->number < pages)
		link_page(ask, p, links, "next", p->number + 1);
	else if (!json_is_true(json_object_get(ask->quirks, "next_absent")))
		json_object_set_new(links, "next", json_null());
	return links;
}

static json_t *answer_page(const struct ask *ask, int kind)
{
	const struct list *all = &ask->state->kinds[kind];
	struct page p = {plurals[kind],
	    page_number(ask, "page[size]", DEFAULT_PAGE_SIZE),
	    page_number(ask, "page[number]", 1), 0};
	json_t *data = json_array();
	size_t i;

	if (p.size > MAX_PAGE_SIZE)
		p.size = MAX_PAGE_SIZE;
	for (i = 0; i < all->len; i++) {
		if (state_see(all->items[i], &ask->view) == NULL)
			continue;
		if (p.total / p.size == p.number - 1)
			json_array_append_new(
			    data, resource(ask, all->items[i]));
		p.total++;
	}
	return json_pack("{s:{s:I}, s:o, s:o}", "meta", "total", p.total,
	    "links", page_links(ask, &p), "data", data);
}

static json_t *answer_subscriptions(const struct ask *ask)
{
	return answer_page(ask, ECURRING_SUBSCRIPTION);
}

static json_t *answer_customers(const struct ask *ask)
{
	return answer_page(ask, ECURRING_CUSTOMER);
}

const struct route ecurring_api_routes[] = {
    {"/subscriptions/{id}", ECURRING_SUBSCRIPTION, answer_one, true},
    {"/transactions/{id}", ECURRING_TRANSACTION, answer_one, true},
    {"/subscriptions/{id}/transactions", ECURRING_SUBSCRIPTION, answer_children,
	false},
    {"/subscriptions", -1, answer_subscriptions, false},
    {"/customers/{id}", ECURRING_CUSTOMER, answer_one, false},
    {"/customers/{id}/subscriptions", ECURRING_CUSTOMER, answer_children,
	false},
    {"/customers", -1, answer_customers, false}, {NULL, -1, NULL, false}};

static const char *title_of(int status)
{
	switch (status) {
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 429:
		return "Too Many Requests";
	case 503:
		return "Service Unavailable";
	default:
		return status < 500 ? "Bad Request" : "Internal Server Error";
	}
}

json_t *ecurring_api_error(int status, const char *detail)
{
	return json_pack("{s:[{s:o, s:s, s:s}]}", "errors", "status",
	    json_sprintf("%d", status), "title", title_of(status), "detail",
	    detail);
}
