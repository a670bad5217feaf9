/*
 * The effects part of core/entitle as a table: grants, what payments did to
 * them, a moment, and the answer. Moments are days: 20 is 1970-01-21.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reconciler/core/entitle.h"
#include "reconciler/core/revoke.h"

enum { GRANTS_MAX = 2, EFFECTS_MAX = 3, DAY_MS = 86400 * 1000 };

struct days {
	enum effect_kind kind;
	int at;
	int until;
};

struct grant_days {
	enum state state;
	const char *status;
	int since;
	int until;
	struct days effects[EFFECTS_MAX]; /* up to the first of kind NONE */
};

struct row {
	const char *name;
	struct grant_days grants[GRANTS_MAX]; /* up to one without status */
	int now;
	enum entitled entitled;
	int deciding;
	int valid_until;
	const char *reason;
};

#define YES ENTITLED_YES
#define NO ENTITLED_NO
#define UNKNOWN ENTITLED_UNKNOWN
#define ACTIVE STATE_ACTIVE, "active"
#define ENDED STATE_ENDED, "cancelled"
#define FROZEN STATE_UNKNOWN, "frozen"
#define REFUND EFFECT_REFUND
#define PARTIAL EFFECT_PARTIAL_REFUND
#define CHARGEBACK EFFECT_CHARGEBACK

