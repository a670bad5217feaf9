/* The class goes back as it came, the text is one bounded line. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"

static const struct {
	const char *name;
	int code;
	const char *word;
} words[] = {
    {"zero", 0, "ok"},
    {"absent", ERR_ABSENT, "absent"},
    {"bad", ERR_BAD, "bad"},
    {"again", ERR_AGAIN, "again"},
    {"denied", ERR_DENIED, "denied"},
    {"full", ERR_FULL, "full"},
    {"fail", ERR_FAIL, "fail"},
    {"format", ERR_FORMAT, "format"},
    {"twice", ERR_TWICE, "twice"},
    {"below", ERR_TWICE - 1, "unknown"},
    {"above", 1, "unknown"},
};

static void names(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(err_name(words[i].code), words[i].word) != 0)
			fail_msg(
			    "%s: %s", words[i].name, err_name(words[i].code));
	}
}

static void sets_and_prefixes(void **state)
{
	struct err_text err;

	(void)state;
	assert_int_equal(err_set(&err, ERR_BAD, "%s is %d", "x", 7), ERR_BAD);
	assert_string_equal(err.text, "x is 7");
	err_prefix(&err, "%s:%d", "file", 3);
	assert_string_equal(err.text, "file:3: x is 7");
	/* The old text may be an argument of the new. */
	(void)err_set(&err, ERR_FAIL, "again: %s", err.text);
	assert_string_equal(err.text, "again: file:3: x is 7");
	assert_int_equal(err_set(NULL, ERR_FULL, "%d", 1), ERR_FULL);
	err_prefix(NULL, "%d", 1);
}

static void stays_one_line(void **state)
{
	struct err_text err;

	(void)state;
	(void)err_set(&err, ERR_BAD, "a\nb\033[1mc\177d\xc3\xa9");
	assert_string_equal(err.text, "a?b?[1mc?d\xc3\xa9");
	err_prefix(&err, "p\r");
	assert_string_equal(err.text, "p?: a?b?[1mc?d\xc3\xa9");
}

static void stays_bounded(void **state)
{
	char big[2 * ERR_TEXT_MAX];
	struct err_text err;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	(void)err_set(&err, ERR_BAD, "%s", big);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	err_prefix(&err, "y");
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_memory_equal(err.text, "y: xxx", 6);
	err_prefix(&err, "%s", big);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_string_equal(err.text + ERR_TEXT_MAX - 4, "x: ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(sets_and_prefixes),
	    cmocka_unit_test(stays_one_line),
	    cmocka_unit_test(stays_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
