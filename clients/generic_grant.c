/* What an answer says about access: grants, and money that went back. */
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/text.h"
#include "reconciler/core/decimal.h"
#include "reconciler/core/name.h"

#include "clients/reading.h"

#include "clients/generic.h"

/* ---- grants ---------------------------------------------------------------
 */

static int compare(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* So that another order of a list is no news. */
static int by_product(const void *left, const void *right)
{
	const struct grant *a = left;
	const struct grant *b = right;
	int d = compare(a->product, b->product);

	if (d == 0)
		d = compare(a->label, b->label);
	return d != 0 ? d : compare(a->quantity, b->quantity);
}

/* A number below 0 is how some write "no limit": it counts nothing. */
static const char *read_quantity(
    struct generic_reader *r, const struct generic_spot *at)
{
	const char *pointer = r->kind->grant->quantity;
	const char *text =
	    generic_text(&r->fields, at, pointer, DECIMAL_NUMBER_MAX);

	if (text != NULL && !decimal_is_valid(text))
		generic_complain(&r->fields, at, pointer, "not a number");
	return decimal_is_unsigned(text) ? text : NULL;
}

/* What all grants of the object have in common. */
static void read_common(struct generic_reader *r, struct grant *out)
{
	const struct generic_grant *grant = r->kind->grant;
	enum generic_time form = r->kind->time;

	out->status = r->out->status;
	out->state = r->out->state;
	out->state_at_ms = r->out->changed_at_ms;
	out->since_ms =
	    generic_stamp(&r->fields, &r->root, grant->since, form).ms;
	/* access since ever would be worse than none */
	if (grant->since != NULL && out->since_ms == 0)
		generic_complain(&r->fields, &r->root, grant->since, "missing");
	if (generic_holds(&r->root, &grant->until_when))
		out->until_ms =
		    generic_stamp(&r->fields, &r->root, grant->until, form).ms;
	reading_boundary(r->out, out->since_ms);
	reading_boundary(r->out, out->until_ms);
}

/* What one of them is for; nothing where its conditions do not hold. */
static void read_grant(struct generic_reader *r, const struct generic_spot *at,
    const struct grant *common, struct grant *grants)
{
	const struct generic_grant *from = r->kind->grant;
	struct grant *out = &grants[r->out->n_grants];

	if (!generic_holds(at, &from->when))
		return;
	*out = *common;
	out->product = generic_name(&r->fields, at, from->product);
	if (from->product != NULL && out->product == NULL)
		generic_complain(&r->fields, at, from->product, "missing");
	out->label = generic_name(&r->fields, at, from->label);
	out->quantity = read_quantity(r, at);
	r->out->n_grants++;
}

void generic_grants(struct generic_reader *r)
{
	const struct generic_grant *from = r->kind->grant;
	const field_value *list = NULL;
	const char *where;
	struct grant common = {.product = NULL};
	struct grant *grants;

	if (from == NULL)
		return;
	read_common(r, &common);
	if (from->each != NULL)
		list = generic_array(
		    &r->fields, &r->root, from->each, OBSERVATION_GRANTS_MAX);
	grants = arena_alloc(r->arena, field_count(list) + 1, sizeof(*grants));
	if (grants == NULL)
		return;
	if (from->each == NULL)
		read_grant(r, &r->root, &common, grants);
	where = from->each != NULL
		    ? generic_place(&r->fields, &r->root, from->each)
		    : "";
	for (size_t i = 0; i < field_count(list); i++) {
		const struct generic_spot at = generic_element(list, where, i);

		read_grant(r, &at, &common, grants);
	}
	qsort(grants, r->out->n_grants, sizeof(*grants), by_product);
	r->out->grants = grants;
}

/* ---- effects --------------------------------------------------------------
 */

/*
 * An object has one effect on what it paid for: the heaviest, and of several
 * alike the first in time.
 */
static bool is_heavier(const struct effect *a, const struct effect *b)
{
	if (a->kind != b->kind)
		return a->kind > b->kind;
	return a->at_ms < b->at_ms;
}

static void read_effect(struct generic_reader *r,
    const struct generic_effect *from, const struct generic_spot *at,
    struct effect *held)
{
	struct effect effect = {.kind = from->effect};

	if (!generic_holds(at, &from->when) ||
	    !generic_member(r, &from->target, &effect.target))
		return;
	effect.at_ms =
	    generic_stamp(&r->fields, at, from->at, r->kind->time).ms;
	effect.until_ms =
	    generic_stamp(&r->fields, &r->root, from->until, r->kind->time).ms;
	if (held->kind == EFFECT_NONE || is_heavier(&effect, held))
		*held = effect;
}

static void read_effects(struct generic_reader *r,
    const struct generic_effect *from, struct effect *held)
{
	const field_value *list;
	const char *where;

	if (from->each == NULL) {
		read_effect(r, from, &r->root, held);
		return;
	}
	list = generic_array(
	    &r->fields, &r->root, from->each, OBSERVATION_LISTED_MAX);
	where = generic_place(&r->fields, &r->root, from->each);
	for (size_t i = 0; i < field_count(list); i++) {
		const struct generic_spot at = generic_element(list, where, i);

		read_effect(r, from, &at, held);
	}
}

/* None at all is said by saying nothing: what was recorded is lifted then. */
void generic_effects(struct generic_reader *r)
{
	struct effect *effect;

	if (r->kind->n_effects == 0)
		return;
	effect = arena_alloc(r->arena, 1, sizeof(*effect));
	if (effect == NULL)
		return;
	for (size_t i = 0; i < r->kind->n_effects; i++)
		read_effects(r, &r->kind->effects[i], effect);
	if (effect->kind == EFFECT_NONE)
		return;
	r->out->effects = effect;
	r->out->n_effects = 1;
}
