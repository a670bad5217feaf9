#include <stdlib.h>

#include <jansson.h>

#include "cache/store.h"

#include "reconciler/core/settings.h"

#include "reconciler/io/balance.h"
#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"
#include "reconciler/io/verify.h"
#include "reconciler/io/wire_line.h"

#include "reconciler/io/wire.h"

void wire_free(char *text)
{
	free(text);
}

/* ---- account ------------------------------------------------------------ */

static const char *type_of(const struct settings *settings, const char *name)
{
	const struct provider_settings *p = settings_provider(settings, name);

	return p == NULL ? NULL : p->type;
}

/* Only where the provider tells it. */
static void put_quantity(struct wire_line *line, const struct grant *grant)
{
	if (grant->quantity != NULL)
		wire_line_text(line, "quantity", grant->quantity);
}

static struct wire_line grant_line(const struct settings *settings,
    const struct object_ref *ref, const struct grant *grant)
{
	struct wire_line line = wire_line_new();

	wire_line_text(&line, "provider", ref->provider);
	wire_line_text(&line, "type", type_of(settings, ref->provider));
	wire_line_text(&line, "kind", ref->kind);
	wire_line_text(&line, "id", ref->id);
	wire_line_text(&line, "product", grant->product);
	wire_line_text(&line, "label", grant->label);
	put_quantity(&line, grant);
	wire_line_text(&line, "state", state_name(grant->state));
	return line;
}

static void put_grant_end(struct wire_line *line, const struct grant *grant)
{
	wire_line_time(line, "since", grant->since_ms);
	wire_line_time(line, "until", grant->until_ms);
	wire_line_text(line, "status", grant->status);
}

static json_t *grants_array(const struct settings *settings,
    const struct account_answer *answer, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < answer->n_grants; i++) {
		const struct held_grant *held = &answer->grants[i];
		struct wire_line line =
		    grant_line(settings, &held->object, &held->grant);

		wire_line_entitled(
		    &line, "entitled", entitle_grant(held, answer->as_of_ms));
		put_grant_end(&line, &held->grant);
		wire_line_time(&line, "verified_at", held->verified_at_ms);
		*failed |= line.failed ||
			   json_array_append_new(array, line.object) != 0;
	}
	return array;
}

static json_t *credits_array(const struct account_answer *answer, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < answer->n_credits; i++) {
		const struct balance *balance = &answer->credits[i];
		struct wire_line line = wire_line_new();

		wire_line_text(&line, "provider", balance->provider);
		wire_line_text(&line, "product", balance->product);
		wire_line_text(&line, "amount", balance->amount);
		wire_line_text(&line, "unit", balance->unit);
		*failed |= line.failed ||
			   json_array_append_new(array, line.object) != 0;
	}
	return array;
}

/* Not there where there is none. */
static void put_quantities(
    struct wire_line *outer, const struct account_answer *answer)
{
	json_t *array;

	if (answer->n_quantities == 0)
		return;
	array = json_array();
	for (size_t i = 0; i < answer->n_quantities; i++) {
		const struct quantity *quantity = &answer->quantities[i];
		struct wire_line line = wire_line_new();

		wire_line_text(&line, "provider", quantity->provider);
		wire_line_text(&line, "product", quantity->product);
		wire_line_text(&line, "quantity", quantity->sum);
		if (quantity->partial)
			wire_line_bool(&line, "partial", true);
		wire_line_element(outer, array, &line);
	}
	wire_line_put(outer, "quantities", array);
}

char *wire_account(
    const struct settings *settings, const struct account_answer *answer)
{
	const struct entitlement *e = &answer->entitlement;
	struct wire_line line = wire_line_new();

	wire_line_text(&line, "account", answer->account);
	wire_line_entitled(&line, "entitled", e->entitled);
	wire_line_text(&line, "state", state_name(e->state));
	wire_line_text(&line, "reason", e->reason);
	wire_line_time(&line, "as_of", answer->as_of_ms);
	wire_line_time(&line, "verified_at", answer->verified_at_ms);
	wire_line_bool(&line, "fresh", answer->fresh);
	wire_line_number(&line, "pending", answer->pending);
	wire_line_time(&line, "valid_until", e->valid_until_ms);
	wire_line_put(
	    &line, "grants", grants_array(settings, answer, &line.failed));
	wire_line_put(&line, "credits", credits_array(answer, &line.failed));
	put_quantities(&line, answer);
	return wire_line_end(&line);
}

/* ---- history, changes, jobs, objects ------------------------------------ */

struct wire_line wire_line_of_entry(const struct history_line *shown)
{
	const struct transition *t = shown->entry;
	struct wire_line line = wire_line_new();

