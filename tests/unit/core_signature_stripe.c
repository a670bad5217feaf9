/* core/signature: Stripe-Signature, against Stripe's rules and its traps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/signature.h"

#define SECRET "whsec_test_secret"
#define BODY "{\"id\":\"evt_test_webhook\",\"object\":\"event\"}"
#define T "1492774577"
#define GOOD "88a022085c6bdb887b02cb26ff76dd681234d9675c0f22844059f55552a8883a"
#define BAD "98a022085c6bdb887b02cb26ff76dd681234d9675c0f22844059f55552a8883a"
#define UPPER "88A022085C6BDB887B02CB26FF76DD681234D9675C0F22844059F55552A8883A"
#define AT_MS INT64_C(1492774577000)

/* Fields left out: our secret alone, the body as signed, now as signed. */
struct row {
	const char *name;
	const char *header;
	bool genuine;
	const char *secrets[3];
	const char *body;
	int64_t later_ms;
};

static const struct row rows[] = {
    {"the vector", "t=" T ",v1=" GOOD, .genuine = true},
    {"upper case hex", "t=" T ",v1=" UPPER, .genuine = true},
    {"the time last", "v1=" GOOD ",t=" T, .genuine = true},
    {"a v0 and another scheme beside it",
	"t=" T ",v0=" BAD ",v2=" BAD ",v1=" GOOD, .genuine = true},

    {"the second v1 matches", "t=" T ",v1=" BAD ",v1=" GOOD, .genuine = true},
    {"the first v1 matches", "t=" T ",v1=" GOOD ",v1=" BAD, .genuine = true},
    {"the last of five", "t=" T ",v1=" BAD ",v1=x,v1=,v1=" BAD ",v1=" GOOD,
	.genuine = true},
    {"no v1 matches", "t=" T ",v1=" BAD ",v1=" BAD, .genuine = false},
    {"v0 alone is no signature", "t=" T ",v0=" GOOD, .genuine = false},
    {"another name is no signature", "t=" T ",V1=" GOOD, .genuine = false},
    {"a v1 that is not hex is skipped", "t=" T ",v1=zz,v1=" GOOD,
	.genuine = true},
    {"no usable v1", "t=" T ",v1=zz", .genuine = false},
    {"no v1 at all", "t=" T, .genuine = false},

    {"one more character", "t=" T ",v1=" GOOD "0", .genuine = false},
    {"one more byte", "t=" T ",v1=" GOOD "00", .genuine = false},
    {"truncated", "t=" T ",v1=88a02208", .genuine = false},
    {"an empty signature", "t=" T ",v1=", .genuine = false},

    {"no header", NULL, .genuine = false},
    {"an empty header", "", .genuine = false},
    {"no time", "v1=" GOOD, .genuine = false},
    {"an empty time", "t=,v1=" GOOD, .genuine = false},
    {"a time that is no number", "t=149277457x,v1=" GOOD, .genuine = false},
    {"a signed time", "t=+" T ",v1=" GOOD, .genuine = false},
    {"a negative time", "t=-" T ",v1=" GOOD, .genuine = false},
    {"zeros before the time are not what was signed", "t=0" T ",v1=" GOOD,
	.genuine = false},
    {"a time beyond 64 bits", "t=9999999999999999999,v1=" GOOD,
	.genuine = false},
    {"two times, as two headers made one", "t=" T ",v1=" GOOD ",t=" T,
	.genuine = false},
    {"an element without =", "t=" T ",v1=" GOOD ",x", .genuine = false},
    {"an element with two =", "t=" T ",v1=" GOOD ",x=y=z", .genuine = false},
    {"an empty element", "t=" T ",,v1=" GOOD, .genuine = false},
    {"a comma at the end", "t=" T ",v1=" GOOD ",", .genuine = false},
    {"a blank makes another name", "t=" T ", v1=" GOOD, .genuine = false},

    {"300 s later", "t=" T ",v1=" GOOD, .genuine = true, .later_ms = 300000},
    {"within that second", "t=" T ",v1=" GOOD, .genuine = true,
	.later_ms = 300999},
    {"301 s later", "t=" T ",v1=" GOOD, .genuine = false, .later_ms = 301000},
    {"300 s early", "t=" T ",v1=" GOOD, .genuine = true, .later_ms = -300000},
    {"more than 300 s early", "t=" T ",v1=" GOOD, .genuine = false,
	.later_ms = -300001},
    {"301 s early", "t=" T ",v1=" GOOD, .genuine = false, .later_ms = -301000},
    {"a year later", "t=" T ",v1=" GOOD, .genuine = false,
	.later_ms = INT64_C(31536000000)},

    {"the old secret, the new one first", "t=" T ",v1=" GOOD, .genuine = true,
	.secrets = {"whsec_new", SECRET}},
    {"the new secret, the old one last", "t=" T ",v1=" GOOD, .genuine = true,
	.secrets = {SECRET, "whsec_old"}},
    {"the secret was removed", "t=" T ",v1=" GOOD, .genuine = false,
	.secrets = {"whsec_new"}},
    {"the prefix is part of the key", "t=" T ",v1=" GOOD, .genuine = false,
	.secrets = {"test_secret"}},
    {"its length as well", "t=" T ",v1=" GOOD, .genuine = false,
	.secrets = {SECRET " "}},

    {"a newline behind the body", "t=" T ",v1=" GOOD, .genuine = false,
	.body = BODY "\n"},
    {"a CRLF behind the body", "t=" T ",v1=" GOOD, .genuine = false,
	.body = BODY "\r\n"},
    {"a byte order mark", "t=" T ",v1=" GOOD, .genuine = false,
	.body = "\xef\xbb\xbf" BODY},
    {"the same JSON, written again", "t=" T ",v1=" GOOD, .genuine = false,
	.body = "{\"id\": \"evt_test_webhook\", \"object\": \"event\"}"},
    {"an empty body", "t=" T ",v1=" GOOD, .genuine = false, .body = ""},
};

