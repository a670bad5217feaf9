/* verify: does the record agree with the providers? Writes nothing. */
#include <stdio.h>
#include <string.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/print.h"
#include "reconciler/io/verify.h"
#include "reconciler/io/wire.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

/* Whom the differences are printed for. */
struct listener {
	bool json;
	bool failed;
};

static const char *or_none(const char *text)
{
	return text == NULL ? "none" : text;
}

static void found(void *cookie, const struct drift *drift)
{
	struct listener *listener = cookie;
	struct buf line;

	if (!listener->json) {
		printf("%s %s %s  %s: %s here, %s there%s%s\n",
		    drift->ref->provider, drift->ref->kind, drift->ref->id,
		    drift->what, or_none(drift->here), or_none(drift->there),
		    drift->access ? ", ACCESS DIFFERS" : "",
		    drift->pending ? " (about to be looked at)" : "");
		return;
	}
	buf_init(&line, SIZE_MAX);
	wire_drift(drift, &line);
	listener->failed |= print_line(&line) != 0;
}

static int conclude(
    const struct cmd_context *context, const struct verify_report *r)
{
	(void)fprintf(stderr,
	    "trueup: %llu objects compared: %llu differ, %llu more are about "
	    "to be looked at\n",
	    (unsigned long long)r->checked, (unsigned long long)r->drifted,
	    (unsigned long long)r->pending);
	if (r->drifted > 0)
		return CMD_NO;
	if (r->unread > 0)
		return cmd_say_fail(context,
		    "%llu objects could not be read: %s",
		    (unsigned long long)r->unread, r->why);
	return CMD_OK;
}

static int run(struct cmd_context *context, struct cmd_session *s,
    const struct verify_options *options, bool json)
{
	struct listener listener = {.json = json};
	struct verify_options asked = *options;
	struct verify_report report;
	struct err_text err;
	int rc;

	if (options->provider != NULL &&
	    settings_provider(s->settings, options->provider) == NULL)
		return cmd_say_fail(context, "no provider \"%s\" in %s",
		    options->provider, s->settings->file);
	asked.found = found;
	asked.cookie = &listener;
	rc = verify_run(
	    s->settings, s->store, &asked, &context->log, &report, &err);
	if (rc != 0)
		return cmd_fail(context, &err);
	if (listener.failed || fflush(stdout) != 0)
		return cmd_say_fail(context, "the answer could not be written");
	return conclude(context, &report);
}

int cmd_verify(struct cmd_context *context)
{
	struct verify_options asked = {.provider = NULL};
	int64_t sample = 0;
	bool json = false;
	const struct cmd_option options[] = {
	    {"sample", CMD_NUMBER, &sample, NULL},
	    {"json", CMD_FLAG, &json, NULL},
	};
	struct cmd_session session;
	struct err_text err;
	int status = CMD_ERROR;

	if (!cmd_parse(context, options, 2, 0, 1))
		return CMD_ERROR;
	if (context->n_args == 1)
		asked.provider = context->args[0];
	asked.sample = (uint64_t)sample;
	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	if (cmd_open_asker(context, &session) == 0)
		status = run(context, &session, &asked, json);
	cmd_close(&session);
	return status;
}
