/* The Flexprice client: ids, options, questions, and who is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/buf.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/entitle.h"
#include "reconciler/core/settings.h"
#include "tests/contract/clients_sign.h"

#include "clients/client.h"

enum { ARENA_MAX = 1 << 16 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SUBSCRIPTION "subs_01JX0000000000000000000001"
#define EVENT \
	"{\"event_type\":\"subscription.updated\",\"subscription\":" \
	"{\"id\":\"" SUBSCRIPTION "\"}}"

static const int64_t now_ms = INT64_C(1510000000000);

static void test_ids(void **state)
{
	static const struct {
		const char *id;
		bool valid;
	} cases[] = {
	    {SUBSCRIPTION, true},
	    {"wallet_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", true},
	    {"sys_event_01JX0000000000000000000001", true},
	    {"subs_01JX000000000000000000000", false},
	    {"subs_01JX00000000000000000000001", false},
	    {"subs_01JX0000000000000000000001/", false},
	    {"subs_01JX0000000000000000000001\n", false},
	    {"subs_01jx0000000000000000000001", false},
	    {"subs_01JX000000000000000000000I", false},
	    {"subs_01JX000000000000000000000L", false},
	    {"subs_01JX000000000000000000000O", false},
	    {"subs_01JX000000000000000000000U", false},
	    {"subs-01JX0000000000000000000001", false},
	    {"Subs_01JX0000000000000000000001", false},
	    {"_01JX0000000000000000000001", false},
	    {"01JX0000000000000000000001", false},
	    {"subs_", false},
	    {"subs_../../../../../../../../x", false},
	};
	const struct client *client = client_find("flexprice");

	(void)state;
	for (size_t k = 0; k < client->n_kinds; k++) {
		/* what the user calls a customer is of any form */
		if (strcmp(client->kinds[k].name, "external") == 0)
			continue;
		for (size_t i = 0; i < COUNT(cases); i++) {
			if (client->kinds[k].id_is_valid(cases[i].id) !=
			    cases[i].valid)
				fail_msg("%s", cases[i].id);
		}
	}
}

/* The settings with these options; false: refused. */
static bool configure(struct provider_settings *provider, const char *options,
    struct arena *arena, struct config **config)
{
	const struct client *client = client_find("flexprice");
	struct err_text err = {""};
	int rc;

	*config = NULL;
	if (options != NULL)
		assert_int_equal(
		    config_open_text(options, "o", config, &err), 0);
	rc = client->configure(options != NULL ? config_root(*config) : NULL,
	    arena, &provider->options, &err);
	assert_true(rc == 0 || (rc == ERR_BAD && err.text[0] != '\0'));
	return rc == 0;
}

static void check_question(const struct provider_settings *provider,
    struct arena *arena, const char *want)
{
	const struct client_object object = {
	    .kind = "subscription", .id = SUBSCRIPTION};
	const char *text = "";
	struct client_request request;
	struct err_text err;

	assert_int_equal(client_find("flexprice")
			     ->ask(provider, &object, arena, &request, &err),
	    0);
	assert_string_equal(request.path, "/subscriptions/" SUBSCRIPTION);
	for (size_t i = 0; i < request.n_headers; i++)
		text = arena_printf(arena, "%s%s=%s;", text,
		    request.headers[i].name, request.headers[i].value);
	assert_string_equal(text, want);
}

static void test_options(void **state)
{
	static const struct {
		const char *options;
		const char *headers; /* NULL: refused */
	} cases[] = {
	    {NULL, "Accept=application/json;x-api-key=k;"},
	    {"", "Accept=application/json;x-api-key=k;"},
	    {"key_header = \"X-Key\";", "Accept=application/json;X-Key=k;"},
	    {"environment_id = \"env_01JX0000000000000000000001\";",
		"Accept=application/json;X-Environment-ID="
		"env_01JX0000000000000000000001;x-api-key=k;"},
	    {"signature = \"static\"; static_header = \"X-Hook\";",
		"Accept=application/json;x-api-key=k;"},
	    {"entitlements = false;", "Accept=application/json;x-api-key=k;"},
	    {"signature = \"none\";", NULL},
	    {"static_header = \"\";", NULL},
	    {"static_header = \"X Hook\";", NULL},
	    {"key_header = \"X:\";", NULL},
	    {"key_header = \"X\\r\\nY\";", NULL},
	    {"environment_id = \"production\";", NULL},
	    {"entitlements = \"no\";", NULL},
	    {"entitlement = false;", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider_settings provider = {.api_key = "k"};
		struct config *config;
		struct arena arena;
		bool taken;

		arena_init(&arena, ARENA_MAX);
		taken = configure(&provider, cases[i].options, &arena, &config);
		if (taken != (cases[i].headers != NULL))
			fail_msg("%s", cases[i].options);
		if (taken)
			check_question(&provider, &arena, cases[i].headers);
		config_close(config);
		arena_fini(&arena);
	}
}

/* What comes of the event with these headers; the delivery's id. */
static int identify(const struct provider_settings *provider,
    struct sign_headers *headers, struct arena *arena, const char **delivery)
{
	const struct client_hook hook = {.body = EVENT,
	    .len = sizeof(EVENT) - 1,
	    .header = sign_header,
	    .cookie = headers,
	    .now_ms = now_ms};
	struct client_notices notices;
	struct err_text err;
	int rc = client_find("flexprice")
		     ->identify(provider, &hook, arena, &notices, &err);

	assert_int_equal(notices.n, rc == 0 ? 1 : 0);
	*delivery = rc == 0 ? notices.items[0].delivery_id : NULL;
	return rc;
}

static const struct client_hook genuine = {
    .body = EVENT, .len = sizeof(EVENT) - 1, .now_ms = now_ms};

static void test_prefixes(void **state)
{
	static const char *const prefixes[] = {"svix", "webhook", "hook"};
	struct provider_settings provider = {.type = "flexprice"};
	struct sign_headers headers = {0};
	const char *delivery;
	struct arena arena;

	(void)state;
	sign_secrets(&provider);
	arena_init(&arena, ARENA_MAX);
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		sign_standard(&headers, prefixes[i], &genuine);
		assert_int_equal(
		    identify(&provider, &headers, &arena, &delivery),
		    i < 2 ? 0 : ERR_DENIED);
		if (i < 2)
			assert_string_equal(
			    delivery, "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W");
	}
	/* not some of the one and some of the other */
	sign_standard(&headers, "svix", &genuine);
	memcpy(headers.items[0].name, "webhook-id", sizeof("webhook-id"));
	assert_int_equal(
	    identify(&provider, &headers, &arena, &delivery), ERR_DENIED);
	arena_fini(&arena);
}

