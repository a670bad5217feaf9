#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/decimal.h"
#include "reconciler/core/entitle.h"

#include "reconciler/io/quantities.h"

/* NULL comes first. */
static int compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int by_what(const void *left, const void *right)
{
	const struct held_grant *const *a = left, *const *b = right;
	int d = strcmp((*a)->object.provider, (*b)->object.provider);

	if (d != 0)
		return d;
	return compare_text((*a)->grant.product, (*b)->grant.product);
}

/* Most accounts have none: that costs them one look at each grant. */
static bool is_any_told(const struct held_grant *grants, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (grants[i].grant.quantity != NULL)
			return true;
	}
	return false;
}

/* Those that entitle, alike ones beside each other. */
static size_t sort(const struct held_grant *grants, size_t n, int64_t now_ms,
    const struct held_grant **out)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (entitle_grant(&grants[i], now_ms) == ENTITLED_YES)
			out[found++] = &grants[i];
	}
	if (found > 0)
		qsort(out, found, sizeof(*out), by_what);
	return found;
}

/* Of the first n, which are alike. false: nothing is told of any. */
static bool add_up(const struct held_grant *const *alike, size_t n,
    struct decimal_sum *sum, bool *partial, int *rc)
{
	size_t told = 0;

	for (size_t i = 0; i < n && *rc == 0; i++) {
		if (alike[i]->grant.quantity == NULL)
			continue;
		*rc = decimal_add(sum, alike[i]->grant.quantity);
		told++;
	}
	*partial = told < n;
	return told > 0;
}

static int tell(const struct held_grant *const *alike, size_t n,
    struct arena *arena, struct quantity *out, size_t *n_out)
{
	struct decimal_sum sum = {.scale = 0};
	char text[DECIMAL_TEXT_MAX];
	bool partial;
	int rc = 0;

	if (!add_up(alike, n, &sum, &partial, &rc) || rc != 0)
		return rc;
	out[*n_out] = (struct quantity){.provider = alike[0]->object.provider,
	    .product = alike[0]->grant.product,
	    .sum = arena_text(arena, decimal_text(&sum, text)),
	    .partial = partial};
	return out[(*n_out)++].sum != NULL ? 0 : ERR_FULL;
}

static size_t count_alike(const struct held_grant *const *sorted, size_t n)
{
	size_t len = 1;

	while (len < n && by_what(&sorted[0], &sorted[len]) == 0)
		len++;
	return len;
}

int quantities_sum(const struct held_grant *grants, size_t n, int64_t now_ms,
    struct arena *arena, const struct quantity **out, size_t *n_out,
    struct err_text *err)
{
	const struct held_grant **sorted;
	struct quantity *sums;
	size_t found, len;

	*out = NULL;
	*n_out = 0;
	if (!is_any_told(grants, n))
		return 0;
	sorted = arena_alloc(arena, n, sizeof(*sorted));
	sums = arena_alloc(arena, n, sizeof(*sums));
	if (sorted == NULL || sums == NULL)
		return err_set(err, ERR_FULL, "the account is too large");
	*out = sums;
	found = sort(grants, n, now_ms, sorted);
	for (size_t i = 0; i < found; i += len) {
		int rc;

		len = count_alike(sorted + i, found - i);
		rc = tell(sorted + i, len, arena, sums, n_out);
		if (rc != 0)
			return err_set(err, rc,
			    "a quantity of %s cannot be added up",
			    sorted[i]->object.provider);
	}
	return 0;
}
