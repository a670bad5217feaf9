/* A buffer grows to its maximum and not a byte further; its error stays. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/buf.h"
#include "reconciler/base/err.h"

static void starts_empty(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	assert_string_equal(buf_text(&buf), "");
	buf_add(&buf, NULL, 0);
	assert_int_equal(buf.error, 0);
	assert_int_equal(buf.len, 0);
	buf_fini(&buf);
	buf_fini(&buf);
	buf_fini(NULL);
}

static void appends(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	buf_adds(&buf, "one ");
	buf_addf(&buf, "%s %d", "two", 3);
	buf_add(&buf, "\0x", 2);
	assert_int_equal(buf.error, 0);
	assert_int_equal(buf.len, 11);
	assert_memory_equal(buf.data, "one two 3\0x", 12);
	buf_reset(&buf);
	assert_string_equal(buf_text(&buf), "");
	assert_int_equal(buf.len, 0);
	buf_adds(&buf, "again");
	assert_string_equal(buf_text(&buf), "again");
	buf_fini(&buf);
	assert_string_equal(buf_text(&buf), "");
}

/* Every maximum around the steps of growth: filled exactly, then refused. */
static void keeps_its_maximum(void **state)
{
	struct buf buf;
	size_t max, i;

	(void)state;
	for (max = 0; max < 300; max++) {
		buf_init(&buf, max);
		for (i = 0; i < max; i++)
			buf_add(&buf, "x", 1);
		if (buf.error != 0 || buf.len != max || buf.cap > max + 1)
			fail_msg("max %zu: len %zu cap %zu error %d", max,
			    buf.len, buf.cap, buf.error);
		buf_addf(&buf, "%s", "y");
		if (buf.error != ERR_FULL || buf.len != max)
			fail_msg("max %zu: one more was taken", max);
		buf_fini(&buf);
	}
}

static void error_stays(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	buf_adds(&buf, "abc");
	buf_adds(&buf, "def");
	assert_int_equal(buf.error, ERR_FULL);
	assert_string_equal(buf_text(&buf), "abc");
	buf_adds(&buf, "g");
	buf_addf(&buf, "%d", 1);
	assert_string_equal(buf_text(&buf), "abc");
	buf_reset(&buf);
	buf_adds(&buf, "vwxyz");
	assert_int_equal(buf.error, 0);
	assert_string_equal(buf_text(&buf), "vwxyz");
	buf_fini(&buf);
}

static void no_maximum_overflows(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, SIZE_MAX);
	buf_adds(&buf, "abc");
	assert_int_equal(buf.error, 0);
	buf_add(&buf, "abc", SIZE_MAX - 1);
	assert_int_equal(buf.error, ERR_FULL);
	assert_string_equal(buf_text(&buf), "abc");
	buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(starts_empty),
	    cmocka_unit_test(appends),
	    cmocka_unit_test(keeps_its_maximum),
	    cmocka_unit_test(error_stays),
	    cmocka_unit_test(no_maximum_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
