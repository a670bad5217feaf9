/* queue: jobs, and what a person may do about them. */
#include <stdio.h>
#include <string.h>

#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/print.h"
#include "reconciler/io/reasons.h"
#include "reconciler/io/wire.h"

#include "reconciler/cmd/settings.h"
#include "reconciler/cmd/trouble.h"

#include "reconciler/cmd/cmd.h"

struct queue_question {
	struct job_filter filter;
	const char *state;
	bool dry_run;
	bool json;
};

/* Where visited jobs go: lines of JSON at once, rows of a table at the end. */
struct job_sink {
	struct print_table table;
	struct reasons parked;
	struct arena *arena;
	bool json;
};

static int print_job_line(const struct job *job)
{
	struct buf line;

	buf_init(&line, SIZE_MAX);
	wire_job(job, &line);
	return print_line(&line);
}

static int show_job(void *cookie, const struct job *job)
{
	struct job_sink *sink = cookie;
	struct arena *a = sink->arena;

	if (job->state == JOB_PARKED)
		reasons_add(&sink->parked, a, job);
	if (!sink->json) {
		const char *cells[] = {arena_text(a, job->ref.provider),
		    arena_text(a, job->ref.kind), arena_text(a, job->ref.id),
		    job->claimed ? "in flight" : job_state_name(job->state),
		    print_time(a, job->due_ms),
		    arena_printf(a, "%u", job->attempts),
		    arena_printf(a, "%llu", (unsigned long long)job->notices),
		    print_time(a, job->first_notified_ms),
		    cause_name(job->cause), arena_text(a, job->last_error)};

		return print_table_row(&sink->table, cells);
	}
	return print_job_line(job);
}

/* Many parked ones have few reasons: these come last, where they are seen. */
static void print_list(struct job_sink *sink)
{
	print_table_out(&sink->table, stdout);
	reasons_print(&sink->parked, sink->arena);
}

static int list(struct cmd_context *context, const struct queue_question *q)
{
	static const char *const headers[] = {"PROVIDER", "KIND", "ID", "STATE",
	    "DUE", "ATTEMPTS", "NOTICES", "FIRST NOTIFIED", "CAUSE",
	    "LAST ERROR", NULL};
	struct job_sink sink = {.json = q->json};
	struct cmd_session s;
	struct err_text err = {.text = "the answer could not be written"};
	int rc = cmd_open_reader(context, &s);

	if (rc == 0) {
		sink.arena = &s.arena;
		print_table_init(&sink.table, &s.arena, headers);
		rc = store_view_jobs(
		    s.view, &q->filter, s.now_ms, show_job, &sink, &err);
		if (rc == 0)
			rc = store_view_deliveries(s.view, &q->filter, s.now_ms,
			    show_job, &sink, &err);
		if (rc != 0)
			cmd_fail(context, &err);
		else if (!q->json) {
			print_list(&sink);
			rc = trouble_print_all(context, &s, &q->filter);
		}
	}
	cmd_close(&s);
	return rc == 0 ? CMD_OK : CMD_ERROR;
}

/* ---- show --------------------------------------------------------------- */

static void print_job(struct cmd_session *s, const struct job *job)
{
	struct arena *a = &s->arena;

	print_field(stdout, "job",
	    job->claimed ? "in flight" : job_state_name(job->state));
	print_field(stdout, "due", print_time(a, job->due_ms));
	print_field(stdout, "cause", cause_name(job->cause));
	print_field(stdout, "notices",
	    arena_printf(a, "%llu", (unsigned long long)job->notices));
	print_field(
	    stdout, "first notified", print_time(a, job->first_notified_ms));
	print_field(
	    stdout, "last notified", print_time(a, job->last_notified_ms));
	print_field(stdout, "attempts", arena_printf(a, "%u", job->attempts));
	print_field(stdout, "ladder", arena_printf(a, "%u", job->rung));
	print_field(
	    stdout, "missing since", print_time(a, job->missing_since_ms));
	print_field(stdout, "last http",
	    job->http_status == 0 ? NULL
				  : arena_printf(a, "%d", job->http_status));
	print_field(stdout, "last tried", print_time(a, job->tried_ms));
	print_field(stdout, "last error", job->last_error);
	print_field(stdout, "last answer", job->excerpt);
}

