/*
 * A command: how main finds it, and what commands share. Exit statuses are an
 * interface; they are listed in trueup(1).
 */
#ifndef TRUEUP_CMD_CMD_H
#define TRUEUP_CMD_CMD_H

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loaded_settings;
struct settings;
struct store;
struct store_view;

enum {
	CMD_OK = 0,
	CMD_ERROR = 1,
	CMD_NO = 2,	   /* account: not entitled */
	CMD_ATTENTION = 2, /* work: something needs a person */
	CMD_UNKNOWN = 3,   /* account: no answer */
	CMD_NONE = 3	   /* history: nothing there */
};

struct cmd_context {
	const char *config_path; /* -c, or NULL */
	const struct cmd *cmd;
	struct log log;
	int argc; /* of the command: argv[0] is its name */
	char **argv;
	char **args; /* after cmd_parse: what is not an option */
	size_t n_args;
};

struct cmd {
	const char *name;
	const char *synopsis; /* behind the name */
	const char *summary;
	int (*run)(struct cmd_context *context);
};

/* cmd_find(name), cmd_at(i): the table of commands; NULL: no such. */
const struct cmd *cmd_find(const char *name);
const struct cmd *cmd_at(size_t i);

enum cmd_option_type {
	CMD_FLAG,     /* bool */
	CMD_TEXT,     /* const char * */
	CMD_TIME,     /* int64_t ms */
	CMD_DURATION, /* int64_t ms */
	CMD_NUMBER    /* int64_t, not negative */
};

struct cmd_option {
	const char *name; /* without the dashes */
	enum cmd_option_type type;
	void *value;
	bool *given; /* or NULL */
};

/*
 * cmd_parse(context, options, n, min_args, max_args): options anywhere, "--"
 * ends them. true: values and context->args are set. false: the complaint and
 * the synopsis went to stderr; the command returns CMD_ERROR.
 */
bool cmd_parse(struct cmd_context *context, const struct cmd_option *options,
    size_t n, size_t min_args, size_t max_args);

/* cmd_fail(context, err): one line on stderr; CMD_ERROR. */
int cmd_fail(const struct cmd_context *context, const struct err_text *err);
/* cmd_say_fail(context, format, ...): the same from a format. */
int cmd_say_fail(const struct cmd_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Settings and store of a command, and one snapshot for readers. */
struct cmd_session {
	struct loaded_settings *loaded;
	const struct settings *settings;
	struct store *store;
	struct store_view *view;
	struct arena arena;
	int64_t now_ms;
};

/*
 * cmd_open(context, secrets, out): settings and the store for writing.
 * cmd_open_reader(context, out): the store for reading, and a view of it.
 * cmd_open_asker(context, out): the same for a command that asks the providers.
 * cmd_open_settings: settings only. All say what is wrong on stderr; 0 or
 * negative; cmd_close after any of them.
 */
int cmd_open_settings(const struct cmd_context *context, unsigned int secrets,
    struct cmd_session *out);
int cmd_open(const struct cmd_context *context, unsigned int secrets,
    struct cmd_session *out);
int cmd_open_reader(const struct cmd_context *context, struct cmd_session *out);
int cmd_open_asker(const struct cmd_context *context, struct cmd_session *out);
void cmd_close(struct cmd_session *session);

/*
 * cmd_split_lines(context, take, cookie): standard input, one item a line,
 * fields (at most 4) separated by blanks, '#' lines and empty ones skipped. A
 * line that take refuses is reported with its number and the rest goes on.
 * CMD_OK, or CMD_ERROR if any was bad.
 */
int cmd_split_lines(const struct cmd_context *context,
    int (*take)(void *cookie, char **fields, size_t n, struct err_text *err),
    void *cookie);

/* The commands. */
int cmd_account(struct cmd_context *context);
int cmd_changes(struct cmd_context *context);
int cmd_check_config(struct cmd_context *context);
int cmd_deliver(struct cmd_context *context);
int cmd_enqueue(struct cmd_context *context);
int cmd_history(struct cmd_context *context);
int cmd_link(struct cmd_context *context);
int cmd_queue(struct cmd_context *context);
int cmd_receive(struct cmd_context *context);
int cmd_refresh(struct cmd_context *context);
int cmd_run(struct cmd_context *context);
int cmd_serve(struct cmd_context *context);
int cmd_stats(struct cmd_context *context);
int cmd_sync(struct cmd_context *context);
int cmd_unlink(struct cmd_context *context);
int cmd_verify(struct cmd_context *context);
int cmd_version(struct cmd_context *context);
int cmd_work(struct cmd_context *context);

#endif
