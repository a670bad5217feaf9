#include <stdio.h>

#include "cache/store.h"

#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/print.h"
#include "reconciler/io/status.h"

#include "reconciler/cmd/cmd.h"

#include "reconciler/cmd/trouble.h"

static void print_health(struct cmd_session *s, const struct provider_status *p)
{
	const struct health *h = p->health;
	struct arena *a = &s->arena;

	print_field(stdout, "health",
	    arena_printf(a, "%s since %s, next try %s", health_name(h->state),
		print_time(a, h->since_ms), print_time(a, h->until_ms)));
	print_field(stdout, "why", h->reason);
	if (h->state == HEALTH_BARRED)
		print_field(stdout, "do",
		    arena_printf(a,
			"put a valid key into %s: it is tried as soon as the "
			"file changes; or, if it is valid, trueup queue retry "
			"%s",
			p->provider->api_key_file, p->provider->name));
}

static void print_pace(struct cmd_session *s, const struct provider_status *p)
{
	const struct throttle *t = p->throttle;

	print_field(stdout, "slow",
	    arena_printf(&s->arena,
		"answers take %.0f ms, usually %.0f ms; %u instead of %u are "
		"asked for at once",
		t->recent_ms, t->usual_ms, t->limit, t->most));
}

void trouble_print(
    struct cmd_session *session, const struct provider_status *status)
{
	bool ill = status->health->state != HEALTH_OK;
	bool slow = throttle_is_slow(status->throttle);

	if (!ill && !slow)
		return;
	putchar('\n');
	print_field(stdout, "provider", status->provider->name);
	if (ill)
		print_health(session, status);
	if (slow)
		print_pace(session, status);
}

int trouble_print_all(struct cmd_context *context, struct cmd_session *session,
    const struct job_filter *filter)
{
	for (size_t i = 0; i < session->settings->n_providers; i++) {
		const struct provider_settings *p =
		    &session->settings->providers[i];
		struct provider_status status = {.provider = p};
		struct err_text err;

		if (filter->provider != NULL &&
		    !text_equal(filter->provider, p->name))
			continue;
		if (status_collect_provider(session->view, p, session->now_ms,
			&session->arena, &status, &err) != 0) {
			cmd_fail(context, &err);
			return -1;
		}
		trouble_print(session, &status);
	}
	return 0;
}
