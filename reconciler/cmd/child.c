#include <unistd.h>

#include "reconciler/cmd/cmd.h"

#include "reconciler/cmd/child.h"

enum { OWN_ARGS = 4 /* the name, the level, -c FILE */ };

void child_args(const struct cmd_context *context, const char *const *args,
    const char *out[CHILD_ARGS_MAX])
{
	size_t n = 0;

	out[n++] = "trueup";
	if (context->log.level == LOG_DEBUG)
		out[n++] = "-v";
	else if (context->log.level == LOG_WARN)
		out[n++] = "-q";
	if (context->config_path != NULL) {
		out[n++] = "-c";
		out[n++] = context->config_path;
	}
	for (size_t i = 0; args[i] != NULL && i + OWN_ARGS + 1 < CHILD_ARGS_MAX;
	     i++)
		out[n++] = args[i];
	out[n] = NULL;
}

void child_become(const char *const *argv)
{
	/* execv takes what it never changes as char *. */
	execv("/proc/self/exe", (char *const *)(const void *)argv);
	_exit(127);
}
