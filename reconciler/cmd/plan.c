#include <string.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/core/plan.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/print.h"

#include "reconciler/cmd/cmd.h"

#include "reconciler/cmd/plan.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)

void plan_open(struct cmd_session *session)
{
	const struct store_options options = {
	    .path = session->settings->store.path,
	    .map_bytes = session->settings->store.map_bytes,
	    .read_only = true,
	};
	struct err_text ignored;

	if (store_open(&options, &session->store, &ignored) != 0)
		session->store = NULL;
	else if (store_view_open(session->store, &session->view, &ignored) != 0)
		session->view = NULL;
}

/* What there is of the provider. false: nobody knows. */
static bool count(struct cmd_session *session, const char *provider,
    uint64_t objects, uint64_t out[SCHEDULE_TIER_COUNT])
{
	struct err_text ignored;

	memset(out, 0, SCHEDULE_TIER_COUNT * sizeof(*out));
	out[SCHEDULE_ACTIVE] = objects;
	if (objects > 0)
		return true;
	return session->view != NULL && store_view_population(session->view,
					    provider, out, &ignored) == 0;
}

/* Rounded up, to what a person would write. */
static const char *about(struct arena *arena, int64_t ms)
{
	int64_t unit_ms = ms > 48 * HOUR_MS ? HOUR_MS : MINUTE_MS;
	char text[CLOCK_TEXT_MAX];

	if (ms > INT64_MAX - unit_ms)
		return "none";
	ms = (ms + unit_ms - 1) / unit_ms * unit_ms;
	return arena_text(arena, clock_format_duration(ms, text));
}

static void warn(const struct cmd_context *context, struct arena *arena,
    const struct provider_settings *p, const struct plan *plan)
{
	struct log_pair pairs[] = {
	    log_text("provider", p->name),
	    log_text("why",
		arena_printf(arena,
		    "reading %llu objects within resync takes %.2f requests "
		    "a second, and %.2f are there for it",
		    (unsigned long long)plan->objects, plan->required,
		    plan->available)),
	    log_text("do", arena_printf(arena,
			       "set resync to %s or more, or raise rate if "
			       "the provider allows it",
			       about(arena, plan->shortest_resync_ms))),
	};

	log_event(&context->log, LOG_WARN, "resync_too_short", pairs, 3);
}

void plan_show(const struct cmd_context *context, struct cmd_session *session,
    const struct provider_settings *p, uint64_t objects)
{
	struct arena *a = &session->arena;
	uint64_t n[SCHEDULE_TIER_COUNT];
	struct plan plan;

	if (!count(session, p->name, objects, n))
		return;
	plan_resync(&p->schedule, p->rate, n, &plan);
	print_field(stdout, "objects",
	    arena_printf(a, "%llu%s", (unsigned long long)plan.objects,
		objects > 0 ? " (as asked)" : " on record"));
	print_field(stdout, "resync takes",
	    arena_printf(a, "%.3g/s of %.3g/s: %s", plan.required,
		plan.available, plan_verdict_name(plan.verdict)));
	print_field(
	    stdout, "resync, shortest", about(a, plan.shortest_resync_ms));
	print_field(stdout, "objects, most",
	    arena_printf(a, "%llu", (unsigned long long)plan.most_objects));
	if (plan.verdict != PLAN_KEPT)
		warn(context, a, p, &plan);
}
