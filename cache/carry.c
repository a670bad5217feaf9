#include <stdbool.h>

#include "reconciler/base/text.h"

#include "cache/carry.h"

static bool is_alike(const struct grant *a, const struct grant *b)
{
	return text_equal(a->product, b->product) &&
	       text_equal(a->label, b->label);
}

/* Lists change their order: what it is called says more than its place. */
static const struct held_grant *before(
    const struct carry *carry, size_t index, const struct grant *grant)
{
	const struct held_grant *placed = NULL;

	if (carry->old == NULL)
		return NULL;
	if (index < carry->n)
		placed = &carry->old[index];
	if (placed != NULL && is_alike(&placed->grant, grant))
		return placed;
	for (size_t i = 0; i < carry->n; i++) {
		if (is_alike(&carry->old[i].grant, grant))
			return &carry->old[i];
	}
	return placed;
}

/*
 * Since when nobody knows: by the provider, if that is after the old state was
 * last confirmed, else since we saw it.
 */
static int64_t unknown_since(const struct carry *carry,
    const struct held_grant *old, const struct grant *grant)
{
	if (grant->state_at_ms > old->verified_at_ms &&
	    grant->state_at_ms <= carry->started_ms)
		return grant->state_at_ms;
	return carry->started_ms;
}

static void remember(const struct carry *carry, const struct held_grant *old,
    struct grant *grant)
{
	if (old->grant.state == STATE_UNKNOWN) {
		grant->was = old->grant.was;
		grant->was_at_ms = old->grant.was_at_ms;
		grant->unknown_at_ms = old->grant.unknown_at_ms;
		return;
	}
	grant->was = old->grant.state;
	grant->was_at_ms = old->grant.state_at_ms;
	grant->unknown_at_ms = unknown_since(carry, old, grant);
}

static void keep_beginning(const struct held_grant *old, struct grant *grant)
{
	int64_t at_ms = old->grant.state_at_ms;

	if (at_ms != 0 &&
	    (grant->state_at_ms == 0 || at_ms < grant->state_at_ms))
		grant->state_at_ms = at_ms;
}

void carry_over(const struct carry *carry, size_t index, struct grant *grant)
{
	const struct held_grant *old = before(carry, index, grant);

	grant->was = STATE_UNKNOWN;
	grant->was_at_ms = 0;
	grant->unknown_at_ms = 0;
	if (old == NULL)
		return;
	if (grant->state == STATE_UNKNOWN)
		remember(carry, old, grant);
	if (grant->state == old->grant.state && !carry->interrupted)
		keep_beginning(old, grant);
}
