/*
 * sync: look at all that is known once more, or (--discover) find by a
 * provider's lists what nobody told us of. It only says what is wanted; the
 * worker does it, within the budget.
 */
#include <stdio.h>
#include <string.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/settings.h"
#include "reconciler/cmd/sync_watch.h"

#include "reconciler/cmd/cmd.h"

enum { BATCH = 5000 }; /* objects a commit */

struct wish {
	const char *provider; /* NULL: each one */
	bool discover;
	bool restart;
	bool wait;
};

/* ---- what is wanted ----------------------------------------------------- */

static int resync(struct cmd_session *s, const struct provider_settings *p,
    struct err_text *err)
{
	struct store_place place = {.provider = p->name};
	unsigned long long all = 0;
	size_t n = 1;
	int rc = 0;

	while (rc == 0 && n > 0) {
		rc = store_resync(s->store, s->settings, &place, BATCH,
		    clock_wall_ms(), &n, err);
		all += n;
	}
	if (rc == 0)
		printf("%s: %llu objects are to be looked at\n", p->name, all);
	return rc;
}

static const char *from(
    const struct client_list *list, bool restart, bool goes_on)
{
	if (goes_on)
		return "on from where it was left";
	if (list->log == NULL || restart)
		return "from its beginning";
	return "for what happened since it was read last";
}

static int discover(struct cmd_session *s, const struct provider_settings *p,
    bool restart, struct err_text *err)
{
	bool goes_on;
	int rc = 0;

	if (p->client->n_lists == 0)
		printf(
		    "%s: %s has no list to discover from\n", p->name, p->type);
	for (size_t i = 0; i < p->client->n_lists && rc == 0; i++) {
		const struct client_list *list = &p->client->lists[i];
		struct list_wish wish = {.provider = p->name,
		    .name = list->name,
		    .log = list->log,
		    .restart = restart};

		rc = store_discover(s->store, s->settings, &wish,
		    clock_wall_ms(), &goes_on, err);
		if (rc == 0)
			printf("%s: the list of %s is to be read, %s\n",
			    p->name, list->name, from(list, restart, goes_on));
	}
	return rc;
}

static bool is_meant(const struct wish *wish, const struct provider_settings *p)
{
	return wish->provider == NULL || strcmp(wish->provider, p->name) == 0;
}

static int want_all(
    struct cmd_session *s, const struct wish *wish, struct err_text *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->settings->n_providers && rc == 0; i++) {
		const struct provider_settings *p = &s->settings->providers[i];

		if (!is_meant(wish, p))
			continue;
		rc = wish->discover ? discover(s, p, wish->restart, err)
				    : resync(s, p, err);
	}
	return rc;
}

/* ---- the command -------------------------------------------------------- */

static int run(
    struct cmd_context *context, struct cmd_session *s, const struct wish *wish)
{
	const struct sync_watch watch = {
	    .provider = wish->provider, .lists = wish->discover};
	struct err_text err;
	int rc;

	if (wish->provider != NULL &&
	    settings_provider(s->settings, wish->provider) == NULL)
		return cmd_say_fail(context, "no provider \"%s\" in %s",
		    wish->provider, s->settings->file);
	rc = want_all(s, wish, &err);
	if (rc == 0 && wish->wait)
		rc = stop_install(&err);
	if (rc == 0 && wish->wait)
		rc = sync_watch(s, &watch, &err);
	return rc == 0 ? CMD_OK : cmd_fail(context, &err);
}

int cmd_sync(struct cmd_context *context)
{
	struct wish wish = {.provider = NULL};
	const struct cmd_option options[] = {
	    {"discover", CMD_FLAG, &wish.discover, NULL},
	    {"restart", CMD_FLAG, &wish.restart, NULL},
	    {"wait", CMD_FLAG, &wish.wait, NULL},
	};
	struct cmd_session session;
	int status = CMD_ERROR;

	if (!cmd_parse(context, options, 3, 0, 1))
		return CMD_ERROR;
	if (wish.restart && !wish.discover)
		return cmd_say_fail(context,
		    "--restart is about lists; say --discover as well");
	if (context->n_args == 1)
		wish.provider = context->args[0];
	if (cmd_open(context, SETTINGS_NO_SECRETS, &session) == 0)
		status = run(context, &session, &wish);
	cmd_close(&session);
	return status;
}
