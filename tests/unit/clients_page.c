/* The parts of a list's page: a link's parameter, the number of a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reconciler/base/arena.h"

#include "clients/page.h"

static void test_link_values(void **state)
{
	static const struct {
		const char *link;
		const char *value;
	} links[] = {
	    {"https://x/y?from=a", "a"},
	    {"https://x/y?a=1&from=b%20c&d=2", "b c"},
	    {"?xfrom=1&from=2#from=3", "2"},
	    {"?from=%zz%4", "%zz%4"},
	    {"?from=", ""},
	    {"?From=1", NULL},
	    {"https://x/from=1", NULL},
	    {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct arena arena;
		const char *value;

		arena_init(&arena, 4096);
		value = page_link_value(&arena, links[i].link, "from");
		if (links[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, links[i].value);
		arena_fini(&arena);
	}
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(page_number(NULL), 1);
	assert_int_equal(page_number("2"), 2);
	assert_int_equal(page_number("1"), 0); /* that is no cursor's */
	assert_int_equal(page_number("x"), 0);
}

int main(void)
{
	const struct CMUnitTest all[] = {
	    cmocka_unit_test(test_link_values),
	    cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}
