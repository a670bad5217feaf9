/* Hostile answers, generated: what is not the documented JSON is GARBLED. */
#include "tests/contract/clients_try.h"

enum { HUGE_BYTES = 10 << 20 };

static void expect_garbled(
    const struct try_sample *sample, const char *body, size_t len)
{
	if (sample->is_listed && len == 2 && memcmp(body, "[]", 2) == 0)
		assert_int_equal(try_text(sample, body, len), VERDICT_GONE);
	else if (try_text(sample, body, len) != VERDICT_GARBLED)
		fail_msg("taken for truth: %.200s", body);
}

static void test_samples(void **state)
{
	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);

		assert_int_equal(try_text(&try_samples[s], text, strlen(text)),
		    VERDICT_TRUTH);
		free(text);
	}
}

/* An answer about a subscription that says less than it must. */
#define HEAD "{\"data\":{\"type\":\"subscription\",\"id\":\"1\""

#define LESS(rest) (HEAD rest)

static const char *const texts[] = {"", " ", "\n", "{}", "[]", "null", "true",
    "0", "\"\"", "{\"data\":{}}", "{\"data\":[]}", "{\"data\":null}",
    "{\"data\":\"active\"}", LESS("}}"), LESS(",\"attributes\":null}}"),
    LESS(",\"attributes\":[]}}"),
    LESS(",\"attributes\":{\"status\":\"active\"}}}"), "{\"errors\":[]}",
    "{\"errors\":{}}", "{\"errors\":[null]}", "{\"errors\":[{\"title\":7}]}",
    "{\"errors\":true}", "{\"errors\":[{\"title\":\"a\\nb\"}]}",
    "<html><body>Down for maintenance</body></html>", "Internal Server Error",
    "{]", "}{", "[[[[", "\\", "\"", "\"\\", "{\"a\":\"\\u0000\"}",
    "{\"\\u0000\":1}"};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		for (size_t s = 0; s < TRY_SAMPLES; s++)
			expect_garbled(
			    &try_samples[s], texts[i], strlen(texts[i]));
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);

		for (size_t len = 0; len < strlen(text); len++)
			expect_garbled(&try_samples[s], text, len);
		free(text);
	}
}

/* Each byte in turn: NUL is never taken, others must only do no harm. */
static void test_each_byte(void **state)
{
	static const char others[] = {'"', '{', '}', '[', ']', ',', ':', '\\',
	    ' ', '0', '-', 'x', '\n', '\x7f', '\xff', '\x80'};

	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);
		size_t len = strlen(text);

		for (size_t i = 0; i < len; i++) {
			char old = text[i];

			text[i] = '\0';
			expect_garbled(&try_samples[s], text, len);
			text[i] = others[i % sizeof(others)];
			try_text(&try_samples[s], text, len);
			text[i] = old;
		}
		free(text);
	}
}

static void test_around(void **state)
{
	static const char *const befores[] = {
	    "\xef\xbb\xbf", "x", "{", ")]}',\n", "HTTP/1.1 200 OK\r\n\r\n"};
	static const char *const afters[] = {"x", "}", "{}", ",", "\x1a"};
	char *body = calloc(1, 1 << 17);

	(void)state;
	assert_non_null(body);
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);

		for (size_t i = 0; i < 5; i++) {
			int n =
			    snprintf(body, 1 << 17, "%s%s", befores[i], text);

			expect_garbled(&try_samples[s], body, (size_t)n);
			n = snprintf(body, 1 << 17, "%s%s", text, afters[i]);
			expect_garbled(&try_samples[s], body, (size_t)n);
		}
		assert_int_equal(try_text(&try_samples[s], text, strlen(text)),
		    VERDICT_TRUTH);
		free(text);
	}
	free(body);
}

/* The sample with `what` replaced by other text; to be freed. */
static char *replaced(const char *text, const char *what, const char *by)
{
	const char *at = strstr(text, what);
	size_t cap = strlen(text) + strlen(by) + 1;
	char *out = malloc(cap);

	assert_non_null(at);
	assert_non_null(out);
	snprintf(out, cap, "%.*s%s%s", (int)(at - text), text, by,
	    at + strlen(what));
	return out;
}

static void test_duplicate_keys(void **state)
{
	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);
		char by[100];
		char *twice;

		snprintf(by, sizeof(by), "%s, %s", try_samples[s].word,
		    try_samples[s].word);
		twice = replaced(text, try_samples[s].word, by);
		expect_garbled(&try_samples[s], twice, strlen(twice));
		free(twice);
		free(text);
	}
}

/* `levels` times `open` in the place of `what`, closed or left open. */
static void check_deep(const struct try_sample *sample, const char *text,
    const char *what, size_t levels, const char *open, const char *shut)
{
	struct buf by;
	char *deep;

	buf_init(&by, HUGE_BYTES);
	for (size_t i = 0; i < levels; i++)
		buf_adds(&by, open);
	buf_adds(&by, "1");
	for (size_t i = 0; i < levels; i++)
		buf_adds(&by, shut);
	assert_int_equal(by.error, 0);
	deep = replaced(text, what, buf_text(&by));
	expect_garbled(sample, deep, strlen(deep));
	free(deep);
	buf_fini(&by);
}

