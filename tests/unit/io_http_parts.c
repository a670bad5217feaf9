/* What the HTTP edge and the receiver are made of: framing, bodies, paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/io/body.h"
#include "reconciler/io/framing.h"
#include "reconciler/io/hook.h"
#include "reconciler/io/listen.h"

/* ---- framing --------------------------------------------------------------
 */

static void test_framing(void **state)
{
	static const struct {
		const char *length;
		const char *encoding;
		int rc;
	} rows[] = {
	    {NULL, NULL, 0},
	    {"0", NULL, 0},
	    {"1000", NULL, 0},
	    {"1001", NULL, ERR_FULL},
	    {"9223372036854775807", NULL, ERR_FULL},
	    {"99999999999999999999999", NULL, ERR_FULL},
	    {"", NULL, ERR_BAD},
	    {" 5", NULL, ERR_BAD},
	    {"0x5", NULL, ERR_BAD},
	    {"5,5", NULL, ERR_BAD},
	    {NULL, "chunked", 0},
	    {NULL, "Chunked", 0},
	    {NULL, "gzip", ERR_BAD},
	    {NULL, "chunked, chunked", ERR_BAD},
	    {NULL, "", ERR_BAD},
	    {"5", "chunked", ERR_BAD},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct framing framing = {0, 0, NULL, NULL};

		framing_see(&framing, "Host", "h");
		if (rows[i].length != NULL)
			framing_see(&framing, "content-LENGTH", rows[i].length);
		if (rows[i].encoding != NULL)
			framing_see(
			    &framing, "transfer-encoding", rows[i].encoding);
		if (framing_judge(&framing, 1000) != rows[i].rc)
			fail_msg("row %zu", i);
	}
}

/* ---- bodies ----------------------------------------------------------------
 */

static void test_body_grows_to_its_maximum(void **state)
{
	struct body_pool pool = {.max_bytes = 100000};
	struct body body;
	char piece[700];

	(void)state;
	body_init(&body, &pool, 7000);
	assert_null(body_data(&body));
	for (int i = 0; i < 10; i++) {
		memset(piece, 'a' + i, sizeof(piece));
		assert_int_equal(body_add(&body, piece, sizeof(piece)), 0);
	}
	assert_int_equal(body.len, 7000);
	assert_int_equal(pool.used_bytes, 7000);
	for (size_t i = 0; i < 7000; i++)
		assert_int_equal(body_data(&body)[i], 'a' + (int)(i / 700));
	assert_int_equal(body_add(&body, "x", 1), ERR_FULL);
	assert_int_equal(body.len, 0);
	assert_int_equal(pool.used_bytes, 0);
	body_fini(&body);
}

static void test_small_body_needs_no_pool(void **state)
{
	struct body_pool pool = {.max_bytes = 0};
	char piece[BODY_SMALL_BYTES];
	struct body body;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	body_init(&body, &pool, 100000);
	assert_int_equal(body_add(&body, piece, sizeof(piece)), 0);
	assert_memory_equal(body_data(&body), piece, sizeof(piece));
	assert_int_equal(body_add(&body, "y", 1), ERR_AGAIN);
	assert_int_equal(body.len, 0);
	assert_int_equal(body_add(&body, "y", 1), 0);
	body_fini(&body);
}

static void test_pool_is_shared(void **state)
{
	struct body_pool pool = {.max_bytes = 5000};
	struct body a, b;
	char piece[3000];

	(void)state;
	memset(piece, 'x', sizeof(piece));
	body_init(&a, &pool, 100000);
	body_init(&b, &pool, 100000);
	assert_int_equal(body_add(&a, piece, sizeof(piece)), 0);
	assert_int_equal(body_add(&b, piece, sizeof(piece)), ERR_AGAIN);
	body_reset(&a);
	assert_int_equal(body_add(&b, piece, sizeof(piece)), 0);
	assert_int_equal(pool.used_bytes, 3000);
	body_fini(&b);
	assert_int_equal(pool.used_bytes, 0);
}

/* ---- paths ------------------------------------------------------------------
 */

