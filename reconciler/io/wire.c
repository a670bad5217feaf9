#include <stdlib.h>

#include <jansson.h>

#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/balance.h"
#include "reconciler/io/query.h"
#include "reconciler/io/verify.h"

#include "reconciler/io/wire.h"

/*
 * One object under construction. Sticky: a member that could not be made fails
 * the line as a whole, so that no reader ever sees half an answer.
 */
struct line {
	json_t *object;
	bool failed;
};

static void put(struct line *line, const char *key, json_t *value)
{
	if (json_object_set_new(line->object, key, value) != 0)
		line->failed = true;
}

static void put_text(struct line *line, const char *key, const char *text)
{
	put(line, key, text == NULL ? json_null() : json_string(text));
}

static void put_time(struct line *line, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	put(line, key,
	    ms == 0 ? json_null() : json_string(clock_format(ms, text)));
}

static void put_number(struct line *line, const char *key, uint64_t value)
{
	put(line, key, json_integer((json_int_t)value));
}

static void put_bool(struct line *line, const char *key, bool value)
{
	put(line, key, json_boolean(value));
}

static void put_entitled(
    struct line *line, const char *key, enum entitled entitled)
{
	put(line, key,
	    entitled == ENTITLED_UNKNOWN
		? json_null()
		: json_boolean(entitled == ENTITLED_YES));
}

static void put_ref(struct line *line, const struct object_ref *ref)
{
	put_text(line, "provider", ref->provider);
	put_text(line, "kind", ref->kind);
	put_text(line, "id", ref->id);
}

static void put_line(struct line *outer, const char *key, struct line *inner)
{
	outer->failed |= inner->failed;
	put(outer, key, inner->object);
	inner->object = NULL;
}

static struct line line_new(void)
{
	struct line line = {.object = json_object(), .failed = false};

	line.failed = line.object == NULL;
	return line;
}

static char *line_end(struct line *line)
{
	char *text =
	    line->failed ? NULL : json_dumps(line->object, JSON_COMPACT);

	json_decref(line->object);
	return text;
}

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

static struct line grant_line(const struct settings *settings,
    const struct object_ref *ref, const struct grant *grant)
{
	struct line line = line_new();

	put_text(&line, "provider", ref->provider);
	put_text(&line, "type", type_of(settings, ref->provider));
	put_text(&line, "kind", ref->kind);
	put_text(&line, "id", ref->id);
	put_text(&line, "product", grant->product);
	put_text(&line, "label", grant->label);
	put_text(&line, "state", state_name(grant->state));
	return line;
}

static void put_grant_end(struct line *line, const struct grant *grant)
{
	put_time(line, "since", grant->since_ms);
	put_time(line, "until", grant->until_ms);
	put_text(line, "status", grant->status);
}

static json_t *grants_array(const struct settings *settings,
    const struct account_answer *answer, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < answer->n_grants; i++) {
		const struct held_grant *held = &answer->grants[i];
		struct line line =
		    grant_line(settings, &held->object, &held->grant);

		put_entitled(
		    &line, "entitled", entitle_grant(held, answer->as_of_ms));
		put_grant_end(&line, &held->grant);
		put_time(&line, "verified_at", held->verified_at_ms);
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
		struct line line = line_new();

		put_text(&line, "provider", balance->provider);
		put_text(&line, "product", balance->product);
		put_text(&line, "amount", balance->amount);
		put_text(&line, "unit", balance->unit);
		*failed |= line.failed ||
			   json_array_append_new(array, line.object) != 0;
	}
	return array;
}

char *wire_account(
    const struct settings *settings, const struct account_answer *answer)
{
	const struct entitlement *e = &answer->entitlement;
	struct line line = line_new();

	put_text(&line, "account", answer->account);
	put_entitled(&line, "entitled", e->entitled);
	put_text(&line, "state", state_name(e->state));
	put_text(&line, "reason", e->reason);
	put_time(&line, "as_of", answer->as_of_ms);
	put_time(&line, "verified_at", answer->verified_at_ms);
	put_bool(&line, "fresh", answer->fresh);
	put_number(&line, "pending", answer->pending);
	put_time(&line, "valid_until", e->valid_until_ms);
	put(&line, "grants", grants_array(settings, answer, &line.failed));
	put(&line, "credits", credits_array(answer, &line.failed));
	return line_end(&line);
}

/* ---- history, changes, jobs, objects ------------------------------------ */

