/* How far a sync is, told until there is nothing left to do. */
#ifndef TRUEUP_CMD_SYNC_WATCH_H
#define TRUEUP_CMD_SYNC_WATCH_H

#include <stdbool.h>

struct cmd_session;
struct err_text;

struct sync_watch {
	const char *provider; /* whose lists are told of; NULL: each one's */
	bool lists;
};

/*
 * sync_watch(session, watch, err): on standard output, on a terminal each
 * second, else each minute; returns when no job is due or waits and the inbox
 * is empty, or the process is to stop. 0, or the store's error.
 */
int sync_watch(struct cmd_session *session, const struct sync_watch *watch,
    struct err_text *err);

#endif
