/* The eCurring client: notifications and questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

enum { ARENA_MAX = 1 << 16 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UUID "348fbaea-950f-4db0-8cc4-36deb1a932ec"

static const struct provider_settings provider = {
    .name = "shop", .type = "ecurring", .api_key = "bare-key"};

struct hook_case {
	int line;
	const char *body;
	const char *kind; /* NULL: refused */
	const char *id;
	const char *parent;
	const char *complaint; /* part of the text */
};

static const char bad_subscription[] =
    "subscription_id is not an id of the documented form";
static const char bad_transaction[] =
    "transaction_id is not an id of the documented form";

static const struct hook_case hooks[] = {
    {__LINE__, "{\"subscription_id\":\"534532113\"}", "subscription",
	"534532113", NULL, NULL},
    {__LINE__, "{\"subscription_id\":534532113}", "subscription", "534532113",
	NULL, NULL},
    {__LINE__, "{\"subscription_id\":0}", "subscription", "0", NULL, NULL},
    {__LINE__, "{\"subscription_id\":9223372036854775807}", "subscription",
	"9223372036854775807", NULL, NULL},
    {__LINE__, "{\"subscription_id\":\"12345678901234567890\"}", "subscription",
	"12345678901234567890", NULL, NULL},
    {__LINE__, "{\"subscription_id\":\"1\",\"transaction_id\":\"" UUID "\"}",
	"transaction", UUID, "1", NULL},
    {__LINE__, "{\"transaction_id\":\"" UUID "\",\"subscription_id\":1}",
	"transaction", UUID, "1", NULL},
    {__LINE__, "{\"transaction_id\":\"348FBAEA-950F-4DB0-8CC4-36DEB1A932EC\"}",
	"transaction", UUID, NULL, NULL},
    {__LINE__, "{\"transaction_id\":\"" UUID "\"}", "transaction", UUID, NULL,
	NULL},
    {__LINE__,
	" {\"subscription_id\":\"1\",\"status\":\"active\",\"x\":{\"y\":[]}} ",
	"subscription", "1", NULL, NULL},
    {__LINE__, "{\"subscription_id\":\"../customers/1\"}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":\"123456789012345678901\"}", NULL, NULL,
	NULL, bad_subscription},
    {__LINE__, "{\"subscription_id\":\"\"}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":\" 1\"}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":\"1\\n\"}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":\"1\\u0000\"}", NULL, NULL, NULL,
	"not JSON"},
    {__LINE__, "{\"subscription_id\":\"\xd9\xa1\"}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":null}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":true}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":1.5}", NULL, NULL, NULL, bad_subscription},
    {__LINE__, "{\"subscription_id\":1.0}", NULL, NULL, NULL, bad_subscription},
    {__LINE__, "{\"subscription_id\":1e3}", NULL, NULL, NULL, bad_subscription},
    {__LINE__, "{\"subscription_id\":-1}", NULL, NULL, NULL, bad_subscription},
    {__LINE__, "{\"subscription_id\":9223372036854775808}", NULL, NULL, NULL,
	"a number is too large"},
    {__LINE__, "{\"subscription_id\":[\"1\"]}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":{\"id\":1}}", NULL, NULL, NULL,
	bad_subscription},
    {__LINE__, "{\"subscription_id\":\"1\",\"transaction_id\":null}", NULL,
	NULL, NULL, bad_transaction},
    {__LINE__, "{\"subscription_id\":\"1\",\"transaction_id\":\"2\"}", NULL,
	NULL, NULL, bad_transaction},
    {__LINE__, "{\"subscription_id\":\"1\",\"transaction_id\":2}", NULL, NULL,
	NULL, bad_transaction},
    {__LINE__, "{\"transaction_id\":\"../../../348fbaea-950f-4db0-8cc4\"}",
	NULL, NULL, NULL, bad_transaction},
    {__LINE__, "{\"transaction_id\":\"" UUID "0\"}", NULL, NULL, NULL,
	bad_transaction},
    {__LINE__, "{\"subscription_id\":null,\"transaction_id\":\"" UUID "\"}",
	NULL, NULL, NULL, bad_subscription},
    {__LINE__, "{\"subscription_id\":\"a\",\"transaction_id\":\"" UUID "\"}",
	NULL, NULL, NULL, bad_subscription},
    {__LINE__, "{}", NULL, NULL, NULL, "neither"},
    {__LINE__, "{\"id\":\"1\"}", NULL, NULL, NULL, "neither"},
    {__LINE__, "{\"Subscription_id\":\"1\"}", NULL, NULL, NULL, "neither"},
    {__LINE__, "[]", NULL, NULL, NULL, "neither"},
    {__LINE__, "[{\"subscription_id\":\"1\"}]", NULL, NULL, NULL, "neither"},
    {__LINE__, "", NULL, NULL, NULL, "empty"},
    {__LINE__, "\"1\"", NULL, NULL, NULL, "not JSON"},
    {__LINE__, "subscription_id=1", NULL, NULL, NULL, "not JSON"},
    {__LINE__, "{\"subscription_id\":\"1\"", NULL, NULL, NULL,
	"ends too early"},
    {__LINE__, "{\"subscription_id\":\"1\"}x", NULL, NULL, NULL, "not JSON"},
    {__LINE__, "{\"subscription_id\":\"1\",\"subscription_id\":\"2\"}", NULL,
	NULL, NULL, "a key is given twice"},
    {__LINE__, "\xef\xbb\xbf{\"subscription_id\":\"1\"}", NULL, NULL, NULL,
	"not JSON"},
    {__LINE__, "{\"subscription_id\":\"1\",\"x\":\"\xff\"}", NULL, NULL, NULL,
	"not UTF-8"},
};

