/* The pure parts of the query API: paths, arguments, tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"
#include "reconciler/io/api_gate.h"
#include "reconciler/io/api_path.h"
#include "reconciler/io/api_query.h"
#include "reconciler/io/listen.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- paths -------------------------------------------------------------- */

static void test_paths_are_found(void **state)
{
	static const struct {
		const char *path;
		enum api_what what;
	} rows[] = {
	    {"/v1/accounts/a", API_ACCOUNT},
	    {"/v1/accounts/history", API_ACCOUNT},
	    {"/v1/accounts/a/history", API_ACCOUNT_HISTORY},
	    {"/v1/accounts/history/history", API_ACCOUNT_HISTORY},
	    {"/v1/objects/shop/account/1", API_OBJECT},
	    {"/v1/objects/shop/account/history", API_OBJECT},
	    {"/v1/objects/shop/account/1/history", API_OBJECT_HISTORY},
	    {"/v1/changes", API_CHANGES},
	    {"/v1/stats", API_STATS},
	    {"/v1/accounts:batch", API_BATCH},
	    {"/metrics", API_METRICS},
	    {"/healthz", API_HEALTH},
	    {"/readyz", API_READY},
	};
	struct api_path path;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(api_path_parse(rows[i].path, &path), 0);
		assert_int_equal(path.what, rows[i].what);
	}
}

static void test_other_paths_are_absent(void **state)
{
	static const char *const rows[] = {"", "/", "*", "v1/changes", "//",
	    "/v1", "/v1/", "/v1/changes/", "/v1//changes", "/v1/Changes",
	    "/v1/change", "/v1/changess", "/v2/changes", "/v1/accounts",
	    "/v1/accounts/", "/v1/accounts//history", "/v1/accounts/a/",
	    "/v1/accounts/a/histor", "/v1/accounts/a/history/x",
	    "/v1/accounts/a/b/history", "/v1/objects/shop/account",
	    "/v1/objects/shop/account/", "/v1/objects/shop/account/1/x",
	    "/v1/accounts%3Abatch", "/%76%31/changes", "/healthz/x", "/metric",
	    "/v1/stats?x", "/v1/stats;x"};
	struct api_path path;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (api_path_parse(rows[i], &path) != ERR_ABSENT)
			fail_msg("%s", rows[i]);
	}
}

static void test_names_are_decoded(void **state)
{
	struct api_path path;

	(void)state;
	assert_int_equal(
	    api_path_parse(
		"/v1/accounts/a%2Fb%20%C3%a9+%3Fx%25/history", &path),
	    0);
	assert_string_equal(path.account, "a/b \xc3\xa9+?x%");
	assert_int_equal(
	    api_path_parse("/v1/objects/s%68op/acc%6funt/%2e%2e%2F1", &path),
	    0);
	assert_string_equal(path.provider, "shop");
	assert_string_equal(path.kind, "account");
	assert_string_equal(path.id, "../1");
	/* Raw bytes of UTF-8 are what curl sends of what is typed. */
	assert_int_equal(api_path_parse("/v1/accounts/\xc3\xa9", &path), 0);
	assert_string_equal(path.account, "\xc3\xa9");
}

static void test_bad_names_are_bad(void **state)
{
	static const char *const rows[] = {"/v1/accounts/%", "/v1/accounts/%0",
	    "/v1/accounts/%zz", "/v1/accounts/a%00b", "/v1/accounts/%00",
	    "/v1/accounts/a%0Ab", "/v1/accounts/%7F", "/v1/accounts/%FF",
	    "/v1/accounts/%C3", "/v1/accounts/%C0%AF", "/v1/accounts/%ED%A0%80",
	    "/v1/accounts/a\x01", "/v1/accounts/%FF/history",
	    "/v1/objects/Shop/account/1", "/v1/objects/shop/acc%20ount/1",
	    "/v1/objects/shop/account/%00",
	    "/v1/objects/%2Fshop/account/1/history"};
	struct api_path path;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (api_path_parse(rows[i], &path) != ERR_BAD)
			fail_msg("%s", rows[i]);
	}
}

