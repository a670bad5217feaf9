/*
 * What a subscription gives beside its plan: the features of its entitlements
 * (GET /subscriptions/{id}/entitlements).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/text.h"
#include "reconciler/core/name.h"

#include "clients/reading.h"

#include "clients/flexprice.h"

enum {
	LIMIT_MAX = 200,    /* bytes of one feature's limit */
	SUMMARY_MAX = 2000, /* of all of them, as a fact */
	VALUES_MAX = 20	    /* static values that are told */
};

/* One feature that is enabled. */
struct feature {
	const char *label; /* its lookup key, else its id */
	const char *limit; /* "" where there is none */
};

/* The values of a static feature. */
static void add_values(
    struct buf *out, struct arena *arena, const field_value *values)
{
	for (size_t i = 0; i < field_count(values) && i < VALUES_MAX; i++) {
		const char *at = arena_printf(arena, "/%zu", i);
		const char *text =
		    at != NULL ? field_pointer(values, at, arena) : NULL;

		if (text != NULL)
			buf_addf(out, "%c%s", i == 0 ? '=' : '|', text);
	}
}

/* "=1000/MONTHLY soft": how many, until it starts anew, and whether it stops.
 */
static const char *read_limit(struct fields *fields, const field_value *item)
{
	const char *most =
	    flexprice_decimal(fields, item, "entitlement.usage_limit");
	const char *period = field_text(fields, item,
	    "entitlement.usage_reset_period", OBSERVATION_WORD_MAX);
	bool soft = field_bool(fields, item, "entitlement.is_soft_limit");
	const char *text;
	struct buf out;

	buf_init(&out, LIMIT_MAX);
	if (most != NULL) {
		buf_addf(&out, "=%s", most);
		if (period != NULL && *period != '\0')
			buf_addf(&out, "/%s", period);
		if (soft)
			buf_adds(&out, " soft");
	}
	add_values(&out, fields->arena,
	    field_array(fields, item, "entitlement.static_values"));
	text = arena_text(fields->arena, buf_text(&out));
	buf_fini(&out);
	return text;
}

static const char *read_label(struct fields *fields, const field_value *item)
{
	const char *label =
	    field_text(fields, item, "feature.lookup_key", NAME_ID_MAX);

	if (label == NULL || *label == '\0')
		label = flexprice_id(fields, item, "feature.id");
	if (label == NULL)
		field_complain(fields, "feature.id", "missing");
	else if (!name_id_is_valid(label))
		field_complain(fields, "feature.lookup_key", "not a name");
	return label;
}

static void read_list(struct flexprice_look *look, const field_value *list,
    struct feature *out, size_t *n)
{
	struct fields *fields = &look->fields;

	for (size_t i = 0; i < field_count(list); i++) {
		const field_value *item = field_at(list, i);

		if (!field_bool(fields, item, "entitlement.is_enabled"))
			continue;
		out[*n].label = read_label(fields, item);
		out[*n].limit = read_limit(fields, item);
		if (fields->error == NULL && out[*n].limit != NULL)
			++*n;
	}
}

static int by_label(const void *left, const void *right)
{
	const struct feature *a = left;
	const struct feature *b = right;
	int order = strcmp(a->label, b->label);

	return order != 0 ? order : strcmp(a->limit, b->limit);
}

/* Very many are told apart by a number only. */
static void summarize(
    struct flexprice_look *look, const struct feature *features, size_t n)
{
	uint64_t hash = 0;
	struct buf out;

	buf_init(&out, SUMMARY_MAX);
	for (size_t i = 0; i < n; i++) {
		buf_addf(&out, "%s%s%s", i > 0 ? "," : "", features[i].label,
		    features[i].limit);
		hash = hash * 31 +
		       text_hash(features[i].label, strlen(features[i].label));
		hash = hash * 31 +
		       text_hash(features[i].limit, strlen(features[i].limit));
	}
	if (n > 0)
		reading_fact(look->out, look->facts, "features",
		    out.error == 0 ? arena_text(look->arena, buf_text(&out))
				   : arena_printf(look->arena,
					 "%zu, as %016" PRIx64, n, hash));
	buf_fini(&out);
}

static void grant_all(struct flexprice_look *look, const struct grant *model,
    const struct feature *features, size_t n)
{
	struct grant *grants = arena_alloc(look->arena, n + 1, sizeof(*grants));

	if (grants == NULL)
		return;
	grants[0] = *model;
	for (size_t i = 0; i < n; i++) {
		grants[i + 1] = *model;
		grants[i + 1].label = features[i].label;
	}
	look->out->grants = grants;
	look->out->n_grants = n + 1;
}

/* The list of an answer; Go writes null for an empty one. */
static bool take_list(struct flexprice_look *look, const field_value *answer,
    const struct grant *model)
{
	const field_value *list =
	    field_array(&look->fields, answer, "features");
	size_t n = field_count(list);
	size_t enabled = 0;
	struct feature *features;

	if (!field_has_key(answer, "features"))
		field_complain(&look->fields, "features", "missing");
	if (n >= OBSERVATION_GRANTS_MAX)
		field_complain(&look->fields, "features", "too many");
	if (look->fields.error != NULL)
		return false;
	features = arena_alloc(look->arena, n + 1, sizeof(*features));
	if (features == NULL)
		return false;
	read_list(look, list, features, &enabled);
	if (look->fields.error != NULL)
		return false;
	/* the order of the list is not the same each time */
	qsort(features, enabled, sizeof(*features), by_label);
	summarize(look, features, enabled);
	grant_all(look, model, features, enabled);
	return true;
}

static bool take_none(struct flexprice_look *look, const struct grant *model)
{
	flexprice_look_again(look);
	grant_all(look, model, NULL, 0);
	return look->fields.error == NULL;
}

bool flexprice_features(struct flexprice_look *look, const struct grant *model)
{
	bool gives =
	    model->state == STATE_ACTIVE || model->state == STATE_TRIALING;
	const field_value *answer = NULL;
	const char *path;

	if (!look->options->entitlements) {
		grant_all(look, model, NULL, 0);
		return true;
	}
	path = arena_printf(
	    look->arena, "/subscriptions/%s/entitlements", look->object->id);
	switch (flexprice_step(look, path, "entitlements", &answer)) {
	case FLEXPRICE_HALT:
		return false;
	case FLEXPRICE_REFUSED:
		if (gives)
			flexprice_refused(look, "entitlements");
		return take_none(look, model);
	case FLEXPRICE_ABSENT:
		return take_none(look, model);
	case FLEXPRICE_ANSWER:
		break;
	}
	return take_list(look, answer, model);
}
