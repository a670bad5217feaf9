/* Can every object be read again in time? For `check-config`. */
#ifndef TRUEUP_CMD_PLAN_H
#define TRUEUP_CMD_PLAN_H

#include <stdint.h>

struct cmd_context;
struct cmd_session;
struct provider_settings;

/*
 * plan_open(session): the store for reading, if it is there and may be read;
 * else nothing is said, and only what --objects asks for can be planned.
 */
void plan_open(struct cmd_session *session);

/*
 * plan_show(context, session, provider, objects): print what reading so many
 * objects within resync takes, and what the provider's rate leaves for it; a
 * warning in the log where that is too little. objects 0: those on record.
 */
void plan_show(const struct cmd_context *context, struct cmd_session *session,
    const struct provider_settings *provider, uint64_t objects);

#endif
