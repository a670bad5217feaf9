#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/cmd.h"

#include "reconciler/cmd/sync_watch.h"

enum {
	LOOK_MS = 1000,
	LINE_MS = 60 * 1000, /* between two lines that are no terminal's */
	VIEW_BYTES = 1024 * 1024
};

static bool is_meant(
    const struct sync_watch *w, const struct provider_settings *p)
{
	return w->provider == NULL || strcmp(w->provider, p->name) == 0;
}

struct progress {
	uint64_t jobs; /* that the worker can still do something about */
	uint64_t parked;
	uint64_t pages;
	uint64_t seen;
	uint64_t unknown;
};

static int add_lists(struct store_view *view, const char *provider,
    struct arena *arena, struct progress *out, struct err_text *err)
{
	const struct list_progress *lists;
	size_t n;
	int rc = store_view_lists(view, provider, arena, &lists, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		out->pages += lists[i].pages;
		out->seen += lists[i].seen;
		out->unknown += lists[i].unknown;
	}
	return rc;
}

static int measure(struct cmd_session *s, const struct sync_watch *w,
    struct progress *out, struct err_text *err)
{
	struct store_view *view = NULL;
	struct store_stats stats;
	struct arena arena;
	int rc = store_view_open(s->store, &view, err);

	memset(out, 0, sizeof(*out));
	arena_init(&arena, VIEW_BYTES);
	if (rc == 0)
		rc = store_view_stats(view, clock_wall_ms(), &stats, err);
	if (rc == 0) {
		/* What was notified is a job before long. */
		out->jobs =
		    stats.inbox + stats.jobs[JOB_DUE] + stats.jobs[JOB_WAITING];
		out->parked = stats.jobs[JOB_PARKED];
	}
	for (size_t i = 0; i < s->settings->n_providers && rc == 0; i++) {
		const struct provider_settings *p = &s->settings->providers[i];

		if (w->lists && is_meant(w, p))
			rc = add_lists(view, p->name, &arena, out, err);
	}
	store_view_close(view);
	arena_fini(&arena);
	return rc;
}

/* So many are left; at the speed so far that takes so long. */
static void tell(const struct sync_watch *w, const struct progress *now,
    uint64_t done, int64_t took_ms, bool terminal)
{
	char lists[120] = "";
	char eta[40] = "";

	if (w->lists)
		(void)snprintf(lists, sizeof(lists),
		    ", %llu pages name %llu objects, %llu not known before",
		    (unsigned long long)now->pages,
		    (unsigned long long)now->seen,
		    (unsigned long long)now->unknown);
	if (done > 0 && took_ms > 0)
		(void)snprintf(eta, sizeof(eta), ", about %llu s",
		    (unsigned long long)now->jobs * (uint64_t)took_ms / done /
			1000);
	printf("%s%llu jobs left%s%s%s", terminal ? "\r\033[K" : "",
	    (unsigned long long)now->jobs, eta, lists, terminal ? "" : "\n");
	(void)fflush(stdout);
}

int sync_watch(
    struct cmd_session *s, const struct sync_watch *w, struct err_text *err)
{
	bool terminal = isatty(STDOUT_FILENO) == 1;
	int64_t began_ms = clock_mono_ms(), told_ms = 0;
	struct progress first, now;
	int rc = measure(s, w, &first, err);

	now = first;
	while (rc == 0 && now.jobs > 0 && !stop_requested()) {
		struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
		int64_t mono_ms = clock_mono_ms();

		if (terminal || told_ms == 0 || mono_ms - told_ms >= LINE_MS) {
			tell(w, &now,
			    first.jobs > now.jobs ? first.jobs - now.jobs : 0,
			    mono_ms - began_ms, terminal);
			told_ms = mono_ms;
		}
		poll(&stop, 1, LOOK_MS);
		rc = measure(s, w, &now, err);
	}
	if (rc == 0)
		tell(w, &now, 0, 0, terminal);
	if (terminal)
		putchar('\n');
	return rc;
}
