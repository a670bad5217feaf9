#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/balance.h"
#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"
#include "reconciler/io/verify.h"
#include "reconciler/io/wire_line.h"

#include "reconciler/io/wire.h"

/* ---- account ------------------------------------------------------------ */

static void put_object(struct buf *out, const struct object_ref *ref,
    const struct provider_settings *provider)
{
	wire_line_text(out, "provider", ref->provider);
	wire_line_text(out, "type", provider == NULL ? NULL : provider->type);
	wire_line_text(out, "kind", ref->kind);
	wire_line_text(out, "id", ref->id);
}

static void put_grant(struct buf *out, const struct grant *grant)
{
	wire_line_text(out, "product", grant->product);
	wire_line_text(out, "label", grant->label);
	/* Only where the provider tells it. */
	if (grant->quantity != NULL)
		wire_line_text(out, "quantity", grant->quantity);
	wire_line_text(out, "state", state_name(grant->state));
}

static void put_grant_end(struct buf *out, const struct grant *grant)
{
	wire_line_time(out, "since", grant->since_ms);
	wire_line_time(out, "until", grant->until_ms);
	wire_line_text(out, "status", grant->status);
}

/* Bytes of the grant before that may be those of the next one. */
struct part {
	size_t start;
	size_t len;
};

static void put_held(
    struct buf *out, const struct held_grant *held, int64_t as_of_ms)
{
	put_grant(out, &held->grant);
	wire_line_entitled(out, "entitled", entitle_grant(held, as_of_ms));
	put_grant_end(out, &held->grant);
}

static void put_verified(struct buf *out, const struct held_grant *held)
{
	wire_line_time(out, "verified_at", held->verified_at_ms);
	wire_line_end(out);
}

/*
 * Grants of one object are beside each other: they begin, and mostly end, with
 * the same bytes.
 */
static void put_grants(struct buf *out, const struct account_answer *answer)
{
	const struct held_grant *held = answer->grants;
	struct part head = {0, 0}, tail = {0, 0};

	wire_line_list(out, "grants");
	for (size_t i = 0; i < answer->n_grants; i++, held++) {
		wire_line_element(out);
		if (i > 0 && name_ref_same(&held->object, &held[-1].object)) {
			buf_repeat(out, head.start, head.len);
		} else {
			head.start = out->len;
			put_object(out, &held->object, held->provider);
			head.len = out->len - head.start;
		}
		put_held(out, held, answer->as_of_ms);
		if (i > 0 && held->verified_at_ms == held[-1].verified_at_ms) {
			buf_repeat(out, tail.start, tail.len);
		} else {
			tail.start = out->len;
			put_verified(out, held);
			tail.len = out->len - tail.start;
		}
	}
	wire_line_end_list(out);
}

static void put_credits(struct buf *out, const struct account_answer *answer)
{
	wire_line_list(out, "credits");
	for (size_t i = 0; i < answer->n_credits; i++) {
		const struct balance *balance = &answer->credits[i];

		wire_line_element(out);
		wire_line_text(out, "provider", balance->provider);
		wire_line_text(out, "product", balance->product);
		wire_line_text(out, "amount", balance->amount);
		wire_line_text(out, "unit", balance->unit);
		wire_line_end(out);
	}
	wire_line_end_list(out);
}

/* Not there where there is none. */
static void put_quantities(struct buf *out, const struct account_answer *answer)
{
	if (answer->n_quantities == 0)
		return;
	wire_line_list(out, "quantities");
	for (size_t i = 0; i < answer->n_quantities; i++) {
		const struct quantity *quantity = &answer->quantities[i];

		wire_line_element(out);
		wire_line_text(out, "provider", quantity->provider);
		wire_line_text(out, "product", quantity->product);
		wire_line_text(out, "quantity", quantity->sum);
		if (quantity->partial)
			wire_line_bool(out, "partial", true);
		wire_line_end(out);
	}
	wire_line_end_list(out);
}

void wire_account(const struct account_answer *answer, struct buf *out)
{
	const struct entitlement *e = &answer->entitlement;

	wire_line_begin(out);
	wire_line_text(out, "account", answer->account);
	wire_line_entitled(out, "entitled", e->entitled);
	wire_line_text(out, "state", state_name(e->state));
	wire_line_text(out, "reason", e->reason);
	wire_line_time(out, "as_of", answer->as_of_ms);
	wire_line_time(out, "verified_at", answer->verified_at_ms);
	wire_line_bool(out, "fresh", answer->fresh);
	wire_line_number(out, "pending", answer->pending);
	wire_line_time(out, "valid_until", e->valid_until_ms);
	put_grants(out, answer);
	put_credits(out, answer);
	put_quantities(out, answer);
	wire_line_end(out);
}

/* ---- history, changes, jobs, objects ------------------------------------ */

