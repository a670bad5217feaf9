/* The groups within a kind: what it grants, its history, other objects. */
#include <stddef.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

#include "clients/generic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- grants and history ---------------------------------------------------
 */

static const struct config_key grant_keys[] = {
    GENERIC_TEXT(generic_grant, "each", each),
    GENERIC_TEXT(generic_grant, "product", product),
    GENERIC_TEXT(generic_grant, "label", label),
    GENERIC_TEXT(generic_grant, "quantity", quantity),
    GENERIC_TEXT(generic_grant, "since", since),
    GENERIC_TEXT(generic_grant, "until", until),
};

static int fill_grant(const struct generic_loading *l,
    const struct config_node *group, struct generic_grant *grant)
{
	static const char *const groups[] = {"when", "until_when", NULL};
	int rc = config_fill(
	    group, grant_keys, COUNT(grant_keys), groups, grant, l->err);
	const struct generic_named pointers[] = {{"each", grant->each},
	    {"product", grant->product}, {"label", grant->label},
	    {"quantity", grant->quantity}, {"since", grant->since},
	    {"until", grant->until}};

	if (rc == 0)
		rc = generic_check_pointers(
		    group, pointers, COUNT(pointers), l->err);
	if (rc == 0)
		rc = generic_load_tests(
		    group, "when", l->arena, &grant->when, l->err);
	if (rc == 0)
		rc = generic_load_tests(
		    group, "until_when", l->arena, &grant->until_when, l->err);
	if (rc == 0 && grant->until_when.n > 0 && grant->until == NULL)
		return config_complain(group, "until_when", l->err,
		    "it needs the key until beside it");
	return rc;
}

static int load_grant(const struct generic_loading *l)
{
	const struct config_node *group = config_group(l->node, "grant");
	struct generic_grant *grant;

	if (group == NULL)
		return 0;
	if (l->out->account == NULL && l->out->customer == NULL)
		return config_complain(l->node, "grant", l->err,
		    "it needs customer or account beside it: whose would it "
		    "be?");
	grant = arena_alloc(l->arena, 1, sizeof(*grant));
	if (grant == NULL)
		return err_set(l->err, ERR_FULL, "no room for the options");
	l->out->grant = grant;
	return fill_grant(l, group, grant);
}

static const struct config_key history_keys[] = {
    GENERIC_NEED(generic_history, "list", list),
    GENERIC_NEED(generic_history, "status", status),
    GENERIC_NEED(generic_history, "at", at),
    GENERIC_TEXT(generic_history, "attempt", attempt),
    GENERIC_TEXT(generic_history, "reason", reason),
    GENERIC_TEXT(generic_history, "reason_code", reason_code),
};

static int load_history(const struct generic_loading *l)
{
	const struct config_node *group = config_group(l->node, "history");
	struct generic_history h = {.list = NULL};
	struct generic_history *kept;
	int rc;

	if (group == NULL)
		return 0;
	rc = config_fill(
	    group, history_keys, COUNT(history_keys), NULL, &h, l->err);
	if (rc == 0)
		rc = generic_check_pointers(group,
		    (const struct generic_named[]){{"list", h.list},
			{"status", h.status}, {"at", h.at},
			{"attempt", h.attempt}, {"reason", h.reason},
			{"reason_code", h.reason_code}},
		    6, l->err);
	if (rc != 0)
		return rc;
	kept = arena_alloc(l->arena, 1, sizeof(*kept));
	if (kept == NULL)
		return err_set(l->err, ERR_FULL, "no room for the options");
	*kept = h;
	l->out->history = kept;
	return 0;
}

/* ---- other objects --------------------------------------------------------
 */

struct raw_effect {
	struct generic_effect effect;
	const char *name;
	const char *kind;
};

static const struct config_key effect_keys[] = {
    {.name = "effect",
	.type = CONFIG_TEXT,
	.offset = offsetof(struct raw_effect, name),
	.allowed = "refund|partial_refund|chargeback",
	.required = true},
    GENERIC_NEED(raw_effect, "kind", kind),
    GENERIC_NEED(raw_effect, "id", effect.target.id),
    GENERIC_TEXT(raw_effect, "parent", effect.target.parent),
    GENERIC_TEXT(raw_effect, "each", effect.each),
    GENERIC_TEXT(raw_effect, "at", effect.at),
    GENERIC_TEXT(raw_effect, "until", effect.until),
};

static int load_effect(const struct generic_loading *l,
    const struct config_node *node, struct generic_effect *out)
{
	static const char *const groups[] = {"when", NULL};
	struct raw_effect raw = {.name = ""};
	int rc = config_fill(
	    node, effect_keys, COUNT(effect_keys), groups, &raw, l->err);
	int kind = EFFECT_COUNT - 1;

	if (rc == 0)
		rc = generic_set_link(
		    node, l->options, raw.kind, &raw.effect.target, l->err);
	if (rc == 0)
		rc = generic_check_pointers(node,
		    (const struct generic_named[]){{"each", raw.effect.each},
			{"at", raw.effect.at}, {"until", raw.effect.until}},
		    3, l->err);
	if (rc == 0)
		rc = generic_load_tests(
		    node, "when", l->arena, &raw.effect.when, l->err);
	while (kind > EFFECT_NONE &&
	       strcmp(effect_name((enum effect_kind)kind), raw.name) != 0)
		kind--;
	raw.effect.effect = (enum effect_kind)kind;
	*out = raw.effect;
	return rc;
}

static int load_effects(const struct generic_loading *l)
{
	struct generic_effect *effects;
	size_t n;
	int rc =
	    generic_list(l->node, "effects", GENERIC_EFFECTS_MAX, &n, l->err);

	if (rc != 0 || n == 0)
		return rc;
	effects = arena_alloc(l->arena, n, sizeof(*effects));
	if (effects == NULL)
		return err_set(l->err, ERR_FULL, "no room for the options");
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = load_effect(
		    l, config_item(l->node, "effects", i), &effects[i]);
	l->out->effects = effects;
	l->out->n_effects = n;
	return rc;
}

struct raw_also {
	struct generic_link link;
	const char *kind;
};

static const struct config_key also_keys[] = {
    GENERIC_NEED(raw_also, "kind", kind),
    GENERIC_NEED(raw_also, "id", link.id),
    GENERIC_TEXT(raw_also, "parent", link.parent),
};

static int load_also(const struct generic_loading *l)
{
	struct generic_link *also;
	size_t n;
	int rc = generic_list(l->node, "also", GENERIC_ALSO_MAX, &n, l->err);

	if (rc != 0 || n == 0)
		return rc;
	also = arena_alloc(l->arena, n, sizeof(*also));
	if (also == NULL)
		return err_set(l->err, ERR_FULL, "no room for the options");
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct config_node *node =
		    config_item(l->node, "also", i);
		struct raw_also raw = {.kind = NULL};

		rc = config_fill(
		    node, also_keys, COUNT(also_keys), NULL, &raw, l->err);
		if (rc == 0)
			rc = generic_set_link(
			    node, l->options, raw.kind, &raw.link, l->err);
		also[i] = raw.link;
	}
	l->out->also = also;
	l->out->n_also = n;
	return rc;
}

int generic_load_within(const struct generic_loading *l)
{
	int rc = load_grant(l);

	if (rc == 0)
		rc = load_history(l);
	if (rc == 0)
		rc = load_effects(l);
	return rc == 0 ? load_also(l) : rc;
}
