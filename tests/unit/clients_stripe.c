/* The Stripe client: ids, options, questions, and who is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/entitle.h"
#include "reconciler/core/settings.h"
#include "tests/contract/clients_sign.h"

#include "clients/client.h"

enum { ARENA_MAX = 1 << 16 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int64_t now_ms = INT64_C(1510000000000);

static const struct {
	const char *kind;
	const char *id;
	bool valid;
} ids[] = {
    {"subscription", "sub_1Nabc", true},
    {"subscription", "sub_", false},
    {"subscription", "sub", false},
    {"subscription", "SUB_1", false},
    {"subscription", "in_1", false},
    {"subscription", "sub_1/items", false},
    {"subscription", "sub_1?expand[]=customer", false},
    {"subscription", "sub_1%2f", false},
    {"subscription", "sub_1\n", false},
    {"subscription", "sub_\xc3\xa9", false},
    {"invoice", "in_1N", true},
    {"invoice", "upcoming_in_1N", false},
    {"checkout_session", "cs_test_a1", true},
    {"checkout_session", "cs_live_a1", true},
    {"charge", "ch_1", true},
    {"charge", "py_1", true},
    {"charge", "pi_1", false},
    {"payment_intent", "pi_1", true},
    {"refund", "re_1", true},
    {"refund", "pyr_1", true},
    {"refund", "req_1", false},
    {"customer", "cus_1", true},
};

static void test_ids(void **state)
{
	char id[300] = "cs_live_";

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		const struct client_kind *kind =
		    client_kind_find(client_find("stripe"), ids[i].kind);

		if (kind->id_is_valid(ids[i].id) != ids[i].valid)
			fail_msg("%s %s", ids[i].kind, ids[i].id);
	}
	memset(id + 8, 'a', NAME_ID_MAX - 8);
	assert_true(client_kind_find(client_find("stripe"), "checkout_session")
			->id_is_valid(id));
	id[NAME_ID_MAX] = 'a';
	assert_false(client_kind_find(client_find("stripe"), "checkout_session")
			 ->id_is_valid(id));
}

/* What a first question looks like with these options; NULL: refused. */
static const char *ask_with(const char *options, struct arena *arena)
{
	const struct client *client = client_find("stripe");
	const struct client_object object = {
	    .kind = "subscription", .id = "sub_1"};
	struct provider_settings provider = {.api_key = "rk_1"};
	struct client_request request;
	struct err_text err = {""};
	struct config *config = NULL;
	const char *text = "";
	int rc;

	if (options != NULL)
		assert_int_equal(
		    config_open_text(options, "o", &config, &err), 0);
	rc = client->configure(options != NULL ? config_root(config) : NULL,
	    arena, &provider.options, &err);
	if (rc == 0) {
		assert_int_equal(
		    client->ask(&provider, &object, arena, &request, &err), 0);
		assert_string_equal(request.path, "/v1/subscriptions/sub_1");
		for (size_t i = 0; i < request.n_headers; i++)
			text = arena_printf(arena, "%s%s=%s;", text,
			    request.headers[i].name, request.headers[i].value);
	}
	config_close(config);
	assert_true(rc == 0 || (rc == ERR_BAD && err.text[0] != '\0'));
	return rc == 0 ? text : NULL;
}

static const struct {
	const char *options;
	const char *version; /* NULL: refused */
	const char *account; /* NULL: no such header */
} options[] = {
    {NULL, "2025-03-31.basil", NULL},
    {"", "2025-03-31.basil", NULL},
    {"api_version = \"2024-06-20\";", "2024-06-20", NULL},
    {"api_version = \"2026-07-29.dahlia\";", "2026-07-29.dahlia", NULL},
    {"account = \"acct_1A\";", "2025-03-31.basil", "acct_1A"},
    {"account = \"\";", "2025-03-31.basil", NULL},
    {"account = \"cus_1A\";", NULL, NULL},
    {"account = \"acct_1A\\r\\nX: y\";", NULL, NULL},
    {"api_version = \"basil\";", NULL, NULL},
    {"api_version = \"2025-03-31.\";", NULL, NULL},
    {"api_version = \"2025-03-31.basil\\n\";", NULL, NULL},
    {"api_version = \"2025-3-31\";", NULL, NULL},
    {"api_version = \"\";", NULL, NULL},
    {"api_version = 2025;", NULL, NULL},
    {"version = \"2025-03-31.basil\";", NULL, NULL},
    {"events = [ ];", NULL, NULL},
    {"events = \"invoice.paid\";", "2025-03-31.basil", NULL},
    {"events = [\"charge.*\"];", NULL, NULL},
    {"events = [\"a&b\"];", NULL, NULL},
    {"events = \"\";", "2025-03-31.basil", NULL},
    {"events = [\"\", \"\"];", NULL, NULL},
    {"events = 7;", NULL, NULL},
};

