/* check-config: validate everything, and show what is in force. */
#include <stdio.h>

#include "clients/client.h"

#include "reconciler/base/clock.h"
#include "reconciler/core/explain.h"
#include "reconciler/core/settings.h"

#include "reconciler/io/print.h"

#include "reconciler/cmd/plan.h"
#include "reconciler/cmd/provider.h"
#include "reconciler/cmd/settings.h"

#include "reconciler/cmd/cmd.h"

static const char *duration(struct arena *arena, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	return ms == 0 ? NULL
		       : arena_text(arena, clock_format_duration(ms, text));
}

static void show_number(
    struct arena *a, const char *name, unsigned long long value)
{
	print_field(stdout, name, arena_printf(a, "%llu", value));
}

static void show_common(struct arena *a, const struct settings *s)
{
	puts("[store]");
	print_field(stdout, "path", s->store.path);
	show_number(a, "map_size", s->store.map_bytes);
	show_number(a, "reserve", s->store.reserve_bytes);
	show_number(a, "high_water", (unsigned long long)s->store.high_water);
	print_field(stdout, "keep_changes",
	    s->store.keep_changes_ms == 0
		? "for ever"
		: duration(a, s->store.keep_changes_ms));
	puts("\n[receiver]");
	print_field(stdout, "listen", s->receiver.listen);
	show_number(a, "max_body", s->receiver.max_body);
	show_number(a, "max_connections",
	    (unsigned long long)s->receiver.max_connections);
	print_field(stdout, "timeout", duration(a, s->receiver.timeout_ms));
	puts("\n[api]");
	print_field(stdout, "listen", s->api.listen);
	print_field(stdout, "token_file",
	    s->api.n_tokens > 0 ? s->api.token_file : NULL);
	show_number(a, "tokens", (unsigned long long)s->api.n_tokens);
	puts("\n[worker]");
	show_number(
	    a, "concurrency", (unsigned long long)s->worker.concurrency);
	show_number(a, "max_reply", s->worker.max_reply);
}

/* Blanks in an argument are kept apart from those between two. */
static const char *command_line(struct arena *a, const char *const *argv)
{
	const char *text = NULL;

	for (size_t i = 0; argv != NULL && argv[i] != NULL; i++)
		text = arena_printf(a, "%s%s\"%s\"", text == NULL ? "" : text,
		    text == NULL ? "" : " ", argv[i]);
	return text;
}

static void show_on_change(struct arena *a, const struct delivery_settings *s)
{
	const char *retry = NULL;

	if (s->command == NULL && s->url == NULL)
		return;
	for (size_t i = 0; i < s->n_steps; i++)
		retry = arena_printf(a, "%s%s%s", retry == NULL ? "" : retry,
		    retry == NULL ? "" : ", ", duration(a, s->steps_ms[i]));
	puts("\n[on_change]");
	print_field(stdout, "command", command_line(a, s->command));
	print_field(stdout, "url", s->url);
	print_field(stdout, "secret file", s->secret_file);
	print_field(stdout, "from", s->from_start ? "start" : "now");
	print_field(stdout, "timeout", duration(a, s->timeout_ms));
	print_field(stdout, "retry", retry);
	print_field(stdout, "give_up", duration(a, s->give_up_ms));
	show_number(a, "concurrency", (unsigned long long)s->concurrency);
}

static const char *rungs(struct arena *a, const struct schedule *schedule)
{
	const char *text = NULL;

	for (size_t i = 0; i < schedule->n_rungs; i++)
		text = arena_printf(a, "%s%s%s", text == NULL ? "" : text,
		    text == NULL ? "" : ", ",
		    duration(a, schedule->rungs_ms[i]));
	return text;
}

/* The policy in force: each word, its rule, and what that means. */
static void show_policy(struct arena *a, const struct provider_settings *p)
{
	static const char *const headers[] = {
	    "policy", "rule", "from", "which means", NULL};
	struct explain_line lines[EXPLAIN_WORDS];
	struct policy fallback;
	struct print_table table;
	size_t n;

	provider_policy(p->client, &fallback);
	n = explain_policy(&p->policy, &fallback, lines);
	print_table_init(&table, a, headers);
	for (size_t i = 0; i < n; i++) {
		const char *cells[] = {arena_printf(a, "  %s", lines[i].word),
		    lines[i].rule, lines[i].is_default ? "default" : "set",
		    lines[i].meaning};

		print_table_row(&table, cells);
	}
	print_table_out(&table, stdout);
}

