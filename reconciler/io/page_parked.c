#include <string.h>

#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/page_parked.h"

enum { ENOUGH = 1 }; /* what a visit that has seen enough returns */

struct work {
	struct page_parked *out;
	struct arena *arena;
	size_t looked;
};

static struct page_parked_group *find(struct work *w, const struct job *job)
{
	for (size_t i = 0; i < w->out->n; i++) {
		struct page_parked_group *g = &w->out->groups[i];

		if (strcmp(g->first.provider, job->ref.provider) == 0 &&
		    strcmp(g->first.kind, job->ref.kind) == 0 &&
		    text_equal(g->error, job->last_error))
			return g;
	}
	return NULL;
}

/* The job lives for the call only. */
static struct page_parked_group *begin(struct work *w, const struct job *job)
{
	struct page_parked_group *g;

	if (w->out->n == PAGE_PARKED_GROUPS)
		return NULL;
	g = &w->out->groups[w->out->n++];
	g->first.provider = arena_text(w->arena, job->ref.provider);
	g->first.kind = arena_text(w->arena, job->ref.kind);
	g->first.id = arena_text(w->arena, job->ref.id);
	g->error = arena_text(w->arena, job->last_error);
	return g;
}

static int visit(void *cookie, const struct job *job)
{
	struct work *w = cookie;
	struct page_parked_group *g = find(w, job);
	int64_t since_ms = job->first_notified_ms;

	if (g == NULL)
		g = begin(w, job);
	if (arena_failed(w->arena))
		return ERR_FULL;
	if (g == NULL) {
		w->out->others++;
	} else {
		g->n++;
		if (since_ms != 0 &&
		    (g->since_ms == 0 || since_ms < g->since_ms))
			g->since_ms = since_ms;
	}
	return ++w->looked < PAGE_PARKED_LOOKED ? 0 : ENOUGH;
}

int page_parked_collect(struct store_view *view,
    const struct settings *settings, int64_t now_ms, struct arena *arena,
    struct page_parked *out, struct err_text *err)
{
	struct work w = {.out = out, .arena = arena};
	struct job_filter filter = {.state = JOB_PARKED};
	int rc = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < settings->n_providers && rc >= 0; i++) {
		filter.provider = settings->providers[i].name;
		w.looked = 0;
		rc = store_view_jobs(view, &filter, now_ms, visit, &w, err);
	}
	filter.provider = DELIVERY_PROVIDER;
	w.looked = 0;
	if (rc >= 0)
		rc = store_view_deliveries(
		    view, &filter, now_ms, visit, &w, err);
	return rc < 0 ? rc : 0;
}
