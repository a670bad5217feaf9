#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

enum {
	OPTIONS_MAX = 12,
	SESSION_ARENA_MAX = 1024 * 1024 * 1024,
	LINE_MAX_BYTES = 4096,
	FIELDS_MAX = 4
};

static const struct cmd commands[] = {
    {"run", "", "receive, work and serve, supervised", cmd_run},
    {"receive", "", "listen for notifications", cmd_receive},
    {"work", "[--follow] [--max-time TIME]",
	"look at everything that is due, then exit", cmd_work},
    {"deliver", "[--follow | --until-eof] [--max-time TIME]",
	"hand changes on, as `work` has it done", cmd_deliver},
    {"serve", "", "answer questions over HTTP", cmd_serve},
    {"enqueue", "PROVIDER KIND ID [--parent KIND/ID] | -", "as if notified",
	cmd_enqueue},
    {"refresh", "PROVIDER KIND ID [--timeout TIME] [--parent KIND/ID] [--json]",
	"fetch it now, then its history", cmd_refresh},
    {"account",
	"REF [--product P] [--label L] [--at TIME] [--known-at TIME] "
	"[--explain] [--json] [--refresh [--timeout TIME]]",
	"is this account entitled?", cmd_account},
    {"history", "PROVIDER KIND ID | --account REF [--json]",
	"transitions, oldest first", cmd_history},
    {"changes", "[--since SEQ] [--follow]",
	"edges in accounts' entitlement, JSON lines", cmd_changes},
    {"queue",
	"[list|show|retry|drop] [PROVIDER [KIND [ID]]] [--state STATE] "
	"[--dry-run] [--json]",
	"what waits to be looked at", cmd_queue},
    {"sync", "[PROVIDER] [--discover [--restart]] [--wait]",
	"look at all that is known again, or find what is not", cmd_sync},
    {"verify", "[PROVIDER] [--sample N] [--json]",
	"compare the record with the providers, write nothing", cmd_verify},
    {"link", "PROVIDER/CUSTOMER REF | -",
	"bind a provider's customer to your account", cmd_link},
    {"unlink", "PROVIDER/CUSTOMER | -", "take a link back", cmd_unlink},
    {"stats", "[--json]", "queue, lag, provider health, repairs", cmd_stats},
    {"check-config", "[--objects N]", "validate the configuration and show it",
	cmd_check_config},
    {"version", "", "print the version", cmd_version},
};

const struct cmd *cmd_at(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? &commands[i] : NULL;
}

