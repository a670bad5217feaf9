/* etc/openapi.json names each path and method of the server, and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "reconciler/io/api_path.h"

static int load(void **state)
{
	const char *top = getenv("SRC");
	char path[4096];

	snprintf(
	    path, sizeof(path), "%s/etc/openapi.json", top != NULL ? top : ".");
	*state = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	return *state != NULL ? 0 : -1;
}

static int unload(void **state)
{
	json_decref(*state);
	return 0;
}

static void test_paths_are_described(void **state)
{
	json_t *paths = json_object_get(*state, "paths");

	assert_int_equal(json_object_size(paths), API_WHATS);
	for (int i = 0; i < API_WHATS; i++) {
		enum api_what what = (enum api_what)i;
		json_t *path = json_object_get(paths, api_path_template(what));
		json_t *get = json_object_get(path, "get");
		json_t *post = json_object_get(path, "post");

		if (path == NULL)
			fail_msg("%s", api_path_template(what));
		assert_int_equal(get != NULL, api_path_takes(what, "GET"));
		assert_int_equal(post != NULL, api_path_takes(what, "POST"));
		assert_null(json_object_get(path, "put"));
		assert_null(json_object_get(path, "delete"));
		/* An empty list of schemes: nobody has to say who he is. */
		assert_int_equal(
		    json_is_array(json_object_get(get, "security")),
		    api_path_is_open(what));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_paths_are_described, load, unload),
	};

	return cmocka_run_group_tests_name(
	    "io_api_described", tests, NULL, NULL);
}
