/*
 * Waiting until the record is at least as fresh as the call: for `account
 * --refresh` and `refresh`. A worker that runs is told; where none does and the
 * keys can be read, this process is the worker for as long as it takes.
 */
#ifndef TRUEUP_CMD_FRESH_H
#define TRUEUP_CMD_FRESH_H

#include "reconciler/base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct cmd_context;
struct cmd_session;

enum { FRESH_TIMEOUT_MS = 5000 /* unless --timeout says otherwise */ };

struct fresh {
	bool has_keys;	     /* this process could be the worker */
	struct err_text why; /* if not */
};

/*
 * fresh_open(context, session, out): as cmd_open, with the API keys if they can
 * be read. 0 or negative, which was said on stderr; cmd_close afterwards.
 */
int fresh_open(const struct cmd_context *context, struct cmd_session *session,
    struct fresh *out);

struct barrier;

/*
 * fresh_wait(context, session, fresh, barrier): until the barrier is reached or
 * its time is over; what is in its way is said on stderr, a line each. Then the
 * session has a view of what is on record, and its now is now. 0, or negative,
 * which was said: there is no such view.
 */
int fresh_wait(const struct cmd_context *context, struct cmd_session *session,
    const struct fresh *fresh, struct barrier *barrier);

#endif