static void print_object(struct cmd_session *s, const struct object *o)
{
	struct arena *a = &s->arena;

	print_field(stdout, "status", o->status);
	print_field(stdout, "state", state_name(o->state));
	print_field(stdout, "account", o->account);
	print_field(stdout, "customer", o->customer);
	print_field(stdout, "parent", o->parent_id);
	print_field(stdout, "verified", print_time(a, o->verified_at_ms));
	print_field(stdout, "changed", print_time(a, o->changed_at_ms));
	print_field(
	    stdout, "missing since", print_time(a, o->missing_since_ms));
	print_field(stdout, "next check", print_time(a, o->next_check_ms));
	print_field(stdout, "tier", schedule_tier_name(o->tier));
}

static int print_object_line(const struct object *object)
{
	struct buf line;

	buf_init(&line, SIZE_MAX);
	wire_object(object, &line);
	return print_line(&line);
}

static int show_one(struct cmd_context *context, struct cmd_session *s,
    const struct queue_question *q)
{
	struct object_ref ref = {
	    q->filter.provider, q->filter.kind, q->filter.id};
	struct job job;
	struct object object;
	struct err_text err;
	int has_job =
	    store_view_job(s->view, &ref, s->now_ms, &s->arena, &job, &err);
	int has_object =
	    store_view_object(s->view, &ref, &s->arena, &object, &err);

	if (has_job == ERR_ABSENT && has_object == ERR_ABSENT)
		return cmd_say_fail(context,
		    "nothing is known of %s %s %s; enqueue it to look",
		    ref.provider, ref.kind, ref.id);
	if ((has_job != 0 && has_job != ERR_ABSENT) ||
	    (has_object != 0 && has_object != ERR_ABSENT))
		return cmd_fail(context, &err);
	if (q->json)
		return (has_job == 0 && print_job_line(&job) != 0) ||
			       (has_object == 0 &&
				   print_object_line(&object) != 0)
			   ? CMD_ERROR
			   : CMD_OK;
	if (has_job == 0)
		print_job(s, &job);
	else
		print_field(stdout, "job", "none: nothing waits");
	if (has_object == 0)
		print_object(s, &object);
	return trouble_print_all(context, s, &q->filter) == 0 ? CMD_OK
							      : CMD_ERROR;
}

/* One that is to be handed on, and the change itself. */
struct delivery_sink {
	struct cmd_session *session;
	bool json;
	bool found;
};

static int show_delivery(void *cookie, const struct job *job)
{
	struct delivery_sink *sink = cookie;

	sink->found = true;
	if (sink->json)
		return print_job_line(job);
	print_job(sink->session, job);
	return 0;
}

static int show_change(
    struct cmd_session *s, const struct queue_question *q, struct err_text *err)
{
	enum delivery_target target = DELIVERY_COMMAND;
	struct change shown;
	int64_t seq = 0;
	struct buf line;
	int rc;

	if (strcmp(q->filter.kind, delivery_target_name(target)) != 0)
		target = DELIVERY_URL;
	rc = text_int(q->filter.id, 1, INT64_MAX, &seq);
	if (rc == 0)
		rc = store_view_delivery(
		    s->view, target, (uint64_t)seq, &s->arena, &shown, err);
	if (rc != 0)
		return rc;
	buf_init(&line, SIZE_MAX);
	wire_change(s->settings, &shown, &line);
	if (q->json)
		return print_line(&line);
	print_field(stdout, "change", buf_text(&line));
	buf_fini(&line);
	return 0;
}

static int show_one_delivery(struct cmd_context *context, struct cmd_session *s,
    const struct queue_question *q)
{
	struct delivery_sink sink = {.session = s, .json = q->json};
	struct err_text err = {.text = "the answer could not be written"};
	int rc = store_view_deliveries(
	    s->view, &q->filter, s->now_ms, show_delivery, &sink, &err);

	if (rc == 0 && !sink.found)
		return cmd_say_fail(context, "no delivery of %s %s waits",
		    q->filter.kind, q->filter.id);
	if (rc == 0)
		rc = show_change(s, q, &err);
	return rc == 0 ? CMD_OK : cmd_fail(context, &err);
}

static int show(struct cmd_context *context, const struct queue_question *q)
{
	struct cmd_session s;
	int status = CMD_ERROR;

	if (q->filter.id == NULL)
		return cmd_say_fail(context, "show needs PROVIDER KIND ID");
	if (cmd_open_reader(context, &s) == 0)
		status = strcmp(q->filter.provider, DELIVERY_PROVIDER) == 0
			     ? show_one_delivery(context, &s, q)
			     : show_one(context, &s, q);
	cmd_close(&s);
	return status;
}

/* ---- retry and drop ----------------------------------------------------- */

