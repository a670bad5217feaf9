/* base/config: lists of texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

static const struct config_key key = {.name = "run", .type = CONFIG_TEXTS};

struct filled {
	struct config *config; /* the texts are its */
	struct config_texts texts;
	struct err_text err;
	int rc;
};

static struct filled fill(const char *text)
{
	struct filled f = {.texts = {.n = 99}};

	f.rc = config_open_text(text, "t.conf", &f.config, &f.err);
	if (f.rc == 0)
		f.rc = config_fill(
		    config_root(f.config), &key, 1, NULL, &f.texts, &f.err);
	return f;
}

static void test_taken(void **state)
{
	static const char *const cases[] = {"run = [ \"a\", \"b c\", \"\" ];",
	    "run = ( \"a\", \"b c\", \"\" );"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct filled f = fill(cases[i]);

		assert_int_equal(f.rc, 0);
		assert_int_equal(f.texts.n, 3);
		assert_string_equal(f.texts.items[0], "a");
		assert_string_equal(f.texts.items[1], "b c");
		assert_string_equal(f.texts.items[2], "");
		config_close(f.config);
	}
}

static void test_one_text_is_a_list_of_one(void **state)
{
	struct filled f = fill("run = \"a\";");

	(void)state;
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.texts.n, 1);
	assert_string_equal(f.texts.items[0], "a");
	config_close(f.config);
}

static void test_most(void **state)
{
	char text[1024] = "run = [ \"0\"";
	struct filled f;

	(void)state;
	for (size_t i = 1; i < CONFIG_TEXTS_MAX; i++)
		strncat(text, ", \"x\"", sizeof(text) - strlen(text) - 1);
	strncat(text, "];", sizeof(text) - strlen(text) - 1);
	f = fill(text);
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.texts.n, CONFIG_TEXTS_MAX);
	config_close(f.config);
	text[strlen(text) - 2] = '\0';
	strncat(text, ", \"y\"];", sizeof(text) - strlen(text) - 1);
	f = fill(text);
	assert_int_equal(f.rc, ERR_BAD);
	assert_int_equal(f.texts.n, 99);
	assert_non_null(strstr(f.err.text, "too many"));
	config_close(f.config);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *cause;
	} cases[] = {
	    {"run = [ ];", "t.conf:1: run: empty, allowed 1 to 32 texts in "
			   "quotes, got none"},
	    {"run = ( );", "run: empty"},
	    {"run = 5;", "run: wrong type, allowed 1 to 32 texts in quotes"},
	    {"run = [ 1, 2 ];", "run: wrong type"},
	    {"run = ( \"a\", 2 );", "run: wrong type"},
	    {"run = ( \"a\", ( \"b\" ) );", "run: wrong type"},
	    {"run = [ \"a\\nb\" ];", "run: a control character"},
	    {"run = [ \"\\xff\" ];", "run: not UTF-8"},
	    {"run = { a = 1; };", "run: wrong type"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filled f = fill(cases[i].text);

		assert_int_equal(f.rc, ERR_BAD);
		assert_int_equal(f.texts.n, 99);
		if (strstr(f.err.text, cases[i].cause) == NULL)
			fail_msg("%s: %s", cases[i].text, f.err.text);
		config_close(f.config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_taken),
	    cmocka_unit_test(test_one_text_is_a_list_of_one),
	    cmocka_unit_test(test_most),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
