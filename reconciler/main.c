/* trueup: picks the command, nothing else. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "reconciler/cmd/cmd.h"

static void usage(FILE *out)
{
	fputs("usage: trueup [-qv] [-c FILE] COMMAND ...\n\ncommands:\n", out);
	for (size_t i = 0; cmd_at(i) != NULL; i++)
		fprintf(
		    out, "  %-13s %s\n", cmd_at(i)->name, cmd_at(i)->summary);
	fputs("\nThe configuration is -c FILE, else $TRUEUP_CONFIG, else\n"
	      "/etc/trueup/trueup.conf. See trueup(1).\n",
	    out);
}

/* Options before the command; the index of the command, or negative. */
static int parse(int argc, char **argv, struct cmd_context *context)
{
	int c;

	while ((c = getopt(argc, argv, "+c:hqv")) != -1) {
		switch (c) {
		case 'c':
			context->config_path = optarg;
			break;
		case 'q':
			context->log.level = LOG_WARN;
			break;
		case 'v':
			context->log.level = LOG_DEBUG;
			break;
		case 'h':
			usage(stdout);
			return -1;
		default:
			usage(stderr);
			return -2;
		}
	}
	return optind;
}

int main(int argc, char **argv)
{
	struct cmd_context context = {
	    .log = {.fd = STDERR_FILENO, .level = LOG_INFO}};
	int first = parse(argc, argv, &context);

	if (first < 0)
		return first == -1 ? CMD_OK : CMD_ERROR;
	if (first == argc) {
		usage(stderr);
		return CMD_ERROR;
	}
	if (strcmp(argv[first], "help") == 0) {
		usage(stdout);
		return CMD_OK;
	}
	context.cmd = cmd_find(argv[first]);
	context.argc = argc - first;
	context.argv = argv + first;
	if (context.cmd == NULL) {
		fprintf(stderr,
		    "trueup: no such command: %s; `trueup help` lists them\n",
		    argv[first]);
		return CMD_ERROR;
	}
	return context.cmd->run(&context);
}