/* The default policy: refund and chargeback revoke, a partial refund keeps. */
static const struct row rows[] = {
    {"before the refund", {{ACTIVE, 0, 0, {{REFUND, 20, 0}}}}, 19, YES, 0, 20,
	"subscription active at provider, revoked from 1970-01-21T00:00:00Z"},
    {"on its moment", {{ACTIVE, 0, 0, {{REFUND, 20, 0}}}}, 20, NO, 0, 0,
	"revoked: refunded on 1970-01-21T00:00:00Z (charge ch_1)"},
    {"long after", {{ACTIVE, 0, 0, {{REFUND, 20, 0}}}}, 900, NO, 0, 0,
	"revoked: refunded on 1970-01-21T00:00:00Z (charge ch_1)"},
    {"nobody knows when", {{ACTIVE, 0, 0, {{REFUND, 0, 0}}}}, 1, NO, 0, 0,
	"revoked: refunded (charge ch_1)"},
    {"charged back", {{ACTIVE, 0, 0, {{CHARGEBACK, 20, 0}}}}, 20, NO, 0, 0,
	"revoked: charged back on 1970-01-21T00:00:00Z (charge ch_1)"},
    {"in part: kept", {{ACTIVE, 0, 30, {{PARTIAL, 20, 0}}}}, 20, YES, 0, 30,
	"subscription ends 1970-01-31T00:00:00Z (active at provider)"},
    {"in part, then all", {{ACTIVE, 0, 0, {{PARTIAL, 5, 0}, {REFUND, 20, 0}}}},
	20, NO, 0, 0,
	"revoked: refunded on 1970-01-21T00:00:00Z (charge ch_2)"},

    {"while the paid period lasts", {{ACTIVE, 0, 0, {{REFUND, 10, 30}}}}, 29,
	NO, 0, 30,
	"revoked until 1970-01-31T00:00:00Z: refunded on 1970-01-11T00:00:00Z "
	"(charge ch_1)"},
    {"the next period is paid", {{ACTIVE, 0, 0, {{REFUND, 10, 30}}}}, 30, YES,
	0, 0, "subscription active at provider"},
    {"an effect without length", {{ACTIVE, 0, 0, {{REFUND, 20, 20}}}}, 20, YES,
	0, 0, "subscription active at provider"},
    {"an effect without length, to come", {{ACTIVE, 0, 0, {{REFUND, 20, 20}}}},
	10, YES, 0, 0, "subscription active at provider"},
    {"ends before it begins", {{ACTIVE, 0, 0, {{REFUND, 25, 20}}}}, 10, YES, 0,
	0, "subscription active at provider"},
    {"one period refunded, the other charged back",
	{{ACTIVE, 0, 0, {{REFUND, 10, 30}, {CHARGEBACK, 30, 60}}}}, 20, NO, 0,
	60,
	"revoked until 1970-01-31T00:00:00Z: refunded on 1970-01-11T00:00:00Z "
	"(charge ch_1)"},
    {"a gap between two", {{ACTIVE, 0, 0, {{REFUND, 10, 30}, {REFUND, 31, 0}}}},
	30, YES, 0, 31,
	"subscription active at provider, revoked from 1970-02-01T00:00:00Z"},
    {"of two the longer is named",
	{{ACTIVE, 0, 0, {{REFUND, 10, 30}, {CHARGEBACK, 15, 0}}}}, 20, NO, 0, 0,
	"revoked: charged back on 1970-01-16T00:00:00Z (charge ch_2)"},

    {"refunded, and ended anyway", {{ENDED, 0, 10, {{REFUND, 5, 0}}}}, 20, NO,
	0, 0, "subscription cancelled at provider"},
    {"refunded, and past its end", {{ACTIVE, 0, 10, {{REFUND, 5, 0}}}}, 20, NO,
	0, 0, "subscription ended 1970-01-11T00:00:00Z (active at provider)"},
    {"comes back at its end: not any more",
	{{ACTIVE, 0, 30, {{REFUND, 5, 30}}}}, 20, NO, 0, 0,
	"revoked until 1970-01-31T00:00:00Z: refunded on 1970-01-06T00:00:00Z "
	"(charge ch_1)"},
    {"comes back a day before its end", {{ACTIVE, 0, 30, {{REFUND, 5, 29}}}},
	20, NO, 0, 29,
	"revoked until 1970-01-30T00:00:00Z: refunded on 1970-01-06T00:00:00Z "
	"(charge ch_1)"},
    {"starts revoked", {{ACTIVE, 25, 0, {{REFUND, 0, 30}}}}, 20, NO, 0, 30,
	"subscription starts 1970-01-26T00:00:00Z"},
    {"starts, revoked for ever", {{ACTIVE, 25, 0, {{REFUND, 0, 0}}}}, 20, NO, 0,
	0, "subscription starts 1970-01-26T00:00:00Z"},
    {"starts before it is revoked", {{ACTIVE, 25, 0, {{REFUND, 30, 0}}}}, 20,
	NO, 0, 25, "subscription starts 1970-01-26T00:00:00Z"},
    {"nobody knows, but it is refunded", {{FROZEN, 0, 0, {{REFUND, 5, 0}}}}, 20,
	NO, 0, 0, "revoked: refunded on 1970-01-06T00:00:00Z (charge ch_1)"},
    {"nobody knows again", {{FROZEN, 0, 0, {{REFUND, 5, 30}}}}, 20, NO, 0, 30,
	"revoked until 1970-01-31T00:00:00Z: refunded on 1970-01-06T00:00:00Z "
	"(charge ch_1)"},

    {"the survivor decides",
	{{ACTIVE, 0, 0, {{REFUND, 10, 0}}}, {ACTIVE, 0, 30, {{0}}}}, 20, YES, 1,
	30, "subscription ends 1970-01-31T00:00:00Z (active at provider)"},
    {"the one that is revoked later survives longer",
	{{ACTIVE, 0, 0, {{REFUND, 25, 0}}}, {ACTIVE, 0, 30, {{0}}}}, 20, YES, 1,
	30, "subscription ends 1970-01-31T00:00:00Z (active at provider)"},
    {"another takes over when it is revoked",
	{{ACTIVE, 0, 0, {{REFUND, 25, 0}}}, {ACTIVE, 24, 30, {{0}}}}, 20, YES,
	0, 30,
	"subscription active at provider, revoked from 1970-01-26T00:00:00Z"},
    {"and it takes over again",
	{{ACTIVE, 0, 0, {{REFUND, 25, 28}}}, {ACTIVE, 24, 30, {{0}}}}, 20, YES,
	0, 0,
	"subscription active at provider, revoked from 1970-01-26T00:00:00Z"},
    {"both are gone", {{ACTIVE, 0, 0, {{REFUND, 10, 0}}}, {ENDED, 0, 5, {{0}}}},
	20, NO, 0, 0,
	"revoked: refunded on 1970-01-11T00:00:00Z (charge ch_1)"},
};

static const char *const sources[EFFECTS_MAX] = {"ch_1", "ch_2", "ch_3"};

static struct held_grant hold(const struct grant_days *days,
    const struct policy *policy, struct held_effect *effects)
{
	struct held_grant held = {.object = {"shop", "subscription", "1"},
	    .grant = {.status = days->status,
		.state = days->state,
		.since_ms = (int64_t)days->since * DAY_MS,
		.until_ms = (int64_t)days->until * DAY_MS},
	    .policy = policy,
	    .effects = effects};
	size_t n;

	for (n = 0; n < EFFECTS_MAX && days->effects[n].kind != EFFECT_NONE;
	     n++)
		effects[n] = (struct held_effect){.kind = days->effects[n].kind,
		    .source = {"shop", "charge", sources[n]},
		    .at_ms = (int64_t)days->effects[n].at * DAY_MS,
		    .until_ms = (int64_t)days->effects[n].until * DAY_MS};
	held.n_effects = n;
	return held;
}