static int identify(const char *body, size_t len, const char *type,
    struct arena *arena, struct client_notices *out, struct err_text *err)
{
	const struct client_hook hook = {
	    .content_type = type, .body = body, .len = len};

	err->text[0] = '\0';
	return client_find("ecurring")
	    ->identify(&provider, &hook, arena, out, err);
}

static void check_notice(
    const struct hook_case *c, const struct client_notices *notices)
{
	const struct client_notice *notice = &notices->items[0];
	const char *parent_kind = c->parent != NULL ? "subscription" : NULL;

	if (notices->n != 1 || !text_equal(notice->kind, c->kind) ||
	    !text_equal(notice->id, c->id) ||
	    !text_equal(notice->parent_kind, parent_kind) ||
	    !text_equal(notice->parent_id, c->parent) ||
	    notice->delivery_id != NULL || notices->ignored != NULL)
		fail_msg("line %d: another notice", c->line);
}

static void test_hooks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hooks); i++) {
		const struct hook_case *c = &hooks[i];
		struct client_notices notices;
		struct err_text err;
		struct arena arena;
		int rc;

		arena_init(&arena, ARENA_MAX);
		rc = identify(c->body, strlen(c->body), "application/json",
		    &arena, &notices, &err);
		if (rc != (c->kind != NULL ? 0 : ERR_BAD))
			fail_msg("line %d: %d %s", c->line, rc, err.text);
		if (rc == 0)
			check_notice(c, &notices);
		else if (strstr(err.text, c->complaint) == NULL ||
			 notices.n != 0)
			fail_msg("line %d: %s", c->line, err.text);
		arena_fini(&arena);
	}
}

/* The page does not document a Content-Type: the body alone decides. */
static void test_hook_types(void **state)
{
	static const char body[] = "{\"subscription_id\":\"1\"}";
	static const char *const types[] = {NULL, "", "application/json",
	    "application/json; charset=utf-8", "text/plain",
	    "application/vnd.api+json", "nonsense",
	    "application/x-www-form-urlencoded"};
	static const char form[] = "subscription_id=1";
	struct client_notices notices;
	struct err_text err;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	for (size_t i = 0; i < COUNT(types); i++) {
		assert_int_equal(identify(body, strlen(body), types[i], &arena,
				     &notices, &err),
		    0);
		assert_int_equal(identify(form, strlen(form), types[i], &arena,
				     &notices, &err),
		    ERR_BAD);
	}
	arena_fini(&arena);
}

/* Only the received bytes count, not what stands behind them. */
static void test_hook_length(void **state)
{
	static const char body[] = "{\"subscription_id\":\"1\"}, and more";
	static const char nul[] = "{\"subscription_id\":\"1\"}\0";
	struct client_notices notices;
	struct err_text err;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(identify(body, 23, NULL, &arena, &notices, &err), 0);
	assert_int_equal(
	    identify(body, 22, NULL, &arena, &notices, &err), ERR_BAD);
	assert_int_equal(
	    identify(nul, 24, NULL, &arena, &notices, &err), ERR_BAD);
	assert_int_equal(
	    identify(NULL, 0, NULL, &arena, &notices, &err), ERR_BAD);
	arena_fini(&arena);
}

