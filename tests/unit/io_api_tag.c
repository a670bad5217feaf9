/* How long answers may be kept: entity tags and max-age. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/io/api_tag.h"
#include "reconciler/io/query.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char early[] =
    "{\"account\":\"a\",\"as_of\":\"2026-01-01T00:00:00Z"
    "\",\"fresh\":true}";
static const char late[] = "{\"account\":\"a\",\"as_of\":\"2026-01-01T00:00:09Z"
			   "\",\"fresh\":true}";

#define BODY(account, fresh) \
	"{\"account\":\"" account "\",\"as_of\":\"2026-01-01T00:00:00Z\"," \
	"\"fresh\":" fresh "}"

static void test_tag_is_strong(void **state)
{
	static const char other[] = BODY("b", "true");
	static const char stale[] = BODY("a", "null");
	static const char quoted[] = BODY("\\\",\\\"as_of\\\":\\\"1", "1");
	static const char requoted[] = BODY("\\\",\\\"as_of\\\":\\\"2", "1");
	static const char *const bodies[] = {
	    "", "a", "b", "[]\n", early, late, other, stale, quoted, requoted};
	char a[API_TAG_MAX], b[API_TAG_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		for (size_t k = 0; k < COUNT(bodies); k++) {
			api_tag_make(bodies[i], a);
			api_tag_make(bodies[k], b);
			assert_int_equal(strcmp(a, b) == 0, i == k);
		}
		assert_int_equal(a[0], '"');
		assert_int_equal(a[strlen(a) - 1], '"');
		assert_int_equal(strcspn(a + 1, "\" \t\r\n") + 2, strlen(a));
	}
}

static void test_tag_is_matched(void **state)
{
	static const char *const forms[][2] = {{"", ""}, {"W/", ""},
	    {"\"x\", ", ""}, {"\"x\",", " , \"y\""}, {"  ", ""}, {",,", ""}};
	char first[API_TAG_MAX], tag[API_TAG_MAX], list[4 * API_TAG_MAX];

	(void)state;
	api_tag_make(early, first);
	for (size_t i = 0; i < COUNT(forms); i++) {
		/* Only the moment has moved: what is kept is still right. */
		api_tag_make(late, tag);
		assert_string_not_equal(tag, first);
		snprintf(list, sizeof(list), "%s%s%s", forms[i][0], first,
		    forms[i][1]);
		if (!api_tag_match(list, tag))
			fail_msg("%s", list);
		assert_string_equal(tag, first);
	}
	assert_true(api_tag_match("*", tag));
}

static void test_tag_is_not_matched(void **state)
{
	char tag[API_TAG_MAX], mine[API_TAG_MAX], header[2 * API_TAG_MAX];
	static const char *const rows[] = {"", "x", "\"", "\"x", "\"x\"", ",",
	    "W/", "W/\"", "\"x\" y", "\"\""};

	(void)state;
	api_tag_make(early, mine);
	for (size_t i = 0; i < COUNT(rows); i++) {
		memcpy(tag, mine, sizeof(tag));
		assert_false(api_tag_match(rows[i], tag));
		assert_string_equal(tag, mine);
	}
	assert_false(api_tag_match(NULL, tag));
	api_tag_make("[]", header);
	assert_false(api_tag_match(header, tag));
	/* Nothing but what a tag of ours can hold is ever sent back. */
	memcpy(header, mine, sizeof(mine));
	header[strlen(header) - 2] = '<';
	assert_false(api_tag_match(header, tag));
	assert_string_equal(tag, mine);
}

static void test_max_age(void **state)
{
	static const struct {
		enum entitled entitled;
		bool fresh;
		bool timeless;
		int64_t end_ms; /* from as_of; -1: none */
		int64_t age_s;
	} rows[] = {
	    {ENTITLED_YES, true, false, -1, 60},
	    {ENTITLED_NO, true, false, -1, 60},
	    {ENTITLED_YES, true, false, 3600000, 60},
	    {ENTITLED_YES, true, false, 59999, 59},
	    {ENTITLED_YES, true, false, 999, 0},
	    {ENTITLED_YES, true, true, 999, 60},
	    {ENTITLED_YES, false, false, -1, -1},
	    {ENTITLED_UNKNOWN, true, false, -1, -1},
	    {ENTITLED_YES, false, true, -1, -1},
	};
	struct account_answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		memset(&answer, 0, sizeof(answer));
		answer.as_of_ms = 1000000;
		answer.fresh = rows[i].fresh;
		answer.entitlement.entitled = rows[i].entitled;
		if (rows[i].end_ms >= 0)
			answer.entitlement.valid_until_ms =
			    answer.as_of_ms + rows[i].end_ms;
		assert_int_equal(
		    api_tag_max_age(&answer, rows[i].timeless), rows[i].age_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tag_is_strong),
	    cmocka_unit_test(test_tag_is_matched),
	    cmocka_unit_test(test_tag_is_not_matched),
	    cmocka_unit_test(test_max_age),
	};

	return cmocka_run_group_tests_name("io_api_tag", tests, NULL, NULL);
}