	wire_line_ref(&line, &shown->object);
	wire_line_number(&line, "seq", t->seq);
	wire_line_text(&line, "from", t->from);
	wire_line_text(&line, "status", t->status);
	wire_line_text(&line, "state", state_name(t->state));
	wire_line_time(&line, "at", t->at_ms);
	wire_line_text(&line, "at_text", t->at_text);
	wire_line_time(&line, "after", t->after_ms);
	wire_line_time(&line, "recorded_at", t->recorded_at_ms);
	wire_line_text(&line, "source", source_name(t->source));
	wire_line_text(&line, "cause", cause_name(t->cause));
	wire_line_bool(&line, "collapsed", t->collapsed);
	wire_line_put(&line, "attempt",
	    t->attempt == 0 ? json_null() : json_integer(t->attempt));
	wire_line_text(&line, "reason", t->reason);
	wire_line_text(&line, "reason_code", t->reason_code);
	wire_line_time(&line, "retracted_at", t->retracted_at_ms);
	return line;
}

char *wire_history_line(const struct history_line *shown)
{
	struct wire_line line = wire_line_of_entry(shown);

	return wire_line_end(&line);
}

char *wire_change(const struct settings *settings, const struct change *change)
{
	struct wire_line line = wire_line_new();

	wire_line_number(&line, "seq", change->seq);
	wire_line_text(&line, "account", change->account);
	wire_line_entitled(&line, "entitled", change->entitled);
	wire_line_entitled(&line, "was", change->was);
	wire_line_text(&line, "state", state_name(change->state));
	if (change->has_grant) {
		struct wire_line grant =
		    grant_line(settings, &change->object, &change->grant);

		put_grant_end(&grant, &change->grant);
		wire_line_inner(&line, "grant", &grant);
	} else {
		wire_line_put(&line, "grant", json_null());
	}
	wire_line_time(&line, "at", change->at_ms);
	wire_line_time(&line, "recorded_at", change->recorded_at_ms);
	wire_line_text(&line, "cause", cause_name(change->cause));
	return wire_line_end(&line);
}

char *wire_drift(const struct drift *drift)
{
	struct wire_line line = wire_line_new();

	wire_line_ref(&line, drift->ref);
	wire_line_text(&line, "account", drift->account);
	wire_line_text(&line, "what", drift->what);
	wire_line_text(&line, "here", drift->here);
	wire_line_text(&line, "there", drift->there);
	wire_line_bool(&line, "access", drift->access);
	wire_line_bool(&line, "pending", drift->pending);
	return wire_line_end(&line);
}

struct wire_line wire_line_of_job(const struct job *job)
{
	struct wire_line line = wire_line_new();

	wire_line_ref(&line, &job->ref);
	wire_line_text(&line, "state", job_state_name(job->state));
	wire_line_time(&line, "due", job->due_ms);
	wire_line_number(&line, "attempts", job->attempts);
	wire_line_number(&line, "notices", job->notices);
	wire_line_time(&line, "first_notified", job->first_notified_ms);
	wire_line_time(&line, "last_notified", job->last_notified_ms);
	wire_line_text(&line, "last_error", job->last_error);
	wire_line_text(&line, "cause", cause_name(job->cause));
	wire_line_bool(&line, "in_flight", job->claimed);
	wire_line_number(&line, "rung", job->rung);
	wire_line_time(&line, "missing_since", job->missing_since_ms);
	wire_line_put(&line, "http_status",
	    job->http_status == 0 ? json_null()
				  : json_integer(job->http_status));
	return line;
}

char *wire_job(const struct job *job)
{
	struct wire_line line = wire_line_of_job(job);

	return wire_line_end(&line);
}

struct wire_line wire_line_of_object(const struct object *object)
{
	struct wire_line line = wire_line_new();

	wire_line_ref(&line, &object->ref);
	wire_line_text(&line, "status", object->status);
	wire_line_text(&line, "state", state_name(object->state));
	wire_line_text(&line, "account", object->account);
	wire_line_text(&line, "customer", object->customer);
	wire_line_text(&line, "parent_kind", object->parent_kind);
	wire_line_text(&line, "parent_id", object->parent_id);
	wire_line_time(&line, "verified_at", object->verified_at_ms);
	wire_line_time(&line, "first_seen", object->first_seen_ms);
	wire_line_time(&line, "changed_at", object->changed_at_ms);
	wire_line_time(&line, "missing_since", object->missing_since_ms);
	wire_line_time(&line, "next_check", object->next_check_ms);
	wire_line_number(&line, "entries", object->entries);
	return line;
}

char *wire_object(const struct object *object)
{
	struct wire_line line = wire_line_of_object(object);

	return wire_line_end(&line);
}
