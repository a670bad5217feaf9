/*
 * core/signature: Standard Webhooks and Svix, with the vectors that their
 * repositories publish (standard-webhooks libraries/go and libraries/rust,
 * svix-webhooks server/svix-server).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/signature.h"
#include "reconciler/core/signature_text.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define BARE "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIME "1614265330"
#define BODY "{\"test\": 2432232314}"
#define MAC "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define OTHER "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
#define AT_MS INT64_C(1614265330000)

#define PUBLIC "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
#define PRIVATE \
	"whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLl" \
	"X0dRqSKJp4AJ6p9lMicMFs6Kvg=="
#define SIGNED \
	"hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZ" \
	"dpXwVLPo3mNl8EM+m7TBAg=="

#define SECRET_2 "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
#define ID_2 "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"
#define TIME_2 "1649367553"
#define BODY_2 "{\"email\":\"test@example.com\",\"username\":\"test_user\"}"
#define MAC_2 "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="

/* The header under test; left out: our secret, and the rest as signed. */
struct row {
	const char *name;
	const char *header;
	bool genuine;
	const char *secrets[3];
	const char *body;
	int64_t later_ms;
};

static const struct row rows[] = {
    {"the vector", "v1," MAC, .genuine = true},
    {"another never matches", "v1," OTHER, .genuine = false},
    {"a list with the right one last", "v1," OTHER " v2," OTHER " v1," MAC,
	.genuine = true},
    {"a list with the right one first", "v1," MAC " v1," OTHER,
	.genuine = true},
    {"versions that we do not know are skipped",
	"v1a," SIGNED " v9,x y v1," MAC, .genuine = true},
    {"blanks between", "  v1," MAC "  ", .genuine = true},
    {"v2 is not v1", "v2," MAC, .genuine = false},
    {"only another version", "v1a," MAC, .genuine = false},
    {"v1 alone", "v1,", .genuine = false},
    {"no comma", "v1", .genuine = false},
    {"no version", MAC, .genuine = false},
    {"split at the first comma", "v1,," MAC, .genuine = false},
    {"truncated", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ",
	.genuine = false},
    {"not padded", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
	.genuine = false},
    {"another spelling of the same bytes",
	"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=", .genuine = false},
    {"the other alphabet",
	"v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=", .genuine = false},
    {"hex",
	"v1,83484cf52b04f8e4cf2531adfed9882ad4b2665137b852442d594d20e2c9d4e1",
	.genuine = false},
    {"no header", NULL, .genuine = false},
    {"an empty header", "", .genuine = false},

    {"the prefix may be left out", "v1," MAC, .genuine = true,
	.secrets = {BARE}},
    {"the prefix is not part of the key", "v1," MAC, .genuine = false,
	.secrets = {"whsec_whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
    {"both secrets while one is rotated", "v1," MAC, .genuine = true,
	.secrets = {SECRET_2, SECRET}},
    {"in either order", "v1," MAC, .genuine = true,
	.secrets = {SECRET, SECRET_2}},
    {"the secret was removed", "v1," MAC, .genuine = false,
	.secrets = {SECRET_2}},
    {"a secret that is no base64", "v1," MAC, .genuine = false,
	.secrets = {"whsec_some text"}},
    {"a bad one beside it", "v1," MAC, .genuine = true,
	.secrets = {"whsec_!", SECRET}},

    {"300 s later", "v1," MAC, .genuine = true, .later_ms = 300000},
    {"301 s later", "v1," MAC, .genuine = false, .later_ms = 301000},
    {"300 s early", "v1," MAC, .genuine = true, .later_ms = -300000},
    {"301 s early", "v1," MAC, .genuine = false, .later_ms = -301000},

    {"a newline behind the body", "v1," MAC, .genuine = false,
	.body = BODY "\n"},
    {"a CRLF behind the body", "v1," MAC, .genuine = false,
	.body = BODY "\r\n"},
    {"a byte order mark", "v1," MAC, .genuine = false,
	.body = "\xef\xbb\xbf" BODY},
    {"the same JSON, written again", "v1," MAC, .genuine = false,
	.body = "{\"test\":2432232314}"},

    {"Ed25519", "v1a," SIGNED, .genuine = true, .secrets = {PUBLIC}},
    {"Ed25519 in a list", "v1," OTHER " v1a," SIGNED, .genuine = true,
	.secrets = {PUBLIC}},
    {"Ed25519 beside an HMAC secret", "v1a," SIGNED, .genuine = true,
	.secrets = {SECRET, PUBLIC}},
    {"the HMAC beside an Ed25519 key", "v1," MAC, .genuine = true,
	.secrets = {PUBLIC, SECRET}},
    {"Ed25519 needs its key", "v1a," SIGNED, .genuine = false,
	.secrets = {SECRET}},
    {"v1 does not count for a public key", "v1," SIGNED, .genuine = false,
	.secrets = {PUBLIC}},
    {"Ed25519 of another body", "v1a," SIGNED, .genuine = false,
	.secrets = {PUBLIC}, .body = "{\"test\": 2432232315}"},
    {"a private key checks nothing", "v1a," SIGNED, .genuine = false,
	.secrets = {PRIVATE}},
    {"a public key that is too short", "v1a," SIGNED, .genuine = false,
	.secrets = {"whpk_1SiA4o9hyqTCpIqC5V9HUQ=="}},
};

static bool verify(const struct row *row, const char *id, const char *when)
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
	return signature_standard(&secrets, id, when, row->header,
	    (struct signature_part){body, strlen(body)}, AT_MS + row->later_ms);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (verify(&rows[i], ID, TIME) != rows[i].genuine)
			fail_msg("%s", rows[i].name);
	}
}

