/* stats: what a person at three in the morning asks first. */
#include <stdio.h>
#include <string.h>

#include "cache/counts.h"
#include "cache/store.h"

#include "reconciler/base/buf.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/desk.h"
#include "reconciler/io/print.h"
#include "reconciler/io/status.h"
#include "reconciler/io/wire.h"

#include "reconciler/cmd/trouble.h"

#include "reconciler/cmd/cmd.h"

static const char *number(struct cmd_session *s, uint64_t value)
{
	return arena_printf(&s->arena, "%llu", (unsigned long long)value);
}

static void print_store(struct cmd_session *s, const struct status *r)
{
	const struct store_stats *st = &r->store;
	int64_t age_ms =
	    st->oldest_due_ms == 0 ? 0 : s->now_ms - st->oldest_due_ms;

	print_field(stdout, "inbox", number(s, st->inbox));
	print_field(stdout, "jobs",
	    arena_printf(&s->arena, "%llu due, %llu waiting, %llu parked",
		(unsigned long long)st->jobs[JOB_DUE],
		(unsigned long long)st->jobs[JOB_WAITING],
		(unsigned long long)st->jobs[JOB_PARKED]));
	print_field(stdout, "oldest due",
	    arena_printf(&s->arena, "%lld s ago",
		(long long)(age_ms > 0 ? age_ms / 1000 : 0)));
	print_field(stdout, "objects", number(s, st->objects));
	print_field(stdout, "accounts", number(s, st->accounts));
	print_field(stdout, "transitions", number(s, st->transitions));
	print_field(stdout, "changes", number(s, st->changes));
	print_field(stdout, "repairs", number(s, st->repairs));
	print_field(stdout, "store",
	    arena_printf(&s->arena, "%llu of %llu MiB",
		(unsigned long long)(st->map_used_bytes >> 20),
		(unsigned long long)(st->map_bytes >> 20)));
}

static const char *log_reason(const struct provider_status *p)
{
	if (p->window == NULL || strcmp(p->window, "whole") == 0)
		return NULL;
	if (strcmp(p->window, "refused") == 0)
		return "the key may not read the events";
	if (strcmp(p->window, "closing") == 0)
		return "events will be forgotten before they are read";
	return "events were forgotten before they were read";
}

/* "4 of 16" while fewer are in force than there might be. */
static const char *at_once(
    struct cmd_session *s, const struct provider_status *p)
{
	if (!throttle_is_slow(p->throttle))
		return number(s, status_concurrency(p));
	return arena_printf(
	    &s->arena, "%u of %u", p->throttle->limit, p->throttle->most);
}

static const char *latency(
    struct cmd_session *s, const struct provider_status *p)
{
	if (p->throttle->recent_ms <= 0)
		return NULL;
	return arena_printf(&s->arena, "%.0f ms", p->throttle->recent_ms);
}

