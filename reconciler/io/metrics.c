#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reconciler/base/buf.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/api_reply.h"
#include "reconciler/io/metrics_counts.h"
#include "reconciler/io/metrics_delivery.h"
#include "reconciler/io/openmetrics.h"
#include "reconciler/io/status.h"
#include "reconciler/io/wire.h"

#include "reconciler/io/metrics.h"

#ifndef TRUEUP_VERSION
#define TRUEUP_VERSION "unversioned"
#endif

enum { STATM_BYTES = 256 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the store ---------------------------------------------------------- */

static void add_one(
    struct buf *out, const struct openmetrics_family *family, uint64_t value)
{
	openmetrics_begin(out, family);
	openmetrics_number(out, family, NULL, value);
}

static void add_gauge(
    struct buf *out, const char *name, const char *help, uint64_t value)
{
	const struct openmetrics_family family = {
	    name, OPENMETRICS_GAUGE, NULL, help};

	add_one(out, &family, value);
}

static void add_counter(
    struct buf *out, const char *name, const char *help, uint64_t value)
{
	const struct openmetrics_family family = {
	    name, OPENMETRICS_COUNTER, NULL, help};

	add_one(out, &family, value);
}

static void add_bytes(
    struct buf *out, const char *name, const char *help, uint64_t value)
{
	const struct openmetrics_family family = {
	    name, OPENMETRICS_GAUGE, "bytes", help};

	add_one(out, &family, value);
}

static void add_jobs(struct buf *out, const struct store_stats *stats)
{
	static const struct openmetrics_family family = {"trueup_jobs",
	    OPENMETRICS_GAUGE, NULL,
	    "Objects that have to be looked at: due, waiting for their time, "
	    "or parked until a person acts."};

	openmetrics_begin(out, &family);
	for (int i = 0; i < JOB_STATE_COUNT; i++) {
		const struct openmetrics_label label = {
		    "state", job_state_name((enum job_state)i)};

		openmetrics_number(out, &family, &label, stats->jobs[i]);
	}
}

static void add_oldest(
    struct buf *out, const struct store_stats *stats, int64_t now_ms)
{
	static const struct openmetrics_family family = {
	    "trueup_oldest_due_age_seconds", OPENMETRICS_GAUGE, "seconds",
	    "How long the oldest due job has been due."};
	int64_t age_ms = now_ms - stats->oldest_due_ms;