static void check_row(const struct row *row, const struct policy *policy)
{
	struct held_effect effects[GRANTS_MAX][EFFECTS_MAX];
	struct held_grant grants[GRANTS_MAX];
	struct entitlement got;
	size_t n;

	for (n = 0; n < GRANTS_MAX && row->grants[n].status != NULL; n++)
		grants[n] = hold(&row->grants[n], policy, effects[n]);
	entitle_account(grants, n, (int64_t)row->now * DAY_MS, &got);
	if (got.entitled != row->entitled)
		fail_msg("%s: %s", row->name, entitled_name(got.entitled));
	if (got.deciding != (size_t)row->deciding)
		fail_msg("%s: grant %zu decides", row->name, got.deciding);
	if (got.valid_until_ms != (int64_t)row->valid_until * DAY_MS)
		fail_msg("%s: valid until day %g", row->name,
		    (double)got.valid_until_ms / DAY_MS);
	if (strcmp(got.reason, row->reason) != 0)
		fail_msg("%s: %s", row->name, got.reason);
	if (entitle_grant(&grants[got.deciding], (int64_t)row->now * DAY_MS) !=
	    got.entitled)
		fail_msg("%s: the deciding grant says otherwise", row->name);
}

static void test_rows(void **state)
{
	struct policy policy;

	(void)state;
	policy_default(&policy);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(&rows[i], &policy);
		check_row(&rows[i], NULL); /* the default one applies */
	}
}

static void test_policy_decides(void **state)
{
	static const struct grant_days refunded = {
	    ACTIVE, 0, 0, {{REFUND, 10, 0}}};
	static const struct grant_days in_part = {
	    ACTIVE, 0, 0, {{PARTIAL, 10, 0}}};
	struct held_effect effects[EFFECTS_MAX];
	struct held_grant held;
	struct policy policy;
	int64_t now_ms = (int64_t)20 * DAY_MS;

	(void)state;
	policy_default(&policy);
	assert_int_equal(policy_set(&policy, "refund", "keep", NULL), 0);
	held = hold(&refunded, &policy, effects);
	assert_int_equal(entitle_grant(&held, now_ms), ENTITLED_YES);
	held = hold(&in_part, &policy, effects);
	assert_int_equal(entitle_grant(&held, now_ms), ENTITLED_YES);
	assert_int_equal(
	    policy_set(&policy, "partial_refund", "revoke", NULL), 0);
	assert_int_equal(entitle_grant(&held, now_ms), ENTITLED_NO);
	/* What lifts an effect, or is none that we know, revokes nothing. */
	effects[0].kind = EFFECT_NONE;
	assert_int_equal(entitle_grant(&held, now_ms), ENTITLED_YES);
	effects[0].kind = EFFECT_COUNT;
	assert_int_equal(entitle_grant(&held, now_ms), ENTITLED_YES);
}

static enum entitled answer_at(
    const struct held_grant *grants, size_t n, int64_t now_ms)
{
	struct entitlement got;

	entitle_account(grants, n, now_ms, &got);
	return got.entitled;
}

/* Day by day: nothing changes before valid_until, and on it something does. */
static void check_valid_until(const struct held_grant *grants, size_t n)
{
	struct entitlement got;
	int now, day;

	for (now = 1; now < 18; now++) {
		entitle_account(grants, n, (int64_t)now * DAY_MS, &got);
		for (day = now; day < 20; day++) {
			if ((int64_t)day * DAY_MS == got.valid_until_ms)
				break;
			assert_int_equal(
			    answer_at(grants, n, (int64_t)day * DAY_MS),
			    got.entitled);
		}
		if (got.valid_until_ms == 0)
			continue;
		assert_true(day > now && day < 20);
		assert_int_not_equal(
		    answer_at(grants, n, got.valid_until_ms), got.entitled);
	}
}