static void test_account_has_a_length(void **state)
{
	char text[4 * NAME_ACCOUNT_MAX + 64];
	struct api_path path;
	size_t at;

	(void)state;
	for (int more = 0; more < 2; more++) {
		at = (size_t)snprintf(text, sizeof(text), "/v1/accounts/");
		for (int i = 0; i < NAME_ACCOUNT_MAX + more; i++)
			at += (size_t)snprintf(
			    text + at, sizeof(text) - at, "%%4%d", i % 10);
		assert_int_equal(
		    api_path_parse(text, &path), more ? ERR_BAD : 0);
	}
}

static void test_methods(void **state)
{
	(void)state;
	for (int i = 0; i < API_WHATS; i++) {
		enum api_what what = (enum api_what)i;
		bool post = what == API_BATCH;

		assert_int_equal(api_path_takes(what, "POST"), post);
		assert_int_equal(api_path_takes(what, "GET"), !post);
		assert_int_equal(api_path_takes(what, "HEAD"), !post);
		assert_false(api_path_takes(what, "get"));
		assert_false(api_path_takes(what, "PUT"));
		assert_false(api_path_takes(what, "OPTIONS"));
		assert_string_equal(
		    api_path_methods(what), post ? "POST" : "GET, HEAD");
		assert_int_equal(api_path_is_open(what),
		    what == API_HEALTH || what == API_READY);
	}
}

/* ---- arguments ---------------------------------------------------------- */

static int add(struct api_query *q, enum api_what what, const char *name,
    const char *value)
{
	return api_query_add(q, what, name, value, NULL);
}

static void test_arguments_are_taken(void **state)
{
	struct api_query q;

	(void)state;
	api_query_init(&q);
	assert_int_equal(q.limit, API_QUERY_CHANGES);
	assert_int_equal(add(&q, API_ACCOUNT, "product", "a%20b"), 0);
	assert_string_equal(q.product, "a b");
	assert_true(q.has_product);
	assert_int_equal(add(&q, API_ACCOUNT, "l%61bel", ""), 0);
	assert_true(q.has_label);
	assert_int_equal(
	    add(&q, API_ACCOUNT, "at", "2026-11-22T05:00:00%2B01:00"), 0);
	assert_true(q.has_at);
	assert_int_equal(q.at_ms, 1795320000000);
	assert_int_equal(add(&q, API_ACCOUNT, "known_at", "1795320000"), 0);
	assert_true(q.has_known_at);
	assert_int_equal(q.known_at_ms, 1795320000000);
	assert_int_equal(add(&q, API_ACCOUNT, "explain", "1"), 0);
	assert_true(q.explain);
	assert_int_equal(add(&q, API_ACCOUNT, "refresh", "0"), 0);
	assert_false(q.refresh);
	assert_int_equal(add(&q, API_CHANGES, "since", "0"), 0);
	assert_true(q.has_since);
	assert_int_equal(add(&q, API_CHANGES, "limit", "10000"), 0);
	assert_int_equal(q.limit, 10000);
	assert_int_equal(add(&q, API_CHANGES, "wait", "60"), 0);
	assert_int_equal(q.wait_s, 60);
}

static void test_arguments_are_refused(void **state)
{
	static const struct {
		enum api_what what;
		const char *name;
		const char *value;
	} rows[] = {
	    {API_ACCOUNT, "Product", "a"},
	    {API_ACCOUNT, "lable", "a"},
	    {API_ACCOUNT, "", "a"},
	    {API_ACCOUNT, "%zz", "a"},
	    {API_ACCOUNT, "product%00", "a"},
	    {API_ACCOUNT, "product", NULL},
	    {API_ACCOUNT, "product", "a%00"},
	    {API_ACCOUNT, "product", "%ff"},
	    {API_ACCOUNT, "product", "a%0A"},
	    {API_ACCOUNT, "product", "%4"},
	    {API_ACCOUNT, "at", ""},
	    {API_ACCOUNT, "at", "yesterday"},
	    {API_ACCOUNT, "at", "2026-11-22T05:00:00 01:00"},
	    {API_ACCOUNT, "explain", "yes"},
	    {API_ACCOUNT, "refresh", "2"},
	    {API_ACCOUNT, "since", "1"},
	    {API_CHANGES, "since", "-1"},
	    {API_CHANGES, "since", "1x"},
	    {API_CHANGES, "since", "99999999999999999999"},
	    {API_CHANGES, "limit", "0"},
	    {API_CHANGES, "limit", "10001"},
	    {API_CHANGES, "wait", "61"},
	    {API_CHANGES, "product", "a"},
	    {API_STATS, "at", "1"},
	    {API_BATCH, "product", "a"},
	};
	struct api_query q;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		api_query_init(&q);
		if (add(&q, rows[i].what, rows[i].name, rows[i].value) !=
		    ERR_BAD)
			fail_msg("%s=%s", rows[i].name, rows[i].value);
	}
}

