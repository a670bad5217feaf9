/* work: look at everything that is due; from cron, or as a service. */
#include "cache/store.h"

#include "reconciler/base/clock.h"
#include "reconciler/base/stop.h"

#include "reconciler/io/deliver.h"
#include "reconciler/io/worker.h"

#include "reconciler/cmd/keeper.h"
#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

static void tell_end(
    const struct cmd_context *context, const struct worker_report *r)
{
	struct log_pair pairs[] = {
	    log_number("fetches", (int64_t)r->fetches),
	    log_number("settled", (int64_t)r->settled),
	    log_number("news", (int64_t)r->news),
	    log_number("changes", (int64_t)r->changes),
	    log_number("parked", (int64_t)r->parked),
	    log_number("barred", (int64_t)r->barred),
	};

	log_event(&context->log, LOG_INFO, "worked", pairs,
	    sizeof(pairs) / sizeof(pairs[0]));
}

static int status_of(const struct worker_report *r)
{
	bool attention = r->parked > 0 || r->barred > 0 || r->silent > 0;

	return attention ? CMD_ATTENTION : CMD_OK;
}

/* Reconciling. */
static int reconcile(struct cmd_context *context, struct cmd_session *session,
    const struct worker_options *options, bool *again)
{
	struct worker_report report = {.reload = false};
	struct err_text err;

	if (worker_run(session->settings, session->store, options,
		&context->log, &report, &err) != 0)
		return cmd_fail(context, &err);
	tell_end(context, &report);
	*again = report.reload && !stop_requested();
	return status_of(&report);
}

/* What `deliver` did, while and after that, has a say in the status. */
static int with_deliveries(struct cmd_context *context,
    struct cmd_session *session, bool well, int status)
{
	struct err_text err;
	uint64_t parked = 0;

	if (status != CMD_OK)
		return status;
	if (deliver_parked(session->settings, session->store, &parked, &err) !=
	    0)
		return cmd_fail(context, &err);
	return well && parked == 0 ? CMD_OK : CMD_ATTENTION;
}

/*
 * As the store's one worker. Changes are handed on by a process beside it, for
 * which nothing here waits before all is recorded.
 */
static int work_here(struct cmd_context *context, struct cmd_session *session,
    const struct worker_options *options, bool *again)
{
	int64_t began_ms = clock_mono_ms();
	int64_t until_ms =
	    options->max_time_ms > 0 ? began_ms + options->max_time_ms : 0;
	struct keeper *keeper = NULL;
	struct err_text err;
	bool well;
	int status;

	/* Before the first edge: none may fall between us and `deliver`. */
	if (deliver_begin(session->settings, session->store, &err) != 0 ||
	    keeper_start(context, session->settings, &keeper, &err) != 0)
		return cmd_fail(context, &err);
	status = reconcile(context, session, options, again);
	well = keeper_end(keeper, options->follow ? began_ms : until_ms);
	return with_deliveries(context, session, well, status);
}

static int work_if_alone(struct cmd_context *context,
    struct cmd_session *session, const struct worker_options *options,
    bool *again)
{
	struct err_text err;
	int rc = store_lock_worker(session->store, &err);

	if (rc == ERR_AGAIN) {
		log_event(
		    &context->log, LOG_INFO, "another_worker_runs", NULL, 0);
		return CMD_OK;
	}
	if (rc != 0)
		return cmd_fail(context, &err);
	return work_here(context, session, options, again);
}

/* One run on one reading of the settings. */
static int work_once(struct cmd_context *context,
    const struct worker_options *options, bool *again)
{
	struct cmd_session session;
	int status = CMD_ERROR;

	*again = false;
	if (cmd_open(context, SETTINGS_API_KEYS, &session) == 0)
		status = work_if_alone(context, &session, options, again);
	cmd_close(&session);
	return status;
}

int cmd_work(struct cmd_context *context)
{
	struct worker_options options = {.follow = false};
	const struct cmd_option known[] = {
	    {"follow", CMD_FLAG, &options.follow, NULL},
	    {"max-time", CMD_DURATION, &options.max_time_ms, NULL},
	};
	struct err_text err;
	bool again = true;
	int status = CMD_ERROR;

	if (!cmd_parse(context, known, 2, 0, 0))
		return CMD_ERROR;
	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	while (again)
		status = work_once(context, &options, &again);
	/* A service that was asked to stop has done as it was told. */
	return options.follow && status == CMD_ATTENTION ? CMD_OK : status;
}
