/* account: is it entitled, now or at some moment? */
#include <stdio.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/stop.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/balance.h"
#include "reconciler/io/barrier.h"
#include "reconciler/io/explain.h"
#include "reconciler/io/print.h"
#include "reconciler/io/quantities.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"
#include "reconciler/io/wire_explain.h"

#include "reconciler/cmd/account_why.h"
#include "reconciler/cmd/fresh.h"

#include "reconciler/cmd/cmd.h"

/* What was asked for. */
struct request {
	struct account_question question;
	bool explain;
	bool json;
	bool refresh; /* ask the providers first, for timeout_ms at most */
	int64_t timeout_ms;
	const struct barrier *barrier; /* NULL: nobody was asked */
};

static const char *yes_no(enum entitled entitled)
{
	switch (entitled) {
	case ENTITLED_YES:
		return "yes";
	case ENTITLED_NO:
		return "no";
	case ENTITLED_UNKNOWN:
	default:
		return "unknown";
	}
}

static int status_of(enum entitled entitled)
{
	switch (entitled) {
	case ENTITLED_YES:
		return CMD_OK;
	case ENTITLED_NO:
		return CMD_NO;
	case ENTITLED_UNKNOWN:
	default:
		return CMD_UNKNOWN;
	}
}

static void print_form(struct cmd_session *s, const struct account_answer *a)
{
	const struct entitlement *e = &a->entitlement;

	print_field(stdout, "account", a->account);
	print_field(stdout, "entitled", yes_no(e->entitled));
	print_field(stdout, "state", state_name(e->state));
	print_field(stdout, "reason", e->reason);
	print_field(stdout, "as of", print_time(&s->arena, a->as_of_ms));
	print_field(
	    stdout, "valid until", print_time(&s->arena, e->valid_until_ms));
	print_field(
	    stdout, "verified", print_time(&s->arena, a->verified_at_ms));
	print_field(stdout, "fresh", a->fresh ? "yes" : "no");
	print_field(
	    stdout, "pending", arena_printf(&s->arena, "%zu", a->pending));
}

/* The columns of grants; how many of a thing only where that is told of any. */
static void init_grants(struct print_table *table, struct cmd_session *s,
    const struct account_answer *a)
{
	static const char *const headers[] = {"PROVIDER", "KIND", "ID",
	    "PRODUCT", "LABEL", "STATUS", "STATE", "ENTITLED", "SINCE", "UNTIL",
	    NULL};
	static const char *const with_quantity[] = {"PROVIDER", "KIND", "ID",
	    "PRODUCT", "LABEL", "STATUS", "STATE", "ENTITLED", "SINCE", "UNTIL",
	    "QUANTITY", NULL};
	bool told = false;

	for (size_t i = 0; i < a->n_grants; i++)
		told |= a->grants[i].grant.quantity != NULL;
	print_table_init(table, &s->arena, told ? with_quantity : headers);
}

