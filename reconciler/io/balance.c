#include <stdlib.h>
#include <string.h>

#include "cache/store.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/decimal.h"

#include "reconciler/io/balance.h"

/* NULL comes first. */
static int compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int by_what(const void *left, const void *right)
{
	const struct held_credit *const *a = left, *const *b = right;
	int d = strcmp((*a)->object.provider, (*b)->object.provider);

	if (d == 0)
		d = compare_text((*a)->credit.product, (*b)->credit.product);
	return d != 0 ? d : compare_text((*a)->credit.unit, (*b)->credit.unit);
}

/* Those that are meant, alike ones beside each other. */
static size_t sort(const struct held_credit *credits, size_t n,
    const char *product, const struct held_credit **out)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (product == NULL ||
		    text_equal(product, credits[i].credit.product))
			out[found++] = &credits[i];
	}
	if (found > 0)
		qsort(out, found, sizeof(*out), by_what);
	return found;
}

/* The sum of the alike ones that sorted begins with; *len: how many they are.
 */
static int add_up(const struct held_credit *const *sorted, size_t n,
    struct arena *arena, struct balance *out, size_t *len)
{
	struct decimal_sum sum = {.scale = 0};
	char text[DECIMAL_TEXT_MAX];
	int rc = 0;

	*len = 0;
	while (*len < n && by_what(&sorted[0], &sorted[*len]) == 0 && rc == 0)
		rc = decimal_add(&sum, sorted[(*len)++]->credit.amount);
	out->provider = sorted[0]->object.provider;
	out->product = sorted[0]->credit.product;
	out->unit = sorted[0]->credit.unit;
	out->amount = arena_text(arena, decimal_text(&sum, text));
	if (out->amount == NULL)
		return ERR_FULL;
	return rc;
}

int balance_sum(const struct held_credit *credits, size_t n,
    const char *product, struct arena *arena, const struct balance **out,
    size_t *n_out, struct err_text *err)
{
	const struct held_credit **sorted =
	    arena_alloc(arena, n + 1, sizeof(*sorted));
	struct balance *sums = arena_alloc(arena, n + 1, sizeof(*sums));
	size_t found, len;

	*out = sums;
	*n_out = 0;
	if (sorted == NULL || sums == NULL)
		return err_set(err, ERR_FULL, "the account is too large");
	found = sort(credits, n, product, sorted);
	for (size_t i = 0; i < found; i += len) {
		int rc = add_up(
		    sorted + i, found - i, arena, &sums[(*n_out)++], &len);

		if (rc != 0)
			return err_set(err, rc,
			    "a balance of %s %s %s cannot be added up",
			    sorted[i]->object.provider, sorted[i]->object.kind,
			    sorted[i]->object.id);
	}
	return 0;
}
