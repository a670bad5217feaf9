/*
 * Lists that come in pages (Stripe, "Pagination"): items of a subscription,
 * line items of a session. Both carry a price, which says what is granted.
 */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/core/name.h"

#include "clients/reading.h"

#include "clients/stripe.h"

enum { LABEL_MAX = 200 };

/* Puts the items of one page behind those that are there. */
static void append(
    struct stripe_look *look, const field_value *page, struct stripe_list *out)
{
	const field_value *data = field_array(&look->fields, page, "data");
	size_t n = field_count(data);
	const field_value **all;

	if (n == 0)
		return;
	if (n > OBSERVATION_GRANTS_MAX - out->n) {
		field_complain(&look->fields, "data", "too many");
		return;
	}
	all = arena_alloc(look->arena, out->n + n, sizeof(const field_value *));
	if (all == NULL) {
		field_complain(&look->fields, "data", "no room for it");
		return;
	}
	for (size_t i = 0; i < out->n; i++)
		all[i] = out->items[i];
	for (size_t i = 0; i < n; i++)
		all[out->n++] = field_at(data, i);
	out->items = all;
}

/* Where the next page begins: behind the last item, by its id. */
static const char *next_path(
    struct stripe_look *look, const char *path, const struct stripe_list *list)
{
	const char *id;

	if (list->n == 0)
		return path;
	id = field_need_text(
	    &look->fields, list->items[list->n - 1], "id", NAME_ID_MAX);
	if (id == NULL)
		return NULL;
	if (!stripe_is_token(id)) {
		field_complain(&look->fields, "id", "not an id");
		return NULL;
	}
	return arena_printf(look->arena, "%s&starting_after=%s", path, id);
}

bool stripe_list(struct stripe_look *look, const field_value *embedded,
    const char *path, const char *operation, struct stripe_list *out)
{
	const field_value *page = embedded;
	bool more = embedded == NULL;
	size_t before;

	*out = (struct stripe_list){NULL, 0};
	if (embedded != NULL) {
		append(look, page, out);
		more = field_bool(&look->fields, page, "has_more");
	}
	while (more && look->fields.error == NULL) {
		before = out->n;
		switch (stripe_read_step(
		    look, next_path(look, path, out), operation, &page)) {
		case STRIPE_HALT:
			return false;
		case STRIPE_ABSENT:
			if (embedded != NULL || before > 0)
				field_complain(&look->fields, "has_more",
				    "but there is no such page");
			return look->fields.error == NULL;
		case STRIPE_ANSWER:
			break;
		}
		append(look, page, out);
		more = field_bool(&look->fields, page, "has_more");
		if (more && out->n == before)
			field_complain(
			    &look->fields, "has_more", "after an empty page");
	}
	return look->fields.error == NULL;
}

/* Before prices there were plans, which a price still prints beside itself. */
static void read_price(
    struct stripe_look *look, const field_value *item, struct grant *grant)
{
	const char *product =
	    stripe_ref(&look->fields, item, "price.product", NULL);

	if (product == NULL)
		product = stripe_ref(&look->fields, item, "plan.product", NULL);
	grant->product = product;
	grant->label =
	    field_text(&look->fields, item, "price.lookup_key", LABEL_MAX);
	/* What is metered has none. */
	grant->quantity = reading_quantity(&look->fields, item, "quantity");
}

void stripe_list_grants(struct stripe_look *look,
    const struct stripe_list *list, const struct grant *model)
{
	size_t n = list->n > 0 ? list->n : 1;
	struct grant *grants = arena_alloc(look->arena, n, sizeof(*grants));

	if (grants == NULL)
		return;
	grants[0] = *model;
	for (size_t i = 0; i < list->n; i++) {
		grants[i] = *model;
		read_price(look, list->items[i], &grants[i]);
	}
	look->out->grants = grants;
	look->out->n_grants = n;
}
