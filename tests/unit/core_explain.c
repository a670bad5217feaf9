/* core/explain: what check-config says of each word of a policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/explain.h"

struct row {
	const char *word;
	const char *set; /* NULL: as by default */
	const char *rule;
	const char *meaning;
};

static const struct row rows[] = {
    {"active", NULL, "allow", "access, between its beginning and its end"},
    {"active", "allow", "allow", "access, between its beginning and its end"},
    {"active", "deny", "deny", "no access"},
    {"past_due", "grace 7d", "grace 7d",
	"access for 7 days from when the state began, then none"},
    {"past_due", "grace 1w", "grace 7d",
	"access for 7 days from when the state began, then none"},
    {"past_due", "grace 1h", "grace 1h",
	"access for 1 hour from when the state began, then none"},
    {"past_due", "grace 90m", "grace 90m",
	"access for 90 minutes from when the state began, then none"},
    {"past_due", "grace 24h", "grace 1d",
	"access for 1 day from when the state began, then none"},
    {"past_due", "grace 1500ms", "grace 1500ms",
	"access for 1500 milliseconds from when the state began, then none"},
    {"unknown", NULL, "unknown", "no answer: neither yes nor no"},
    {"unknown", "keep-last 72h", "keep-last 3d",
	"for 3 days what the state before it gives, then no answer"},
    {"unknown", "deny", "deny", "no access"},
    {"refund", NULL, "revoke",
	"money refunded takes away what it had paid for"},
    {"refund", "keep", "keep",
	"money refunded takes nothing away of what it had paid for"},
    {"partial_refund", "revoke", "revoke",
	"money refunded in part takes away what it had paid for"},
    {"chargeback", "keep", "keep",
	"money charged back takes nothing away of what it had paid for"},
    {"orders", NULL, "ignore",
	"what is paid gives none by itself (as paid = \"deny\")"},
    {"orders", "grant", "grant",
	"what is paid gives access (as paid = \"allow\")"},
    {"paid", "allow", "allow", "access, between its beginning and its end"},
    {"renewal", NULL, "patience 30d",
	"no answer when a renewal is late for 30 days"},
    {"renewal", "patience 12h", "patience 12h",
	"no answer when a renewal is late for 12 hours"},
    {"renewal", "trust", "trust",
	"however late a renewal is, the provider's word holds"},
};

static const struct explain_line *line_of(
    const struct explain_line *lines, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(lines[i].word, word) == 0)
			return &lines[i];
	}
	return NULL;
}

/* false: it is not as the row says. */
static bool is_right(const struct row *row, const struct explain_line *line)
{
	bool set = row->set != NULL && strcmp(row->set, "allow") != 0;

	if (strcmp(row->word, "paid") == 0)
		set = true; /* allowed, against its default */
	return strcmp(line->rule, row->rule) == 0 &&
	       strcmp(line->meaning, row->meaning) == 0 &&
	       line->is_default == !set;
}

static void check_row(const struct row *row)
{
	struct explain_line lines[EXPLAIN_WORDS];
	const struct explain_line *line;
	struct policy policy, fallback, again;
	size_t n;

	policy_default(&fallback);
	policy = fallback;
	if (row->set != NULL)
		assert_int_equal(
		    policy_set(&policy, row->word, row->set, NULL), 0);
	n = explain_policy(&policy, &fallback, lines);
	assert_true(n <= EXPLAIN_WORDS);
	line = line_of(lines, n, row->word);
	assert_non_null(line);
	if (!is_right(row, line))
		fail_msg("%s = %s: %s, %s, default %d", row->word,
		    row->set != NULL ? row->set : "-", line->rule,
		    line->meaning, line->is_default);
	/* What is shown can be written: it sets the same policy. */
	again = fallback;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
		    policy_set(&again, lines[i].word, lines[i].rule, NULL), 0);
	for (int i = 0; i < STATE_COUNT; i++) {
		assert_int_equal(again.rules[i].access, policy.rules[i].access);
		assert_int_equal(
		    again.rules[i].grace_ms, policy.rules[i].grace_ms);
	}
	for (int i = 0; i < EFFECT_COUNT; i++)
		assert_int_equal(again.revokes[i], policy.revokes[i]);
	assert_int_equal(again.patience_ms, policy.patience_ms);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* Orders are no word for a paid state that has a grace. */
static void test_every_word_once(void **state)
{
	struct explain_line lines[EXPLAIN_WORDS];
	struct policy policy;
	size_t n;

	(void)state;
	policy_default(&policy);
	assert_int_equal(explain_policy(&policy, &policy, lines),
	    STATE_COUNT + EFFECT_COUNT - 1 + 2);
	assert_int_equal(policy_set(&policy, "paid", "grace 1d", NULL), 0);
	n = explain_policy(&policy, &policy, lines);
	assert_int_equal(n, STATE_COUNT + EFFECT_COUNT - 1 + 1);
	assert_null(line_of(lines, n, "orders"));
}

/* A type may have a grace by default: another one is none of it. */
static void test_another_duration_is_set(void **state)
{
	struct explain_line lines[EXPLAIN_WORDS];
	struct policy policy, fallback;
	size_t n;

	(void)state;
	policy_default(&fallback);
	assert_int_equal(
	    policy_set(&fallback, "past_due", "grace 7d", NULL), 0);
	policy = fallback;
	n = explain_policy(&policy, &fallback, lines);
	assert_true(line_of(lines, n, "past_due")->is_default);
	assert_int_equal(policy_set(&policy, "past_due", "grace 8d", NULL), 0);
	n = explain_policy(&policy, &fallback, lines);
	assert_false(line_of(lines, n, "past_due")->is_default);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_every_word_once),
	    cmocka_unit_test(test_another_duration_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
