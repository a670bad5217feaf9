/* account: is it entitled, now or at some moment? */
#include <stdio.h>

#include "reconciler/core/settings.h"

#include "reconciler/io/balance.h"
#include "reconciler/io/print.h"
#include "reconciler/io/query.h"
#include "reconciler/io/wire.h"

#include "reconciler/cmd/cmd.h"

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

static void print_grants(struct cmd_session *s, const struct account_answer *a)
{
	static const char *const headers[] = {"PROVIDER", "KIND", "ID",
	    "PRODUCT", "LABEL", "STATUS", "STATE", "ENTITLED", "SINCE", "UNTIL",
	    NULL};
	struct print_table table;

	if (a->n_grants == 0)
		return;
	putchar('\n');
	print_table_init(&table, &s->arena, headers);
	for (size_t i = 0; i < a->n_grants; i++) {
		const struct held_grant *h = &a->grants[i];
		const char *cells[] = {h->object.provider, h->object.kind,
		    h->object.id, h->grant.product, h->grant.label,
		    h->grant.status, state_name(h->grant.state),
		    yes_no(entitle_grant(h, a->as_of_ms)),
		    print_time(&s->arena, h->grant.since_ms),
		    print_time(&s->arena, h->grant.until_ms)};

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

static int print_json(struct cmd_session *s, const struct account_answer *a)
{
	char *text = wire_account(s->settings, a);
	int rc = text == NULL || puts(text) < 0;

	wire_free(text);
	return rc;
}

static int answer(struct cmd_context *context, struct cmd_session *s,
    struct account_question *question, bool json)
{
	struct account_answer a;
	struct err_text err;
	int rc;

	question->now_ms = s->now_ms;
	rc = query_account(s->view, s->settings, question, &s->arena, &a, &err);
	if (rc != 0)
		return cmd_fail(context, &err);
	if (json) {
		if (print_json(s, &a) != 0)
			return cmd_say_fail(
			    context, "the answer could not be written");
	} else {
		print_form(s, &a);
		print_grants(s, &a);
		print_credits(s, &a);
	}
	return status_of(a.entitlement.entitled);
}

int cmd_account(struct cmd_context *context)
{
	struct account_question question = {.account = NULL};
	bool json = false;
	const struct cmd_option options[] = {
	    {"product", CMD_TEXT, &question.product, NULL},
	    {"label", CMD_TEXT, &question.label, NULL},
	    {"at", CMD_TIME, &question.at_ms, &question.has_at},
	    {"json", CMD_FLAG, &json, NULL},
	};
	struct cmd_session session;
	int status = CMD_ERROR;

	if (!cmd_parse(
		context, options, sizeof(options) / sizeof(options[0]), 1, 1))
		return CMD_ERROR;
	question.account = context->args[0];
	if (!name_account_is_valid(question.account))
		return cmd_say_fail(context,
		    "an account is 1 to %d bytes of UTF-8 without control "
		    "characters",
		    NAME_ACCOUNT_MAX);
	if (cmd_open_reader(context, &session) == 0)
		status = answer(context, &session, &question, json);
	cmd_close(&session);
	return status;
}
