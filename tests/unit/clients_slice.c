/* The bytes of a member as they were sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"

#include "clients/slice.h"

struct slice_case {
	int line;
	const char *text;
	const char *value; /* NULL: rc */
	int rc;
};

#define GOOD(text, value) \
	{ \
		__LINE__, text, value, 0 \
	}
#define BAD(text) \
	{ \
		__LINE__, text, NULL, ERR_BAD \
	}
#define ABSENT(text) \
	{ \
		__LINE__, text, NULL, ERR_ABSENT \
	}
#define D8 "[[[[[[[["
#define U8 "]]]]]]]]"
#define D64 D8 D8 D8 D8 D8 D8 D8 D8
#define U64 U8 U8 U8 U8 U8 U8 U8 U8

static const struct slice_case cases[] = {
    GOOD("{\"data\":{}}", "{}"),
    GOOD("{\"data\":{\"a\":1}}", "{\"a\":1}"),
    GOOD(" {\r\n\t\"data\" : { \"a\" : 1 } , \"x\":2 }\n", "{ \"a\" : 1 }"),
    GOOD("{\"event\":\"a.b\",\"data\":{\"id\":\"x\"}}", "{\"id\":\"x\"}"),
    /* every kind of value */
    GOOD("{\"data\":\"a\\\"}b\"}", "\"a\\\"}b\""),
    GOOD("{\"data\":\"\\\\\"}", "\"\\\\\""),
    GOOD("{\"data\":243.33}", "243.33"),
    GOOD("{\"data\" : null }", "null"),
    GOOD("{\"data\":-1e9}", "-1e9"),
    GOOD("{\"data\":[1, {\"a\":[]}]}", "[1, {\"a\":[]}]"),
    /* brackets and quotes inside of strings are text */
    GOOD("{\"data\":{\"a\":\"}]{[\\\\\"}}", "{\"a\":\"}]{[\\\\\"}"),
    GOOD("{\"data\":{\"a\":\"\\\\\\\"}\"}}", "{\"a\":\"\\\\\\\"}\"}"),
    /* not ASCII stays as it is */
    GOOD("{\"data\":{\"n\":\"M\xc3\xa9xico\"}}", "{\"n\":\"M\xc3\xa9xico\"}"),
    /* a member of that name elsewhere is not it */
    GOOD("{\"a\":{\"data\":1},\"data\":2}", "2"),
    GOOD("{\"a\":\"\\\"data\\\":1\",\"data\":2}", "2"),
    GOOD("{\"data\":{\"data\":1}}", "{\"data\":1}"),
    GOOD("{\"Data\":1,\"data\":2,\"data2\":3,\"dat\":4}", "2"),
    GOOD("{\"data\":" D64 U64 "}", D64 U64),
    ABSENT("{}"),
    ABSENT("{ }"),
    ABSENT("{\"a\":1}"),
    ABSENT("{\"a\":{\"data\":1}}"),
    ABSENT("{\"\":1}"),
    /* which of two was signed? */
    BAD("{\"data\":1,\"data\":1}"),
    BAD("{\"data\":{},\"x\":1,\"data\":{}}"),
    /* a name in disguise */
    BAD("{\"d\\u0061ta\":1,\"data\":2}"),
    BAD("{\"data\":2,\"\\u0064ata\":1}"),
    BAD("{\"x\\\"\":1,\"data\":2}"),
    /* no object, or none that is whole */
    BAD(""),
    BAD(" "),
    BAD("[]"),
    BAD("null"),
    BAD("\"data\""),
    BAD("{"),
    BAD("{\"data\""),
    BAD("{\"data\":"),
    BAD("{\"data\":1"),
    BAD("{\"data\":{}"),
    BAD("{\"data\":{]}"),
    BAD("{\"data\":[}]"),
    BAD("{\"data\":1}}"),
    BAD("{\"data\":1} x"),
    BAD("{\"data\":1}{}"),
    BAD("{\"data\":1,}"),
    BAD("{,\"data\":1}"),
    BAD("{\"data\" 1}"),
    BAD("{data:1}"),
    BAD("{'data':1}"),
    BAD("{\"data\":\"a}"),
    BAD("{\"data\":\"a\\"),
    BAD("{\"data\":\"a\\\"}"),
    BAD("{\"data\":\"a\nb\"}"),
    BAD("{\"data\":,}"),
    BAD("{\"data\"::1}"),
    BAD("{\"data\":1 2}"),
    BAD("{\"data\":}"),
    BAD("{\"data\":]}"),
    BAD("\xef\xbb\xbf{\"data\":1}"),
    BAD("{\"data\":[" D64 U64 "]}"),
    BAD("{\"a\":[" D64 U64 "],\"data\":1}"),
};

/* A block of just that size, so that a sanitizer sees a read behind it. */
static void check(const struct slice_case *c, size_t len)
{
	char *text = malloc(len > 0 ? len : 1);
	struct slice slice;
	int rc;

	assert_non_null(text);
	memcpy(text, c->text, len);
	rc = slice_member(text, len, "data", &slice);
	if (len == strlen(c->text)) {
		if (rc != c->rc)
			fail_msg("line %d: %s", c->line, err_name(rc));
		if (rc == 0 &&
		    (slice.len != strlen(c->value) ||
			memcmp(slice.data, c->value, slice.len) != 0))
			fail_msg("line %d: %.*s", c->line, (int)slice.len,
			    slice.data);
	}
	assert_true(rc == 0 || (slice.data == NULL && slice.len == 0));
	free(text);
}

static void test_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i], strlen(cases[i].text));
}

/* Nothing that is cut off gives a value, whatever the place. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t len = 0; len < strlen(cases[i].text); len++)
			check(&cases[i], len);
	}
}

static void test_nul(void **state)
{
	static const char text[] = "{\"data\":\"a\0b\"}";
	struct slice slice;

	(void)state;
	assert_int_equal(
	    slice_member(text, sizeof(text) - 1, "data", &slice), ERR_BAD);
}

static void test_compact(void **state)
{
	static const struct {
		const char *from;
		const char *to;
	} pairs[] = {
	    {"{}", "{}"},
	    {"{ \"a\" :\t1 ,\r\n \"b\": [ 1, 2 ] }", "{\"a\":1,\"b\":[1,2]}"},
	    {"{\"a b\": \" c \\\" d \\\\\" }", "{\"a b\":\" c \\\" d \\\\\"}"},
	    {"{\"n\": \"M\xc3\xa9xico  \" }", "{\"n\":\"M\xc3\xa9xico  \"}"},
	    {"\"a\\\\\" ", "\"a\\\\\""},
	    {" ", ""},
	    {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct slice from = {pairs[i].from, strlen(pairs[i].from)};
		char *out = malloc(from.len + 1);
		size_t n;

		assert_non_null(out);
		n = slice_compact(&from, out);
		assert_true(n <= from.len);
		out[n] = '\0';
		assert_string_equal(out, pairs[i].to);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_member),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_nul),
	    cmocka_unit_test(test_compact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