	if (stats->oldest_due_ms == 0 || age_ms < 0)
		age_ms = 0;
	openmetrics_begin(out, &family);
	openmetrics_seconds(out, &family, NULL, age_ms);
}

static void add_stats(
    struct buf *out, const struct store_stats *s, int64_t now_ms)
{
	add_gauge(out, "trueup_inbox",
	    "Notices that are stored and not yet taken up by the worker.",
	    s->inbox);
	add_jobs(out, s);
	add_oldest(out, s, now_ms);
	add_gauge(out, "trueup_objects", "Objects on record.", s->objects);
	add_gauge(out, "trueup_accounts", "Accounts on record.", s->accounts);
	add_gauge(out, "trueup_transitions", "Entries of all histories.",
	    s->transitions);
	add_counter(out, "trueup_changes",
	    "Edges in the entitlement of accounts.", s->changes);
	add_counter(out, "trueup_repairs",
	    "News that no notification told of and no known moment explains.",
	    s->repairs);
	add_bytes(out, "trueup_store_size_bytes", "What the store may grow to.",
	    s->map_bytes);
	add_bytes(out, "trueup_store_used_bytes",
	    "What the store has taken of that.", s->map_used_bytes);
}

/* ---- providers ---------------------------------------------------------- */

static uint64_t fetches_of(const struct provider_status *p)
{
	return p->health->fetches;
}

static uint64_t errors_of(const struct provider_status *p)
{
	return p->health->errors;
}

static uint64_t notices_of(const struct provider_status *p)
{
	return p->tally->notices;
}

static uint64_t looks_of(const struct provider_status *p)
{
	return p->tally->looks;
}

static uint64_t news_of(const struct provider_status *p)
{
	return p->tally->news;
}

static uint64_t repairs_of(const struct provider_status *p)
{
	return p->tally->repairs;
}

static uint64_t slow_of(const struct provider_status *p)
{
	return throttle_is_slow(p->throttle);
}

static uint64_t told_of(const struct provider_status *p)
{
	return p->tally->told;
}

static uint64_t caught_up_of(const struct provider_status *p)
{
	return p->tally->caught_up;
}

static uint64_t silent_of(const struct provider_status *p)
{
	return p->silent;
}

static const struct {
	struct openmetrics_family family;
	uint64_t (*of)(const struct provider_status *p);
} numbers[] = {
    {{"trueup_provider_fetches", OPENMETRICS_COUNTER, NULL,
	 "Requests to the provider."},
	fetches_of},
    {{"trueup_provider_errors", OPENMETRICS_COUNTER, NULL,
	 "Requests without a usable answer."},
	errors_of},
    {{"trueup_provider_notifications", OPENMETRICS_COUNTER, NULL,
	 "Notifications that were taken up."},
	notices_of},
    {{"trueup_provider_looks", OPENMETRICS_COUNTER, NULL,
	 "Looks at objects that came to an end."},
	looks_of},
    {{"trueup_provider_news", OPENMETRICS_COUNTER, NULL,
	 "Looks that changed the record."},
	news_of},
    {{"trueup_provider_repairs", OPENMETRICS_COUNTER, NULL,
	 "News that no notification told of."},
	repairs_of},
    {{"trueup_provider_concurrency", OPENMETRICS_GAUGE, NULL,
	 "Requests that may be under way at once, as it is in force."},
	status_concurrency},
    {{"trueup_provider_slow", OPENMETRICS_GAUGE, NULL,
	 "1 while answers take much longer than usual and fewer are asked for "
	 "at once."},
	slow_of},
    {{"trueup_provider_news_told", OPENMETRICS_COUNTER, NULL,
	 "News that a notification told of."},
	told_of},
    {{"trueup_provider_caught_up", OPENMETRICS_COUNTER, NULL,
	 "Of these repairs, those that the log of events led to."},
	caught_up_of},
    {{"trueup_provider_silent", OPENMETRICS_GAUGE, NULL,
	 "1 while the alarm for lost notifications rings."},
	silent_of},
};

static int64_t last_ok_of(const struct provider_status *p)
{
	return p->health->last_ok_ms;
}

static int64_t last_notice_of(const struct provider_status *p)
{
	return p->tally->last_notice_ms;
}

static int64_t log_read_of(const struct provider_status *p)
{
	return p->log == NULL ? 0 : p->log->read_ms;
}

/* Told only where it is not 0. */
struct moment {
	struct openmetrics_family family;
	int64_t (*of)(const struct provider_status *p);
};

static const struct moment moments[] = {
    {{"trueup_provider_last_ok_timestamp_seconds", OPENMETRICS_GAUGE, "seconds",
	 "When the provider last answered; none: never."},
	last_ok_of},
    {{"trueup_provider_last_notification_timestamp_seconds", OPENMETRICS_GAUGE,
	 "seconds", "When it last notified; none: never."},
	last_notice_of},
    {{"trueup_provider_log_read_timestamp_seconds", OPENMETRICS_GAUGE,
	 "seconds",
	 "When the log of events was last read whole; none: it has "
	 "none."},
	log_read_of},
};

static int64_t latency_of(const struct provider_status *p)
{
	return (int64_t)p->throttle->recent_ms;
}

static int64_t usual_latency_of(const struct provider_status *p)
{
	return (int64_t)p->throttle->usual_ms;
}

static const struct moment durations[] = {
    {{"trueup_provider_latency_seconds", OPENMETRICS_GAUGE, "seconds",
	 "What the last dozen answers took; none: nothing is known yet."},
	latency_of},
    {{"trueup_provider_usual_latency_seconds", OPENMETRICS_GAUGE, "seconds",
	 "What answers about the same kinds of objects usually take."},
	usual_latency_of},
};

static struct openmetrics_label label_of(const struct provider_status *p)
{
	return (struct openmetrics_label){"provider", p->provider->name};
}

static void add_numbers(struct buf *out, const struct status *status)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		openmetrics_begin(out, &numbers[i].family);
		for (size_t k = 0; k < status->n; k++) {
			const struct provider_status *p = &status->providers[k];
			const struct openmetrics_label label = label_of(p);

			openmetrics_number(
			    out, &numbers[i].family, &label, numbers[i].of(p));
		}
	}
}

static void add_moments(struct buf *out, const struct status *status,
    const struct moment *told, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		openmetrics_begin(out, &told[i].family);
		for (size_t k = 0; k < status->n; k++) {
			const struct provider_status *p = &status->providers[k];
			const struct openmetrics_label label = label_of(p);
			int64_t ms = told[i].of(p);

			if (ms != 0)
				openmetrics_seconds(
				    out, &told[i].family, &label, ms);
		}
	}
}

static void add_health(struct buf *out, const struct status *status)
{
	static const struct openmetrics_family family = {
	    "trueup_provider_health", OPENMETRICS_STATES, NULL,
	    "Whether the provider may be asked: waiting: it is down or asked "
	    "for a pause; barred: it refuses the key."};
	const char *words[HEALTH_BARRED + 1];

	for (int i = 0; i <= HEALTH_BARRED; i++)
		words[i] = health_name((enum health_state)i);
	openmetrics_begin(out, &family);
	for (size_t k = 0; k < status->n; k++) {
		const struct provider_status *p = &status->providers[k];
		const struct openmetrics_label label = label_of(p);

		openmetrics_states(out, &family, &label, words,
		    HEALTH_BARRED + 1, (size_t)p->health->state);
	}
}

