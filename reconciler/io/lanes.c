#include <stdbool.h>
#include <string.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/lane.h"
#include "reconciler/io/purse.h"

#include "reconciler/io/lanes.h"

/*
 * One for each in turn, as long as there are any and somebody wants more. What
 * one may have is never lent to another: it would not come back while the other
 * provider hangs.
 */
static size_t share(
    size_t left, size_t n, size_t shares[], const size_t wanted[])
{
	bool grew = true;

	while (left > 0 && grew) {
		grew = false;
		for (size_t i = 0; i < n && left > 0; i++) {
			if (shares[i] >= wanted[i])
				continue;
			shares[i]++;
			left--;
			grew = true;
		}
	}
	return left;
}

/* What is left over is for those that wait for their operation's budget. */
static void share_all(const struct settings *settings, size_t limit,
    size_t limits[], size_t aside[])
{
	size_t n = settings->n_providers;
	size_t wanted[SETTINGS_PROVIDERS_MAX];
	size_t left;

	for (size_t i = 0; i < n; i++) {
		wanted[i] = (size_t)settings->providers[i].concurrency;
		limits[i] = 1;
		aside[i] = 1;
	}
	left = share(limit > n ? limit - n : 0, n, limits, wanted);
	(void)share(left, n, aside, limits);
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
		purse_resume(lane, &budget, lane_now_is());
	if (rc != ERR_ABSENT)
		return rc;
	memset(&lane->health, 0, sizeof(lane->health));
	return 0;
}

int lanes_open(struct lane *lanes, const struct settings *settings,
    struct store *store, size_t limit, struct err_text *err)
{
	size_t limits[SETTINGS_PROVIDERS_MAX], aside[SETTINGS_PROVIDERS_MAX];
	struct store_view *view = NULL;
	int rc = store_view_open(store, &view, err);

	share_all(settings, limit, limits, aside);
	for (size_t i = 0; rc == 0 && i < settings->n_providers; i++) {
		rc = lane_open(&lanes[i], &settings->providers[i], limits[i],
		    limits[i] + aside[i], clock_mono_ms(), err);
		if (rc == 0)
			rc = load_one(view, &lanes[i], err);
	}
	store_view_close(view);
	return rc;
}

size_t lanes_slots(const struct lane *lanes, size_t n)
{
	size_t slots = 0;

	for (size_t i = 0; i < n; i++)
		slots += lanes[i].slots;
	return slots;
}

void lanes_close(struct lane *lanes, size_t n)
{
	for (size_t i = 0; lanes != NULL && i < n; i++)
		lane_close(&lanes[i]);
}
