#include <string.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/core/catch_up.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

#include "reconciler/io/silence.h"
#include "reconciler/io/wire.h"

#include "reconciler/io/status.h"

uint64_t status_concurrency(const struct provider_status *status)
{
	if (status->throttle->most == 0)
		return (uint64_t)status->provider->concurrency;
	return status->throttle->limit;
}

/* What monitors want to know beside that. */
static int collect_counts(struct store_view *view, struct arena *arena,
    struct provider_status *out, struct err_text *err)
{
	struct look_counts *looks = arena_alloc(arena, 1, sizeof(*looks));
	struct received_counts *received =
	    arena_alloc(arena, 1, sizeof(*received));
	const char *name = out->provider->name;
	int rc;

	if (looks == NULL || received == NULL)
		return err_set(err, ERR_FAIL, "no memory");
	out->looks = looks;
	out->received = received;
	rc = store_view_looks(view, name, looks, err);
	return rc != 0 ? rc : store_view_received(view, name, received, err);
}

/* How the log stands that lost notifications are made up for by. */
static void judge_log(struct provider_status *out, int64_t now_ms)
{
	const struct client_list *log = client_log(out->provider->client);
	enum catch_up_window window = CATCH_UP_WHOLE;

	if (log == NULL)
		return;
	for (size_t i = 0; i < out->n_lists; i++) {
		if (strcmp(out->lists[i].name, log->name) == 0)
			out->log = &out->lists[i];
	}
	if (out->log == NULL || out->provider->catch_up_ms == 0)
		return;
	if (out->log->gap_ms != 0)
		window = CATCH_UP_GAP;
	else if (out->log->read_ms != 0)
		window = catch_up_window(log->log, out->log->read_ms, now_ms);
	out->window = out->log->refused_ms != 0 ? "refused"
						: catch_up_window_name(window);
}

int status_collect_provider(struct store_view *view,
    const struct provider_settings *provider, int64_t now_ms,
    struct arena *arena, struct provider_status *out, struct err_text *err)
{
	struct health *health = arena_alloc(arena, 1, sizeof(*health));
	struct tally *tally = arena_alloc(arena, 1, sizeof(*tally));
	struct budget *budget = arena_alloc(arena, 1, sizeof(*budget));
	int rc;

	if (health == NULL || tally == NULL || budget == NULL)
		return err_set(err, ERR_FAIL, "no memory");
	out->provider = provider;
	out->health = health;
	out->tally = tally;
	out->throttle = &budget->throttle;
	rc = store_view_provider(view, provider->name, health, tally, err);
	if (rc == ERR_ABSENT)
		rc = 0; /* nothing was heard of it yet */
	if (rc == 0)
		rc = store_view_budget(view, provider->name, budget, err);
	out->silent = silence_rings(provider, tally, now_ms);
	if (rc == 0)
		rc = collect_counts(view, arena, out, err);
	if (rc == 0)
		rc = store_view_population(
		    view, provider->name, out->objects, err);
	if (rc == 0)
		rc = store_view_lists(view, provider->name, arena, &out->lists,
		    &out->n_lists, err);
	if (rc == 0)
		judge_log(out, now_ms);
	return rc;
}

static int collect_targets(struct store_view *view,
    const struct settings *settings, struct status *out, struct err_text *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < DELIVERY_TARGET_COUNT; i++) {
		enum delivery_target target = (enum delivery_target)i;
		struct delivery_state *state = &out->deliveries[i];

		rc = store_view_delivery_state(view, target, state, err);
		if (rc == 0 &&
		    (state->begun ||
			delivery_is_wanted(&settings->on_change, target)))
			out->targets[out->n_targets++] = (struct target_status){
			    delivery_target_name(target), state};
	}
	return rc;
}

int status_providers(struct store_view *view, const struct settings *settings,
    int64_t now_ms, struct arena *arena, struct status *out,
    struct err_text *err)
{
	int rc = 0;

	memset(out, 0, sizeof(*out));
	out->providers =
	    arena_alloc(arena, settings->n_providers, sizeof(*out->providers));
	if (out->providers == NULL)
		return err_set(err, ERR_FAIL, "no memory");
	for (size_t i = 0; rc == 0 && i < settings->n_providers; i++) {
		rc = status_collect_provider(view, &settings->providers[i],
		    now_ms, arena, &out->providers[i], err);
		out->n += rc == 0;
	}
	return rc;
}

int status_collect(struct store_view *view, const struct settings *settings,
    int64_t now_ms, struct arena *arena, struct status *out,
    struct err_text *err)
{
	int rc = status_providers(view, settings, now_ms, arena, out, err);

	if (rc == 0)
		rc = store_view_stats(view, now_ms, &out->store, err);
	for (int i = 0; rc == 0 && i < COMMIT_BY_COUNT; i++)
		rc = store_view_commits(
		    view, (enum commit_by)i, &out->commits[i], err);
	if (rc == 0)
		rc = collect_targets(view, settings, out, err);
	return rc;
}

double status_fetches_per_notification(const struct provider_status *p)
{
	if (p->tally->notices == 0)
		return -1;
	return (double)p->health->fetches / (double)p->tally->notices;
}

/* Of each provider so many are looked at: enough to see what it is. */
enum { PARKED_LOOKS = 10000 };

struct parked_walk {
	struct reasons *reasons;
	struct arena *arena;
	size_t left;
};

static int visit_parked(void *cookie, const struct job *job)
{
	struct parked_walk *walk = cookie;

	if (walk->left-- == 0)
		return 1;
	reasons_add(walk->reasons, walk->arena, job);
	return 0;
}

int status_collect_parked(struct store_view *view,
    const struct settings *settings, int64_t now_ms, struct arena *arena,
    struct status *status, struct err_text *err)
{
	struct job_filter filter = {.state = JOB_PARKED};
	struct parked_walk walk = {
	    .reasons = &status->parked, .arena = arena, .left = PARKED_LOOKS};
	uint64_t parked = status->store.jobs[JOB_PARKED];
	int rc = 0;

	for (size_t i = 0; parked > 0 && rc >= 0 && i < settings->n_providers;
	     i++) {
		filter.provider = settings->providers[i].name;
		walk.left = PARKED_LOOKS;
		rc = store_view_jobs(
		    view, &filter, now_ms, visit_parked, &walk, err);
	}
	if (rc >= 0)
		reasons_add_others(&status->parked, parked);
	filter.provider = NULL;
	walk.left = PARKED_LOOKS;
	if (rc >= 0)
		rc = store_view_deliveries(
		    view, &filter, now_ms, visit_parked, &walk, err);
	return rc < 0 ? rc : 0;
}
