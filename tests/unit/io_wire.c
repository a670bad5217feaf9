/* Our JSON, byte for byte: what is escaped, what is refused, beside jansson. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/base/random.h"
#include "reconciler/io/wire_line.h"

#include "tests/fuzz/wire_compare.h"

enum { ROUNDS = 20000, BYTES_MAX = 600 };

static void test_random_answers(void **state)
{
	uint8_t data[BYTES_MAX];
	struct random random;

	(void)state;
	random_seed_with(&random, 7);
	for (int i = 0; i < ROUNDS; i++) {
		size_t size = (size_t)(random_next(&random) % BYTES_MAX);

		for (size_t k = 0; k < size; k++)
			data[k] = (uint8_t)(random_next(&random) >> 8);
		if (!wire_compare(data, size))
			fail_msg("round %d differs", i);
	}
}

/* A text as the only member of a line. */
static void check_text(const char *text, const char *wanted)
{
	struct buf out;

	buf_init(&out, SIZE_MAX);
	wire_line_begin(&out);
	wire_line_text(&out, "t", text);
	wire_line_end(&out);
	if (wanted == NULL)
		assert_int_equal(out.error, ERR_BAD);
	else
		assert_string_equal(buf_text(&out), wanted);
	buf_fini(&out);
}

static void test_escapes(void **state)
{
	(void)state;
	check_text(NULL, "{\"t\":null}");
	check_text("", "{\"t\":\"\"}");
	check_text("a\"b\\c/d", "{\"t\":\"a\\\"b\\\\c/d\"}");
	check_text("\b\f\n\r\t", "{\"t\":\"\\b\\f\\n\\r\\t\"}");
	check_text("\x01\x1f\x7f", "{\"t\":\"\\u0001\\u001F\x7f\"}");
	check_text("Zo\xc3\xab", "{\"t\":\"Zo\xc3\xab\"}");
	/* Where words of eight bytes meet. */
	check_text("1234567\"", "{\"t\":\"1234567\\\"\"}");
	check_text("12345678\"", "{\"t\":\"12345678\\\"\"}");
	check_text("123456789012345\n", "{\"t\":\"123456789012345\\n\"}");
}

static void test_bad_utf8(void **state)
{
	static const char *const bad[] = {"\x80", "\xc0\xaf", "a\xc3",
	    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x82",
	    "12345678\xfe"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(json_string(bad[i]));
		check_text(bad[i], NULL);
	}
}

/* The first member has no comma, nor has any value's brace made one look so. */
static void test_commas(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, SIZE_MAX);
	wire_line_begin(&out);
	wire_line_text(&out, "a", "{");
	wire_line_text(&out, "b", "[");
	wire_line_list(&out, "c");
	wire_line_element(&out);
	wire_line_end(&out);
	wire_line_element(&out);
	wire_line_number(&out, "d", 18446744073709551615U);
	wire_line_real(&out, "e", 4);
	wire_line_real(&out, "f", 0.1);
	wire_line_end(&out);
	wire_line_end_list(&out);
	wire_line_inner(&out, "g");
	wire_line_number_or_null(&out, "h", 0);
	wire_line_number_or_null(&out, "i", -1);
	wire_line_end(&out);
	wire_line_end(&out);
	assert_string_equal(buf_text(&out),
	    "{\"a\":\"{\",\"b\":\"[\",\"c\":[{},{\"d\":-1,\"e\":4.0,"
	    "\"f\":0.10000000000000001}],\"g\":{\"h\":null,\"i\":-1}}");
	assert_true(wire_is_stable(&out));
}

/* Refused once, refused as a whole. */
static void test_sticky(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 20);
	wire_line_begin(&out);
	wire_line_text(&out, "a", "0123456789");
	assert_int_equal(out.error, 0);
	wire_line_text(&out, "b", "0123456789");
	assert_int_equal(out.error, ERR_FULL);
	wire_line_text(&out, "c", "\xff");
	assert_int_equal(out.error, ERR_FULL);
	assert_null(buf_take(&out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random_answers),
	    cmocka_unit_test(test_escapes),
	    cmocka_unit_test(test_bad_utf8),
	    cmocka_unit_test(test_commas),
	    cmocka_unit_test(test_sticky),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
