/* Going around in a file, and the places of complaints. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/config.h"
#include "reconciler/base/err.h"

static const char nested[] = "inner = {\n  x = 1;\n};\n"
			     "items = (\n  { on = true; },\n  7,\n  { }\n);\n"
			     "single = { on = true; };\n"
			     "number = 5;\n";

static void goes_around(void **state)
{
	struct config *config;
	struct err_text err;
	const struct config_node *root;

	(void)state;
	assert_int_equal(config_open_text(nested, "t", &config, &err), 0);
	root = config_root(config);
	assert_null(config_group(root, "absent"));
	assert_non_null(config_group(root, "inner"));
	assert_int_equal(config_count(root, "absent"), 0);
	assert_null(config_item(root, "absent", 0));
	assert_int_equal(config_count(root, "items"), 3);
	assert_non_null(config_item(root, "items", 0));
	assert_null(config_item(root, "items", 1));
	assert_non_null(config_item(root, "items", 2));
	assert_null(config_item(root, "items", 3));
	assert_null(config_item(root, "items", SIZE_MAX));
	assert_int_equal(config_count(root, "single"), 1);
	assert_ptr_equal(
	    config_item(root, "single", 0), config_group(root, "single"));
	assert_int_equal(config_count(root, "number"), 1);
	assert_null(config_item(root, "number", 0));
	config_close(config);
}

/* A group of the wrong kind is told, never taken for absent. */
static void tells_what_is_no_group(void **state)
{
	struct config *config;
	struct err_text err;
	int out;

	(void)state;
	assert_int_equal(config_open_text(nested, "t", &config, &err), 0);
	assert_int_equal(config_fill(config_group(config_root(config), "items"),
			     NULL, 0, NULL, &out, &err),
	    ERR_BAD);
	assert_string_equal(
	    err.text, "t:4: items: wrong type, allowed a group { }");
	assert_int_equal(
	    config_fill(config_group(config_root(config), "number"), NULL, 0,
		NULL, &out, NULL),
	    ERR_BAD);
	config_close(config);
}

static void complains(void **state)
{
	static const struct config_key required = {
	    .name = "mode", .type = CONFIG_TEXT, .required = true};
	static const char *const any[] = {"x", NULL};
	struct config *config;
	struct err_text err;
	const struct config_node *inner;
	const char *out;

	(void)state;
	assert_int_equal(config_open_text(nested, "t", &config, &err), 0);
	inner = config_group(config_root(config), "inner");
	assert_int_equal(
	    config_complain(inner, "x", &err, "is %d", 1), ERR_BAD);
	assert_string_equal(err.text, "t:2: x: is 1");
	assert_int_equal(config_complain(inner, "y", &err, "is not"), ERR_BAD);
	assert_string_equal(err.text, "t:1: y: is not");
	assert_int_equal(config_complain(inner, NULL, &err, "no"), ERR_BAD);
	assert_string_equal(err.text, "t:1: no");
	assert_int_equal(config_complain(inner, NULL, NULL, "no"), ERR_BAD);
	assert_int_equal(
	    config_fill(inner, &required, 1, any, &out, &err), ERR_BAD);
	config_close(config);
	assert_int_equal(config_open_text("\n", "t", &config, &err), 0);
	assert_int_equal(
	    config_fill(config_root(config), &required, 1, NULL, &out, &err),
	    ERR_BAD);
	assert_string_equal(err.text, "t:1: mode: required, not there");
	config_close(config);
}

static int collect(void *cookie, const struct config_node *where,
    const char *key, const char *value, struct err_text *err)
{
	buf_addf(cookie, "%s=%s,", key, value);
	if (strcmp(value, "stop") == 0)
		return config_complain(where, key, err, "stops");
	return 0;
}

static const struct {
	const char *text;
	int rc;
	const char *seen, *cause;
} each[] = {
    {"g = { };", 0, "", ""},
    {"g = { b = \"1\"; a = \"2\"; c-d = \"\"; };", 0, "b=1,a=2,c-d=,", ""},
    {"g = {\n a = \"1\";\n b = \"stop\";\n c = \"3\"; };", ERR_BAD,
	"a=1,b=stop,", "t:3: b: stops"},
    {"g = { a = \"1\";\n b = 2; };", ERR_BAD, "a=1,",
	"t:2: b: wrong type, allowed text in quotes, got 2"},
    {"g = \"x\";", ERR_BAD, "", "t:1: g: wrong type, allowed a group { }"},
};

static void visits(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		struct err_text err = {""};
		struct config *config;
		struct buf seen;
		int rc;

		assert_int_equal(
		    config_open_text(each[i].text, "t", &config, &err), 0);
		buf_init(&seen, 1000);
		rc = config_each(config_group(config_root(config), "g"),
		    collect, &seen, &err);
		if (rc != each[i].rc || strcmp(err.text, each[i].cause) != 0 ||
		    strcmp(buf_text(&seen), each[i].seen) != 0)
			fail_msg("row %zu: %d %s %s", i, rc, buf_text(&seen),
			    err.text);
		buf_fini(&seen);
		config_close(config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(goes_around),
	    cmocka_unit_test(tells_what_is_no_group),
	    cmocka_unit_test(complains),
	    cmocka_unit_test(visits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
