/* The payments of a subscription, a page of a list, newest first. */
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/reading.h"

#include "clients/mollie.h"

enum { PAGE_MAX = 250 /* Mollie's pagination page */, NEXT_MAX = 1000 };

const char *mollie_payments_path(struct arena *arena, const char *customer,
    const char *id, const char *query)
{
	return arena_printf(arena,
	    "/v2/customers/%s/subscriptions/%s/payments%s", customer, id,
	    query);
}

/* When a payment was made that was paid and not given back; 0: it was not. */
static int64_t kept_since(struct mollie_reader *r, const field_value *item)
{
	const char *status = reading_word(&r->fields, item, "status");
	struct mollie_amount amount = mollie_amount(r, item, "amount");
	struct mollie_amount refunded =
	    mollie_amount(r, item, "amountRefunded");
	struct mollie_amount charged_back =
	    mollie_amount(r, item, "amountChargedBack");
	struct mollie_stamp created = mollie_stamp(r, item, "createdAt");

	if (r->fields.error != NULL || !text_equal(status, "paid") ||
	    charged_back.minor > 0 ||
	    (refunded.minor > 0 && refunded.minor >= amount.minor))
		return 0;
	if (created.ms == 0)
		field_complain(&r->fields, "createdAt", "missing");
	return created.ms;
}

const int64_t *mollie_kept(
    struct mollie_reader *r, const field_value *root, size_t *n)
{
	const char *path = "_embedded.payments";
	const field_value *list = field_array(&r->fields, root, path);
	size_t count = field_count(list);
	int64_t *kept;

	*n = 0;
	if (list == NULL)
		field_complain(&r->fields, path, "missing");
	if (count > PAGE_MAX)
		field_complain(&r->fields, path, "too many");
	kept = arena_alloc(r->arena, count + 1, sizeof(*kept));
	for (size_t i = 0; kept != NULL && i < count && r->fields.error == NULL;
	     i++) {
		kept[*n] = kept_since(r, field_at(list, i));
		*n += kept[*n] != 0;
	}
	return kept;
}

const char *mollie_next_page(struct mollie_reader *r, const field_value *root,
    const char *customer, const char *id)
{
	const char *next =
	    field_text(&r->fields, root, "_links.next.href", NEXT_MAX);
	const char *path = mollie_payments_path(r->arena, customer, id, "?");
	size_t base = strlen(r->provider->base_url);

	if (next == NULL || path == NULL)
		return NULL;
	if (strncmp(next, r->provider->base_url, base) == 0 &&
	    strncmp(next + base, path, strlen(path)) == 0 &&
	    strpbrk(next, " #\\") == NULL &&
	    !text_has_control(next, strlen(next)))
		return next + base;
	field_complain(&r->fields, "_links.next.href",
	    "the next page is not of the same list");
	return NULL;
}
