#include "cache/counts.h"

#include "reconciler/base/buf.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/desk.h"
#include "reconciler/io/openmetrics.h"
#include "reconciler/io/status.h"

#include "reconciler/io/metrics_counts.h"

static struct openmetrics_label label_of(const struct provider_status *p)
{
	return (struct openmetrics_label){"provider", p->provider->name};
}

static void add_received(struct buf *out, const struct status *status)
{
	static const struct openmetrics_family family = {"trueup_received",
	    OPENMETRICS_COUNTER, NULL,
	    "Requests to the receiver, by what it answered; written down every "
	    "few seconds."};
	static const char *const outcomes[DESK_OUTCOMES] = {
	    [DESK_STORED] = "stored",
	    [DESK_IGNORED] = "ignored",
	    [DESK_MALFORMED] = "malformed",
	    [DESK_UNSIGNED] = "unsigned",
	    [DESK_WRONG_TOKEN] = "wrong_token",
	    [DESK_UNAVAILABLE] = "unavailable",
	};

	openmetrics_begin(out, &family);
	for (size_t k = 0; k < status->n; k++) {
		const struct provider_status *p = &status->providers[k];
		const struct openmetrics_label label = label_of(p);

		for (int i = 0; i < DESK_OUTCOMES; i++) {
			const struct openmetrics_label outcome = {
			    "outcome", outcomes[i]};

			openmetrics_number_of(
			    out, &family, &label, &outcome, p->received->n[i]);
		}
	}
}

/* MORE is no end: a look goes on with it. */
static void add_ends(struct buf *out, const struct status *status)
{
	static const struct openmetrics_family family = {
	    "trueup_provider_outcomes", OPENMETRICS_COUNTER, NULL,
	    "Looks at objects, by how the provider's answer was read."};
	static const char *const outcomes[VERDICT_COUNT] = {
	    [VERDICT_TRUTH] = "truth",
	    [VERDICT_GONE] = "gone",
	    [VERDICT_GARBLED] = "garbled",
	    [VERDICT_LATER] = "later",
	    [VERDICT_BARRED] = "barred",
	};

	openmetrics_begin(out, &family);
	for (size_t k = 0; k < status->n; k++) {
		const struct provider_status *p = &status->providers[k];
		const struct openmetrics_label label = label_of(p);

		for (int i = 0; i < VERDICT_COUNT; i++) {
			const struct openmetrics_label outcome = {
			    "outcome", outcomes[i]};

			if (outcomes[i] != NULL)
				openmetrics_number_of(out, &family, &label,
				    &outcome, p->looks->ends[i]);
		}
	}
}

static void add_latencies(struct buf *out, const struct status *status)
{
	static const struct openmetrics_family fetch = {
	    "trueup_provider_fetch_seconds", OPENMETRICS_HISTOGRAM, "seconds",
	    "How long one request to the provider took."};
	static const struct openmetrics_family notice = {
	    "trueup_provider_notice_to_record_seconds", OPENMETRICS_HISTOGRAM,
	    "seconds",
	    "From the first notice until the news that it told of were "
	    "recorded."};

	openmetrics_begin(out, &fetch);
	for (size_t k = 0; k < status->n; k++) {
		const struct openmetrics_label label =
		    label_of(&status->providers[k]);

		openmetrics_latency(
		    out, &fetch, &label, &status->providers[k].looks->fetch);
	}
	openmetrics_begin(out, &notice);
	for (size_t k = 0; k < status->n; k++) {
		const struct openmetrics_label label =
		    label_of(&status->providers[k]);

		openmetrics_latency(
		    out, &notice, &label, &status->providers[k].looks->notice);
	}
}

static void add_commits(struct buf *out, const struct status *status)
{
	static const struct openmetrics_family family = {
	    "trueup_commit_seconds", OPENMETRICS_HISTOGRAM, "seconds",
	    "How long commits took that wrote something, until they were on "
	    "disk."};

	openmetrics_begin(out, &family);
	for (int i = 0; i < COMMIT_BY_COUNT; i++) {
		const struct openmetrics_label label = {
		    "by", commit_by_name((enum commit_by)i)};

		openmetrics_latency(out, &family, &label, &status->commits[i]);
	}
}

void metrics_counts(struct buf *out, const struct status *status)
{
	add_received(out, status);
	add_ends(out, status);
	add_latencies(out, status);
	add_commits(out, status);
}