void wire_line_of_entry(struct buf *out, const struct history_line *shown)
{
	const struct transition *t = shown->entry;

	wire_line_ref(out, &shown->object);
	wire_line_number(out, "seq", t->seq);
	wire_line_text(out, "from", t->from);
	wire_line_text(out, "status", t->status);
	wire_line_text(out, "state", state_name(t->state));
	wire_line_time(out, "at", t->at_ms);
	wire_line_text(out, "at_text", t->at_text);
	wire_line_time(out, "after", t->after_ms);
	wire_line_time(out, "recorded_at", t->recorded_at_ms);
	wire_line_text(out, "source", source_name(t->source));
	wire_line_text(out, "cause", cause_name(t->cause));
	wire_line_bool(out, "collapsed", t->collapsed);
	wire_line_number_or_null(out, "attempt", t->attempt);
	wire_line_text(out, "reason", t->reason);
	wire_line_text(out, "reason_code", t->reason_code);
	wire_line_time(out, "retracted_at", t->retracted_at_ms);
}

void wire_history_line(const struct history_line *shown, struct buf *out)
{
	wire_line_begin(out);
	wire_line_of_entry(out, shown);
	wire_line_end(out);
}

void wire_change(const struct settings *settings, const struct change *change,
    struct buf *out)
{
	wire_line_begin(out);
	wire_line_number(out, "seq", change->seq);
	wire_line_text(out, "account", change->account);
	wire_line_entitled(out, "entitled", change->entitled);
	wire_line_entitled(out, "was", change->was);
	wire_line_text(out, "state", state_name(change->state));
	if (change->has_grant) {
		wire_line_inner(out, "grant");
		put_object(out, &change->object,
		    settings_provider(settings, change->object.provider));
		put_grant(out, &change->grant);
		put_grant_end(out, &change->grant);
		wire_line_end(out);
	} else {
		wire_line_null(out, "grant");
	}
	wire_line_time(out, "at", change->at_ms);
	wire_line_time(out, "recorded_at", change->recorded_at_ms);
	wire_line_text(out, "cause", cause_name(change->cause));
	wire_line_end(out);
}

void wire_drift(const struct drift *drift, struct buf *out)
{
	wire_line_begin(out);
	wire_line_ref(out, drift->ref);
	wire_line_text(out, "account", drift->account);
	wire_line_text(out, "what", drift->what);
	wire_line_text(out, "here", drift->here);
	wire_line_text(out, "there", drift->there);
	wire_line_bool(out, "access", drift->access);
	wire_line_bool(out, "pending", drift->pending);
	wire_line_end(out);
}

void wire_line_of_job(struct buf *out, const struct job *job)
{
	wire_line_ref(out, &job->ref);
	wire_line_text(out, "state", job_state_name(job->state));
	wire_line_time(out, "due", job->due_ms);
	wire_line_number(out, "attempts", job->attempts);
	wire_line_number(out, "notices", job->notices);
	wire_line_time(out, "first_notified", job->first_notified_ms);
	wire_line_time(out, "last_notified", job->last_notified_ms);
	wire_line_text(out, "last_error", job->last_error);
	wire_line_text(out, "cause", cause_name(job->cause));
	wire_line_bool(out, "in_flight", job->claimed);
	wire_line_number(out, "rung", job->rung);
	wire_line_time(out, "missing_since", job->missing_since_ms);
	wire_line_number_or_null(out, "http_status", job->http_status);
	wire_line_time(out, "last_tried", job->tried_ms);
	wire_line_text(out, "last_answer", job->excerpt);
}

void wire_job(const struct job *job, struct buf *out)
{
	wire_line_begin(out);
	wire_line_of_job(out, job);
	wire_line_end(out);
}

void wire_line_of_object(struct buf *out, const struct object *object)
{
	wire_line_ref(out, &object->ref);
	wire_line_text(out, "status", object->status);
	wire_line_text(out, "state", state_name(object->state));
	wire_line_text(out, "account", object->account);
	wire_line_text(out, "customer", object->customer);
	wire_line_text(out, "parent_kind", object->parent_kind);
	wire_line_text(out, "parent_id", object->parent_id);
	wire_line_time(out, "verified_at", object->verified_at_ms);
	wire_line_time(out, "first_seen", object->first_seen_ms);
	wire_line_time(out, "changed_at", object->changed_at_ms);
	wire_line_time(out, "missing_since", object->missing_since_ms);
	wire_line_time(out, "next_check", object->next_check_ms);
	wire_line_text(out, "tier", schedule_tier_name(object->tier));
	wire_line_number(out, "entries", object->entries);
}

void wire_object(const struct object *object, struct buf *out)
{
	wire_line_begin(out);
	wire_line_of_object(out, object);
	wire_line_end(out);
}
