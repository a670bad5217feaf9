/* field.h: strict parsing, and getters that name the path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "clients/field.h"

enum { DEPTH = 8, ARENA_MAX = 1 << 16 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct parse_case {
	int line;
	const char *text;
	const char *complaint; /* part of it; NULL: it parses */
};

static const struct parse_case parse_cases[] = {
    {__LINE__, "{}", NULL},
    {__LINE__, " [1, 2] \n", NULL},
    {__LINE__, "{\"a\":\"\\\"[[[[[[[[[[\"}", NULL},
    {__LINE__, "[[[[[[[[]]]]]]]]", NULL},
    {__LINE__, "[[[[[[[[[]]]]]]]]]", "more than 8 levels"},
    {__LINE__, "{\"a\":[[[[[[[[[", "more than 8 levels"},
    {__LINE__, "[[1],[2],[3],[4],[5],[6],[7],[8],[9]]", NULL},
    {__LINE__, "", "empty"},
    {__LINE__, "  ", "ends too early"},
    {__LINE__, "1", "not JSON"},
    {__LINE__, "\"text\"", "not JSON"},
    {__LINE__, "null", "not JSON"},
    {__LINE__, "{} {}", "not JSON"},
    {__LINE__, "{\"a\":1", "ends too early"},
    {__LINE__, "{\"a\":1,\"a\":2}", "a key is given twice"},
    {__LINE__, "{\"o\":{\"a\":1,\"a\":1}}", "a key is given twice"},
    {__LINE__, "\xef\xbb\xbf{}", "not JSON"},
    {__LINE__, "{\"a\":\"\xff\"}", "not UTF-8"},
    {__LINE__, "{\"a\":\"\xc0\xaf\"}", "not UTF-8"},
    {__LINE__, "{\"a\":\"\\u0000\"}", "not JSON"},
    {__LINE__, "{\"a\\u0000\":1}", "not JSON"},
    {__LINE__, "{\"a\":\"\\ud800\"}", "not JSON"},
    {__LINE__, "{\"a\":\"\n\"}", "not JSON"},
    {__LINE__, "{\"a\":99999999999999999999}", "too large"},
    {__LINE__, "{\"a\":1e999}", "too large"},
    {__LINE__, "{\"a\":NaN}", "not JSON"},
    {__LINE__, "{'a':1}", "not JSON"},
    {__LINE__, "[1,]", "not JSON"},
    {__LINE__, "[01]", "not JSON"},
    {__LINE__, "]]]]", "not JSON"},
    {__LINE__, "[\"secret\\", "not JSON"},
    {__LINE__, "{\"secret\" \"secret\"}", "not JSON"},
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(parse_cases); i++) {
		const struct parse_case *c = &parse_cases[i];
		struct err_text err = {""};
		field_value *root = NULL;
		int rc;

		rc = field_parse(c->text, strlen(c->text), DEPTH, &root, &err);
		if ((rc == 0) != (c->complaint == NULL) ||
		    (rc == 0) != (root != NULL))
			fail_msg("line %d: %d %s", c->line, rc, err.text);
		if (c->complaint != NULL &&
		    (rc != ERR_BAD || strstr(err.text, c->complaint) == NULL ||
			strstr(err.text, "secret") != NULL))
			fail_msg("line %d: %d %s", c->line, rc, err.text);
		field_free(root);
	}
}

static void test_parse_nul(void **state)
{
	static const char raw[] = "{\"a\":\0 1}";
	static const char quoted[] = "{\"a\":\"\\\0\"}";
	struct err_text err = {""};
	field_value *root = NULL;

	(void)state;
	assert_int_equal(
	    field_parse(raw, sizeof(raw) - 1, DEPTH, &root, &err), ERR_BAD);
	assert_non_null(strstr(err.text, "NUL"));
	assert_int_equal(
	    field_parse(quoted, sizeof(quoted) - 1, DEPTH, &root, &err),
	    ERR_BAD);
	assert_null(root);
	field_free(NULL);
}

static void test_parse_place(void **state)
{
	static const char text[] = "{\n  \"a\": 1,\n  oops\n}";
	struct err_text err = {""};
	field_value *root = NULL;

	(void)state;
	assert_int_equal(
	    field_parse(text, strlen(text), DEPTH, &root, &err), ERR_BAD);
	assert_non_null(strstr(err.text, "line 3"));
	assert_null(strstr(err.text, "oops"));
}

/* A document for the getters. */
static const char sample[] =
    "{\"text\":\"word\",\"empty\":\"\",\"nothing\":null,\"yes\":true,"
    "\"no\":false,\"seven\":7,\"minus\":-7,\"half\":0.5,"
    "\"long\":\"a\xc3\xa9\xc3\xa9\",\"list\":[1,\"two\",{\"x\":3}],"
    "\"at\":\"2017-11-10T03:43:23+01:00\",\"local\":\"2017-11-10T03:43:23\","
    "\"deep\":{\"er\":{\"still\":\"there\"}}}";

