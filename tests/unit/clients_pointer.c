/* field.h: JSON Pointer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"
#include "reconciler/base/err.h"

#include "clients/field.h"

enum { DEPTH = 8, ARENA_MAX = 1 << 16 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 6901 section 5, with scalars for the containers it names. */
static const char pointed[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,"
    "\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,\"~1\":9,"
    "\"o\":{\"0\":\"zero\"},\"real\":1.5,\"yes\":true,\"none\":null,"
    "\"many\":[0,1,2,3,4,5,6,7,8,9,10]}";

struct pointer_case {
	int line;
	const char *pointer;
	bool valid;
	const char *want;
};

static const struct pointer_case pointers[] = {
    {__LINE__, "", true, NULL},
    {__LINE__, "/foo", true, NULL},
    {__LINE__, "/foo/0", true, "bar"},
    {__LINE__, "/foo/1", true, "baz"},
    {__LINE__, "/foo/2", true, NULL},
    {__LINE__, "/foo/00", true, NULL},
    {__LINE__, "/foo/-", true, NULL},
    {__LINE__, "/foo/-1", true, NULL},
    {__LINE__, "/foo/+1", true, NULL},
    {__LINE__, "/foo/", true, NULL},
    {__LINE__, "/foo/99999999999999999999", true, NULL},
    {__LINE__, "/foo/0/x", true, NULL},
    {__LINE__, "/", true, "0"},
    {__LINE__, "/a~1b", true, "1"},
    {__LINE__, "/c%d", true, "2"},
    {__LINE__, "/e^f", true, "3"},
    {__LINE__, "/g|h", true, "4"},
    {__LINE__, "/i\\j", true, "5"},
    {__LINE__, "/k\"l", true, "6"},
    {__LINE__, "/ ", true, "7"},
    {__LINE__, "/m~0n", true, "8"},
    {__LINE__, "/~01", true, "9"},
    {__LINE__, "/o/0", true, "zero"},
    {__LINE__, "/many/10", true, "10"},
    {__LINE__, "/real", true, NULL},
    {__LINE__, "/yes", true, NULL},
    {__LINE__, "/none", true, NULL},
    {__LINE__, "/none/x", true, NULL},
    {__LINE__, "foo", false, NULL},
    {__LINE__, "/m~n", false, NULL},
    {__LINE__, "/m~", false, NULL},
    {__LINE__, "/m~2", false, NULL},
    {__LINE__, "/\xff", false, NULL},
    {__LINE__, "#/foo", false, NULL},
};

static void test_pointers(void **state)
{
	field_value *root = NULL;
	struct err_text err;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	assert_int_equal(
	    field_parse(pointed, strlen(pointed), DEPTH, &root, &err), 0);
	for (size_t i = 0; i < COUNT(pointers); i++) {
		const struct pointer_case *c = &pointers[i];
		const char *got = field_pointer(root, c->pointer, &arena);

		assert_int_equal(field_pointer_is_valid(c->pointer), c->valid);
		if ((got == NULL) != (c->want == NULL) ||
		    (got != NULL && strcmp(got, c->want) != 0))
			fail_msg("line %d: %s", c->line, got ? got : "none");
	}
	assert_null(field_pointer(NULL, "/foo", &arena));
	field_free(root);
	arena_fini(&arena);
}

/* A member of which the name is longer than we look is as good as none. */
static void test_long_pointer(void **state)
{
	char pointer[5000];
	field_value *root = NULL;
	struct err_text err;
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	memset(pointer, 'x', sizeof(pointer));
	pointer[0] = '/';
	pointer[sizeof(pointer) - 1] = '\0';
	assert_int_equal(
	    field_parse(pointed, strlen(pointed), DEPTH, &root, &err), 0);
	assert_true(field_pointer_is_valid(pointer));
	assert_null(field_pointer(root, pointer, &arena));
	field_free(root);
	arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pointers),
	    cmocka_unit_test(test_long_pointer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
