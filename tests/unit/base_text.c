/* What counts as text, a number, a name, decided by bytes in tables. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"
#include "reconciler/base/text.h"

static const struct {
	const char *data;
	size_t len;
	bool utf8, control;
} bytes[] = {
    {"", 0, true, false},
    {"plain", 5, true, false},
    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, true, false},
    {"\xf4\x8f\xbf\xbf", 4, true, false}, /* the last one */
    {"\xf4\x90\x80\x80", 4, false, false},
    {"\xed\x9f\xbf\xee\x80\x80", 6, true, false}, /* around surrogates */
    {"\xed\xa0\x80", 3, false, false},
    {"\xc0\x80", 2, false, false}, /* overlong */
    {"\xc1\xbf", 2, false, false},
    {"\xe0\x9f\xbf", 3, false, false},
    {"\xf0\x8f\xbf\xbf", 4, false, false},
    {"\xf5\x80\x80\x80", 4, false, false},
    {"\x80", 1, false, false},
    {"\xe2\x82", 2, false, false}, /* cut */
    {"\xe2\x82\xac", 2, false, false},
    {"\xf0\x9f\x98", 3, false, false},
    {"\xc3(", 2, false, false},
    {"\xe2\x82(", 3, false, false},
    {"\xf0\x9f(\x80", 4, false, false},
    {"a\0b", 3, false, true},
    {"a\tb", 3, true, true},
    {"a\n", 2, true, true},
    {"\x1f", 1, true, true},
    {"\x7f", 1, true, true},
    {" ~", 2, true, false},
};

static void judges_bytes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		if (text_is_utf8(bytes[i].data, bytes[i].len) != bytes[i].utf8)
			fail_msg("row %zu: utf8", i);
		if (text_has_control(bytes[i].data, bytes[i].len) !=
		    bytes[i].control)
			fail_msg("row %zu: control", i);
	}
}

static const struct {
	const char *text;
	bool digits; /* 2 to 4 of them */
	bool name;   /* of at most 8 bytes */
	bool uuid;
} shapes[] = {
    {NULL, false, false, false},
    {"", false, false, false},
    {"1", false, true, false},
    {"12", true, true, false},
    {"1234", true, true, false},
    {"12345", false, true, false},
    {"12a", false, true, false},
    {"-12", false, false, false},
    {" 12", false, false, false},
    {"a", false, true, false},
    {"a-b_c9", false, true, false},
    {"_a", false, false, false},
    {"-a", false, false, false},
    {"abcdefgh", false, true, false},
    {"abcdefghi", false, false, false},
    {"Abc", false, false, false},
    {"a.b", false, false, false},
    {"a/b", false, false, false},
    {"a\xc3\xa9", false, false, false},
    {"123e4567-e89b-12d3-a456-426614174000", false, false, true},
    {"123E4567-E89B-12D3-A456-42661417400F", false, false, true},
    {"123e4567-e89b-12d3-a456-42661417400", false, false, false},
    {"123e4567-e89b-12d3-a456-4266141740000", false, false, false},
    {"123e4567ae89b-12d3-a456-426614174000", false, false, false},
    {"123e4567-e89b-12d3-a456-42661417400g", false, false, false},
    {"{23e4567-e89b-12d3-a456-42661417400}", false, false, false},
};

static void judges_shapes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const char *text = shapes[i].text;

		if (text_is_digits(text, 2, 4) != shapes[i].digits)
			fail_msg("row %zu: digits", i);
		if (text_is_name(text, 8) != shapes[i].name)
			fail_msg("row %zu: name", i);
		if (text_is_uuid(text) != shapes[i].uuid)
			fail_msg("row %zu: uuid", i);
	}
}

static void equals(void **state)
{
	(void)state;
	assert_true(text_equal("a", "a"));
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(NULL, ""));
	assert_false(text_equal("", NULL));
	assert_false(text_equal("a", "b"));
	assert_false(text_equal("a", "ab"));
}

static const struct {
	const char *text;
	int64_t min, max;
	int rc;
	int64_t value;
} ints[] = {
    {"0", 0, 9, 0, 0},
    {"-0", 0, 9, 0, 0},
    {"7", 0, 9, 0, 7},
    {"007", 0, 9, 0, 7},
    {"10", 0, 9, ERR_BAD, 0},
    {"-1", 0, 9, ERR_BAD, 0},
    {"-1", -1, 9, 0, -1},
    {"9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX},
    {"9223372036854775808", INT64_MIN, INT64_MAX, ERR_BAD, 0},
    {"-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN},
    {"-9223372036854775809", INT64_MIN, INT64_MAX, ERR_BAD, 0},
    {"18446744073709551616", INT64_MIN, INT64_MAX, ERR_BAD, 0},
    {"18446744073709551623", INT64_MIN, INT64_MAX, ERR_BAD, 0},
    {"99999999999999999999999", INT64_MIN, INT64_MAX, ERR_BAD, 0},
    {"", 0, 9, ERR_BAD, 0},
    {NULL, 0, 9, ERR_BAD, 0},
    {"-", -9, 9, ERR_BAD, 0},
    {"--1", -9, 9, ERR_BAD, 0},
    {"+1", 0, 9, ERR_BAD, 0},
    {" 1", 0, 9, ERR_BAD, 0},
    {"1 ", 0, 9, ERR_BAD, 0},
    {"1x", 0, 9, ERR_BAD, 0},
    {"0x1", 0, 9, ERR_BAD, 0},
    {"1e0", 0, 9, ERR_BAD, 0},
};

static void reads_ints(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		int64_t value = -77;
		int rc =
		    text_int(ints[i].text, ints[i].min, ints[i].max, &value);

		if (rc != ints[i].rc ||
		    value != (rc == 0 ? ints[i].value : -77))
			fail_msg("row %zu (%s): %d, %lld", i, ints[i].text, rc,
			    (long long)value);
	}
}

static const struct {
	const char *text;
	int rc;
	uint64_t value;
} sizes[] = {
    {"0", 0, 0},
    {"4096", 0, 4096},
    {"1K", 0, 1024},
    {"1M", 0, 1048576},
    {"3G", 0, 3221225472u},
    {"2T", 0, 2199023255552u},
    {"16777215T", 0, 18446742974197923840u},
    {"16777216T", ERR_BAD, 0},
    {"18446744073709551615", 0, UINT64_MAX},
    {"18446744073709551616", ERR_BAD, 0},
    {"18014398509481984K", ERR_BAD, 0},
    {"", ERR_BAD, 0},
    {NULL, ERR_BAD, 0},
    {"M", ERR_BAD, 0},
    {"1m", ERR_BAD, 0},
    {"1MB", ERR_BAD, 0},
    {"1 M", ERR_BAD, 0},
    {"-1", ERR_BAD, 0},
    {"1.5M", ERR_BAD, 0},
    {"1P", ERR_BAD, 0},
};

static void reads_sizes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t value = 77;
		int rc = text_size(sizes[i].text, &value);

		if (rc != sizes[i].rc ||
		    value != (rc == 0 ? sizes[i].value : 77))
			fail_msg("row %zu (%s): %d, %llu", i, sizes[i].text, rc,
			    (unsigned long long)value);
	}
}