struct world {
	struct arena arena;
	struct fields fields;
	field_value *root;
};

static int open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err_text err;

	if (w == NULL)
		return -1;
	arena_init(&w->arena, ARENA_MAX);
	fields_init(&w->fields, &w->arena);
	*state = w;
	return field_parse(sample, strlen(sample), DEPTH, &w->root, &err);
}

static int close_world(void **state)
{
	struct world *w = *state;

	field_free(w->root);
	arena_fini(&w->arena);
	free(w);
	return 0;
}

/* The complaint so far, which is then forgotten; "" for none. */
static const char *complaint(struct world *w)
{
	const char *error = w->fields.error;

	fields_init(&w->fields, &w->arena);
	return error != NULL ? error : "";
}

static void test_text(void **state)
{
	struct world *w = *state;
	struct fields *f = &w->fields;

	assert_string_equal(field_text(f, w->root, "text", 4), "word");
	assert_string_equal(field_text(f, w->root, "empty", 4), "");
	assert_string_equal(
	    field_text(f, w->root, "deep.er.still", 9), "there");
	assert_null(field_text(f, w->root, "nothing", 4));
	assert_null(field_text(f, w->root, "nothing.more", 4));
	assert_null(field_text(f, w->root, "absent.more.yet", 4));
	assert_null(field_text(f, NULL, "text", 4));
	assert_string_equal(complaint(w), "");
	assert_null(field_text(f, w->root, "text", 3));
	assert_string_equal(complaint(w), "text: too long");
	assert_null(field_text(f, w->root, "seven", 3));
	assert_string_equal(complaint(w), "seven: not text");
	assert_null(field_text(f, w->root, "text.more", 3));
	assert_string_equal(
	    complaint(w), "text.more: its parent is not an object");
	assert_null(field_need_text(f, w->root, "deep.nowhere", 3));
	assert_string_equal(complaint(w), "deep.nowhere: missing");
	assert_null(field_need_text(f, w->root, "nothing", 3));
	assert_string_equal(complaint(w), "nothing: missing");
}

static void test_cut(void **state)
{
	struct world *w = *state;
	struct fields *f = &w->fields;

	assert_string_equal(
	    field_cut(f, w->root, "long", 5), "a\xc3\xa9\xc3\xa9");
	assert_string_equal(field_cut(f, w->root, "long", 4), "a\xc3\xa9");
	assert_string_equal(field_cut(f, w->root, "long", 3), "a\xc3\xa9");
	assert_string_equal(field_cut(f, w->root, "long", 2), "a");
	assert_string_equal(field_cut(f, w->root, "long", 0), "");
	assert_null(field_cut(f, w->root, "nothing", 3));
	assert_string_equal(complaint(w), "");
	assert_null(field_cut(f, w->root, "yes", 3));
	assert_string_equal(complaint(w), "yes: not text");
}

static void test_id(void **state)
{
	struct world *w = *state;
	struct fields *f = &w->fields;

	assert_string_equal(field_id(f, w->root, "text", 4), "word");
	assert_string_equal(field_id(f, w->root, "seven", 4), "7");
	assert_null(field_id(f, w->root, "nothing", 4));
	assert_string_equal(complaint(w), "");
	assert_null(field_id(f, w->root, "minus", 4));
	assert_string_equal(complaint(w), "minus: not an id");
	assert_null(field_id(f, w->root, "half", 4));
	assert_string_equal(complaint(w), "half: not an id");
	assert_null(field_id(f, w->root, "yes", 4));
	assert_string_equal(complaint(w), "yes: not an id");
	assert_null(field_id(f, w->root, "seven", 0));
	assert_string_equal(complaint(w), "seven: too long");
}

static void test_numbers(void **state)
{
	struct world *w = *state;
	struct fields *f = &w->fields;

	assert_true(field_int(f, w->root, "seven", 0, 7) == 7);
	assert_true(field_int(f, w->root, "minus", -7, 7) == -7);
	assert_true(field_int(f, w->root, "nothing", 1, 7) == 0);
	assert_true(field_bool(f, w->root, "yes"));
	assert_false(field_bool(f, w->root, "no"));
	assert_false(field_bool(f, w->root, "absent"));
	assert_string_equal(complaint(w), "");
	assert_true(field_int(f, w->root, "seven", 0, 6) == 0);
	assert_string_equal(complaint(w), "seven: out of range");
	assert_true(field_int(f, w->root, "half", 0, 6) == 0);
	assert_string_equal(complaint(w), "half: not an integer");
	assert_false(field_bool(f, w->root, "seven"));
	assert_string_equal(complaint(w), "seven: not true or false");
}

