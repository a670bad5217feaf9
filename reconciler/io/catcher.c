#include <string.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/log.h"
#include "reconciler/core/catch_up.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/catcher.h"

enum {
	WANT_MAX = 1000, /* objects of a resync that one turn makes due */
	TELL_MS = 24 * 3600 * 1000
};

void catcher_init(struct catcher *catcher,
    const struct provider_settings *provider, bool once)
{
	const struct client *client = provider->client;
	const struct client_list *log = client_log(client);
	struct catch_up *catch_up = &catcher->catch_up;

	memset(catcher, 0, sizeof(*catcher));
	catcher->once = once;
	if (log == NULL)
		return;
	*catch_up = (struct catch_up){.provider = provider->name,
	    .name = log->name,
	    .log = log->log,
	    .every_ms = provider->catch_up_ms,
	    .lists = catcher->lists};
	for (size_t i = 0; i < client->n_lists; i++) {
		if (client->lists[i].log == NULL &&
		    catch_up->n_lists < CATCHER_LISTS_MAX)
			catcher->lists[catch_up->n_lists++] =
			    client->lists[i].name;
	}
}

void catcher_turn(struct catcher *catcher, struct store_turn *turn)
{
	if (catcher->catch_up.log != NULL)
		store_turn_catch_up(
		    turn, &catcher->catch_up, WANT_MAX, &catcher->news);
}

static void tell(const struct catcher *catcher, const struct log *log,
    enum log_level level, const char *event, const char *state, const char *why)
{
	char read[CLOCK_TEXT_MAX];
	struct log_pair pairs[] = {
	    log_text("provider", catcher->catch_up.provider),
	    log_text("list", catcher->catch_up.name),
	    log_text("window", state),
	    log_text(
		"last_read", catcher->news.read_ms == 0
				 ? NULL
				 : clock_format(catcher->news.read_ms, read)),
	    log_text("why", why),
	};

	log_event(log, level, event, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

/* Once a day while it is so: what is not in the log any more has to be found
 * by looking at everything. */
static void tell_window(struct catcher *catcher, const struct log *log)
{
	int64_t now_ms = clock_mono_ms();
	enum catch_up_window window;

	if (catcher->catch_up.every_ms == 0 || catcher->news.read_ms == 0 ||
	    catcher->news.refused)
		return;
	window = catch_up_window(
	    catcher->catch_up.log, catcher->news.read_ms, clock_wall_ms());
	if (window == CATCH_UP_WHOLE ||
	    (catcher->told_ms != 0 && now_ms - catcher->told_ms < TELL_MS))
		return;
	catcher->told_ms = now_ms;
	tell(catcher, log, LOG_WARN, "log_window", catch_up_window_name(window),
	    "the provider forgets what happened since it was last read");
}

void catcher_tell(struct catcher *catcher, const struct log *log)
{
	if (catcher->catch_up.log == NULL)
		return;
	if (catcher->news.began)
		tell(catcher, log, LOG_INFO, "catch_up", NULL, NULL);
	if (catcher->news.mended)
		tell(catcher, log, LOG_INFO, "log_mended", NULL,
		    "all that is known is to be looked at, and all lists are");
	tell_window(catcher, log);
	if (catcher->news.began && catcher->once)
		catcher->catch_up.every_ms = 0;
	catcher->news.began = catcher->news.mended = false;
}

int64_t catcher_wait_ms(const struct catcher *catcher, int64_t wall_ms)
{
	if (catcher->news.more)
		return 0;
	if (catcher->news.next_ms == 0)
		return INT64_MAX;
	return catcher->news.next_ms - wall_ms;
}