/* Without a secret the sender may say what it likes, its id is not kept. */
static void test_unsigned(void **state)
{
	struct provider_settings provider = {.type = "flexprice"};
	struct sign_headers headers = {0};
	const char *delivery;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(identify(&provider, &headers, &arena, &delivery), 0);
	sign_standard(&headers, "svix", &genuine);
	assert_int_equal(identify(&provider, &headers, &arena, &delivery), 0);
	assert_null(delivery);
	/* a secret that could not be had is not none */
	provider.hook_secret_file = "/nowhere";
	assert_int_equal(
	    identify(&provider, &headers, &arena, &delivery), ERR_DENIED);
	arena_fini(&arena);
}

static void test_static(void **state)
{
	static const struct {
		const char *header; /* as a line */
		int rc;
	} cases[] = {
	    {"X-Hook: two\n", 0},
	    {"x-hook: one\n", 0},
	    {"X-Hook: on\n", ERR_DENIED},
	    {"X-Hook: onetwo\n", ERR_DENIED},
	    {"X-Api-Key: one\n", ERR_DENIED},
	    {"\n", ERR_DENIED},
	};
	struct provider_settings provider = {.type = "flexprice",
	    .hook_secrets = {"one", "two"},
	    .n_hook_secrets = 2};
	struct config *config;
	const char *delivery;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_true(configure(&provider,
	    "signature = \"static\"; static_header = \"X-Hook\";", &arena,
	    &config));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sign_headers headers = {0};

		sign_as_told(&headers, cases[i].header);
		if (identify(&provider, &headers, &arena, &delivery) !=
		    cases[i].rc)
			fail_msg("%s", cases[i].header);
	}
	config_close(config);
	arena_fini(&arena);
}

static const char answer[] =
    "{\"id\":\"" SUBSCRIPTION "\",\"subscription_status\":\"active\","
    "\"customer_id\":\"cust_01JX0000000000000000000002\","
    "\"plan_id\":\"plan_01JX0000000000000000000003\","
    "\"start_date\":\"2017-06-01T00:00:00Z\",\"version\":1,"
    "\"customer\":{\"id\":\"cust_01JX0000000000000000000002\","
    "\"external_id\":\"a\"}}";

/* What an answer with N features, each enabled, means. */
static enum verdict read_features(
    size_t n, struct arena *arena, struct client_reading *reading)
{
	const struct client_object object = {
	    .kind = "subscription", .id = SUBSCRIPTION};
	const struct provider_settings provider = {.name = "flexprice"};
	struct client_reply replies[2] = {
	    {200, "application/json", answer, sizeof(answer) - 1},
	    {.status = 200, .content_type = "application/json"}};
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_adds(&text, "{\"features\":[");
	for (size_t i = 0; i < n; i++)
		buf_addf(&text,
		    "%s{\"feature\":{\"lookup_key\":\"f%zu\"},"
		    "\"entitlement\":{\"is_enabled\":true}}",
		    i > 0 ? "," : "", i);
	buf_adds(&text, "]}");
	assert_int_equal(text.error, 0);
	replies[1].body = buf_text(&text);
	replies[1].len = text.len;
	client_find("flexprice")
	    ->read(&provider, &object, replies, 2, now_ms, arena, reading);
	buf_fini(&text);
	return reading->verdict;
}

static void test_bounds(void **state)
{
	struct client_reading reading;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 20);
	assert_int_equal(
	    read_features(OBSERVATION_GRANTS_MAX - 1, &arena, &reading),
	    VERDICT_TRUTH);
	assert_int_equal(reading.observation.n_grants, OBSERVATION_GRANTS_MAX);
	/* so many are told as a number */
	for (size_t i = 0; i < reading.observation.n_facts; i++)
		assert_true(strlen(reading.observation.facts[i].value) < 100);
	assert_int_equal(
	    read_features(OBSERVATION_GRANTS_MAX, &arena, &reading),
	    VERDICT_GARBLED);
	arena_fini(&arena);
}

/* Nothing but the subscription's own status decides, unless configured. */
static void test_policy(void **state)
{
	const char *const *line = client_find("flexprice")->defaults.policy;
	struct policy policy;

	(void)state;
	policy_default(&policy);
	for (; line[0] != NULL; line += 2)
		assert_int_equal(
		    policy_set(&policy, line[0], line[1], NULL), 0);
	for (int kind = 0; kind < EFFECT_COUNT; kind++)
		assert_true(kind == EFFECT_CHARGEBACK || !policy.revokes[kind]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ids),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_prefixes),
	    cmocka_unit_test(test_unsigned),
	    cmocka_unit_test(test_static),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