/* What the log is asked for with these options; NULL: refused. */
static const char *log_asked(const char *text, struct arena *arena)
{
	const struct client *client = client_find("stripe");
	const struct client_place place = {
	    .list = client_log(client), .since_ms = now_ms};
	struct provider_settings provider = {.api_key = "rk_1"};
	struct client_request request;
	struct config *config = NULL;
	struct err_text err = {""};
	const char *path = NULL;

	assert_int_equal(config_open_text(text, "o", &config, &err), 0);
	if (client->configure(
		config_root(config), arena, &provider.options, &err) == 0 &&
	    place.list->ask(&provider, &place, arena, &request, &err) == 0)
		path = request.path;
	config_close(config);
	return path;
}

static void test_event_types(void **state)
{
	const char *many = "\"a.b\"";
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_string_equal(
	    log_asked(
		"events = [\"invoice.paid\", \"refund.created\"];", &arena),
	    "/v1/events?limit=50&created%5Bgte%5D=1510000000"
	    "&types%5B%5D=invoice.paid&types%5B%5D=refund.created");
	for (int i = 1; i < 20; i++)
		many = arena_printf(&arena, "%s, \"a.b\"", many);
	assert_non_null(
	    log_asked(arena_printf(&arena, "events = [%s];", many), &arena));
	assert_null(log_asked(
	    arena_printf(&arena, "events = [%s, \"a.b\"];", many), &arena));
	arena_fini(&arena);
}

static void test_options(void **state)
{

	(void)state;
	for (size_t i = 0; i < COUNT(options); i++) {
		struct arena arena;
		char want[200];
		const char *got;

		arena_init(&arena, ARENA_MAX);
		got = ask_with(options[i].options, &arena);
		(void)snprintf(want, sizeof(want),
		    "Accept=application/json;Stripe-Version=%s;%s%s%s"
		    "Authorization=Bearer rk_1;",
		    options[i].version != NULL ? options[i].version : "",
		    options[i].account != NULL ? "Stripe-Account=" : "",
		    options[i].account != NULL ? options[i].account : "",
		    options[i].account != NULL ? ";" : "");
		if (!text_equal(got, options[i].version != NULL ? want : NULL))
			fail_msg("%s: %s", options[i].options,
			    got != NULL ? got : "refused");
		arena_fini(&arena);
	}
}

static void test_questions(void **state)
{
	static const struct {
		const char *kind, *id, *path; /* NULL: refused */
	} cases[] = {
	    {"invoice", "in_1", "/v1/invoices/in_1"},
	    {"checkout_session", "cs_1", "/v1/checkout/sessions/cs_1"},
	    {"charge", "py_1", "/v1/charges/py_1"},
	    {"payment_intent", "pi_1", "/v1/payment_intents/pi_1"},
	    {"refund", "re_1", "/v1/refunds/re_1"},
	    {"customer", "cus_1", "/v1/customers/cus_1"},
	    {"customer", "cus_1/sources", NULL},
	    {"customer", "sub_1", NULL},
	    {"dispute", "du_1", NULL},
	};
	const struct client *client = client_find("stripe");
	const struct provider_settings provider = {.api_key = NULL};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct client_object object = {
		    .kind = cases[i].kind, .id = cases[i].id};
		struct client_request request;
		struct err_text err = {""};
		struct arena arena;
		int rc;

		arena_init(&arena, ARENA_MAX);
		rc = client->ask(&provider, &object, &arena, &request, &err);
		assert_int_equal(rc, cases[i].path != NULL ? 0 : ERR_BAD);
		if (rc == 0)
			assert_string_equal(request.path, cases[i].path);
		arena_fini(&arena);
	}
}

