/* receive: the webhook listener. */
#include "reconciler/base/stop.h"

#include "reconciler/io/receiver.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

int cmd_receive(struct cmd_context *context)
{
	struct cmd_session session;
	struct err_text err;
	int status = CMD_ERROR;

	if (!cmd_parse(context, NULL, 0, 0, 0))
		return CMD_ERROR;
	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	if (cmd_open(context, SETTINGS_HOOK_SECRETS, &session) == 0) {
		if (receiver_run(session.settings, session.store, &context->log,
			&err) == 0)
			status = CMD_OK;
		else
			cmd_fail(context, &err);
	}
	cmd_close(&session);
	return status;
}
