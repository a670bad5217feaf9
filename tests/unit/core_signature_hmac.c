/*
 * core/signature: a bare HMAC-SHA256 in one header (the hex vectors are
 * published in stripe-node test/crypto/helpers.ts), the time of schemes that
 * have no function of their own, hex and base64.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/core/signature.h"
#include "reconciler/core/signature_text.h"

#define KEY "test_secret"
#define WORLD "{\"obj1\":\"hello\",\"obj2\":\"world\"}"
#define HEX "bebb1a643997f419b315ddba19e6f5411e1ce7f810ba6d3617ce72823092f363"
#define BASE64 "vrsaZDmX9BmzFd26Geb1QR4c5/gQum02F85ygjCS82M="
#define EMPTY_HEX \
	"f7f9bd47fb987337b5796fdc1fdb9ba221d0d5396814bfcaf9521f43fd8927fd"
#define EMPTY_BASE64 "9/m9R/uYcze1eW/cH9uboiHQ1TloFL/K+VIfQ/2JJ/0="
#define SMILE "\xf0\x9f\x98\x80"
#define SMILE_HEX \
	"837da296d05c4fe31f61d5d7ead035099d9585a5bcde87de952012a78f0b0c43"
#define SMILE_BASE64 "g32iltBcT+MfYdXX6tA1CZ2VhaW83ofelSASp48LDEM="

static const struct signature_plain hex = {.encoding = SIGNATURE_HEX};
static const struct signature_plain base64 = {.encoding = SIGNATURE_BASE64};
static const struct signature_plain prefixed = {
    .encoding = SIGNATURE_HEX, .prefix = "sha256="};
static const struct signature_plain either = {
    .encoding = SIGNATURE_HEX, .prefix = "sha256=", .prefix_is_optional = true};

struct row {
	const char *name;
	const struct signature_plain *scheme;
	const char *header;
	const char *body;
	bool genuine;
};

static const struct row rows[] = {
    {"hex of nothing", &hex, EMPTY_HEX, "", true},
    {"hex", &hex, HEX, WORLD, true},
    {"hex of UTF-8", &hex, SMILE_HEX, SMILE, true},
    {"upper case hex", &hex,
	"BEBB1A643997F419B315DDBA19E6F5411E1CE7F810BA6D3617CE72823092F363",
	WORLD, true},
    {"base64 of nothing", &base64, EMPTY_BASE64, "", true},
    {"base64", &base64, BASE64, WORLD, true},
    {"base64 of UTF-8", &base64, SMILE_BASE64, SMILE, true},

    {"hex where base64 is expected", &base64, HEX, WORLD, false},
    {"base64 where hex is expected", &hex, BASE64, WORLD, false},
    {"of another body", &hex, HEX, "", false},
    {"of the body and a newline", &hex, HEX, WORLD "\n", false},
    {"truncated", &hex, "bebb1a64", WORLD, false},
    {"longer", &hex, HEX "00", WORLD, false},
    {"a blank before it", &hex, " " HEX, WORLD, false},
    {"no header", &hex, NULL, WORLD, false},
    {"an empty header", &hex, "", WORLD, false},
    {"an empty header, base64", &base64, "", WORLD, false},

    {"a prefix that was not agreed", &hex, "sha256=" HEX, WORLD, false},
    {"with its prefix", &prefixed, "sha256=" HEX, WORLD, true},
    {"without its prefix", &prefixed, HEX, WORLD, false},
    {"another prefix", &prefixed, "sha1=" HEX, WORLD, false},
    {"the prefix alone", &prefixed, "sha256=", WORLD, false},
    {"the prefix twice", &prefixed, "sha256=sha256=" HEX, WORLD, false},
    {"with the prefix, optional", &either, "sha256=" HEX, WORLD, true},
    {"without the prefix, optional", &either, HEX, WORLD, true},
    {"another prefix, optional", &either, "sha1=" HEX, WORLD, false},
};

static void test_rows(void **state)
{
	static const char *const keys[] = {"another", KEY};
	const struct signature_secrets ours = {keys, 2}, other = {keys, 1};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const struct signature_part body = {
		    row->body, strlen(row->body)};

		if (signature_hmac(&ours, row->scheme, row->header, &body, 1) !=
		    row->genuine)
			fail_msg("%s", row->name);
		if (signature_hmac(&other, row->scheme, row->header, &body, 1))
			fail_msg("%s: with another key", row->name);
	}
}

/*
 * Ecart Pay: "timestamp.webhook id.data", computed from its documented rule.
 */