/* How a small event is taken with these secrets and this header. */
static int identify(const char *const *secrets, size_t n, const char *header,
    const char *body, size_t len)
{
	struct provider_settings provider = {.n_hook_secrets = n};
	struct sign_headers headers = {0};
	struct client_hook hook = {.body = body,
	    .len = len,
	    .header = sign_header,
	    .cookie = &headers,
	    .now_ms = now_ms};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	int rc;

	for (size_t i = 0; i < n; i++)
		provider.hook_secrets[i] = secrets[i];
	if (header == NULL)
		sign_stripe(&headers, &hook);
	else
		sign_as_told(&headers, header);
	arena_init(&arena, ARENA_MAX);
	rc = client_find("stripe")->identify(
	    &provider, &hook, &arena, &notices, &err);
	assert_true(rc == 0 || notices.n == 0);
	arena_fini(&arena);
	return rc;
}

#define EVENT \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"t\",\"data\":" \
	"{\"object\":{\"id\":\"sub_1\",\"object\":\"subscription\"}}}"

static void test_secrets(void **state)
{
	static const char *const rotated[] = {"whsec_new", SIGN_SECRET};
	static const char *const other[] = {"whsec_new"};
	static const char *const stripped[] = {"fixtures"};

	(void)state;
	assert_int_equal(identify(rotated, 2, NULL, EVENT, strlen(EVENT)), 0);
	assert_int_equal(
	    identify(rotated + 1, 1, NULL, EVENT, strlen(EVENT)), 0);
	assert_int_equal(
	    identify(other, 1, NULL, EVENT, strlen(EVENT)), ERR_DENIED);
	assert_int_equal(
	    identify(stripped, 1, NULL, EVENT, strlen(EVENT)), ERR_DENIED);
	assert_int_equal(
	    identify(NULL, 0, NULL, EVENT, strlen(EVENT)), ERR_DENIED);
	assert_int_equal(
	    identify(rotated, 2, "\n", EVENT, strlen(EVENT)), ERR_DENIED);
}

/* The signature is looked at first, and says nothing about the JSON. */
static void test_order(void **state)
{
	static const char *const ours[] = {SIGN_SECRET};
	static const char forged[] = "Stripe-Signature: t=1510000000,v1=00\n";
	static const char *const bad[] = {"", "{", "[]", "null", "{}",
	    EVENT "x", "\xef\xbb\xbf" EVENT, "a=b"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(
		    identify(ours, 1, NULL, bad[i], strlen(bad[i])), ERR_BAD);
		assert_int_equal(
		    identify(ours, 1, forged, bad[i], strlen(bad[i])),
		    ERR_DENIED);
	}
	assert_int_equal(
	    identify(ours, 1, NULL, EVENT "\0", strlen(EVENT) + 1), ERR_BAD);
	assert_int_equal(
	    identify(ours, 1, NULL, EVENT "\r\n", strlen(EVENT "\r\n")), 0);
}

static void test_policy(void **state)
{
	const char *const *policy = client_find("stripe")->defaults.policy;
	struct policy rules;
	struct err_text err;

	(void)state;
	policy_default(&rules);
	for (size_t i = 0; policy[i] != NULL; i += 2)
		assert_int_equal(
		    policy_set(&rules, policy[i], policy[i + 1], &err), 0);
	assert_int_equal(rules.rules[STATE_PAST_DUE].access, ACCESS_DENY);
	assert_int_equal(rules.rules[STATE_PAID].access, ACCESS_ALLOW);
	assert_int_equal(rules.rules[STATE_TRIALING].access, ACCESS_ALLOW);
	assert_int_equal(rules.rules[STATE_ACTIVE].access, ACCESS_ALLOW);
	assert_int_equal(rules.rules[STATE_PAUSED].access, ACCESS_DENY);
	assert_int_equal(rules.rules[STATE_UNKNOWN].access, ACCESS_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ids),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_event_types),
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_secrets),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
