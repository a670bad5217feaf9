/* version */
#include <stdio.h>

#include "reconciler/cmd/cmd.h"

#ifndef TRUEUP_VERSION
#define TRUEUP_VERSION "unversioned"
#endif

int cmd_version(struct cmd_context *context)
{
	if (!cmd_parse(context, NULL, 0, 0, 0))
		return CMD_ERROR;
	puts("trueup " TRUEUP_VERSION);
	return CMD_OK;
}
