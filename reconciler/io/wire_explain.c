#include <jansson.h>

#include "cache/store.h"

#include "reconciler/core/history.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/explain.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire_line.h"

#include "reconciler/io/wire_explain.h"

static void put_effects(struct wire_line *outer, const struct held_grant *held)
{
	json_t *array = json_array();

	for (size_t i = 0; i < held->n_effects; i++) {
		const struct held_effect *e = &held->effects[i];
		struct wire_line line = wire_line_new();

		wire_line_text(&line, "effect", effect_name(e->kind));
		wire_line_text(&line, "kind", e->source.kind);
		wire_line_text(&line, "id", e->source.id);
		wire_line_time(&line, "at", e->at_ms);
		wire_line_time(&line, "until", e->until_ms);
		wire_line_bool(&line, "revokes",
		    held->policy != NULL && held->policy->revokes[e->kind]);
		wire_line_element(outer, array, &line);
	}
	wire_line_put(outer, "effects", array);
}

static struct wire_line grant_of(const struct explained_grant *grant)
{
	const struct grant *g = &grant->held->grant;
	struct wire_line line = wire_line_new();

	wire_line_text(&line, "product", g->product);
	wire_line_text(&line, "label", g->label);
	if (g->quantity != NULL)
		wire_line_text(&line, "quantity", g->quantity);
	wire_line_text(&line, "state", state_name(g->state));
	wire_line_text(&line, "status", g->status);
	wire_line_time(&line, "since", g->since_ms);
	wire_line_time(&line, "until", g->until_ms);
	wire_line_entitled(&line, "entitled", grant->alone.entitled);
	wire_line_time(&line, "valid_until", grant->alone.valid_until_ms);
	wire_line_text(&line, "rule", grant->rule);
	wire_line_text(&line, "reason", grant->alone.reason);
	wire_line_bool(&line, "decides", grant->decides);
	put_effects(&line, grant->held);
	return line;
}

static void put_grants(
    struct wire_line *outer, const struct explained_object *object)
{
	json_t *array = json_array();

	for (size_t i = 0; i < object->n_grants; i++) {
		struct wire_line line = grant_of(&object->grants[i]);

		wire_line_element(outer, array, &line);
	}
	wire_line_put(outer, "grants", array);
}

static void put_tail(
    struct wire_line *outer, const struct explained_object *object)
{
	json_t *array = json_array();

	for (size_t i = 0; i < object->n_tail; i++) {
		struct history_line shown = {
		    .object = object->ref, .entry = &object->tail[i]};
		struct wire_line line = wire_line_of_entry(&shown);

		wire_line_element(outer, array, &line);
	}
	wire_line_put(outer, "history", array);
}

/* The record and the job, each as `queue show` has it, or null. */
static void put_now(
    struct wire_line *outer, const struct explained_object *object)
{
	struct wire_line line;

	if (object->record == NULL) {
		wire_line_text(outer, "record", NULL);
	} else {
		line = wire_line_of_object(object->record);
		wire_line_inner(outer, "record", &line);
	}
	if (object->job == NULL) {
		wire_line_text(outer, "job", NULL);
	} else {
		line = wire_line_of_job(object->job);
		wire_line_inner(outer, "job", &line);
	}
}

char *wire_explain(
    const struct settings *settings, const struct explained_object *object)
{
	const struct provider_settings *p =
	    settings_provider(settings, object->ref.provider);
	struct wire_line line = wire_line_new();

	wire_line_text(&line, "provider", object->ref.provider);
	wire_line_text(&line, "type", p == NULL ? NULL : p->type);
	wire_line_text(&line, "kind", object->ref.kind);
	wire_line_text(&line, "id", object->ref.id);
	put_grants(&line, object);
	put_now(&line, object);
	put_tail(&line, object);
	wire_line_number(&line, "entries", object->entries);
	return wire_line_end(&line);
}
