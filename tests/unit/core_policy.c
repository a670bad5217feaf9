/* The policy part of core/entitle: lines of a `policy` group. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/base/clock.h"
#include "reconciler/base/err.h"
#include "reconciler/core/entitle.h"

struct row {
	const char *state;
	const char *rule;
	int rc;
	const char *complaint; /* a part of it */
};

static const struct row rows[] = {
    {"active", "deny", 0, NULL},
    {"paused", "allow", 0, NULL},
    {"past_due", "grace 10d", 0, NULL},
    {"unknown", "grace 12h", 0, NULL},
    {"unknown", "unknown", 0, NULL},
    {"unknown", "deny", 0, NULL},
    {"unknown", "keep-last 3d", 0, NULL},
    {"unknown", "keep-last", ERR_BAD, "keep-last DURATION"},
    {"unknown", "keep-last 0s", ERR_BAD, "keep-last DURATION"},
    {"unknown", "keep-last 3 days", ERR_BAD, "keep-last DURATION"},
    {"active", "keep-last 72h", ERR_BAD, "for active: allow, deny or grace"},
    {"paid", "allow", 0, NULL},
    {"paused", "unknown", ERR_BAD, "allow, deny or grace DURATION"},
    {"unknown", "maybe", ERR_BAD,
	"allow, deny, unknown, keep-last DURATION or grace"},
    {"past_due", "grace", ERR_BAD, "\"grace\" for past_due"},
    {"past_due", "grace 0s", ERR_BAD, "grace DURATION"},
    {"past_due", "grace -7d", ERR_BAD, "grace DURATION"},
    {"past_due", "grace 7", ERR_BAD, "grace DURATION"},
    {"past_due", "grace 7d ", ERR_BAD, "grace DURATION"},
    {"past_due", "Allow", ERR_BAD, "grace DURATION"},
    {"past_due", "", ERR_BAD, "grace DURATION"},
    {"frozen", "allow", ERR_BAD, "no such word \"frozen\": a state (pending"},
    {"", "allow", ERR_BAD, "no such word"},
    {"none", "keep", ERR_BAD, "partial_refund, chargeback, orders or renewal"},
    {"refund", "allow", ERR_BAD, "\"allow\" for refund: revoke or keep"},
    {"partial_refund", "", ERR_BAD, "for partial_refund: revoke or keep"},
    {"chargeback", "revoke ", ERR_BAD, "for chargeback: revoke or keep"},
    {"renewal", "patience", ERR_BAD, "for renewal: trust or patience DURATION"},
    {"renewal", "patience 0s", ERR_BAD, "(such as \"patience 30d\")"},
    {"renewal", "patience 30", ERR_BAD, "\"patience 30\" for renewal"},
    {"renewal", "trust ", ERR_BAD, "trust or patience"},
    {"renewal", "30d", ERR_BAD, "trust or patience"},
    {"orders", "allow", ERR_BAD, "for orders: grant or ignore"},
};

static void check_row(const struct row *row)
{
	struct err_text err = {""};
	struct policy policy, before;
	char text[CLOCK_TEXT_MAX];
	enum state which;
	int rc;

	policy_default(&policy);
	before = policy;
	rc = policy_set(&policy, row->state, row->rule, &err);
	if (rc != row->rc)
		fail_msg("%s = %s: %d", row->state, row->rule, rc);
	if (rc == 0) {
		assert_int_equal(state_parse(row->state, &which), 0);
		assert_string_equal(
		    policy_rule_text(&policy.rules[which], text, sizeof(text)),
		    row->rule);
		return;
	}
	assert_memory_equal(&policy, &before, sizeof(policy));
	if (strstr(err.text, row->complaint) == NULL)
		fail_msg("%s = %s: %s", row->state, row->rule, err.text);
}

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void test_default(void **state)
{
	static const enum access want[STATE_COUNT] = {
	    [STATE_UNKNOWN] = ACCESS_UNKNOWN,
	    [STATE_TRIALING] = ACCESS_ALLOW,
	    [STATE_ACTIVE] = ACCESS_ALLOW,
	    [STATE_PAST_DUE] = ACCESS_ALLOW,
	};
	struct policy policy;
	size_t i;

	(void)state;
	policy_default(&policy);
	for (i = 0; i < STATE_COUNT; i++)
		assert_int_equal(policy.rules[i].access, want[i]);
	assert_false(policy.revokes[EFFECT_NONE]);
	assert_false(policy.revokes[EFFECT_PARTIAL_REFUND]);
	assert_true(policy.revokes[EFFECT_REFUND]);
	assert_true(policy.revokes[EFFECT_CHARGEBACK]);
}

static void test_payments(void **state)
{
	struct policy policy;

	(void)state;
	policy_default(&policy);
	assert_int_equal(policy_set(&policy, "refund", "keep", NULL), 0);
	assert_int_equal(
	    policy_set(&policy, "partial_refund", "revoke", NULL), 0);
	assert_int_equal(policy_set(&policy, "chargeback", "keep", NULL), 0);
	assert_false(policy.revokes[EFFECT_REFUND]);
	assert_true(policy.revokes[EFFECT_PARTIAL_REFUND]);
	assert_false(policy.revokes[EFFECT_CHARGEBACK]);
	assert_int_equal(policy_set(&policy, "chargeback", "revoke", NULL), 0);
	assert_true(policy.revokes[EFFECT_CHARGEBACK]);

	assert_int_equal(policy_set(&policy, "orders", "grant", NULL), 0);
	assert_int_equal(policy.rules[STATE_PAID].access, ACCESS_ALLOW);
	assert_int_equal(policy_set(&policy, "orders", "ignore", NULL), 0);
	assert_int_equal(policy.rules[STATE_PAID].access, ACCESS_DENY);
}

static void test_renewal(void **state)
{
	const int64_t day_ms = 24 * 3600 * 1000;
	struct policy policy;

	(void)state;
	policy_default(&policy);
	assert_int_equal(policy.patience_ms, 30 * day_ms);
	assert_int_equal(
	    policy_set(&policy, "renewal", "patience 3d", NULL), 0);
	assert_int_equal(policy.patience_ms, 3 * day_ms);
	assert_int_equal(policy_set(&policy, "renewal", "trust", NULL), 0);
	assert_int_equal(policy.patience_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_default),
	    cmocka_unit_test(test_payments),
	    cmocka_unit_test(test_renewal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