static void print_grants(struct cmd_session *s, const struct account_answer *a)
{
	struct print_table table;

	if (a->n_grants == 0)
		return;
	putchar('\n');
	init_grants(&table, s, a);
	for (size_t i = 0; i < a->n_grants; i++) {
		const struct held_grant *h = &a->grants[i];
		const char *cells[] = {h->object.provider, h->object.kind,
		    h->object.id, h->grant.product, h->grant.label,
		    h->grant.status, state_name(h->grant.state),
		    yes_no(entitle_grant(h, a->as_of_ms)),
		    print_time(&s->arena, h->grant.since_ms),
		    print_time(&s->arena, h->grant.until_ms),
		    h->grant.quantity};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}

static void print_credits(struct cmd_session *s, const struct account_answer *a)
{
	static const char *const headers[] = {
	    "PROVIDER", "PRODUCT", "AMOUNT", "UNIT", NULL};
	struct print_table table;

	if (a->n_credits == 0)
		return;
	putchar('\n');
	print_table_init(&table, &s->arena, headers);
	for (size_t i = 0; i < a->n_credits; i++) {
		const struct balance *b = &a->credits[i];
		const char *cells[] = {
		    b->provider, b->product, b->amount, b->unit};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}

static void print_quantities(
    struct cmd_session *s, const struct account_answer *a)
{
	static const char *const headers[] = {
	    "PROVIDER", "PRODUCT", "QUANTITY", NULL};
	struct print_table table;

	if (a->n_quantities == 0)
		return;
	putchar('\n');
	print_table_init(&table, &s->arena, headers);
	for (size_t i = 0; i < a->n_quantities; i++) {
		const struct quantity *q = &a->quantities[i];
		const char *cells[] = {q->provider, q->product,
		    q->partial ? arena_printf(&s->arena, "%s, in part", q->sum)
			       : q->sum};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}

static int print_json(const struct account_answer *a)
{
	struct buf line;

	buf_init(&line, SIZE_MAX);
	wire_account(a, &line);
	return print_line(&line);
}

/* One line more for each object that has a say. */
static int print_why_json(struct cmd_session *s, const struct explanation *why)
{
	struct buf line;
	int rc = 0;

	buf_init(&line, SIZE_MAX);
	for (size_t i = 0; i < why->n_objects && rc == 0; i++) {
		wire_explain(s->settings, &why->objects[i], &line);
		rc = print_line(&line);
	}
	return rc;
}

static int show(struct cmd_session *s, const struct account_answer *a,
    const struct explanation *why, bool json)
{
	if (json)
		return print_json(a) != 0 || print_why_json(s, why) != 0;
	print_form(s, a);
	print_grants(s, a);
	print_credits(s, a);
	print_quantities(s, a);
	account_why_print(&s->arena, why);
	return ferror(stdout);
}

static int answer(struct cmd_context *context, struct cmd_session *s,
    const struct request *request)
{
	struct explanation why = {.n_objects = 0};
	struct account_answer a;
	struct err_text err;
	int rc;

	rc = query_account(
	    s->view, s->settings, &request->question, &s->arena, &a, &err);
	if (rc == 0 && request->explain)
		rc = explain_account(
		    s->view, &a, s->now_ms, &s->arena, &why, &err);
	if (rc != 0)
		return cmd_fail(context, &err);
	if (request->barrier != NULL)
		a.fresh = barrier_is_fresh(request->barrier);
	if (show(s, &a, &why, request->json) != 0)
		return cmd_say_fail(context, "the answer could not be written");
	return status_of(a.entitlement.entitled);
}

/* What was known at a moment is known only when it has been. */
static int ask(
    struct cmd_context *context, struct cmd_session *s, struct request *request)
{
	struct account_question *q = &request->question;

	q->now_ms = s->now_ms;
	if (q->has_known_at && q->known_at_ms > q->now_ms)
		return cmd_say_fail(context,
		    "--known-at is in the future; --at alone asks about that");
	return answer(context, s, request);
}

static int refresh(
    struct cmd_context *context, struct cmd_session *s, struct request *request)
{
	struct barrier *barrier = NULL;
	struct fresh fresh;
	struct err_text err;
	int status = CMD_ERROR;
	int rc;

	if (stop_install(&err) != 0)
		return cmd_fail(context, &err);
	if (fresh_open(context, s, &fresh) != 0)
		return CMD_ERROR;
	rc = barrier_open(
	    s->store, s->settings, request->timeout_ms, &barrier, &err);
	if (rc == 0)
		rc = barrier_want_account(
		    barrier, request->question.account, &err);
	request->barrier = barrier;
	if (rc != 0)
		cmd_fail(context, &err);
	else if (fresh_wait(context, s, &fresh, barrier) == 0)
		status = ask(context, s, request);
	barrier_close(barrier);
	return status;
}

int cmd_account(struct cmd_context *context)
{
	struct request request = {.timeout_ms = FRESH_TIMEOUT_MS};
	struct account_question *q = &request.question;
	bool has_timeout = false;
	const struct cmd_option options[] = {
	    {"product", CMD_TEXT, &q->product, NULL},
	    {"label", CMD_TEXT, &q->label, NULL},
	    {"at", CMD_TIME, &q->at_ms, &q->has_at},
	    {"known-at", CMD_TIME, &q->known_at_ms, &q->has_known_at},
	    {"explain", CMD_FLAG, &request.explain, NULL},
	    {"json", CMD_FLAG, &request.json, NULL},
	    {"refresh", CMD_FLAG, &request.refresh, NULL},
	    {"timeout", CMD_DURATION, &request.timeout_ms, &has_timeout},
	};
	struct cmd_session session = {.loaded = NULL};
	int status = CMD_ERROR;

	if (!cmd_parse(
		context, options, sizeof(options) / sizeof(options[0]), 1, 1))
		return CMD_ERROR;
	q->account = context->args[0];
	if (!name_account_is_valid(q->account))
		return cmd_say_fail(context,
		    "an account is 1 to %d bytes of UTF-8 without control "
		    "characters",
		    NAME_ACCOUNT_MAX);
	if (has_timeout && !request.refresh)
		return cmd_say_fail(context, "--timeout goes with --refresh");
	if (request.refresh)
		status = refresh(context, &session, &request);
	else if (cmd_open_reader(context, &session) == 0)
		status = ask(context, &session, &request);
	cmd_close(&session);
	return status;
}
