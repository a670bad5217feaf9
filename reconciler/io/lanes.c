#include <string.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/lane.h"

#include "reconciler/io/lanes.h"

static int open_one(struct lane *lane, const struct provider_settings *p,
    size_t most, struct err_text *err)
{
	size_t limit = (size_t)p->concurrency;

	if (limit > most)
		limit = most;
	return lane_open(lane, p, limit, 2 * limit < most ? 2 * limit : most,
	    clock_mono_ms(), err);
}

/* A provider that nothing is known of yet is in the best of health. */
static int load_one(
    struct store_view *view, struct lane *lane, struct err_text *err)
{
	const char *name = lane->provider->name;
	struct budget budget;
	struct tally tally;
	int rc = store_view_provider(view, name, &lane->health, &tally, err);

	if (rc == 0)
		rc = store_view_budget(view, name, &budget, err);
	if (rc == 0)
		rc = store_view_looks(view, name, &lane->counts, err);
	if (rc == 0)
		lane_resume(lane, &budget, lane_now_is());
	if (rc != ERR_ABSENT)
		return rc;
	memset(&lane->health, 0, sizeof(lane->health));
	return 0;
}

int lanes_open(struct lane *lanes, const struct settings *settings,
    struct store *store, size_t limit, struct err_text *err)
{
	size_t others = settings->n_providers - 1;
	size_t most = limit > others ? limit - others : 1;
	struct store_view *view = NULL;
	int rc = store_view_open(store, &view, err);

	for (size_t i = 0; rc == 0 && i < settings->n_providers; i++) {
		rc = open_one(&lanes[i], &settings->providers[i], most, err);
		if (rc == 0)
			rc = load_one(view, &lanes[i], err);
	}
	store_view_close(view);
	return rc;
}

void lanes_close(struct lane *lanes, size_t n)
{
	for (size_t i = 0; lanes != NULL && i < n; i++)
		lane_close(&lanes[i]);
}