/* What is done to jobs, and the same to deliveries. */
struct queue_verb {
	const char *done;
	int (*jobs)(struct store *store, const struct job_filter *filter,
	    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err);
	int (*deliveries)(struct store *store, const struct job_filter *filter,
	    bool dry_run, int64_t now_ms, size_t *n, struct err_text *err);
	bool lifts; /* what keeps a provider that is meant as a whole waiting */
};

static const struct queue_verb retry_verb = {
    "retried", store_jobs_retry, store_deliveries_retry, true};
static const struct queue_verb drop_verb = {
    "dropped", store_jobs_drop, store_deliveries_drop, false};

/* Who retries all of a provider wants it asked, whatever its health says. */
static int lift(struct cmd_session *s, const struct queue_question *q,
    const struct queue_verb *verb, struct err_text *err)
{
	const char *name = q->filter.provider;
	struct health was;
	int rc;

	if (!verb->lifts || q->dry_run || q->state != NULL || name == NULL ||
	    q->filter.kind != NULL ||
	    settings_provider(s->settings, name) == NULL)
		return 0;
	rc = store_lift(s->store, name, s->now_ms, &was, err);
	if (rc == 0 && was.state != HEALTH_OK)
		printf("%s was %s: it is asked again at once\n", name,
		    health_name(was.state));
	return rc;
}

static int change(struct cmd_context *context, const struct queue_question *q,
    const struct queue_verb *verb)
{
	struct cmd_session s;
	struct err_text err;
	size_t n = 0, more = 0;
	int rc = cmd_open(context, SETTINGS_NO_SECRETS, &s);

	if (rc == 0) {
		rc = verb->jobs(
		    s.store, &q->filter, q->dry_run, s.now_ms, &n, &err);
		if (rc == 0)
			rc = verb->deliveries(s.store, &q->filter, q->dry_run,
			    s.now_ms, &more, &err);
		if (rc == 0)
			rc = lift(&s, q, verb, &err);
		if (rc != 0)
			cmd_fail(context, &err);
		else
			printf("%zu %s%s\n", n + more,
			    q->dry_run ? "would be " : "", verb->done);
	}
	cmd_close(&s);
	return rc == 0 ? CMD_OK : CMD_ERROR;
}

static int parse_state(const char *word, int *out)
{
	*out = -1;
	if (word == NULL)
		return 0;
	for (int i = 0; i < JOB_STATE_COUNT; i++) {
		if (strcmp(word, job_state_name((enum job_state)i)) == 0) {
			*out = i;
			return 0;
		}
	}
	return ERR_BAD;
}

static int act(struct cmd_context *context, const char *verb,
    const struct queue_question *q)
{
	if (strcmp(verb, "list") == 0)
		return list(context, q);
	if (strcmp(verb, "show") == 0)
		return show(context, q);
	if (strcmp(verb, "retry") == 0)
		return change(context, q, &retry_verb);
	/* A slip of the hand must not empty the queue. */
	if (q->filter.provider == NULL && q->filter.state == -1)
		return cmd_say_fail(context,
		    "drop needs PROVIDER [KIND [ID]] or --state STATE");
	return change(context, q, &drop_verb);
}

static bool is_verb(const char *word)
{
	return strcmp(word, "list") == 0 || strcmp(word, "show") == 0 ||
	       strcmp(word, "retry") == 0 || strcmp(word, "drop") == 0;
}

int cmd_queue(struct cmd_context *context)
{
	struct queue_question q = {.state = NULL};
	const struct cmd_option options[] = {
	    {"provider", CMD_TEXT, &q.filter.provider, NULL},
	    {"state", CMD_TEXT, &q.state, NULL},
	    {"dry-run", CMD_FLAG, &q.dry_run, NULL},
	    {"json", CMD_FLAG, &q.json, NULL},
	};
	const char *verb = "list";
	char **args;
	size_t n;

	if (!cmd_parse(context, options, 4, 0, 4))
		return CMD_ERROR;
	args = context->args;
	n = context->n_args;
	if (n > 0 && is_verb(args[0])) {
		verb = args[0];
		args++;
		n--;
	}
	if (n > 3)
		return cmd_say_fail(context, "no such verb: %s", args[0]);
	if (parse_state(q.state, &q.filter.state) != 0)
		return cmd_say_fail(context,
		    "--state is due, waiting or parked, got \"%s\"", q.state);
	if (n > 0)
		q.filter.provider = args[0];
	q.filter.kind = n > 1 ? args[1] : NULL;
	q.filter.id = n > 2 ? args[2] : NULL;
	return act(context, verb, &q);
}