static void test_hook_paths(void **state)
{
	static const struct {
		const char *path;
		const char *name;  /* NULL: no such path */
		const char *token; /* NULL: none */
	} rows[] = {
	    {"/hooks/shop", "shop", NULL},
	    {"/hooks/shop/", "shop", ""},
	    {"/hooks/shop/s3cret", "shop", "s3cret"},
	    {"/hooks/sh%6fp/a%2Fb%20c", "shop", "a/b c"},
	    {"/hooks/shop/a+b", "shop", "a+b"},
	    {"/hooks/shop/%00x", "shop", ""}, /* compared with its length */
	    {"/hooks/shop/a/b", NULL, NULL},
	    {"/hooks/shop//", NULL, NULL},
	    {"/hooks/shop/%", NULL, NULL},
	    {"/hooks/shop/%4", NULL, NULL},
	    {"/hooks/shop/%zz", NULL, NULL},
	    {"/hooks/sh%00op", NULL, NULL},
	    {"/hooks/Shop", NULL, NULL},
	    {"/hooks/shop%2Fx", NULL, NULL},
	    {"/hooks/..", NULL, NULL},
	    {"/hooks/", NULL, NULL},
	    {"/hooks", NULL, NULL},
	    {"/hooksshop", NULL, NULL},
	    {"//hooks/shop", NULL, NULL},
	    {"/HOOKS/shop", NULL, NULL},
	    {"/hooks/a23456789012345678901234567890123", NULL, NULL},
	    {"/", NULL, NULL},
	    {"", NULL, NULL},
	    {"*", NULL, NULL},
	};
	struct hook hook;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int rc = hook_parse(rows[i].path, &hook);

		if (rc != (rows[i].name != NULL ? 0 : ERR_ABSENT))
			fail_msg("%s: %d", rows[i].path, rc);
		if (rc != 0)
			continue;
		assert_string_equal(hook.name, rows[i].name);
		assert_int_equal(hook.has_token, rows[i].token != NULL);
		if (rows[i].token != NULL)
			assert_string_equal(hook.token, rows[i].token);
	}
	assert_int_equal(hook_parse("/hooks/shop/%00x", &hook), 0);
	assert_int_equal(hook.token_len, 2);
}

static void test_long_token(void **state)
{
	char path[HOOK_TOKEN_MAX + 32] = "/hooks/shop/";
	size_t begin = strlen(path);
	struct hook hook;

	(void)state;
	memset(path + begin, 'x', HOOK_TOKEN_MAX);
	assert_int_equal(hook_parse(path, &hook), 0);
	assert_int_equal(hook.token_len, HOOK_TOKEN_MAX);
	path[begin + HOOK_TOKEN_MAX] = 'x';
	assert_int_equal(hook_parse(path, &hook), ERR_ABSENT);
}

/* ---- addresses --------------------------------------------------------------
 */

static void test_addresses_that_are_none(void **state)
{
	static const char *const rows[] = {"", ":", "127.0.0.1", "8480",
	    ":8480", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
	    "127.0.0.1:80x", "::1:80", "[::1]", "[::1]80", "[]:80", "[::1:80",
	    "127.0.0.1:http", "1.2.3.4.5:80", "[127.0.0.1:80",
	    "a234567890123456789012345678901234567890123456789012345678901234"
	    ":80"};
	struct err_text err;
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (listen_open(rows[i], &fd, &err) != ERR_BAD || fd != -1)
			fail_msg("'%s' is taken for an address", rows[i]);
	}
}

static void test_address_that_is_taken(void **state)
{
	char address[LISTEN_ADDRESS_MAX];
	struct err_text err;
	int first, second;

	(void)state;
	assert_int_equal(listen_open("127.0.0.1:0", &first, &err), 0);
	listen_address(first, address);
	assert_memory_equal(address, "127.0.0.1:", 10);
	assert_int_not_equal(strtol(address + 10, NULL, 10), 0);
	assert_int_equal(listen_open(address, &second, &err), ERR_AGAIN);
	assert_non_null(strstr(err.text, address));
	close(first);
	assert_int_equal(listen_open(address, &second, &err), 0);
	close(second);
}

static void test_address_of_version_6(void **state)
{
	char address[LISTEN_ADDRESS_MAX];
	struct err_text err;
	int fd;

	(void)state;
	if (listen_open("[::1]:0", &fd, &err) != 0)
		skip(); /* a machine without it */
	assert_memory_equal(listen_address(fd, address), "[::1]:", 6);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_framing),
	    cmocka_unit_test(test_body_grows_to_its_maximum),
	    cmocka_unit_test(test_small_body_needs_no_pool),
	    cmocka_unit_test(test_pool_is_shared),
	    cmocka_unit_test(test_hook_paths),
	    cmocka_unit_test(test_long_token),
	    cmocka_unit_test(test_addresses_that_are_none),
	    cmocka_unit_test(test_address_that_is_taken),
	    cmocka_unit_test(test_address_of_version_6),
	};

	return cmocka_run_group_tests_name("io_http_parts", tests, NULL, NULL);
}
