#include <stdlib.h>
#include <string.h>

#include "tests/fake/mollie.h"
#include "tests/fake/mollie_api.h"

enum { DEFAULT_PAGE = 50, MAX_PAGE = 250 };

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

/* A document as it is served: only what was asked for is embedded. */
static json_t *served(
    const struct ask *ask, const struct object *o, const char *embed)
{
	json_t *document = state_see(o, &ask->view);
	json_t *copy = document ? json_copy(document) : NULL;
	json_t *all = json_object_get(document, "_embedded");
	json_t *kept;
	const char *name;
	json_t *value;

	if (copy == NULL || o->kind != MOLLIE_PAYMENT)
		return copy;
	json_object_del(copy, "_embedded");
	if (embed == NULL)
		return copy;
	kept = json_object();
	json_object_foreach(all, name, value)
	{
		if (has_word(embed, name))
			json_object_set(kept, name, value);
	}
	json_object_set_new(copy, "_embedded", kept);
	return copy;
}

static json_t *answer_one(const struct ask *ask)
{
	return served(ask, ask->object, ask->query(ask->cookie, "embed"));
}

/* Below another customer than its own a subscription is unknown. */
static bool is_below(const struct ask *ask)
{
	const char *id = ask->path + strlen("/v2/customers/");
	const char *own = ask->object->parent->id;
	size_t len = strlen(own);

	return strncmp(id, own, len) == 0 && id[len] == '/';
}

static json_t *answer_subscription(const struct ask *ask)
{
	return is_below(ask) ? served(ask, ask->object, NULL) : NULL;
}

/* ---- lists: newest first, by a cursor -------------------------------------
 */

static size_t limit_of(const struct ask *ask)
{
	const char *text = ask->query(ask->cookie, "limit");
	long long n = text ? strtoll(text, NULL, 10) : DEFAULT_PAGE;

	if (n < 1)
		return DEFAULT_PAGE;
	return n > MAX_PAGE ? MAX_PAGE : (size_t)n;
}

/* Where the page begins, counted from behind; 0: no such cursor. */
static size_t begin_of(
    const struct ask *ask, struct object *const *items, size_t len)
{
	const char *from = ask->query(ask->cookie, "from");

	while (len > 0 && from != NULL && strcmp(items[len - 1]->id, from) != 0)
		len--;
	return len;
}

static json_t *next_link(
    const struct ask *ask, const struct object *next, size_t limit)
{
	const char *base =
	    json_string_value(json_object_get(ask->quirks, "links_base"));

	if (next == NULL)
		return json_null();
	return json_pack("{s:o, s:s}", "href",
	    json_sprintf("%s%s?from=%s&limit=%d", base ? base : ask->base_url,
		ask->path, next->id, (int)limit),
	    "type", "application/hal+json");
}

static json_t *answer_list(const struct ask *ask, const char *name,
    struct object *const *items, size_t len)
{
	size_t limit = limit_of(ask);
	size_t i = begin_of(ask, items, len);
	json_t *list = json_array();

	for (; i > 0 && json_array_size(list) < limit; i--) {
		json_t *item = served(ask, items[i - 1], NULL);

		if (item != NULL)
			json_array_append_new(list, item);
	}
	return json_pack("{s:I, s:{s:o}, s:{s:n, s:o}}", "count",
	    (json_int_t)json_array_size(list), "_embedded", name, list,
	    "_links", "previous", "next",
	    next_link(ask, i > 0 ? items[i - 1] : NULL, limit));
}

static json_t *answer_children(const struct ask *ask)
{
	const struct object *o = ask->object;

	if (!is_below(ask) || state_see(o, &ask->view) == NULL)
		return NULL;
	return answer_list(ask, "payments", o->children, o->children_len);
}

static json_t *answer_subscriptions(const struct ask *ask)
{
	const struct list *all = &ask->state->kinds[MOLLIE_SUBSCRIPTION];

	return answer_list(ask, "subscriptions", all->items, all->len);
}

static json_t *answer_payments(const struct ask *ask)
{
	const struct list *all = &ask->state->kinds[MOLLIE_PAYMENT];

	return answer_list(ask, "payments", all->items, all->len);
}

/* Of two ids in a path the last one is the object's. */
const struct route mollie_api_routes[] = {
    {"/v2/payments/{id}", MOLLIE_PAYMENT, answer_one, true},
    {"/v2/customers/{id}/subscriptions/{id}", MOLLIE_SUBSCRIPTION,
	answer_subscription, false},
    {"/v2/customers/{id}/subscriptions/{id}/payments", MOLLIE_SUBSCRIPTION,
	answer_children, false},
    {"/v2/customers/{id}", MOLLIE_CUSTOMER, answer_one, true},
    {"/v2/events/{id}", MOLLIE_EVENT, answer_one, true},
    {"/v2/subscriptions", -1, answer_subscriptions, false},
    {"/v2/payments", -1, answer_payments, false}, {NULL, -1, NULL, false}};

static const char *title_of(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {{401, "Unauthorized Request"}, {403, "Forbidden"},
	    {404, "Not Found"}, {405, "Method Not Allowed"}, {409, "Conflict"},
	    {410, "Gone"}, {422, "Unprocessable Entity"},
	    {429, "Too Many Requests"}, {503, "Service Unavailable"}};
	size_t i;

	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		if (titles[i].status == status)
			return titles[i].title;
	}
	return status < 500 ? "Bad Request" : "Internal Server Error";
}

json_t *mollie_api_error(int status, const char *detail)
{
	return json_pack("{s:i, s:s, s:s, s:{s:{s:s, s:s}}}", "status", status,
	    "title", title_of(status), "detail", detail, "_links",
	    "documentation", "href",
	    "https://docs.mollie.com/overview/handling-errors", "type",
	    "text/html");
}
