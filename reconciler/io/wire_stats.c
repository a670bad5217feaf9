#include "cache/counts.h"
#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/clock.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/desk.h"
#include "reconciler/io/status.h"
#include "reconciler/io/wire_line.h"

#include "reconciler/io/wire.h"

static uint64_t age_s(int64_t since_ms, int64_t now_ms)
{
	return since_ms == 0 || since_ms > now_ms
		   ? 0
		   : (uint64_t)(now_ms - since_ms) / 1000;
}

static void put_jobs(struct buf *out, const struct store_stats *stats)
{
	wire_line_inner(out, "jobs");
	wire_line_number(out, "due", stats->jobs[JOB_DUE]);
	wire_line_number(out, "waiting", stats->jobs[JOB_WAITING]);
	wire_line_number(out, "parked", stats->jobs[JOB_PARKED]);
	wire_line_end(out);
}

static void put_budget(struct buf *out, const struct provider_status *s)
{
	const struct provider_settings *p = s->provider;

	wire_line_real(out, "rate", p->rate);
	wire_line_number(out, "burst", (uint64_t)p->burst);
	wire_line_number(out, "concurrency", (uint64_t)p->concurrency);
	wire_line_number(out, "concurrency_in_force", status_concurrency(s));
	wire_line_number_or_null(
	    out, "latency_ms", (int64_t)(s->throttle->recent_ms + 0.5));
	wire_line_number_or_null(
	    out, "usual_latency_ms", (int64_t)(s->throttle->usual_ms + 0.5));
	wire_line_number(
	    out, "resync_s", (uint64_t)p->schedule.resync_ms / 1000);
	wire_line_number(out, "resync_ended_s",
	    (uint64_t)schedule_longest(&p->schedule) / 1000);
}

static void put_log(struct buf *out, const struct provider_status *s)
{
	wire_line_number(out, "behind", s->log->behind);
	wire_line_time(out, "since", s->log->since_ms);
	wire_line_time(out, "newest_at", s->log->position_ms);
	wire_line_time(out, "last_read_at", s->log->read_ms);
	wire_line_time(out, "refused_at", s->log->refused_ms);
	wire_line_text(out, "window", s->window);
}

static void put_lists(struct buf *out, const struct provider_status *s)
{
	wire_line_list(out, "lists");
	for (size_t i = 0; i < s->n_lists; i++) {
		const struct list_progress *list = &s->lists[i];

		wire_line_element(out);
		wire_line_text(out, "name", list->name);
		wire_line_number(out, "pages", list->pages);
		wire_line_number(out, "seen", list->seen);
		wire_line_number(out, "unknown", list->unknown);
		wire_line_time(out, "started_at", list->started_ms);
		wire_line_time(out, "finished_at", list->finished_ms);
		if (list == s->log)
			put_log(out, s);
		wire_line_end(out);
	}
	wire_line_end_list(out);
}

/* How well its notifications reach us. */
static void put_endpoint(struct buf *out, const struct provider_status *s)
{
	const uint64_t *n = s->received->n;
	double fetches = status_fetches_per_notification(s);

	if (fetches < 0)
		wire_line_null(out, "fetches_per_notification");
	else
		wire_line_real(out, "fetches_per_notification", fetches);
	wire_line_number(
	    out, "news_expected", s->tally->told + s->tally->repairs);
	wire_line_number(out, "news_told", s->tally->told);
	wire_line_inner(out, "refused");
	wire_line_number(out, "unsigned", n[DESK_UNSIGNED]);
	wire_line_number(out, "wrong_token", n[DESK_WRONG_TOKEN]);
	wire_line_number(out, "malformed", n[DESK_MALFORMED]);
	wire_line_number(out, "unavailable", n[DESK_UNAVAILABLE]);
	wire_line_end(out);
}

static void put_objects(struct buf *out, const uint64_t n[SCHEDULE_TIER_COUNT])
{
	wire_line_inner(out, "objects");
	for (int i = 0; i < SCHEDULE_TIER_COUNT; i++)
		wire_line_number(
		    out, schedule_tier_name((enum schedule_tier)i), n[i]);
	wire_line_end(out);
}

