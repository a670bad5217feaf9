#include <jansson.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/core/history.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/explain.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"

#include "reconciler/io/wire_explain.h"

static json_t *time_of(int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	return ms == 0 ? json_null() : json_string(clock_format(ms, text));
}

static json_t *entitled_of(enum entitled entitled)
{
	if (entitled == ENTITLED_UNKNOWN)
		return json_null();
	return json_boolean(entitled == ENTITLED_YES);
}

/* A line that one of wire.h's functions made, as a member of another one. */
static json_t *member_of(char *line)
{
	json_t *member = line == NULL ? NULL : json_loads(line, 0, NULL);

	wire_free(line);
	return member;
}

/* json_array_append_new refuses a NULL: then the whole line is none. */
static json_t *effects_of(const struct held_grant *held)
{
	json_t *array = json_array();

	for (size_t i = 0; i < held->n_effects; i++) {
		const struct held_effect *e = &held->effects[i];
		bool revokes =
		    held->policy != NULL && held->policy->revokes[e->kind];
		json_t *effect = json_pack("{s:s, s:s, s:s, s:o, s:o, s:b}",
		    "effect", effect_name(e->kind), "kind", e->source.kind,
		    "id", e->source.id, "at", time_of(e->at_ms), "until",
		    time_of(e->until_ms), "revokes", revokes);

		if (json_array_append_new(array, effect) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *grant_of(const struct explained_grant *grant)
{
	const struct grant *g = &grant->held->grant;

	return json_pack(
	    "{s:s?, s:s?, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:b, s:o}",
	    "product", g->product, "label", g->label, "state",
	    state_name(g->state), "status", g->status, "since",
	    time_of(g->since_ms), "until", time_of(g->until_ms), "entitled",
	    entitled_of(grant->alone.entitled), "valid_until",
	    time_of(grant->alone.valid_until_ms), "rule", grant->rule, "reason",
	    grant->alone.reason, "decides", grant->decides, "effects",
	    effects_of(grant->held));
}

static json_t *grants_of(const struct explained_object *object)
{
	json_t *array = json_array();

	for (size_t i = 0; i < object->n_grants; i++) {
		if (json_array_append_new(
			array, grant_of(&object->grants[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *tail_of(const struct explained_object *object)
{
	json_t *array = json_array();

	for (size_t i = 0; i < object->n_tail; i++) {
		struct history_line line = {
		    .object = object->ref, .entry = &object->tail[i]};

		if (json_array_append_new(
			array, member_of(wire_history_line(&line))) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

char *wire_explain(
    const struct settings *settings, const struct explained_object *object)
{
	const struct provider_settings *p =
	    settings_provider(settings, object->ref.provider);
	json_t *record = object->record == NULL
			     ? json_null()
			     : member_of(wire_object(object->record));
	json_t *job = object->job == NULL ? json_null()
					  : member_of(wire_job(object->job));
	json_t *line = json_pack("{s:s, s:s?, s:s, s:s, s:o, s:o, s:o, s:o, "
				 "s:I}",
	    "provider", object->ref.provider, "type",
	    p == NULL ? NULL : p->type, "kind", object->ref.kind, "id",
	    object->ref.id, "grants", grants_of(object), "record", record,
	    "job", job, "history", tail_of(object), "entries",
	    (json_int_t)object->entries);
	char *text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);

	json_decref(line);
	return text;
}
