/*
 * What `work` does about `deliver`: starts it as a process of its own, starts
 * it anew when it dies, and ends it. It hangs on our end of a socket that is
 * its standard input: when we are killed, it finishes and leaves.
 */
#ifndef TRUEUP_CMD_KEEPER_H
#define TRUEUP_CMD_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

struct cmd_context;
struct err_text;
struct keeper;
struct settings;

/*
 * keeper_start(context, settings, out, err): a thread that sees to it; *out is
 * NULL when nothing is to be delivered. context is borrowed until the end.
 */
int keeper_start(const struct cmd_context *context,
    const struct settings *settings, struct keeper **out, struct err_text *err);

/*
 * keeper_end(keeper, until): let it finish what it can do now, until then
 * (monotonic; 0: however long that takes) or until a stop is requested; then
 * end it. false: it could not do its work. NULL-safe.
 */
bool keeper_end(struct keeper *keeper, int64_t until_ms);

#endif