static void test_deep(void **state)
{
	static const size_t levels[] = {CLIENT_JSON_DEPTH_MAX, 10000, 1000000};

	(void)state;
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		char *text = try_load(&try_samples[s]);

		for (size_t i = 0; i < 3; i++) {
			check_deep(&try_samples[s], text, try_samples[s].value,
			    levels[i], "[", "]");
			check_deep(&try_samples[s], text, try_samples[s].value,
			    levels[i], "{\"a\":", "}");
			check_deep(&try_samples[s], text, try_samples[s].value,
			    levels[i], "[", "");
		}
		free(text);
	}
}

/* The sample with 10 MB of `fill` in the place of `what`. */
static enum verdict try_huge(const struct try_sample *sample, const char *what,
    const char *before, const char *fill, const char *after)
{
	char *text = try_load(sample);
	enum verdict verdict;
	struct buf by;
	char *huge;

	buf_init(&by, HUGE_BYTES + 100);
	buf_adds(&by, before);
	while (by.len < HUGE_BYTES)
		buf_adds(&by, fill);
	buf_adds(&by, after);
	assert_int_equal(by.error, 0);
	huge = replaced(text, what, buf_text(&by));
	verdict = try_text(sample, huge, strlen(huge));
	free(huge);
	buf_fini(&by);
	free(text);
	return verdict;
}

/* The sample of that file. */
static const struct try_sample *sample_of(const char *file)
{
	for (size_t s = 0; s < TRY_SAMPLES; s++) {
		if (strcmp(try_samples[s].file, file) == 0)
			return &try_samples[s];
	}
	fail_msg("no sample is %s", file);
	return NULL;
}

static void test_huge(void **state)
{
	const struct try_sample *sub = &try_samples[0];
	const struct try_sample *tra = &try_samples[1];

	(void)state;
	/* where it does not matter, or is cut, it does no harm */
	assert_int_equal(
	    try_huge(sub, "\"ECUR-1\"", "\"", "x", "\""), VERDICT_TRUTH);
	assert_int_equal(
	    try_huge(sub, "\"metadata\": {}", "\"metadata\": [0", ",0", "]"),
	    VERDICT_TRUTH);
	assert_int_equal(
	    try_huge(tra, "\"Insufficient funds\"", "\"", "\xc3\xa9", "\""),
	    VERDICT_TRUTH);
	assert_int_equal(
	    try_huge(sub, "\"active\"", "\"", "x", "\""), VERDICT_GARBLED);
	assert_int_equal(
	    try_huge(sub, "\"2017-02-11T22:11:57+01:00\"", "\"", "1", "\""),
	    VERDICT_GARBLED);
	assert_int_equal(
	    try_huge(tra, "\"history\": [", "\"history\": [", "{},", ""),
	    VERDICT_GARBLED);
	assert_int_equal(try_huge(tra, "50.6", "", "9", ""), VERDICT_GARBLED);
	assert_int_equal(try_huge(tra, "50.6", "0.", "1", ""), VERDICT_GARBLED);
}

static void test_huge_ecom9(void **state)
{
	const struct try_sample *account =
	    sample_of("tests/fixtures/ecom9/sample-account/reply.json");
	const struct try_sample *several = sample_of(
	    "tests/fixtures/ecom9/trap-04-one-of-two-active/reply.json");
	const struct try_sample *listed =
	    sample_of("tests/fixtures/ecom9/sample-transaction/reply.json");

	(void)state;
	assert_int_equal(
	    try_huge(account, "\"Aurora Growth\"", "\"", "x", "\""),
	    VERDICT_TRUTH);
	assert_int_equal(try_huge(account, "\"P6ZmR29aTyQb\"", "\"", "x", "\""),
	    VERDICT_GARBLED);
	assert_int_equal(try_huge(several, "\"subscriptions\": [",
			     "\"subscriptions\": [", "{},", ""),
	    VERDICT_GARBLED);
	/* what is not the one that is looked for does no harm */
	assert_int_equal(try_huge(listed, "\"results\": [", "\"results\": [",
			     "{\"transaction_uuid\":\"x\"},", ""),
	    VERDICT_TRUTH);
	assert_int_equal(
	    try_huge(listed, "\"29.99\"", "\"", "9", "\""), VERDICT_GARBLED);
}

/* 10 MB that are no document at all. */
static void test_huge_rubbish(void **state)
{
	static const char fills[] = {
	    ' ', 'x', '[', ']', '{', '"', '\\', '9', '\0', '\xff', '-', '<'};
	char *body = malloc(HUGE_BYTES);

	(void)state;
	assert_non_null(body);
	for (size_t i = 0; i < sizeof(fills); i++) {
		memset(body, fills[i], HUGE_BYTES);
		expect_garbled(&try_samples[0], body, HUGE_BYTES);
	}
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_samples),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_each_byte),
	    cmocka_unit_test(test_around),
	    cmocka_unit_test(test_duplicate_keys),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_huge),
	    cmocka_unit_test(test_huge_ecom9),
	    cmocka_unit_test(test_huge_rubbish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