static void test_time(void **state)
{
	struct world *w = *state;
	struct fields *f = &w->fields;
	const char *text = "old";

	assert_true(
	    field_time(f, w->root, "at", &text) == INT64_C(1510281803000));
	assert_string_equal(text, "2017-11-10T03:43:23+01:00");
	assert_true(field_time(f, w->root, "nothing", &text) == 0);
	assert_null(text);
	assert_true(field_time(f, w->root, "at", NULL) != 0);
	assert_string_equal(complaint(w), "");
	assert_true(field_time(f, w->root, "local", &text) == 0);
	assert_null(text);
	assert_string_equal(
	    complaint(w), "local: not a date-time with an offset");
	assert_true(field_time(f, w->root, "seven", &text) == 0);
	assert_string_equal(complaint(w), "seven: not text");
}

static void test_containers(void **state)
{
	struct world *w = *state;
	struct fields *f = &w->fields;
	const field_value *list = field_array(f, w->root, "list");
	const field_value *deep = field_object(f, w->root, "deep");

	assert_int_equal(field_count(list), 3);
	assert_true(field_int(f, field_at(list, 2), "x", 0, 9) == 3);
	assert_null(field_at(list, 3));
	assert_null(field_at(NULL, 0));
	assert_int_equal(field_count(NULL), 0);
	assert_non_null(field_need_object(f, deep, "er"));
	assert_null(field_object(f, w->root, "nothing"));
	assert_string_equal(complaint(w), "");
	assert_null(field_need_object(f, w->root, "absent"));
	assert_string_equal(complaint(w), "absent: missing");
	assert_null(field_object(f, w->root, "list"));
	assert_string_equal(complaint(w), "list: not an object");
	assert_null(field_array(f, w->root, "deep"));
	assert_string_equal(complaint(w), "deep: not an array");
}

static void test_has(void **state)
{
	struct world *w = *state;

	assert_true(field_has(w->root, "text"));
	assert_true(field_has(w->root, "no"));
	assert_true(field_has(w->root, "deep.er.still"));
	assert_false(field_has(w->root, "nothing"));
	assert_false(field_has(w->root, "absent"));
	assert_false(field_has(w->root, "text.more"));
	assert_true(field_has_key(w->root, "nothing"));
	assert_false(field_has_key(w->root, "absent"));
	assert_false(field_has_key(w->root, "nothing.more"));
	assert_string_equal(complaint(w), "");
}

static void test_sticky(void **state)
{
	struct world *w = *state;
	struct fields *f = &w->fields;

	assert_null(field_text(f, w->root, "seven", 9));
	assert_null(field_text(f, w->root, "text", 9));
	assert_null(field_object(f, w->root, "deep"));
	assert_null(field_amount(f, w->root, "seven", 2));
	assert_true(field_int(f, w->root, "seven", 0, 9) == 0);
	assert_true(field_time(f, w->root, "at", NULL) == 0);
	assert_false(field_bool(f, w->root, "yes"));
	field_complain(f, "another", "wrong");
	assert_string_equal(complaint(w), "seven: not text");
	field_complain(f, "another", "wrong");
	assert_string_equal(complaint(w), "another: wrong");
}

/* Without room every getter complains, and none hands out half a value. */
static void test_full_arena(void **state)
{
	struct world *w = *state;
	struct arena tiny;
	struct fields f;

	arena_init(&tiny, 0);
	fields_init(&f, &tiny);
	assert_null(field_text(&f, w->root, "text", 9));
	assert_string_equal(f.error, "no room for it");
	fields_init(&f, &tiny);
	assert_true(field_time(&f, w->root, "at", NULL) == 0);
	assert_non_null(f.error);
	fields_init(&f, &tiny);
	assert_null(field_amount(&f, w->root, "seven", 2));
	assert_non_null(f.error);
	assert_null(field_pointer(w->root, "/text", &tiny));
	assert_true(arena_failed(&tiny));
	arena_fini(&tiny);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_parse_nul),
	    cmocka_unit_test(test_parse_place),
	    cmocka_unit_test_setup_teardown(test_text, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_cut, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_id, open_world, close_world),
	    cmocka_unit_test_setup_teardown(
		test_numbers, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_time, open_world, close_world),
	    cmocka_unit_test_setup_teardown(
		test_containers, open_world, close_world),
	    cmocka_unit_test_setup_teardown(test_has, open_world, close_world),
	    cmocka_unit_test_setup_teardown(
		test_sticky, open_world, close_world),
	    cmocka_unit_test_setup_teardown(
		test_full_arena, open_world, close_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