static void show_words(struct arena *a, const struct words *words)
{
	if (words->n > 0)
		puts("words");
	for (size_t i = 0; i < words->n; i++)
		print_field(stdout,
		    arena_printf(a, "  %s", words->items[i].kind),
		    arena_printf(a, "%s = %s", words->items[i].word,
			state_name(words->items[i].state)));
}

/* Where its notifications have to go; the token itself is never shown. */
static const char *hook_path(struct arena *a, const struct provider_settings *p)
{
	return arena_printf(a, "/hooks/%s%s", p->name,
	    p->hook_token_file == NULL ? "" : "/<token>");
}

static void show_provider(struct arena *a, const struct provider_settings *p)
{
	static const char *const modes[] = {
	    [MODE_ANY] = "any", [MODE_LIVE] = "live", [MODE_TEST] = "test"};

	printf("\n[provider %s]\n", p->name);
	print_field(stdout, "type", p->type);
	print_field(stdout, "base_url", p->base_url);
	print_field(stdout, "mode", modes[p->mode]);
	print_field(stdout, "hook", hook_path(a, p));
	print_field(stdout, "api key", p->api_key_file);
	print_field(stdout, "hook token", p->hook_token_file);
	print_field(stdout, "hook secret", p->hook_secret_file);
	print_field(stdout, "rate", arena_printf(a, "%g/s", p->rate));
	print_field(
	    stdout, "stranger_rate", arena_printf(a, "%g/s", p->stranger_rate));
	show_number(a, "burst", (unsigned long long)p->burst);
	show_number(a, "concurrency", (unsigned long long)p->concurrency);
	print_field(stdout, "timeout", duration(a, p->timeout_ms));
	print_field(stdout, "resync", duration(a, p->schedule.resync_ms));
	print_field(stdout, "resync_ended",
	    duration(a, schedule_longest(&p->schedule)));
	print_field(stdout, "recheck", rungs(a, &p->schedule));
	print_field(stdout, "missing_window",
	    duration(a, p->schedule.missing_window_ms));
	print_field(stdout, "catch_up", duration(a, p->catch_up_ms));
	print_field(stdout, "silence", duration(a, p->silence_ms));
	print_field(stdout, "account_from", p->account_from);
	show_policy(a, p);
	show_words(a, &p->words);
}

/* Allowed, but worth a thought. */
static void warn_provider(
    const struct cmd_context *context, const struct provider_settings *p)
{
	struct log_pair pairs[] = {
	    log_text("provider", p->name),
	    log_text("why", "its notifications are not signed and there is no "
			    "hook_token_file: anyone can make it be asked"),
	};

	if (p->hook_secret_file == NULL && p->hook_token_file == NULL)
		log_event(&context->log, LOG_WARN, "open_hook", pairs, 2);
}

static void show_all(const struct cmd_context *context,
    struct cmd_session *session, uint64_t objects)
{
	const struct settings *s = session->settings;

	show_common(&session->arena, s);
	show_on_change(&session->arena, &s->on_change);
	for (size_t i = 0; i < s->n_providers; i++) {
		show_provider(&session->arena, &s->providers[i]);
		plan_show(context, session, &s->providers[i], objects);
		warn_provider(context, &s->providers[i]);
	}
	printf("\n%s is valid\n", s->file);
}

int cmd_check_config(struct cmd_context *context)
{
	int64_t objects = 0;
	const struct cmd_option options[] = {
	    {"objects", CMD_NUMBER, &objects, NULL}};
	struct cmd_session session;
	int status = CMD_ERROR;

	if (!cmd_parse(context, options, 1, 0, 0))
		return CMD_ERROR;
	if (cmd_open_settings(context, SETTINGS_ALL_SECRETS, &session) == 0) {
		plan_open(&session);
		show_all(context, &session, (uint64_t)objects);
		status = CMD_OK;
	}
	cmd_close(&session);
	return status;
}