static bool run(const struct row *row)
{
	const char *const *items = row->secrets;
	static const char *const ours[] = {SECRET};
	struct signature_secrets secrets = {ours, 1};
	const char *body = row->body != NULL ? row->body : BODY;

	if (items[0] != NULL) {
		secrets.items = items;
		for (secrets.n = 0; items[secrets.n] != NULL;)
			secrets.n++;
	}
	return signature_stripe(&secrets, row->header,
	    (struct signature_part){body, strlen(body)}, AT_MS + row->later_ms);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (run(&rows[i]) != rows[i].genuine)
			fail_msg("%s", rows[i].name);
	}
}

/* A time in milliseconds, correctly signed, is far from now in seconds. */
static void test_milliseconds(void **state)
{
	static const char *const ours[] = {SECRET};
	const struct signature_secrets secrets = {ours, 1};
	const struct signature_part parts[] = {
	    {"1492774577000", 13}, {".", 1}, {BODY, strlen(BODY)}};
	char hex[SIGNATURE_HEX_MAX], header[128];

	(void)state;
	assert_int_equal(signature_hmac_hex(SECRET, parts, 3, hex), 0);
	(void)snprintf(header, sizeof(header), "t=1492774577000,v1=%s", hex);
	assert_false(signature_stripe(&secrets, header, parts[2], AT_MS));
	assert_true(signature_stripe(&secrets, header, parts[2], AT_MS * 1000));
}

/* No changed bit of the body, and no prefix of it, goes unseen. */
static void test_each_bit(void **state)
{
	static const char *const ours[] = {SECRET};
	const struct signature_secrets secrets = {ours, 1};
	char body[] = BODY;

	(void)state;
	for (size_t bit = 0; bit < strlen(BODY) * 8; bit++) {
		struct signature_part all = {body, strlen(BODY)};
		struct signature_part part = {body, bit / 8};

		assert_false(signature_stripe(
		    &secrets, "t=" T ",v1=" GOOD, part, AT_MS));
		body[bit / 8] = (char)(body[bit / 8] ^ (1 << bit % 8));
		assert_false(
		    signature_stripe(&secrets, "t=" T ",v1=" GOOD, all, AT_MS));
		body[bit / 8] = (char)(body[bit / 8] ^ (1 << bit % 8));
	}
}

static void test_no_secret(void **state)
{
	static const char *const empty[] = {""};
	const struct signature_secrets none = {NULL, 0}, blank = {empty, 1};
	const struct signature_part body = {BODY, strlen(BODY)};

	(void)state;
	assert_false(signature_stripe(&none, "t=" T ",v1=" GOOD, body, AT_MS));
	assert_false(signature_stripe(&blank, "t=" T ",v1=" GOOD, body, AT_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_milliseconds),
	    cmocka_unit_test(test_each_bit),
	    cmocka_unit_test(test_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
