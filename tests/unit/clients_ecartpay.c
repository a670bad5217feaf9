/* The Ecart Pay client: ids, options, tokens, published signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"
#include "reconciler/core/settings.h"

#include "clients/ecartpay.h"

enum { ARENA_MAX = 1 << 20 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OBJECT "65b0565f7f9f32242108746a"
#define TEN "0123456789"
#define LONG64 TEN TEN TEN TEN TEN TEN "0123"

static const struct client *ecartpay(void)
{
	return client_find("ecartpay");
}

/* ---- ids ------------------------------------------------------------------
 */

static void test_ids(void **state)
{
	static const char *const bad[] = {"", "65b0565f7f9f32242108746",
	    "65b0565f7f9f32242108746a0", "65B0565F7F9F32242108746A",
	    "65b0565f7f9f32242108746g", "../customers/1", "%2e%2e",
	    "TR0000016663", "65b0565f 7f9f322421087", "1849"};

	(void)state;
	assert_true(ecartpay_is_object(OBJECT));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(ecartpay_is_object(bad[i]));
	assert_true(ecartpay_is_number("TR0000016663"));
	assert_true(ecartpay_is_number("TR1"));
	assert_false(ecartpay_is_number("TR"));
	assert_false(ecartpay_is_number("tr0000016663"));
	assert_false(ecartpay_is_number("TR000001666x"));
	assert_false(ecartpay_is_number("TR" TEN TEN "1"));
	assert_true(ecartpay_user_is_valid("1849"));
	assert_true(ecartpay_user_is_valid(LONG64));
	assert_false(ecartpay_user_is_valid(LONG64 "1"));
	assert_false(ecartpay_user_is_valid(""));
	assert_false(ecartpay_user_is_valid("1849&x=1"));
	assert_false(ecartpay_user_is_valid("../1"));
}

/* Only a transaction goes by a number as well. */
static void test_kinds(void **state)
{
	static const char *const kinds[] = {
	    "billing", "order", "subscription", "transaction"};

	(void)state;
	assert_int_equal(ecartpay()->n_kinds, COUNT(kinds));
	for (size_t i = 0; i < COUNT(kinds); i++) {
		const struct client_kind *kind =
		    client_kind_find(ecartpay(), kinds[i]);

		assert_true(kind->id_is_valid(OBJECT));
		assert_int_equal(kind->id_is_valid("TR0000016663"), i == 3);
		assert_false(kind->needs_parent);
	}
}

/* ---- questions ------------------------------------------------------------
 */

static const char *asked(struct arena *arena,
    const struct provider_settings *provider,
    const struct client_object *object, struct client_request *out)
{
	struct err_text err = {""};

	assert_int_equal(
	    ecartpay()->ask(provider, object, arena, out, &err), 0);
	for (size_t i = 0; i < out->n_headers; i++) {
		if (strcmp(out->headers[i].name, "Authorization") == 0)
			return out->headers[i].value;
	}
	return NULL;
}

/* The token stands alone; with "Bearer" only where it is set. */
static void test_authorization(void **state)
{
	const struct ecartpay_options bearer = {
	    .auth = "bearer", .billing_path = "/x"};
	struct provider_settings provider = {
	    .name = "ecartpay", .api_key = "public:private"};
	struct client_object object = {.kind = "order", .id = OBJECT};
	struct client_request request;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_null(asked(&arena, &provider, &object, &request));
	assert_null(request.method);
	assert_string_equal(request.path, "/api/orders/" OBJECT);
	object.token = "ey.x.y";
	assert_string_equal(
	    asked(&arena, &provider, &object, &request), "ey.x.y");
	provider.options = &bearer;
	assert_string_equal(
	    asked(&arena, &provider, &object, &request), "Bearer ey.x.y");
	arena_fini(&arena);
}

static void test_refused_questions(void **state)
{
	static const struct client_object bad[] = {
	    {.kind = "customer", .id = OBJECT},
	    {.kind = "order", .id = "../customers/1"},
	    {.kind = "order", .id = "TR0000016663"},
	    {.kind = "billing", .id = "%2e%2e"},
	    {.kind = "transaction", .id = ""},
	};
	const struct provider_settings provider = {.name = "ecartpay"};
	const struct client_object good = {.kind = "order", .id = OBJECT};
	const struct client_object billing = {.kind = "billing", .id = OBJECT};
	struct client_request request;
	struct err_text err = {""};
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(
		    ecartpay()->ask(&provider, &bad[i], &arena, &request, &err),
		    ERR_BAD);
	arena_fini(&arena);
	arena_init(&arena, 8);
	assert_int_equal(
	    ecartpay()->ask(&provider, &good, &arena, &request, &err),
	    ERR_FULL);
	assert_int_equal(
	    ecartpay()->ask(&provider, &billing, &arena, &request, &err),
	    ERR_FULL);
	arena_fini(&arena);
}