static void test_argument_is_given_once(void **state)
{
	struct api_query q;

	(void)state;
	api_query_init(&q);
	assert_int_equal(add(&q, API_ACCOUNT, "label", "a"), 0);
	assert_int_equal(add(&q, API_ACCOUNT, "product", "a"), 0);
	assert_int_equal(add(&q, API_ACCOUNT, "label", "a"), ERR_BAD);
}

static void test_argument_has_a_length(void **state)
{
	char value[API_QUERY_TEXT_MAX + 2];
	struct api_query q;

	(void)state;
	memset(value, 'x', sizeof(value));
	value[API_QUERY_TEXT_MAX] = '\0';
	api_query_init(&q);
	assert_int_equal(add(&q, API_ACCOUNT, "product", value), 0);
	value[API_QUERY_TEXT_MAX] = 'x';
	value[API_QUERY_TEXT_MAX + 1] = '\0';
	assert_int_equal(add(&q, API_ACCOUNT, "label", value), ERR_BAD);
}

/* ---- tokens and addresses ----------------------------------------------- */

static void test_tokens(void **state)
{
	static const struct {
		const char *header;
		int rc;
	} rows[] = {
	    {"Bearer first-token", 0},
	    {"bearer second", 0},
	    {"BEARER   second", 0},
	    {NULL, ERR_ABSENT},
	    {"", ERR_ABSENT},
	    {"Bearer", ERR_ABSENT},
	    {"Basic first-token", ERR_ABSENT},
	    {"first-token", ERR_ABSENT},
	    {"Bearer ", ERR_DENIED},
	    {"Bearer first-toke", ERR_DENIED},
	    {"Bearer first-tokenx", ERR_DENIED},
	    {"Bearer first-token second", ERR_DENIED},
	    {"Bearer FIRST-TOKEN", ERR_DENIED},
	};
	struct settings settings;

	(void)state;
	memset(&settings, 0, sizeof(settings));
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(api_gate_judge(&settings, rows[i].header), 0);
	settings.api.tokens[0] = "first-token";
	settings.api.tokens[1] = "second";
	settings.api.n_tokens = 2;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (api_gate_judge(&settings, rows[i].header) != rows[i].rc)
			fail_msg("%s", rows[i].header);
	}
}

static void test_loopback(void **state)
{
	static const struct {
		const char *address;
		bool loopback;
	} rows[] = {
	    {"127.0.0.1:80", true},
	    {"127.9.9.9:0", true},
	    {"[::1]:80", true},
	    {"0.0.0.0:80", false},
	    {"[::]:80", false},
	    {"192.168.1.1:80", false},
	    {"128.0.0.1:80", false},
	    {"[::ffff:127.0.0.1]:80", false},
	    {"127.0.0.1", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (listen_is_loopback(rows[i].address) != rows[i].loopback)
			fail_msg("%s", rows[i].address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paths_are_found),
	    cmocka_unit_test(test_other_paths_are_absent),
	    cmocka_unit_test(test_names_are_decoded),
	    cmocka_unit_test(test_bad_names_are_bad),
	    cmocka_unit_test(test_account_has_a_length),
	    cmocka_unit_test(test_methods),
	    cmocka_unit_test(test_arguments_are_taken),
	    cmocka_unit_test(test_arguments_are_refused),
	    cmocka_unit_test(test_argument_is_given_once),
	    cmocka_unit_test(test_argument_has_a_length),
	    cmocka_unit_test(test_tokens),
	    cmocka_unit_test(test_loopback),
	};

	return cmocka_run_group_tests_name("io_api_parts", tests, NULL, NULL);
}
