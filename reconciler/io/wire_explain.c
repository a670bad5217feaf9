#include "cache/store.h"

#include "reconciler/core/history.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/explain.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire_line.h"

#include "reconciler/io/wire_explain.h"

static void put_effects(struct buf *out, const struct held_grant *held)
{
	wire_line_list(out, "effects");
	for (size_t i = 0; i < held->n_effects; i++) {
		const struct held_effect *e = &held->effects[i];

		wire_line_element(out);
		wire_line_text(out, "effect", effect_name(e->kind));
		wire_line_text(out, "kind", e->source.kind);
		wire_line_text(out, "id", e->source.id);
		wire_line_time(out, "at", e->at_ms);
		wire_line_time(out, "until", e->until_ms);
		wire_line_bool(out, "revokes",
		    held->policy != NULL && held->policy->revokes[e->kind]);
		wire_line_end(out);
	}
	wire_line_end_list(out);
}

static void put_grant(struct buf *out, const struct explained_grant *grant)
{
	const struct grant *g = &grant->held->grant;

	wire_line_element(out);
	wire_line_text(out, "product", g->product);
	wire_line_text(out, "label", g->label);
	if (g->quantity != NULL)
		wire_line_text(out, "quantity", g->quantity);
	wire_line_text(out, "state", state_name(g->state));
	wire_line_text(out, "status", g->status);
	wire_line_time(out, "since", g->since_ms);
	wire_line_time(out, "until", g->until_ms);
	wire_line_entitled(out, "entitled", grant->alone.entitled);
	wire_line_time(out, "valid_until", grant->alone.valid_until_ms);
	wire_line_text(out, "rule", grant->rule);
	wire_line_text(out, "reason", grant->alone.reason);
	wire_line_bool(out, "decides", grant->decides);
	put_effects(out, grant->held);
	wire_line_end(out);
}

static void put_tail(struct buf *out, const struct explained_object *object)
{
	wire_line_list(out, "history");
	for (size_t i = 0; i < object->n_tail; i++) {
		struct history_line shown = {
		    .object = object->ref, .entry = &object->tail[i]};

		wire_line_element(out);
		wire_line_of_entry(out, &shown);
		wire_line_end(out);
	}
	wire_line_end_list(out);
}

/* The record and the job, each as `queue show` has it, or null. */
static void put_now(struct buf *out, const struct explained_object *object)
{
	if (object->record == NULL) {
		wire_line_null(out, "record");
	} else {
		wire_line_inner(out, "record");
		wire_line_of_object(out, object->record);
		wire_line_end(out);
	}
	if (object->job == NULL) {
		wire_line_null(out, "job");
	} else {
		wire_line_inner(out, "job");
		wire_line_of_job(out, object->job);
		wire_line_end(out);
	}
}

void wire_explain(const struct settings *settings,
    const struct explained_object *object, struct buf *out)
{
	const struct provider_settings *p =
	    settings_provider(settings, object->ref.provider);

	wire_line_begin(out);
	wire_line_text(out, "provider", object->ref.provider);
	wire_line_text(out, "type", p == NULL ? NULL : p->type);
	wire_line_text(out, "kind", object->ref.kind);
	wire_line_text(out, "id", object->ref.id);
	wire_line_list(out, "grants");
	for (size_t i = 0; i < object->n_grants; i++)
		put_grant(out, &object->grants[i]);
	wire_line_end_list(out);
	put_now(out, object);
	put_tail(out, object);
	wire_line_number(out, "entries", object->entries);
	wire_line_end(out);
}
