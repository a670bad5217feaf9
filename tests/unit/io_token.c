/* io/token: when a token is good, and what an answer without one means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/core/health.h"
#include "reconciler/core/settings.h"
#include "reconciler/io/fetch.h"
#include "reconciler/io/token.h"

enum { NOW_MS = 1000000000, MINUTE_MS = 60 * 1000 };

/* What read_token is to say next; the arena copies it. */
struct script {
	struct client_token says;
	int ask_rc;
};

static int ask_token(const struct provider_settings *provider,
    struct arena *arena, struct client_request *out, struct err_text *err)
{
	const struct script *script = provider->options;

	(void)arena;
	out->path = "/token";
	return script->ask_rc == 0 ? 0 : err_set(err, script->ask_rc, "no");
}

static void read_token(const struct provider_settings *provider,
    const struct client_reply *reply, int64_t now_ms, struct arena *arena,
    struct client_token *out)
{
	const struct script *script = provider->options;

	(void)reply;
	(void)now_ms;
	*out = script->says;
	out->token = arena_text(arena, script->says.token);
}

static const struct client buying = {
    .ask_token = ask_token, .read_token = read_token};
static const struct client plain = {.type = "plain"};

struct lifetime {
	const char *name;
	int64_t expires_ms;   /* from now; 0: not told */
	int64_t last_good_ms; /* from now; -1: for ever */
};

static const struct lifetime lifetimes[] = {
    {"an hour: five minutes before", 60 * MINUTE_MS, 55 * MINUTE_MS - 1},
    {"ten minutes: five before", 10 * MINUTE_MS, 5 * MINUTE_MS - 1},
    {"eight minutes: half of it", 8 * MINUTE_MS, 4 * MINUTE_MS - 1},
    {"a second: half of it", 1000, 499},
    {"not told: until it is refused", 0, -1},
    {"over already: until it is refused", -MINUTE_MS, -1},
};

static void hold(struct token *token, struct script *script, const char *text,
    int64_t expires_ms)
{
	struct fetch_result result = {.status = 200, .body = ""};
	struct health_event event;
	struct err_text err;

	script->says = (struct client_token){
	    .verdict = VERDICT_TRUTH, .token = text, .expires_ms = expires_ms};
	assert_int_equal(token_ask(token, &err), 0);
	assert_true(token_answer(token, &result, NOW_MS, &event));
}

static void lives(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lifetimes) / sizeof(lifetimes[0]); i++) {
		const struct lifetime *row = &lifetimes[i];
		struct script script = {.ask_rc = 0};
		struct provider_settings provider = {
		    .client = &buying, .options = &script};
		int64_t last_ms = row->last_good_ms;
		struct token token;

		token_init(&token, &provider);
		assert_false(token_is_good(&token, NOW_MS));
		hold(&token, &script, "t",
		    row->expires_ms == 0 ? 0 : NOW_MS + row->expires_ms);
		if (!token_is_good(&token, NOW_MS))
			fail_msg("%s: not good at first", row->name);
		if (last_ms < 0 && !token_is_good(&token, INT64_MAX))
			fail_msg("%s: it ended", row->name);
		if (last_ms >= 0 &&
		    (!token_is_good(&token, NOW_MS + last_ms) ||
			token_is_good(&token, NOW_MS + last_ms + 1)))
			fail_msg("%s: not until then", row->name);
		token_fini(&token);
	}
}

static void refused(void **state)
{
	struct script script = {.ask_rc = 0};
	struct provider_settings provider = {
	    .client = &buying, .options = &script};
	struct token token;
	uint64_t first;

	(void)state;
	token_init(&token, &provider);
	token_refused(&token, 0);
	hold(&token, &script, "one", 0);
	first = token.serial;
	token_refused(&token, first);
	assert_false(token_is_good(&token, NOW_MS));
	hold(&token, &script, "two", 0);
	assert_string_equal(token.text, "two");
	/* An answer to a question with the old one says nothing of the new. */
	token_refused(&token, first);
	assert_true(token_is_good(&token, NOW_MS));
	token_fini(&token);
	assert_null(token.text);
}

static void not_needed(void **state)
{
	struct provider_settings provider = {.client = &plain};
	struct token token;

	(void)state;
	token_init(&token, &provider);
	assert_false(token_is_needed(&token));
	assert_true(token_is_good(&token, NOW_MS));
	token_fini(&token);
}

struct failure {
	const char *name;
	struct client_token says;
	struct fetch_result result;
	enum verdict verdict;
	const char *cause;
};

static const struct failure failures[] = {
    {"barred", {.verdict = VERDICT_BARRED, .cause = "the key"},
	{.status = 401, .body = ""}, VERDICT_BARRED, "the key"},
    {"later", {.verdict = VERDICT_LATER, .cause = "busy"},
	{.status = 503, .body = ""}, VERDICT_LATER, "busy"},
    {"garbled", {.verdict = VERDICT_GARBLED, .cause = "html"},
	{.status = 200, .body = ""}, VERDICT_LATER, "html"},
    {"no cause", {.verdict = VERDICT_GONE}, {.status = 404, .body = ""},
	VERDICT_LATER, "no token"},
    {"an empty one", {.verdict = VERDICT_TRUTH, .token = ""},
	{.status = 200, .body = ""}, VERDICT_LATER, "no token"},
    {"none at all", {.verdict = VERDICT_TRUTH}, {.status = 200, .body = ""},
	VERDICT_LATER, "no token"},
    {"no answer", {.verdict = VERDICT_TRUTH, .token = "t"},
	{.error = "timeout", .body = ""}, VERDICT_LATER, "timeout"},
    {"too large", {.verdict = VERDICT_TRUTH, .token = "t"},
	{.status = 200, .body = "", .too_large = true}, VERDICT_LATER,
	"the answer is larger than worker.max_reply"},
    {"asked to wait", {.verdict = VERDICT_LATER, .cause = "busy"},
	{.status = 429, .body = "", .retry_after = "7"}, VERDICT_LATER, "busy"},
};

static void without(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		const struct failure *row = &failures[i];
		struct script script = {.says = row->says};
		struct provider_settings provider = {
		    .client = &buying, .options = &script};
		struct health_event event;
		struct err_text err;
		struct token token;

		token_init(&token, &provider);
		assert_int_equal(token_ask(&token, &err), 0);
		token.asked = true;
		if (token_answer(&token, &row->result, NOW_MS, &event) ||
		    token.asked || token_is_good(&token, NOW_MS))
			fail_msg("%s: taken", row->name);
		if (event.verdict != row->verdict || !event.stops_all ||
		    event.http_status != row->result.status ||
		    (row->result.retry_after != NULL) !=
			(event.retry_after_ms == 7000) ||
		    strcmp(event.cause, row->cause) != 0)
			fail_msg("%s: health is told otherwise", row->name);
		token_fini(&token);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lives),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(not_needed),
	    cmocka_unit_test(without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
