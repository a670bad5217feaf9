/*
 * sync: look at all that is known once more, or (--discover) find by a
 * provider's lists what nobody told us of. It only says what is wanted; the
 * worker does it, within the budget.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cache/store.h"
#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

enum {
	BATCH = 5000, /* objects a commit */
	LOOK_MS = 1000,
	LINE_MS = 60 * 1000, /* between two lines that are no terminal's */
	VIEW_BYTES = 1024 * 1024
};

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

static int discover(struct cmd_session *s, const struct provider_settings *p,
    bool restart, struct err_text *err)
{
	bool goes_on;
	int rc = 0;

	if (p->client->n_lists == 0)
		printf(
		    "%s: %s has no list to discover from\n", p->name, p->type);
	for (size_t i = 0; i < p->client->n_lists && rc == 0; i++) {
		const char *name = p->client->lists[i].name;
		struct list_wish wish = {
		    .provider = p->name, .name = name, .restart = restart};

		rc = store_discover(s->store, s->settings, &wish,
		    clock_wall_ms(), &goes_on, err);
		if (rc == 0)
			printf("%s: the list of %s is to be read, %s\n",
			    p->name, name,
			    goes_on ? "on from where it was left"
				    : "from its beginning");
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

/* ---- how far it is ------------------------------------------------------ */

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

static int measure(struct cmd_session *s, const struct wish *wish,
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
		out->jobs = stats.jobs[JOB_DUE] + stats.jobs[JOB_WAITING];
		out->parked = stats.jobs[JOB_PARKED];
	}
	for (size_t i = 0; i < s->settings->n_providers && rc == 0; i++) {
		const struct provider_settings *p = &s->settings->providers[i];

		if (wish->discover && is_meant(wish, p))
			rc = add_lists(view, p->name, &arena, out, err);
	}
	store_view_close(view);
	arena_fini(&arena);
	return rc;
}

/* So many are left; at the speed so far that takes so long. */
static void tell(const struct wish *wish, const struct progress *now,
    uint64_t done, int64_t took_ms, bool terminal)
{
	char lists[120] = "";
	char eta[40] = "";

	if (wish->discover)
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

static int watch(
    struct cmd_session *s, const struct wish *wish, struct err_text *err)
{
	bool terminal = isatty(STDOUT_FILENO) == 1;
	int64_t began_ms = clock_mono_ms(), told_ms = 0;
	struct progress first, now;
	int rc = measure(s, wish, &first, err);

	now = first;
	while (rc == 0 && now.jobs > 0 && !stop_requested()) {
		struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};
		int64_t mono_ms = clock_mono_ms();

		if (terminal || told_ms == 0 || mono_ms - told_ms >= LINE_MS) {
			tell(wish, &now,
			    first.jobs > now.jobs ? first.jobs - now.jobs : 0,
			    mono_ms - began_ms, terminal);
			told_ms = mono_ms;
		}
		poll(&stop, 1, LOOK_MS);
		rc = measure(s, wish, &now, err);
	}
	if (rc == 0)
		tell(wish, &now, 0, 0, terminal);
	if (terminal)
		putchar('\n');
	return rc;
}

/* ---- the command -------------------------------------------------------- */

static int run(
    struct cmd_context *context, struct cmd_session *s, const struct wish *wish)
{
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
		rc = watch(s, wish, &err);
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