/* Of the id and the time, which come from outside too. */
static void test_id_and_time(void **state)
{
	static const char *const times[] = {NULL, "", "1614265330 ",
	    " 1614265330", "+1614265330", "-1614265330", "01614265330",
	    "1614265330.0", "1614265330000", "99999999999999999999",
	    "9999999999999999999", "x"};
	static const char *const ids[] = {NULL, "",
	    "msg_p5jXN8AQM9LWM0D4loKWxJe", "msg_p5jXN8AQM9LWM0D4loKWxJek.",
	    "."};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_false(verify(&rows[0], ID, times[i]));
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_false(verify(&rows[0], ids[i], TIME));
}

/* What is signed is "id.time.body": a dot in the id could move the borders. */
static void test_dots(void **state)
{
	static const char *const ours[] = {"dGVzdF9zZWNyZXQ="};
	const struct signature_secrets secrets = {ours, 1};
	const char *header = "v1,g8ZR9DjwxLrvV0+PJoTJdwELMwplkyXQ1Tm6d5xYHV8=";
	const struct signature_part all = {TIME ".x", strlen(TIME ".x")};
	const struct signature_part rest = {"x", 1};

	(void)state;
	assert_true(
	    signature_standard(&secrets, "msg", TIME, header, all, AT_MS));
	assert_false(signature_standard(
	    &secrets, "msg." TIME, TIME, header, rest, AT_MS));
}

static void test_second_vector(void **state)
{
	static const char *const ours[] = {SECRET_2};
	const struct signature_secrets secrets = {ours, 1};
	const struct signature_part body = {BODY_2, strlen(BODY_2)};

	(void)state;
	assert_true(signature_standard(
	    &secrets, ID_2, TIME_2, "v1," MAC_2, body, INT64_C(1649367553000)));
	assert_false(signature_standard(
	    &secrets, ID, TIME_2, "v1," MAC_2, body, INT64_C(1649367553000)));
}

