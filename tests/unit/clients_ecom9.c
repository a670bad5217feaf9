/* The ecom9 client: options, questions, and lists that no fixture holds. */
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
#include "reconciler/core/settings.h"

#include "clients/ecom9.h"

enum { ARENA_MAX = 1 << 20, BODY_MAX = 1 << 20 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEN "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define UUID "123e4567-e89b-12d3-a456-426614174000"

/* ---- options ------------------------------------------------------------ */

struct option_case {
	int line;
	const char *text;
	const char *complaint; /* part of it; NULL: taken */
};

static const struct option_case options[] = {
    {__LINE__, "", NULL},
    {__LINE__, "auth = \"bearer\"; credits = true;", NULL},
    {__LINE__, "auth = \"x-api-key\"; transactions_grant = true;", NULL},
    {__LINE__, "subscription = \"suite\";", NULL},
    {__LINE__, "subscription = \"suite\"; tier = \"pro\";", NULL},
    {__LINE__, "subscription = \"\"; tier = \"\";", NULL},
    {__LINE__, "tier = \"pro\";", "tier: ecom9 evaluates a tier only"},
    {__LINE__, "subscription = \"\"; tier = \"pro\";", "tier: ecom9"},
    {__LINE__, "subscription = \"a\\nb\";", "subscription: a control"},
    {__LINE__, "subscription = \"" LONG "1\";", "subscription: a label"},
    {__LINE__, "subscription = \"" LONG "\";", NULL},
    {__LINE__, "auth = \"basic\";", "auth"},
    {__LINE__, "auth = true;", "auth"},
    {__LINE__, "credits = \"no\";", "credits"},
    {__LINE__, "transaction_grants = true;", "transaction_grants"},
};

static void check_option(const struct option_case *c)
{
	struct config *config = NULL;
	struct err_text err = {""};
	const void *out = NULL;
	struct arena arena;
	int rc;

	arena_init(&arena, ARENA_MAX);
	assert_int_equal(config_open_text(c->text, "conf", &config, &err), 0);
	rc = client_find("ecom9")->configure(
	    config_root(config), &arena, &out, &err);
	if (c->complaint == NULL
		? rc != 0
		: rc != ERR_BAD || strstr(err.text, c->complaint) == NULL)
		fail_msg("line %d: %s", c->line, err.text);
	config_close(config);
	arena_fini(&arena);
}

static void test_options(void **state)
{
	const struct provider_settings provider = {.name = "shop"};

	(void)state;
	for (size_t i = 0; i < COUNT(options); i++)
		check_option(&options[i]);
	assert_true(ecom9_options(&provider)->credits);
	assert_false(ecom9_options(&provider)->transactions_grant);
	assert_string_equal(ecom9_options(&provider)->auth, "bearer");
	assert_null(ecom9_options(&provider)->subscription);
}

/* ---- questions ---------------------------------------------------------- */

static const struct client_object unaskable[] = {
    {.kind = "subscription", .id = "sub_1"},
    {.kind = "account", .id = ""},
    {.kind = "account", .id = ".."},
    {.kind = "account", .id = "a\nb"},
    {.kind = "transaction", .id = UUID},
    {.kind = "transaction", .id = UUID, .parent_kind = "account"},
    {.kind = "transaction",
	.id = UUID,
	.parent_kind = "subscription",
	.parent_id = "1"},
    {.kind = "transaction",
	.id = UUID,
	.parent_kind = "account",
	.parent_id = "."},
    {.kind = "transaction",
	.id = "in_1abc",
	.parent_kind = "account",
	.parent_id = "a"},
};

static void test_unaskable(void **state)
{
	const struct provider_settings provider = {.api_key = "key"};
	struct client_request request;
	struct arena arena;
	struct err_text err;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	for (size_t i = 0; i < COUNT(unaskable); i++)
		assert_int_equal(client_find("ecom9")->ask(&provider,
				     &unaskable[i], &arena, &request, &err),
		    ERR_BAD);
	arena_fini(&arena);
}

static void test_no_key(void **state)
{
	const struct provider_settings provider = {.name = "shop"};
	const struct client_object object = {.kind = "account", .id = "a"};
	struct client_request request;
	struct arena arena;
	struct err_text err;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(client_find("ecom9")->ask(
			     &provider, &object, &arena, &request, &err),
	    0);
	assert_int_equal(request.n_headers, 1);
	arena_fini(&arena);
	/* at every size: a whole request, or the complaint that it is none */
	for (size_t max = 0; max < 200; max++) {
		const struct provider_settings keyed = {.api_key = "key"};

		arena_init(&arena, max);
		if (client_find("ecom9")->ask(
			&keyed, &object, &arena, &request, &err) == 0)
			assert_string_equal(
			    request.headers[1].value, "Bearer key");
		arena_fini(&arena);
	}
}

/* ---- answers ------------------------------------------------------------ */

/* The verdict on n answers, of which all are the same text. */
static void read_same(const struct client_object *object, const char *body,
    size_t n, struct arena *arena, struct client_reading *out)
{
	static const struct ecom9_options no_credits = {.auth = "bearer"};
	const struct provider_settings provider = {.options = &no_credits};
	struct client_reply replies[CLIENT_STEPS_MAX];

	for (size_t i = 0; i < n; i++)
		replies[i] = (struct client_reply){
		    .status = 200, .body = body, .len = strlen(body)};
	client_find("ecom9")->read(
	    &provider, object, replies, n, 1, arena, out);
}

/* A list that never ends is not read for ever, and proves nothing. */
static void test_endless_list(void **state)
{
	static const char body[] = "{\"count\":9,\"next\":\"https://x/\","
				   "\"previous\":null,\"results\":[]}";
	const struct client_object object = {.kind = "transaction",
	    .id = UUID,
	    .parent_kind = "account",
	    .parent_id = "a"};

	(void)state;
	for (size_t n = 1; n <= CLIENT_STEPS_MAX; n++) {
		struct client_reading reading;
		struct arena arena;
		char path[100];

		arena_init(&arena, ARENA_MAX);
		snprintf(path, sizeof(path),
		    "/transactions/a/?page=%zu&page_size=100", n + 1);
		read_same(&object, body, n, &arena, &reading);
		if (n < CLIENT_STEPS_MAX) {
			assert_int_equal(reading.verdict, VERDICT_MORE);
			assert_string_equal(reading.next.path, path);
		} else {
			assert_int_equal(reading.verdict, VERDICT_GARBLED);
		}
		arena_fini(&arena);
	}
}

/* An account with n subscriptions, all but the last inactive. */
static enum verdict read_many(
    size_t n, struct arena *arena, struct client_reading *out)
{
	const struct client_object object = {.kind = "account", .id = "a"};
	struct buf body;

	buf_init(&body, BODY_MAX);
	buf_adds(&body, "{\"account_ref_id\":\"a\",\"subscriptions\":[");
	for (size_t i = 0; i < n; i++)
		buf_addf(&body,
		    "%s{\"is_active\":%s,\"product_manage_id\":%zu}",
		    i > 0 ? "," : "", i + 1 < n ? "false" : "true", i);
	buf_adds(&body, "]}");
	assert_int_equal(body.error, 0);
	read_same(&object, buf_text(&body), 1, arena, out);
	buf_fini(&body);
	return out->verdict;
}

/* Very many are told by their number and a sum that each of them changes. */
static void test_many_subscriptions(void **state)
{
	struct client_reading one;
	struct client_reading other;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(
	    read_many(OBSERVATION_GRANTS_MAX, &arena, &one), VERDICT_TRUTH);
	assert_int_equal(one.observation.n_grants, OBSERVATION_GRANTS_MAX);
	assert_string_equal(one.observation.status, "active");
	assert_int_equal(read_many(OBSERVATION_GRANTS_MAX - 1, &arena, &other),
	    VERDICT_TRUTH);
	assert_int_equal(one.observation.n_facts, 1);
	assert_true(strlen(one.observation.facts[0].value) < 100);
	assert_string_not_equal(
	    one.observation.facts[0].value, other.observation.facts[0].value);
	assert_int_equal(read_many(OBSERVATION_GRANTS_MAX + 1, &arena, &one),
	    VERDICT_GARBLED);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_unaskable),
	    cmocka_unit_test(test_no_key),
	    cmocka_unit_test(test_endless_list),
	    cmocka_unit_test(test_many_subscriptions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
