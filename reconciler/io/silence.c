#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/lane.h"
#include "reconciler/io/tell.h"

#include "reconciler/io/silence.h"

bool silence_rings(const struct provider_settings *provider,
    const struct tally *tally, int64_t now_ms)
{
	return provider->silence_ms > 0 &&
	       tally->last_repair_ms > tally->last_notice_ms &&
	       now_ms - tally->last_notice_ms > provider->silence_ms;
}

static void listen(
    struct store_view *view, struct lane *lane, const struct log *log)
{
	const struct provider_settings *p = lane->provider;
	struct health unused;
	struct tally tally;
	struct err_text err;
	bool was = lane->silent;

	if (p->silence_ms == 0 ||
	    store_view_provider(view, p->name, &unused, &tally, &err) != 0)
		return;
	lane->silent = silence_rings(p, &tally, clock_wall_ms());
	if (lane->silent && !was)
		tell_silence(log, lane);
}

void silence_listen(
    struct store *store, struct lane *lanes, size_t n, const struct log *log)
{
	struct store_view *view = NULL;
	struct err_text err;

	if (store_view_open(store, &view, &err) != 0)
		return;
	for (size_t i = 0; i < n; i++)
		listen(view, &lanes[i], log);
	store_view_close(view);
}