static void put_provider(struct buf *out, const struct provider_status *s)
{
	const struct health *h = s->health;
	const struct tally *t = s->tally;
	bool ok = h->state == HEALTH_OK;

	wire_line_element(out);
	wire_line_text(out, "name", s->provider->name);
	wire_line_text(out, "type", s->provider->type);
	wire_line_text(out, "health", health_name(h->state));
	wire_line_text(out, "reason", ok ? NULL : h->reason);
	wire_line_text(out, "do", health_advice(h->state));
	wire_line_time(out, "since", ok ? 0 : h->since_ms);
	wire_line_time(out, "next_try", ok ? 0 : h->until_ms);
	wire_line_number(out, "fetches", h->fetches);
	wire_line_number(out, "errors", h->errors);
	wire_line_time(out, "last_ok_at", h->last_ok_ms);
	wire_line_time(out, "last_error_at", h->last_error_ms);
	wire_line_number(out, "notifications", t->notices);
	wire_line_time(out, "last_notification_at", t->last_notice_ms);
	wire_line_number(out, "looks", t->looks);
	wire_line_number(out, "news", t->news);
	wire_line_number(out, "repairs", t->repairs);
	wire_line_time(out, "last_repair_at", t->last_repair_ms);
	wire_line_number(out, "caught_up", t->caught_up);
	wire_line_number(out, "gone", t->gone);
	wire_line_number(out, "other_mode", t->other_mode);
	wire_line_number(out, "handovers", t->handovers);
	wire_line_bool(out, "silent", s->silent);
	put_endpoint(out, s);
	put_objects(out, s->objects);
	put_budget(out, s);
	put_lists(out, s);
	wire_line_end(out);
}

static void put_target(
    struct buf *out, const struct target_status *s, int64_t now_ms)
{
	const struct delivery_state *d = s->state;
	bool ok = d->health.state == HEALTH_OK;

	wire_line_element(out);
	wire_line_text(out, "target", s->name);
	wire_line_number(out, "waiting", d->waiting);
	wire_line_number(out, "parked", d->parked);
	wire_line_number(out, "oldest_age_s", age_s(d->oldest_ms, now_ms));
	wire_line_number(out, "delivered", d->delivered);
	wire_line_bool(out, "halted", d->halted);
	wire_line_text(out, "health", health_name(d->health.state));
	wire_line_time(out, "next_try", ok ? 0 : d->health.until_ms);
	wire_line_number(out, "attempts", d->health.fetches);
	wire_line_number(out, "errors", d->health.errors);
	wire_line_time(out, "last_ok_at", d->health.last_ok_ms);
	wire_line_time(out, "last_error_at", d->health.last_error_ms);
	wire_line_text(out, "last_error",
	    d->health.last_error_ms == 0 ? NULL : d->health.reason);
	wire_line_end(out);
}

static void put_store(
    struct buf *out, const struct store_stats *stats, int64_t now_ms)
{
	wire_line_number(out, "inbox", stats->inbox);
	put_jobs(out, stats);
	wire_line_number(
	    out, "oldest_due_age_s", age_s(stats->oldest_due_ms, now_ms));
	wire_line_number(out, "objects", stats->objects);
	wire_line_number(out, "accounts", stats->accounts);
	wire_line_number(out, "transitions", stats->transitions);
	wire_line_number(out, "changes", stats->changes);
	wire_line_number(out, "repairs", stats->repairs);
	wire_line_number(out, "map_bytes", stats->map_bytes);
	wire_line_number(out, "map_used_bytes", stats->map_used_bytes);
}

static void put_parked(struct buf *out, const struct reasons *parked)
{
	wire_line_list(out, "parked");
	for (size_t i = 0; i < parked->n; i++) {
		const struct reason_group *group = &parked->groups[i];

		wire_line_element(out);
		wire_line_text(out, "provider", group->provider);
		wire_line_text(out, "reason", group->reason);
		wire_line_number(out, "jobs", group->jobs);
		wire_line_time(out, "oldest_at", group->oldest_ms);
		wire_line_text(out, "example", group->example);
		wire_line_end(out);
	}
	wire_line_end_list(out);
}

void wire_stats(const struct status *status, int64_t now_ms, struct buf *out)
{
	wire_line_begin(out);
	put_store(out, &status->store, now_ms);
	put_parked(out, &status->parked);
	wire_line_list(out, "providers");
	for (size_t i = 0; i < status->n; i++)
		put_provider(out, &status->providers[i]);
	wire_line_end_list(out);
	/* Only of a configuration that hands changes on. */
	if (status->n_targets > 0) {
		wire_line_list(out, "on_change");
		for (size_t i = 0; i < status->n_targets; i++)
			put_target(out, &status->targets[i], now_ms);
		wire_line_end_list(out);
	}
	wire_line_end(out);
}