char *wire_history_line(const struct history_line *shown)
{
	const struct transition *t = shown->entry;
	struct line line = line_new();

	put_ref(&line, &shown->object);
	put_number(&line, "seq", t->seq);
	put_text(&line, "from", t->from);
	put_text(&line, "status", t->status);
	put_text(&line, "state", state_name(t->state));
	put_time(&line, "at", t->at_ms);
	put_text(&line, "at_text", t->at_text);
	put_time(&line, "after", t->after_ms);
	put_time(&line, "recorded_at", t->recorded_at_ms);
	put_text(&line, "source", source_name(t->source));
	put_text(&line, "cause", cause_name(t->cause));
	put_bool(&line, "collapsed", t->collapsed);
	put(&line, "attempt",
	    t->attempt == 0 ? json_null() : json_integer(t->attempt));
	put_text(&line, "reason", t->reason);
	put_text(&line, "reason_code", t->reason_code);
	put_time(&line, "retracted_at", t->retracted_at_ms);
	return line_end(&line);
}

char *wire_change(const struct settings *settings, const struct change *change)
{
	struct line line = line_new();

	put_number(&line, "seq", change->seq);
	put_text(&line, "account", change->account);
	put_entitled(&line, "entitled", change->entitled);
	put_entitled(&line, "was", change->was);
	put_text(&line, "state", state_name(change->state));
	if (change->has_grant) {
		struct line grant =
		    grant_line(settings, &change->object, &change->grant);

		put_grant_end(&grant, &change->grant);
		put_line(&line, "grant", &grant);
	} else {
		put(&line, "grant", json_null());
	}
	put_time(&line, "at", change->at_ms);
	put_time(&line, "recorded_at", change->recorded_at_ms);
	put_text(&line, "cause", cause_name(change->cause));
	return line_end(&line);
}

char *wire_drift(const struct drift *drift)
{
	struct line line = line_new();

	put_ref(&line, drift->ref);
	put_text(&line, "account", drift->account);
	put_text(&line, "what", drift->what);
	put_text(&line, "here", drift->here);
	put_text(&line, "there", drift->there);
	put_bool(&line, "access", drift->access);
	put_bool(&line, "pending", drift->pending);
	return line_end(&line);
}

char *wire_job(const struct job *job)
{
	struct line line = line_new();

	put_ref(&line, &job->ref);
	put_text(&line, "state", job_state_name(job->state));
	put_time(&line, "due", job->due_ms);
	put_number(&line, "attempts", job->attempts);
	put_number(&line, "notices", job->notices);
	put_time(&line, "first_notified", job->first_notified_ms);
	put_time(&line, "last_notified", job->last_notified_ms);
	put_text(&line, "last_error", job->last_error);
	put_text(&line, "cause", cause_name(job->cause));
	put_bool(&line, "in_flight", job->claimed);
	put_number(&line, "rung", job->rung);
	put_time(&line, "missing_since", job->missing_since_ms);
	put(&line, "http_status",
	    job->http_status == 0 ? json_null()
				  : json_integer(job->http_status));
	return line_end(&line);
}

char *wire_object(const struct object *object)
{
	struct line line = line_new();

	put_ref(&line, &object->ref);
	put_text(&line, "status", object->status);
	put_text(&line, "state", state_name(object->state));
	put_text(&line, "account", object->account);
	put_text(&line, "customer", object->customer);
	put_text(&line, "parent_kind", object->parent_kind);
	put_text(&line, "parent_id", object->parent_id);
	put_time(&line, "verified_at", object->verified_at_ms);
	put_time(&line, "first_seen", object->first_seen_ms);
	put_time(&line, "changed_at", object->changed_at_ms);
	put_time(&line, "missing_since", object->missing_since_ms);
	put_time(&line, "next_check", object->next_check_ms);
	put_number(&line, "entries", object->entries);
	return line_end(&line);
}

/* ---- stats -------------------------------------------------------------- */

static json_t *jobs_member(const struct store_stats *stats, bool *failed)
{
	struct line line = line_new();

	put_number(&line, "due", stats->jobs[JOB_DUE]);
	put_number(&line, "waiting", stats->jobs[JOB_WAITING]);
	put_number(&line, "parked", stats->jobs[JOB_PARKED]);
	*failed |= line.failed;
	return line.object;
}

static void put_budget(struct line *line, const struct provider_settings *p)
{
	put(line, "rate", json_real(p->rate));
	put_number(line, "burst", (uint64_t)p->burst);
	put_number(line, "concurrency", (uint64_t)p->concurrency);
	put_number(line, "resync_s", (uint64_t)p->schedule.resync_ms / 1000);
}

