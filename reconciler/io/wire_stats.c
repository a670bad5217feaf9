#include <jansson.h>

#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/wire_line.h"

#include "reconciler/io/wire.h"

static json_t *jobs_member(const struct store_stats *stats, bool *failed)
{
	struct wire_line line = wire_line_new();

	wire_line_number(&line, "due", stats->jobs[JOB_DUE]);
	wire_line_number(&line, "waiting", stats->jobs[JOB_WAITING]);
	wire_line_number(&line, "parked", stats->jobs[JOB_PARKED]);
	*failed |= line.failed;
	return line.object;
}

static void put_budget(
    struct wire_line *line, const struct provider_settings *p)
{
	wire_line_put(line, "rate", json_real(p->rate));
	wire_line_number(line, "burst", (uint64_t)p->burst);
	wire_line_number(line, "concurrency", (uint64_t)p->concurrency);
	wire_line_number(
	    line, "resync_s", (uint64_t)p->schedule.resync_ms / 1000);
}

static json_t *lists_member(const struct provider_status *s, bool *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < s->n_lists; i++) {
		const struct list_progress *list = &s->lists[i];
		struct wire_line line = wire_line_new();

		wire_line_text(&line, "name", list->name);
		wire_line_number(&line, "pages", list->pages);
		wire_line_number(&line, "seen", list->seen);
		wire_line_number(&line, "unknown", list->unknown);
		wire_line_time(&line, "started_at", list->started_ms);
		wire_line_time(&line, "finished_at", list->finished_ms);
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
	struct wire_line line = wire_line_new();

	wire_line_text(&line, "name", s->provider->name);
	wire_line_text(&line, "type", s->provider->type);
	wire_line_text(&line, "health", health_name(h->state));
	wire_line_text(&line, "reason", ok ? NULL : h->reason);
	wire_line_time(&line, "next_try", ok ? 0 : h->until_ms);
	wire_line_number(&line, "fetches", h->fetches);
	wire_line_number(&line, "errors", h->errors);
	wire_line_time(&line, "last_ok_at", h->last_ok_ms);
	wire_line_time(&line, "last_error_at", h->last_error_ms);
	wire_line_number(&line, "notifications", t->notices);
	wire_line_time(&line, "last_notification_at", t->last_notice_ms);
	wire_line_number(&line, "looks", t->looks);
	wire_line_number(&line, "news", t->news);
	wire_line_number(&line, "repairs", t->repairs);
	wire_line_time(&line, "last_repair_at", t->last_repair_ms);
	wire_line_number(&line, "gone", t->gone);
	wire_line_number(&line, "other_mode", t->other_mode);
	wire_line_number(&line, "handovers", t->handovers);
	wire_line_bool(&line, "silent", s->silent);
	put_budget(&line, s->provider);
	wire_line_put(&line, "lists", lists_member(s, &line.failed));
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
	struct wire_line line = wire_line_new();

	wire_line_text(&line, "target", s->name);
	wire_line_number(&line, "waiting", d->waiting);
	wire_line_number(&line, "parked", d->parked);
	wire_line_number(&line, "oldest_age_s", age_s(d->oldest_ms, now_ms));
	wire_line_number(&line, "delivered", d->delivered);
	wire_line_bool(&line, "halted", d->halted);
	wire_line_text(&line, "health", health_name(d->health.state));
	wire_line_time(&line, "next_try", ok ? 0 : d->health.until_ms);
	wire_line_number(&line, "attempts", d->health.fetches);
	wire_line_number(&line, "errors", d->health.errors);
	wire_line_time(&line, "last_ok_at", d->health.last_ok_ms);
	wire_line_time(&line, "last_error_at", d->health.last_error_ms);
	wire_line_text(&line, "last_error",
	    d->health.last_error_ms == 0 ? NULL : d->health.reason);
	*failed |= line.failed;
	return line.object;
}

/* Only of a configuration that hands changes on. */
static void put_targets(struct wire_line *line,
    const struct target_status *targets, size_t n, int64_t now_ms)
{
	json_t *array;

	if (n == 0)
		return;
	array = json_array();
	for (size_t i = 0; i < n; i++)
		line->failed |=
		    json_array_append_new(array,
			target_member(&targets[i], now_ms, &line->failed)) != 0;
	wire_line_put(line, "on_change", array);
}

char *wire_stats(const struct store_stats *stats,
    const struct provider_status *providers, size_t n,
    const struct target_status *targets, size_t n_targets, int64_t now_ms)
{
	struct wire_line line = wire_line_new();
	json_t *array = json_array();

	wire_line_number(&line, "inbox", stats->inbox);
	wire_line_put(&line, "jobs", jobs_member(stats, &line.failed));
	wire_line_number(
	    &line, "oldest_due_age_s", age_s(stats->oldest_due_ms, now_ms));
	wire_line_number(&line, "objects", stats->objects);
	wire_line_number(&line, "accounts", stats->accounts);
	wire_line_number(&line, "transitions", stats->transitions);
	wire_line_number(&line, "changes", stats->changes);
	wire_line_number(&line, "repairs", stats->repairs);
	wire_line_number(&line, "map_bytes", stats->map_bytes);
	wire_line_number(&line, "map_used_bytes", stats->map_used_bytes);
	for (size_t i = 0; i < n; i++)
		line.failed |=
		    json_array_append_new(array,
			provider_member(&providers[i], &line.failed)) != 0;
	wire_line_put(&line, "providers", array);
	put_targets(&line, targets, n_targets, now_ms);
	return wire_line_end(&line);
}