static void print_providers(struct cmd_session *s, const struct status *r)
{
	static const char *const headers[] = {"PROVIDER", "HEALTH", "FETCHES",
	    "ERRORS", "LAST OK", "NOTICES", "LAST NOTICE", "NEWS", "REPAIRS",
	    "BUDGET", "AT ONCE", "LATENCY", "REASON", NULL};
	struct print_table table;

	putchar('\n');
	print_table_init(&table, &s->arena, headers);
	for (size_t i = 0; i < r->n; i++) {
		const struct provider_status *p = &r->providers[i];
		const struct health *h = p->health;
		const char *cells[] = {p->provider->name, health_name(h->state),
		    number(s, h->fetches), number(s, h->errors),
		    print_time(&s->arena, h->last_ok_ms),
		    number(s, p->tally->notices),
		    print_time(&s->arena, p->tally->last_notice_ms),
		    number(s, p->tally->news), number(s, p->tally->repairs),
		    arena_printf(&s->arena, "%g/s", p->provider->rate),
		    at_once(s, p), latency(s, p),
		    h->state != HEALTH_OK ? h->reason
		    : p->silent		  ? "no notification comes"
					  : log_reason(p)};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
	for (size_t i = 0; i < r->n; i++)
		trouble_print(s, &r->providers[i]);
}

static const char *ratio(struct cmd_session *s, const struct provider_status *p)
{
	double fetches = status_fetches_per_notification(p);

	return fetches < 0 ? NULL : arena_printf(&s->arena, "%.2f", fetches);
}

/* How well its notifications reach us: what was told of all that was news. */
static void print_endpoints(struct cmd_session *s, const struct status *r)
{
	static const char *const headers[] = {"NOTIFIES", "LAST NOTICE",
	    "NEWS TOLD", "FETCHES PER NOTICE", "UNSIGNED", "WRONG TOKEN",
	    "MALFORMED", "UNAVAILABLE", NULL};
	struct print_table table;

	putchar('\n');
	print_table_init(&table, &s->arena, headers);
	for (size_t i = 0; i < r->n; i++) {
		const struct provider_status *p = &r->providers[i];
		const uint64_t *refused = p->received->n;
		const char *cells[] = {p->provider->name,
		    print_time(&s->arena, p->tally->last_notice_ms),
		    arena_printf(&s->arena, "%llu of %llu",
			(unsigned long long)p->tally->told,
			(unsigned long long)p->tally->told +
			    (unsigned long long)p->tally->repairs),
		    ratio(s, p), number(s, refused[DESK_UNSIGNED]),
		    number(s, refused[DESK_WRONG_TOKEN]),
		    number(s, refused[DESK_MALFORMED]),
		    number(s, refused[DESK_UNAVAILABLE])};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}

static void print_targets(struct cmd_session *s, const struct status *r)
{
	static const char *const headers[] = {"ON CHANGE", "HEALTH", "WAITING",
	    "PARKED", "OLDEST", "DELIVERED", "LAST OK", "LAST ERROR", NULL};
	struct print_table table;

	if (r->n_targets == 0)
		return;
	putchar('\n');
	print_table_init(&table, &s->arena, headers);
	for (size_t i = 0; i < r->n_targets; i++) {
		const struct delivery_state *d = r->targets[i].state;
		const struct health *h = &d->health;
		const char *cells[] = {r->targets[i].name,
		    d->halted ? "halted" : health_name(h->state),
		    number(s, d->waiting), number(s, d->parked),
		    print_time(&s->arena, d->oldest_ms),
		    number(s, d->delivered),
		    print_time(&s->arena, h->last_ok_ms),
		    h->last_error_ms == 0 || h->reason[0] == '\0' ? NULL
								  : h->reason};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}

static int print(struct cmd_context *context, struct cmd_session *s, bool json)
{
	struct status r;
	struct err_text err;
	struct buf line;

	if (status_collect(
		s->view, s->settings, s->now_ms, &s->arena, &r, &err) != 0)
		return cmd_fail(context, &err);
	if (status_collect_parked(
		s->view, s->settings, s->now_ms, &s->arena, &r, &err) != 0)
		return cmd_fail(context, &err);
	if (!json) {
		print_store(s, &r);
		print_providers(s, &r);
		print_endpoints(s, &r);
		print_targets(s, &r);
		reasons_print(&r.parked, &s->arena);
		return CMD_OK;
	}
	buf_init(&line, SIZE_MAX);
	wire_stats(&r, s->now_ms, &line);
	return print_line(&line) != 0
		   ? cmd_say_fail(context, "the answer could not be written")
		   : CMD_OK;
}

int cmd_stats(struct cmd_context *context)
{
	bool json = false;
	const struct cmd_option options[] = {{"json", CMD_FLAG, &json, NULL}};
	struct cmd_session session;
	int status = CMD_ERROR;

	if (!cmd_parse(context, options, 1, 0, 0))
		return CMD_ERROR;
	if (cmd_open_reader(context, &session) == 0)
		status = print(context, &session, json);
	cmd_close(&session);
	return status;
}
