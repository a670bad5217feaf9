/*
 * An object that a person names on the command line, checked against what is
 * configured before anything is stored.
 */
#ifndef TRUEUP_CMD_ENQUEUE_H
#define TRUEUP_CMD_ENQUEUE_H

#include "reconciler/core/name.h"

struct arena;
struct cmd_session;
struct err_text;

/* What is asked for. */
struct wish {
	struct object_ref ref;
	struct object_ref parent; /* kind and id; NULL: none is given */
};

/*
 * enqueue_take_parent(arena, text, wish, err): the parent, given as KIND/ID. 0,
 * ERR_BAD or ERR_FAIL.
 */
int enqueue_take_parent(struct arena *arena, const char *text,
    struct wish *wish, struct err_text *err);

/*
 * enqueue_check(session, wish, err): 0, or ERR_BAD: the provider is not
 * configured, has no such kind, an id is not of its form, or it cannot be asked
 * for without a parent that nobody knows.
 */
int enqueue_check(
    struct cmd_session *session, const struct wish *wish, struct err_text *err);

#endif
