/* What `history` prints, for the commands that end with it. */
#ifndef TRUEUP_CMD_HISTORY_H
#define TRUEUP_CMD_HISTORY_H

#include "reconciler/core/name.h"

#include <stdbool.h>

struct cmd_context;
struct cmd_session;

struct history_question {
	const char *account; /* NULL: of ref */
	struct object_ref ref;
	bool json;
};

/*
 * history_answer(context, session, question): print the transitions that the
 * session's view has. CMD_OK, CMD_NONE or CMD_ERROR.
 */
int history_answer(struct cmd_context *context, struct cmd_session *s,
    const struct history_question *q);

#endif