static void copies(void **state)
{
	char out[4] = "zzz";

	(void)state;
	assert_int_equal(text_copy(out, 4, "abc"), 0);
	assert_string_equal(out, "abc");
	assert_int_equal(text_copy(out, 4, "abcd"), ERR_FULL);
	assert_string_equal(out, "");
	assert_int_equal(text_copy(out, 3, "abc"), ERR_FULL);
	assert_int_equal(text_copy(out, 4, NULL), 0);
	assert_string_equal(out, "");
	assert_int_equal(text_copy(out, 1, ""), 0);
	out[0] = 'z';
	assert_int_equal(text_copy(out, 0, ""), ERR_FULL);
	assert_int_equal(out[0], 'z');
}

static const struct {
	const char *segment, *escaped;
} segments[] = {
    {"", ""},
    {"abcXYZ019-._~", "abcXYZ019-._~"},
    {"a/b", "a%2Fb"},
    {"../x", "..%2Fx"},
    {".", "%2E"},
    {"..", "%2E%2E"},
    {"...", "..."},
    {"a b?c#d%e", "a%20b%3Fc%23d%25e"},
    {"a\\b\n", "a%5Cb%0A"},
    {"\xc3\xa9\xff", "%C3%A9%FF"},
    {"!$&'()*+,;=:@[]", "%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%5B%5D"},
};

static void escapes(void **state)
{
	struct buf buf;
	char back[64];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
		buf_init(&buf, 100);
		text_escape_path(&buf, segments[i].segment);
		if (strcmp(buf_text(&buf), segments[i].escaped) != 0)
			fail_msg("row %zu: %s", i, buf_text(&buf));
		if (text_unescape(buf_text(&buf), buf.len, back, sizeof(back),
			&len) != 0 ||
		    strcmp(back, segments[i].segment) != 0 ||
		    len != strlen(back))
			fail_msg("row %zu: not the way back", i);
		buf_fini(&buf);
	}
}

static const struct {
	const char *data;
	size_t cap;
	int rc;
	const char *out;
	size_t len;
} escaped[] = {
    {"a%2fb", 8, 0, "a/b", 3},
    {"a+b", 8, 0, "a+b", 3},
    {"%00x", 8, 0, "\0x", 2},
    {"%", 8, ERR_BAD, "", 0},
    {"a%2", 8, ERR_BAD, "", 0},
    {"%2g", 8, ERR_BAD, "", 0},
    {"%g2", 8, ERR_BAD, "", 0},
    {"%%41", 8, ERR_BAD, "", 0},
    {"%-1", 8, ERR_BAD, "", 0},
    {"abc", 4, 0, "abc", 3},
    {"abc", 3, ERR_FULL, "", 0},
    {"%41%41", 3, 0, "AA", 2},
    {"", 1, 0, "", 0},
    {"", 0, ERR_FULL, "", 0},
};

static void unescapes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(escaped) / sizeof(escaped[0]); i++) {
		char out[8] = "";
		size_t len = 99;
		int rc = text_unescape(escaped[i].data, strlen(escaped[i].data),
		    out, escaped[i].cap, &len);

		if (rc != escaped[i].rc || len != escaped[i].len ||
		    memcmp(out, escaped[i].out, len + 1) != 0)
			fail_msg("row %zu (%s): %d, %zu bytes", i,
			    escaped[i].data, rc, len);
	}
}

/* The authors' vectors of 64-bit FNV-1a. */
static const struct {
	const char *text;
	uint64_t hash;
} hashes[] = {
    {"", 0xcbf29ce484222325u},
    {"a", 0xaf63dc4c8601ec8cu},
    {"foobar", 0x85944171f73967e8u},
};

static void hashes_as_published(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		if (text_hash(hashes[i].text, strlen(hashes[i].text)) !=
		    hashes[i].hash)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(judges_bytes),
	    cmocka_unit_test(judges_shapes),
	    cmocka_unit_test(equals),
	    cmocka_unit_test(reads_ints),
	    cmocka_unit_test(reads_sizes),
	    cmocka_unit_test(copies),
	    cmocka_unit_test(escapes),
	    cmocka_unit_test(unescapes),
	    cmocka_unit_test(hashes_as_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