static json_t *lists_member(const struct provider_status *s, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < s->n_lists; i++) {
		const struct list_progress *list = &s->lists[i];
		struct line line = line_new();

		put_text(&line, "name", list->name);
		put_number(&line, "pages", list->pages);
		put_number(&line, "seen", list->seen);
		put_number(&line, "unknown", list->unknown);
		put_time(&line, "started_at", list->started_ms);
		put_time(&line, "finished_at", list->finished_ms);
		*failed |= line.failed ||
			   json_array_append_new(array, line.object) != 0;
	}
	return array;
}

static json_t *provider_member(const struct provider_status *s, bool *failed)
{
	const struct health *h = s->health;
	const struct tally *t = s->tally;
	bool ok = h->state == HEALTH_OK;
	struct line line = line_new();

	put_text(&line, "name", s->provider->name);
	put_text(&line, "type", s->provider->type);
	put_text(&line, "health", health_name(h->state));
	put_text(&line, "reason", ok ? NULL : h->reason);
	put_time(&line, "next_try", ok ? 0 : h->until_ms);
	put_number(&line, "fetches", h->fetches);
	put_number(&line, "errors", h->errors);
	put_time(&line, "last_ok_at", h->last_ok_ms);
	put_time(&line, "last_error_at", h->last_error_ms);
	put_number(&line, "notifications", t->notices);
	put_time(&line, "last_notification_at", t->last_notice_ms);
	put_number(&line, "looks", t->looks);
	put_number(&line, "news", t->news);
	put_number(&line, "repairs", t->repairs);
	put_time(&line, "last_repair_at", t->last_repair_ms);
	put_number(&line, "gone", t->gone);
	put_number(&line, "other_mode", t->other_mode);
	put_number(&line, "handovers", t->handovers);
	put_bool(&line, "silent", s->silent);
	put_budget(&line, s->provider);
	put(&line, "lists", lists_member(s, &line.failed));
	*failed |= line.failed;
	return line.object;
}

static uint64_t age_s(int64_t since_ms, int64_t now_ms)
{
	return since_ms == 0 || since_ms > now_ms
		   ? 0
		   : (uint64_t)(now_ms - since_ms) / 1000;
}

static json_t *target_member(
    const struct target_status *s, int64_t now_ms, bool *failed)
{
	const struct delivery_state *d = s->state;
	bool ok = d->health.state == HEALTH_OK;
	struct line line = line_new();

	put_text(&line, "target", s->name);
	put_number(&line, "waiting", d->waiting);
	put_number(&line, "parked", d->parked);
	put_number(&line, "oldest_age_s", age_s(d->oldest_ms, now_ms));
	put_number(&line, "delivered", d->delivered);
	put_bool(&line, "halted", d->halted);
	put_text(&line, "health", health_name(d->health.state));
	put_time(&line, "next_try", ok ? 0 : d->health.until_ms);
	put_number(&line, "attempts", d->health.fetches);
	put_number(&line, "errors", d->health.errors);
	put_time(&line, "last_ok_at", d->health.last_ok_ms);
	put_time(&line, "last_error_at", d->health.last_error_ms);
	put_text(&line, "last_error",
	    d->health.last_error_ms == 0 ? NULL : d->health.reason);
	*failed |= line.failed;
	return line.object;
}

/* Only of a configuration that hands changes on. */
static void put_targets(struct line *line, const struct target_status *targets,
    size_t n, int64_t now_ms)
{
	json_t *array;

	if (n == 0)
		return;
	array = json_array();
	for (size_t i = 0; i < n; i++)
		line->failed |=
		    json_array_append_new(array,
			target_member(&targets[i], now_ms, &line->failed)) != 0;
	put(line, "on_change", array);
}

char *wire_stats(const struct store_stats *stats,
    const struct provider_status *providers, size_t n,
    const struct target_status *targets, size_t n_targets, int64_t now_ms)
{
	struct line line = line_new();
	json_t *array = json_array();

	put_number(&line, "inbox", stats->inbox);
	put(&line, "jobs", jobs_member(stats, &line.failed));
	put_number(
	    &line, "oldest_due_age_s", age_s(stats->oldest_due_ms, now_ms));
	put_number(&line, "objects", stats->objects);
	put_number(&line, "accounts", stats->accounts);
	put_number(&line, "transitions", stats->transitions);
	put_number(&line, "changes", stats->changes);
	put_number(&line, "repairs", stats->repairs);
	put_number(&line, "map_bytes", stats->map_bytes);
	put_number(&line, "map_used_bytes", stats->map_used_bytes);
	for (size_t i = 0; i < n; i++)
		line.failed |=
		    json_array_append_new(array,
			provider_member(&providers[i], &line.failed)) != 0;
	put(&line, "providers", array);
	put_targets(&line, targets, n_targets, now_ms);
	return line_end(&line);
}