const struct cmd *cmd_find(const char *name)
{
	for (size_t i = 0; cmd_at(i) != NULL; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* ---- complaints --------------------------------------------------------- */

int cmd_fail(const struct cmd_context *context, const struct err_text *err)
{
	fprintf(stderr, "trueup %s: %s\n", context->cmd->name, err->text);
	return CMD_ERROR;
}

int cmd_say_fail(const struct cmd_context *context, const char *format, ...)
{
	struct err_text err;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(err.text, sizeof(err.text), format, args);
	va_end(args);
	return cmd_fail(context, &err);
}

static bool complain(
    const struct cmd_context *context, const char *what, const char *which)
{
	fprintf(stderr, "trueup %s: %s%s\nusage: trueup %s %s\n",
	    context->cmd->name, what, which, context->cmd->name,
	    context->cmd->synopsis);
	return false;
}

/* ---- options ------------------------------------------------------------ */

static bool take_value(const struct cmd_option *option, const char *text)
{
	int rc = 0;

	switch (option->type) {
	case CMD_FLAG:
		*(bool *)option->value = true;
		break;
	case CMD_TEXT:
		*(const char **)option->value = text;
		break;
	case CMD_TIME:
		rc = clock_parse_loose(text, option->value);
		break;
	case CMD_DURATION:
		rc = clock_parse_duration(text, option->value);
		break;
	case CMD_NUMBER:
		rc = text_int(text, 0, INT64_MAX, option->value);
		break;
	}
	if (rc == 0 && option->given != NULL)
		*option->given = true;
	return rc == 0;
}

static void fill_long_options(
    const struct cmd_option *options, size_t n, struct option *out)
{
	memset(out, 0, (OPTIONS_MAX + 1) * sizeof(*out));
	for (size_t i = 0; i < n && i < OPTIONS_MAX; i++) {
		out[i].name = options[i].name;
		out[i].has_arg = options[i].type == CMD_FLAG
				     ? no_argument
				     : required_argument;
	}
}

bool cmd_parse(struct cmd_context *context, const struct cmd_option *options,
    size_t n, size_t min_args, size_t max_args)
{
	struct option longs[OPTIONS_MAX + 1];
	int at = 0;
	int c;

	fill_long_options(options, n, longs);
	optind = 0; /* begin anew: main has parsed its own */
	opterr = 0;
	while ((c = getopt_long(
		    context->argc, context->argv, "", longs, &at)) != -1) {
		if (c != 0)
			return complain(context,
			    "no such option, or its "
			    "value is missing: ",
			    context->argv[optind - 1]);
		if (!take_value(&options[at], optarg))
			return complain(context, "not understood: ", optarg);
	}
	context->args = context->argv + optind;
	context->n_args = (size_t)(context->argc - optind);
	if (context->n_args < min_args)
		return complain(context, "something is missing", "");
	if (context->n_args > max_args)
		return complain(context, "too much: ", context->args[max_args]);
	return true;
}

/* ---- sessions ----------------------------------------------------------- */

int cmd_open_settings(const struct cmd_context *context, unsigned int secrets,
    struct cmd_session *out)
{
	struct err_text err;
	int rc;

	memset(out, 0, sizeof(*out));
	arena_init(&out->arena, SESSION_ARENA_MAX);
	out->now_ms = clock_wall_ms();
	rc = settings_load(context->config_path, secrets, &out->loaded, &err);
	if (rc != 0) {
		cmd_fail(context, &err);
		return rc;
	}
	out->settings = settings_of(out->loaded);
	return 0;
}

static int open_store(
    const struct cmd_context *context, bool read_only, struct cmd_session *out)
{
	const struct settings *s = out->settings;
	struct store_options options = {
	    .path = s->store.path,
	    .map_bytes = s->store.map_bytes,
	    .reserve_bytes = s->store.reserve_bytes,
	    .high_water = s->store.high_water,
	    .read_only = read_only,
	};
	struct err_text err;
	int rc = store_open(&options, &out->store, &err);

	if (rc == 0 && read_only)
		rc = store_view_open(out->store, &out->view, &err);
	if (rc != 0)
		cmd_fail(context, &err);
	return rc;
}

int cmd_open(const struct cmd_context *context, unsigned int secrets,
    struct cmd_session *out)
{
	int rc = cmd_open_settings(context, secrets, out);

	return rc != 0 ? rc : open_store(context, false, out);
}

int cmd_open_reader(const struct cmd_context *context, struct cmd_session *out)
{
	int rc = cmd_open_settings(context, SETTINGS_NO_SECRETS, out);

	return rc != 0 ? rc : open_store(context, true, out);
}

int cmd_open_asker(const struct cmd_context *context, struct cmd_session *out)
{
	int rc = cmd_open_settings(context, SETTINGS_API_KEYS, out);

	return rc != 0 ? rc : open_store(context, true, out);
}

void cmd_close(struct cmd_session *session)
{
	store_view_close(session->view);
	store_close(session->store);
	arena_fini(&session->arena);
	settings_unload(session->loaded);
}

/* ---- lines of standard input -------------------------------------------- */

static size_t split(char *line, char **fields)
{
	size_t n = 0;

	while (n < FIELDS_MAX + 1) {
		line += strspn(line, " \t\r\n");
		if (*line == '\0')
			break;
		if (n == FIELDS_MAX)
			return n + 1;
		fields[n++] = line;
		line += strcspn(line, " \t\r\n");
		if (*line != '\0')
			*line++ = '\0';
	}
	return n;
}

/* A line that did not fit is taken whole, to be refused as one. */
static bool read_line(char *line, bool *too_long)
{
	int c;

	if (fgets(line, LINE_MAX_BYTES, stdin) == NULL)
		return false;
	*too_long = strchr(line, '\n') == NULL && !feof(stdin);
	if (*too_long) {
		do
			c = getchar();
		while (c != '\n' && c != EOF);
	}
	return true;
}

int cmd_split_lines(const struct cmd_context *context,
    int (*take)(void *cookie, char **fields, size_t n, struct err_text *err),
    void *cookie)
{
	char line[LINE_MAX_BYTES];
	char *fields[FIELDS_MAX + 1];
	struct err_text err;
	bool too_long;
	int status = CMD_OK;

	for (size_t number = 1; read_line(line, &too_long); number++) {
		size_t n = split(line, fields);
		int rc = 0;

		if (too_long)
			rc = err_set(&err, ERR_BAD, "the line is too long");
		else if (n > 0 && fields[0][0] != '#')
			rc = take(cookie, fields, n, &err);
		if (rc != 0)
			status = cmd_say_fail(context, "standard input:%zu: %s",
			    number, err.text);
	}
	return status;
}
