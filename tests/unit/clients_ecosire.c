/* The ECOSIRE client: ids, questions, options, and what is never asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/client.h"

enum { ARENA_MAX = 1 << 16 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UUID "018f3c2a-7b1e-7c3d-9a4b-1c2d3e4f5a6b"

static const struct client_object objects[] = {
    {.kind = "order", .id = UUID},
    {.kind = "subscription", .id = "sub_1"},
    {.kind = "invoice", .id = "inv_1"},
    {.kind = "license", .id = UUID},
};

static void test_ids(void **state)
{
	static const struct {
		const char *kind;
		const char *id;
		bool valid;
	} cases[] = {
	    {"order", UUID, true},
	    {"order", "018F3C2A-7B1E-7C3D-9A4B-1C2D3E4F5A6B", false},
	    {"order", "42", false},
	    {"subscription", "sub_1Nabc", true},
	    {"subscription", "sub_", false},
	    {"subscription", "SUB_1", false},
	    {"subscription", "sub_1/../x", false},
	    {"subscription", "sub_1?x=1", false},
	    {"subscription", UUID, false},
	    {"invoice", "inv_7Xyz", true},
	    {"invoice", "in_7Xyz", false},
	    {"invoice", "inv_7%2f", false},
	    {"license", UUID, true},
	    {"license", "PREFIX-ABCD-1234-EFGH-5678", false},
	    {"license", "ABCDEFAB-ABCD-ABCD-ABCD-ABCD", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct client_kind *kind =
		    client_kind_find(client_find("ecosire"), cases[i].kind);

		if (kind->id_is_valid(cases[i].id) != cases[i].valid)
			fail_msg("%s %s", cases[i].kind, cases[i].id);
	}
}

/* Nothing but reading: activate and deactivate change state. */
static void test_questions(void **state)
{
	static const char *const paths[] = {("/orders/" UUID),
	    "/billing/subscriptions/sub_1", "/billing/invoices/inv_1",
	    "/licenses"};
	const struct provider_settings provider = {.api_key = "eco_live_1"};
	struct client_request request;
	struct err_text err = {""};
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	for (size_t i = 0; i < COUNT(objects); i++) {
		assert_int_equal(client_find("ecosire")->ask(&provider,
				     &objects[i], &arena, &request, &err),
		    0);
		assert_string_equal(request.path, paths[i]);
		assert_null(request.method);
		assert_null(request.body);
		assert_string_equal(
		    request.headers[1].value, "Bearer eco_live_1");
	}
	arena_fini(&arena);
}

static void test_questions_refused(void **state)
{
	static const struct client_object bad[] = {
	    {.kind = "license", .id = "PREFIX-ABCD-1234-EFGH-5678"},
	    {.kind = "customer", .id = UUID},
	    {.kind = "order", .id = "../licenses/activate"}};
	const struct provider_settings provider = {.api_key = "eco_live_1"};
	struct client_request request;
	struct arena arena;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err_text err = {""};

		arena_init(&arena, ARENA_MAX);
		assert_int_equal(client_find("ecosire")->ask(&provider, &bad[i],
				     &arena, &request, &err),
		    ERR_BAD);
		assert_null(strstr(err.text, "ABCD"));
		arena_fini(&arena);
	}
	for (size_t max = 0; max < 8; max++) {
		struct err_text err = {""};

		arena_init(&arena, max);
		assert_int_equal(client_find("ecosire")->ask(&provider,
				     &objects[0], &arena, &request, &err),
		    ERR_FULL);
		arena_fini(&arena);
	}
}

static void test_options(void **state)
{
	static const struct {
		const char *options;
		int rc;
	} cases[] = {
	    {"", 0},
	    {"signature_encoding = \"hex\"; signature_prefix = \"sha256=\";",
		0},
	    {"signature_encoding = \"base64\"; signature_prefix = \"\";", 0},
	    {"signature_encoding = \"HEX\";", ERR_BAD},
	    {"signature_encoding = \"\";", ERR_BAD},
	    {"signature_prefix = \"sha 256\";", ERR_BAD},
	    {"signature_prefix = \"a\\nb\";", ERR_BAD},
	    {"signature_prefix = \"0123456789012345678901234567890123\";",
		ERR_BAD},
	    {"signature_algorithm = \"md5\";", ERR_BAD},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err_text err = {""};
		struct config *config = NULL;
		const void *made = NULL;
		struct arena arena;
		int rc;

		arena_init(&arena, ARENA_MAX);
		assert_int_equal(
		    config_open_text(cases[i].options, "o", &config, &err), 0);
		rc = client_find("ecosire")->configure(
		    config_root(config), &arena, &made, &err);
		if (rc != cases[i].rc)
			fail_msg("%s: %s", cases[i].options, err.text);
		assert_true(rc != 0 || made != NULL);
		config_close(config);
		arena_fini(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ids),
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_questions_refused),
	    cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