/* ---- tokens ---------------------------------------------------------------
 */

static void test_ask_token(void **state)
{
	static const struct {
		const char *key;
		const char *basic; /* NULL: refused */
	} keys[] = {
	    /* RFC 7617 section 2 */
	    {"Aladdin:open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
	    {"a:b", "Basic YTpi"},
	    {"a:bc", "Basic YTpiYw=="},
	    {"a:bcd", "Basic YTpiY2Q="},
	    {"pub:pri:v", "Basic cHViOnByaTp2"},
	    {"\xc3\xbf\xc3\xbf:\xc3\xbf\xc3\xbe", "Basic w7/DvzrDv8O+"},
	    {"", NULL},
	    {"public", NULL},
	    {":private", NULL},
	    {"public:", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct provider_settings provider = {
		    .name = "ecartpay", .api_key = keys[i].key};
		struct client_request request;
		struct err_text err = {""};
		struct arena arena;
		int rc;

		arena_init(&arena, ARENA_MAX);
		rc = ecartpay()->ask_token(&provider, &arena, &request, &err);
		assert_int_equal(rc, keys[i].basic != NULL ? 0 : ERR_BAD);
		if (rc == 0) {
			assert_string_equal(request.method, "POST");
			assert_string_equal(
			    request.path, "/api/authorizations/token");
			assert_non_null(request.body);
			assert_int_equal(request.body_len, 0);
			assert_string_equal(
			    request.headers[2].value, keys[i].basic);
		} else {
			assert_null(strstr(err.text, "private:"));
			assert_non_null(strstr(err.text, "public:private"));
		}
		arena_fini(&arena);
	}
}

static void test_ask_token_without_room_or_key(void **state)
{
	struct provider_settings provider = {.name = "ecartpay"};
	struct client_request request;
	struct err_text err = {""};
	struct arena arena;

	(void)state;
	arena_init(&arena, 8);
	assert_int_equal(
	    ecartpay()->ask_token(&provider, &arena, &request, &err), ERR_BAD);
	provider.api_key = "public:private";
	assert_int_equal(
	    ecartpay()->ask_token(&provider, &arena, &request, &err), ERR_FULL);
	arena_fini(&arena);
}

struct token_case {
	int line;
	int status;
	const char *body;
	enum verdict verdict;
	int64_t expires_ms;
};

/* {"alg":"HS256"}, and claims such as {"iat":1738793508,"exp":1738797108} */
#define HEAD "eyJhbGciOiJIUzI1NiJ9."
#define TOKEN(claims) "{\"token\":\"" HEAD claims ".c2ln\"}"

static const struct token_case tokens[] = {
    {__LINE__, 200, TOKEN("eyJpYXQiOjE3Mzg3OTM1MDgsImV4cCI6MTczODc5NzEwOH0"),
	VERDICT_TRUTH, INT64_C(1738797108000)},
    /* with what it must not have, and 62 and 63 as base64url writes them */
    {__LINE__, 200, TOKEN("eyJleHAiOjE3Mzg3OTcxMDgsIngiOiLDv8O-In0"),
	VERDICT_TRUTH, INT64_C(1738797108000)},
    {__LINE__, 201, TOKEN("eyJleHAiOjE3Mzg3OTcxMDguNX0"), VERDICT_TRUTH,
	INT64_C(1738797108000)},
    /* it does not say: nothing is wrong with the token */
    {__LINE__, 200, "{\"token\":\"opaque\"}", VERDICT_TRUTH, 0},
    {__LINE__, 200, "{\"token\":\"a.b\"}", VERDICT_TRUTH, 0},
    {__LINE__, 200, "{\"token\":\"..\"}", VERDICT_TRUTH, 0},
    {__LINE__, 200, TOKEN("eyJpYXQiOjF9"), VERDICT_TRUTH, 0},
    {__LINE__, 200, TOKEN("eyJleHAiOiJ4In0"), VERDICT_TRUTH, 0},
    {__LINE__, 200, TOKEN("eyJleHAiOi01fQ"), VERDICT_TRUTH, 0},
    {__LINE__, 200, TOKEN("eyJleHAiOjFlMzB9"), VERDICT_TRUTH, 0},
    {__LINE__, 200, TOKEN("bm9uZQ"), VERDICT_TRUTH, 0},
    {__LINE__, 200, TOKEN("e+/="), VERDICT_TRUTH, 0},
    {__LINE__, 200, "{\"token\":\"\"}", VERDICT_GARBLED, 0},
    {__LINE__, 200, "{\"token\":\"a b\"}", VERDICT_GARBLED, 0},
    {__LINE__, 200, "{\"token\":\"a\\r\\nX-Y: z\"}", VERDICT_GARBLED, 0},
    {__LINE__, 200, "{\"token\":\"\xc3\xa9\"}", VERDICT_GARBLED, 0},
    {__LINE__, 200, "{\"token\":1}", VERDICT_GARBLED, 0},
    {__LINE__, 200, "{\"token\":null}", VERDICT_GARBLED, 0},
    {__LINE__, 200, "{}", VERDICT_GARBLED, 0},
    {__LINE__, 200, "[]", VERDICT_GARBLED, 0},
    {__LINE__, 200, "<html>", VERDICT_GARBLED, 0},
    {__LINE__, 200, "", VERDICT_GARBLED, 0},
    {__LINE__, 401, "{\"message\":\"Unauthorized\"}", VERDICT_BARRED, 0},
    {__LINE__, 403, "{}", VERDICT_BARRED, 0},
    {__LINE__, 404, "{}", VERDICT_GARBLED, 0},
    {__LINE__, 429, "{}", VERDICT_LATER, 0},
    {__LINE__, 503, "{}", VERDICT_LATER, 0},
};

static void check_token(const struct token_case *c)
{
	const struct provider_settings provider = {.name = "ecartpay"};
	const struct client_reply reply = {.status = c->status,
	    .content_type = "application/json",
	    .body = c->body,
	    .len = strlen(c->body)};
	struct client_token token;
	struct arena arena;

	arena_init(&arena, ARENA_MAX);
	ecartpay()->read_token(&provider, &reply, 1, &arena, &token);
	if (token.verdict != c->verdict || token.expires_ms != c->expires_ms)
		fail_msg("line %d: %s %lld", c->line,
		    verdict_name(token.verdict), (long long)token.expires_ms);
	assert_true((token.token != NULL) == (c->verdict == VERDICT_TRUTH));
	assert_true((token.cause == NULL) == (c->verdict == VERDICT_TRUTH));
	arena_fini(&arena);
}

static void test_read_token(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++)
		check_token(&tokens[i]);
}

/* ---- options --------------------------------------------------------------
 */

struct option_case {
	int line;
	const char *text;
	const char *complaint; /* part of it; NULL: taken */
};

static const struct option_case options[] = {
    {__LINE__, "", NULL},
    {__LINE__, "auth = \"bearer\"; signed_body = true;", NULL},
    {__LINE__, "auth = \"basic\";", "auth"},
    {__LINE__, "unsigned_orders = \"yes\";", "unsigned_orders"},
    {__LINE__, "product_from = \"/metadata/product\";", NULL},
    {__LINE__, "product_from = \"metadata\";", "product_from: a JSON Pointer"},
    {__LINE__, "billing_path = \"/_/accounts/5d2d/billing-information\";",
	NULL},
    {__LINE__, "billing_path = \"api\";", "billing_path: a path"},
    {__LINE__, "billing_path = \"\";", "billing_path: a path"},
    {__LINE__, "billing_path = \"/a?b=c\";", "billing_path: a path"},
    {__LINE__, "billing_path = \"/a/../b\";", "billing_path: a path"},
    {__LINE__, "billing_path = \"//x y\";", "billing_path: a path"},
    {__LINE__, "billing_user_parameter = \"user\";", NULL},
    {__LINE__, "billing_user_parameter = \"\";", NULL},
    {__LINE__, "billing_user_parameter = \"a&b\";", "billing_user_parameter"},
    {__LINE__, "billing_provider_parameter = \"a=b\";",
	"billing_provider_parameter: the name"},
    {__LINE__, "billing_filter = \"trust\";", NULL},
    {__LINE__, "billing_filter = \"never\";", "billing_filter"},
    {__LINE__, "billing_page_size = 0;", NULL},
    {__LINE__, "billing_page_size = 101;", "billing_page_size"},
};

static void check_option(const struct option_case *c)
{
	struct config *config = NULL;
	struct err_text err = {""};
	const void *out = NULL;
	struct arena arena;
	int rc;

	arena_init(&arena, ARENA_MAX);
	assert_int_equal(config_open_text(c->text, "o", &config, &err), 0);
	rc = ecartpay()->configure(config_root(config), &arena, &out, &err);
	if (rc != (c->complaint != NULL ? ERR_BAD : 0))
		fail_msg("line %d: %s", c->line, err.text);
	if (c->complaint != NULL && strstr(err.text, c->complaint) == NULL)
		fail_msg("line %d: %s", c->line, err.text);
	config_close(config);
	arena_fini(&arena);
}

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(options); i++)
		check_option(&options[i]);
}