static void test_valid_until_is_exact(void **state)
{
	static const enum state states[] = {
	    STATE_ACTIVE, STATE_UNKNOWN, STATE_ACTIVE, STATE_ENDED};
	struct held_effect effects[GRANTS_MAX][EFFECTS_MAX];
	struct held_grant grants[GRANTS_MAX];
	struct policy policy;
	uint64_t random = 1;

	(void)state;
	policy_default(&policy);
	for (size_t round = 0; round < 6000; round++) {
		size_t n = 1 + round % GRANTS_MAX;

		for (size_t i = 0; i < n; i++) {
			struct grant_days days = {.status = "word"};

			random = random * 6364136223846793005u + 1442695;
			days.state = states[random >> 60 & 3];
			days.since = (int)(random >> 33 & 15);
			days.until = (int)(random >> 40 & 15);
			for (size_t k = 0; k < round / 2 % 4; k++) {
				random =
				    random * 6364136223846793005u + 1442695;
				days.effects[k].kind =
				    1 + (enum effect_kind)((random >> 60) % 3);
				days.effects[k].at = (int)(random >> 33 & 15);
				days.effects[k].until =
				    (int)(random >> 40 & 15);
			}
			grants[i] = hold(&days, &policy, effects[i]);
		}
		check_valid_until(grants, n);
	}
}

/* No moment, however wild, is undefined behaviour or breaks the sentence. */
static void test_extremes(void **state)
{
	static const int64_t moments[] = {
	    INT64_MIN, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
	enum { M = sizeof(moments) / sizeof(moments[0]) };
	struct held_effect effect = {
	    .kind = EFFECT_REFUND, .source = {"shop", "charge", "ch_1"}};
	struct held_grant held = {.object = {"p", "k", "1"},
	    .grant = {.status = "word", .state = STATE_ACTIVE},
	    .effects = &effect,
	    .n_effects = 1};
	struct entitlement got;

	(void)state;
	for (size_t i = 0; i < (size_t)M * M * M * M * M; i++) {
		held.grant.since_ms = moments[i % M];
		held.grant.until_ms = moments[i / M % M];
		effect.at_ms = moments[i / M / M % M];
		effect.until_ms = moments[i / M / M / M % M];
		entitle_account(&held, 1, moments[i / M / M / M / M], &got);
		assert_true(got.reason[0] != '\0');
		assert_true(strlen(got.reason) < sizeof(got.reason));
	}
}

static void test_a_long_name_is_cut(void **state)
{
	char id[NAME_ID_MAX + 1];
	struct held_effect effect = {
	    .kind = EFFECT_CHARGEBACK, .source = {"shop", "charge", id}};
	struct held_grant held = {.object = {"p", "k", "1"},
	    .grant = {.status = "active", .state = STATE_ACTIVE},
	    .effects = &effect,
	    .n_effects = 1};
	struct entitlement got;

	(void)state;
	for (size_t i = 0; i < NAME_ID_MAX; i++)
		id[i] = i % 2 == 0 ? '\xc3' : '\xa9';
	id[NAME_ID_MAX] = '\0';
	entitle_account(&held, 1, DAY_MS, &got);
	assert_true(strlen(got.reason) < sizeof(got.reason));
	assert_int_equal(got.reason[strlen(got.reason) - 1], '\xa9');
}

static void test_many_effects(void **state)
{
	enum { N = 5000 };
	static struct held_effect effects[N];
	struct held_grant held = {.object = {"p", "k", "1"},
	    .grant = {.status = "active", .state = STATE_ACTIVE},
	    .effects = effects,
	    .n_effects = N};
	struct entitlement got;

	(void)state;
	for (int i = 0; i < N; i++)
		effects[i] = (struct held_effect){.kind = EFFECT_REFUND,
		    .source = {"p", "charge", "1"},
		    .at_ms = i == 0 ? 1 : i,
		    .until_ms = i + 1};
	entitle_account(&held, 1, 1, &got);
	assert_int_equal(got.entitled, ENTITLED_NO);
	assert_true(got.valid_until_ms == N);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(effect_name(EFFECT_NONE), "none");
	assert_string_equal(
	    effect_name(EFFECT_PARTIAL_REFUND), "partial_refund");
	assert_string_equal(effect_name(EFFECT_REFUND), "refund");
	assert_string_equal(effect_name(EFFECT_CHARGEBACK), "chargeback");
	assert_string_equal(effect_name(EFFECT_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_policy_decides),
	    cmocka_unit_test(test_valid_until_is_exact),
	    cmocka_unit_test(test_extremes),
	    cmocka_unit_test(test_a_long_name_is_cut),
	    cmocka_unit_test(test_many_effects),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