static void test_parts(void **state)
{
	static const struct signature_plain scheme = {
	    .encoding = SIGNATURE_HEX, .prefix = "SHA256="};
	static const char *const keys[] = {KEY};
	const struct signature_secrets ours = {keys, 1};
	static const char *const data[] = {
	    "{\"id\":\"65b0565f7f9f32242108746a\",\"status\":\"paid\"}",
	    "{\"id\":\"65b0565f7f9f32242108746a\",\"name\":\"M\xc3\xa9xico\","
	    "\"status\":\"paid\"}"};
	static const char *const headers[] = {
	    "SHA256=7a13ca5fc65abe177086c977709077645d14f9b15bd570c194060d361c1"
	    "2c238",
	    "SHA256=86b7f59639697cfe1748250d8ce0594d99107ad21ed7a088ce4d8b59c10"
	    "e9ef2"};
	struct signature_part parts[] = {{"1738793508210", 13}, {".", 1},
	    {"hook_123e4567-e89b-12d3-a456-426614174000", 41}, {".", 1},
	    {NULL, 0}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		parts[4] = (struct signature_part){data[i], strlen(data[i])};
		assert_true(
		    signature_hmac(&ours, &scheme, headers[i], parts, 5));
		assert_false(
		    signature_hmac(&ours, &scheme, headers[1 - i], parts, 5));
		parts[0].len--;
		assert_false(
		    signature_hmac(&ours, &scheme, headers[i], parts, 5));
		parts[0].len++;
	}
}

/* ECOSIRE's licence request. */
static void test_hex_of_request(void **state)
{
	const char *text = "domain=example.com&key=ABCD-1111-2222-3333-4444&"
			   "timestamp=1700000000";
	const struct signature_part part = {text, strlen(text)};
	char out[SIGNATURE_HEX_MAX];

	(void)state;
	assert_int_equal(signature_hmac_hex(KEY, &part, 1, out), 0);
	assert_string_equal(out,
	    "48c6211be0f9ae28c384fd320b2cb170226015506071c6785b7ff28ec19b1eef");
	assert_int_equal(signature_hmac_hex(KEY, NULL, 0, out), 0);
	assert_string_equal(out, EMPTY_HEX);
	assert_int_equal(signature_hmac_hex("", &part, 1, out), ERR_FAIL);
	assert_string_equal(out, "");
}

static void test_empty_key(void **state)
{
	static const char *const keys[] = {""};
	const struct signature_secrets empty = {keys, 1}, none = {NULL, 0};
	const struct signature_part body = {"", 0};

	(void)state;
	/* HMAC-SHA256 of nothing with an empty key */
	assert_false(signature_hmac(&empty, &hex,
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
	    &body, 1));
	assert_false(signature_hmac(&none, &hex, EMPTY_HEX, &body, 1));
}

static void test_fresh(void **state)
{
	static const struct {
		int64_t sent_ms, now_ms;
		bool fresh;
	} cases[] = {
	    {1738793508210, 1738793508210, true},
	    {1738793508210, 1738793508210 + 300000, true},
	    {1738793508210, 1738793508210 + 300001, false},
	    {1738793508210, 1738793508210 - 300000, true},
	    {1738793508210, 1738793508210 - 300001, false},
	    /* seconds where milliseconds are meant, and the reverse */
	    {1738793508, 1738793508210, false},
	    {1738793508210000, 1738793508210, false},
	    {INT64_MIN, INT64_MAX, false},
	    {INT64_MAX, INT64_MIN, false},
	    {0, 1738793508210, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (signature_is_fresh(cases[i].sent_ms, cases[i].now_ms) !=
		    cases[i].fresh)
			fail_msg("row %zu", i);
	}
}

static void test_base64(void **state)
{
	static const struct {
		const char *text;
		const char *bytes; /* NULL: refused */
	} cases[] = {
	    {"Zg==", "f"},
	    {"Zm8=", "fo"},
	    {"Zm9v", "foo"},
	    {"Zm9vYg==", "foob"},
	    {"Zm9vYmE=", "fooba"},
	    {"Zm9vYmFy", "foobar"},
	    {"", NULL},
	    {"Zg", NULL},
	    {"Zg=", NULL},
	    {"Zg===", NULL},
	    {"====", NULL},
	    {"=", NULL},
	    {"Zh==", NULL},
	    {"Zm9=", NULL},
	    {"Zg==Zg==", NULL},
	    {"Zm9v\n", NULL},
	    {"Zm 9", NULL},
	    {"Z===", NULL},
	    {"Zm8-", NULL},
	    {"Zm8_", NULL},
	};
	unsigned char out[6];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct signature_part text = {
		    cases[i].text, strlen(cases[i].text)};
		const char *bytes = cases[i].bytes;
		size_t n = signature_text_base64(&text, out, sizeof(out));

		if (n != (bytes != NULL ? strlen(bytes) : 0) ||
		    (bytes != NULL && memcmp(out, bytes, n) != 0))
			fail_msg("\"%s\"", cases[i].text);
		assert_int_equal(
		    signature_text_base64(&text, out, n > 0 ? n - 1 : 0), 0);
	}
}

static void test_hex(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} cases[] = {{"00ff", 2}, {"AbCd", 2}, {"0", 0}, {"", 0}, {"0g", 0},
	    {"g0", 0}, {"000000", 0}, {" 0", 0}};
	unsigned char out[2];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct signature_part text = {
		    cases[i].text, strlen(cases[i].text)};

		if (signature_text_hex(&text, out, sizeof(out)) != cases[i].n)
			fail_msg("\"%s\"", cases[i].text);
	}
	assert_memory_equal(out, "\xab\xcd", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_hex_of_request),
	    cmocka_unit_test(test_empty_key),
	    cmocka_unit_test(test_fresh),
	    cmocka_unit_test(test_base64),
	    cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