static void test_options_without_room(void **state)
{
	struct err_text err = {""};
	const void *out = NULL;
	struct arena arena;

	(void)state;
	arena_init(&arena, 8);
	assert_int_equal(
	    ecartpay()->configure(NULL, &arena, &out, &err), ERR_FULL);
	arena_fini(&arena);
}

/* ---- signatures -----------------------------------------------------------
 */

struct vector {
	const char *data;
	const char *signature;
	const char *timestamp;
	const char *id;
};

static const char *header(void *cookie, const char *name)
{
	const struct vector *v = cookie;

	if (strcasecmp(name, "x-pay-signature") == 0)
		return v->signature;
	if (strcasecmp(name, "x-pay-timestamp") == 0)
		return v->timestamp;
	return strcasecmp(name, "x-pay-webhook-id") == 0 ? v->id : NULL;
}

static int identified(struct vector *v, const char *secret, int64_t now_ms)
{
	struct provider_settings provider = {
	    .name = "ecartpay", .hook_secrets = {secret}, .n_hook_secrets = 1};
	char body[400];
	int n = snprintf(body, sizeof(body),
	    "{\"event\":\"orders.update\",\"data\":%s}", v->data);
	struct client_hook hook = {.body = body,
	    .len = (size_t)n,
	    .header = header,
	    .cookie = v,
	    .now_ms = now_ms};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;
	int rc;

	arena_init(&arena, ARENA_MAX);
	rc = ecartpay()->identify(&provider, &hook, &arena, &notices, &err);
	assert_true(rc == 0 || notices.n == 0);
	if (rc == 0)
		assert_string_equal(notices.items[0].id, OBJECT);
	arena_fini(&arena);
	return rc;
}

