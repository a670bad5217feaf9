/* The small files of core/: name, state, observation, settings, ms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/err.h"
#include "reconciler/core/ms.h"
#include "reconciler/core/name.h"
#include "reconciler/core/observation.h"
#include "reconciler/core/settings.h"
#include "reconciler/core/state.h"

struct text_row {
	const char *name;
	const char *text;
	bool provider;
	bool kind;
	bool id;
	bool account;
};

#define X24 "xxxxxxxxxxxxxxxxxxxxxxxx"
#define X32 X24 "xxxxxxxx"
#define X200 X32 X32 X32 X32 X32 X32 "xxxxxxxx"

static const struct text_row texts[] = {
    {"plain", "ecurring", true, true, true, true},
    {"with joints", "e-curring_2", true, true, true, true},
    {"a digit first", "2checkout", true, true, true, true},
    {"none", NULL, false, false, false, false},
    {"empty", "", false, false, false, false},
    {"a joint first", "-ecurring", false, false, true, true},
    {"upper case", "Ecurring", false, false, true, true},
    {"a slash", "a/b", false, false, true, true},
    {"accents", "caf\xc3\xa9", false, false, true, true},
    {"not UTF-8", "caf\xe9", false, false, false, false},
    {"a surrogate", "\xed\xa0\x80", false, false, false, false},
    {"a newline", "a\nb", false, false, false, false},
    {"a delete", "a\x7f", false, false, false, false},
    {"24 bytes", X24, true, true, true, true},
    {"25 bytes", X24 "x", true, false, true, true},
    {"32 bytes", X32, true, false, true, true},
    {"33 bytes", X32 "x", false, false, true, true},
    {"200 bytes", X200, false, false, true, true},
    {"201 bytes", X200 "x", false, false, false, true},
    {"240 bytes", X200 X32 "xxxxxxxx", false, false, false, true},
    {"241 bytes", X200 X32 "xxxxxxxxx", false, false, false, false},
};

static void test_names(void **state)
{
	const struct text_row *row;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		row = &texts[i];
		if (name_provider_is_valid(row->text) != row->provider ||
		    name_kind_is_valid(row->text) != row->kind ||
		    name_id_is_valid(row->text) != row->id ||
		    name_account_is_valid(row->text) != row->account)
			fail_msg("%s", row->name);
	}
}

static void test_refs(void **state)
{
	const struct object_ref a = {"p", "k", "1"};
	const struct object_ref others[] = {
	    {"q", "k", "1"}, {"p", "l", "1"}, {"p", "k", "2"}};
	const struct object_ref bad[] = {
	    {"P", "k", "1"}, {"p", "K", "1"}, {"p", "k", ""}};
	size_t i;

	(void)state;
	assert_true(name_ref_equal(&a, &a));
	assert_true(name_ref_is_valid(&a));
	for (i = 0; i < 3; i++) {
		assert_false(name_ref_equal(&a, &others[i]));
		assert_false(name_ref_is_valid(&bad[i]));
	}
}

static void test_default_account(void **state)
{
	char out[NAME_ACCOUNT_MAX + 1];
	char small[4] = "xxx";

	(void)state;
	assert_int_equal(
	    name_default_account("shop", "17", out, sizeof(out)), 0);
	assert_string_equal(out, "shop/17");
	assert_int_equal(name_default_account(X32, X200, out, sizeof(out)), 0);
	assert_true(name_account_is_valid(out));
	assert_int_equal(
	    name_default_account("p", "1", small, sizeof(small)), 0);
	assert_string_equal(small, "p/1");
	assert_int_equal(
	    name_default_account("p", "12", small, sizeof(small)), ERR_FULL);
	assert_string_equal(small, "");
	assert_int_equal(name_default_account("p", "1", NULL, 0), ERR_FULL);
}

static void test_states(void **state)
{
	static const struct state_word words[] = {
	    {"active", STATE_ACTIVE}, {"gone", STATE_ENDED}};
	enum state parsed, i;

	(void)state;
	for (i = STATE_UNKNOWN; i < STATE_COUNT; i++) {
		assert_int_equal(state_parse(state_name(i), &parsed), 0);
		assert_int_equal(parsed, i);
	}
	assert_string_equal(state_name(STATE_PAST_DUE), "past_due");
	assert_string_equal(state_name(STATE_COUNT), "unknown");
	assert_int_equal(state_parse("Active", &parsed), ERR_BAD);
	assert_int_equal(state_parse("", &parsed), ERR_BAD);
	assert_int_equal(state_of_word(words, 2, "gone"), STATE_ENDED);
	assert_int_equal(state_of_word(words, 2, "Gone"), STATE_UNKNOWN);
	assert_int_equal(state_of_word(words, 2, ""), STATE_UNKNOWN);
	assert_int_equal(state_of_word(words, 0, "gone"), STATE_UNKNOWN);
}

static void test_words(void **state)
{
	static const char *const causes[] = {"notified", "recheck", "resync",
	    "discover", "manual", "time", "unknown"};
	static const char *const verdicts[] = {
	    "truth", "more", "gone", "garbled", "later", "barred", "unknown"};
	unsigned int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		assert_string_equal(cause_name((enum cause)i), causes[i]);
		assert_string_equal(verdict_name((enum verdict)i), verdicts[i]);
	}
	assert_string_equal(source_name(SOURCE_PROVIDER), "provider");
	assert_string_equal(source_name(SOURCE_OBSERVED), "observed");
	assert_string_equal(source_name(SOURCE_COUNT), "unknown");
}

struct cut_row {
	const char *text;
	size_t max;
	size_t want;
};

static void test_cut(void **state)
{
	static const struct cut_row rows[] = {
	    {"", 0, 0},
	    {"", 5, 0},
	    {"abc", 5, 3},
	    {"abc", 3, 3},
	    {"abc", 2, 2},
	    {"abc", 0, 0},
	    {"a\xc3\xa9", 3, 3},
	    {"a\xc3\xa9", 2, 1},
	    {"\xf0\x9f\x98\x80", 4, 4},
	    {"\xf0\x9f\x98\x80", 3, 0},
	    {"x\xf0\x9f\x98\x80y", 5, 5},
	    {"x\xf0\x9f\x98\x80y", 4, 1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    observation_cut(rows[i].text, rows[i].max), rows[i].want);
}

static void test_settings(void **state)
{
	const struct provider_settings providers[] = {
	    {.name = "shop"}, {.name = "shop2"}};
	const struct settings settings = {
	    .providers = providers, .n_providers = 2};
	const struct settings none = {.n_providers = 0};

	(void)state;
	assert_ptr_equal(settings_provider(&settings, "shop2"), &providers[1]);
	assert_null(settings_provider(&settings, "sho"));
	assert_null(settings_provider(&none, "shop"));
}

struct ms_row {
	int64_t a;
	int64_t b;
	int64_t sum;
	int64_t between;
};

static void test_ms(void **state)
{
	static const struct ms_row rows[] = {
	    {5, 3, 8, -2},
	    {-5, 3, -2, 8},
	    {INT64_MAX, 1, INT64_MAX, -INT64_MAX + 1},
	    {INT64_MAX, -1, INT64_MAX - 1, INT64_MIN},
	    {INT64_MIN, -1, INT64_MIN, INT64_MAX},
	    {INT64_MIN, 1, INT64_MIN + 1, INT64_MAX},
	    {INT64_MAX, INT64_MIN, -1, INT64_MIN},
	    {INT64_MIN, INT64_MAX, -1, INT64_MAX},
	    {-1, INT64_MAX, INT64_MAX - 1, INT64_MAX},
	    {0, INT64_MIN, INT64_MIN, INT64_MIN},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(ms_add(rows[i].a, rows[i].b) == rows[i].sum);
		assert_true(
		    ms_between(rows[i].a, rows[i].b) == rows[i].between);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_refs),
	    cmocka_unit_test(test_default_account),
	    cmocka_unit_test(test_states),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_ms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
