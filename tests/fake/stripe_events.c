/*
 * The log of events ("List all events"): one for each document that an object
 * ever had, newest first, whether or not anybody was notified.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fake/when.h"
#include "tests/fake/stripe.h"

enum { DEFAULT_LIMIT = 10, MAX_LIMIT = 100 };

struct entry {
	const struct object *object;
	const struct version *version;
};

struct entries {
	struct entry *items;
	size_t len;
};

static int64_t created_s(const struct version *v)
{
	return (when_now_ms() - (when_mono_ms() - v->mono_ms)) / 1000;
}

static const char *type_of(const struct entry *e)
{
	return stripe_event_of(e->object->kind, e->version->document);
}

/* "types[]" may be told once here; Stripe takes up to twenty. */
static bool is_asked_for(const struct ask *ask, const struct entry *e)
{
	const char *from = ask->query(ask->cookie, "created[gte]");
	const char *type = ask->query(ask->cookie, "types[]");

	if (from != NULL && created_s(e->version) < strtoll(from, NULL, 10))
		return false;
	return type == NULL || strcmp(type, type_of(e)) == 0;
}

static void add_object(
    const struct ask *ask, const struct object *o, struct entries *out)
{
	size_t i;

	for (i = 0; i < o->versions_len; i++) {
		struct entry e = {o, &o->versions[i]};

		if (is_asked_for(ask, &e))
			out->items[out->len++] = e;
	}
}

static int newest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->version->tick < y->version->tick ? 1 : -1;
}

static struct entries gather(const struct ask *ask)
{
	struct entries out = {NULL, 0};
	size_t k, i, most = 1;

	for (k = 0; k < STATE_KINDS; k++) {
		for (i = 0; i < ask->state->kinds[k].len; i++)
			most += ask->state->kinds[k].items[i]->versions_len;
	}
	out.items = text_need(most * sizeof(*out.items));
	for (k = 0; k < STATE_KINDS; k++) {
		for (i = 0; i < ask->state->kinds[k].len; i++)
			add_object(ask, ask->state->kinds[k].items[i], &out);
	}
	qsort(out.items, out.len, sizeof(*out.items), newest_first);
	return out;
}

static json_t *id_of(const struct entry *e)
{
	return json_sprintf("evt_%llu", (unsigned long long)e->version->tick);
}

static json_t *shown(const struct entry *e)
{
	json_t *livemode = json_object_get(e->version->document, "livemode");

	return json_pack("{s:o, s:s, s:s, s:I, s:{s:O}, s:O, s:i, s:s}", "id",
	    id_of(e), "object", "event", "api_version", "2025-03-31.basil",
	    "created", (json_int_t)created_s(e->version), "data", "object",
	    e->version->document, "livemode", livemode ? livemode : json_true(),
	    "pending_webhooks", 0, "type", type_of(e));
}

/* How many come before the page. */
static size_t first_of(const struct entries *all, const char *after)
{
	size_t i;

	for (i = 0; after != NULL && i < all->len; i++) {
		json_t *id = id_of(&all->items[i]);
		bool is_it = strcmp(json_string_value(id), after) == 0;

		json_decref(id);
		if (is_it)
			return i + 1;
	}
	return after == NULL ? 0 : all->len;
}

json_t *stripe_events_answer(const struct ask *ask)
{
	const char *text = ask->query(ask->cookie, "limit");
	long limit = text ? strtol(text, NULL, 10) : DEFAULT_LIMIT;
	struct entries all = gather(ask);
	json_t *data = json_array();
	size_t i = first_of(&all, ask->query(ask->cookie, "starting_after"));

	if (limit < 1 || limit > MAX_LIMIT)
		limit = MAX_LIMIT;
	for (; i < all.len && json_array_size(data) < (size_t)limit; i++)
		json_array_append_new(data, shown(&all.items[i]));
	free(all.items);
	return json_pack("{s:s, s:s, s:o, s:b}", "object", "list", "url",
	    "/v1/events", "data", data, "has_more", i < all.len);
}