#define STAMP INT64_C(1738793508210)
#define HOOK_ID "hook_123e4567-e89b-12d3-a456-426614174000"

/* Computed with another program from the documented rule. */
static void test_vectors(void **state)
{
	struct vector vectors[] = {
	    {"{\"id\":\"" OBJECT "\",\"status\":\"paid\"}",
		"SHA256=7a13ca5fc65abe177086c977709077645d14f9b15bd570c194060d"
		"361c12c238",
		"1738793508210", HOOK_ID},
	    {"{\"id\":\"" OBJECT
	     "\",\"name\":\"M\xc3\xa9xico\",\"status\":\"paid\"}",
		"SHA256=86b7f59639697cfe1748250d8ce0594d99107ad21ed7a088ce4d8b"
		"59c10e9ef2",
		"1738793508210", HOOK_ID},
	    /* the first one, with blanks that JSON.stringify has not */
	    {"{ \"id\" : \"" OBJECT "\",\n\t\"status\" : \"paid\" }",
		"SHA256=7a13ca5fc65abe177086c977709077645d14f9b15bd570c194060d"
		"361c12c238",
		"1738793508210", HOOK_ID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct vector *v = &vectors[i];

		assert_int_equal(identified(v, "test_secret", STAMP), 0);
		assert_int_equal(
		    identified(v, "test_secret", STAMP + 300000), 0);
		assert_int_equal(
		    identified(v, "test_secret", STAMP - 300000), 0);
		assert_int_equal(
		    identified(v, "test_secret", STAMP + 300001), ERR_DENIED);
		assert_int_equal(
		    identified(v, "test_secret", STAMP - 300001), ERR_DENIED);
		assert_int_equal(
		    identified(v, "other_secret", STAMP), ERR_DENIED);
		v->id = "hook_other";
		assert_int_equal(
		    identified(v, "test_secret", STAMP), ERR_DENIED);
		v->id = HOOK_ID;
		v->timestamp = "1738793508211";
		assert_int_equal(
		    identified(v, "test_secret", STAMP), ERR_DENIED);
	}
}

/* Whoever has no secret believes nobody. */
static void test_no_secret(void **state)
{
	const struct provider_settings provider = {.name = "ecartpay"};
	struct vector v = {"", "SHA256=", "1738793508210", HOOK_ID};
	const struct client_hook hook = {.body = "{\"data\":{}}",
	    .len = 11,
	    .header = header,
	    .cookie = &v,
	    .now_ms = STAMP};
	struct client_notices notices;
	struct err_text err = {""};
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(
	    ecartpay()->identify(&provider, &hook, &arena, &notices, &err),
	    ERR_DENIED);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ids),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_authorization),
	    cmocka_unit_test(test_refused_questions),
	    cmocka_unit_test(test_ask_token),
	    cmocka_unit_test(test_ask_token_without_room_or_key),
	    cmocka_unit_test(test_read_token),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_options_without_room),
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
