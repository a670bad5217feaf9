/* The same binary as another process: nothing is shared but the file. */
#ifndef TRUEUP_CMD_CHILD_H
#define TRUEUP_CMD_CHILD_H

#include <stddef.h>

struct cmd_context;

enum { CHILD_ARGS_MAX = 12 };

/*
 * child_args(context, args, out): the command line of a command (args, ends
 * with a NULL) with the log level and the configuration of this process.
 */
void child_args(const struct cmd_context *context, const char *const *args,
    const char *out[CHILD_ARGS_MAX]);
/* child_become(argv): after fork; never returns. */
void child_become(const char *const *argv);

#endif
