/* serve: the query API over HTTP. */
#include "reconciler/base/stop.h"

#include "reconciler/io/api_server.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

int cmd_serve(struct cmd_context *context)
{
	struct cmd_session session;
	struct err_text err;
	int status = CMD_ERROR;

	if (!cmd_parse(context, NULL, 0, 0, 0))
		return CMD_ERROR;
	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	/* The store may come later. */
	if (cmd_open_settings(context, SETTINGS_API_TOKENS, &session) == 0) {
		if (api_server_run(session.settings, &context->log, &err) == 0)
			status = CMD_OK;
		else
			cmd_fail(context, &err);
	}
	cmd_close(&session);
	return status;
}
