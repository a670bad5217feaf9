/* deliver: hand changes on, to a command and to a URL. */
#include "cache/deliveries.h"

#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/deliver.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

static int deliver_here(struct cmd_context *context,
    struct cmd_session *session, const struct deliver_options *options)
{
	struct err_text err;
	uint64_t parked = 0;
	int rc = deliver_run(
	    session->settings, session->store, options, &context->log, &err);

	if (rc == 0)
		rc = deliver_parked(
		    session->settings, session->store, &parked, &err);
	if (rc != 0)
		return cmd_fail(context, &err);
	return parked > 0 && !options->follow ? CMD_ATTENTION : CMD_OK;
}

static int deliver_if_alone(struct cmd_context *context,
    struct cmd_session *session, const struct deliver_options *options)
{
	const struct delivery_settings *s = &session->settings->on_change;
	struct err_text err;
	int rc;

	if (s->command == NULL && s->url == NULL)
		return cmd_say_fail(
		    context, "%s has no on_change", session->settings->file);
	rc = store_lock_deliverer(session->store, &err);
	if (rc == ERR_AGAIN) {
		log_event(
		    &context->log, LOG_INFO, "another_deliverer_runs", NULL, 0);
		return CMD_OK;
	}
	if (rc != 0)
		return cmd_fail(context, &err);
	return deliver_here(context, session, options);
}

int cmd_deliver(struct cmd_context *context)
{
	struct deliver_options options = {.follow = false};
	const struct cmd_option known[] = {
	    {"follow", CMD_FLAG, &options.follow, NULL},
	    {"until-eof", CMD_FLAG, &options.until_eof, NULL},
	    {"max-time", CMD_DURATION, &options.max_time_ms, NULL},
	};
	struct cmd_session session;
	struct err_text err;
	int status = CMD_ERROR;

	if (!cmd_parse(context, known, 3, 0, 0))
		return CMD_ERROR;
	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	if (cmd_open(context, SETTINGS_DELIVERY, &session) == 0)
		status = deliver_if_alone(context, &session, &options);
	cmd_close(&session);
	return status;
}
