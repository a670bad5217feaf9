/* stats: what a person at three in the morning asks first. */
#include <stdio.h>
#include <string.h>

#include "cache/deliveries.h"
#include "cache/store.h"

#include "reconciler/core/settings.h"

#include "reconciler/io/print.h"
#include "reconciler/io/silence.h"
#include "reconciler/io/wire.h"

#include "reconciler/cmd/cmd.h"

struct report {
	struct store_stats stats;
	struct provider_status *providers;
	size_t n;
	struct delivery_state deliveries[DELIVERY_TARGET_COUNT];
	struct target_status targets[DELIVERY_TARGET_COUNT];
	size_t n_targets;
};

/* Those that are configured, or were. */
static int collect_targets(
    struct cmd_session *s, struct report *r, struct err_text *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < DELIVERY_TARGET_COUNT; i++) {
		enum delivery_target target = (enum delivery_target)i;
		struct delivery_state *state = &r->deliveries[i];

		rc = store_view_delivery_state(s->view, target, state, err);
		if (rc == 0 &&
		    (state->begun ||
			delivery_is_wanted(&s->settings->on_change, target)))
			r->targets[r->n_targets++] = (struct target_status){
			    delivery_target_name(target), state};
	}
	return rc;
}

static int collect(
    struct cmd_session *s, struct report *r, struct err_text *err)
{
	int rc = store_view_stats(s->view, s->now_ms, &r->stats, err);

	r->providers = arena_alloc(
	    &s->arena, s->settings->n_providers, sizeof(*r->providers));
	for (; rc == 0 && r->n < s->settings->n_providers; r->n++) {
		struct provider_status *p = &r->providers[r->n];
		struct health *health =
		    arena_alloc(&s->arena, 1, sizeof(*health));
		struct tally *tally = arena_alloc(&s->arena, 1, sizeof(*tally));

		if (arena_failed(&s->arena))
			return err_set(err, ERR_FAIL, "no memory");
		p->provider = &s->settings->providers[r->n];
		p->health = health;
		p->tally = tally;
		rc = store_view_provider(
		    s->view, p->provider->name, health, tally, err);
		if (rc == ERR_ABSENT)
			rc = 0; /* nothing was heard of it yet */
		p->silent = silence_rings(p->provider, tally, s->now_ms);
		if (rc == 0)
			rc = store_view_lists(s->view, p->provider->name,
			    &s->arena, &p->lists, &p->n_lists, err);
	}
	return rc;
}

static const char *number(struct cmd_session *s, uint64_t value)
{
	return arena_printf(&s->arena, "%llu", (unsigned long long)value);
}

static void print_store(struct cmd_session *s, const struct report *r)
{
	const struct store_stats *st = &r->stats;
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

static void print_providers(struct cmd_session *s, const struct report *r)
{
	static const char *const headers[] = {"PROVIDER", "HEALTH", "FETCHES",
	    "ERRORS", "LAST OK", "NOTICES", "LAST NOTICE", "NEWS", "REPAIRS",
	    "BUDGET", "REASON", NULL};
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
		    h->state != HEALTH_OK ? h->reason
		    : p->silent		  ? "no notification comes"
					  : NULL};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}

static void print_targets(struct cmd_session *s, const struct report *r)
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
	struct report r;
	struct err_text err;
	char *text;
	int bad;

	memset(&r, 0, sizeof(r));
	if (collect(s, &r, &err) != 0 || collect_targets(s, &r, &err) != 0)
		return cmd_fail(context, &err);
	if (!json) {
		print_store(s, &r);
		print_providers(s, &r);
		print_targets(s, &r);
		return CMD_OK;
	}
	text = wire_stats(
	    &r.stats, r.providers, r.n, r.targets, r.n_targets, s->now_ms);
	bad = text == NULL || puts(text) < 0;
	wire_free(text);
	return bad ? cmd_say_fail(context, "the answer could not be written")
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