/* A stranger's list is walked to a limit, not for ever. */
static void test_long_list(void **state)
{
	static const char *const ours[] = {SECRET};
	const struct signature_secrets secrets = {ours, 1};
	const struct signature_part body = {BODY, strlen(BODY)};
	char header[256 * 3 + 64] = "";

	(void)state;
	for (size_t n = 0; n < 256; n++) {
		for (size_t i = 0; i < n; i++)
			(void)snprintf(
			    header + 3 * i, sizeof(header) - 3 * i, "v1 ");
		(void)snprintf(
		    header + 3 * n, sizeof(header) - 3 * n, "v1," MAC);
		assert_int_equal(
		    signature_standard(&secrets, ID, TIME, header, body, AT_MS),
		    n < 64);
	}
}

static void test_secrets(void **state)
{
	static const struct {
		const char *scheme;
		const char *secret;
		bool good;
	} cases[] = {
	    {"standard", SECRET, true},
	    {"standard", BARE, true},
	    {"standard", PUBLIC, true},
	    {"standard", PRIVATE, false},
	    {"standard", "", false},
	    {"standard", NULL, false},
	    {"standard", "whsec_", false},
	    {"standard", "whsec_some text", false},
	    {"standard", "whsec_YWJj=", false},
	    {"standard", "whpk_YWJj", false},
	    {"standard", "whpk_", false},
	    {"standard", "plain text", false},
	    {"stripe", "whsec_test_secret", true},
	    {"stripe", "test_secret", true},
	    {"stripe", "whsec_", false},
	    {"stripe", "", false},
	    {"hmac", "any text", true},
	    {"hmac", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *problem =
		    signature_secret_problem(cases[i].scheme, cases[i].secret);

		if ((problem == NULL) != cases[i].good)
			fail_msg("%s, %zu: %s", cases[i].scheme, i,
			    problem != NULL ? problem : "taken");
		/* what is said shows nothing of the secret */
		if (problem != NULL && cases[i].secret != NULL &&
		    strlen(cases[i].secret) > 6)
			assert_null(strstr(problem, cases[i].secret + 6));
	}
}

static int sign(const char *secret, const char *id, const char *time,
    const char *text, char out[SIGNATURE_STANDARD_MAX])
{
	const struct signature_part body = {text, strlen(text)};

	return signature_standard_sign(secret, id, time, body, out);
}

static void test_signing(void **state)
{
	static const char private[] = PRIVATE;
	static const char *const no_keys[] = {
	    "", "whsec_", PUBLIC, private, "whsec_some text", "plain text"};
	char out[SIGNATURE_STANDARD_MAX];

	(void)state;
	assert_int_equal(sign(SECRET, ID, TIME, BODY, out), 0);
	assert_string_equal(out, "v1," MAC);
	assert_int_equal(sign(BARE, ID, TIME, BODY, out), 0);
	assert_string_equal(out, "v1," MAC);
	assert_int_equal(sign(SECRET_2, ID_2, TIME_2, BODY_2, out), 0);
	assert_string_equal(out, "v1," MAC_2);
	for (size_t i = 0; i < sizeof(no_keys) / sizeof(no_keys[0]); i++) {
		assert_int_not_equal(sign(no_keys[i], ID, TIME, BODY, out), 0);
		assert_string_equal(out, "v1,");
	}
}

/* RFC 4648, section 10. */
static void test_base64(void **state)
{
	static const char *const cases[][2] = {{"", ""}, {"f", "Zg=="},
	    {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
	    {"\xfb\xff\xfe", "+//+"}};
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		signature_text_to_base64((const unsigned char *)cases[i][0],
		    strlen(cases[i][0]), out);
		assert_string_equal(out, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_id_and_time),
	    cmocka_unit_test(test_dots),
	    cmocka_unit_test(test_second_vector),
	    cmocka_unit_test(test_long_list),
	    cmocka_unit_test(test_secrets),
	    cmocka_unit_test(test_signing),
	    cmocka_unit_test(test_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