static void add_fetches_per_notification(
    struct buf *out, const struct status *status)
{
	static const struct openmetrics_family family = {
	    "trueup_provider_fetches_per_notification", OPENMETRICS_GAUGE, NULL,
	    "All requests by all notifications; none: nothing came yet."};

	openmetrics_begin(out, &family);
	for (size_t k = 0; k < status->n; k++) {
		const struct provider_status *p = &status->providers[k];
		const struct openmetrics_label label = label_of(p);
		double ratio = status_fetches_per_notification(p);

		if (ratio >= 0)
			openmetrics_seconds(
			    out, &family, &label, (int64_t)(ratio * 1000));
	}
}

/* Two labels are one too many for us: a family for each tier. */
static void add_objects(struct buf *out, const struct status *status)
{
	static const struct openmetrics_family families[] = {
	    [SCHEDULE_ACTIVE] = {"trueup_provider_objects_active",
		OPENMETRICS_GAUGE, NULL,
		"Objects that are read within resync."},
	    [SCHEDULE_RECENT] = {"trueup_provider_objects_recent",
		OPENMETRICS_GAUGE, NULL, "Objects that have changed lately."},
	    [SCHEDULE_ENDED] = {"trueup_provider_objects_ended",
		OPENMETRICS_GAUGE, NULL,
		"Objects that are over for long, read within resync_ended."},
	};

	for (int i = 0; i < SCHEDULE_TIER_COUNT; i++) {
		openmetrics_begin(out, &families[i]);
		for (size_t k = 0; k < status->n; k++) {
			const struct provider_status *p = &status->providers[k];
			const struct openmetrics_label label = label_of(p);

			openmetrics_number(
			    out, &families[i], &label, p->objects[i]);
		}
	}
}

void metrics_store(struct buf *out, const struct status *status, int64_t now_ms)
{
	add_gauge(out, "trueup_store_readable",
	    "1 when the store could be read for this answer.", status != NULL);
	if (status == NULL)
		return;
	add_stats(out, &status->store, now_ms);
	add_health(out, status);
	add_numbers(out, status);
	add_moments(out, status, moments, COUNT(moments));
	add_moments(out, status, durations, COUNT(durations));
	metrics_counts(out, status);
	metrics_delivery(out, status, now_ms);
	add_fetches_per_notification(out, status);
	add_objects(out, status);
}

/* ---- this process ------------------------------------------------------- */

/* The second number of statm(5): pages in memory. 0: not known here. */
static uint64_t resident_bytes(void)
{
	char line[STATM_BYTES];
	FILE *file = fopen("/proc/self/statm", "re");
	const char *pages = NULL;

	if (file == NULL)
		return 0;
	if (fgets(line, sizeof(line), file) != NULL)
		pages = strchr(line, ' ');
	(void)fclose(file);
	return pages == NULL ? 0
			     : strtoull(pages, NULL, 10) *
				   (uint64_t)sysconf(_SC_PAGESIZE);
}

static void add_answers(struct buf *out, const struct api_counts *counts)
{
	static const char *const names[API_OUTCOMES] = {
	    [API_SERVED] = "served",
	    [API_UNCHANGED] = "unchanged",
	    [API_UNAUTHORIZED] = "unauthorized",
	    [API_REFUSED] = "refused",
	    [API_FAILED] = "failed",
	};
	static const struct openmetrics_family family = {"trueup_api_answers",
	    OPENMETRICS_COUNTER, NULL,
	    "Answers of this process: 200, 304, 401, other 4xx, 5xx."};

	openmetrics_begin(out, &family);
	for (int i = 0; i < API_OUTCOMES; i++) {
		const struct openmetrics_label label = {"outcome", names[i]};

		openmetrics_number(
		    out, &family, &label, atomic_load(&counts->n[i]));
	}
}

void metrics_process(struct buf *out, const struct api_counts *counts)
{
	static const struct openmetrics_family build = {"trueup_build",
	    OPENMETRICS_INFO, NULL, "The program that answers."};
	static const struct openmetrics_label version = {
	    "version", TRUEUP_VERSION};

	openmetrics_begin(out, &build);
	openmetrics_number(out, &build, &version, 1);
	add_bytes(out, "trueup_process_resident_memory_bytes",
	    "Memory that this process takes.", resident_bytes());
	add_answers(out, counts);
}

void metrics_end(struct buf *out)
{
	buf_adds(out, "# EOF\n");
}
