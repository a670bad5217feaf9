/* history: the transitions of an object, or of all that an account has. */
#include <stdio.h>

#include "reconciler/base/buf.h"
#include "reconciler/core/history.h"

#include "reconciler/io/print.h"
#include "reconciler/io/query.h"
#include "reconciler/io/timeline_rows.h"
#include "reconciler/io/timeline_text.h"
#include "reconciler/io/wire.h"

#include "reconciler/cmd/history.h"

#include "reconciler/cmd/cmd.h"

static int print_json(const struct history_line *lines, size_t n)
{
	struct buf line;
	int rc = 0;

	buf_init(&line, SIZE_MAX);
	for (size_t i = 0; i < n && rc == 0; i++) {
		wire_history_line(&lines[i], &line);
		rc = print_line(&line);
	}
	return rc;
}

/* What a reader has to know beside the status, in one short column. */
static const char *notes(struct cmd_session *s, const struct transition *t)
{
	return arena_printf(&s->arena, "%s%s%s%s%s%s",
	    t->collapsed ? "collapsed " : "",
	    t->retracted_at_ms != 0 ? "retracted " : "",
	    t->source == SOURCE_OBSERVED ? "observed " : "",
	    t->reason_code == NULL ? "" : t->reason_code,
	    t->reason_code == NULL ? "" : " ",
	    t->reason == NULL ? "" : t->reason);
}

static void print_table(struct cmd_session *s, const struct history_line *lines,
    size_t n, bool with_object)
{
	static const char *const with[] = {"OBJECT", "AT", "FROM", "STATUS",
	    "STATE", "ATTEMPT", "CAUSE", "NOTES", NULL};
	struct print_table table;
	size_t skip = with_object ? 0 : 1;

	print_table_init(&table, &s->arena, with + skip);
	for (size_t i = 0; i < n; i++) {
		const struct object_ref *o = &lines[i].object;
		const struct transition *t = lines[i].entry;
		const char *cells[] = {arena_printf(&s->arena, "%s/%s/%s",
					   o->provider, o->kind, o->id),
		    print_time(&s->arena, t->at_ms), t->from, t->status,
		    state_name(t->state),
		    t->attempt == 0 ? NULL
				    : arena_printf(&s->arena, "%lld",
					  (long long)t->attempt),
		    cause_name(t->cause), notes(s, t)};

		print_table_row(&table, cells + skip);
	}
	print_table_out(&table, stdout);
}

/* The same as a picture. */
static int print_timeline(struct cmd_session *s,
    const struct account_question *whose, const struct history_lines *lines,
    struct err_text *err)
{
	struct account_answer answer;
	const struct timeline_rows drawn = {.settings = s->settings,
	    .answer = &answer,
	    .lines = lines,
	    .now_ms = s->now_ms};
	struct timeline_text text;
	struct timeline timeline;
	int rc =
	    query_account(s->view, s->settings, whose, &s->arena, &answer, err);

	if (rc == 0)
		rc = timeline_rows_make(
		    s->view, &drawn, &s->arena, &timeline, err);
	if (rc != 0)
		return rc;
	timeline_text_of(stdout, &text);
	timeline_text_print(&timeline, &text, stdout);
	putchar('\n');
	return 0;
}

int history_answer(struct cmd_context *context, struct cmd_session *s,
    const struct history_question *q)
{
	struct account_question whose = {
	    .account = q->account, .now_ms = s->now_ms};
	struct history_lines found = {.lines = NULL};
	struct err_text err;
	int rc = q->account != NULL
		     ? query_account_history(s->view, s->settings, &whose,
			   &s->arena, &found, &err)
		     : query_history(s->view, &q->ref, &s->arena, &found, &err);

	if (rc != 0)
		return cmd_fail(context, &err);
	if (found.n == 0)
		return CMD_NONE;
	if (!q->json && q->account != NULL)
		rc = print_timeline(s, &whose, &found, &err);
	if (rc != 0)
		return cmd_fail(context, &err);
	if (!q->json)
		print_table(s, found.lines, found.n, q->account != NULL);
	else if (print_json(found.lines, found.n) != 0)
		return cmd_say_fail(context, "the answer could not be written");
	return CMD_OK;
}

int cmd_history(struct cmd_context *context)
{
	struct history_question q = {.account = NULL};
	const struct cmd_option options[] = {
	    {"account", CMD_TEXT, &q.account, NULL},
	    {"json", CMD_FLAG, &q.json, NULL},
	};
	struct cmd_session session;
	int status = CMD_ERROR;

	if (!cmd_parse(context, options, 2, 0, 3))
		return CMD_ERROR;
	if ((q.account == NULL) != (context->n_args == 3))
		return cmd_say_fail(
		    context, "give PROVIDER KIND ID, or --account REF");
	if (q.account == NULL) {
		q.ref.provider = context->args[0];
		q.ref.kind = context->args[1];
		q.ref.id = context->args[2];
		if (!name_ref_is_valid(&q.ref))
			return cmd_say_fail(
			    context, "PROVIDER KIND ID is not of their form");
	}
	if (cmd_open_reader(context, &session) == 0)
		status = history_answer(context, &session, &q);
	cmd_close(&session);
	return status;
}