static void test_deep_hook(void **state)
{
	char body[512];
	struct client_notices notices;
	struct err_text err;
	struct arena arena;
	int n;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	for (int depth = 62; depth <= 65; depth++) {
		char open[80] = "";
		char shut[80] = "";

		memset(open, '[', (size_t)depth);
		memset(shut, ']', (size_t)depth);
		n = snprintf(body, sizeof(body),
		    "{\"subscription_id\":\"1\",\"x\":%s%s}", open, shut);
		assert_int_equal(
		    identify(body, (size_t)n, NULL, &arena, &notices, &err),
		    depth < CLIENT_JSON_DEPTH_MAX ? 0 : ERR_BAD);
	}
	arena_fini(&arena);
}

/* At every size of the arena: the notice, or ERR_FULL; never half of it. */
static void test_full_hook(void **state)
{
	static const char body[] =
	    "{\"subscription_id\":\"1\",\"transaction_id\":\"" UUID "\"}";
	bool seen_full = false;
	bool seen_good = false;

	(void)state;
	for (size_t max = 0; max < 512; max++) {
		struct client_notices notices;
		struct err_text err;
		struct arena arena;
		int rc;

		arena_init(&arena, max);
		rc = identify(body, strlen(body), NULL, &arena, &notices, &err);
		assert_true(rc == 0 || rc == ERR_FULL);
		if (rc == 0)
			assert_string_equal(notices.items[0].parent_id, "1");
		seen_good = seen_good || rc == 0;
		seen_full = seen_full || rc == ERR_FULL;
		arena_fini(&arena);
	}
	assert_true(seen_good && seen_full);
}

struct ask_case {
	int line;
	const char *kind;
	const char *id;
	const char *path; /* NULL: ERR_BAD */
};

static const struct ask_case asks[] = {
    {__LINE__, "subscription", "534532113", "/subscriptions/534532113"},
    {__LINE__, "transaction", UUID, "/transactions/" UUID},
    {__LINE__, "subscription", "../customers/1", NULL},
    {__LINE__, "subscription", "", NULL},
    {__LINE__, "subscription", "1?include=customer", NULL},
    {__LINE__, "subscription", "123456789012345678901", NULL},
    {__LINE__, "subscription", UUID, NULL},
    {__LINE__, "transaction", "1", NULL},
    {__LINE__, "transaction", "348FBAEA-950F-4DB0-8CC4-36DEB1A932EC", NULL},
    {__LINE__, "customer", "1", NULL},
    {__LINE__, "", "1", NULL},
};

static void test_ask(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(asks); i++) {
		const struct ask_case *c = &asks[i];
		const struct client_object object = {
		    .kind = c->kind, .id = c->id};
		struct client_request request;
		struct err_text err;
		struct arena arena;
		int rc;

		arena_init(&arena, ARENA_MAX);
		rc = client_find("ecurring")
			 ->ask(&provider, &object, &arena, &request, &err);
		if (rc != (c->path != NULL ? 0 : ERR_BAD))
			fail_msg("line %d: %d", c->line, rc);
		if (rc == 0 &&
		    (!text_equal(request.path, c->path) ||
			!text_equal(request.operation, c->kind) ||
			request.method != NULL || request.body != NULL))
			fail_msg("line %d: %s", c->line, request.path);
		arena_fini(&arena);
	}
}

static const char *header(
    const struct client_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		if (strcmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	}
	return NULL;
}

/* The bare key, without a scheme word; none at all rather than an empty one. */
static void test_ask_headers(void **state)
{
	const struct client_object object = {.kind = "subscription", .id = "1"};
	struct provider_settings keyless = provider;
	struct client_request request;
	struct err_text err;
	struct arena arena;

	(void)state;
	keyless.api_key = NULL;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(client_find("ecurring")
			     ->ask(&provider, &object, &arena, &request, &err),
	    0);
	assert_string_equal(header(&request, "X-Authorization"), "bare-key");
	assert_string_equal(
	    header(&request, "Accept"), "application/vnd.api+json");
	assert_int_equal(client_find("ecurring")
			     ->ask(&keyless, &object, &arena, &request, &err),
	    0);
	assert_null(header(&request, "X-Authorization"));
	arena_fini(&arena);
	arena_init(&arena, 4);
	assert_int_equal(client_find("ecurring")
			     ->ask(&provider, &object, &arena, &request, &err),
	    ERR_FULL);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hooks),
	    cmocka_unit_test(test_hook_types),
	    cmocka_unit_test(test_hook_length),
	    cmocka_unit_test(test_deep_hook),
	    cmocka_unit_test(test_full_hook),
	    cmocka_unit_test(test_ask),
	    cmocka_unit_test(test_ask_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
